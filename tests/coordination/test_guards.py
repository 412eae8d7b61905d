import numpy as np
import pytest

from rumorscan.coordination.guards import Facts, contradict, read_facts
from rumorscan.text.fold import Folded, fold_texts


def contradicts(one: str, other: str, *, with_numbers: bool = True) -> bool:
    keys = fold_texts([one, other])
    facts = read_facts(keys, np.arange(2))
    answers = {
        _ask(keys, facts, first, second, with_numbers=with_numbers)
        for first, second in ((0, 1), (1, 0))
    }
    assert len(answers) == 1  # whoever is asked first
    return answers.pop()


def _ask(keys: Folded, facts: Facts, first: int, second: int, *, with_numbers: bool) -> bool:
    arrays = (
        facts.number_bounds,
        facts.values,
        facts.units,
        facts.befores,
        facts.negation_bounds,
        facts.negations,
        facts.debunks,
    )
    return contradict(
        keys.codes, keys.offsets, arrays, np.int64(first), np.int64(second), with_numbers
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("城东水厂停水三天", "城东水厂停水五天"),
        ("城东水厂停水3天", "城东水厂停水五天"),
        ("这批疫苗有效率95", "这批疫苗有效率59"),
        ("每斤涨价两元钱", "每斤涨价20元钱"),
    ],
)
def test_another_number_keeps_apart_where_numbers_count(one: str, other: str) -> None:
    assert contradicts(one, other)
    assert not contradicts(one, other, with_numbers=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("这种药对老人有效大家放心", "这种药对老人无效大家放心"),
        ("城东水厂明天会停水大家注意", "城东水厂明天不会停水大家注意"),
        ("喝这个水能治好胃病", "喝这个水不能治好胃病"),
        ("喝这个水能治好胃病", "喝这个水卟能治好胃病"),
        ("老街的房子已经拆除完毕", "老街的房子没有拆除完毕"),
    ],
)
def test_a_negation_keeps_apart(one: str, other: str) -> None:
    assert contradicts(one, other, with_numbers=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("城东水厂停水三天", "城东水厂停水三天是谣言"),
        ("吃蒜能防流感", "辟谣吃蒜能防流感"),
        ("吃蒜能防流感", "吃蒜能防流感纯属子虚乌有"),
        ("河口大桥裂了", "河口大桥并非裂了"),
        ("河口大桥裂了", "网传河口大桥裂了不属实"),
    ],
)
def test_a_debunk_keeps_apart(one: str, other: str) -> None:
    assert contradicts(one, other, with_numbers=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("城东水厂停水三天", "城东水厂停水3天"),
        ("城东水厂停水三天大家囤水", "城东水厂停水大家囤水"),
        ("这家店真不错我要再来", "这家店真不错我还要再来"),
        ("喝这个水不是不能治病", "喝这个水能治病"),
        ("加微信88213321领取", "加微信90125577领取"),
        ("", ""),
        ("城东", ""),
    ],
)
def test_what_says_the_same_is_kept_together(one: str, other: str) -> None:
    assert not contradicts(one, other)


def test_rows_that_are_not_read_state_nothing() -> None:
    keys = fold_texts(["停水三天是谣言", "停水五天"])
    facts = read_facts(keys, np.array([1]))
    assert facts.values.tolist() == [5]
    assert facts.debunks.tolist() == [False, False]
    assert facts.number_bounds.tolist() == [0, 0, 1]
