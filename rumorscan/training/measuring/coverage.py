"""Accuracy where the model may stay silent: on the posts that it is most sure of.

A model is the surer the farther its probability lies from .5. Keeping the surest posts and
leaving the rest to people trades coverage for accuracy (El-Yaniv and Wiener, On the foundations
of noise-free selective classification, 2010). The area under the curve of the risk over the
coverage (AURC) tells it in one number, 0 being best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.training.measuring.intervals import Figure, Floats, Gauge, Sample, rounded

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)
"""The shares of the posts whose accuracy is told."""

BANDS = ((0.4, 0.6), (0.3, 0.7), (0.2, 0.8), (0.1, 0.9))
"""Bands of probability that are left to people; both ends are decided."""

_POINTS = 50


@dataclass(frozen=True, slots=True)
class Coverage:
    """Accuracy against coverage.

    Attributes:
        accuracy_at: share of the posts, the surest first, to the accuracy on them.
        abstaining: band of probability left to people to the coverage and the accuracy outside.
        aurc: area under the risk-coverage curve.
        curve: coverage and accuracy on the whole, from the surest posts on.
    """

    accuracy_at: Mapping[float, Figure]
    abstaining: Mapping[tuple[float, float], tuple[Figure, Figure]]
    aurc: Figure
    curve: tuple[tuple[float, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the curve and its tables as JSON data."""
        return {
            "accuracy_at": {str(share): one.to_dict() for share, one in self.accuracy_at.items()},
            "abstaining": [
                {
                    "low": low,
                    "high": high,
                    "coverage": kept.to_dict(),
                    "accuracy": accuracy.to_dict(),
                }
                for (low, high), (kept, accuracy) in self.abstaining.items()
            ],
            "aurc": self.aurc.to_dict(),
            "curve": [[share, rounded(accuracy)] for share, accuracy in self.curve],
        }


def coverage_gauge(labels: npt.NDArray[np.int8], probabilities: Floats) -> Gauge:
    """Return what measures AURC, accuracy at each coverage, and each band.

    Equally sure posts are kept together: their accuracy counts as that of all of them.

    Example:
        >>> labels = np.array([1, 0, 1, 0], np.int8)
        >>> measured = coverage_gauge(labels, np.array([0.9, 0.2, 0.4, 0.45]))(np.ones((1, 4)))
        >>> float(measured["accuracy_at_1.0"][0]), float(measured["accuracy_at_0.5"][0])
        (0.75, 1.0)
    """
    sure = np.abs(probabilities - 0.5)
    order = np.argsort(-sure, kind="stable")
    ends = np.flatnonzero(np.append(sure[order][1:] != sure[order][:-1], True)[: len(order)])
    right = ((probabilities >= 0.5) == (labels == 1)).astype(np.float64)
    outside = np.stack(
        [(probabilities <= low) | (probabilities >= high) for low, high in BANDS], axis=1
    ).astype(np.float64)
    right_outside = outside * right[:, None]

    def figures(weights: Floats) -> Mapping[str, Floats]:
        drawn = weights[:, order]
        kept = np.cumsum(drawn, axis=1)[:, ends]
        correct = np.cumsum(drawn * right[order], axis=1)[:, ends]
        total = weights.sum(axis=1)
        found = {"aurc": _area(kept, correct) / total}
        for share in COVERAGES:
            found[f"accuracy_at_{share}"] = _at(share * total, kept, correct)
        decided = weights @ outside
        for place, (low, high) in enumerate(BANDS):
            found[f"coverage_{low}_{high}"] = decided[:, place] / total
            found[f"accuracy_{low}_{high}"] = (weights @ right_outside)[:, place] / decided[
                :, place
            ]
        return found

    return figures


def to_coverage(
    found: Mapping[str, Sample], labels: npt.NDArray[np.int8], probabilities: Floats
) -> Coverage:
    """Return sampled figures as the tables, with the curve beside them."""
    return Coverage(
        {share: found[f"accuracy_at_{share}"].figure for share in COVERAGES},
        {
            (low, high): (
                found[f"coverage_{low}_{high}"].figure,
                found[f"accuracy_{low}_{high}"].figure,
            )
            for low, high in BANDS
        },
        found["aurc"].figure,
        find_curve(labels, probabilities),
    )


def find_curve(
    labels: npt.NDArray[np.int8], probabilities: Floats
) -> tuple[tuple[float, float], ...]:
    """Return the accuracy on the surest posts, at even steps of coverage.

    Example:
        >>> curve = find_curve(np.array([1, 0], np.int8), np.array([0.9, 0.6]))
        >>> curve[24], curve[-1]
        ((0.5, 1.0), (1.0, 0.5))
    """
    if not len(labels):
        return ()
    sure = np.abs(probabilities - 0.5)
    right = ((probabilities >= 0.5) == (labels == 1)).astype(np.float64)
    _, codes = np.unique(-sure, return_inverse=True)
    kept = np.cumsum(np.bincount(codes))[None, :].astype(np.float64)
    correct: Floats = np.cumsum(np.bincount(codes, weights=right))[None, :].astype(np.float64)
    shares = [point / _POINTS for point in range(1, _POINTS + 1)]
    total = np.array([float(len(labels))])
    return tuple((share, float(_at(share * total, kept, correct)[0])) for share in shares)


def _area(kept: Floats, correct: Floats) -> Floats:
    """Return the sum over the posts of the risk when each is the last one kept."""
    risk = np.nan_to_num((kept - correct) / kept)
    steps = np.diff(kept, axis=1, prepend=0.0)
    result: Floats = (steps * risk).sum(axis=1)
    return result


def _at(target: Floats, kept: Floats, correct: Floats) -> Floats:
    """Return the accuracy on so many of the surest posts; a last step is taken in part."""
    if not kept.shape[1]:
        return np.full(len(target), np.nan)
    rows = np.arange(len(target))
    step = np.minimum((kept < target[:, None] - 1e-9).sum(axis=1), kept.shape[1] - 1)
    before = np.maximum(step - 1, 0)
    kept_before = np.where(step > 0, kept[rows, before], 0.0)
    correct_before = np.where(step > 0, correct[rows, before], 0.0)
    width = kept[rows, step] - kept_before
    part = np.where(width > 0, (target - kept_before) / np.where(width > 0, width, 1.0), 0.0)
    result: Floats = (correct_before + part * (correct[rows, step] - correct_before)) / target
    return result


def band_name(band: Sequence[float]) -> str:
    """Return a band in words.

    Example:
        >>> band_name((0.3, 0.7))
        '.3 to .7'
    """
    return " to ".join(f"{end:.1f}".removeprefix("0") for end in band)
