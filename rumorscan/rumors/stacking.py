"""Two opinions to one probability: a small regression on held-out scores (Wolpert 1992)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import Floats, balanced_weights, sigmoid

_COST = 1.0
"""Inverse strength of the penalty: a handful of held-out posts must not make a bold slope."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A sum of scores that is a log-odds where both labels are equally frequent.

    Attributes:
        weights: one for each score.
        intercept: added to the sum.

    Example:
        >>> Stack((1.0, 0.5), 0.0).log_odds(np.array([[2.0, 2.0]])).tolist()
        [3.0]
    """

    weights: tuple[float, ...]
    intercept: float

    def log_odds(self, scores: Floats) -> Floats:
        """Return the log-odds of rows of scores, shape (n,)."""
        return np.asarray(scores @ np.array(self.weights) + self.intercept, dtype=np.float64)

    def probabilities(self, scores: Floats) -> Floats:
        """Return the probabilities of rows of scores, shape (n,), in [0, 1]."""
        return sigmoid(self.log_odds(scores))

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as they stand in a model's configuration."""
        return {"weights": list(self.weights), "intercept": self.intercept}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Stack:
        """Return what `to_dict` gave.

        Raises:
            KeyError, TypeError, ValueError: the values do not fit.
        """
        return cls(tuple(map(float, values["weights"])), float(values["intercept"]))


def fit_stack(
    scores: Floats, labels: npt.NDArray[np.int8], sample_weight: Floats | None = None
) -> Stack:
    """Return the stack under which held-out labels are most likely, both weighing the same.

    Args:
        scores: shape (n, k); of rows that none of the k scorers was fitted on.
        labels: shape (n,), 1 or 0; both must occur.
        sample_weight: shape (n,), or None.

    Returns:
        Weights that are not negative: a scorer that is worse than chance on a few held-out rows
        is left out rather than turned round.

    Example:
        >>> scores = np.array([[-2.0, 0.1], [-1.0, -0.1], [1.0, 0.1], [2.0, -0.1]])
        >>> stack = fit_stack(scores, np.array([0, 0, 1, 1], dtype=np.int8))
        >>> stack.weights[0] > 0, len(stack.weights)
        (True, 2)
    """
    from scipy.optimize import minimize

    positive = labels == 1
    if positive.all() or not positive.any():
        raise ValueError("both labels must occur; expected 1 and 0 among the labels")
    weight = balanced_weights(positive, sample_weight)
    scale = scores.std(axis=0)
    scale[scale == 0] = 1.0
    scaled = scores / scale
    sign = np.where(positive, 1.0, -1.0)
    penalty = 0.5 / (_COST * len(labels))

    def loss(values: Floats) -> tuple[float, Floats]:
        margin = sign * (scaled @ values[:-1] + values[-1])
        pull = -weight * sign * sigmoid(-margin)
        total = float((weight * np.logaddexp(0.0, -margin)).sum())
        gradient = np.append(scaled.T @ pull + 2 * penalty * values[:-1], pull.sum())
        return total + penalty * float((values[:-1] ** 2).sum()), gradient

    columns = scores.shape[1]
    start = np.append(np.ones(columns), 0.0)
    bounds = [(0.0, None)] * columns + [(None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Stack(tuple((found[:-1] / scale).tolist()), float(found[-1]))
