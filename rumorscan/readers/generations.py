"""Rows that another version of a crawler wrote under the header of the file.

A crawler that gains a column goes on writing into the files that it began, so that the cells of
a row no longer stand under their names. The number of cells tells the version; cells whose kind
is known prove it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rumorscan.readers.shapes import Layout

_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?")
_KINDS = {
    "time": _TIME,
    "flag": re.compile(r"True|False"),
    "count": re.compile(r"\d*(?:\.\d+)?[万亿]?\+?"),
}
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

    def fit(self, record: list[str]) -> list[str] | None:
        """Return the cells of a row in the order of the header, or None where that is not known.

        Args:
            record: a row of more or fewer cells than the header.
        """
        plain = self._plain(record)
        if plain is not None and self._proves(self._names, plain):
            return plain
        for names in self._layout.generations:
            if len(names) == len(record) and self._proves(names, record):
                cells = dict(zip(names, record, strict=True))
                return [cells.get(name, "") for name in self._names]
        if (fitted := self._shifted(record)) is not None:
            return fitted
        widths = {len(names) for names in self._layout.generations} or {len(record)}
        return plain if len(record) in widths else None

    def _plain(self, record: list[str]) -> list[str] | None:
        """Return a row without empty cells beyond the header, or with those that it left out."""
        width = len(self._names)
        if len(record) > width:
            return None if any(record[width:]) else record[:width]
        missing = [""] * (width - len(record))
        return [*record, *missing] if self._layout.short_rows else None

    def _proves(self, names: Sequence[str], record: Sequence[str]) -> bool:
        """Whether the cells are of the kinds that stand under such names."""
        cells = dict(zip(names, record, strict=False))
        return all(
            _KINDS[kind].fullmatch(cells[name].strip())
            for name, kind in self._layout.proofs.items()
            if name in cells
        )

    def _shifted(self, record: list[str]) -> list[str] | None:
        """Return the cells of a row that lacks a cell, or has one too many, before the anchor."""
        anchor = self._layout.anchor
        if anchor not in self._names:
            return None
        width, place = len(self._names), self._names.index(anchor)
        for step in _STEPS:
            at = place + step
            if not 0 < at < len(record) or not _TIME.fullmatch(record[at].strip()):
                continue
            start = min(self._layout.unshifted, at)
            cells = record[:start] + [""] * max(-step, 0) + record[start + max(step, 0) :]
            cells += [""] * (width - len(cells))
            short = len(record) < width and self._layout.short_rows
            if (len(cells) == width or short) and self._proves(self._names, cells):
                return cells[:width]
        return None
