"""Records of CSV: blocks of lines to batches of rows.

A block goes through Arrow's parser as a whole if every record is sound: of the header's width,
and closed where its quotation marks say so. Any other block is read record by record.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rumorscan.readers.delimited.generations import Alignment
from rumorscan.readers.delimited.quoting import is_open, is_strict
from rumorscan.readers.encodings.decoding import LINE_LIMIT, STRIP_BYTES, cut_at_lines
from rumorscan.readers.encodings.origins import DataSpots, LineSpots, Origins
from rumorscan.readers.intake.door import Intake, RawRows, Reject
from rumorscan.readers.layouts.fields import FieldMap

RECORD_LINES = 1_000
"""A record of more lines has lost a quotation mark."""
_NARROW_LINES = 6
"""Lines of a text may look like records of two columns by accident; so many do not."""
WAITING_BYTES = 1 << 20
"""So has a record that is longer and not closed at the end of a block."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a file.

    Attributes:
        names: the columns.
        delimiter: what stands between cells.
        fields: which columns hold which fields.
    """

    names: list[str]
    delimiter: str
    fields: FieldMap


class LineFeed:
    """Feeds lines to a parser that may be set back."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.place = 0
        self.limit = 0

    def __iter__(self) -> LineFeed:
        return self

    def __next__(self) -> str:
        if self.place >= len(self.lines) or (self.limit and self.place >= self.limit):
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1]


class RecordReader:
    """Turns blocks of lines into batches of records; counts the records.

    Attributes:
        header: the first record.
        origins: where the blocks lie; whoever hands one over adds it here first.
    """

    def __init__(self, header: Header, intake: Intake) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
        self.header = header
        self.origins = Origins()
        self._place = 0  # in everything that was handed over
        self._waiting = b""
        self._intake = intake
        self._record = 1
        self._width = len(header.names)
        self._delimiter = header.delimiter
        self._alignment = Alignment(header.names, header.fields.layout)
        self._all = False  # whether all columns are parsed, to count the lines of a record
        self._places = {
            name: header.names.index(column) for name, column in header.fields.reads.items()
        }

    def so_far(self) -> dict[str, Any]:
        """Return what a reader of the next block must know of those before it."""
        return {
            "waiting": self._waiting.decode(),
            "record": self._record,
            "all": self._all,
            "place": self._place,
        }

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another reader knew."""
        self._waiting = state["waiting"].encode()
        self._record = state["record"]
        self._all = state["all"]
        self._place = state["place"]

    def batches(
        self, data: bytes, batch_rows: int, overlong: bool = False, final: bool = False
    ) -> Iterator[RawRows]:
        """Yield the records of a block; an unfinished last one waits for the next block."""
        if overlong:
            yield from self._read(b"", batch_rows, True)
            reject = Reject(self._record, "too-long", "over 16 MB", data.decode(errors="ignore"))
            yield self._placed(_nothing_but([reject]), self._place)
            self._record += 1
            self._place += len(data)
        else:
            yield from self._read(data, batch_rows, final)

    def _read(
        self, data: bytes, batch_rows: int, final: bool, whole: bool = True
    ) -> Iterator[RawRows]:
        """Read a block as a whole, else in strips, so that a bad record slows only its own."""
        base = self._place - len(self._waiting)
        self._place += len(data)
        data, self._waiting = self._waiting + data, b""
        if not data:
            return
        batch = self._fast(data, final)
        if batch is not None:
            yield self._placed(batch, base)
        elif whole and len(data) > STRIP_BYTES:
            self._place = base
            strips = cut_at_lines(data, STRIP_BYTES)
            for place, strip in enumerate(strips, 1):
                last = final and place == len(strips)
                yield from self._read(strip, batch_rows, last, False)
        else:
            for batch in self._slow(data.decode(), batch_rows, final):
                yield self._placed(batch, base)

    def _placed(self, batch: RawRows, base: int) -> RawRows:
        """Let a batch tell where its rows lie in the file, not in what begins at `base`."""
        within = batch.offset

        def offset(row: int) -> int | None:
            place = within(row)
            return None if place is None else self.origins.offset_of(base + place)

        batch.offset = offset
        return batch

    def _fast(self, data: bytes, final: bool) -> RawRows | None:
        """Read a block as a whole, or return None where some record needs a closer look."""
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        if (
            data.startswith((b"\n", b"\r"))
            or b"\n\n" in data
            or b"\n\r" in data
            or b"\n\xef\xbb\xbf" in data  # where files were joined
            or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n"))
        ):
            return None
        quotes = b'"' in data
        wanted = [str(place) for place in sorted(set(self._places.values()))]
        if quotes and self._all:
            wanted = [str(place) for place in range(self._width)]
        table = self._parse(data, quotes, wanted)
        if table is None or self._repeats_header(table):
            return None
        ends: np.ndarray[Any, Any] | None = None
        if table.num_rows < lines:
            if not self._all:
                self._all = True
                return self._fast(data, final)
            found = self._multiline(table, data, lines, final)
            if found is None:
                return None
            table, ends = found
        elif quotes and is_open([data[data[:-1].rfind(b"\n") + 1 :].decode()], self._delimiter):
            return None
        first = self._record
        self._record += table.num_rows
        columns = {name: table.column(str(place)) for name, place in self._places.items()}
        spots = DataSpots(data, first, ends)
        return RawRows(columns, np.arange(first, self._record), _raw_of(data, ends), offset=spots)

    def _parse(self, data: bytes, quotes: bool, wanted: list[str]) -> pa.RecordBatch | None:
        """Return the wanted columns, named by their places, as text."""
        names = [str(place) for place in range(self._width)]
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(data),
                read_options=pa.csv.ReadOptions(
                    use_threads=False, block_size=len(data) + 1, column_names=names
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self._delimiter,
                    quote_char='"' if quotes else False,
                    newlines_in_values=quotes,
                ),
                convert_options=pa.csv.ConvertOptions(
                    check_utf8=False,
                    include_columns=wanted,
                    column_types=dict.fromkeys(wanted, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowException:
            return None
        batches = table.combine_chunks().to_batches()
        return batches[0] if len(batches) == 1 else None

    def _multiline(
        self, table: pa.RecordBatch, data: bytes, lines: int, final: bool
    ) -> tuple[pa.RecordBatch, np.ndarray[Any, Any]] | None:
        """Return the records and where they end, if those of several lines are sound."""
        taken = np.ones(table.num_rows, np.int64)
        for column in table.columns:
            taken += np.asarray(pc.count_substring(column, "\n"))
        if taken.sum() != lines or taken.max() > RECORD_LINES:
            return None
        line_ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
        if not data.endswith(b"\n"):
            line_ends = np.append(line_ends, len(data))
        ends = line_ends[np.cumsum(taken) - 1]
        starts = np.concatenate(([0], ends[:-1]))
        last = len(ends) - 1
        # a record of two lines has one further line, which is no sign of anything
        sound = 2 if is_strict(data[: starts[last]], self._delimiter) else 1
        for row in np.unique(np.append(np.flatnonzero(taken > sound), last)).tolist():
            record = list(LineFeed(data[starts[row] : ends[row]].decode()))
            if row == last and is_open(record, self._delimiter):
                if final or not row or len(data) - starts[row] >= WAITING_BYTES:
                    return None
                self._waiting = data[starts[row] :]
                return table.slice(0, row), ends[:row]
            if len(record) > 1 and not self._is_sound(record):
                return None
        return table, ends

    def _is_sound(self, lines: Sequence[str]) -> bool:
        """Whether the lines are one record that is quoted as it should be."""
        try:
            records = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return len(records) == 1 and not self._swallows(lines[1:])

    def _repeats_header(self, table: pa.Table) -> bool:
        place = self._places.get("text", 0)
        hits = pc.equal(table.column(str(place)), self.header.names[place])
        return bool(pc.any(hits).as_py())

    def _slow(self, text: str, batch_rows: int, final: bool) -> Iterator[RawRows]:
        lines = LineFeed(text)
        reader = csv.reader(lines, delimiter=self._delimiter)
        rows: list[list[str]] = []
        numbers: list[int] = []
        spans: list[tuple[int, int]] = []
        broken: list[Reject] = []
        original = list(lines.lines)
        starts: dict[int, int] = {}
        spots = LineSpots(original, starts)
        while (start := lines.place) < len(lines.lines):
            lines.limit = start + RECORD_LINES
            lines.lines[start] = lines.lines[start].removeprefix("\ufeff")
            record, fault = self._next(reader, lines, start)
            if fault == "open-quote" and not final and lines.limit > len(lines.lines):
                rest = "".join(original[start:]).encode()
                if len(rest) < WAITING_BYTES:
                    self._waiting = rest
                    break
            if fault:
                lines.place = start + 1
            elif not record:
                continue
            elif record == self.header.names:
                self._intake.notes["repeated headers dropped"] += 1
                continue
            else:
                fault = self._fit(record)
            if fault:
                detail = (
                    f"{len(record)} cells; expected {self._width}" if fault == "ragged-row" else ""
                )
                raw = "".join(original[start : lines.place]).rstrip("\r\n")
                broken.append(Reject(self._record, fault, detail, raw))
            else:
                rows.append(record)
                numbers.append(self._record)
                spans.append((start, lines.place))
            starts[self._record] = start
            self._record += 1
            if len(rows) + len(broken) >= batch_rows:
                yield self._batch(rows, numbers, (original, spans), broken, spots)
                rows, numbers, spans, broken = [], [], [], []
        if rows or broken:
            yield self._batch(rows, numbers, (original, spans), broken, spots)

    def _next(
        self, reader: Iterator[list[str]], lines: LineFeed, start: int
    ) -> tuple[list[str], str]:
        """Return the next record and what is wrong with it, or an empty string."""
        try:
            record = next(reader)
        except csv.Error:
            return [], "too-long"
        taken = lines.lines[start : lines.place]
        if next(lines, None) is None:
            if is_open(taken, self._delimiter):
                return record, "open-quote"
        else:
            lines.place -= 1
        sound = len(taken) == 1 or self._is_sound(taken)
        return record, "" if sound else "open-quote"

    def _swallows(self, lines: Sequence[str]) -> bool:
        """Whether the further lines of a record look like records of their own."""
        if len(lines) < (2 if self._width > 2 else _NARROW_LINES) or self._width < 2:
            return False
        own = sum(
            len(record) == self._width
            for line in lines
            for record in csv.reader([line], delimiter=self._delimiter)
        )
        return own * 2 >= len(lines)

    def _fit(self, record: list[str]) -> str:
        """Bring a record to the header's width where the layout explains it, else say why not."""
        if len(record) != self._width and (fitted := self._alignment.fit(record)):
            record[:] = fitted
        return "" if len(record) == self._width else "ragged-row"

    def _batch(
        self,
        rows: list[list[str]],
        numbers: list[int],
        origin: tuple[list[str], list[tuple[int, int]]],
        broken: list[Reject],
        spots: LineSpots,
    ) -> RawRows:
        lines, spans = origin

        def raw(place: int) -> str:
            return "".join(lines[slice(*spans[place])]).rstrip("\r\n")

        columns: dict[str, Any] = {
            name: [row[place] for row in rows] for name, place in self._places.items()
        }
        return RawRows(columns, np.asarray(numbers, np.int64), raw, broken, spots)


def _raw_of(data: bytes, ends: np.ndarray[Any, Any] | None) -> Callable[[int], str]:
    """Return a function from a record's position to the record as it stands in the block."""
    kept: list[bytes] = []

    def raw(place: int) -> str:
        if ends is not None:
            return data[ends[place - 1] if place else 0 : ends[place]].decode().rstrip("\r\n")
        if not kept:
            kept.extend(data.split(b"\n"))
        return kept[place].decode().rstrip("\r")

    return raw


def _nothing_but(broken: list[Reject]) -> RawRows:
    return RawRows({}, np.zeros(0, np.int64), str, broken, lambda row: 0)
