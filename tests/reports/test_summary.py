"""The summary fits a terminal: short, plain, and on any console."""

import shlex
import unicodedata

import pytest

from rumorscan.records import Tier
from rumorscan.reports import glossary
from tests.reports.small_run import POSTS, small_campaign, small_run


def test_a_full_summary_has_at_most_25_lines(tmp_path):
    campaigns = [small_campaign(campaign_id=f"c{number}") for number in range(9)]
    lines = small_run(campaigns=campaigns).summary(tmp_path / "run").splitlines()
    assert len(lines) <= 25
    assert sum("因为" in line for line in lines) == 3


def test_the_summary_says_what_was_found_and_what_to_do_next():
    text = small_run().summary("runs/demo")
    for expected in (
        "帖子 posts 4 ｜ 行 rows 5 ｜ 搁置 rejected 1",
        "不同文本 distinct texts 4 ｜ 近重组 groups 1",
        "优先 urgent 1 ｜ 复核 review 2",
        "1. c1",
        "行动 campaigns: 证据充分 confirmed 1，疑似 suspected 0 ｜ "
        "仅同文扩散 spread, same text only 0",
        "因为 2 个账号反复同行；75% 的帖子集中在 15 min 内；重复已知谣言 k0007",
        "because 2 accounts reappear together; 75% of its posts within 15 min; "
        "repeats known rumor k0007",
        "posts.parquet, flags.csv",
        "rumorscan explain runs/demo c1",
    ):
        assert expected in text
    assert text.index("reappear") < text.index("within"), "the strongest comes first"


LONG = "转发家里老人，趁现在没人知道赶紧排队囤水［…］［…］，" * 40
FAMILIES = {
    "text": {"strength": 0.9, "strong": True, "posts": 1_234_567},
    "time": {"strength": 0.9, "strong": True, "window_seconds": 604_800, "share": 0.75},
    "reuse": {"strength": 0.9, "strong": True, "accounts": 123_456},
    "profile": {"strength": 0.9, "strong": True, "registered_together": 123_456},
    "infrastructure": {"strength": 0.9, "strong": True, "layer": "ip", "accounts": 123_456},
    "payment" * 30: {"strength": 1.0, "strong": True, "transfers": 12},
}


def long_campaigns(*tiers):
    return [
        small_campaign(
            campaign_id=f"c{number}" * 90,
            tier=tier,
            template=LONG,
            evidence=FAMILIES,
            claim_ids=(LONG, LONG),
            community_id=f"k{number % 4}" * 90,
            known_as=({"run": LONG, "campaign_id": LONG},),
        )
        for number, tier in enumerate(tiers)
    ]


@pytest.mark.parametrize(
    "tiers",
    [
        (),
        (Tier.SPREAD,) * 5,
        (Tier.SUSPECTED,),
        (Tier.CONFIRMED,) * 9,
        (Tier.CONFIRMED, Tier.SUSPECTED, Tier.SUSPECTED, Tier.SUSPECTED, Tier.SPREAD),
    ],
    ids=["none", "spread", "suspected", "confirmed", "all tiers"],
)
@pytest.mark.parametrize("path", [None, "runs/demo"], ids=["unwritten", "written"])
@pytest.mark.parametrize("rows", [POSTS, []], ids=["flagged", "empty"])
def test_every_summary_fits_a_terminal(tiers, path, rows):
    text = small_run(rows=rows, campaigns=long_campaigns(*tiers)).summary(path)
    lines = text.splitlines()
    assert len(lines) <= 25
    cut = [line for line in lines if "next: rumorscan explain" not in line]
    assert max(map(columns, cut)) < 160


def columns(line):
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in line)


def test_mere_spread_is_no_top_campaign_and_leads_to_the_report():
    spread = small_campaign(tier=Tier.SPREAD)
    text = small_run(campaigns=[spread]).summary("r")
    assert "top campaigns" not in text
    assert "行动 campaigns: 证据充分 confirmed 0，疑似 suspected 0 ｜" in text
    assert "spread, same text only 1" in text
    assert "no campaign is suspected or confirmed" in text
    assert "next: 打开报告 open the report" in text
    assert "explain r c1" not in text
    assert "no campaign" not in small_run().summary("r")


def test_the_next_command_can_be_pasted_into_a_shell():
    folder = "runs/a b (1)/$x"
    last = small_run().summary(folder).splitlines()[-1]
    words = shlex.split(last.partition("next: ")[2])
    assert words == ["rumorscan", "explain", folder, "c1"]


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("［…］快囤水", "“［…］快囤水”"),
        ("听说［…］［…］ ［…］停水", "“听说［…］停水”"),
        ("城东水厂停水三天，" * 9, f"“{'城东水厂停水三天，' * 2}城东水厂停水三天…”"),
        ("水" * 90, f"“{'水' * 35}…”"),
        ("水" * 33 + "［…］" + "水" * 9, f"“{'水' * 33}…”"),
        ("水" * 400, f"“{'水' * 35}…”"),
    ],
)
def test_a_template_is_cut_after_a_whole_clause_where_one_is_near(template, shown):
    campaign = small_campaign(template=template)
    assert f"   {shown}\n" in small_run(campaigns=[campaign]).summary()


def test_of_many_families_and_rumors_the_first_are_told():
    campaign = small_campaign(
        evidence={name: FAMILIES[name] for name in glossary.FAMILIES}, claim_ids=("k1", "k2", "k3")
    )
    text = small_run(campaigns=[campaign]).summary()
    assert "反复同行；重复已知谣言 k1 等 3 条\n" in text
    assert "reappear together; repeats known rumor k1 and 2 more" in text
    assert "a shared" not in text, "three families are enough"


def test_what_accounts_share_is_told_in_one_language():
    evidence = {"infrastructure": FAMILIES["infrastructure"]}
    text = small_run(campaigns=[small_campaign(evidence=evidence)]).summary()
    assert "123,456 个账号共用IP 地址" in text
    assert "123,456 accounts with a shared address" in text


def test_campaigns_of_the_same_accounts_stand_together():
    campaigns = [
        small_campaign(campaign_id="c1", community_id="k1"),
        small_campaign(campaign_id="c2"),
        small_campaign(campaign_id="c3", community_id="k1"),
        small_campaign(campaign_id="c4", community_id="k1", tier=Tier.SUSPECTED),
        small_campaign(campaign_id="c5", community_id="k1", tier=Tier.SPREAD),
    ]
    text = small_run(campaigns=campaigns).summary("r")
    assert "   同一批账号 same accounts k1：另有 2 个行动 more campaigns: c3, c4\n" in text
    assert [line[:5] for line in text.splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1. c1",
        "2. c2",
    ]


def test_a_text_made_to_look_different_is_told_as_such():
    text = {"strength": 0.9, "strong": True, "made": True, "posts": 9, "variants": 7}
    told = small_run(campaigns=[small_campaign(evidence={"text": text})]).summary()
    assert "7 种写法像是同一段文字改换而成" in told
    assert "7 reworked wordings of one text" in told
    assert "nearly the same text" not in told


def test_a_known_army_is_named():
    army = {"run": "2026-02", "campaign_id": "c7", "community_id": "k7"}
    told = small_run(campaigns=[small_campaign(known_as=(army,))]).summary()
    assert "已见于 2026-02 的 k7" in told
    assert "known from k7 of 2026-02" in told


def test_reuse_of_accounts_of_earlier_runs_is_told_as_such():
    reuse = {"strength": 0.9, "strong": True, "accounts": 0, "known_accounts": 8}
    told = small_run(campaigns=[small_campaign(evidence={"reuse": reuse})]).summary()
    assert "8 个账号曾出现在以往的行动中" in told
    assert "8 accounts of campaigns of earlier runs" in told
    assert "0 个账号" not in told


def test_a_run_without_campaigns_points_to_its_most_pressing_post():
    assert small_run(campaigns=[]).summary("r").endswith("rumorscan explain r 5000000000000000003")
    assert "explain" not in small_run(rows=[], campaigns=[]).summary("r")


@pytest.mark.parametrize("hostile", ["\x1b[31m红\x1b[0m", "反\u202e转", "换\n行\r", "响\a铃\x9b2J"])
def test_no_text_of_a_dump_steers_the_terminal(hostile):
    campaign = small_campaign(campaign_id=hostile, template=hostile, claim_ids=(hostile,))
    text = small_run(campaigns=[campaign]).summary(hostile)
    plain_lines = small_run().summary("r").splitlines()
    assert len(text.splitlines()) == len(plain_lines)
    assert all(character.isprintable() for line in text.splitlines() for character in line)


def test_the_summary_can_be_shown_on_a_gbk_console():
    text = small_run().summary("runs/demo")
    assert "帖子 posts 4" in text.encode("gbk", errors="replace").decode("gbk")


def test_evidence_of_unknown_kind_is_told_by_its_own_name():
    evidence = {"payment": {"strength": 0.7, "strong": True, "transfers": 12}}
    assert (
        "payment (transfers 12)"
        in small_run(campaigns=[small_campaign(evidence=evidence)]).summary()
    )


def test_without_strong_evidence_the_weak_is_told():
    evidence = {"text": {"strength": 0.2, "strong": False, "accounts": 3}}
    assert (
        "因为 文本（账号 3）" in small_run(campaigns=[small_campaign(evidence=evidence)]).summary()
    )
