import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from rumorscan.rumors.calibration import Platt, fit_platt, sigmoid, to_base_rate

PROBABILITIES = st.floats(0.0, 1.0)
RATES = st.floats(0.001, 0.999)


@given(st.lists(PROBABILITIES, min_size=1), RATES, RATES)
def test_a_shift_there_and_back_changes_nothing(values, one, other):
    given_values = np.array(values)
    there = to_base_rate(given_values, one, other)
    assert ((there >= 0) & (there <= 1)).all()
    assert np.allclose(to_base_rate(there, other, one), given_values, atol=1e-9)


@given(st.lists(PROBABILITIES, min_size=2), RATES, RATES)
def test_a_shift_keeps_the_order(values, one, other):
    ordered = np.sort(np.array(values))
    assert (np.diff(to_base_rate(ordered, one, other)) >= 0).all()


@given(RATES, RATES)
def test_what_says_nothing_becomes_the_base_rate(trained, base):
    assert to_base_rate(np.array([trained]), trained, base)[0] == pytest.approx(base)


def test_a_shift_is_what_counting_gives():
    # 3 of 4 false posts and 1 of 4 true ones have a sign: .75 where both are as frequent
    false, true = 100, 900
    expected = 0.75 * false / (0.75 * false + 0.25 * true)
    assert to_base_rate(np.array([0.75]), 0.5, false / (false + true))[0] == pytest.approx(expected)


@given(st.lists(st.floats(-800, 800), min_size=1))
def test_a_sigmoid_and_its_mirror_make_one(values):
    array = np.array(values)
    assert np.allclose(sigmoid(array) + sigmoid(-array), 1.0)


def test_the_fitted_sigmoid_is_the_regression_of_the_scores():
    random = np.random.default_rng(3)
    labels = (random.random(4_000) < 0.2).astype(np.int8)
    scores = random.normal(size=4_000) + 1.5 * labels
    fitted = fit_platt(scores, labels)
    reference = LogisticRegression(C=1e9, class_weight="balanced").fit(scores[:, None], labels)
    assert fitted.slope == pytest.approx(reference.coef_[0, 0], rel=0.02)
    assert fitted.intercept == pytest.approx(reference.intercept_[0], abs=0.02)


@given(st.floats(0.01, 100), st.floats(-50, 50))
def test_scaling_the_scores_changes_no_probability(scale, shift):
    random = np.random.default_rng(4)
    labels = np.tile(np.array([0, 1], dtype=np.int8), 50)
    scores = random.normal(size=100) + labels
    plain = fit_platt(scores, labels).probabilities(scores)
    moved = scores * scale + shift
    assert np.allclose(fit_platt(moved, labels).probabilities(moved), plain, atol=1e-4)


def test_separable_scores_give_a_slope_with_an_end():
    labels = np.array([0] * 10 + [1] * 10, dtype=np.int8)
    fitted = fit_platt(np.where(labels == 1, 1.0, -1.0), labels)
    assert fitted.probabilities(np.array([1.0]))[0] == pytest.approx(11 / 12, abs=1e-3)


def test_equal_scores_say_nothing():
    labels = np.array([0, 0, 0, 1], dtype=np.int8)
    fitted = fit_platt(np.ones(4), labels)
    assert fitted.probabilities(np.array([1.0]))[0] == pytest.approx(0.5, abs=0.1)


def test_one_label_alone_is_refused():
    with pytest.raises(ValueError, match="both labels must occur"):
        fit_platt(np.zeros(3), np.ones(3, dtype=np.int8))


def test_a_sigmoid_is_stored_as_two_numbers():
    assert Platt(**Platt(2.0, -1.0).to_dict()) == Platt(2.0, -1.0)
