"""JSON lines.

A block of lines whose columns hold one simple type each goes through Arrow's parser; broken
lines are left out and judged one by one. Where that gives up (many broken lines, mixed types, a
new key), the block is parsed line by line; both ways accept the same lines and give the same
values.

The row number is the number of the line; the first line of the file is 1, blank lines count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import STRIP_BYTES, Block, LineBlocks
from rumorscan.readers.intake.columns import ID_FIELDS
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import RawRows, Reject
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.objects.lines import Lines, parse_exactly, parse_lines
from rumorscan.readers.objects.nesting import REST_ROWS, Nesting
from rumorscan.readers.objects.paths import value_at
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects
from rumorscan.readers.objects.schemas import TypedParser

MapMaker = Callable[[list[dict[str, Any]]], ObjectMap]

_OBJECTS_AT_ONCE = 512
NESTED_LINES = 2_048
"""So many lines with posts in posts take a twentieth of a second."""
_BROKEN_SHARE = 0.05
"""Where more lines of a block are broken, it is parsed line by line."""


def read_jsonl(
    blocks: LineBlocks,
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
) -> Iterator[ObjectMap]:
    """Read JSON lines into the intake; yields the field map after each batch.

    Raises:
        DumpError: no line is an object, the keys cannot be mapped, or a row is bad and the
            intake is strict.
    """
    reader: LineReader | None = None
    bookmarks = bookmarks or no_bookmarks(intake)
    blocks.unseen = 0 if bookmarks.known is None else bookmarks.known["place"]["blocks"]
    place = _Place()
    for number, block in enumerate(blocks):
        if reader is None:
            sample = _sample(block, intake.door.path)
            reader = LineReader(make_map(sample), sample)
            if reader.nesting is not None:
                bookmarks.follow(reader.nesting.hold)
            state = bookmarks.passed_all()
            if state is not None:
                reader.go_on(state)
                place = _Place(**state["place"])
                yield reader.map  # there may be nothing left to read
            kept = partial(bookmarks.passed, partial(_so_far, reader, place))
        if number < place.blocks:  # the next one may be decoded before it is looked at
            blocks.replaced, blocks.other_lines = place.replaced, place.other_lines
            yield reader.map
            continue
        first, offset = place.line, partial(_offset, block, place.line)
        for count, lines in enumerate(reader.parts(block)):
            if count >= place.parts:
                for batch in reader.batches(block, lines, first, batch_rows, offset):
                    batch.offset = offset
                    intake.take(batch, reader.map.fields)
                    yield reader.map
                place.parts = count + 1
                kept()
            first += len(lines)
        place.next_block(first, blocks)
        kept()
    if reader is None:
        raise NoRowsError(f"{intake.door.path}: the file is empty; expected posts")
    for batch in reader.rest(batch_rows):
        batch.offset = reader.nesting.offsets.get if reader.nesting else batch.offset
        intake.take(batch, reader.map.fields)
        yield reader.map
        kept()


@dataclass(slots=True)
class _Place:
    """How far lines were read.

    Attributes:
        blocks: whole blocks.
        parts: of the block behind them.
        line: the number of the first line of that block.
        replaced: as that of `LineBlocks`, before that block.
        other_lines: likewise.
    """

    blocks: int = 0
    parts: int = 0
    line: int = 1
    replaced: int = 0
    other_lines: int = 0

    def next_block(self, line: int, blocks: LineBlocks) -> None:
        """Go behind a block; the next one begins with that line."""
        self.blocks, self.parts, self.line = self.blocks + 1, 0, line
        self.replaced, self.other_lines = blocks.replaced, blocks.other_lines


def _so_far(reader: LineReader, place: _Place) -> dict[str, Any]:
    return {**reader.so_far(), "place": asdict(place)}


def _offset(block: Block, first: int, row: int) -> int | None:
    return block.offset_of_line(row - first)


def _sample(block: Block, where: str) -> list[dict[str, Any]]:
    lines = Lines(block.data)
    sample: list[dict[str, Any]] = []
    for start in range(0, len(lines), SAMPLE_ROWS):
        cells = [
            lines.cell(place)[:-1] for place in range(start, min(start + SAMPLE_ROWS, len(lines)))
        ]
        sample += parse_lines(cells, start)[0][: SAMPLE_ROWS - len(sample)]
        if len(sample) == SAMPLE_ROWS:
            break
    if not sample:
        error = DumpError if block.data.strip() else NoRowsError
        raise error(
            f"{where}: no line is a JSON object; expected one post a line, such as "
            '{"post_id": "1", "account_id": "2", "text": "…"}'
        )
    return sample


class LineReader:
    """Turns blocks of lines into batches; remembers which type each column has had."""

    def __init__(self, fields: ObjectMap, sample: list[dict[str, Any]]) -> None:
        self.map = fields
        self._parser = TypedParser(fields, sample)

    @property
    def nesting(self) -> Nesting | None:
        """How posts are found in posts; None where they hold none."""
        return self.map.nesting

    def so_far(self) -> dict[str, Any]:
        """Return what a reader of the next block must know of those before it."""
        return {"map": self.map.so_far(), "types": self._parser.types}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another reader knew."""
        self.map.go_on(state["map"])
        self._parser.types = state["types"]

    def parts(self, block: Block) -> Iterable[Lines]:
        """Return the lines of a block, in parts where it takes long to read them."""
        lines = Lines(block.data)
        if self.nesting is None or block.overlong or len(lines) <= NESTED_LINES:
            return [lines]
        return lines.parts(NESTED_LINES)

    def batches(
        self,
        block: Block,
        lines: Lines,
        line: int,
        batch_rows: int,
        offset: Callable[[int], int | None],
    ) -> Iterator[RawRows]:
        """Yield the rows of a block.

        Args:
            block: whole lines.
            lines: where they lie.
            line: the number of the first one.
            batch_rows: at most so many are yielded at once.
            offset: number of a line to where it begins in the file.
        """
        if block.overlong:
            text = block.data.decode(errors="ignore")
            yield self.map.raw_rows([], [], [Reject(line, "too-long", "over 16 MB", text)])
            return
        if self.nesting is not None:
            self.nesting.offset = offset
        yield from self.read(lines, line, batch_rows)

    def rest(self, batch_rows: int) -> Iterator[RawRows]:
        """Yield the posts that others carried along, with the numbers of those lines."""
        if self.nesting is not None:
            for part in self.nesting.rest_in_parts(min(batch_rows, REST_ROWS)):
                yield self.map.raw_rows(*split_objects(part))

    def read(
        self, lines: Lines, line: int, batch_rows: int, whole: bool = True
    ) -> Iterator[RawRows]:
        """Yield the rows of lines.

        They are read as a whole, else in strips, so that a bad line slows only its own.
        """
        batch = self._fast(lines, line)
        if batch is not None:
            yield batch
        elif whole and len(lines.data) > STRIP_BYTES and self._parser.can:
            for strip in lines.strips(STRIP_BYTES):
                yield from self.read(strip, line, batch_rows, False)
                line += len(strip)
        else:
            yield from self._slow(lines.data, line, batch_rows)

    def _fast(self, lines: Lines, line: int) -> RawRows | None:
        """Read lines by Arrow, but those that are broken; None where that cannot be."""
        if not self._parser.can:
            return None
        left_out = lines.odd()
        broken: list[Reject] = []
        for place in np.flatnonzero(left_out).tolist():
            if len(broken) > _BROKEN_SHARE * len(lines):
                return None
            rows, _, rejects = parse_lines([lines.cell(place)[:-1]], line + place)
            if rows:
                return None
            broken += rejects
        table = self._parser.parse(lines.without(left_out))
        if isinstance(table, int):
            found = self._stumbles(lines, left_out, table, line)
            table = self._parser.parse(lines.without(left_out)) if found else None
            broken += found
        if not isinstance(table, pa.Table):
            return self._fast(lines, line) if self._parser.forget_spare() else None
        places = np.flatnonzero(~left_out)
        if table.num_rows != len(places):
            return None
        return RawRows(
            self._parser.columns(table),
            places + line,
            lambda row: lines.text(places[row]),
            broken,
        )

    def _stumbles(
        self, lines: Lines, left_out: np.ndarray[Any, Any], row: int, line: int
    ) -> list[Reject]:
        """Return rejects for the lines over which Arrow stumbles, and leave those lines out.

        Args:
            lines: of which some are left out already.
            left_out: a mask of them; more are added.
            row: of those that are not left out, the first at which Arrow gave up.
            line: the number of the first line.

        Returns:
            Nothing where that line, or a later one, is not broken but merely unlike the others.
        """
        sound = np.flatnonzero(~left_out)
        start, broken = 0, []
        found: Any = row
        while isinstance(found, int):
            stop = start + found
            # Arrow tells of what stands behind an object only when it looks for the next one
            places = sound[max(stop - 1, start) : stop + 1].tolist()
            rejects = [
                reject
                for place in places
                for reject in parse_lines([lines.cell(place)[:-1]], line + place)[2]
            ]
            broken += rejects
            if not rejects or len(broken) > _BROKEN_SHARE * len(lines):
                return []
            left_out[[reject.row - line for reject in rejects]] = True
            start = stop + (stop < len(sound) and bool(left_out[sound[stop]]))
            rest = start < len(sound)
            found = self._parser.parse(lines.without(left_out, int(sound[start]))) if rest else None
        return broken

    def _slow(self, data: bytes, line: int, batch_rows: int) -> Iterator[RawRows]:
        lines = data.removesuffix(b"\n").split(b"\n")
        for start in range(0, len(lines), batch_rows):
            part = lines[start : start + batch_rows]
            if self.map.nesting is None:
                yield from self._batch(part, line + start)
            else:
                rows, numbers, broken = parse_lines(part, line + start)
                found = self.map.nesting.rows(zip(numbers, rows, strict=True))
                yield from self._nested(found, broken, batch_rows)

    def _nested(
        self, found: Iterator[tuple[int, Any]], broken: list[Reject], batch_rows: int
    ) -> Iterator[RawRows]:
        """Yield rows that were found in objects; those of one line share its number."""
        while (part := list(islice(found, batch_rows))) or broken:
            yield self.map.raw_rows(*split_objects(part), broken)
            broken = []

    def _batch(self, lines: list[bytes], first: int) -> Iterator[RawRows]:
        ways = self.map.ways
        columns, numbers, broken = self._values(lines, first)
        if self.map.ways != ways:  # some rows were read before a key of others was known
            columns, numbers, broken = self._values(lines, first)
        if not numbers and not broken:
            return
        self._parser.learn(columns)
        for name in [name for name in columns if name.split("~")[0] in ID_FIELDS]:
            values = columns[name]
            if float in set(map(type, values)):
                path = self.map.path(self.map.fields.reads[name])
                columns[name] = [
                    value_at(parse_exactly(lines[number - first]), path)
                    if type(value) is float
                    else value
                    for value, number in zip(values, numbers, strict=True)
                ]

        def raw(place: int) -> str:
            return lines[numbers[place] - first].decode(errors="replace").rstrip("\r")

        yield RawRows(columns, np.asarray(numbers, np.int64), raw, broken)

    def _values(
        self, lines: list[bytes], first: int
    ) -> tuple[dict[str, list[Any]], list[int], list[Reject]]:
        """Return the columns of lines, the numbers of the rows, and what is broken.

        Few objects at a time, which lie in memory that was just used.
        """
        columns: dict[str, list[Any]] = {}
        numbers: list[int] = []
        broken: list[Reject] = []
        for start in range(0, len(lines), _OBJECTS_AT_ONCE):
            part = lines[start : start + _OBJECTS_AT_ONCE]
            rows, found, rejects = parse_lines(part, first + start)
            for name, values in (self.map.columns(rows) if rows else {}).items():
                columns.setdefault(name, [None] * len(numbers)).extend(values)
            numbers += found
            broken += rejects
        return columns, numbers, broken
