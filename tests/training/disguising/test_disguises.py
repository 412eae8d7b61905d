"""Disguises to measure with: every kind does its own, on words that nobody learned from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.text.fold import fold_texts
from rumorscan.text.homophones import same_sound
from rumorscan.training.disguising.augmentation import augment
from rumorscan.training.disguising.disguises import COMBINED, KINDS, disguise
from rumorscan.training.disguising.substitutes import LEARNING, MEASURING, substitutes

POSTS = [
    "城东自来水厂明天起停水3天，大家赶快囤水！市政府请我们相信，电话13800138000。",
    "听说南门医院的医生把药卖到外地了。孩子发烧的家长注意，QQ群里有照片！",
    "转发：西桥小学门口有人抢孩子，警察已经到场，请各位家长小心。",
]
SAME_LENGTH = ("homophone", "shape", "look-alike", "traditional")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_what_it_can_change(kind):
    made = disguise(POSTS * 4, kind, seed=0)
    assert len(made) == len(POSTS) * 4
    assert all(after != before for after, before in zip(made, POSTS * 4, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_makes_the_same_disguises(kind):
    assert disguise(POSTS, kind, seed=3) == disguise(POSTS, kind, seed=3)


@given(st.text(max_size=30), st.sampled_from(KINDS), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_any_text_survives(text, kind, seed):
    assert len(disguise([text, "", text[:1]], kind, seed=seed)) == 3
    assert disguise(["", text[:1]], kind, seed=seed) == ["", text[:1]]


@pytest.mark.parametrize("kind", SAME_LENGTH)
def test_characters_are_replaced_one_by_one_a_quarter_at_most(kind):
    for seed in range(5):
        for before, after in zip(POSTS, disguise(POSTS, kind, seed=seed), strict=True):
            changed = sum(one != other for one, other in zip(before, after, strict=True))
            assert 1 <= changed <= 0.25 * len(before)


@pytest.mark.parametrize("kind", SAME_LENGTH)
def test_a_disguise_takes_nothing_from_what_was_learned(kind):
    learned = {
        (word, other)
        for name in ("homophones", "shapes", "looks", "traditional")
        for word, others in getattr(substitutes(LEARNING), name).items()
        for other in others
    }
    for before, after in zip(POSTS * 5, disguise(POSTS * 5, kind, seed=1), strict=True):
        pairs = {(one, other) for one, other in zip(before, after, strict=True) if one != other}
        assert pairs.isdisjoint(learned)


def test_homophones_sound_the_same():
    for before, after in zip(POSTS, disguise(POSTS, "homophone", seed=2), strict=True):
        assert same_sound(before, after)


def test_digits_keep_their_values():
    looks = substitutes(MEASURING).looks
    plain = {sign: digit for digit in "0123456789" for sign in looks.get(digit, ())}
    for kind in KINDS:
        if kind in ("cut", "tail", "reordered", COMBINED):
            continue
        for after in disguise(POSTS[:1] * 5, kind, seed=1):
            digits = [one for one in (plain.get(sign, sign) for sign in after) if one.isdigit()]
            assert "".join(digits) == "313800138000"


def test_strewn_signs_stand_apart_from_numbers():
    for kind, marks in (
        ("symbol", substitutes(MEASURING).symbols),
        ("ignorable", substitutes(MEASURING).ignorables),
    ):
        for after in disguise(POSTS[:1] * 10, kind, seed=1):
            assert "13800138000" in after
            bare = "".join(sign for sign in after if sign not in marks)
            assert bare == POSTS[0]
        assert fold_texts(disguise(POSTS, kind, seed=1)).key(0) == fold_texts(POSTS).key(0)


def test_a_cut_leaves_a_part_of_the_post():
    for seed in range(10):
        for before, after in zip(POSTS, disguise(POSTS, "cut", seed=seed), strict=True):
            assert after in before
            assert len(after) >= 0.5 * len(before) - 1


def test_a_reordered_post_has_the_same_characters():
    for before, after in zip(POSTS, disguise(POSTS, "reordered", seed=1), strict=True):
        assert sorted(before) == sorted(after)


def test_a_tail_stands_behind_the_post():
    learned = substitutes(LEARNING).tails
    for after in disguise(POSTS[2:] * 30, "tail", seed=1):
        assert after.startswith(POSTS[2]) and not after.endswith(learned)


def test_learning_and_measuring_differ_on_the_same_posts():
    assert set(augment(POSTS * 5, seed=1)).isdisjoint(disguise(POSTS * 5, COMBINED, seed=1))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="expected one of reordered"):
        disguise(POSTS, "upside-down", seed=0)
