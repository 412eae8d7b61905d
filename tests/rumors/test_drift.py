"""Drift on invented texts: what is near, what is far, and what does not matter."""

import json

import numpy as np
import orjson
import pytest
from opencc import OpenCC

from rumorscan.errors import ModelError
from rumorscan.rumors.drift import MINIMUM_TEXTS, compare, measure_drift
from rumorscan.rumors.folders import read_model_folder, write_model_folder
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.opinions import Opinions
from rumorscan.rumors.populations import Pile, choose_texts, divergence, profile_of
from rumorscan.rumors.profiles import CLAIMS, ORDINARY, PROFILE_FILE, Profile, profile_beside
from rumorscan.text.fold import fold_texts
from rumorscan.training.profiles import make_profile

SOUP = [
    "今天",
    "昨晚",
    "和朋友",
    "吃了",
    "热汤面",
    "爬山",
    "累得",
    "不想动",
    "真开心",
    "猫咪",
    "下雨",
]
SCARE = [
    "城东",
    "水厂",
    "大桥",
    "要停水",
    "出大事",
    "快囤货",
    "马上被删",
    "内部消息",
    "速看",
    "转发",
]
STAR = [
    "偶像",
    "舞台",
    "打榜",
    "新专辑",
    "演唱会",
    "应援",
    "直播间",
    "粉丝团",
    "造型",
    "绝美",
    "封神",
]

LETTERS = ["".join(map(chr, range(97 + row % 9, 122))) + str(row) for row in range(500)]


def invented(words, count, *, seed=0, length=6):
    """Return texts of words in an order that chance gives."""
    random = np.random.default_rng(seed)
    return [
        "".join(words[at] for at in random.integers(len(words), size=length)) for _ in range(count)
    ]


def scores(count, *, seed=0, high=False):
    found = np.random.default_rng(seed).beta(1, 9, size=count)
    return 1 - found if high else found


@pytest.fixture(scope="module")
def profile():
    return make_profile(
        [*invented(SCARE, 400, seed=1), *invented(SCARE[::2] + SOUP[::2], 400, seed=2)],
        np.repeat([1, 0], 400),
        np.concatenate([scores(400, high=True), scores(400)]),
        {"soups": (invented(SOUP, 600, seed=3), scores(600))},
    )


def drift_of(profile, texts, probabilities=None):
    given = scores(len(texts), seed=9) if probabilities is None else probabilities
    return compare(profile, fold_texts(texts), given)


def test_posts_of_the_kind_that_was_learned_are_near(profile):
    assert drift_of(profile, invented(SOUP, 500, seed=4)).far == ()


@pytest.mark.parametrize("claims", [0, 100, 400])
def test_more_or_fewer_claims_are_no_drift(profile, claims):
    texts = invented(SOUP, 500 - claims, seed=5) + invented(SCARE, claims, seed=6)
    given = np.concatenate([scores(500 - claims, seed=7), scores(claims, seed=8, high=True)])
    assert drift_of(profile, texts, given).far == ()


@pytest.mark.parametrize(
    ("texts", "probabilities", "far"),
    [
        (invented(SOUP, 500, seed=4, length=20), None, ("lengths",)),
        (invented(SOUP, 500, seed=4), np.full(500, 0.5), ("scores",)),
        (invented(STAR, 500, seed=4), None, ("characters", "unseen")),
        (LETTERS, None, ("lengths", "characters", "unseen")),
    ],
    ids=["long", "half", "another topic", "letters"],
)  # fmt: skip
def test_what_is_far_is_named(profile, texts, probabilities, far):
    assert drift_of(profile, texts, probabilities).far == far


def test_traditional_characters_are_told_apart(profile):
    texts = list(map(OpenCC("s2t").convert, invented(SOUP, 500, seed=4)))
    drift = drift_of(profile, texts)
    assert drift.far == ("traditional",)
    assert drift.shifts[-1].here > 0.1


def test_the_figures_say_what_changed(profile):
    drift = drift_of(profile, invented(SOUP + ["热汤面"] * 9, 500, seed=4, length=9))
    shifts = drift.to_dict()["shifts"]
    assert shifts["lengths"]["here"] > shifts["lengths"]["learned"]["ordinary"]
    examples = shifts["characters"]["examples"]
    assert {each["character"] for each in examples[:3]} == set("热汤面")
    assert all(each["here"] > each["learned"] for each in examples)


def test_order_copies_and_short_posts_change_nothing(profile):
    texts = list(dict.fromkeys(invented(SOUP, 400, seed=4)))
    scored = dict(zip(texts, scores(len(texts), seed=9), strict=True))
    again = [*texts[::-1], *["转发微博"] * 300, *texts[:50]]
    turned = drift_of(profile, again, np.array([scored.get(text, 0.5) for text in again]))
    assert turned == drift_of(profile, texts, np.array(list(scored.values())))


class Counting:
    """A model that counts about how many texts it is asked."""

    minimum_length = 8

    def __init__(self):
        self.asked = []

    def opinions(self, folded, base_rate):
        self.asked.append((len(folded), base_rate))
        return Opinions(
            np.full(len(folded), 0.1), np.ones(len(folded)), np.zeros(len(folded), bool)
        )

    def top_phrases(self, text, limit):
        return []


def test_few_texts_are_not_compared(profile):
    model = Counting()
    drift = measure_drift(profile, fold_texts(invented(SOUP, MINIMUM_TEXTS - 1)), model)
    assert (drift.far, drift.shifts, model.asked) == ((), (), [])
    assert drift.to_dict()["texts"] == drift.texts < MINIMUM_TEXTS


def test_of_many_texts_a_sample_is_looked_at_and_scored(profile):
    model = Counting()
    drift = measure_drift(profile, fold_texts(invented(SOUP, 9_000, length=8)), model)
    assert drift.texts == 5_000
    assert model.asked == [(1_000, 0.5)]


def test_a_small_training_set_does_not_make_everything_far():
    soups = {"soups": (invented(SOUP, 60, seed=3), scores(60))}
    small = make_profile(invented(SCARE, 80, seed=1), np.arange(80) % 2, scores(80), soups)
    assert drift_of(small, invented(SOUP, 300, seed=4)).far == ()


def test_the_profile_holds_no_more_than_single_characters_and_shares(profile):
    content = json.loads(profile.to_bytes())
    letters = content["common"] + content["rare"]
    assert len(letters) == len(set(letters))
    assert set(letters) <= set("".join(SOUP + SCARE))
    strings = {
        value for one in content["populations"] for value in one.values() if isinstance(value, str)
    }
    assert strings == {"claims_false", "claims_other", "soups", CLAIMS, ORDINARY}


def test_the_profile_stays_small_whatever_was_learned():
    random = np.random.default_rng(0)
    texts = ["".join(map(chr, random.integers(0x4E00, 0x9FA5, size=80))) for _ in range(1_000)]
    sources = {f"来源{at}": (texts[at::10], scores(100)) for at in range(10)}
    profile = make_profile(texts, np.arange(1_000) % 2, scores(1_000), sources)
    assert len(profile.to_bytes()) < 40_000
    assert [one.name for one in profile.populations][-1] == "rest"
    assert len(profile.populations) == 8


def test_a_profile_survives_its_bytes(profile):
    again = Profile.from_bytes(profile.to_bytes())
    assert again.to_bytes() == profile.to_bytes()
    texts = invented(STAR, 300)
    assert drift_of(again, texts).far == drift_of(profile, texts).far


def test_a_model_without_a_profile_has_none(tmp_path):
    model = LinearModel(bits=10).fit(invented(SCARE, 40), np.arange(40) % 2)
    assert profile_beside(model) is None
    assert profile_beside(LinearModel.load(model.save(tmp_path / "mine"))) is None


def test_a_profile_lies_beside_its_model(tmp_path, profile):
    model = LinearModel(bits=10).fit(invented(SCARE, 40), np.arange(40) % 2)
    folder = model.save(tmp_path / "mine", files={PROFILE_FILE: profile.to_bytes()})
    found = profile_beside(LinearModel.load(folder))
    assert found is not None
    assert found.to_bytes() == profile.to_bytes()


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"common": "水"}, {"populations": [{}]}, {"kinds": {"claims": {}}}, None],
    ids=["version", "characters", "population", "figures", "no JSON"],
)
def test_a_damaged_profile_is_named(tmp_path, profile, change):
    content = (
        b"{" if change is None else orjson.dumps({**orjson.loads(profile.to_bytes()), **change})
    )
    write_model_folder(tmp_path / "mine", {"kind": "x"}, {}, card="", files={PROFILE_FILE: content})
    holder = Counting()
    holder.folder_ = read_model_folder(tmp_path / "mine")
    with pytest.raises(ModelError, match=r"mine: 'profile.json' is damaged"):
        profile_beside(holder)


def test_populations_of_a_few_texts_are_passed_over():
    pile = Pile("few", ORDINARY, fold_texts(invented(SOUP, 10)), scores(10))
    empty = profile_of([pile])
    assert empty.populations == ()
    assert measure_drift(empty, fold_texts(invented(SOUP, 300)), Counting()).shifts == ()


def test_which_texts_are_chosen_does_not_depend_on_their_order():
    texts = invented(SOUP, 900, length=8)
    chosen = {texts[row] for row in choose_texts(fold_texts(texts), 100)}
    assert chosen == {texts[::-1][row] for row in choose_texts(fold_texts(texts[::-1]), 100)}


def test_divergence_is_symmetric_and_zero_for_equals():
    random = np.random.default_rng(3)
    first, second = random.dirichlet(np.ones(9)), random.dirichlet(np.ones(9))
    assert divergence(first, second) == pytest.approx(divergence(second, first))
    assert divergence(first, first) == 0.0
    assert 0 < divergence(first, second) < 1
