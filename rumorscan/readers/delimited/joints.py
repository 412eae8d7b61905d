"""Records of CSV that lost the line end between them: where the one ends and the next begins.

A byte that hit a line end joins two records, whose cells are one fewer than theirs, or as many
where it became a delimiter. The cells on both sides tell where they meet: what took the place of
the line end, or the form that the last and the first cells of other records have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby, product

_TELLING = 8
"""Characters of cells that are all as long, such as times and ids."""
_ENOUGH = 3
"""Cells that tell what others of their column look like."""
_FREE = 3
"""Columns with more kinds of cells are of text."""
_LOOKED_AT = 200
"""Characters of a cell whose kinds are looked at."""
_MARKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")


def part_record(
    record: Sequence[str], neighbors: Sequence[Sequence[str]]
) -> tuple[list[str] | None, list[str] | None] | None:
    """Return the two records that one was, each None where it cannot be told.

    Args:
        record: the cells.
        neighbors: other records of the file.

    Returns:
        None where it was not two, as far as can be told.

    Example:
        >>> others = [["20010001", "停水", "12"], ["20010002", "停电", "3"], ["20010005", "", "9"]]
        >>> part_record(["20010003", "停水", "7x20010004", "停气", "5"], others)
        (['20010003', '停水', '7'], ['20010004', '停气', '5'])
        >>> part_record(["20010003", "停水", "7120010004", "停气", "5"], others)
        (None, ['20010004', '停气', '5'])
        >>> part_record(["20010003", "停水", "7"], others) is None
        True
    """
    widths = [width for width, _ in Counter(map(len, neighbors)).most_common(2) if width > 1]
    for first, second in product(widths, widths):
        if len(record) not in (first + second - 1, first + second):
            continue
        ends = _Form([other[-1] for other in neighbors if len(other) == first])
        begins = _Form([other[0] for other in neighbors if len(other) == second])
        if not (ends.tells or begins.tells):
            continue
        cuts = _cuts(record[first - 1 : 1 - second], ends.length, begins.length)
        # what tells leaves few, of which others may be looked at character by character
        for place, form in sorted(((0, ends), (1, begins)), key=lambda each: not each[1].tells):
            cuts = [cut for cut in cuts if form.fits(cut[place])]
        left, right = ({cut[place] for cut in cuts} for place in (0, 1))
        if len(left) == 1 or len(right) == 1:
            return (
                [*record[: first - 1], *left] if len(left) == 1 else None,
                [*right, *record[1 - second :]] if len(right) == 1 else None,
            )
    return None


def _cuts(
    cells: Sequence[str], end_length: int | None, begin_length: int | None
) -> list[tuple[str, str]]:
    """Return the last cell of a record and the first one of the next, as they may be apart.

    Args:
        cells: the one cell that both have become, or the two.
        end_length: of last cells, where all are as long.
        begin_length: of first cells; one of the two lengths is known.
    """
    if len(cells) == 2:  # the line end became a delimiter
        return [(cells[0], cells[1].strip('"'))]
    cell, size = cells[0], len(cells[0])
    marks = [hit.start() for hit in _MARKS.finditer(cell)]
    if end_length is not None:
        ends: Iterable[int] = (end_length,)
    else:  # at most a lost byte and two quotation marks stand beside the first cell
        last = size - (begin_length or 0)
        ends = range(max(last - 3, 0), last + 1)
    places = [(marks[0], 1)] if len(marks) == 1 else product(ends, (0, 1))
    return [
        (cell[:place], cell[place + gone :].strip('"'))
        for place, gone in places
        if place + gone <= size
    ]


class _Form:
    """What cells of a column have in common: their kinds of characters, and their length.

    Attributes:
        length: of all of them, where it is the same and tells something.
        tells: whether no other cell is likely to look so.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self._kinds = {*map(_kinds, cells)}
        lengths = {*map(len, cells)}
        length = lengths.pop() if len(lengths) == 1 else None
        self.length = length if length is None or length >= _TELLING else None
        self.tells = (
            self.length is not None
            and len(cells) >= _ENOUGH
            and all("9" in kinds for kinds in self._kinds)
        )

    def fits(self, cell: str) -> bool:
        """Whether a cell looks like those; where they differ much, any does."""
        if self.length is not None and len(cell) != self.length:
            return False
        return len(self._kinds) > _FREE or _kinds(cell) in self._kinds


def _kinds(cell: str) -> str:
    """Return the kinds of characters of a cell, in order."""
    return _kinds_of(cell[:_LOOKED_AT])


@lru_cache(1_024)  # the records around a damaged one are those around the next
def _kinds_of(cell: str) -> str:
    return "".join(kind for kind, _ in groupby(map(_kind, cell)))


def _kind(character: str) -> str:
    if character.isdecimal():
        return "9"
    return "a" if character.isalpha() else character
