"""Scores to probabilities, and probabilities to another share of false posts.

Platt scaling: J. Platt, Probabilistic outputs for support vector machines (1999), with the
Newton steps of Lin, Lin and Weng, A note on Platt's probabilistic outputs (2007). Shift of the
prior: Saerens, Latinne and Decaestecker, Adjusting the outputs of a classifier (2002).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

_STEPS = 100
_TOLERANCE = 1e-10
_RIDGE = 1e-9

Floats = npt.NDArray[np.float64]

TRAINED_RATE = 0.5
"""Share of false claims for which stored calibrations hold; fitting weighs both labels the same."""


@dataclass(frozen=True, slots=True)
class Platt:
    """A sigmoid that turns a score into a probability.

    Attributes:
        slope: what the score is multiplied with.
        intercept: what is added to it.

    Example:
        >>> Platt(2.0, 0.0).probabilities(np.array([0.0, 1.0])).round(3).tolist()
        [0.5, 0.881]
    """

    slope: float = 1.0
    intercept: float = 0.0

    def log_odds(self, scores: Floats) -> Floats:
        """Return the log-odds of scores, in the same order."""
        return self.slope * scores + self.intercept

    def probabilities(self, scores: Floats) -> Floats:
        """Return the probabilities of scores, in [0, 1], in the same order."""
        return sigmoid(self.log_odds(scores))

    def to_dict(self) -> dict[str, float]:
        """Return the two numbers as they stand in a model's configuration."""
        return asdict(self)


def fit_platt(
    scores: Floats, labels: npt.NDArray[np.int8], sample_weight: Floats | None = None
) -> Platt:
    """Return the sigmoid under which the labels are most likely, both classes weighing the same.

    Args:
        scores: shape (n,), of rows that the scoring model was not fitted on.
        labels: shape (n,), 1 or 0; both must occur.
        sample_weight: how much each row counts within its class, shape (n,), or None.

    Returns:
        Probabilities that hold where half of the rows are 1. The targets are Platt's, a little
        inside 0 and 1, so that separable scores do not make the slope grow without end.

    Example:
        >>> scores = np.array([-2.0, -1.0, 0.5, -0.5, 1.0, 2.0])
        >>> fit_platt(scores, np.array([0, 0, 0, 1, 1, 1], dtype=np.int8)).slope > 0
        True
    """
    positive = labels == 1
    positives = int(positive.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        raise ValueError("both labels must occur; expected 1 and 0 among the labels")
    targets = np.where(positive, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    weights = balanced_weights(positive, sample_weight)
    center, spread = float(scores.mean()), float(scores.std()) or 1.0
    scaled = (scores - center) / spread
    slope, intercept = _newton(scaled, targets, weights)
    return Platt(slope / spread, intercept - slope * center / spread)


def balanced_weights(
    positive: npt.NDArray[np.bool_], sample_weight: Floats | None = None
) -> Floats:
    """Return how much rows count when both classes weigh one half.

    Args:
        positive: which rows are of the first class, shape (n,); both must occur.
        sample_weight: how much each row counts within its class, shape (n,), or None.

    Example:
        >>> balanced_weights(np.array([True, False, False])).tolist()
        [0.5, 0.25, 0.25]
    """
    weights = np.ones(len(positive)) if sample_weight is None else np.array(sample_weight)
    for side in (positive, ~positive):
        weights[side] *= 0.5 / weights[side].sum()
    return weights


def to_base_rate(probabilities: Floats, trained_rate: float, base_rate: float) -> Floats:
    """Return probabilities as they are where another share of the rows is positive.

    Args:
        probabilities: in [0, 1], calibrated for the trained rate.
        trained_rate: the share for which they hold, in (0, 1).
        base_rate: the share for which they shall hold, in (0, 1).

    Example:
        >>> to_base_rate(np.array([0.0, 0.5, 0.9, 1.0]), 0.5, 0.05).round(3).tolist()
        [0.0, 0.05, 0.321, 1.0]
    """
    if trained_rate == base_rate:
        return probabilities.copy()
    up = probabilities * (base_rate / trained_rate)
    down = (1.0 - probabilities) * ((1.0 - base_rate) / (1.0 - trained_rate))
    return np.asarray(up / (up + down), dtype=np.float64)


def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-value)), without overflow.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1.0, small) / (1.0 + small)


def _newton(scores: Floats, targets: Floats, weights: Floats) -> tuple[float, float]:
    """Minimize the weighted cross-entropy over slope and intercept."""
    slope, intercept = 0.0, 0.0
    loss = _loss(scores, targets, weights, slope, intercept)
    for _ in range(_STEPS):
        fitted = sigmoid(slope * scores + intercept)
        error = weights * (fitted - targets)
        curve = weights * fitted * (1.0 - fitted)
        gradient = np.array([(error * scores).sum(), error.sum()])
        cross = (curve * scores).sum()
        hessian = np.array([[(curve * scores**2).sum(), cross], [cross, curve.sum()]])
        step = np.linalg.solve(hessian + _RIDGE * np.eye(2), gradient)
        size = 1.0
        while size > _TOLERANCE:
            moved = slope - size * step[0], intercept - size * step[1]
            lower = _loss(scores, targets, weights, *moved)
            if lower <= loss:
                break
            size /= 2
        else:
            break
        gain, loss = loss - lower, lower
        slope, intercept = float(moved[0]), float(moved[1])
        if gain < _TOLERANCE:
            break
    return slope, intercept


def _loss(
    scores: Floats, targets: Floats, weights: Floats, slope: float, intercept: float
) -> float:
    margin = slope * scores + intercept
    return float((weights * (np.logaddexp(0.0, margin) - targets * margin)).sum())
