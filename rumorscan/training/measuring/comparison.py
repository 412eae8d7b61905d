"""Two models on the same posts and the same draws of clusters: which is better, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rumorscan.training.measuring.appraisal import Appraisal
from rumorscan.training.measuring.intervals import Figure, Sample, rounded

LOWER_IS_BETTER = ("ece", "brier", "aurc")
"""Figures of errors, and `false_positive_rate` at each base rate."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One figure of the other model beside that of the first.

    Attributes:
        theirs: the other model's figure.
        difference: the first model's less the other's.
        better: the share of the draws in which the first model is better; equal ones count half.
            NaN where no draw defines both.
    """

    theirs: Figure
    difference: Figure
    better: float

    def to_dict(self) -> dict[str, Any]:
        """Return the contrast as JSON data."""
        return {
            "theirs": self.theirs.to_dict(),
            "difference": self.difference.to_dict(),
            "better": rounded(self.better),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every figure of one model against another's.

    Attributes:
        figures: of all posts.
        ordinary: source to base rate to the share of ordinary posts flagged.
        slices: (kind, name) to the figures of the slice.
        evasions: kind of disguise to the figures on it.
    """

    figures: Mapping[str, Contrast]
    ordinary: Mapping[str, Mapping[float, Contrast]]
    slices: Mapping[tuple[str, str], Mapping[str, Contrast]]
    evasions: Mapping[str, Mapping[str, Contrast]]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON data."""
        slices: dict[str, dict[str, Any]] = {}
        for (kind, name), figures in self.slices.items():
            slices.setdefault(kind, {})[name] = _plain(figures)
        return {
            "figures": _plain(self.figures),
            "ordinary": {
                source: {str(rate): one.to_dict() for rate, one in rates.items()}
                for source, rates in self.ordinary.items()
            },
            "slices": slices,
            "evasions": {kind: _plain(figures) for kind, figures in self.evasions.items()},
        }


def contrast(ours: Sample, theirs: Sample, *, lower_is_better: bool = False) -> Contrast:
    """Return one figure of two models, compared draw by draw.

    Args:
        ours: the first model's.
        theirs: the other's, from the same draws.
        lower_is_better: whether the figure is one of errors.

    Example:
        >>> ours, theirs = (Sample(value, np.full(4, value)) for value in (0.9, 0.8))
        >>> found = contrast(ours, theirs)
        >>> round(found.difference.value, 3), found.better
        (0.1, 1.0)
    """
    difference = ours.minus(theirs)
    gains = difference.drawn[~np.isnan(difference.drawn)]
    if lower_is_better:
        gains = -gains
    better = float(np.mean(gains > 0) + np.mean(gains == 0) / 2) if len(gains) else np.nan
    return Contrast(theirs.figure, difference.figure, better)


def compare(ours: Appraisal, theirs: Appraisal) -> Comparison:
    """Return every figure of two appraisals that rest on the same posts and draws."""
    other_slices = {(one.kind, one.name): one.figures for one in theirs.slices}
    other_evasions = {one.kind: one.figures for one in theirs.evasions}
    return Comparison(
        _contrasts(ours.samples, theirs.samples),
        {
            source: {
                rate: contrast(share, theirs.ordinary[source].shares[rate], lower_is_better=True)
                for rate, share in one.shares.items()
            }
            for source, one in ours.ordinary.items()
        },
        {
            (one.kind, one.name): _contrasts(one.figures, other_slices[one.kind, one.name])
            for one in ours.slices
            if one.figures
        },
        {one.kind: _contrasts(one.figures, other_evasions[one.kind]) for one in ours.evasions},
    )


def _contrasts(ours: Mapping[str, Sample], theirs: Mapping[str, Sample]) -> dict[str, Contrast]:
    return {
        name: contrast(one, theirs[name], lower_is_better=_is_error(name))
        for name, one in ours.items()
    }


def _is_error(name: str) -> bool:
    return name in LOWER_IS_BETTER or name.endswith("false_positive_rate")


def _plain(figures: Mapping[str, Contrast]) -> dict[str, Any]:
    return {name: one.to_dict() for name, one in figures.items()}
