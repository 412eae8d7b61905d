"""Lines of JSON: where they lie in a block, and what each of them says."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from rumorscan.readers.encodings.decoding import cut_at_lines
from rumorscan.readers.intake.rows import COLUMN_LIMIT, Reject
from rumorscan.readers.objects.joints import part_objects

DEPTH_LIMIT = 1_000
"""Nesting beyond which a line is not read; both parsers go as deep."""

_NEWLINE, _OPEN, _CLOSE, _RETURN = b"\n{}\r"
_AT_ONCE = 1 << 18
_HEX = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-F]{2})")
_BEGINNINGS = tuple(bytes([code]) for code in b'{["-0123456789')


def parse_lines(
    lines: list[bytes], first: int
) -> tuple[list[dict[str, Any]], list[int], list[Reject]]:
    """Return the objects of lines, the numbers of their lines, and rejects for the other lines.

    Blank lines are passed over; objects that damage has joined share the number of their line.

    Example:
        >>> parse_lines([b'{"id": 1}', b"", b"[2]"], 7)[:2]
        ([{'id': 1}], [7])
    """
    try:
        rows = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        pass
    else:
        if set(map(type, rows)) == {dict} and max(map(len, rows)) <= COLUMN_LIMIT:
            return rows, list(range(first, first + len(rows))), []
    rows, numbers, broken = [], [], []
    for number, line in enumerate(lines, first):
        for data, row in values_of(line):
            if isinstance(row, dict) and len(row) <= COLUMN_LIMIT:
                rows.append(row)
                numbers.append(number)
            elif data.strip():
                raw = data.decode(errors="replace").rstrip("\r")
                broken.append(Reject(number, *_fault_of(row), raw))
    return rows, numbers, broken


def values_of(line: bytes) -> Iterator[tuple[bytes, Any]]:
    """Yield what a line holds: one value, or several objects that damage has joined.

    Yields:
        The bytes of each, and its value or `Broken`.

    Example:
        >>> list(values_of(b'{"id": 1}x{"id": 2}'))
        [(b'{"id": 1}', {'id': 1}), (b'{"id": 2}', {'id': 2})]
    """
    value = parse_line(line)
    parts = part_objects(line) if isinstance(value, Broken) else [line]
    if parts == [line]:
        yield line, value
        return
    for part in parts:
        # whole numbers keep their digits here, as nobody will parse the line once more
        value = parse_exactly(part)
        yield part, value if not isinstance(value, Broken) else parse_line(part)


def _fault_of(value: Any) -> tuple[str, str]:
    """Return why a value is no row: the reason and the detail."""
    if isinstance(value, Broken):
        return "bad-json", value.why or "is not JSON"
    if isinstance(value, dict):
        return "too-wide", f"{len(value):,} keys"
    return "not-an-object", type(value).__name__


class Broken:
    """Stands for a line that is not JSON; no `why` where it does not even begin like it."""

    def __init__(self, why: str) -> None:
        self.why = why


def parse_line(line: bytes) -> Any:
    r"""Return the value of a line of JSON in UTF-8, or `Broken`.

    What only Python's own writer produces is read too: NaN, lone surrogates; and Telegram's way to
    write control characters, `\x0B`.

    Example:
        >>> parse_line(b'{"id": 12, "n": NaN}')
        {'id': 12, 'n': nan}
        >>> parse_line(b'{"id": ').why
        'unexpected end of data: line 1 column 8 (char 7)'
    """
    line = line.removeprefix(BOM_UTF8)  # where files were joined
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        why = str(error)
    value = parse_exactly(line)
    if isinstance(value, Broken) and b"\\x" in line:
        value = parse_exactly(_HEX.sub(rb"\1\\u00\2", line))
    if not isinstance(value, Broken):
        return value
    return Broken(why if line.lstrip().startswith(_BEGINNINGS) else "")


def parse_exactly(line: bytes) -> Any:
    """Parse with Python's own parser: slower, but whole numbers keep all their digits.

    Example:
        >>> parse_exactly(b'{"id": 12345678901234567890123}')
        {'id': 12345678901234567890123}
    """
    try:
        return json.loads(line.removeprefix(BOM_UTF8), parse_int=_whole)
    except (ValueError, RecursionError) as error:
        return Broken(str(error))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < 4_000 else digits


class Lines:
    r"""Where the lines of a block lie.

    Attributes:
        data: the lines, each with a newline behind it.
        bounds: int64, where the lines begin, and the end of the last one.

    Example:
        >>> lines = Lines(b'{"id": 1}\r\n\n{"id": 2')
        >>> len(lines), lines.text(0), lines.odd().tolist()
        (3, '{"id": 1}', [False, True, True])
        >>> lines.without(lines.odd())
        b'{"id": 1}\r\n'
    """

    def __init__(self, data: bytes) -> None:
        self.data = data if data.endswith(b"\n") else data + b"\n"
        self._codes = np.frombuffer(self.data, np.uint8)
        self.bounds = np.concatenate(
            [[0]]
            + [  # in pieces, whose masks lie in memory that was used before
                np.flatnonzero(self._codes[start : start + _AT_ONCE] == _NEWLINE) + (start + 1)
                for start in range(0, len(self._codes), _AT_ONCE)
            ]
        )

    @property
    def ends(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The first and the last character of each line."""
        last = self._codes[self.bounds[1:] - 2]
        if (last == _RETURN).any():
            last = np.where(last == _RETURN, self._codes[self.bounds[1:] - 3], last)
        return self._codes[self.bounds[:-1]], last

    def strips(self, strip_bytes: int) -> Iterator[Lines]:
        """Yield the lines in strips of about that size."""
        return map(Lines, cut_at_lines(self.data, strip_bytes))

    def parts(self, count: int) -> Iterator[Lines]:
        """Yield so many lines at a time."""
        bounds = [*self.bounds[:-1:count].tolist(), len(self.data)]
        return (Lines(self.data[start:end]) for start, end in pairwise(bounds))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def cell(self, place: int) -> bytes:
        """Return the bytes of a line, with its newline."""
        return self.data[self.bounds[place] : self.bounds[place + 1]]

    def text(self, place: int) -> str:
        """Return a line as text, without its newline."""
        return self.cell(place).decode(errors="replace").rstrip("\r\n")

    def odd(self) -> np.ndarray[Any, Any]:
        """Mask the lines that must be looked at one by one; the others are an object each.

        Those begin with `{` and end with `}`. No value of JSON has `}` before `{` without a
        comma, so that a count of objects equal to that of such lines means one object a line.
        """
        first, last = self.ends
        odd = (first != _OPEN) | (last != _CLOSE)
        # a level takes an opening and a closing byte, so that short lines need not be counted
        for place in np.flatnonzero(np.diff(self.bounds) >= 2 * DEPTH_LIMIT).tolist():
            span = int(self.bounds[place]), int(self.bounds[place + 1])
            levels = self.data.count(b"[", *span) + self.data.count(b"{", *span)
            odd[place] |= levels >= DEPTH_LIMIT or self.data.count(b":", *span) > COLUMN_LIMIT
        return np.asarray(odd)

    def without(self, left_out: np.ndarray[Any, Any], start: int = 0) -> bytes:
        """Return the lines from one on that are not left out."""
        view, pieces = memoryview(self.data), []
        for place in [*(np.flatnonzero(left_out[start:]) + start).tolist(), len(self)]:
            pieces.append(view[self.bounds[start] : self.bounds[place]])
            start = place + 1
        return self.data if len(pieces[0]) == len(self.data) else b"".join(pieces)
