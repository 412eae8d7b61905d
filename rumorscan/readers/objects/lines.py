"""Lines of JSON: where they lie in a block, and what each of them says."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from typing import Any

import numpy as np
import orjson

from rumorscan.readers.intake.door import COLUMN_LIMIT, Reject

DEPTH_LIMIT = 1_000
"""Nesting beyond which a line is not read; both parsers go as deep."""

_NEWLINE, _OPEN, _CLOSE, _RETURN = b"\n{}\r"
_BEGINNINGS = tuple(bytes([code]) for code in b'{["-0123456789')


def parse_lines(
    lines: list[bytes], first: int
) -> tuple[list[dict[str, Any]], list[int], list[Reject]]:
    """Return the objects of lines, the numbers of their lines, and rejects for the other lines.

    Blank lines are passed over.

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
        row = parse_line(line)
        if isinstance(row, dict) and len(row) <= COLUMN_LIMIT:
            rows.append(row)
            numbers.append(number)
        elif line.strip():
            reason, detail = "not-an-object", type(row).__name__
            if isinstance(row, Broken):
                reason, detail = "bad-json", row.why or "is not JSON"
            elif isinstance(row, dict):
                reason, detail = "too-wide", f"{len(row):,} keys"
            broken.append(
                Reject(number, reason, detail, line.decode(errors="replace").rstrip("\r"))
            )
    return rows, numbers, broken


class Broken:
    """Stands for a line that is not JSON; no `why` where it does not even begin like it."""

    def __init__(self, why: str) -> None:
        self.why = why


def parse_line(line: bytes) -> Any:
    """Return the value of a line of JSON in UTF-8, or `Broken`.

    What only Python's own writer produces is read too: NaN, lone surrogates.

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
    if not isinstance(value, Broken):
        return value
    return Broken(why if line.lstrip().startswith(_BEGINNINGS) else "")


def parse_exactly(line: bytes) -> Any:
    """Parse with Python's own parser: slower, but whole numbers keep all their digits."""
    try:
        return json.loads(line.removeprefix(BOM_UTF8), parse_int=_whole)
    except (ValueError, RecursionError) as error:
        return Broken(str(error))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < 4_000 else digits


def object_lines(data: bytes) -> np.ndarray[Any, Any] | None:
    """Return the bounds of lines if each begins with `{` and ends with `}`, else None.

    No value of JSON has `}` before `{` without a comma, so that a count of objects equal to that
    of such lines means one object a line.
    """
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == _NEWLINE)
    if not len(ends) or ends[-1] != len(codes) - 1:
        ends = np.append(ends, len(codes))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = codes[ends - 1]
    if (last == _RETURN).any():
        last = np.where(last == _RETURN, codes[ends - 2], last)
    if starts[-1] >= len(codes) or not ((codes[starts] == _OPEN) & (last == _CLOSE)).all():
        return None
    bounds = np.append(starts, ends[-1] + 1)
    # a level takes an opening and a closing byte, so that short lines need not be counted
    for place in np.flatnonzero(np.diff(bounds) >= 2 * DEPTH_LIMIT).tolist():
        span = int(bounds[place]), int(bounds[place + 1])
        if data.count(b"[", *span) + data.count(b"{", *span) >= DEPTH_LIMIT:
            return None
        if data.count(b":", *span) > COLUMN_LIMIT:
            return None
    return bounds
