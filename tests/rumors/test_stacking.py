import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from rumorscan.rumors.stacked import Cascade, Joint
from rumorscan.rumors.stacking import Stack, fit_stack


def opinions(count=2_000, seed=0):
    """Return labels and two scorers that are right in part, the second less so."""
    random = np.random.default_rng(seed)
    labels = (random.random(count) < 0.3).astype(np.int8)
    signal = np.where(labels == 1, 1.0, -1.0)
    return np.stack([signal, 0.5 * signal], axis=1) + random.normal(0, 1, (count, 2)), labels


def test_it_finds_what_a_balanced_logistic_regression_finds():
    scores, labels = opinions()
    ours = fit_stack(scores, labels)
    theirs = LogisticRegression(C=1e6, class_weight="balanced").fit(scores, labels)
    assert ours.weights == pytest.approx(theirs.coef_[0], rel=0.02)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], abs=0.02)


def test_a_scorer_that_is_turned_round_is_left_out():
    scores, labels = opinions()
    scores[:, 1] *= -1
    assert fit_stack(scores, labels).weights[1] == 0.0


def test_both_labels_weigh_the_same_however_many_there_are():
    scores, labels = opinions()
    probabilities = fit_stack(scores, labels).probabilities(scores)
    balance = [probabilities[labels == label].mean() for label in (0, 1)]
    assert sum(balance) == pytest.approx(1.0, abs=0.02)


def test_one_label_alone_joins_nothing():
    with pytest.raises(ValueError, match="both labels"):
        fit_stack(np.zeros((3, 2)), np.ones(3, dtype=np.int8))


def test_a_scorer_that_says_nothing_does_no_harm():
    scores, labels = opinions()
    scores[:, 1] = 0.0
    assert np.isfinite(fit_stack(scores, labels).probabilities(scores)).all()


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20), st.floats(0.0, 5.0))
def test_who_is_more_suspect_is_asked_about_first(probabilities, reach):
    ordered = np.sort(np.array(probabilities))
    asked = Cascade(reach).asks(ordered)
    assert (np.diff(asked.astype(int)) >= 0).all()


def test_what_joins_the_opinions_is_read_as_it_was_written():
    joint = Joint(Stack((1.0, 2.0), 0.5), None, Cascade(3.0), (0.4, 0.6))
    assert Joint.from_dict(joint.to_dict()) == joint
