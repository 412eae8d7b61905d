"""Objects in one line or element that should stand in several.

A byte that hit a line end or a comma, a writer that was killed in the middle of a row, or two that
wrote at once leave `{…}{…}` or `{…{…}`. What is whole in there is read; only what is broken is
set aside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from rumorscan.readers.intake.rows import Reject

_DECODER = json.JSONDecoder(parse_int=str)  # as fast, and no number is too long
_JOINT = r"[ \t\r\n]*+[^{}]{0,2}[ \t\r\n]*+(?=\{|%s\s*:)"
"""What took the place of a line end, and perhaps of the brace behind it; blanks may be many."""
_CLOSES = re.compile(r"[}\]]")
_FIRST_KEY = re.compile(r'\s*\{\s*("(?:[^"\\]|\\.){1,256}")\s*:')
_BLANKS = re.compile(r"[ \t\r\n]*")
_BETWEEN = " \t\r\n,"
_NESTED = tuple(":[,")
"""Behind these an object belongs to one that began before."""
_TRIES = 64
_AT_FIRST = 4_096
"""Characters in which most objects end; an error costs as much as what stands before it."""
_CUT_SHORT = 16
"""So near to its end a text is wrong because it ends there: behind half a number or escape."""
_PARTS = 100_000
"""Objects of a line; what holds more is no damaged line."""


def part_objects(data: bytes) -> list[bytes]:
    r"""Return the objects that stand one behind the other in data that is not JSON.

    Returns:
        The pieces in order, each an object or something broken; commas behind them are left out.

    Example:
        >>> part_objects(b'{"id": 1}\xff{"id": 2}')
        [b'{"id": 1}', b'{"id": 2}']
        >>> part_objects(b'{"id": 1, "text": "wat{"id": 2}')
        [b'{"id": 1, "text": "wat', b'{"id": 2}']
        >>> part_objects(b'{"id": 1}xyz{"id": 2}')
        [b'{"id": 1}', b'xyz', b'{"id": 2}']
        >>> part_objects(b'{"id": 1, "of": {"id": 2}')
        [b'{"id": 1, "of": {"id": 2}']
    """
    text = data.decode(errors="surrogateescape")
    first = _FIRST_KEY.match(text)
    if first is None:
        return [data]
    beginning = re.compile(r"\{\s*" + re.escape(first[1]) + r"\s*:")
    eaten = re.compile(_JOINT % re.escape(first[1]))
    parts: list[str] = []
    start = 0
    while start < len(text) and len(parts) < _PARTS:
        whole = object_at(text, start)
        end = None if whole is None else whole[1]
        joint = end is not None and eaten.match(text, end)
        begins = joint.end() if joint else _next_whole(beginning, text, end or start + 1)
        rest = "" if joint or end is None else text[end:begins]
        if end is None or _CLOSES.search(rest):  # closed too early, what follows is the same row
            parts.append(text[start:begins])
        else:
            parts += [text[start:end], rest] if rest.strip(_BETWEEN) else [text[start:end]]
        start = len(text) if begins is None else begins
    if start < len(text):
        return [data]
    return [part.encode(errors="surrogateescape") for part in parts]


def _next_whole(beginning: re.Pattern[str], text: str, place: int) -> int | None:
    """Return where a whole object begins that belongs to none before."""
    behind = place
    for _ in range(_TRIES):
        hit = beginning.search(text, place)
        if hit is None:
            return None
        before = text[behind : hit.start()].rstrip()
        place, behind = hit.end(), hit.end() - 1  # with the colon
        if not before.endswith(_NESTED) and object_at(text, hit.start()) is not None:
            return hit.start()
    return None


def object_at(text: str, start: int = 0) -> tuple[dict[str, Any], int] | None:
    """Return an object that begins at a place, and where it ends; None where it does not.

    Whole numbers are text.

    Example:
        >>> object_at('{"id": 1}x'), object_at('{"id": ')
        (({'id': '1'}, 9), None)
    """
    begins = _BLANKS.match(text, start)
    place = begins.end() if begins else start
    if not text.startswith("{", place):
        return None
    size = _AT_FIRST
    while True:
        part = text[place : place + size]
        try:
            value, size = _DECODER.raw_decode(part)
            return value, place + size
        except json.JSONDecodeError as error:
            goes_on = error.msg.startswith("Unterminated") or error.pos + _CUT_SHORT > len(part)
            if not goes_on or len(part) < size:
                return None
        except (ValueError, RecursionError):
            return None
        size *= 16


def count_joined(numbers: Sequence[int], rejects: Sequence[Reject]) -> int:
    """Return how many rows share the line of an earlier one.

    Example:
        >>> count_joined([1, 2, 2], [Reject(3, "bad-json", "", "{")])
        1
    """
    return len(numbers) + len(rejects) - len({*numbers, *(each.row for each in rejects)})
