"""Quotation marks of CSV: whether they are where they should be."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np

ESCAPED = b'\\"'
"""A mark as some databases write it within a cell; the end of a cell in CSV."""
_ESCAPE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_QUOTE = 34
_NARROW_LINES = 6
"""Lines of a text may look like records of two columns by accident; so many do not."""

_NEAR = 20
"""Lines before and behind one that are near it."""


class LineFeed:
    """Feeds lines to a parser that may be set back."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.place = 0
        self.limit = 0
        self._records: list[list[str]] = []

    def __iter__(self) -> LineFeed:
        return self

    def __next__(self) -> str:
        if self.place >= len(self.lines) or (self.limit and self.place >= self.limit):
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1]

    def records_near(self, place: int, delimiter: str) -> list[list[str]]:
        r"""Return the records around a line, of one line each.

        Example:
            >>> LineFeed("1,停水\n2,停水3,停电\n4,停气\n").records_near(1, ",")
            [['1', '停水'], ['4', '停气']]
        """
        if not self._records:
            self._records = [next(csv.reader([line], delimiter=delimiter)) for line in self.lines]
        return (
            self._records[max(0, place - _NEAR) : place]
            + self._records[place + 1 : place + 1 + _NEAR]
        )


def is_strict(data: bytes, delimiter: str) -> bool:
    r"""Return whether every mark opens or closes a cell, or is one of two in a quoted cell.

    Then whoever reads the records of the data comes to the same cells. Looked at all at once,
    since there may be millions.

    Example:
        >>> is_strict(b'1,"a ""b"" c"\n', ","), is_strict(b'1,a"b\n', ",")
        (True, False)
    """
    codes = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(codes == _QUOTE)
    if len(marks) % 2:
        return False
    opening, closing = marks[::2], marks[1::2]
    beside = np.zeros(256, bool)
    beside[[ord(delimiter), 10, 13]] = True
    before = np.where(opening > 0, codes[opening - 1], 10)
    after = np.where(closing + 1 < len(codes), codes[np.minimum(closing + 1, len(codes) - 1)], 10)
    # a mark within a quoted cell is written twice: one closes, and the next one opens again
    opens_well = beside[before]
    opens_well[1:] |= opening[1:] == closing[:-1] + 1
    closes_well = beside[after]
    closes_well[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(opens_well.all() and closes_well.all())


def is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether a further line would belong to the last record of these.

    Example:
        >>> is_open(['1,"停水'], ","), is_open(['1,"停水"'], ",")
        (True, False)
    """
    if '"' not in lines[-1] and len(lines) == 1:
        return False
    lines = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n"]
    try:
        alone = sum(1 for _ in csv.reader(lines, delimiter=delimiter))
        return sum(1 for _ in csv.reader([*lines, "."], delimiter=delimiter)) == alone
    except csv.Error:
        return True


def is_sound(lines: Sequence[str], delimiter: str, width: int) -> bool:
    r"""Return whether the lines are one record that is quoted as it should be.

    Args:
        lines: of the record.
        delimiter: what stands between cells.
        width: cells of the header.

    Example:
        >>> is_sound(['1,"停\n', '水"\n'], ",", 2), is_sound(['1,a"b\n', 'c"\n'], ",", 2)
        (True, False)
    """
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len(records) == 1 and not _swallows(lines[1:], delimiter, width)


def doubled(line: str) -> str:
    r"""Return a line with those marks written twice that stand behind a backslash.

    Example:
        >>> doubled(r'1,"说 \"停水\" 了"')
        '1,"说 ""停水"" 了"'
    """
    return _ESCAPE.sub(r'\1""', line)


def is_record(lines: Iterable[str], delimiter: str, width: int) -> bool:
    """Return whether lines begin with a record of that many cells, quoted as it should be.

    Example:
        >>> is_record(['1,"停"', "2"], ",", 2), is_record(['1,"停"水', "2"], ",", 2)
        (True, False)
    """
    return _lines_taken(lines, delimiter, width) > 0


def unescaped(lines: Sequence[str], delimiter: str, width: int) -> list[str]:
    r"""Return the lines of the first record, `doubled`; nothing where it is not sound by that.

    Example:
        >>> unescaped(['1,"说 \\"停水\\" 了"\n', "2,水"], ",", 2)
        ['1,"说 ""停水"" 了"\n']
    """
    taken = _lines_taken(map(doubled, lines), delimiter, width)
    return [*map(doubled, lines[:taken])]


def _lines_taken(lines: Iterable[str], delimiter: str, width: int) -> int:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return reader.line_num if len(next(reader)) == width else 0
    except (csv.Error, StopIteration):
        return 0


def _swallows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Return whether the further lines of a record look like records of their own."""
    if len(lines) < (2 if width > 2 else _NARROW_LINES) or width < 2:
        return False
    own = sum(
        len(record) == width for line in lines for record in csv.reader([line], delimiter=delimiter)
    )
    return own * 2 >= len(lines)
