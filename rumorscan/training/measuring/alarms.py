"""How many ordinary posts, which claim nothing, are flagged: in every 10,000 of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rumorscan.rumors.calibration import TRAINED_RATE
from rumorscan.settings import ScoringSettings
from rumorscan.training.measuring.base_rates import PER, THRESHOLD
from rumorscan.training.measuring.intervals import (
    DRAWS,
    Clusters,
    Figure,
    Floats,
    Sample,
    figure_of_share,
    sample,
)
from rumorscan.training.measuring.metrics import share_gauge

BALANCED = TRAINED_RATE
"""The base rate under which labeled sets, about half of them false, are measured."""

SCAN_RATE = ScoringSettings().base_rate
"""The base rate that a scan asks for unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How many ordinary posts of one source are flagged.

    Attributes:
        n: ordinary posts measured on.
        clusters: how many clusters of near-duplicates they form.
        shares: base rate to the share of them whose probability is .5 or more, with its draws.
    """

    n: int
    clusters: int
    shares: Mapping[float, Sample]

    @property
    def over_half(self) -> dict[float, Figure]:
        """Base rate to the share flagged, with its interval."""
        return {rate: figure_of_share(one, self.clusters) for rate, one in self.shares.items()}

    @property
    def per_10000(self) -> dict[float, Figure]:
        """Base rate to the posts flagged in every 10,000, with its interval."""
        return {rate: one.times(PER) for rate, one in self.over_half.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the false alarms as JSON data."""
        return {
            "n": self.n,
            "clusters": self.clusters,
            "over_half_at_base_rate": {
                str(rate): one.to_dict() for rate, one in self.over_half.items()
            },
            "per_10000_at_base_rate": {
                str(rate): one.to_dict() for rate, one in self.per_10000.items()
            },
        }


def count_false_alarms(
    probabilities: Mapping[float, Floats],
    clusters: Clusters,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> FalseAlarms:
    """Return how many ordinary posts are flagged.

    Args:
        probabilities: base rate to the model's probabilities for it, each of shape (n,).
        clusters: cluster numbers of the posts, shape (n,).
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.

    Example:
        >>> found = count_false_alarms({0.5: np.array([0.1, 0.6, 0.2, 0.0])}, np.arange(4))
        >>> found.n, found.per_10000[0.5].value
        (4, 2500.0)
    """
    shares = {
        rate: sample(share_gauge(one >= THRESHOLD), clusters, draws=draws, seed=seed)["share"]
        for rate, one in probabilities.items()
    }
    return FalseAlarms(len(clusters), len(np.unique(clusters)), shares)
