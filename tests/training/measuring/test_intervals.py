"""Tests that draws are shared, and that intervals are honest at the ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.training.measuring.intervals import Sample, figure_of_share, sample


def mean_of(values):
    return lambda weights: {"mean": weights @ values / weights.sum(axis=1)}


def test_two_gauges_on_the_same_clusters_see_the_same_draws():
    values = np.random.default_rng(1).random(60)
    clusters = np.arange(60) // 3
    first, second = (
        sample(mean_of(one), clusters, draws=50, seed=4)["mean"] for one in (values, values + 0.25)
    )
    assert np.allclose(second.minus(first).drawn, 0.25)
    assert second.minus(first).figure.low == pytest.approx(0.25)


def test_another_seed_draws_others():
    values = np.arange(20.0)
    one, other = (sample(mean_of(values), np.arange(20), seed=seed)["mean"] for seed in (0, 1))
    assert one.value == other.value
    assert not np.array_equal(one.drawn, other.drawn)


def test_a_cluster_is_drawn_whole():
    seen = []
    sample(lambda w: {"n": seen.append(w) or w.sum(axis=1)}, np.array([0, 0, 1, 1, 1]), draws=20)
    drawn = np.concatenate(seen)
    assert (drawn[:, 0] == drawn[:, 1]).all() and (drawn[:, 2] == drawn[:, 4]).all()


@given(st.integers(1, 5000))
def test_a_share_of_none_still_has_an_upper_end(trials):
    none, every = (
        figure_of_share(Sample(value, np.full(9, value)), trials) for value in (0.0, 1.0)
    )
    assert none.low == none.value == 0.0 < none.high < 1.0
    assert every.low == pytest.approx(1 - none.high)
    # the exact limit: seeing none of so many has a chance of 2.5% there
    assert (1 - none.high) ** trials == pytest.approx(0.025, rel=1e-6)


def test_no_rows_give_no_interval():
    found = sample(mean_of(np.zeros(0)), np.zeros(0, np.int64))["mean"]
    assert str(found.figure) == "-"
    assert found.figure.to_dict() == {"value": None, "low": None, "high": None}
