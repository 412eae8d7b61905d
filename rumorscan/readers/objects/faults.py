"""What elements of a list say, and what is wrong with those that say nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any

import orjson

from rumorscan.readers.intake.rows import COLUMN_LIMIT, Reject
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.extended import is_extended, plain
from rumorscan.readers.objects.lines import Broken, parse_line

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


def too_long(data: bytes) -> Fault:
    """Return what stands for an element of which this is the beginning."""
    return Fault("too-long", "over 16 MB", data)


def parse_elements(elements: Elements) -> list[Any]:
    """Return what elements say, or the fault of each.

    Example:
        >>> import numpy as np
        >>> parse_elements(Elements(b'{"id": 1}, 2', np.array([0, 10]), 1))
        [{'id': 1}, 2]
    """
    if elements.overlong:
        return [too_long(elements.data)]
    try:
        items = orjson.loads(b"[%b]" % elements.data)
    except orjson.JSONDecodeError:
        items = []
    if len(items) != len(elements.places):
        items = list(map(_parsed_alone, elements))
    for number, item in enumerate(items):
        if type(item) is dict and len(item) > COLUMN_LIMIT:
            items[number] = _wide(item)
    return list(map(plain, items)) if is_extended(elements.data) else list(items)


def _parsed_alone(data: bytes) -> Any:
    item = parse_line(data)
    return Fault("bad-json", item.why or "is not JSON", data) if type(item) is Broken else item


def _wide(item: dict[str, Any]) -> Fault:
    first = orjson.dumps(dict(islice(item.items(), 100)), default=str)
    return Fault("too-wide", f"{len(item):,} keys", first)
