"""Tests of what probabilities promise: bins, base rates, coverage and false alarms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.training.measuring.alarms import count_false_alarms
from rumorscan.training.measuring.base_rates import at_base_rate, gauge_at, precision_at
from rumorscan.training.measuring.coverage import COVERAGES, coverage_gauge, find_curve, to_coverage
from rumorscan.training.measuring.intervals import sample
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.measuring.reliability import find_reliability

RATES = st.floats(0.001, 0.999)


@st.composite
def scored(draw):
    count = draw(st.integers(2, 60))
    labels = draw(st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count))
    labels[0], labels[1] = 0, 1
    steps = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    return np.array(labels, np.int8), np.array(steps) / 20


# --- bins


@settings(max_examples=40, deadline=None)
@given(scored())
def test_the_bins_hold_every_post_and_their_gaps_are_the_calibration_error(data):
    labels, probabilities = data
    bins = find_reliability(labels, probabilities, np.arange(len(labels)), draws=2)
    assert len(bins) == 10 and sum(one.n for one in bins) == len(labels)
    gaps = sum(abs(one.mean_probability - one.share_false.value) * one.n for one in bins if one.n)
    ece = measure(labels, probabilities, draws=2)["ece"].value
    assert gaps / len(labels) == pytest.approx(ece)


def test_an_empty_bin_is_undefined_and_a_sure_one_keeps_an_interval():
    bins = find_reliability(np.ones(20, np.int8), np.full(20, 0.95), np.arange(20))
    assert bins[0].to_dict()["share_false"]["value"] is None
    assert bins[9].share_false.value == 1.0
    assert 0.8 < bins[9].share_false.low < 1.0


# --- base rates


@given(RATES, RATES, st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_precision_rises_with_the_base_rate(one, other, recall, alarms):
    low, high = sorted((one, other))
    assert precision_at(low, recall, alarms) <= precision_at(high, recall, alarms) + 1e-12


@settings(max_examples=40, deadline=None)
@given(scored())
def test_precision_at_the_share_of_the_set_is_that_of_the_set(data):
    labels, probabilities = data
    rate = float(labels.mean())
    found = sample(gauge_at(labels, probabilities, rate, "x."), np.arange(len(labels)), draws=2)
    flagged = probabilities >= 0.5
    if flagged.any():
        assert found["x.precision"].value == pytest.approx(labels[flagged].mean())
    else:
        assert np.isnan(found["x.precision"].value)


def test_no_false_alarm_among_few_posts_does_not_prove_a_precision_of_one():
    labels = np.tile([0, 1], 50).astype(np.int8)
    found = sample(gauge_at(labels, labels * 0.9, 0.01, ""), np.arange(100))
    at = at_base_rate(found, 0.01, "", (50, 50))
    assert at.precision.value == 1.0
    assert at.precision.low < 0.2
    assert at.false_positive_rate.high > 0.05


# --- coverage


@settings(max_examples=40, deadline=None)
@given(scored())
def test_full_coverage_is_the_accuracy(data):
    labels, probabilities = data
    found = sample(coverage_gauge(labels, probabilities), np.arange(len(labels)), draws=3)
    accuracy = measure(labels, probabilities, draws=2)["accuracy"].value
    assert found["accuracy_at_1.0"].value == pytest.approx(accuracy)
    assert find_curve(labels, probabilities)[-1] == (1.0, pytest.approx(accuracy))
    for share in COVERAGES:
        assert 0.0 <= found[f"accuracy_at_{share}"].value <= 1.0 + 1e-12


def test_the_area_is_the_mean_risk_of_the_posts_kept_so_far():
    random = np.random.default_rng(2)
    probabilities = random.permutation(np.linspace(0.001, 0.97, 97))
    labels = (random.random(97) < probabilities).astype(np.int8)
    order = np.argsort(-np.abs(probabilities - 0.5))
    wrong = ((probabilities >= 0.5) != labels)[order]
    expected = np.mean(np.cumsum(wrong) / np.arange(1, 98))
    found = sample(coverage_gauge(labels, probabilities), np.arange(97), draws=2)
    assert found["aurc"].value == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(scored())
def test_a_wider_band_leaves_more_to_people(data):
    labels, probabilities = data
    gauge = coverage_gauge(labels, probabilities)
    found = to_coverage(sample(gauge, np.arange(len(labels)), draws=3), labels, probabilities)
    kept = [coverage.value for coverage, _ in found.abstaining.values()]
    assert kept == sorted(kept, reverse=True)
    assert found.to_dict()["curve"][-1][0] == 1.0


@settings(max_examples=30, deadline=None)
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_posts_does_not_matter(data, chance):
    labels, probabilities = data
    order = list(range(len(labels)))
    chance.shuffle(order)
    curves = [find_curve(labels, probabilities), find_curve(labels[order], probabilities[order])]
    assert np.allclose(*curves)


# --- false alarms


def test_false_alarms_are_told_in_ten_thousand_posts():
    probabilities = {0.5: np.repeat([0.9, 0.1], [5, 95]), 0.05: np.zeros(100)}
    found = count_false_alarms(probabilities, np.arange(100))
    assert found.per_10000[0.5].value == pytest.approx(500)
    assert found.per_10000[0.5].low < 500 < found.per_10000[0.5].high
    assert found.per_10000[0.05].value == 0.0
    assert 300 < found.per_10000[0.05].high < 400
    data = found.to_dict()
    assert data["n"] == data["clusters"] == 100
    assert data["over_half_at_base_rate"]["0.5"]["value"] == 0.05


def test_copies_of_one_ordinary_post_count_as_one_trial():
    copies = count_false_alarms({0.5: np.zeros(100)}, np.zeros(100, np.int64))
    assert copies.clusters == 1
    assert copies.per_10000[0.5].high > 9000
