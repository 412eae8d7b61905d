"""What elements of a list say, and what is wrong with those that say nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any

import orjson

from rumorscan.readers.intake.rows import COLUMN_LIMIT, Reject
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.extended import is_extended, plain
from rumorscan.readers.objects.lines import Broken, values_of

_SHOWN = 8_192


class Fault:
    """Stands for an element that is set aside.

    Example:
        >>> Fault("bad-json", "is not JSON", b"{]").reject(3)
        Reject(row=3, reason='bad-json', detail='is not JSON', raw='{]')
    """

    def __init__(self, reason: str, detail: str, raw: bytes) -> None:
        self.reason = reason
        self.detail = detail
        self.raw = raw[:_SHOWN].decode(errors="replace").strip()

    def reject(self, row: int) -> Reject:
        """Return it as a row that is set aside."""
        return Reject(row, self.reason, self.detail, self.raw)


Placed = tuple[int | None, Fault]
"""What is wrong, and where in the document, if that is known."""


def too_long(data: bytes) -> Fault:
    """Return what stands for an element of which this is the beginning.

    Example:
        >>> too_long(b'{"text": "').reject(3)
        Reject(row=3, reason='too-long', detail='over 16 MB', raw='{"text": "')
    """
    return Fault("too-long", "over 16 MB", data)


def parse_elements(elements: Elements) -> tuple[list[int], list[Any]]:
    """Return where elements begin in the document, and what they say or the fault of each.

    Example:
        >>> import numpy as np
        >>> parse_elements(Elements(b'{"id": 1}, 2', np.array([0, 10]), 1))
        ([1, 12], [{'id': 1}, 2])
    """
    starts = (elements.begins() + elements.start).tolist()
    if elements.overlong:
        return starts, [too_long(elements.data)]
    try:
        items = orjson.loads(b"[%b]" % elements.data)
    except orjson.JSONDecodeError:
        items = []
    if len(items) != len(starts):
        starts, items = _parsed_alone(elements, starts)
    for number, item in enumerate(items):
        if type(item) is dict and len(item) > COLUMN_LIMIT:
            items[number] = _wide(item)
    return starts, list(map(plain, items)) if is_extended(elements.data) else items


def _parsed_alone(elements: Elements, starts: list[int]) -> tuple[list[int], list[Any]]:
    """Parse elements one by one; objects that damage has joined become several."""
    places, items = [], []
    for start, data in zip(starts, elements, strict=True):
        place = start - len(data) + len(data.lstrip())
        at = 0
        for part, value in values_of(data):
            at = data.index(part, at)
            places.append(place + at if at else start)
            is_broken = isinstance(value, Broken)
            why = (value.why or "is not JSON") if is_broken else ""
            items.append(Fault("bad-json", why, part) if is_broken else value)
            at += len(part)
    return places, items


def _wide(item: dict[str, Any]) -> Fault:
    first = orjson.dumps(dict(islice(item.items(), 100)), default=str)
    return Fault("too-wide", f"{len(item):,} keys", first)
