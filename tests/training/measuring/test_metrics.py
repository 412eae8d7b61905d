"""Tests of the metrics against scikit-learn and against themselves."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from rumorscan.training.measuring.metrics import NAMES, measure, measure_share, to_text


@st.composite
def scored(draw):
    count = draw(st.integers(4, 60))
    labels = draw(st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count))
    labels[0], labels[1] = 0, 1
    steps = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    return np.array(labels, np.int8), np.array(steps) / 20


@settings(max_examples=60, deadline=None)
@given(scored())
def test_figures_equal_those_of_scikit_learn(data):
    labels, probabilities = data
    ours = measure(labels, probabilities, draws=2)
    flagged = probabilities >= 0.5
    expected = {
        "accuracy": reference.accuracy_score(labels, flagged),
        "macro_f1": reference.f1_score(labels, flagged, average="macro", zero_division=0),
        "auc": reference.roc_auc_score(labels, probabilities),
        "average_precision": reference.average_precision_score(labels, probabilities),
        "brier": reference.brier_score_loss(labels, probabilities),
    }
    for name, value in expected.items():
        assert ours[name].value == pytest.approx(value), name
    precision, recall, _ = reference.precision_recall_curve(labels, probabilities)
    assert ours["recall_at_90"].value == pytest.approx(recall[precision >= 0.90].max())


def test_calibration_error_is_the_mean_gap_of_the_bins():
    labels = np.array([1, 0, 0, 0, 1, 1], np.int8)
    probabilities = np.array([0.25, 0.25, 0.25, 0.25, 1.0, 0.9])
    assert measure(labels, probabilities, draws=2)["ece"].value == pytest.approx(0.1 / 6)


def test_interval_of_copies_is_wider_than_that_of_independent_posts():
    random = np.random.default_rng(3)
    labels = np.repeat(random.integers(0, 2, 40), 10).astype(np.int8)
    probabilities = np.repeat(random.random(40), 10)
    copies = measure(labels, probabilities, np.repeat(np.arange(40), 10))["auc"]
    apart = measure(labels, probabilities)["auc"]
    assert copies.value == apart.value
    assert copies.high - copies.low > 2 * (apart.high - apart.low)


def test_interval_holds_the_value_and_is_the_same_each_time():
    random = np.random.default_rng(5)
    labels = random.integers(0, 2, 300).astype(np.int8)
    probabilities = np.clip(labels * 0.3 + random.random(300) * 0.7, 0, 1)
    first, again = (measure(labels, probabilities, seed=7) for _ in range(2))
    assert first == again
    for name in ("accuracy", "macro_f1", "auc", "average_precision", "brier"):
        assert first[name].low <= first[name].value <= first[name].high


def test_figures_of_one_class_are_undefined_and_not_an_error():
    metrics = measure(np.ones(5, np.int8), np.full(5, 0.7))
    assert metrics["accuracy"].value == 1.0
    assert metrics.to_dict()["auc"] == {"value": None, "low": None, "high": None}
    assert str(metrics["auc"]) == "-"


def test_metrics_of_no_posts_are_undefined():
    metrics = measure(np.zeros(0, np.int8), np.zeros(0))
    assert metrics.n == 0
    assert metrics.to_dict()["accuracy"]["value"] is None


def test_metrics_are_json_and_a_table():
    metrics = measure(np.array([0, 1, 1], np.int8), np.array([0.2, 0.9, 0.4]))
    assert set(json.loads(json.dumps(metrics.to_dict()))) == {"n", "positives", "clusters", *NAMES}
    table = to_text({"one": metrics, "two": metrics})
    assert len({len(line.split("  ")[0]) for line in table.splitlines()}) == 1
    assert "AUC" in table


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_share_is_the_mean_and_lies_in_its_interval(marks):
    figure = measure_share(np.array(marks), draws=200)
    assert figure.value == pytest.approx(np.mean(marks))
    assert 0.0 <= figure.low <= figure.high <= 1.0
