import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.text.contradiction import (
    MAXIMUM_NUMBERS,
    contradicts,
    find_numbers,
    negates,
    read_statement,
)

wordings = st.text(alphabet="城东水厂受污染停三五天12个人不没得仅是能会治病", max_size=40)


def whole(text):
    return 0, len(text)


def values(text):
    return [number.value for number in find_numbers(text, whole(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停水三天", [3]),
        ("停水3", [3]),
        ("三十五岁", [35]),
        ("3万5千人", [35_000]),
        ("二〇二四年", [2_024]),
        ("一亿二千万元", [120_000_000]),
        ("十人", [10]),
        ("四川人万一就一些", []),
        ("一名学生", [1]),
        ("一种说法", []),
        ("", []),
        ("1" * 40, [int("1" * 40) % 2**64]),
    ],
)
def test_a_numeral_is_a_number_where_a_measure_word_follows(text, expected):
    assert values(text) == expected


def test_a_number_cut_by_the_edge_of_a_passage_is_read_whole():
    assert [number.value for number in find_numbers("停水120天", (4, 6))] == [120]


def test_numbers_beyond_the_limit_are_not_read():
    assert len(values("3天，" * (MAXIMUM_NUMBERS + 5))) == MAXIMUM_NUMBERS


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("柳叶茶不能治病", "柳叶茶能治病", True),
        ("柳叶茶能治病", "柳叶茶不能治病", False),
        ("柳叶茶不仅能治病", "柳叶茶能治病", False),
        ("特别能治病", "能治病", False),
        ("能不能治病", "能治病", False),
        ("不得不停水三天", "停水三天", False),
        ("不下雨的时候停水三天", "停水三天", False),
        ("不", "停水", False),
        ("", "停水", False),
    ],
)
def test_a_negation_counts_where_the_other_text_has_the_words_without_it(text, other, expected):
    assert negates(text, whole(text), other) is expected


@settings(max_examples=200, deadline=None)
@given(wordings)
def test_a_text_never_negates_itself(text):
    assert not negates(text, whole(text), text)


@settings(max_examples=200, deadline=None)
@given(wordings.filter(lambda text: len(values(text)) < 2))
def test_a_text_with_one_number_never_contradicts_itself(text):
    assert not contradicts(read_statement(text), text, whole(text))


@settings(max_examples=200, deadline=None)
@given(wordings, wordings, st.integers(0, 40), st.integers(0, 40))
def test_any_passage_can_be_compared(claim, text, start, stop):
    passage = (min(start, len(text)), min(max(start, stop), len(text)))
    assert contradicts(read_statement(claim), text, passage) in (True, False)


def test_another_number_of_the_same_unit_contradicts_and_one_left_out_does_not():
    claim = read_statement("城东水厂停水三天")
    passages = ["城东水厂停水五天", "城东水厂停水", "城东水厂停水3天", "城东水厂五人停水三天"]
    told = [contradicts(claim, passage, whole(passage)) for passage in passages]
    assert told == [True, False, False, False]
