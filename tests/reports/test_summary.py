"""The summary fits a terminal: short, plain, and on any console."""

import pytest

from rumorscan.records import Tier
from tests.reports.small_run import small_campaign, small_run


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
        "因为 账号复用（账号 2，",
        "；时间（窗口 15 min，占比 75%）；已知谣言 k0007",
        "because Account reuse (accounts 2, ",
        "; Timing (window 15 min, share 75%); known rumor k0007",
        "posts.parquet, flags.csv",
        "rumorscan explain runs/demo c1",
    ):
        assert expected in text
    assert text.index("Account reuse") < text.index("Timing"), "the strongest comes first"


def test_mere_spread_is_no_top_campaign():
    text = small_run(campaigns=[small_campaign(tier=Tier.SPREAD)]).summary()
    assert "top campaigns" not in text


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
