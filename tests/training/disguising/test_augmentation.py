"""Copies to learn from say what the posts said, and use one half of the tables."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.text.contradiction import NEGATIONS
from rumorscan.text.fold import fold_texts
from rumorscan.training.disguising.augmentation import augment
from rumorscan.training.disguising.substitutes import (
    GUARDED,
    LEARNING,
    MEASURING,
    half_of,
    substitutes,
    syllable_of,
)
from rumorscan.training.disguising.tricks import MOST_REPLACED, TRICKS, Draft, play

POST = "城东自来水厂明天停水，大家赶快囤水！市政府说请相信我们，电话13800138000。"
TABLES = ("homophones", "spellings", "traditional", "splits", "shapes", "looks", "emoji")
LISTS = ("symbols", "ignorables", "tails")
posts = st.text(
    st.sampled_from("城东水厂停三天不是没有无假谣言政府说请大家，。！？【】#@[]/ 13aB\u200b🔥\n"),
    max_size=60,
)


@pytest.mark.parametrize("name", TABLES)
def test_the_halves_share_no_word_and_no_stand_in(name):
    learning, measuring = (getattr(substitutes(half), name) for half in (LEARNING, MEASURING))
    assert len(learning) > 50 and len(measuring) > 50
    assert learning.keys().isdisjoint(measuring)
    taken = {other for others in learning.values() for other in others}
    assert taken.isdisjoint(other for others in measuring.values() for other in others)


@pytest.mark.parametrize("name", LISTS)
def test_the_halves_share_no_symbol_and_no_tail(name):
    learning, measuring = (getattr(substitutes(half), name) for half in (LEARNING, MEASURING))
    assert len(set(learning)) == len(learning) > 3
    assert len(set(measuring)) == len(measuring) > 3
    assert set(learning).isdisjoint(measuring)


def test_the_halves_share_no_initials():
    for word in ("水厂", "政府", "停水", "相信", "电话", "大家"):
        assert [substitutes(half).initials(word) for half in (0, 1)].count("") >= 1


def test_the_half_of_a_word_is_the_same_on_every_machine():
    assert [half_of(word) for word in "水厂停天大家"] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("half", [LEARNING, MEASURING])
@pytest.mark.parametrize("name", [name for name in TABLES if name != "looks"])
def test_what_decides_the_truth_is_never_replaced_nor_put(name, half):
    for word, others in getattr(substitutes(half), name).items():
        assert GUARDED.isdisjoint(word)
        assert all(GUARDED.isdisjoint(other) for other in others)
        assert not any(map(str.isdigit, word))


@pytest.mark.parametrize("half", [LEARNING, MEASURING])
def test_signs_for_digits_have_their_value(half):
    looks = substitutes(half).looks
    digits = [digit for digit in "0123456789" if digit in looks]
    assert digits
    for digit in digits:
        assert {unicodedata.numeric(sign) for sign in looks[digit]} == {float(digit)}
    assert set(NEGATIONS).isdisjoint(looks)


def test_a_stand_in_by_sound_has_the_syllable():
    table = substitutes(LEARNING).homophones
    for character in random.Random(0).sample(sorted(table), 100):
        for other in table[character]:
            assert syllable_of()[other] == syllable_of()[character] and other != character


@given(st.lists(posts, max_size=4), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_a_seed_makes_the_same_copies_whatever_the_posts(texts, seed):
    copies = augment(texts, seed=seed)
    assert len(copies) == len(texts)
    assert copies == augment(texts, seed=seed)


def test_another_seed_makes_other_copies():
    assert len({augment([POST], seed=seed)[0] for seed in range(20)}) > 15


def test_a_post_does_not_change_the_copies_of_the_others():
    assert augment([POST, "水", POST], seed=4)[2] == augment(["", POST, POST], seed=4)[2]


@pytest.mark.parametrize("text", ["", "水", "1", "？", "停水", "[泪]", "//@某人:停水三天了"])
@pytest.mark.parametrize("seed", range(5))
def test_empty_and_very_short_posts_stay_as_they_are(text, seed):
    assert augment([text], seed=seed) == [text]


@given(posts, st.sampled_from(sorted(TRICKS)), st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_no_more_than_a_quarter_is_replaced(text, name, seed):
    draft = Draft.of(text)
    chance = random.Random(seed)
    own = sum(draft.own)
    for trick in (name, "homophone", "slip", "split"):
        TRICKS[trick](chance, draft, substitutes(LEARNING), MOST_REPLACED)
    assert 0 <= draft.budget <= own * MOST_REPLACED
    assert len(draft.cells) == len(draft.own) == len(draft.free)


@given(posts, st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_negations_and_judging_words_are_as_many_as_before(text, seed):
    for name in TRICKS:
        made = play(text, [name], substitutes(LEARNING), MOST_REPLACED, f"{seed}")
        for character in NEGATIONS:
            # a cut drops only what says nothing of the truth
            assert made.count(character) == text.count(character), name


def test_a_cut_leaves_a_verdict_where_it_was():
    text = "网传城东水厂停水，这是谣言"
    for seed in range(30):
        made = play(text, ["cut"], substitutes(LEARNING), MOST_REPLACED, f"{seed}")
        assert made.endswith("这是谣言")


def test_links_mentions_and_earlier_posts_stay_as_they_are():
    rest = "//@路人甲:今天停水"
    text = f"城东水厂停水大家囤水 http://t.cn/AbC12 @桥头面馆 [泪]{rest}"
    for copy in augment([text] * 60, seed=1):
        assert copy.endswith(rest)
        assert copy.count("//@") == 1
        found = [part in copy for part in ("http://t.cn/AbC12", "@桥头面馆", "[泪]")]
        assert sum(found) >= 1  # a cut may drop the last of them
    for name in TRICKS.keys() - {"cut"}:
        made = play(text, [name], substitutes(LEARNING), MOST_REPLACED, "1")
        assert all(part in made for part in ("http://t.cn/AbC12", "@桥头面馆", "[泪]"))


def test_what_a_table_undoes_leaves_the_fold_key():
    tables = substitutes(LEARNING)
    for name in ("traditional", "symbol", "ignorable"):
        made = play(POST, [name], tables, MOST_REPLACED, "1")
        assert made != POST
        assert fold_texts([made]).key(0) == fold_texts([POST]).key(0)


@pytest.mark.parametrize("share", [0.0, -0.1, 0.3])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match="expected a number in"):
        augment([POST], seed=0, share=share)
