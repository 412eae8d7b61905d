"""The headers of pages in a Parquet file, read without the pages.

A header is a struct of Thrift in its compact form, as parquet-format's `parquet.thrift` tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

DATA, INDEX, DICTIONARY, DATA_V2 = range(4)
DELTA_BYTE_ARRAY = 7
"""An encoding in which a value may repeat the one before it for free."""

_PIECE = 4_096
_HEADER_LIMIT = 16 << 20
"""Bytes of a header; Arrow reads none that is longer."""
_DEPTH = 16
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BYTES, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_ABOUT = {DATA: 5, DICTIONARY: 7, DATA_V2: 8}
_ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself.

    Attributes:
        kind: `DATA`, `DICTIONARY`, `DATA_V2` or another number.
        unpacked: bytes that it unpacks to.
        packed: bytes that it takes in the file.
        values: how many it holds.
        encoding: the number of how they are written.
    """

    kind: int
    unpacked: int
    packed: int
    values: int
    encoding: int


def pages_of(file: BinaryIO, start: int, end: int, values: int) -> Iterator[Page]:
    """Yield the pages of a column that lie between two places of a file.

    Args:
        file: a Parquet file.
        start: where the first header begins.
        end: where the last page ends at most.
        values: how many the column holds; a reader looks for no page after them.

    Raises:
        ValueError: a header is damaged, or a page ends behind the end.
    """
    met = 0
    while met < values and start < end:
        page, start = _read_page(file, start)
        start += page.packed
        if start > end:
            raise ValueError("a page is cut short")
        if page.kind in (DATA, DATA_V2):
            met += page.values
        yield page


def _read_page(file: BinaryIO, start: int) -> tuple[Page, int]:
    """Return the page whose header begins at a place, and where that ends."""
    size = _PIECE
    while True:
        file.seek(start)
        data = file.read(size)
        try:
            fields, length = read_struct(data)
        except IndexError:
            if len(data) < size or size >= _HEADER_LIMIT:
                raise ValueError("the header of a page is cut short") from None
            size *= 16
        else:
            return _page(fields), start + length


def _page(fields: dict[int, Any]) -> Page:
    kind = _count(fields.get(1))
    about = fields.get(_ABOUT.get(kind, 0), {})
    if not isinstance(about, dict):
        raise ValueError("the header of a page is damaged")
    values, encoding = about.get(1, 0), about.get(_ENCODING.get(kind, 0), 0)
    return Page(kind, *map(_count, (fields.get(2), fields.get(3), values, encoding)))


def _count(number: Any) -> int:
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError("the header of a page is damaged")
    return number


def read_struct(data: bytes, place: int = 0, depth: int = 0) -> tuple[dict[int, Any], int]:
    r"""Return the fields of a struct by number, and where it ends.

    Raises:
        ValueError: it is damaged.
        IndexError: it goes on behind the data.

    Example:
        >>> read_struct(b"\x15\x04\x18\x02ok\x00")
        ({1: 2, 2: b'ok'}, 7)
    """
    if depth > _DEPTH:
        raise ValueError("the header of a page is nested too deeply")
    fields: dict[int, Any] = {}
    number = 0
    while head := data[place]:
        place += 1
        if head >> 4:
            number += head >> 4
        else:
            number, place = _zigzag(data, place)
        if number in fields:  # readers differ in which one counts
            raise ValueError("the header of a page is damaged")
        fields[number], place = _value(data, place, head & 15, depth)
    return fields, place + 1


def _value(data: bytes, place: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, place
    if kind in (_I16, _I32, _I64):
        return _zigzag(data, place)
    if kind in (_BYTE, _DOUBLE):
        return None, place + (1 if kind == _BYTE else 8)
    if kind == _BYTES:
        length, place = _varint(data, place)
        if place + length > len(data):
            raise IndexError
        return data[place : place + length], place + length
    if kind == _STRUCT:
        return read_struct(data, place, depth + 1)
    if kind in (_LIST, _SET):
        head = data[place]
        place += 1
        count, inner = head >> 4, head & 15
        if count == 15:
            count, place = _varint(data, place)
        for _ in range(count):
            # a flag in a list takes a byte of its own
            skipped = (None, place + 1) if inner in (_TRUE, _FALSE) else None
            _, place = skipped or _value(data, place, inner, depth + 1)
            if place > len(data):
                raise IndexError
        return None, place
    raise ValueError("the header of a page is damaged")  # no header holds a map


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        code = data[place]
        place += 1
        number |= (code & 127) << shift
        if code < 128:
            return number, place
        shift += 7
        if shift > 63:
            raise ValueError("the header of a page is damaged")


def _zigzag(data: bytes, place: int) -> tuple[int, int]:
    number, place = _varint(data, place)
    return number >> 1 ^ -(number & 1), place
