"""An evaluation as one HTML page, in the look of the reports; it loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rumorscan import __version__
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.phrases import words_for
from rumorscan.reports.rendering import STYLES, render
from rumorscan.training.measuring import plots, words
from rumorscan.training.measuring.comparison import Contrast
from rumorscan.training.measuring.coverage import band_name
from rumorscan.training.measuring.intervals import Figure

if TYPE_CHECKING:
    from rumorscan.training.measuring.evaluation import Evaluation

_SLICE_FIGURES = ("accuracy", "macro_f1", "auc")
_TILES = ("accuracy", "macro_f1", "auc", "ece")
_SURE = 0.975


class Cell(NamedTuple):
    """A figure as a table shows it.

    Attributes:
        value: written out; a dash where it is not defined.
        interval: the same.
        kind: `up` or `down` where the first model is surely better or worse, else empty.
    """

    value: str
    interval: str = ""
    kind: str = ""


def render_evaluation(found: Evaluation) -> str:
    """Return an evaluation as one self-contained HTML page, the same bytes for the same figures.

    Example:
        >>> from rumorscan.training.measuring.evaluation import evaluate
        >>> class Model:
        ...     def rumor_probabilities(self, folded, base_rate):
        ...         return np.where(folded.lengths > 4, 0.9, 0.2)
        >>> rows = [{"text": "城东水厂要停水", "label": 1}, {"text": "下雨", "label": 0}]
        >>> page = render_evaluation(evaluate(Model(), rows, against=None, evasions=False))
        >>> page.startswith("<!doctype html>"), "<script src" in page
        (True, False)
    """
    return render("evaluation.html", _context(found), styles=(*STYLES, "evaluation.css"))


def _context(found: Evaluation) -> dict[str, Any]:
    """Return everything that the template prints."""
    whole = found.metrics["all"]
    return {
        "version": __version__,
        "found": found,
        "whole": whole,
        "tiles": [(words.FIGURES[name], _cell(whole[name])) for name in _TILES],
        "figures": _figures(found),
        "slice_figures": [words.SHORT[name] for name in _SLICE_FIGURES],
        "points": plots.reliability_points(found.ours.reliability),
        "their_points": plots.reliability_points(found.theirs.reliability) if found.theirs else [],
        "bins": [
            (f"{one.low:.1f}–{one.high:.1f}", one.n, _number(one.mean_probability), share)
            for one in found.ours.reliability
            for share in [_cell(one.share_false)]
        ],
        **_coverage(found),
        "base_rates": [
            (rate, _cell(one.precision), _cell(one.recall), _count(one.others_per_10000))
            for rate, one in found.ours.base_rates.items()
        ],
        "ordinary": _ordinary(found),
        "slices": _slices(found),
        "evasions": _evasions(found),
        "disguised": found.ours.evasions[0].n if found.ours.evasions else 0,
        "plain": _plain(found),
        "leaks": _leaks(found),
        "notes": [line for line in found.warnings if line not in _leak_lines(found)],
    }


def _figures(found: Evaluation) -> list[tuple[Phrase, Cell, Cell | None, Cell | None, str]]:
    rows = []
    for name, phrase in words.FIGURES.items():
        ours = _cell(found.ours.samples[name].figure)
        contrast = found.comparison.figures[name] if found.comparison else None
        rows.append((phrase, ours, *_compared(contrast)))
    return rows


def _coverage(found: Evaluation) -> dict[str, Any]:
    ours = found.ours.coverage
    curves = [ours.curve, *([found.theirs.coverage.curve] if found.theirs else [])]
    floor = plots.coverage_floor(*curves)
    return {
        "curves": [plots.coverage_curve(curve, floor) for curve in curves],
        "floor": f"{floor:.1f}",
        "ticks": plots.ticks(floor),
        "coverages": [
            (
                f"{kept:.0%}",
                _cell(figure),
                *_compared(
                    found.comparison.figures[f"accuracy_at_{kept}"] if found.comparison else None
                ),
            )
            for kept, figure in ours.accuracy_at.items()
        ],
        "bands": [
            (band_name(band).replace(" to ", "–"), _cell(kept), _cell(accuracy))
            for band, (kept, accuracy) in ours.abstaining.items()
        ],
    }


def _ordinary(found: Evaluation) -> list[tuple[str, int, float, Cell, Cell | None, str]]:
    rows = []
    for source, one in found.ordinary.items():
        for rate, figure in one.per_10000.items():
            theirs, better = None, ""
            if found.theirs and found.comparison:
                theirs = _count(found.theirs.ordinary[source].per_10000[rate])
                better = _number(found.comparison.ordinary[source][rate].better, 2)
            rows.append((source, one.n, rate, _count(figure), theirs, better))
    return rows


def _slices(found: Evaluation) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in found.ours.slices:
        contrast = None
        if one.figures and found.comparison:
            contrast = found.comparison.slices[one.kind, one.name]["auc"]
        rows.append(
            {
                "kind": words.SLICES[one.kind] if not rows or rows[-1]["of"] != one.kind else None,
                "of": one.kind,
                "name": words.slice_name(one.kind, one.name),
                "slice": one,
                "cells": [_cell(one.figures[name].figure) for name in _SLICE_FIGURES]
                if one.figures
                else [],
                "difference": _compared(contrast)[1],
            }
        )
    return rows


def _evasions(found: Evaluation) -> list[dict[str, Any]]:
    rows = []
    for one in found.ours.evasions:
        contrast = found.comparison.evasions[one.kind]["auc"] if found.comparison else None
        rows.append(
            {
                "name": words_for(words.DISGUISES, one.kind),
                "changed": f"{one.changed / one.n:.0%}",
                "undone": f"{one.undone / one.n:.0%}",
                "cells": [_cell(one.figures[name].figure) for name in _SLICE_FIGURES],
                "changes": [
                    _cell(one.change[name].figure, signed=True) for name in _SLICE_FIGURES[1:]
                ],
                "difference": _compared(contrast)[1],
            }
        )
    return rows


def _plain(found: Evaluation) -> list[Cell]:
    """Return the figures on the posts that are disguised, before they are."""
    for one in found.ours.evasions:
        return [_cell(one.plain[name].figure) for name in _SLICE_FIGURES]
    return []


def _leaks(found: Evaluation) -> list[dict[str, Any]]:
    if found.leaks is None:
        return []
    warned = {line.split(":")[0] for line in found.leaks.warnings}
    return [
        {
            "trait": words.TRAITS[name],
            "n": found.leaks.n[name],
            "cell": _cell(figure),
            "model": _number(found.leaks.model_auc[name]),
            "is_close": name in warned,
        }
        for name, figure in found.leaks.auc.items()
    ]


def _leak_lines(found: Evaluation) -> tuple[str, ...]:
    return found.leaks.warnings if found.leaks else ()


def _compared(contrast: Contrast | None) -> tuple[Cell | None, Cell | None, str]:
    """Return the other's figure, the difference, and the share of draws that favor the first."""
    if contrast is None:
        return None, None, ""
    kind = "up" if contrast.better >= _SURE else "down" if contrast.better <= 1 - _SURE else ""
    difference = _cell(contrast.difference, signed=True)._replace(kind=kind)
    return _cell(contrast.theirs), difference, _number(contrast.better, 2)


def _cell(figure: Figure, *, signed: bool = False) -> Cell:
    if np.isnan(figure.value):
        return Cell("—")
    form = "+.3f" if signed else ".3f"
    # a zero that was rounded to has no sign of its own
    value, low, high = (
        _minus(f"{round(one, 3) + 0.0:{form}}") for one in (figure.value, figure.low, figure.high)
    )
    return Cell(value, "" if np.isnan(figure.low) else f"{low} – {high}")


def _minus(text: str) -> str:
    """Return a text with the sign of minus in the place of hyphens."""
    return text.replace("-", "−")


def _count(figure: Figure) -> Cell:
    if np.isnan(figure.value):
        return Cell("—")
    return Cell(f"{figure.value:,.0f}", f"{figure.low:,.0f} – {figure.high:,.0f}")


def _number(value: float, places: int = 3) -> str:
    return "—" if np.isnan(value) else f"{value:.{places}f}"
