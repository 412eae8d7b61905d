"""Each operator varies a text in its own way."""

import random

import pytest

from rumorscan.rehearsal.operators import OPERATORS, expand, settle
from rumorscan.rehearsal.tables import Message, load_tables

TABLES = load_tables()
SLOTTED = next(message for message in TABLES.messages if message.slots)
SETTLED = settle(random.Random(0), SLOTTED)


def varied(name: str, message: Message, count: int = 20) -> list[str]:
    chance = random.Random(3)
    return [OPERATORS[name](chance, message, TABLES) for _ in range(count)]


def test_verbatim_posts_are_all_the_message():
    assert set(varied("verbatim", SETTLED)) == {SETTLED.text}


@pytest.mark.parametrize("name", [name for name in OPERATORS if name != "verbatim"])
def test_an_operator_gives_texts_that_differ(name):
    texts = varied(name, SLOTTED if name == "slots" else SETTLED)
    assert len(set(texts)) > 1
    assert any(text != SETTLED.text for text in texts)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("message", TABLES.messages, ids=lambda message: message.text[:6])
def test_an_operator_works_on_every_message_and_leaves_no_slot(name, message):
    for text in varied(name, message, 3):
        assert "{" not in text
        assert len(text) >= 15


@pytest.mark.parametrize("name", OPERATORS)
def test_the_same_chance_gives_the_same_texts(name):
    assert varied(name, SLOTTED) == varied(name, SLOTTED)


def test_a_shuffle_keeps_every_sentence():
    message = Message("advert", "汤很浓。面很多！价格不贵。", {})
    for text in varied("shuffle", message):
        assert sorted(text) == sorted(message.text)
        assert text != message.text


def test_a_single_sentence_is_shuffled_by_its_clauses():
    message = Message("advert", "汤很浓，面很多，价格不贵。", {})
    for text in varied("shuffle", message):
        assert text.endswith("。") and not text.startswith("，")
        assert sorted(text) == sorted(message.text)


def test_homophones_change_a_tenth_to_a_quarter_of_the_characters():
    for text in varied("homophones", SETTLED):
        changed = sum(a != b for a, b in zip(text, SETTLED.text, strict=True))
        assert 1 <= changed <= 0.26 * len(text)


def test_noise_keeps_the_characters_of_the_message_in_their_order():
    for text in varied("noise", SETTLED):
        rest = iter(text)
        assert all(character in rest for character in SETTLED.text)


def test_a_settled_message_keeps_one_filling():
    assert len(set(varied("slots", SETTLED))) == 1


def test_choices_are_made():
    assert expand(random.Random(1), "{早|晚}安{呀|}") in {"早安呀", "早安", "晚安呀", "晚安"}
