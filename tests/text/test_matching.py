import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.text.keys import MatchKeys, disguised_texts
from rumorscan.text.matching import make_match_keys, squeeze

TEXT = "城东水厂停水三天大家快囤水"


def keys_of(*texts: str) -> MatchKeys:
    column = pa.chunked_array([pa.array(texts, pa.string())])
    return make_match_keys(column, find_distinct(fold_texts(column)))[0]


@pytest.mark.parametrize(
    ("shown", "evasion"),
    [
        ("\u200b".join(TEXT), "ignorable"),
        ("*".join(TEXT), "symbol"),
        ("城東水廠停水三天大家快囤水", None),
        ("#城东停水##快看#" + TEXT, None),
        (TEXT + "http://t.cn/AbCdE", None),
        (TEXT + "[泪][泪]", None),
    ],
)
def test_what_was_done_to_a_text_is_undone_in_its_key(shown: str, evasion: str | None) -> None:
    keys = keys_of(shown, TEXT)
    assert keys.plain.key(0) == keys.plain.key(1) == TEXT
    assert keys.sound.key(0) == keys.sound.key(1)
    assert disguised_texts(keys).tolist() == [evasion is not None, False]
    if evasion:
        assert keys.undone[0][keys.evasions.index(evasion)] >= 1
    assert not keys.undone[1].any()


def test_homophones_sound_alike() -> None:
    keys = keys_of(TEXT, TEXT.replace("停水", "亭水"))
    assert keys.plain.key(0) != keys.plain.key(1)
    assert keys.sound.key(0) == keys.sound.key(1)


def test_hashtags_are_kept_where_there_are_no_other_words() -> None:
    keys = keys_of("#城东水厂停水三天#", "#城东水厂停水三天#快看", "#停水#" + TEXT)
    assert keys.own_words.tolist() == [False, False, True]
    assert list(keys.plain.keys()) == ["城东水厂停水三天", "城东水厂停水三天快看", TEXT]


def test_no_texts_have_no_keys() -> None:
    assert len(keys_of()) == 0
    assert list(keys_of("").plain.keys()) == [""]


@given(st.lists(st.text(alphabet="哈1。2好", max_size=20), max_size=8))
def test_squeezing_twice_is_squeezing_once(texts: list[str]) -> None:
    once = squeeze(fold_texts(texts))
    assert list(squeeze(once).keys()) == list(once.keys())
    for key in list(once.keys()):
        assert "哈哈哈" not in key and "好好好" not in key
        assert "111111" not in key and "222222" not in key


def test_a_part_of_the_keys_is_squeezed_like_the_whole() -> None:
    folded = fold_texts(["哈哈哈哈", "好的好的", "啊啊啊啊啊"])
    assert list(squeeze(folded.part(1, 3)).keys()) == ["好的好的", "啊啊"]
