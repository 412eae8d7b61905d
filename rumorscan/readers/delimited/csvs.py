"""CSV and TSV, with or without a byte order mark, with any of the common delimiters.

A quotation mark that is never closed costs its own line and not those after it, repeated headers
are dropped, ragged rows are set aside.

The row number is that of the record; the first one after the header is 1. Repeated headers and
blank lines are no records.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.delimited.records import Header, LineFeed, RecordReader
from rumorscan.readers.encodings.decoding import Block, LineBlocks
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import COLUMN_LIMIT, check_width
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap

MapMaker = Callable[[Sequence[str]], FieldMap]
DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_LINES = 20


def read_csv(
    blocks: LineBlocks,
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
) -> Iterator[Header]:
    """Read a table of text into the intake; yields the header after each batch.

    Raises:
        DumpError: the header cannot be mapped, or a row is bad and the intake is strict.
    """
    table: RecordReader | None = None
    bookmarks = bookmarks or no_bookmarks(intake)
    for block in blocks:
        data = block.data
        if table is None:
            header, data = _read_header(block, intake.door.path, make_map)
            table = RecordReader(header, intake)
            if header.fields.carried is not None:  # what rows carry along is told at the end
                bookmarks = no_bookmarks(intake)
        table.origins.add(block, len(block.data) - len(data))
        if bookmarks.skips():
            yield table.header
        else:
            for batch in table.batches(data, batch_rows, block.overlong):
                intake.take(batch, table.header.fields)
                yield table.header
        state = bookmarks.passed(table.so_far)
        if state is not None:
            table.go_on(state)
    if table is None:
        raise NoRowsError(f"{intake.door.path}: the file is empty; expected posts")
    for batch in table.batches(b"", batch_rows, final=True):
        intake.take(batch, table.header.fields)
        yield table.header


def _read_header(block: Block, where: str, make_map: MapMaker) -> tuple[Header, bytes]:
    text = block.data.decode()
    skipped = len(text) - len(text.lstrip("\r\n"))
    lines = LineFeed(text[skipped:])
    sample = lines.lines[:_SNIFFED_LINES]
    if block.overlong or not sample:
        error = DumpError if block.overlong else NoRowsError
        raise error(f"{where}: has no header; expected a first line with the columns' names")
    delimiter = _sniff(sample, make_map)
    names = next(csv.reader(lines, delimiter=delimiter))
    check_width(names, where)
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
        if width > COLUMN_LIMIT:
            return 0, 0.0, width
        try:
            fields = len(make_map(records[0]).columns)
        except DumpError:
            fields = 0
        alike = sum(len(record) == width for record in records) / len(records)
        return fields, alike if width > 1 else 0.0, width

    return max(DELIMITERS, key=merit)
