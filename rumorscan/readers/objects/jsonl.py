"""JSON lines.

A block of lines whose columns hold one simple type each goes through Arrow's parser. Where that
gives up (a broken line, mixed types, a new key), the block is parsed line by line; both ways
accept the same lines and give the same values.

The row number is the number of the line; the first line of the file is 1, blank lines count.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import STRIP_BYTES, Block, LineBlocks, cut_at_lines
from rumorscan.readers.intake.door import COLUMN_LIMIT, ID_FIELDS, Intake, RawRows, Reject
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.objects.paths import value_at
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects
from rumorscan.readers.values.arrays import Column

MapMaker = Callable[[list[dict[str, Any]]], ObjectMap]
DEPTH_LIMIT = 1_000
"""Nesting beyond which a line is not read; both parsers go as deep."""

_NEWLINE, _OPEN, _CLOSE, _RETURN = b"\n{}\r"
_BEGINNINGS = tuple(bytes([code]) for code in b'{["-0123456789')
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
        bounds = _object_lines(data)
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
                rows, numbers, broken = _parse_lines(part, line + start)
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
        rows, numbers, broken = _parse_lines(lines, first)
        if not rows and not broken:
            return
        columns = self.map.columns(rows) if rows else {}
        self._learn(columns)
        for name in [name for name in columns if name.split("~")[0] in ID_FIELDS]:
            values = columns[name]
            if float in set(map(type, values)):
                path = self.map.path(self.map.fields.reads[name])
                columns[name] = [
                    value_at(_parse_exactly(lines[number - first]), path)
                    if type(value) is float
                    else value
                    for value, number in zip(values, numbers, strict=True)
                ]

        def raw(place: int) -> str:
            return lines[numbers[place] - first].decode(errors="replace").rstrip("\r")

        yield RawRows(columns, np.asarray(numbers, np.int64), raw, broken)


def _parse_lines(
    lines: list[bytes], first: int
) -> tuple[list[dict[str, Any]], list[int], list[Reject]]:
    try:
        rows = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        pass
    else:
        if set(map(type, rows)) == {dict} and max(map(len, rows)) <= COLUMN_LIMIT:
            return rows, list(range(first, first + len(rows))), []
    rows, numbers, broken = [], [], []
    for number, line in enumerate(lines, first):
        row = parse_line(line)
        if isinstance(row, dict) and len(row) <= COLUMN_LIMIT:
            rows.append(row)
            numbers.append(number)
        elif line.strip():
            reason, detail = "not-an-object", type(row).__name__
            if isinstance(row, Broken):
                reason, detail = "bad-json", row.why or "is not JSON"
            elif isinstance(row, dict):
                reason, detail = "too-wide", f"{len(row):,} keys"
            broken.append(
                Reject(number, reason, detail, line.decode(errors="replace").rstrip("\r"))
            )
    return rows, numbers, broken


class Broken:
    """Stands for a line that is not JSON; no `why` where it does not even begin like it."""

    def __init__(self, why: str) -> None:
        self.why = why


def parse_line(line: bytes) -> Any:
    """Return the value of a line of JSON in UTF-8, or `Broken`.

    What only Python's own writer produces is read too: NaN, lone surrogates.

    Example:
        >>> parse_line(b'{"id": 12, "n": NaN}')
        {'id': 12, 'n': nan}
        >>> parse_line(b'{"id": ').why
        'unexpected end of data: line 1 column 8 (char 7)'
    """
    line = line.removeprefix(BOM_UTF8)  # where files were joined
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        why = str(error)
    value = _parse_exactly(line)
    if not isinstance(value, Broken):
        return value
    return Broken(why if line.lstrip().startswith(_BEGINNINGS) else "")


def _parse_exactly(line: bytes) -> Any:
    """Parse with Python's own parser: slower, but whole numbers keep all their digits."""
    try:
        return json.loads(line.removeprefix(BOM_UTF8), parse_int=_whole)
    except (ValueError, RecursionError) as error:
        return Broken(str(error))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < 4_000 else digits


def _arrow_type(kind: Any) -> pa.DataType:
    if isinstance(kind, dict):
        return pa.struct([(key, _arrow_type(inner)) for key, inner in kind.items()])
    return kind


def _object_lines(data: bytes) -> np.ndarray[Any, Any] | None:
    """Return the bounds of lines if each begins with `{` and ends with `}`, else None.

    No value of JSON has `}` before `{` without a comma, so that a count of objects equal to that
    of such lines means one object a line.
    """
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == _NEWLINE)
    if not len(ends) or ends[-1] != len(codes) - 1:
        ends = np.append(ends, len(codes))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = codes[ends - 1]
    if (last == _RETURN).any():
        last = np.where(last == _RETURN, codes[ends - 2], last)
    if starts[-1] >= len(codes) or not ((codes[starts] == _OPEN) & (last == _CLOSE)).all():
        return None
    bounds = np.append(starts, ends[-1] + 1)
    # a level takes an opening and a closing byte, so that short lines need not be counted
    for place in np.flatnonzero(np.diff(bounds) >= 2 * DEPTH_LIMIT).tolist():
        span = int(bounds[place]), int(bounds[place + 1])
        if data.count(b"[", *span) + data.count(b"{", *span) >= DEPTH_LIMIT:
            return None
        if data.count(b":", *span) > COLUMN_LIMIT:
            return None
    return bounds
