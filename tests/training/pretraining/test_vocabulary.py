import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.training.pretraining.vocabulary import (
    SPECIAL,
    choose_characters,
    count_characters,
    make_tokenizer,
    number_table,
    plain_codes,
)

CHARACTERS = choose_characters(
    count_characters([np.frombuffer("城东水厂停水三天😭！".encode("utf-32-le"), dtype=np.uint32)])
)
TOKENIZER = make_tokenizer(CHARACTERS)


def test_digits_letters_and_emoji_are_characters():
    assert {"0", "9", "a", "z", "水", "😭"} <= set(CHARACTERS)


def test_the_vocabulary_is_as_long_as_it_may_be():
    counts = np.zeros(0x110000, dtype=np.int64)
    counts[0x4E00:0x5E00] = 1
    assert len(choose_characters(counts, 500)) == 500 - len(SPECIAL)


def test_what_normalization_changes_is_no_character():
    codes = np.frombuffer("ＡA\u200b \u3000".encode("utf-32-le"), dtype=np.uint32)
    assert set(choose_characters(count_characters([codes]))) == set(
        "0123456789abcdefghijklmnopqrstuvwxyz"
    )


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
def test_the_tokenizer_numbers_characters_as_the_table_does(text):
    codes = plain_codes(text)
    expected = number_table(CHARACTERS)[codes].tolist()
    assert TOKENIZER.encode(text, add_special_tokens=False).ids == expected


def test_a_text_stands_between_its_special_tokens():
    assert TOKENIZER.encode("停水").tokens == ["[CLS]", "停", "水", "[SEP]"]
