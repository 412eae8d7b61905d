"""Objects one behind the other with nothing between them: written over many lines, or on one.

`jq .`, `mongoexport --pretty` and crawlers that forget line ends write so. With commas between
them the objects are the elements of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from rumorscan.readers.objects.joints import object_at
from rumorscan.readers.objects.structure import LIST, OBJECT, OBJECT_END, Structure

_BLANK = b" \t\r\n"
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


def first_of_several(text: str) -> dict[str, Any] | None:
    r"""Return the first object of a text if further ones follow behind it.

    Example:
        >>> first_of_several('{\n "id": 1\n}\n{\n "id"')
        {'id': '1'}
        >>> first_of_several('{"id": 1}')
    """
    first = object_at(text)
    return first[0] if first and _goes_on(text, first[1]) else None


def goes_over_lines(text: str) -> bool:
    r"""Tell whether a text begins with an object of several lines, or is of several and no line.

    Example:
        >>> goes_over_lines('{\n "id": 1\n}'), goes_over_lines('{"id": 1}{"id": 2}')
        (True, True)
        >>> goes_over_lines('{"id": 1}{"id": 2}\n{"id": 3}')
        False
    """
    first = object_at(text)
    if first is None:
        return False
    return "\n" in text[: first[1]] or ("\n" not in text and _goes_on(text, first[1]))


def _goes_on(text: str, end: int) -> bool:
    """Tell whether another object follows behind the end of one."""
    behind = _BETWEEN.match(text, end)
    return behind is not None and text.startswith("{", behind.end())


def as_list(pieces: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    r"""Yield a document of several objects with commas between them, and a `]` behind the last one.

    A comma takes the place of the blank before an object. Where there is none it is put in, and
    places of the document are no longer those of its file.

    Args:
        pieces: each with whether it stands in the file so.

    Example:
        >>> b"".join(data for data, _ in as_list([(b'{"id": 1}\n', True), (b'{"id": 2}', True)]))
        b'{"id": 1},{"id": 2}]'
    """
    structure = Structure()
    waits, last = b"", LIST
    for piece, is_exact in pieces:
        opens: list[int] = []
        for marks, kinds, _ in structure.windows(piece, 0):
            if len(kinds):
                # no value of JSON has `}` before `{`, however broken what stands before is
                before = np.concatenate(([last], kinds[:-1]))
                opens += marks[(kinds == OBJECT) & (before == OBJECT_END)].tolist()
                last = int(kinds[-1])
        data, is_kept = _with_commas(waits + piece, [len(waits) + place for place in opens])
        yield data[:-1], is_exact and is_kept
        waits = data[-1:]
    yield waits + b"]", False


def _with_commas(data: bytes, places: list[int]) -> tuple[bytes, bool]:
    """Put commas before places, in the place of a blank where one is there.

    Returns:
        The data, and whether nothing was put in.
    """
    parts, start = [], 0
    for place in places:
        is_blank = data[place - 1 : place] in _BLANK and place > start
        parts.append(data[start : place - is_blank])
        start = place
    parts.append(data[start:])
    whole = b",".join(parts)
    return whole, len(whole) == len(data)
