"""Rows that another version of a crawler wrote under the header of the file.

A crawler that gains a column goes on writing into the files that it began, so that the cells of
a row no longer stand under their names. The number of cells tells the version; cells whose kind
is known prove it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from rumorscan.readers.layouts.shapes import Layout

_TIME = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\s*")
_KINDS = {
    "time": _TIME,
    "flag": re.compile(r"\s*(?:True|False)\s*"),
    "count": re.compile(r"\s*\d*(?:\.\d+)?[万亿]?\+?\s*"),
}
Proofs: TypeAlias = list[tuple[int, Callable[[str], object]]]
"""Places of cells, and what each must look like."""
_STEPS = (0, 1, -1, 2, -2)


class Alignment:
    """Brings the cells of rows under the header of their file.

    Args:
        names: the header.
        layout: what wrote the file.

    Example:
        >>> layout = Layout("a", (), short_rows=True, anchor="日期", proofs={"日期": "time"},
        ...                 generations=(("id", "正文", "位置", "日期", "点赞数"),))
        >>> Alignment(["id", "正文", "日期", "点赞数"], layout).fit(
        ...     ["1", "停水", "城东", "2026-03-02", "3"])
        ['1', '停水', '2026-03-02', '3']
    """

    def __init__(self, names: Sequence[str], layout: Layout) -> None:
        self._names = [name.strip("\ufeff \t") for name in names]
        self._layout = layout
        self._plain_proofs = self._proofs(self._names)
        self._generations: dict[int, list[tuple[list[int | None], Proofs]]] = {}
        for columns in layout.generations:
            places = {name: place for place, name in enumerate(columns)}
            order = [places.get(name) for name in self._names]
            found = self._generations.setdefault(len(columns), [])
            found.append((order, self._proofs(columns)))

    def _proofs(self, names: Sequence[str]) -> Proofs:
        kinds = self._layout.proofs
        return [
            (place, _KINDS[kinds[name]].fullmatch)
            for place, name in enumerate(names)
            if name in kinds
        ]

    def fit(self, record: list[str]) -> list[str] | None:
        """Return the cells of a row in the order of the header, or None where that is not known.

        Args:
            record: a row of more or fewer cells than the header.
        """
        plain = self._plain(record)
        sound = plain is not None and _proves(self._plain_proofs, plain)
        if sound and len(record) < len(self._names):
            return plain
        for order, proofs in self._generations.get(len(record), ()):
            if _proves(proofs, record):
                return ["" if place is None else record[place] for place in order]
        if sound:
            return plain
        if (fitted := self._shifted(record)) is not None:
            return fitted
        known = len(record) in self._generations or not self._generations
        return plain if known else None

    def _plain(self, record: list[str]) -> list[str] | None:
        """Return a row without empty cells beyond the header, or with those that it left out."""
        width = len(self._names)
        if len(record) > width:
            return None if any(record[width:]) else record[:width]
        missing = [""] * (width - len(record))
        return [*record, *missing] if self._layout.short_rows else None

    def _shifted(self, record: list[str]) -> list[str] | None:
        """Return the cells of a row that lacks a cell, or has one too many, before the anchor."""
        anchor = self._layout.anchor
        if anchor not in self._names:
            return None
        width, place = len(self._names), self._names.index(anchor)
        for step in _STEPS:
            at = place + step
            if not 0 < at < len(record) or not _TIME.fullmatch(record[at]):
                continue
            start = min(self._layout.unshifted, at)
            cells = record[:start] + [""] * max(-step, 0) + record[start + max(step, 0) :]
            cells += [""] * (width - len(cells))
            short = len(record) < width and self._layout.short_rows
            if (len(cells) == width or short) and _proves(self._plain_proofs, cells):
                return cells[:width]
        return None


def _proves(proofs: Proofs, record: Sequence[str]) -> bool:
    """Whether the cells are of the kinds that the columns hold."""
    for place, matches in proofs:
        if place < len(record) and not matches(record[place]):
            return False
    return True
