import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.coordination.wordings import LONG, Wordings, find_wordings
from rumorscan.settings import GroupSettings
from tests.coordination.dumps import match_keys

LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
CLAUSES = ["城东水厂从明天起要检修", "请各位邻居提前储备饮用水", "附近超市的矿泉水已经卖空"]
CLAIM = "喝这个水能治好多年的老胃病我们村都在喝"


def foreign(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def find(texts: list[str], original: list[int] | None = None) -> Wordings:
    keys = match_keys(texts)
    answered = np.array(original or [-1] * len(keys), dtype=np.int64)
    return find_wordings(keys, answered, GroupSettings())


def parts(texts: list[str], codes: np.ndarray) -> set[frozenset[str]]:
    """Return the texts that belong together, as sets."""
    return {
        frozenset(text for text, code in zip(texts, codes.tolist(), strict=True) if code == name)
        for name in set(codes.tolist())
        if name >= 0
    }


@st.composite
def messages(draw: st.DrawFn) -> list[str]:
    """Texts that resemble each other in every way that matters here."""
    kinds = {
        "slot": lambda seed: f"听说{foreign(seed, 2)}小区的超市鸡蛋又降价了大家快去抢购",
        "swap": lambda seed: "，".join(random.Random(seed).sample(CLAUSES, 3)),
        "tail": lambda seed: CLAUSES[seed % 3] + foreign(seed, seed % 9),
        "around": lambda seed: foreign(seed, 14) + CLAUSES[0] + CLAUSES[1] + foreign(-seed, 9),
        "number": lambda seed: f"城东水厂停水{seed % 4 + 2}天大家快去超市囤水吧",
        "denied": lambda seed: CLAIM + ("是谣言" if seed % 2 else foreign(seed, 2)),
        "long": lambda seed: foreign(7, LONG - 40) + foreign(seed, seed % 80),
        "share": lambda seed: f"{foreign(seed, 16)}（分享自某某新闻客户端）",
    }
    chosen = draw(
        st.lists(st.tuples(st.sampled_from(sorted(kinds)), st.integers(0, 30)), max_size=24)
    )
    return list(dict.fromkeys(kinds[kind](seed) for kind, seed in chosen))


@settings(max_examples=60)
@given(messages(), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_change_what_belongs_together(
    texts: list[str], chance: random.Random
) -> None:
    shuffled = list(texts)
    chance.shuffle(shuffled)
    straight, mixed = find(texts), find(shuffled)
    assert parts(texts, straight.group_of) == parts(shuffled, mixed.group_of)
    assert parts(texts, straight.wording_of) == parts(shuffled, mixed.wording_of)


@settings(max_examples=40)
@given(messages())
def test_a_group_never_straddles_two_wordings(texts: list[str]) -> None:
    found = find(texts)
    by_group = dict(zip(found.group_of.tolist(), found.wording_of.tolist(), strict=True))
    for group, wording in zip(found.group_of.tolist(), found.wording_of.tolist(), strict=True):
        assert by_group[group] == wording
        assert (group < 0) == (wording < 0)


def test_clauses_in_another_order_share_a_wording_and_no_group() -> None:
    found = find(["，".join(CLAUSES), "，".join([CLAUSES[2], CLAUSES[0], CLAUSES[1]])])
    assert len(set(found.wording_of.tolist())) == 1
    assert len(set(found.group_of.tolist())) == 2


def test_another_number_is_another_group() -> None:
    found = find([f"城东水厂停水{count}天大家快去超市囤水吧" for count in "三五"])
    assert len(set(found.group_of.tolist())) == 2


def test_a_slot_with_many_values_is_one_wording() -> None:
    texts = [f"减肥茶喝了{days}天瘦了一大圈姐妹们都来问我要链接" for days in range(11, 40)]
    found = find(texts)
    assert len(set(found.wording_of.tolist())) == 1
    assert len(set(found.group_of.tolist())) == len(texts)


def test_a_text_without_numbers_does_not_bring_two_numbers_together() -> None:
    texts = [
        "城东水厂停水三天大家快去超市囤水吧再晚没有了",
        "城东水厂停水大家快去超市囤水吧再晚没有了",
        "城东水厂停水五天大家快去超市囤水吧再晚没有了",
    ]
    for order in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        chosen = [texts[place] for place in order]
        together = parts(chosen, find(chosen).group_of)
        assert not any({texts[0], texts[2]} <= group for group in together)


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        (CLAIM, CLAIM.replace("能", "不能")),
        (CLAIM, CLAIM + "是谣言"),
        (CLAIM, "辟谣：" + CLAIM),
        ("这种药对老人有效大家放心去买", "这种药对老人无效大家放心去买"),
        (foreign(3, 250) + CLAIM, foreign(3, 250) + CLAIM + "纯属谣言"),
        (foreign(3, 250) + CLAIM, foreign(3, 250) + CLAIM.replace("能", "不能")),
    ],
)
def test_a_claim_and_its_denial_never_share_a_wording(claim: str, denial: str) -> None:
    texts = [claim + "啊", denial + "啊", claim, denial, claim + "呢"]
    for together in parts(texts, find(texts).wording_of):
        assert len({"不能" in text or "谣" in text or "无效" in text for text in together}) == 1


def test_a_denial_that_sounds_like_the_claim_does_not_part_its_copies() -> None:
    """Of equal keys every pair is a near-duplicate, whatever else sounds like them."""
    texts = ["网上传的那些是假的呀", "网上传的那些是甲的呀", "网上传的那些是甲的呀！"]
    for order in ([0, 1, 2], [1, 2, 0], [2, 1, 0]):
        chosen = [texts[place] for place in order]
        assert frozenset(texts[1:]) in parts(chosen, find(chosen).group_of)


@pytest.mark.parametrize("lengths", [(300, 300), (LONG - 10, LONG + 10), (5_000, 5_000)])
def test_long_texts_are_found_on_both_sides_of_the_limit(lengths: tuple[int, int]) -> None:
    whole = foreign(1, max(lengths) - 1)
    texts = [whole[: length - 1] + letter for length, letter in zip(lengths, "甲乙", strict=True)]
    texts += [foreign(seed, 300) for seed in range(20, 30)]
    found = find(texts)
    assert len(set(found.group_of.tolist())) == len(texts) - 1
    assert found.group_of[0] == found.group_of[1]


def test_a_template_with_foreign_text_around_it_is_one_wording() -> None:
    texts = [foreign(row, 25) + "".join(CLAUSES) + foreign(99 - row, 25) for row in range(5)]
    assert len(set(find(texts).wording_of.tolist())) == 1


def test_a_quote_of_the_original_ties_nobody() -> None:
    original = "".join(CLAUSES)
    answers = [foreign(row, 16) + original[4:28] + foreign(99 - row, 14) for row in range(4)]
    alone = find(answers)
    assert len(set(alone.wording_of.tolist())) == 1
    under = find([*answers, original], original=[4, 4, 4, 4, -1])
    assert len(set(under.wording_of.tolist()[:4])) == 4


def test_short_texts_belong_nowhere() -> None:
    found = find(["好的", "城东", "城东水厂停水三天大家快囤水"])
    assert found.group_of.tolist() == [-1, -1, 2]
    assert found.wording_of.tolist() == [-1, -1, 2]


def test_no_texts_make_no_wordings() -> None:
    assert len(find([]).group_of) == 0
