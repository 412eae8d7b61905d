"""Precision, recall and shares, each with the counts behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean, and the counts behind them.

    Attributes:
        precision: share of what is flagged that is true; 1.0 where nothing is flagged.
        recall: share of what is true that is flagged; 1.0 where nothing is true.
        found: how many are flagged.
        true: how many are true.
    """

    precision: float
    recall: float
    found: int
    true: int

    @property
    def shown_precision(self) -> float | None:
        """Precision, or None where nothing is flagged and nothing can be said of it."""
        return self.precision if self.found else None

    @property
    def f1(self) -> float:
        """2 * precision * recall / (precision + recall); 0.0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON data."""
        return {**asdict(self), "f1": self.f1}


@dataclass(frozen=True, slots=True)
class Share:
    """A share and the counts behind it."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The count by what it is of, or None of nothing."""
        return self.count / self.of if self.of else None

    def to_dict(self) -> dict[str, Any]:
        """Return the share as JSON data."""
        return {"value": self.value, "count": self.count, "n": self.of}


def agreement(found: Collection[str], true: Collection[str]) -> Agreement:
    """Return |found & true| / |found| and |found & true| / |true|, each 1.0 of nothing.

    Example:
        >>> agreement({"a", "b", "c", "d"}, {"a", "b", "e"})
        Agreement(precision=0.5, recall=0.6666666666666666, found=4, true=3)
    """
    found, true = set(found), set(true)
    both = len(found & true)
    return Agreement(
        both / len(found) if found else 1.0,
        both / len(true) if true else 1.0,
        len(found),
        len(true),
    )


def b_cubed(found: Mapping[str, str], true: Mapping[str, str]) -> Agreement:
    """Return the B-cubed precision and recall of two ways to sort the same items.

    With C(e) the found cluster of an item and L(e) its true class, precision is the mean over
    all items of |C(e) & L(e)| / |C(e)| and recall that of |C(e) & L(e)| / |L(e)| (Bagga and
    Baldwin 1998; Amigó et al. 2009, section 4). The items are those of either side; one that a
    side does not name stands there alone.

    Args:
        found: item to found cluster.
        true: item to true class.

    Example:
        >>> b_cubed({"1": "a", "2": "a", "3": "a"}, {"1": "x", "2": "x", "3": "y", "4": "y"})
        Agreement(precision=0.66..., recall=0.75, found=3, true=4)
    """
    items = sorted({*found, *true})
    if not items:
        return Agreement(1.0, 1.0, 0, 0)
    # a pair can never equal a name, so that what stands alone never joins a cluster
    pairs = [(found.get(item, (item,)), true.get(item, (item,))) for item in items]
    clusters = Counter(cluster for cluster, _ in pairs)
    classes = Counter(label for _, label in pairs)
    both = Counter(pairs)
    return Agreement(
        fmean(both[pair] / clusters[pair[0]] for pair in pairs),
        fmean(both[pair] / classes[pair[1]] for pair in pairs),
        len(found),
        len(true),
    )


def mean_and_worst(
    values: Iterable[float | None], *, low_is_worst: bool = True
) -> tuple[float | None, float | None]:
    """Return the mean of the values that are known, and the worst of them.

    Example:
        >>> mean_and_worst([0.75, None, 0.25])
        (0.5, 0.25)
    """
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    return fmean(known), (min if low_is_worst else max)(known)
