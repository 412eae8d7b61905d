"""What `explain` says of every kind of id, in both languages, safe for a terminal."""

import json
import re
import shlex

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import rumorscan as rs
from rumorscan.cli import cli
from rumorscan.cli.explain import command
from rumorscan.errors import ModelError, RunError
from rumorscan.reasons import REASON_CODES, describe_reason
from rumorscan.records import ACCOUNTS_SCHEMA, Tier
from rumorscan.reports.commands import explain_command
from rumorscan.reports.explain import explain, find_explanations
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.opinions import Opinions
from tests.reports.small_run import POSTS, small_campaign, small_run, use_plain_page
from tests.rumors.invented import ORDINARY, claims

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def reason(code, value, detail=""):
    return {"code": code, "value": value, "detail": detail}


ROWS = [
    {**POSTS[0], "text": "听说城东水厂\u202e停水\x1b[31m三天\u200b"},
    {**POSTS[1], "reasons": []},
    {
        **POSTS[2],
        "reasons": [
            reason("known-rumor", 0.8, "k0007"),
            reason("campaign-confirmed", 0.9, "c1"),
            reason("account-reuse", 0.9, "c1"),
            reason("counter-single-thread", 1.0),
            reason("frame-unheard-of", 2.0, "x"),
        ],
    },
    {**POSTS[3], "stance": "asks", "reasons": [reason("stance-asks", 1.0)]},
    {
        "post_id": "5000000000000000005",
        "account_id": "a2",
        "triage": "pass",
        "stance": "denies",
        "claim_id": "k0007",
        "claim_similarity": 0.9,
        "coordination": 0.0,
        "reasons": [reason("stance-denies", 1.0, "k0007")],
    },
]
URGENT, ASKING, PASSED, DENYING = (ROWS[at]["post_id"] for at in (2, 3, 1, 4))
SETTINGS = {
    "verdicts": {"review_probability": 0.5, "supporting_probability": 0.3},
    "scoring": {"base_rate": 0.05},
    "reading": {"tz": "Asia/Shanghai"},
}
CLAIMS = {"k0007": "城东水厂停水\x1b三天"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    return small_run(ROWS, about={"settings": SETTINGS, "claims": CLAIMS}).write(tmp_path / "run")


def test_an_urgent_post_is_told_with_its_evidence_for_and_against(folder):
    told = explain(folder, URGENT, "zh")
    assert told.startswith(f"帖子 {URGENT}\n结论：\n  - 优先 —— 两类以上相互独立的证据：记录")
    assert "与已判定为不实的说法 k0007 相符，相似度 0.80" in told
    assert "行动 c1 的同一批账号在多组文字、多个话题下反复出现，强度 0.90" in told
    against = told[told.index("反面的证据") : told.index("数字：")]
    assert "只出现在一个话题下" in against
    assert "frame-unheard-of 2 x" in against
    assert f"rumorscan explain {folder} k0007" in told


def test_what_the_dump_said_beside_what_was_read_is_shown(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    found = {"posted_at_text": "前几\u202e天", "text_repaired": "城东\x1b停水", "keyword": "停水"}
    small_run([{**ROWS[1], **found}]).write(tmp_path / "run")
    told = explain(tmp_path / "run", PASSED, "en")
    assert 'time as written: "前几' in told
    assert 'text repaired, not as found: "城东' in told
    assert 'found by a search for: "停水"' in told
    assert "reposted from" not in told
    assert not {"\x1b", "\u202e"} & set(told)
    assert "修复的正文" in explain(tmp_path / "run", PASSED, "zh")


def test_every_number_comes_with_its_meaning(folder):
    told = explain(folder, URGENT, "en")
    assert "rumor probability 35%: calibrated for 5% false posts" in told
    assert "reviewed from 50%, supports other evidence from 30%" in told
    assert "similarity to k0007 0.80: the share of its wording in one passage" in told
    assert "coordination 0.90: strength of its campaign's behavior, 0 to 1, no probability" in told


def test_chinese_comes_first_and_each_language_stands_alone(folder):
    both = explain(folder, URGENT)
    assert both == explain(folder, URGENT, "zh") + "\n\n" + explain(folder, URGENT, "en")
    english = explain(folder, PASSED, "en")
    assert not CHINESE.search(english.replace("水厂", ""))
    with pytest.raises(RunError, match="expected one of both, zh, en"):
        explain(folder, URGENT, "fr")


def test_a_passed_post_and_a_denial_say_why_they_passed(folder):
    assert "放行 —— 没有达到复核线的证据" in explain(folder, PASSED, "zh")
    assert "不属于任何水军行动" in explain(folder, PASSED, "zh")
    denial = explain(folder, DENYING, "zh")
    assert "放行 —— 它在否认（辟谣），不是谣言本身" in denial
    assert "不作为谣言处理（k0007）" in denial


def test_a_question_is_reviewed_at_most(folder):
    assert "review at most" in explain(folder, ASKING, "en")


def test_hostile_text_is_made_harmless(folder):
    told = explain(folder, ROWS[0]["post_id"])
    assert "停水" in told
    for character in "\u202e\x1b\u200b":
        assert character not in told


def test_a_campaign_is_told_by_families_with_their_quantities(folder):
    told = explain(folder, "c1")
    assert "证据充分，协同度 0.90（0 到 1，不是概率）：这是对行为的解读，不是对人的定性" in told
    assert "时间：强度 0.80，强（窗口 15 min，窗口内占比 75%）" in told
    assert "chance that its account ties are accidental (corrected): < 0.0001" in told
    assert "known rumors it asserts: k0007" in told
    assert "triage: urgent 1, review 1" in told


TEXT = {
    "strength": 0.7,
    "strong": True,
    "made": True,
    "accounts": 2,
    "variants": 5,
    "reworked": 0.6,
    "evasions": {"homophone": 12, "ignorable": 31, "\x1b[31m": 1},
}
ARMY = {
    "run": "2026-02\x1b",
    "campaign_id": "c7",
    "community_id": "k7",
    "template": "城西\u202e停水",
    "ended_at": "2026-02-03T12:00:00Z",
    "shared_accounts": 12,
    "q_value": 1e-9,
    "similarity": 0.83,
}


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Return a run of two campaigns that the same accounts serve."""
    use_plain_page(monkeypatch)
    threads = (
        {"root_id": "t\u202e1", "posts": 137, "of": 841},
        {"root_id": "t2", "posts": 1, "of": 1},
    )
    first = small_campaign(
        evidence={**small_campaign().evidence, "text": TEXT},
        community_id="k1",
        first_post_id=URGENT,
        threads=threads,
        known_as=(ARMY,),
    )
    second = small_campaign(campaign_id="c2", tier=Tier.SUSPECTED, community_id="k1")
    accounts = [
        {"account_id": "a1", "posts": 2, "tier": "confirmed", "coordination": 0.9,
         "campaign_ids": ["c1", "c2"], "evidence": []},
    ]  # fmt: skip
    table = pa.Table.from_pylist(accounts, schema=ACCOUNTS_SCHEMA)
    run = small_run(ROWS, campaigns=[first, second], accounts=table, about={"settings": SETTINGS})
    return run.write(tmp_path / "served")


def test_a_campaign_is_told_with_its_threads_first_post_and_community(served):
    told = explain(served, "c1")
    assert f"数据中的第一条：{URGENT}" in told
    assert "在主题 t⟨RLO⟩1 写了 841 条中的 137 条（16%）" in told
    assert "wrote 137 of the 841 posts of thread t⟨RLO⟩1 (16%)" in told
    assert "t2" not in told, "a post alone in its thread says nothing"
    assert "账号群 k1：同一批账号出现在 2 个行动中" in told
    assert "community k1: the same accounts serve 2 campaigns" in told
    assert f"rumorscan explain {served} k1" in told
    assert f"see its first post in the data: rumorscan explain {served} {URGENT}" in told


def test_a_campaign_is_told_with_what_was_undone_in_its_texts(served):
    told = explain(served, "c1")
    assert "强（写法似经改换，账号 2，写法 5，改换过的帖子 60%，规避手法 零宽 31 · 同音 12" in told
    assert "evasions undone zero-width 31 · homophones 12 · ⟨U+001B⟩[31m 1" in told
    assert "\x1b" not in told


def test_a_campaign_is_told_with_the_armies_that_it_resembles(served):
    told = explain(served, "c1")
    assert "已见于扫描 2026-02⟨U+001B⟩：行动 c7（账号群 k7），共有账号 12 个" in told
    assert "last post on 2026-02-03 (UTC)" in told
    assert "similarity of the wording 0.83" in told
    assert 'its wording then: "城西⟨RLO⟩停水"' in told


def test_a_community_is_told_by_its_campaigns(served):
    told = explain(served, "k1", "en")
    assert told.startswith("Community k1")
    assert "2 campaigns tied by the same accounts, 2 accounts and 2 posts in all" in told
    assert told.index("c1: confirmed") < told.index("c2: suspected")
    assert f"see the campaign: rumorscan explain {served} c2" in told


def test_a_post_is_told_with_the_quantities_behind_its_campaign(served):
    told = explain(served, URGENT, "zh")
    assert "它是 c1 在数据中的第一条" in told
    numbers = told[told.index("数字：") :]
    assert "行动 c1，文本：强度 0.70，强（写法似经改换" in numbers
    assert "行动 c1，时间：强度 0.80，强（窗口 15 min，窗口内占比 75%）" in numbers
    assert "第一条" not in explain(served, ASKING, "zh")


def test_an_account_is_told_which_of_its_campaigns_the_same_accounts_serve(served):
    told = explain(served, "a1")
    assert "同一批账号（账号群 k1）进行了其中这些行动：c1、c2" in told
    assert "the same accounts (community k1) serve these of its campaigns: c1, c2" in told


def test_an_account_is_told_with_its_ties_and_posts(folder):
    told = explain(folder, "=a3", "zh")
    assert told.startswith("账号 =a3")
    assert "与账号 a1 的联系多于偶然：权重 2.5" in told
    assert "分级：优先 1" in told


def test_a_group_and_a_known_rumor_are_told_by_their_posts(folder):
    assert "近重组 g1" in explain(folder, "g1", "zh")
    told = explain(folder, "k0007", "en")
    assert told.startswith("Known rumor k0007")
    assert "stance: asserts 1, denies 1" in told


@pytest.fixture
def crowded(tmp_path, monkeypatch):
    """Return a run whose claim and group stand in a spread and in a confirmed campaign."""
    use_plain_page(monkeypatch)
    campaigns = [
        small_campaign(campaign_id="c0", tier=Tier.SPREAD, coordination=0.1),
        small_campaign(),
    ]
    rows = [
        {**each, "post_id": f"5000{name}", "group_id": "g1", "claim_id": "k0007"}
        | {"campaign_id": name, "account_id": "a1"}
        for each, name in ((ROWS[2], "c0"), (ROWS[2], "c1"))
    ]
    accounts = [
        {"account_id": "a1", "posts": 2, "tier": "confirmed", "coordination": 0.9,
         "campaign_ids": ["c0", "c1"], "evidence": []},
    ]  # fmt: skip
    table = pa.Table.from_pylist(accounts, schema=ACCOUNTS_SCHEMA)
    about = {"settings": SETTINGS, "claims": CLAIMS}
    run = small_run(rows, campaigns=campaigns, accounts=table, about=about)
    return run.write(tmp_path / "it is" / "run")


def test_a_known_rumor_is_told_with_its_wording_and_its_strongest_campaign(crowded):
    told = explain(crowded, "k0007", "zh")
    assert "说法 k0007：“城东水厂停水" in told
    assert "\x1b" not in told
    assert "协同层级" not in told, "a claim has no tier"
    assert told.index("c1：证据充分") < told.index("c0：仅同文扩散")
    (line,) = [line for line in told.splitlines() if "查看这一行动" in line]
    assert line.endswith(" c1")


def test_a_post_and_a_campaign_are_told_with_the_wording_of_their_claims(folder):
    assert 'claim k0007: "城东水厂停水' in explain(folder, URGENT, "en")
    assert "说法 k0007：“城东水厂停水" in explain(folder, "c1", "zh")
    assert "说法" not in explain(folder, PASSED, "zh")


@pytest.mark.parametrize("name", ["a1", "g1"])
def test_an_account_and_a_group_are_told_with_what_their_campaign_shows(crowded, name):
    told = explain(crowded, name, "zh")
    supporting, against = told.split("反面的证据：")
    assert "行动 c1，时间：强度 0.80，强（窗口 15 min，窗口内占比 75%）" in supporting
    assert "行动 c1，账号复用：强度 0.90，强（反复出现的账号 2" in supporting
    assert "账号资料" not in supporting, "what shows nothing is no evidence"
    assert "行动 c1，quotes-original 0.1" in against
    assert "c0 只是同文扩散" in against


def test_a_family_that_shows_nothing_counts_as_missing(folder):
    told = explain(folder, "c1", "zh")
    assert "账号资料：强度 0.00" in told[told.index("没有的证据") :]


def test_a_burst_rarer_than_chance_says_why_it_has_no_strength(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    week = {"strength": 0.0, "strong": False, "window_seconds": 604_800, "share": 1.0}
    evidence = {**small_campaign().evidence, "time": {**week, "p_value": 1e-12}}
    folder = small_run(ROWS, campaigns=[small_campaign(evidence=evidence)]).write(tmp_path / "wide")
    told = explain(folder, "c1", "zh")
    (line,) = [line for line in told.splitlines() if "时间：强度 0.00" in line]
    assert told.index(line) > told.index("没有的证据")
    assert line.endswith(
        "偶然的可能 < 0.0001）；比偶然更集中，但一般的跟风转发也会如此，所以强度为 0"
    )
    assert "< 0.0001); more crowded than chance, but no more than" in explain(folder, "c1", "en")


def test_a_burst_that_tells_needs_no_remark(folder):
    assert "跟风转发" not in explain(folder, "c1", "zh")


def test_nothing_missing_is_not_a_heading(folder):
    assert "没有的证据" not in explain(folder, URGENT, "zh")
    assert "没有的证据" in explain(folder, PASSED, "zh")


def test_all_times_are_those_of_the_zone_of_the_run(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    for zone, start in (("Asia/Shanghai", "2026-03-02 09:14"), ("UTC", "2026-03-02 01:14")):
        settings = SETTINGS | {"reading": {"tz": zone}}
        folder = small_run(ROWS, about={"settings": settings}).write(tmp_path / start[-5:-3])
        told = explain(folder, "c1", "en")
        assert f"{start} to " in told
        assert f"{start}, " in explain(folder, URGENT, "en")
        assert told.count(zone) == 1, "the zone is named once"
        assert "+00:00" not in told


def test_a_post_without_a_time_says_so(folder):
    assert "时间不明" in explain(folder, ASKING, "zh")


def test_the_next_command_can_be_pasted_into_a_shell(crowded):
    told = explain(crowded, "k0007", "en")
    (line,) = [line for line in told.splitlines() if "see the campaign" in line]
    words = shlex.split(line.partition("see the campaign: ")[2])
    assert words == ["rumorscan", "explain", str(crowded), "c1"]


@pytest.mark.parametrize("name", ["-5", "$(reboot)", "a b", "`x`;y", "'", "=a3"])
def test_no_id_steers_the_shell(name):
    words = shlex.split(explain_command("runs/demo", name))
    context = command.make_context("explain", words[2:])
    assert context.params["run"] == "runs/demo"
    assert context.params["name"] == name


def test_spread_speaks_against(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    spread = small_campaign(tier=Tier.SPREAD)
    folder = small_run(ROWS, campaigns=[spread]).write(tmp_path / "spread")
    told = explain(folder, "g1", "zh")
    assert "c1 只是同文扩散，没有更多协同证据" in told[told.index("反面的证据") :]


@pytest.mark.parametrize("name", ["5000000000000000009", "zzz", "", "\x1b[31m"])
def test_an_unknown_id_is_one_line_with_the_nearest(folder, name):
    with pytest.raises(RunError) as caught:
        explain(folder, name)
    message = str(caught.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert "no post, account, campaign, community, group or known rumor" in message
    assert ("500000000000000000" in message) == name.startswith("5")


def test_the_command_prints_words_or_json(folder):
    result = CliRunner().invoke(cli, ["explain", str(folder), "c1", "--lang", "en"])
    assert result.stdout == explain(folder, "c1", "en") + "\n"
    result = CliRunner().invoke(cli, ["explain", str(folder), URGENT, "--json"])
    (found,) = json.loads(result.stdout)
    assert (found["kind"], found["id"]) == ("post", URGENT)
    assert found["reasons"] == ROWS[2]["reasons"]
    assert found["sections"] == find_explanations(folder, URGENT)[0].to_dict()["sections"]


def test_every_reason_of_a_score_has_words():
    texts = ["停水", "哈哈哈哈哈笑死我了真的", "听说明天要下雨了，大家记得带伞"]
    found = [each for row in rs.score(texts, base_rate=0.5) for each in row["reasons"]]
    codes = {each["code"] for each in found}
    assert codes == {
        "rumor-probability",
        "short-text",
        "ordinary-post",
        "model-unsure",
        "phrase",
    }
    assert codes <= set(REASON_CODES)


def test_a_phrase_is_told_with_what_it_adds():
    assert describe_reason("phrase", 1.234, "速速转发") == (
        "用语“速速转发”使不实的得分增加 1.23（对数几率）"
    )
    assert "'{x}' adds 0.50" in describe_reason("phrase", 0.5, "{x}", "en"), "braces are text"


# --- what the model of the run says

FALSE = "听说城东\u202e水厂要关门三\u200b天大\x1b家快囤货"
DAILY = "今天和朋友去爬山真开心呀"
SCORED = [
    {**POSTS[0], "post_id": "false", "text": FALSE},
    {**POSTS[0], "post_id": "daily", "text": DAILY},
    {**POSTS[0], "post_id": "short", "text": "停水"},
    {**POSTS[0], "post_id": "empty", "text": ""},
    {**POSTS[1], "post_id": "passed", "text": FALSE},
    {**POSTS[0], "post_id": "unscored", "rumor_probability": None, "text": FALSE},
    *({**POSTS[0], "post_id": "twice", "text": FALSE} for _ in range(2)),
]
HEADING = "模型的看法（只看文字）："


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a fitted model that lies in a folder."""
    texts, labels = claims()
    fitted = LinearModel(bits=14).fit([*texts, *ORDINARY], [*labels, *[0] * len(ORDINARY)])
    return rs.load_model(fitted.save(tmp_path_factory.mktemp("models") / "mine"))


@pytest.fixture
def scored(tmp_path, monkeypatch, model):
    """Return a function that writes a run of some model; without a name, of the one above."""
    use_plain_page(monkeypatch)

    def write(name=str(model.folder_.path), sha256=model.folder_.sha256):
        about = {"settings": SETTINGS, "model": {"name": name, "sha256": sha256}}
        return small_run(SCORED, about=about).write(tmp_path / "scored")

    return write


def section(told):
    """Return the lines of what the model says, its name first."""
    _, _, after = told.partition(HEADING)
    return [line.removeprefix("  - ") for line in after.partition("接下来")[0].split("\n")[1:-1]]


def use_model(monkeypatch, scorer):
    loads = []

    def load_model(name):
        loads.append(name)
        if isinstance(scorer, Exception):
            raise scorer
        return scorer

    monkeypatch.setattr("rumorscan.rumors.load_model", load_model)
    return loads


class Stub:
    """A model that says the same of every text."""

    minimum_length = 4

    def __init__(self, folder, claim, unsure, phrases=()):
        self.folder_, self._claim, self._unsure, self._phrases = folder, claim, unsure, phrases

    def opinions(self, folded, base_rate):
        assert base_rate == SETTINGS["scoring"]["base_rate"]
        one = np.ones(len(folded))
        return Opinions(one * 0.3, one * self._claim, one.astype(bool) & self._unsure)

    def top_phrases(self, text, limit):
        return list(self._phrases)[:limit]


def test_a_scored_post_is_told_with_the_phrases_that_weigh_most(scored, model):
    named, *told = section(explain(scored(), "false", "zh"))
    assert named.startswith("模型 ")
    assert f"SHA-256 {model.folder_.sha256[:12]}…" in named
    weights = [float(re.search(r"增加 (\S+)（对数几率） \[phrase\]", line)[1]) for line in told]
    expected = model.top_phrases(FALSE, 5)
    assert 1 <= len(weights) <= 5
    assert weights == [round(weight, 2) for _, weight in expected] == sorted(weights, reverse=True)


def test_a_phrase_is_shown_without_what_could_hide_in_it(scored, model):
    assert any(mark in phrase for phrase, _ in model.top_phrases(FALSE, 5) for mark in "\u200b\x1b")
    told = explain(scored(), "false")
    assert any("用语" in line and "⟨" in line for line in section(told))
    for character in "\u202e\x1b\u200b":
        assert character not in told


def test_the_machine_form_has_the_phrases_as_reasons(scored, model):
    result = CliRunner().invoke(cli, ["explain", str(scored()), "false", "--json"])
    (found,) = json.loads(result.stdout)
    assert found["model"] == {
        "name": str(model.folder_.path),
        "sha256": model.folder_.sha256,
        "state": "asked",
        "claim_probability": None,
        "is_unsure": False,
        "reasons": [
            reason("phrase", round(weight, 6), phrase)
            for phrase, weight in model.top_phrases(FALSE, 5)
        ],
    }


def test_a_model_that_knows_no_claims_is_not_said_to_be_certain_of_one(scored):
    assert "可核实" not in explain(scored(), "false", "zh"), "its probability of a claim is just 1"


def test_the_claim_question_is_answered_in_words(scored, monkeypatch, model):
    use_model(monkeypatch, Stub(model.folder_, 0.93, False, [("快囤货", 1.2)]))
    assert section(explain(scored(), "daily", "zh"))[1:] == [
        "断言了可核实之事的概率为 93%",
        "用语“快囤货”使不实的得分增加 1.20（对数几率） [phrase]",
    ]


def test_an_ordinary_post_and_an_unsure_model_are_told_by_their_codes(scored, monkeypatch, model):
    use_model(monkeypatch, Stub(model.folder_, 0.2, True))
    run = scored()
    assert section(explain(run, "daily", "zh"))[1:] == [
        describe_reason("ordinary-post", 0.8) + " [ordinary-post]",
        describe_reason("model-unsure", POSTS[0]["rumor_probability"]) + " [model-unsure]",
        "没有用语使不实的得分增加",
    ]
    (found,) = find_explanations(run, "daily")
    told = found.to_dict()["model"]
    assert (told["claim_probability"], told["is_unsure"]) == (0.2, True)


@pytest.mark.parametrize(("name", "characters"), [("short", 2), ("empty", 0)])
def test_a_text_too_short_to_judge_has_no_phrases(scored, name, characters):
    told = section(explain(scored(), name, "zh"))
    assert told[1:] == [describe_reason("short-text", characters) + " [short-text]"]


@pytest.mark.parametrize(
    ("failure", "state", "line"),
    [
        (ModelError("no such model"), "gone", "这个模型已不在原处或无法读取"),
        (OSError("name too long"), "gone", "这个模型已不在原处或无法读取"),
        (ImportError("no tokenizers"), "gone", "这个模型已不在原处或无法读取"),
        (None, "changed", "现在是另一个模型"),
    ],
)
def test_another_model_or_none_is_one_quiet_line(scored, monkeypatch, failure, state, line, model):
    if failure:
        use_model(monkeypatch, failure)
    run = scored() if failure else scored(sha256="0" * 64)
    (found,) = find_explanations(run, "false")
    assert (found.opinion.state, found.opinion.reasons) == (state, ())
    named, told = section(found.render("zh"))
    assert named.startswith("模型 ")
    assert line in told


def test_a_model_whose_folder_is_gone_stops_nothing(scored):
    (found,) = find_explanations(scored(name="models/\x1bno"), "false")
    assert found.opinion.state == "gone"
    assert "模型 models/⟨U+001B⟩no（" in found.render()


@pytest.mark.parametrize("given", [{"name": ""}, {"name": None}, {"sha256": None}])
def test_a_run_that_names_no_model_says_so(scored, given):
    assert section(explain(scored(**given), "false", "zh")) == ["run.json 没有写明是哪个模型"]


def test_no_model_is_loaded_where_there_is_nothing_to_ask_it(scored, monkeypatch):
    loads = use_model(monkeypatch, ModelError("is never asked for"))
    run = scored()
    assert "没有这条帖子的原文" in section(explain(run, "passed", "zh"))[1]
    assert "no text of this post" in explain(run, "passed", "en")
    for name in ("unscored", "a1", "c1"):
        assert HEADING not in explain(run, name, "zh")
        assert [each.to_dict()["model"] for each in find_explanations(run, name)] == [None]
    assert not loads


def test_posts_of_one_id_are_asked_about_with_one_model(scored, monkeypatch, model):
    loads = use_model(monkeypatch, model)
    found = find_explanations(scored(), "twice")
    assert [each.opinion.state for each in found] == ["asked", "asked"]
    assert len(loads) == 1
