"""CSV and TSV, with or without a byte order mark, with any of the common delimiters.

A block in which every line is one record of the header's width goes through Arrow's parser.
Any other block is read record by record: a quotation mark that is never closed costs its own
line and not those after it, repeated headers are dropped, ragged rows are set aside.

The row number is that of the record; the first one after the header is 1. Repeated headers and
blank lines are no records.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rumorscan.errors import DumpError
from rumorscan.readers.encodings import Block, LineBlocks
from rumorscan.readers.fields import FieldMap
from rumorscan.readers.intake import Intake, RawRows, Reject

MapMaker = Callable[[Sequence[str]], FieldMap]
DELIMITERS = (",", "\t", ";", "|")
RECORD_LINES = 1_000
"""A record of more lines has lost a quotation mark."""
_SNIFFED_LINES = 20


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


def read_csv(
    blocks: LineBlocks, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[Header]:
    """Read a table of text into the intake; yields the header after each batch.

    Raises:
        DumpError: the header cannot be mapped, or a row is bad and the intake is strict.
    """
    table: RecordReader | None = None
    waiting = b""
    for block in blocks:
        data = waiting + block.data
        if table is None:
            header, data = _read_header(block, intake.door.path, make_map)
            table = RecordReader(header, intake)
        for batch in table.batches(data, batch_rows, block.overlong):
            intake.take(batch, table.header.fields)
            yield table.header
        waiting = table.waiting
    if table is None:
        raise DumpError(f"{intake.door.path}: the file is empty; expected posts")
    for batch in table.batches(waiting, batch_rows, final=True):
        intake.take(batch, table.header.fields)
        yield table.header


def _read_header(block: Block, where: str, make_map: MapMaker) -> tuple[Header, bytes]:
    text = block.data.decode()
    skipped = len(text) - len(text.lstrip("\r\n"))
    lines = _Lines(text[skipped:])
    sample = lines.lines[:_SNIFFED_LINES]
    if block.overlong or not sample:
        raise DumpError(f"{where}: has no header; expected a first line with the columns' names")
    delimiter = _sniff(sample, make_map)
    names = next(csv.reader(lines, delimiter=delimiter))
    fields = make_map(names)
    rest = "".join(lines.lines[lines.place :]).encode()
    return Header(names, delimiter, fields), rest


def _sniff(lines: Sequence[str], make_map: MapMaker) -> str:
    """Return the delimiter under which the header names most fields and the lines agree."""

    def merit(delimiter: str) -> tuple[int, float, int]:
        records: list[list[str]] = []
        with suppress(csv.Error):
            records.extend(csv.reader(lines, delimiter=delimiter))
        if not records:
            return 0, 0.0, 0
        width = len(records[0])
        try:
            fields = len(make_map(records[0]).columns)
        except DumpError:
            fields = 0
        alike = sum(len(record) == width for record in records) / len(records)
        return fields, alike if width > 1 else 0.0, width

    return max(DELIMITERS, key=merit)


class _Lines:
    """Feeds lines to a parser that may be set back."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.place = 0
        self.limit = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.place >= len(self.lines) or (self.limit and self.place >= self.limit):
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1]


class RecordReader:
    """Turns blocks of lines into batches of records; counts the records."""

    def __init__(self, header: Header, intake: Intake) -> None:
        self.header = header
        self.waiting = b""
        self._intake = intake
        self._record = 1
        self._width = len(header.names)
        self._delimiter = header.delimiter
        self._places = {
            name: header.names.index(column) for name, column in header.fields.columns.items()
        }

    def batches(
        self, data: bytes, batch_rows: int, overlong: bool = False, final: bool = False
    ) -> Iterator[RawRows]:
        """Yield the records of a block; an unfinished last one is left in `waiting`."""
        self.waiting = b""
        if overlong:
            reject = Reject(self._record, "too-long", "over 16 MB", data.decode(errors="ignore"))
            self._record += 1
            yield _nothing_but([reject])
        elif data:
            batch = self._fast(data)
            if batch is not None:
                yield batch
            else:
                yield from self._slow(data.decode(), batch_rows, final)

    def _fast(self, data: bytes) -> RawRows | None:
        quotes = b'"' in data
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        if (
            data.startswith((b"\n", b"\r"))
            or b"\n\n" in data
            or b"\n\r" in data
            or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n"))
            or (quotes and _is_open([data[data[:-1].rfind(b"\n") + 1 :].decode()], self._delimiter))
        ):
            return None
        names = [str(place) for place in range(self._width)]
        wanted = sorted(set(self._places.values()))
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
                    include_columns=[names[place] for place in wanted],
                    column_types={names[place]: pa.string() for place in wanted},
                    strings_can_be_null=False,
                ),
            ).combine_chunks()
        except pa.ArrowException:
            return None
        if table.num_rows != lines or self._repeats_header(table):
            return None
        first = self._record
        self._record += lines
        columns = {name: table.column(str(place)).chunk(0) for name, place in self._places.items()}
        kept: list[bytes] = []

        def raw(place: int) -> str:
            if not kept:
                kept.extend(data.split(b"\n"))
            return kept[place].decode().rstrip("\r")

        return RawRows(columns, np.arange(first, first + lines), raw)

    def _repeats_header(self, table: pa.Table) -> bool:
        place = self._places["text"]
        hits = pc.equal(table.column(str(place)), self.header.names[place])
        return bool(pc.any(hits).as_py())

    def _slow(self, text: str, batch_rows: int, final: bool) -> Iterator[RawRows]:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=self._delimiter)
        rows: list[list[str]] = []
        numbers: list[int] = []
        spans: list[tuple[int, int]] = []
        broken: list[Reject] = []
        while (start := lines.place) < len(lines.lines):
            lines.limit = start + RECORD_LINES
            record, fault = self._next(reader, lines, start)
            if fault == "open-quote" and not final and lines.limit > len(lines.lines):
                self.waiting = "".join(lines.lines[start:]).encode()
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
                raw = "".join(lines.lines[start : lines.place]).rstrip("\r\n")
                broken.append(Reject(self._record, fault, detail, raw))
            else:
                rows.append(record)
                numbers.append(self._record)
                spans.append((start, lines.place))
            self._record += 1
            if len(rows) + len(broken) >= batch_rows:
                yield self._batch(rows, numbers, (lines.lines, spans), broken)
                rows, numbers, spans, broken = [], [], [], []
        if rows or broken:
            yield self._batch(rows, numbers, (lines.lines, spans), broken)

    def _next(
        self, reader: Iterator[list[str]], lines: _Lines, start: int
    ) -> tuple[list[str], str]:
        """Return the next record and what is wrong with it, or an empty string."""
        try:
            record = next(reader)
        except csv.Error:
            return [], "too-long"
        taken = lines.lines[start : lines.place]
        if next(lines, None) is None:
            if _is_open(taken, self._delimiter):
                return record, "open-quote"
        else:
            lines.place -= 1
        if len(taken) == 1:
            return record, ""
        try:
            list(csv.reader(taken, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return record, "open-quote"
        return record, "open-quote" if self._swallows(taken[1:]) else ""

    def _swallows(self, lines: Sequence[str]) -> bool:
        """Whether the further lines of a record look like records of their own."""
        if len(lines) < 2 or self._width < 3:
            return False
        own = sum(
            len(record) == self._width
            for line in lines
            for record in csv.reader([line], delimiter=self._delimiter)
        )
        return own * 2 >= len(lines)

    def _fit(self, record: list[str]) -> str:
        """Bring a record to the header's width where the layout explains it, else say why not."""
        if len(record) > self._width and not any(record[self._width :]):
            del record[self._width :]
        elif len(record) < self._width and self.header.fields.layout.short_rows:
            record.extend([""] * (self._width - len(record)))
        return "" if len(record) == self._width else "ragged-row"

    def _batch(
        self,
        rows: list[list[str]],
        numbers: list[int],
        origin: tuple[list[str], list[tuple[int, int]]],
        broken: list[Reject],
    ) -> RawRows:
        lines, spans = origin

        def raw(place: int) -> str:
            return "".join(lines[slice(*spans[place])]).rstrip("\r\n")

        columns: dict[str, Any] = {
            name: [row[place] for row in rows] for name, place in self._places.items()
        }
        return RawRows(columns, np.asarray(numbers, np.int64), raw, broken)


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a further line would belong to the last record of these."""
    if '"' not in lines[-1] and len(lines) == 1:
        return False
    lines = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n"]
    try:
        alone = sum(1 for _ in csv.reader(lines, delimiter=delimiter))
        return sum(1 for _ in csv.reader([*lines, "."], delimiter=delimiter)) == alone
    except csv.Error:
        return True


def _nothing_but(broken: list[Reject]) -> RawRows:
    return RawRows({}, np.zeros(0, np.int64), str, broken)
