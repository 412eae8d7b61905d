"""How good probabilities are, each figure with its n and a 95% interval by cluster.

The interval comes from drawing whole clusters again with replacement, since near-duplicates are
not independent (see `intervals`); all draws are weighted sums over one sorted array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.training.measuring.intervals import DRAWS, Floats, Gauge, Sample, sample
from rumorscan.training.measuring.intervals import Figure as Figure  # noqa: PLC0414 - trials know it from here

BINS = 10
"""Equal-width bins of the calibration error."""

NAMES = {
    "accuracy": "accuracy at .5",
    "macro_f1": "macro-F1 at .5",
    "auc": "AUC",
    "average_precision": "average precision",
    "recall_at_90": "recall at precision .90",
    "recall_at_95": "recall at precision .95",
    "ece": "calibration error (ECE)",
    "brier": "Brier score",
}
"""The figures in the order in which they are shown, with their names in words."""

SHOWN = tuple(name for name in NAMES if name != "brier")
"""The figures that a table shows; all of them stand in the JSON."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What was measured on one set of labeled posts.

    Attributes:
        n: posts measured on.
        positives: how many of them are false information.
        clusters: how many clusters of near-duplicates they form.
        figures: name (a key of `NAMES`) to the measured figure.
    """

    n: int
    positives: int
    clusters: int
    figures: Mapping[str, Figure]

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def to_dict(self) -> dict[str, Any]:
        """Return the metrics as JSON data."""
        figures = {name: figure.to_dict() for name, figure in self.figures.items()}
        counts = {"n": self.n, "positives": self.positives, "clusters": self.clusters}
        return {**counts, **figures}


def measure(
    labels: npt.NDArray[np.int8],
    probabilities: Floats,
    clusters: npt.NDArray[np.int64] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Metrics:
    """Return all figures for probabilities against labels.

    Args:
        labels: 1 = false information, 0 = not, shape (n,).
        probabilities: in [0, 1], shape (n,).
        clusters: cluster numbers from 0, shape (n,); each row its own where None.
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.

    Example:
        >>> metrics = measure(np.array([0, 0, 1, 1], np.int8), np.array([0.1, 0.4, 0.35, 0.8]))
        >>> metrics.n, metrics["auc"].value, metrics["accuracy"].value
        (4, 0.75, 0.75)
    """
    if clusters is None:
        clusters = np.arange(len(labels))
    found = sample(gauge(labels, probabilities), clusters, draws=draws, seed=seed)
    return to_metrics(found, labels, clusters)


def gauge(labels: npt.NDArray[np.int8], probabilities: Floats) -> Gauge:
    """Return what measures the figures of `NAMES` on draws of the rows.

    Example:
        >>> figures = gauge(np.array([0, 1], np.int8), np.array([0.1, 0.8]))(np.ones((1, 2)))
        >>> float(figures["auc"][0])
        1.0
    """
    return _Sorted.of(labels, probabilities).figures


def to_metrics(
    found: Mapping[str, Sample], labels: npt.NDArray[np.int8], clusters: npt.NDArray[np.int64]
) -> Metrics:
    """Return sampled figures as metrics, each with its interval and all with their counts."""
    figures = {name: found[name].figure for name in NAMES}
    positives = int(np.sum(labels == 1))
    return Metrics(len(labels), positives, len(np.unique(clusters)), figures)


def measure_share(
    marks: npt.NDArray[np.bool_],
    clusters: npt.NDArray[np.int64] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Figure:
    """Return the share of marked rows, such as ordinary posts over .5, with its interval.

    Example:
        >>> measure_share(np.array([True, False, False, False])).value
        0.25
    """
    if clusters is None:
        clusters = np.arange(len(marks))
    found = sample(share_gauge(marks), clusters, draws=draws, seed=seed)
    return found["share"].figure


def share_gauge(marks: npt.NDArray[np.bool_]) -> Gauge:
    """Return what measures the `share` of marked rows on draws of the rows."""
    return lambda weights: {"share": weights @ marks / weights.sum(axis=1)}


def bins_of(probabilities: Floats) -> npt.NDArray[np.int64]:
    """Return the bin of each probability, in [0, BINS).

    Example:
        >>> bins_of(np.array([0.0, 0.55, 1.0])).tolist()
        [0, 5, 9]
    """
    return np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)


def to_text(rows: Mapping[str, Metrics], names: tuple[str, ...] = tuple(NAMES)) -> str:
    """Return metrics as a table in plain text, one row for each named set.

    Example:
        >>> metrics = measure(np.array([0, 1], np.int8), np.array([0.1, 0.8]), draws=10)
        >>> print(to_text({"invented": metrics}, ("accuracy",)))
        set       n  false  accuracy at .5
        invented  2      1  1.000 [1.000, 1.000]
    """
    header = ["set", "n", "false", *(NAMES[name] for name in names)]
    body = [
        [title, str(one.n), str(one.positives), *(str(one[name]) for name in names)]
        for title, one in rows.items()
    ]
    widths = [max(len(line[column]) for line in [header, *body]) for column in range(len(header))]
    lines = []
    for line in [header, *body]:
        cells = [
            cell.rjust(width) if column in (1, 2) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Rows from the highest probability to the lowest, with the ends of equal ones."""

    order: npt.NDArray[np.int64]
    is_positive: Floats
    ends: npt.NDArray[np.int64]
    scores: Floats
    bins: Floats

    @classmethod
    def of(cls, labels: npt.NDArray[np.int8], probabilities: Floats) -> _Sorted:
        order = np.argsort(-probabilities, kind="stable")
        scores = probabilities[order].astype(np.float64)
        ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
        bins = (bins_of(scores)[:, None] == np.arange(BINS)).astype(np.float64)
        return cls(order, (labels[order] == 1).astype(np.float64), ends, scores, bins)

    def figures(self, weights: Floats) -> dict[str, Floats]:
        """Return each figure for each row of weights, shape (draws,)."""
        w = weights[:, self.order]
        positive = w * self.is_positive
        total, positives = w.sum(axis=1), positive.sum(axis=1)
        hits = np.cumsum(positive, axis=1)[:, self.ends]
        taken = np.cumsum(w, axis=1)[:, self.ends]
        with np.errstate(divide="ignore", invalid="ignore"):
            error = w @ (self.scores - self.is_positive) ** 2 / total
            return {
                **self._at_half(w, positive, total, positives),
                **_by_rank(hits, taken, positives, total),
                "ece": self._ece(w, total),
                "brier": error,
            }

    def _at_half(
        self, w: Floats, positive: Floats, total: Floats, positives: Floats
    ) -> dict[str, Floats]:
        over = (self.scores >= 0.5).astype(np.float64)
        flagged, hit = w @ over, positive @ over
        missed, false_alarms = positives - hit, flagged - hit
        quiet = total - flagged - missed
        f1_of_false = 2 * hit / (2 * hit + missed + false_alarms)
        f1_of_rest = 2 * quiet / (2 * quiet + missed + false_alarms)
        macro = (np.nan_to_num(f1_of_false) + np.nan_to_num(f1_of_rest)) / 2
        return {"accuracy": (hit + quiet) / total, "macro_f1": macro}

    def _ece(self, w: Floats, total: Floats) -> Floats:
        gap = (w * (self.scores - self.is_positive)) @ self.bins
        result: Floats = np.abs(gap).sum(axis=1) / total
        return result


def _by_rank(hits: Floats, taken: Floats, positives: Floats, total: Floats) -> dict[str, Floats]:
    """Return what depends on the order only; equal scores count as one step."""
    previous_hits = np.pad(hits, ((0, 0), (1, 0)))[:, :-1]
    false_alarms = taken - hits
    previous_alarms = np.pad(false_alarms, ((0, 0), (1, 0)))[:, :-1]
    area = ((false_alarms - previous_alarms) * (hits + previous_hits) / 2).sum(axis=1)
    precision = np.where(taken > 0, hits / taken, 0.0)
    recall = hits / positives[:, None]
    gained = (hits - previous_hits) / positives[:, None]
    return {
        "auc": area / (positives * (total - positives)),
        "average_precision": (gained * precision).sum(axis=1),
        "recall_at_90": np.where(precision >= 0.90, recall, 0.0).max(axis=1, initial=0.0),
        "recall_at_95": np.where(precision >= 0.95, recall, 0.0).max(axis=1, initial=0.0),
    }
