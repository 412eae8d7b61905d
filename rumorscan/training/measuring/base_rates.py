"""How many flagged posts are false where false posts are rare.

Labeled sets are about half false; a stream of posts is not. At a base rate r the model is asked
for its probabilities at r, a post is flagged from .5 on, and with t the share of the false posts
that is flagged and f the share of the others,

    precision = r t / (r t + (1 - r) f).

t and f are measured, and only the mix is computed: it is assumed that the others of the labeled
set are like the others of the stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.training.measuring.intervals import Figure, Floats, Gauge, Sample, figure_of_share

BASE_RATES = (0.01, 0.05, 0.20)
"""The base rates at which precision is told."""

THRESHOLD = 0.5
"""A post is flagged from this probability on."""


PER = 10_000


@dataclass(frozen=True, slots=True)
class AtBaseRate:
    """What flagging from .5 on gives where that share of the posts is false.

    Attributes:
        precision: the share of flagged posts that is false; NaN where none is flagged.
        recall: the share of false posts that is flagged.
        false_positive_rate: the share of the other posts that is flagged.
    """

    precision: Figure
    recall: Figure
    false_positive_rate: Figure

    @property
    def others_per_10000(self) -> Figure:
        """How many of 10,000 other posts are flagged."""
        return self.false_positive_rate.times(PER)

    def to_dict(self) -> dict[str, Any]:
        """Return the three figures as JSON data."""
        return {
            "precision": self.precision.to_dict(),
            "recall": self.recall.to_dict(),
            "false_positive_rate": self.false_positive_rate.to_dict(),
        }


def precision_at(
    base_rate: float, recall: float | Floats, false_positive_rate: float | Floats
) -> Any:
    """Return the precision at a base rate; NaN where nothing is flagged.

    Example:
        >>> round(precision_at(0.05, 0.9, 0.1), 3), round(precision_at(0.5, 0.9, 0.1), 3)
        (0.321, 0.9)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = base_rate * np.asarray(recall)
        result = hits / (hits + (1 - base_rate) * np.asarray(false_positive_rate))
    return result if np.ndim(result) else float(result)


def gauge_at(
    labels: npt.NDArray[np.int8], probabilities: Floats, base_rate: float, prefix: str
) -> Gauge:
    """Return what measures `precision`, `recall` and `false_positive_rate` at a base rate.

    Args:
        labels: 1 = false information, 0 = not, shape (n,).
        probabilities: the model's for that base rate, shape (n,).
        base_rate: share of false posts, in (0, 1).
        prefix: put before the three names.
    """
    flagged = (probabilities >= THRESHOLD).astype(np.float64)
    is_false = (labels == 1).astype(np.float64)

    def figures(weights: Floats) -> Mapping[str, Floats]:
        positives = weights @ is_false
        hits = weights @ (flagged * is_false)
        recall = hits / positives
        alarms = (weights @ flagged - hits) / (weights.sum(axis=1) - positives)
        return {
            f"{prefix}precision": precision_at(base_rate, recall, alarms),
            f"{prefix}recall": recall,
            f"{prefix}false_positive_rate": alarms,
        }

    return figures


def at_base_rate(
    found: Mapping[str, Sample], base_rate: float, prefix: str, trials: tuple[int, int]
) -> AtBaseRate:
    """Return sampled figures with their intervals.

    Where no other post is flagged, drawing again would show a precision of 1 without any
    spread; its lower end is then computed from the limit of the false positive rate.

    Args:
        found: what `gauge_at` measured under that prefix.
        base_rate: share of false posts.
        prefix: the same prefix.
        trials: clusters of the false posts, and of the others.
    """
    recall = figure_of_share(found[f"{prefix}recall"], trials[0])
    alarms = figure_of_share(found[f"{prefix}false_positive_rate"], trials[1])
    precision = found[f"{prefix}precision"].figure
    if alarms.value == 0.0 and recall.value > 0.0:
        low = precision_at(base_rate, recall.value, alarms.high)
        precision = Figure(precision.value, min(low, precision.low), precision.high)
    return AtBaseRate(precision, recall, alarms)
