"""Measured values with the interval that drawing whole clusters again gives them.

Near-duplicates are not independent, so it is clusters that are drawn with replacement, never
posts. A draw is a weight for every row; the same clusters and seed give the same draws, so that
what two models reach on them can be compared draw by draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Clusters = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Gauge = Callable[[Floats], Mapping[str, Floats]]
"""From weights of the rows, shape (draws, n), to named values, each of shape (draws,)."""

DRAWS = 1000

_DRAWS_AT_ONCE = 64
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value with the interval in which 95% of the cluster draws fall.

    A value is NaN where it is not defined, such as the AUC of posts that are all false.
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return the figure as JSON data, rounded; None where it is not defined."""
        return {name: rounded(getattr(self, name)) for name in ("value", "low", "high")}

    def times(self, factor: float) -> Figure:
        """Return the figure in another unit.

        Example:
            >>> str(Figure(0.25, 0.125, 0.5).times(2))
            '0.500 [0.250, 1.000]'
        """
        return Figure(self.value * factor, self.low * factor, self.high * factor)

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "-"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A value, and what it was on each draw of the clusters.

    Attributes:
        value: on all rows; NaN where it is not defined.
        drawn: on each draw, shape (draws,); NaN where it is not defined there.
    """

    value: float
    drawn: Floats

    @property
    def figure(self) -> Figure:
        """The value with its interval."""
        defined = self.drawn[~np.isnan(self.drawn)]
        if np.isnan(self.value) or not len(defined):
            return Figure(self.value, np.nan, np.nan)
        low, high = np.quantile(defined, [_TAIL, 1 - _TAIL])
        return Figure(self.value, float(low), float(high))

    def minus(self, other: Sample) -> Sample:
        """Return the difference, draw by draw; both must come from the same draws."""
        return Sample(self.value - other.value, self.drawn - other.drawn)


def sample(
    gauge: Gauge, clusters: Clusters, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Sample]:
    """Return what a gauge shows on all rows and on each draw of whole clusters.

    Args:
        gauge: from weights to named values.
        clusters: cluster numbers, shape (n,).
        draws: how many times clusters are drawn again.
        seed: of the draws.

    Example:
        >>> marks = np.array([1.0, 0.0, 0.0, 0.0])
        >>> found = sample(lambda w: {"share": w @ marks / w.sum(axis=1)}, np.arange(4), draws=99)
        >>> found["share"].value, found["share"].drawn.shape
        (0.25, (99,))
    """
    _, codes = np.unique(clusters, return_inverse=True)
    count = int(codes.max(initial=-1)) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        values = gauge(np.ones((1, len(clusters))))
        random = np.random.default_rng(seed)
        parts: dict[str, list[Floats]] = {name: [] for name in values}
        for start in range(0, draws if count else 0, _DRAWS_AT_ONCE):
            some = min(_DRAWS_AT_ONCE, draws - start)
            drawn = random.multinomial(count, np.full(count, 1 / count), size=some)
            for name, found in gauge(drawn[:, codes].astype(np.float64)).items():
                parts[name].append(found)
    return {
        name: Sample(float(value[0]), np.concatenate(parts[name] or [np.zeros(0)]))
        for name, value in values.items()
    }


def figure_of_share(share: Sample, trials: int) -> Figure:
    """Return a share with its interval, an honest one also where none or all were counted.

    Drawing again shows no spread there. The open end is then the exact binomial limit for as
    many trials (Clopper and Pearson, The use of confidence or fiducial limits, 1934).

    Args:
        share: the share and its draws.
        trials: how many clusters it was counted over.

    Example:
        >>> print(figure_of_share(Sample(0.0, np.zeros(100)), 300))
        0.000 [0.000, 0.012]
    """
    figure = share.figure
    if np.isnan(share.value) or not trials:
        return figure
    reach = 1 - _TAIL ** (1 / trials)
    if share.value == 0.0:
        return Figure(0.0, 0.0, reach)
    if share.value == 1.0:
        return Figure(1.0, 1 - reach, 1.0)
    return figure


def rounded(value: float) -> float | None:
    """Return a value as JSON has it: four decimals, None where it is not defined.

    Example:
        >>> rounded(0.123456), rounded(float("nan"))
        (0.1235, None)
    """
    return None if np.isnan(value) else round(float(value), 4)
