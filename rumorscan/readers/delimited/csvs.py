"""CSV and TSV, with or without a byte order mark, with any of the common delimiters.

A quotation mark that is never closed costs its own line and not those after it, repeated headers
are dropped, ragged rows are set aside.

The row number is that of the record; the first one after the header is 1. Repeated headers and
blank lines are no records.
"""

from __future__ import annotations

from collections.abc import Iterator

from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.delimited.headers import Header, MapMaker, read_header
from rumorscan.readers.delimited.records import RecordReader
from rumorscan.readers.encodings.decoding import LineBlocks
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks


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
            header, data = read_header(block, intake.door.path, make_map)
            table = RecordReader(header, intake)
            if header.above:
                intake.notes["lines above the header, passed over"] = header.above
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
    state = bookmarks.passed_all()
    if state is not None:
        table.go_on(state)
    for batch in table.batches(b"", batch_rows, final=True):
        intake.take(batch, table.header.fields)
        yield table.header
