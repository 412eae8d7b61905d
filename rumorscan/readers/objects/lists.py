"""A list of posts in JSON, read a piece at a time; broken elements cost themselves.

Elements that have one simple type a column are read as JSON lines are. The row number is the
position among the rows that are found; the first one is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import BLOCK_BYTES
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import RawRows
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.faults import Fault
from rumorscan.readers.objects.jsonl import LineReader
from rumorscan.readers.objects.lines import Lines
from rumorscan.readers.objects.long_lists import Part, parse_part, shortened
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects

MapMaker = Callable[[list[Any]], ObjectMap]
Offset = Callable[[int], int | None]
_HEAD_BYTES = 64 << 20
_AT_ONCE = 1_024
_NEWLINE, _BLANK = b"\n "


class ElementLines(Lines):
    r"""Elements of a list, each as a line.

    Args:
        elements: whole ones; none is blank or torn.

    Example:
        >>> lines = ElementLines(Elements(b'{"id":\n1},\n{"id": 2}', np.array([0, 10]), 1))
        >>> lines.data, lines.odd().tolist()
        (b'{"id": 1}\n {"id": 2}\n', [False, False])
    """

    def __init__(self, elements: Elements) -> None:
        codes = np.frombuffer(elements.data + b"\n", np.uint8).copy()
        codes[codes == _NEWLINE] = _BLANK
        stops = np.append(elements.places[1:] - 1, len(codes) - 1)
        codes[stops] = _NEWLINE
        self.data = codes.tobytes()
        self.bounds = np.concatenate(([0], stops + 1))
        self._codes = codes
        self._elements = elements

    @property
    def ends(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The first and the last character of each element."""
        return self._codes[self._elements.begins()], self._codes[self._elements.ends() - 1]

    def strips(self, strip_bytes: int) -> Iterator[ElementLines]:
        """Yield the elements in strips of about that size."""
        places, data = self._elements.places, self._elements.data
        first = 0
        while first < len(places):
            stop = int(np.searchsorted(places, places[first] + strip_bytes))
            end = int(places[stop]) - 1 if stop < len(places) else len(data)
            start = int(places[first])
            yield ElementLines(Elements(data[start:end], places[first:stop] - start, 0))
            first = stop


class ListReader:
    """Reads the elements of a list into an intake.

    Args:
        intake: takes the rows.
        make_map: makes the field map of the first rows.
        batch_rows: at most so many are handed over at once.
        offset: place in the document to the place in the file, if that is known.
    """

    def __init__(self, intake: Intake, make_map: MapMaker, batch_rows: int, offset: Offset) -> None:
        self._intake = intake
        self._make_map = make_map
        self._batch_rows = batch_rows
        self._offset = offset
        self._row = 1

    def read(
        self, parts: Iterable[Part], faults: Iterable[tuple[int | None, Fault]]
    ) -> Iterator[ObjectMap]:
        """Read the parts of a list; yields the field map after each batch.

        Args:
            parts: the elements.
            faults: what is wrong with the document, known after its elements.

        Raises:
            DumpError: no element is an object, the keys cannot be mapped, or a row is bad and the
                intake is strict.
        """
        sample, parts = self._begun(iter(parts), faults)
        fields = self._make_map(sample)
        if fields.nesting is not None:
            items = chain.from_iterable(zip(*parse_part(part), strict=True) for part in parts)
            found = chain(fields.nesting.rows(items), faults, fields.nesting.rest())
            yield from self._take(found, fields)
            return
        reader = LineReader(fields, sample)
        for part in parts:
            if isinstance(part, Elements) and _have_lines(part):
                places = (part.begins() + part.start).tolist()
                first = self._row
                self._row += len(places)
                for batch in reader.read(ElementLines(part), first, self._batch_rows):
                    batch.raw = partial(_stripped, batch.raw)
                    batch.broken = [replace(bad, raw=bad.raw.strip()) for bad in batch.broken]
                    self._hand_over(batch, places, first, fields)
                    yield fields
            else:
                yield from self._take(zip(*parse_part(part), strict=True), fields)
        yield from self._take(faults, fields)

    def _begun(
        self, parts: Iterator[Part], faults: Iterable[tuple[int | None, Fault]]
    ) -> tuple[list[dict[str, Any]], Iterator[Part]]:
        """Return the first objects, and all parts."""
        where = self._intake.door.path
        head: list[Part] = []
        first: list[Any] = []
        size = 0
        for part in parts:
            head.append(part)
            first += parse_part(part)[1][: SAMPLE_ROWS - len(first)]
            size += len(part.data) if isinstance(part, Elements) else 0
            if len(first) >= SAMPLE_ROWS or size > _HEAD_BYTES:
                break
        sample = [shortened(item, SAMPLE_ROWS) for item in first if isinstance(item, Mapping)]
        if not sample:
            first = first or [fault for _, fault in faults]
            kind = DumpError if first else NoRowsError
            if first and isinstance(first[0], Fault):
                raise kind(f"{where}: is not JSON: {first[0].detail}")
            raise kind(f"{where}: holds no list of objects; expected a list of posts")
        return sample, chain(head, parts)

    def _take(
        self, found: Iterable[tuple[int | None, Any]], fields: ObjectMap
    ) -> Iterator[ObjectMap]:
        for part in _batches(iter(found), self._batch_rows):
            places, items = zip(*part, strict=True)
            first = self._row
            self._row += len(items)
            numbered = list(enumerate(items, first))
            good = [pair for pair in numbered if not isinstance(pair[1], Fault)]
            broken = [item.reject(number) for number, item in numbered if isinstance(item, Fault)]
            batch = fields.raw_rows(*split_objects(good), broken)
            self._hand_over(batch, places, first, fields)
            yield fields

    def _hand_over(
        self, batch: RawRows, places: Sequence[int | None], first: int, fields: ObjectMap
    ) -> None:
        batch.offset = partial(self._offset_of, places, first)
        self._intake.take(batch, fields.fields)

    def _offset_of(self, places: Sequence[int | None], first: int, row: int) -> int | None:
        place = places[row - first]
        return None if place is None else self._offset(place)


def _batches(
    found: Iterator[tuple[int | None, Any]], batch_rows: int
) -> Iterator[list[tuple[int | None, Any]]]:
    """Yield some rows at a time, fewer where they are long."""
    batch: list[tuple[int | None, Any]] = []
    while some := list(islice(found, min(_AT_ONCE, batch_rows - len(batch)))):
        batch += some
        span = abs((batch[-1][0] or 0) - (batch[0][0] or 0))
        if len(batch) >= batch_rows or span > BLOCK_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _stripped(raw: Callable[[int], str], place: int) -> str:
    return raw(place).strip()


def _have_lines(elements: Elements) -> bool:
    """Whether each element can stand in a line of its own."""
    sound = not (elements.overlong or elements.torn)
    return sound and bool((elements.begins() < elements.ends()).all())
