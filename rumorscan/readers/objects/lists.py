"""A list of posts in JSON, read a piece at a time; broken elements cost themselves.

The row number is the position among the rows that are found; the first one is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

import orjson

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import COLUMN_LIMIT, Reject
from rumorscan.readers.objects.elements import Elements, ElementScanner
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects

MapMaker = Callable[[list[Any]], ObjectMap]
_Part = tuple[list[int], list[Any]]
"""Where elements begin in the document, and the elements, or what is wrong with them."""
_SHOWN = 8_192


class _Fault:
    """Stands for an element that is set aside."""

    def __init__(self, reason: str, detail: str, raw: bytes) -> None:
        self.reason = reason
        self.detail = detail
        self.raw = raw[:_SHOWN].decode(errors="replace").strip()


class ListReader:
    """Reads the elements of a list into an intake.

    Args:
        intake: takes the rows.
        make_map: makes the field map of the first rows.
        batch_rows: at most so many are handed over at once.
    """

    def __init__(self, intake: Intake, make_map: MapMaker, batch_rows: int) -> None:
        self._intake = intake
        self._make_map = make_map
        self._batch_rows = batch_rows
        self._exact_until: int | None = None  # from there on places are not those in the file
        self._row = 0

    def read(self, pieces: Iterable[tuple[bytes, bool]], start: int) -> Iterator[ObjectMap]:
        """Read a document whose list begins at a place; yields the field map after each batch.

        Args:
            pieces: what follows the `[`, each with whether it stands in the file so.
            start: where the first one begins in the file.

        Raises:
            DumpError: no element is an object, the keys cannot be mapped, or a row is bad and the
                intake is strict.
        """
        scanner = ElementScanner(start)
        parts: Iterator[_Part] = chain(
            map(_parsed, scanner.cut(self._watched(pieces, start))), _end_of(scanner)
        )
        fields, parts = self._begun(parts)
        for places, items in parts:
            yield from self._take(*_unfolded(places, items, fields), fields)
        if fields.nesting is not None:
            rest = fields.nesting.rest()
            while part := list(islice(rest, self._batch_rows)):
                places, items = map(list, zip(*part, strict=True))
                yield from self._take(places, items, fields)

    def _watched(self, pieces: Iterable[tuple[bytes, bool]], start: int) -> Iterator[bytes]:
        for data, is_exact in pieces:
            if not is_exact and self._exact_until is None:
                self._exact_until = start
            start += len(data)
            yield data

    def _begun(self, parts: Iterator[_Part]) -> tuple[ObjectMap, Iterator[_Part]]:
        """Return the map of the first elements, and all of them."""
        where = self._intake.door.path
        head: list[_Part] = []
        first: list[Any] = []
        for part in parts:
            head.append(part)
            first += part[1][: SAMPLE_ROWS - len(first)]
            if len(first) >= SAMPLE_ROWS:
                break
        sample = [item for item in first if isinstance(item, Mapping)]
        if not sample:
            kind = DumpError if first else NoRowsError
            if first and isinstance(first[0], _Fault):
                raise kind(f"{where}: is not JSON: {first[0].detail}")
            raise kind(f"{where}: holds no list of objects; expected a list of posts")
        return self._make_map(sample), chain(head, parts)

    def _take(
        self, places: Sequence[int], items: Sequence[Any], fields: ObjectMap
    ) -> Iterator[ObjectMap]:
        for start in range(0, len(items), self._batch_rows):
            part = items[start : start + self._batch_rows]
            first = self._row + 1
            self._row += len(part)
            numbers = range(first, first + len(part))
            if set(map(type, part)) == {dict}:
                batch = fields.raw_rows(part, numbers)
            else:
                good = [pair for pair in zip(numbers, part, strict=True) if not _is_fault(pair[1])]
                broken = [
                    Reject(number, item.reason, item.detail, item.raw)
                    for number, item in zip(numbers, part, strict=True)
                    if isinstance(item, _Fault)
                ]
                batch = fields.raw_rows(*split_objects(good), broken)
            batch.offset = partial(self._offset, places, start - first)
            self._intake.take(batch, fields.fields)
            yield fields

    def _offset(self, places: Sequence[int], shift: int, row: int) -> int | None:
        place = places[row + shift]
        return place if self._exact_until is None or place < self._exact_until else None


def _is_fault(item: Any) -> bool:
    return isinstance(item, _Fault)


def _unfolded(
    places: Sequence[int], items: Sequence[Any], fields: ObjectMap
) -> tuple[Sequence[int], Sequence[Any]]:
    """Return the rows that are found in elements, each with the element's place."""
    if fields.nesting is None:
        return places, items
    found: list[tuple[int, Any]] = []
    for pair in zip(places, items, strict=True):
        found.extend([pair] if _is_fault(pair[1]) else fields.nesting.rows([pair]))
    return [place for place, _ in found], [item for _, item in found]


def _parsed(elements: Elements) -> _Part:
    if elements.overlong:
        return [elements.start], [_Fault("too-long", "over 16 MB", elements.data)]
    places = (elements.begins() + elements.start).tolist()
    try:
        items = orjson.loads(b"[%b]" % elements.data)
    except orjson.JSONDecodeError:
        items = []
    if len(items) != len(places):
        items = list(map(_parsed_alone, elements))
    for number, item in enumerate(items):
        if type(item) is dict and len(item) > COLUMN_LIMIT:
            items[number] = _wide(item)
    return places, items


def _parsed_alone(data: bytes) -> Any:
    item = parse_line(data)
    return _Fault("bad-json", item.why or "is not JSON", data) if type(item) is Broken else item


def _wide(item: dict[str, Any]) -> _Fault:
    first = orjson.dumps(dict(islice(item.items(), 100)), default=str)
    return _Fault("too-wide", f"{len(item):,} keys", first)


def _end_of(scanner: ElementScanner) -> Iterator[_Part]:
    """Yield what is wrong with the end of the list, if anything is."""
    rest = scanner.rest
    if not scanner.closed:
        detail = "the document is cut short: its list does not end"
        yield [scanner.place], [_Fault("bad-json", detail, rest)]
    elif rest.strip(b" \t\r\n\0"):
        yield [scanner.place], [_Fault("bad-json", "stands behind the end of the list", rest)]
