"""Tests that a set which gives its labels away is found out, and an honest one is not blamed."""

import json

import numpy as np
import pytest

from rumorscan.training.corpora import read_labeled
from rumorscan.training.leaks import find_leaks
from rumorscan.training.splits import grouped_folds

COUNT = 200


def corpus_of(**fields):
    """Return invented posts, half of them false; a field is a function of row and label."""
    random = np.random.default_rng(11)
    rows = []
    for row in range(COUNT):
        label = int(random.integers(0, 2))
        rows.append({"text": "某地停水" + "呀" * int(random.integers(1, 20)), "label": label})
        for name, value in fields.items():
            rows[-1][name] = value(row, label)
    return read_labeled(rows)


def leaks_of(corpus, probabilities=None, clusters=None):
    clusters = np.arange(len(corpus)) if clusters is None else clusters
    splits = list(grouped_folds(clusters, corpus.labels, 4))
    if probabilities is None:
        random = np.random.default_rng(1)
        probabilities = np.clip(corpus.labels * 0.6 + random.random(len(corpus)) * 0.4, 0, 1)
    return find_leaks(corpus, clusters, splits, probabilities)


@pytest.mark.parametrize(
    ("trait", "fields"),
    [
        ("format", {"text": lambda row, label: ("【速看】" if label else "") + f"某地停水{row}天"}),
        ("time", {"posted_at": lambda row, label: f"20{10 + 5 * label}-03-{row % 28 + 1:02d}"}),
        ("account", {"account": lambda row, label: f"{label}-{row % 5}"}),
        ("source", {"source": lambda _, label: ["报社", "辟谣台"][label]}),
    ],
)
def test_a_trait_that_gives_the_labels_away_is_warned_of(trait, fields):
    leaks = leaks_of(corpus_of(**fields))
    assert leaks.auc[trait].value > 0.95
    assert [warning.split(":")[0] for warning in leaks.warnings] == [trait]


def test_an_honest_set_gets_no_warning():
    leaks = leaks_of(
        corpus_of(
            posted_at=lambda row, _: f"2020-{row % 12 + 1:02d}-01",
            account=lambda row, _: f"账号{row % 7}",
            source=lambda row, _: f"源{row % 3}",
        )
    )
    assert set(leaks.auc) == {"format", "time", "account", "source"}
    assert leaks.warnings == ()
    assert leaks.twins_found == 0


def test_a_model_no_better_than_a_trait_is_warned_of():
    corpus = corpus_of(account=lambda row, label: f"{label if row % 10 < 6 else row % 2}")
    weak = leaks_of(corpus, np.where(corpus.labels == 1, 0.52, 0.5) * (np.arange(COUNT) % 2))
    assert any(warning.startswith("account") for warning in weak.warnings)


def test_traits_that_the_data_lack_are_left_out():
    assert set(leaks_of(corpus_of()).auc) == {"format"}


def test_twins_and_mixed_clusters_are_counted():
    corpus = corpus_of()
    leaks = leaks_of(corpus, clusters=np.arange(COUNT) // 2)
    pairs = corpus.labels.reshape(-1, 2)
    assert leaks.mixed_clusters == int(np.sum(pairs[:, 0] != pairs[:, 1]))
    assert leaks.twins_if_random == pytest.approx(0.75)
    assert leaks.twins_found == 0


def test_the_report_is_json_and_the_same_each_time():
    corpus = corpus_of(account=lambda row, label: f"{label}-{row % 5}")
    first, again = (json.dumps(leaks_of(corpus).to_dict()) for _ in range(2))
    assert first == again
