import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.characters import TABLE_SIZE, character_table
from rumorscan.text.fold import fold_texts
from rumorscan.text.homophones import homophone_key, same_sound, sound_table

TEXTS = st.text(alphabet=st.sampled_from("城东水厂停税谁薇信微芯佳家abc123〇㐀，。"), max_size=40)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("加微信", "佳薇芯"),
        ("停水三天", "亭水叁添"),
        ("免费领取", "勉费玲娶"),
        ("疫苗有毒", "翼喵友读"),
        ("绿色", "率瑟"),
        ("請轉發", "晴砖珐"),
        ("vx123", "VX123"),
    ],
)
def test_characters_swapped_by_sound_are_equal(a: str, b: str) -> None:
    assert same_sound(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("停水", "停电"),
        ("绿", "路"),
        ("女", "努"),
        ("微信", "微信号"),
        ("wei信", "微信"),
        ("有效率95", "有效率96"),
    ],
)
def test_what_sounds_different_stays_different(a: str, b: str) -> None:
    assert not same_sound(a, b)


@given(st.lists(TEXTS, max_size=6))
def test_taking_the_sound_twice_is_taking_it_once(texts: list[str]) -> None:
    once = homophone_key(fold_texts(texts))
    twice = homophone_key(once)
    assert np.array_equal(once.codes, twice.codes)
    assert np.array_equal(once.offsets, twice.offsets)


def test_letters_digits_and_counts_are_kept() -> None:
    folded = fold_texts(["abc１23", "加\u200b薇"])
    sounds = homophone_key(folded)
    assert sounds.key(0) == "abc123"
    assert np.array_equal(sounds.counts, folded.counts)


def test_a_sound_stands_in_fold_keys_only_as_a_simplified_character() -> None:
    table, simplified = sound_table(), character_table().target
    changed = np.flatnonzero(table != np.arange(TABLE_SIZE))
    assert len(changed) > 20_000
    assert (simplified[table[changed]] == table[changed]).all()


def test_simplified_and_traditional_forms_of_a_character_are_known() -> None:
    for character in "国國发發湾灣龙龍厅廳云雲网網":
        assert sound_table()[ord(character)] in sound_table()
        assert same_sound(character, character)
