"""A list of posts in JSON, read a piece at a time; broken elements cost themselves.

Elements that have one simple type a column are read as JSON lines are. The row number is the
position among the rows that are found; the first one is 1. Rows that damage has joined in one
element may share a number.
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
from rumorscan.readers.intake.shelves import Bookmarks
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.faults import Fault, Placed
from rumorscan.readers.objects.line_readers import NESTED_LINES, LineReader
from rumorscan.readers.objects.lines import Lines
from rumorscan.readers.objects.long_lists import Part, parse_part, shortened
from rumorscan.readers.objects.nesting import REST_ROWS, Nesting
from rumorscan.readers.objects.passages import Passages
from rumorscan.readers.objects.rows import SAMPLE_ROWS, MapMaker, ObjectMap, split_objects

Offset = Callable[[int], int | None]
_HEAD_BYTES = 64 << 20
"""Bytes of the first elements that tell which column is which."""
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
        self._seam: dict[str, Any] | None = None  # the passages at the last one; None: at the first
        self._passed = 0  # parts since then
        self._found = 0  # posts since then
        self._is_over = False

    def read(
        self,
        passages: Passages,
        faults: Iterable[Placed],
        bookmarks: Bookmarks,
    ) -> Iterator[ObjectMap]:
        """Read the elements of a list; yields the field map after each batch.

        Args:
            passages: the elements.
            faults: what is wrong with the document, known after its elements.
            bookmarks: of the reading.

        Raises:
            DumpError: no element is an object, the keys cannot be mapped, or a row is bad and the
                intake is strict.
        """
        parts = passages.parts()
        sample, head = self._begun(parts, faults)
        fields = self._make_map(sample)
        reader = LineReader(fields, sample)
        if fields.nesting is not None:
            bookmarks.follow(fields.nesting.hold)
        state = bookmarks.passed_all()
        if state is not None:
            self._go_on(state, reader)
            yield fields
        kept = partial(bookmarks.passed, partial(self._so_far, reader))
        done = self._passed
        for part in self._left(passages, head, parts):
            if part is None:
                self._seam, self._passed = passages.state, 0
                kept()
            elif done:
                done -= 1
            else:
                yield from self._part(part, reader, kept)
                kept()
        if not self._is_over:
            yield from self._take(faults, fields)
            self._seam, self._is_over = passages.state, True
            kept()
        if fields.nesting is not None:
            for rest in fields.nesting.rest_in_parts(min(self._batch_rows, REST_ROWS)):
                yield from self._take(rest, fields)
                kept()

    def _left(
        self, passages: Passages, head: list[Part], parts: Iterator[Part | None]
    ) -> Iterator[Part | None]:
        """Return the parts that are to be read, from the last seam on."""
        if self._seam is None:
            return passages.again(head, parts)
        passages.go_on(self._seam)
        return iter(()) if self._is_over else passages.parts()

    def _part(self, part: Part, reader: LineReader, kept: Callable[[], Any]) -> Iterator[ObjectMap]:
        """Read the elements of a part."""
        nesting = reader.nesting
        if nesting is not None:
            yield from self._nested(part, reader, nesting, kept)
        else:
            yield from self._flat(part, reader)
        reader.tell(self._intake.notes)
        self._passed, self._found = self._passed + 1, 0

    def _flat(self, part: Part, reader: LineReader) -> Iterator[ObjectMap]:
        """Read elements that are rows."""
        if not isinstance(part, Elements) or not _have_lines(part):
            yield from self._take(zip(*_parsed(part, reader), strict=True), reader.map)
            return
        places = (part.begins() + part.start).tolist()
        first = self._row
        self._row += len(places)
        for batch in reader.read(ElementLines(part), first, self._batch_rows):
            batch.raw = partial(_stripped, batch.raw)
            batch.broken = [replace(bad, raw=bad.raw.strip()) for bad in batch.broken]
            self._hand_over(batch, places, first, reader.map)
            yield reader.map

    def _nested(
        self, part: Part, reader: LineReader, nesting: Nesting, kept: Callable[[], Any]
    ) -> Iterator[ObjectMap]:
        """Read elements that hold rows; say where it can be gone on with inside of them."""
        items = zip(*_parsed(part, reader), strict=True)
        found = islice(nesting.found(items), self._found, None)
        for some in _batches(
            ((one.number, one) for one in found), min(self._batch_rows, NESTED_LINES)
        ):
            rows = (nesting.rows_of(one) for _, one in some)
            yield from self._take(chain.from_iterable(rows), reader.map)
            self._found += len(some)
            kept()

    def _so_far(self, reader: LineReader) -> dict[str, Any]:
        return {
            "reader": reader.so_far(),
            "seam": self._seam,
            "passed": self._passed,
            "found": self._found,
            "row": self._row,
            "is_over": self._is_over,
        }

    def _go_on(self, state: Mapping[str, Any], reader: LineReader) -> None:
        reader.go_on(state["reader"])
        self._seam, self._passed, self._found = state["seam"], state["passed"], state["found"]
        self._row, self._is_over = state["row"], state["is_over"]

    def _begun(
        self, parts: Iterator[Part | None], faults: Iterable[Placed]
    ) -> tuple[list[dict[str, Any]], list[Part]]:
        """Return the first objects, and the parts that hold them."""
        where = self._intake.door.path
        head: list[Part] = []
        first: list[Any] = []
        size = 0
        for part in (part for part in parts if part is not None):
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
        return sample, head

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


def _parsed(part: Part, reader: LineReader) -> tuple[Sequence[int | None], list[Any]]:
    """Parse a part, and count the objects that damage has joined to others."""
    places, items = parse_part(part)
    if isinstance(part, Elements):
        reader.joined += len(items) - len(part.places)
    return places, items


def _stripped(raw: Callable[[int], str], place: int) -> str:
    return raw(place).strip()


def _have_lines(elements: Elements) -> bool:
    """Whether each element can stand in a line of its own."""
    sound = not (elements.overlong or elements.torn)
    return sound and bool((elements.begins() < elements.ends()).all())
