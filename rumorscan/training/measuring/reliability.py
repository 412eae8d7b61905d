"""Whether probabilities mean what they say: in bins of probability, the share that was false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.training.measuring.intervals import (
    DRAWS,
    Clusters,
    Figure,
    Floats,
    figure_of_share,
    rounded,
    sample,
)
from rumorscan.training.measuring.metrics import BINS, bins_of


@dataclass(frozen=True, slots=True)
class Bin:
    """The posts whose probability lies in one tenth of [0, 1].

    Attributes:
        low: where it begins; it ends a tenth later.
        n: posts in it.
        mean_probability: their mean probability; NaN where there are none.
        share_false: the share of them that is false information.
    """

    low: float
    n: int
    mean_probability: float
    share_false: Figure

    @property
    def high(self) -> float:
        """Where it ends."""
        return round(self.low + 1 / BINS, 10)

    def to_dict(self) -> dict[str, Any]:
        """Return the bin as JSON data."""
        return {
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "mean_probability": rounded(self.mean_probability),
            "share_false": self.share_false.to_dict(),
        }


def find_reliability(
    labels: npt.NDArray[np.int8],
    probabilities: Floats,
    clusters: Clusters,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Bin, ...]:
    """Return the ten bins of the calibration error, lowest first, empty ones included.

    Args:
        labels: 1 = false information, 0 = not, shape (n,).
        probabilities: in [0, 1], shape (n,).
        clusters: cluster numbers, shape (n,).
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.

    Example:
        >>> labels = np.array([0, 1, 1, 1], np.int8)
        >>> bins = find_reliability(labels, np.array([0.72, 0.74, 0.76, 0.78]), np.arange(4))
        >>> bins[7].n, bins[7].mean_probability, bins[7].share_false.value
        (4, 0.75, 0.75)
    """
    place = bins_of(probabilities)
    member = (place[:, None] == np.arange(BINS)).astype(np.float64)
    is_false = member * (labels == 1)[:, None]

    def shares(weights: Floats) -> dict[str, Floats]:
        found = (weights @ is_false) / (weights @ member)
        return {str(number): found[:, number] for number in range(BINS)}

    found = sample(shares, clusters, draws=draws, seed=seed)
    bins = []
    for number in range(BINS):
        rows = place == number
        share = figure_of_share(found[str(number)], len(np.unique(clusters[rows])))
        mean = float(probabilities[rows].mean()) if rows.any() else np.nan
        bins.append(Bin(number / BINS, int(rows.sum()), mean, share))
    return tuple(bins)
