"""An evaluation in plain text: tables that fit a terminal of 100 columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rumorscan.training.measuring.coverage import band_name
from rumorscan.training.measuring.intervals import Figure
from rumorscan.training.measuring.metrics import NAMES

if TYPE_CHECKING:
    from rumorscan.training.measuring.evaluation import Evaluation

SHOWN = {**NAMES, "aurc": "risk-coverage (AURC)"}
"""The figures of the whole in the order in which they are shown, with their names in words."""

_NAME_WIDTH = 22
_UNMEASURED = "too few posts, or one label"


def print_out(found: Evaluation) -> str:
    """Return an evaluation as plain tables of at most 100 columns.

    Example:
        >>> from rumorscan.training.measuring.evaluation import evaluate
        >>> class Model:
        ...     def rumor_probabilities(self, folded, base_rate):
        ...         return np.where(folded.lengths > 4, 0.9, 0.2)
        >>> rows = [{"text": "城东水厂要停水", "label": 1}, {"text": "下雨", "label": 0}]
        >>> print(print_out(evaluate(Model(), rows, against=None, evasions=False)))
        2 posts, 1 of them false, 2 clusters; probabilities for base rate 0.5
        <BLANKLINE>
        figure                     Model
        accuracy at .5             1.000 [1.000, 1.000]
        ...
    """
    whole = found.metrics["all"]
    head = (
        f"{whole.n:,} posts, {whole.positives:,} of them false, {whole.clusters:,} clusters; "
        f"probabilities for base rate {found.base_rate}"
    )
    if found.twins:
        head += f"\n{found.twins:,} posts set aside: near-duplicates of posts seen in training"
    parts = [head, *(_table(rows) for rows in _tables(found) if len(rows) > 1)]
    return "\n\n".join(parts)


def _tables(found: Evaluation) -> Iterator[list[list[str]]]:
    yield _figures(found)
    yield _at_base_rates(found)
    yield _ordinary(found)
    yield _coverage(found)
    yield _abstaining(found)
    yield _reliability(found)
    yield _slices(found)
    yield _evasions(found)


def _figures(found: Evaluation) -> list[list[str]]:
    samples, comparison = found.ours.samples, found.comparison
    rows = [["figure", _cut(found.model, 20)]]
    if comparison:
        rows[0] += [_cut(found.against, 20), "difference", "better"]
    for name, words in SHOWN.items():
        row = [words, str(samples[name].figure)]
        if comparison:
            one = comparison.figures[name]
            row += [str(one.theirs), signed(one.difference), share(one.better)]
        rows.append(row)
    return rows


def _at_base_rates(found: Evaluation) -> list[list[str]]:
    rows = [["flagged from .5 on", "precision", "recall", "others flagged in 10,000"]]
    for rate, one in found.ours.base_rates.items():
        others = whole(one.others_per_10000)
        rows.append([f"base rate {rate}", str(one.precision), str(one.recall), others])
    return rows


def _ordinary(found: Evaluation) -> list[list[str]]:
    rows = [["ordinary posts", "n", "base rate", "flagged in 10,000"]]
    if found.theirs:
        rows[0] += [_cut(found.against, 20), "better"]
    for source, one in found.ordinary.items():
        for rate, figure in one.per_10000.items():
            row = [_cut(source), str(one.n), str(rate), whole(figure)]
            if found.theirs and found.comparison:
                theirs = found.theirs.ordinary[source].per_10000[rate]
                contrast = found.comparison.ordinary[source][rate]
                row += [whole(theirs), share(contrast.better)]
            rows.append(row)
    return rows


def _coverage(found: Evaluation) -> list[list[str]]:
    rows = [["surest posts kept", "accuracy"]]
    if found.comparison:
        rows[0] += [_cut(found.against, 20), "difference", "better"]
    for kept, figure in found.ours.coverage.accuracy_at.items():
        row = [f"{kept:.0%}", str(figure)]
        if found.comparison:
            one = found.comparison.figures[f"accuracy_at_{kept}"]
            row += [str(one.theirs), signed(one.difference), share(one.better)]
        rows.append(row)
    return rows


def _abstaining(found: Evaluation) -> list[list[str]]:
    rows = [["left to people", "share decided", "accuracy on it"]]
    for band, (kept, accuracy) in found.ours.coverage.abstaining.items():
        rows.append([band_name(band), str(kept), str(accuracy)])
    return rows


def _reliability(found: Evaluation) -> list[list[str]]:
    rows = [["probability", "n", "mean", "share false"]]
    for one in found.ours.reliability:
        mean = "-" if np.isnan(one.mean_probability) else f"{one.mean_probability:.3f}"
        rows.append([f"{one.low:.1f} to {one.high:.1f}", str(one.n), mean, str(one.share_false)])
    return rows


def _slices(found: Evaluation) -> list[list[str]]:
    rows = [["slice", "n", "false", "accuracy", "macro-F1", "AUC"]]
    for one in found.ours.slices:
        figures = {name: sample.figure for name, sample in one.figures.items()}
        cells = [_UNMEASURED]
        if figures:
            macro_f1 = f"{figures['macro_f1'].value:.3f}"
            cells = [str(figures["accuracy"]), macro_f1, str(figures["auc"])]
        name = _cut(f"{one.kind}: {one.name}", 26)
        rows.append([name, f"{one.n:,}", f"{one.positives:,}", *cells])
    return rows


def _evasions(found: Evaluation) -> list[list[str]]:
    names = ("accuracy", "macro_f1", "auc")
    rows = [["disguise", "accuracy", "macro-F1", "AUC", "change of macro-F1", "change of AUC"]]
    for one in found.ours.evasions:
        if len(rows) == 1:
            plain = (f"{one.plain[name].value:.3f}" for name in names)
            rows.append([f"none, n {one.n:,}", *plain])
        values = (f"{one.figures[name].value:.3f}" for name in names)
        changes = (signed(one.change[name].figure) for name in ("macro_f1", "auc"))
        rows.append([one.kind, *values, *changes])
    return rows


def signed(figure: Figure) -> str:
    """Return a difference with its sign.

    Example:
        >>> signed(Figure(0.02, -0.01, 0.05))
        '+0.020 [-0.010, +0.050]'
    """
    if np.isnan(figure.value):
        return "-"
    # a zero that was rounded to has no sign of its own
    value, low, high = (round(one, 3) + 0.0 for one in (figure.value, figure.low, figure.high))
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"


def share(value: float) -> str:
    """Return a share of draws; a dash where it is not defined.

    Example:
        >>> share(0.987), share(float("nan"))
        ('0.99', '-')
    """
    return "-" if np.isnan(value) else f"{value:.2f}"


def whole(figure: Figure) -> str:
    """Return a count with its interval.

    Example:
        >>> whole(Figure(1250.4, 1100.0, 1400.0))
        '1,250 [1,100, 1,400]'
    """
    if np.isnan(figure.value):
        return "-"
    return f"{figure.value:,.0f} [{figure.low:,.0f}, {figure.high:,.0f}]"


def cells(text: str) -> int:
    """Return the columns that a text takes on a terminal, two for a Chinese character.

    Example:
        >>> cells("报社ab")
        6
    """
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _cut(name: str, width: int = _NAME_WIDTH) -> str:
    """Return a name that is no wider than so many columns, its end where it is longer."""
    while cells(name) > width:
        name = "…" + name[2:]
    return name


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [0] * max(len(row) for row in rows)
    for row in rows:
        for column, cell in enumerate(row):
            if cell != _UNMEASURED:
                widths[column] = max(widths[column], cells(cell))
    lines = []
    for row in rows:
        padded = (cell + " " * (widths[at] - cells(cell)) for at, cell in enumerate(row))
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)
