"""JSON lines.

The row number is the number of the line; the first line of the file is 1, blank lines count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import Block, LineBlocks
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.objects.extended import is_extended, plain
from rumorscan.readers.objects.line_readers import LineReader
from rumorscan.readers.objects.lines import Lines, parse_lines
from rumorscan.readers.objects.rows import SAMPLE_ROWS, MapMaker, ObjectMap


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
                reader.tell(intake.notes)
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
        rows = parse_lines(cells, start)[0][: SAMPLE_ROWS - len(sample)]
        sample += map(plain, rows) if any(map(is_extended, cells)) else rows
        if len(sample) == SAMPLE_ROWS:
            break
    if not sample:
        error = DumpError if block.data.strip() else NoRowsError
        raise error(
            f"{where}: no line is a JSON object; expected one post a line, such as "
            '{"post_id": "1", "account_id": "2", "text": "…"}'
        )
    return sample
