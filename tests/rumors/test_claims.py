import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import ClaimsError
from rumorscan.rumors import passages
from rumorscan.rumors.claims import Claim, ClaimIndex, load_claims
from rumorscan.settings import ClaimSettings
from rumorscan.text.fold import fold_texts

CLAIMS = [
    Claim("k1", "城东水厂受污染，全城停水三天"),
    Claim("k2", "喝柳叶茶可以治好风铃热病"),
    Claim("k3", "浓度95%的某溶液比75%的消毒效果更好"),
    Claim("k4", "青禾镇小学12名学生被拐走，警方已封锁消息"),
    Claim("k5", "云湖大桥将在本周末拆除", verdict="属实", is_rumor=False),
    Claim("k6", "退烧贴不能贴在额头上"),
]


def matched(texts, claims=CLAIMS, **changes):
    matches = ClaimIndex(claims, ClaimSettings(**changes)).match(fold_texts(texts))
    return [claims[at].claim_id if at >= 0 else "" for at in matches.position]


def similarities(texts, claims=CLAIMS):
    return ClaimIndex(claims).match(fold_texts(texts)).similarity


@pytest.mark.parametrize(
    ("text", "claim_id"),
    [
        ("城东水厂受污染，全城停水三天", "k1"),
        ("紧急扩散！！城东水厂受污染 全城停水3天，快囤水 http://t.cn/AbC", "k1"),
        ("城東水廠受污\u200b染，全城停水三天", "k1"),
        (
            "听我在水务局的表哥说，城东水厂受污染了，全城要停水三天，大家赶紧去超市买水，晚了就没有了",
            "k1",
        ),
        ("奶奶说喝柳叶茶能治好风铃热病", "k2"),
        ("喝柳叶茶不仅可以治好风铃热病，还能瘦身", "k2"),
        ("浓度95%的某溶液比浓度75%的消毒效果更好", "k3"),
        ("青禾镇小学12名学生被拐走，警方封锁消息", "k4"),
    ],
)
def test_a_post_that_repeats_a_rumor_matches_it(text, claim_id):
    assert matched([text]) == [claim_id]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "水",
        "今天天气不错，适合去公园散步",
        "城东水厂招聘三名化验员，周末双休",
        "喝柳叶茶不能治好风铃热病",
        "喝柳叶茶并不可以治好风铃热病",
        "城东水厂受污染，全城停水五天",
        "城东水厂受污染，全城停水30天",
        "浓度75%的某溶液比95%的消毒效果更好",
        "浓度59%的某溶液比75%的消毒效果更好",
        "青禾镇小学21名学生被拐走，警方已封锁消息",
        "退烧贴能贴在额头上",
    ],
)
def test_another_statement_matches_no_rumor(text):
    assert matched([text]) == [""]


def test_double_negation_negates_nothing():
    claims = [Claim("k", "居民们必须凭水票领取桶装水")]
    assert matched(["居民们不得不必须凭水票领取桶装水"], claims) == ["k"]


def test_a_number_that_is_left_out_contradicts_nothing():
    claims = [Claim("k", "3月8日起云湖大桥因钢索断裂将永久封闭禁止通行")]
    assert matched(["云湖大桥因钢索断裂将永久封闭禁止通行"], claims) == ["k"]
    assert matched(["3月9日起云湖大桥因钢索断裂将永久封闭禁止通行"], claims) == [""]


def test_pieces_scattered_over_a_long_post_are_no_match():
    claim = Claim("k", "城东水厂受污染全城停水三天")
    pieces = ["城东水厂", "受污染", "全城停水", "停水三天"]
    filler = (
        "这里是一段说别的事情的文字，与前后毫无关系，只为把它们隔得远远的，谁也不会当成一句话。"
    )
    assert matched([filler.join(pieces)], [claim]) == [""]
    assert matched([filler + "".join(pieces) + filler], [claim]) == ["k"]


def test_an_exact_copy_has_similarity_one_and_a_longer_post_keeps_it():
    exact = similarities([CLAIMS[0].claim, "昨晚的事：" + CLAIMS[0].claim + "，转给家人看看"])
    assert exact.tolist() == [1.0, 1.0]


def test_a_claim_that_was_judged_true_is_no_rumor_and_hides_a_worse_match():
    true = Claim("t", "云湖大桥将在本周末拆除重建", verdict="属实", is_rumor=False)
    rumor = Claim("r", "云湖大桥将在本周末拆除重修并收费")
    assert matched(["云湖大桥将在本周末拆除重建"], [true, rumor]) == [""]
    assert matched(["云湖大桥将在本周末拆除重修并收费"], [true, rumor]) == ["r"]


def test_a_tie_goes_to_the_claim_that_is_no_rumor():
    same = "云湖大桥将在本周末拆除重建"
    claims = [Claim("r", same), Claim("t", same, verdict="true", is_rumor=False)]
    assert matched([same], claims) == matched([same], claims[::-1]) == [""]


def test_claims_under_the_minimum_length_match_nothing():
    assert matched(["停水三天"], [Claim("k", "停水三天")]) == [""]
    assert matched(["全城停水三天"], [Claim("k", "全城停水三天")], minimum_length=7) == [""]


def test_empty_libraries_and_empty_dumps_are_fine():
    assert matched(["城东水厂"], []) == [""]
    assert matched([]) == []
    assert len(ClaimIndex([])) == 0


def test_without_claims_no_loop_is_compiled():
    # in a fresh interpreter: here other tests have compiled the loops already
    code = (
        "from numba.core.dispatcher import Dispatcher\n"
        "from rumorscan.rumors.claims import ClaimIndex\n"
        "from rumorscan.text.fold import fold_texts\n"
        "index, folded = ClaimIndex([]), fold_texts(['城东水厂停水三天'])\n"
        "def fail(*_): raise AssertionError('compiled')\n"
        "Dispatcher.compile = fail\n"
        "matches = index.match(folded)\n"
        "assert matches.position.tolist() == [-1]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_room_for_few_passages_changes_no_match(monkeypatch):
    rumor = CLAIMS[0].claim
    claims = [*CLAIMS, Claim("k7", f"{rumor}半"), Claim("k8", f"西城的{rumor}")]
    texts = [rumor, f"西城的{rumor}", "别的事", f"{rumor}半", rumor.replace("三", "五")] * 7
    at_once = matched(texts, claims)
    monkeypatch.setattr(passages, "_PROPOSALS", 0)
    assert matched(texts, claims) == at_once == ["k1", "k8", "", "k7", ""] * 7


def test_a_contradicted_claim_leaves_the_post_to_the_next_best():
    claims = [Claim("k", "城东水厂受污染，全城停水三天"), Claim("l", "城东水厂受污染，全城停水")]
    assert matched(["城东水厂受污染，全城停水五天"], claims) == ["l"]
    assert matched(["城东水厂受污染，全城停水五天"], claims[::-1]) == ["l"]


def test_a_rumor_that_fills_the_dump_still_matches():
    texts = [
        f"{CLAIMS[0].claim}，第{chr(0x4E00 + i)}{chr(0x5E00 + i)}个群也在说" for i in range(500)
    ]
    assert set(matched(texts)) == {"k1"}


words = st.text(alphabet="城东水厂受污染全停三天五不没有12的了在", max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_posts_changes_no_match(texts, random):
    shuffled = list(range(len(texts)))
    random.shuffle(shuffled)
    here = ClaimIndex(CLAIMS).match(fold_texts(texts))
    there = ClaimIndex(CLAIMS).match(fold_texts([texts[at] for at in shuffled]))
    assert here.position[shuffled].tolist() == there.position.tolist()
    assert here.similarity[shuffled].tolist() == there.similarity.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
def test_similarity_is_a_share_and_zero_without_a_match(claims, texts):
    library = [Claim(f"k{i}", claim) for i, claim in enumerate(claims)]
    matches = ClaimIndex(library).match(fold_texts(texts + claims))
    assert ((matches.similarity >= 0) & (matches.similarity <= 1)).all()
    assert ((matches.similarity > 0) == (matches.position >= 0)).all()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="城东水厂受污染全停三天青禾镇小学生警方", min_size=12, max_size=60))
def test_a_claim_with_enough_different_pairs_matches_itself(claim):
    distinct = {claim[at : at + 2] for at in range(len(claim) - 1)}
    position = ClaimIndex([Claim("k", claim)]).match(fold_texts([claim])).position
    assert position.tolist() == [0 if len(distinct) >= 5 else -1]


def test_candidates_equal_a_search_through_all_claims():
    random = np.random.default_rng(3)
    alphabet = list("城东水厂受污染全停三天青禾镇小学生被拐走警方")
    claims = [Claim(f"k{i}", "".join(random.choice(alphabet, 14))) for i in range(120)]
    texts = [
        "".join(random.choice(alphabet, 5)) + claim.claim[: random.integers(9, 15)]
        for claim in claims
    ]
    together = ClaimIndex(claims).match(fold_texts(texts))
    for row, text in enumerate(texts):
        if together.position[row] >= 0:
            assert together.similarity[row] >= 0.7
        if text.endswith(claims[row].claim):
            assert together.position[row] == row


def write(path, content, encoding="utf-8"):
    path.write_bytes(content.encode(encoding))
    return path


def test_known_rumors_are_read_from_every_format(tmp_path):
    rows = [{"claim_id": "k1", "claim": "全城停水三天", "verdict": "谣言"}, {"claim": "明天下雨"}]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n"
    table = "claim_id,claim,verdict\nk1,全城停水三天,谣言\n,明天下雨,\n"
    files = [
        write(tmp_path / "a.jsonl", lines),
        write(tmp_path / "b.json", json.dumps(rows)),
        write(tmp_path / "c.json", json.dumps({"claims": rows})),
        write(tmp_path / "d.csv", "\ufeff" + table),
        write(tmp_path / "e.csv", table, "gb18030"),
        write(tmp_path / "f.tsv", table.replace(",", "\t")),
    ]
    for path in files:
        claims = load_claims(path)
        assert [claim.claim for claim in claims] == ["全城停水三天", "明天下雨"]
        assert [claim.claim_id for claim in claims] == ["k1", f"{path.name}:2"]
        assert all(claim.is_rumor for claim in claims)


SPELLINGS = ["false", "FALSE", "False ", "假", "假的", "谣言", "不实", "虛假", "不實信息", "“谣言”"]
SPELLINGS += ["rumor", "Pants-Fire", "pants on fire", "", None, False]


@pytest.mark.parametrize("verdict", SPELLINGS)
def test_a_verdict_of_false_is_known_in_many_spellings(tmp_path, verdict):
    row = json.dumps({"claim": "全城停水三天", "verdict": verdict})
    assert load_claims(write(tmp_path / "a.jsonl", row))[0].is_rumor


@pytest.mark.parametrize("verdict", ["true", "真", "属实", "部分属实", "未证实", "half-true", True])
def test_any_other_verdict_is_no_rumor(tmp_path, verdict):
    row = json.dumps({"claim": "全城停水三天", "verdict": verdict})
    assert not load_claims(write(tmp_path / "a.jsonl", row))[0].is_rumor


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", '{"claim": "甲"}\n{"claim_id": "k2"}', ["row 2", "'claim'", "'claim_id'"]),
        ("a.jsonl", '{"claim": "  "}', ["row 1", "'claim' is empty"]),
        ("a.jsonl", "{", ["row 1", "not JSON"]),
        ("a.jsonl", "[1]", ["row 1", "expected an object"]),
        ("a.jsonl", '{"claim": ["甲"]}', ["row 1", "'claim'", "expected text"]),
        ("a.jsonl", '{"claim": "甲", "claim_id": 1.5}', ["row 1", "'claim_id'", "expected text"]),
        ("a.json", '{"rows": []}', ["no list of claims"]),
        ("a.csv", "id,text\n1,甲\n", ["row 1", "'claim'", "'id'"]),
        ("a.csv", "claim_id,claim\nk,甲\nk,乙\n", ["row 2", "'k'", "row 1"]),
        ("a.docx", "", [".docx", ".jsonl"]),
    ],
)
def test_a_bad_list_names_file_row_and_field(tmp_path, name, content, words):
    path = write(tmp_path / name, content)
    with pytest.raises(ClaimsError) as caught:
        load_claims(path)
    message = str(caught.value)
    assert "\n" not in message
    for word in [name, *words]:
        assert word in message


def test_a_missing_list_and_a_list_of_bytes_are_named(tmp_path):
    with pytest.raises(ClaimsError, match=r"none\.csv: cannot be read"):
        load_claims(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xff\xff")
    with pytest.raises(ClaimsError, match="neither UTF-8 nor GB18030"):
        load_claims(tmp_path / "b.csv")


def test_the_same_claim_in_two_lists_counts_once(tmp_path):
    row = '{"claim_id": "k1", "claim": "全城停水三天"}'
    files = [write(tmp_path / "a.jsonl", row), write(tmp_path / "b.jsonl", row)]
    assert len(load_claims(files)) == 1


@pytest.mark.real_data
def test_fact_checked_claims_match_themselves_and_hardly_a_dump_of_other_years():
    folder = os.environ.get("RUMORSCAN_DATA")
    if not folder:
        pytest.skip("RUMORSCAN_DATA names no folder of real data")
    import lzma

    with lzma.open(Path(folder) / "labeled/factcheck.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    claims = [Claim(row["id"], row["text"]) for row in rows if row["label"] == 1]
    index = ClaimIndex(claims)
    own = index.match(fold_texts([claim.claim for claim in claims]))
    assert (own.similarity >= 0.999).mean() > 0.97
    with lzma.open(
        Path(folder) / "dumps/weibo_threads_2011_2015.jsonl.xz", "rt", encoding="utf-8"
    ) as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(50_000), strict=False)]
    assert (index.match(fold_texts(texts)).position >= 0).mean() < 1e-4
