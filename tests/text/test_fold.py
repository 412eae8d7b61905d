import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.characters import character_table
from rumorscan.text.fold import COUNTED, fold_key, fold_texts

ORIGINAL = "城东水厂停水三天，大家快囤水！"
KEY = "城东水厂停水三天大家快囤水"

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("城东水厂停水三天大家快囤@：:/［]【】[#，。 \u200b\u0301１Aａé㎡½"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    "variant",
    [
        "城東水廠停水三天，大家快囤水！",
        "城\u200b东\u2060水厂停\ufeff水三天，大家快囤水！",
        "城.东.水.厂.停.水.三.天 大家快囤水",
        "【城东水厂停水三天】大家快囤水[泪][泪]",
        "城东水厂停水三天，大家快囤水！ http://t.cn/AbCd123",
        "城东水厂停水三天，大家快囤水！www.example.test/a?b=1",
        "城东水厂停水三天，大家快囤水！//@小禾:真的吗//@阿青:转",
        "城东水厂停水三天，大家快囤水！／／＠小禾：真的吗",
        "回复@小禾:城东水厂停水三天，大家快囤水！",
        "@小禾 @阿青 城东水厂停水三天，大家快囤水！",
        "城东水厂停水三天，大家快囤水！🔥🔥",
    ],
)
def test_what_does_not_belong_to_the_words_leaves_the_key_alone(variant: str) -> None:
    assert fold_key(variant) == KEY == fold_key(ORIGINAL)


def test_a_different_word_changes_the_key() -> None:
    assert fold_key("城西水厂停水三天，大家快囤水！") != KEY


def test_full_width_and_capitals_fold_together() -> None:
    assert fold_key("ＡＢＣ１２３") == fold_key("abc123") == "abc123"


def test_a_run_too_long_for_a_name_is_not_swallowed_by_the_sign_before_it() -> None:
    text = "城东水厂停水三天大家快囤水" * 3
    assert fold_key("@" + text) == text


def test_square_brackets_around_a_sentence_are_not_an_emoji() -> None:
    assert fold_key("[城东水厂停水三天大家快囤水]") == KEY


def test_characters_that_need_their_neighbors_are_composed() -> None:
    assert fold_key("cafe\u0301") == fold_key("café") == "café"
    assert fold_key("3㎡") == "3m2"


def test_what_was_undone_is_counted() -> None:
    folded = fold_texts(["城\u200b東\u200b水廠１ http://t.cn/a @小禾 [泪] //@阿青:转"])
    counted = dict(zip(COUNTED, folded.counts[0].tolist(), strict=True))
    assert counted == {
        "ignorable": 2,
        "traditional": 2,
        "width": 1,
        "link": 1,
        "mention": 1,
        "emoticon": 1,
        "chain": 1,
    }


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold_key(text)
    assert fold_key(once) == once


@given(TEXTS)
def test_a_key_holds_letters_and_digits_only(text: str) -> None:
    assert all(character.isalnum() for character in fold_key(text))


@given(st.text(alphabet="城東Ａé㎡½e\u0301ﷺ，1", max_size=30))
def test_normalizing_first_changes_nothing(text: str) -> None:
    assert fold_key(unicodedata.normalize("NFKC", text)) == fold_key(text)


@given(st.lists(TEXTS, max_size=20))
def test_a_batch_equals_its_texts_one_by_one(texts: list[str]) -> None:
    chunks = pa.chunked_array([pa.array(texts[:7], pa.string()), pa.array(texts[7:], pa.string())])
    assert list(fold_texts(chunks).keys()) == [fold_key(text) for text in texts]


@given(st.lists(TEXTS, min_size=1, max_size=20), st.data())
def test_taking_rows_keeps_their_keys(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=20))
    folded = fold_texts(texts)
    taken = folded.take(np.array(rows, dtype=np.int64))
    assert list(taken.keys()) == [folded.key(row) for row in rows]


def test_nulls_and_slices_of_arrow_arrays_are_read_where_they_lie() -> None:
    texts = pa.array(["一", None, "三", "四"])[1:]
    assert list(fold_texts(texts).keys()) == ["", "三", "四"]
    assert list(fold_texts(texts.cast(pa.large_string())).keys()) == ["", "三", "四"]


def test_the_table_is_its_own_fixed_point() -> None:
    target = character_table().target
    kept = np.unique(target[(target > 0) & (target < 0xFFFFFFFF)])
    assert (target[kept] == kept).all()
