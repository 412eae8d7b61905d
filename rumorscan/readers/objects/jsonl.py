"""JSON lines.

A block of lines whose columns hold one simple type each goes through Arrow's parser. Where that
gives up (a broken line, mixed types, a new key), the block is parsed line by line; both ways
accept the same lines and give the same values.

The row number is the number of the line; the first line of the file is 1, blank lines count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import STRIP_BYTES, Block, LineBlocks, cut_at_lines
from rumorscan.readers.intake.door import COLUMN_LIMIT, ID_FIELDS, Intake, RawRows, Reject
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.objects.lines import object_lines, parse_exactly, parse_line, parse_lines
from rumorscan.readers.objects.paths import value_at
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects
from rumorscan.readers.values.plain import Column

MapMaker = Callable[[list[dict[str, Any]]], ObjectMap]

_KINDS = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
_NAMED_TYPES = {kind.__name__: kind for kind in (str, int, bool, float, list, dict, type(None))}


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
    line = 1
    carriers: dict[int, int | None] = {}
    for block in blocks:
        if reader is None:
            sample = _sample(block, intake.door.path)
            reader = LineReader(make_map(sample), sample)
            if reader.map.nesting is not None:  # what posts carry along is told at the end
                bookmarks = no_bookmarks(intake)
        if bookmarks.skips():
            yield reader.map
        else:
            for batch in reader.batches(block, line, batch_rows):
                batch.offset = partial(_offset, block, line)
                intake.take(batch, reader.map.fields)
                yield reader.map
            carriers |= {row: _offset(block, line, row) for row in reader.waiting(line)}
        line += block.data.count(b"\n") + block.overlong
        state = bookmarks.passed(reader.so_far)
        if state is not None:
            reader.go_on(state)
    if reader is None:
        raise NoRowsError(f"{intake.door.path}: the file is empty; expected posts")
    for batch in reader.rest(batch_rows):
        batch.offset = carriers.get
        intake.take(batch, reader.map.fields)
        yield reader.map


def _offset(block: Block, first: int, row: int) -> int | None:
    return block.offset_of_line(row - first)


def _sample(block: Block, where: str) -> list[dict[str, Any]]:
    lines = (line for line in block.data.split(b"\n") if line.strip())
    parsed = (parse_line(line) for line in lines)
    posts = (row for row in parsed if isinstance(row, dict) and len(row) <= COLUMN_LIMIT)
    sample = list(islice(posts, SAMPLE_ROWS))
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
        self._types: dict[str, set[type]] = {}
        if fields.nesting is None:
            self._learn(fields.columns(sample))

    def so_far(self) -> dict[str, Any]:
        """Return what a reader of the next block must know of those before it."""
        types = {name: sorted(kind.__name__ for kind in met) for name, met in self._types.items()}
        return {"map": self.map.so_far(), "types": types}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another reader knew."""
        self.map.go_on(state["map"])
        self._types = {
            name: {_NAMED_TYPES[kind] for kind in kinds} for name, kinds in state["types"].items()
        }

    def batches(self, block: Block, line: int, batch_rows: int) -> Iterator[RawRows]:
        """Yield the rows of a block; `line` is the number of its first line."""
        if block.overlong:
            text = block.data.decode(errors="ignore")
            yield self.map.raw_rows([], [], [Reject(line, "too-long", "over 16 MB", text)])
            return
        yield from self._read(block.data, line, batch_rows)

    def waiting(self, first: int) -> Iterable[int]:
        """Return the lines, from one on, that carried along posts which wait for the end."""
        return self.map.nesting.waiting(first) if self.map.nesting is not None else ()

    def rest(self, batch_rows: int) -> Iterator[RawRows]:
        """Yield the posts that others carried along, with the numbers of those lines."""
        if self.map.nesting is not None:
            yield from self._nested(self.map.nesting.rest(), [], batch_rows)

    def _read(
        self, data: bytes, line: int, batch_rows: int, whole: bool = True
    ) -> Iterator[RawRows]:
        """Read a block as a whole, else in strips, so that a bad line slows only its own."""
        batch = self._fast(data, line)
        if batch is not None:
            yield batch
        elif whole and len(data) > STRIP_BYTES and self._schema() is not None:
            for strip in cut_at_lines(data, STRIP_BYTES):
                yield from self._read(strip, line, batch_rows, False)
                line += strip.count(b"\n")
        else:
            yield from self._slow(data, line, batch_rows)

    def _learn(self, columns: dict[str, Column]) -> None:
        for name, values in columns.items():
            self._types.setdefault(name, set()).update(map(type, values))

    def _schema(self) -> pa.Schema | None:
        """Return the types that Arrow shall expect, or None where a column has had several."""
        tree: dict[str, Any] = {}
        for name, column in self.map.fields.reads.items():
            types = self._types.get(name, set()) - {type(None)}
            if len(types) != 1 or (kind := _KINDS.get(next(iter(types)))) is None:
                return None
            *parents, last = self.map.path(column)
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
                if not isinstance(branch, dict):
                    return None
            if branch.setdefault(last, kind) is not kind:
                return None
        # a key that was never met, and would be read, is an error: the block goes the other way
        awaited = self.map.awaited if self.map.ignores else []
        late = [(name, pa.null()) for name in awaited if name not in tree]
        return pa.schema([*((key, _arrow_type(kind)) for key, kind in tree.items()), *late])

    def _fast(self, data: bytes, line: int) -> RawRows | None:
        schema = self._schema()
        if schema is None or self.map.nesting is not None:
            return None
        bounds = object_lines(data)
        if bounds is None:
            return None
        try:
            table = pa.json.read_json(
                pa.BufferReader(data),
                read_options=pa.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=pa.json.ParseOptions(
                    explicit_schema=schema,
                    unexpected_field_behavior="ignore" if self.map.ignores else "error",
                ),
            ).combine_chunks()
        except pa.ArrowException:
            return None
        if table.num_rows != len(bounds) - 1:
            return None
        columns = {}
        for name, column in self.map.fields.reads.items():
            first, *rest = self.map.path(column)
            values = table.column(first).chunk(0)
            columns[name] = pc.struct_field(values, rest) if rest else values

        def raw(place: int) -> str:
            return data[bounds[place] : bounds[place + 1]].decode(errors="replace").rstrip("\r\n")

        return RawRows(columns, np.arange(line, line + table.num_rows), raw)

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
        rows, numbers, broken = parse_lines(lines, first)
        if not rows and not broken:
            return
        columns = self.map.columns(rows) if rows else {}
        self._learn(columns)
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


def _arrow_type(kind: Any) -> pa.DataType:
    if isinstance(kind, dict):
        return pa.struct([(key, _arrow_type(inner)) for key, inner in kind.items()])
    return kind
