"""Tables whose cells hold objects and lists: posts in posts are found as they are in JSON lines.

A row that was found inside another one has the number of that row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, chain, islice
from typing import Any

import pyarrow as pa

from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.objects.nesting import REST_ROWS
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects
from rumorscan.readers.tables.columns import sound_strings

ObjectMaker = Callable[[list[Any]], ObjectMap]
"""Makes the field map of objects from the first of them."""
VALUES_AT_ONCE = 1_000_000
"""Values in lists that are at once turned into objects."""


def holds_objects(schema: pa.Schema) -> bool:
    """Return whether some column holds objects, or lists of them.

    Example:
        >>> holds_objects(pa.schema({"text": pa.string(), "tags": pa.list_(pa.string())}))
        False
        >>> holds_objects(pa.schema({"retweet": pa.struct({"id": pa.string()})}))
        True
    """
    return any(_is_object(field.type) for field in schema)


def _is_object(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_object(kind.value_type)
    return bool(pa.types.is_struct(kind))


def objects_of(
    batches: Iterable[pa.RecordBatch], make_map: ObjectMaker
) -> tuple[ObjectMap | None, Iterator[pa.RecordBatch]]:
    """Return the field map of rows that hold posts, None where none does; and all batches.

    Raises:
        DumpError: the rows hold posts that cannot be mapped.
    """
    stream = iter(batches)
    head: list[pa.RecordBatch] = []
    sample: list[dict[str, Any]] = []
    while len(sample) < SAMPLE_ROWS and (batch := next(stream, None)) is not None:
        head.append(batch)
        sample += rows_of(batch.slice(0, SAMPLE_ROWS - len(sample)))[0]
    objects = make_map(sample) if sample else None
    if objects is not None and objects.nesting is None:
        objects = None
    return objects, chain(head, stream)


def read_objects(
    batches: Iterable[pa.RecordBatch],
    intake: Intake,
    objects: ObjectMap,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
) -> Iterator[FieldMap]:
    """Read rows, and the posts in them, into the intake; yields the field map after each batch.

    Between batches it can be gone on with: what was read is then decoded and passed over.

    Raises:
        DumpError: a row is bad and the intake is strict.
        pa.ArrowInvalid: a row holds more than `VALUES_AT_ONCE` values.
    """
    bookmarks = bookmarks or no_bookmarks(intake)
    if objects.nesting is not None:
        bookmarks.follow(objects.nesting.hold)
    first = 1
    for part in (part for batch in batches for part in _cut(batch)):
        if bookmarks.skips():
            yield objects.fields
        else:
            rows, mended = rows_of(part)
            if mended:
                intake.notes["values that were no UTF-8, mended"] += mended
            numbered = enumerate(rows, first)
            found = objects.nesting.rows(numbered) if objects.nesting is not None else numbered
            yield from _take(found, intake, objects, batch_rows)
        first += part.num_rows
        state = bookmarks.passed(objects.so_far)
        if state is not None:
            objects.go_on(state)
    state = bookmarks.passed_all()
    if state is not None:
        objects.go_on(state)
    if objects.nesting is not None:
        for rest in objects.nesting.rest_in_parts(min(batch_rows, REST_ROWS)):
            yield from _take(iter(rest), intake, objects, batch_rows)
            bookmarks.passed()


def _take(
    found: Iterator[tuple[int, Any]], intake: Intake, objects: ObjectMap, batch_rows: int
) -> Iterator[FieldMap]:
    while part := list(islice(found, batch_rows)):
        intake.take(objects.raw_rows(*split_objects(part)), objects.fields)
        yield objects.fields


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in parts whose lists hold at most `VALUES_AT_ONCE` values."""
    if sum(map(_listed, batch.columns)) <= VALUES_AT_ONCE:
        yield batch
    elif batch.num_rows == 1:
        raise pa.ArrowInvalid(f"a row holds more than {VALUES_AT_ONCE:,} values")
    else:
        half = batch.num_rows // 2
        yield from _cut(batch.slice(0, half))
        yield from _cut(batch.slice(half))


def _listed(column: pa.Array) -> int:
    """Return how many values the lists of a column hold, on all levels together."""
    kind = column.type
    if pa.types.is_struct(kind):
        return sum(map(_listed, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = column.flatten()
        return len(values) + _listed(values)
    return 0


def read_numbered(
    numbered: Iterator[tuple[int, Any]], intake: Intake, objects: ObjectMap, batch_rows: int
) -> Iterator[FieldMap]:
    """Read numbered objects, and the posts in them, into the intake.

    Raises:
        DumpError: a row is bad and the intake is strict.
    """
    nesting = objects.nesting
    streams = [numbered] if nesting is None else [nesting.rows(numbered), nesting.rest()]
    for stream in streams:
        yield from _take(stream, intake, objects, batch_rows)


def rows_of(batch: pa.RecordBatch) -> tuple[list[dict[str, Any]], int]:
    """Return a batch as objects, and how many of its strings were no UTF-8 and were mended.

    Example:
        >>> rows_of(pa.record_batch({"user": [{"id": "7"}], "text": ["停水"]}))
        ([{'user': {'id': '7'}, 'text': '停水'}], 0)
    """
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
        return rows, 0
    except UnicodeDecodeError:
        found = [_sound(column) for column in batch.columns]
        sound = pa.RecordBatch.from_arrays([column for column, _ in found], batch.schema.names)
        return sound.to_pylist(), sum(mended for _, mended in found)


def _sound(column: pa.Array) -> tuple[pa.Array, int]:
    """Return a column whose strings are UTF-8 on every level."""
    kind = column.type
    if pa.types.is_struct(kind):
        parts = [_sound(part) for part in column.flatten()]
        names = [field.name for field in kind]
        arrays = [part for part, _ in parts]
        mended = sum(count for _, count in parts)
        return pa.StructArray.from_arrays(arrays, names, mask=column.is_null()), mended
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values, mended = _sound(column.flatten())
        lengths = column.value_lengths().fill_null(0).to_pylist()
        offsets = pa.array([0, *accumulate(lengths)], pa.int64())
        return pa.LargeListArray.from_arrays(offsets, values, mask=column.is_null()), mended
    return sound_strings(column)


def frame_objects(frame: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a pandas frame, missing values as None."""
    for row in frame.itertuples(index=False, name=None):
        yield {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in zip(frame.columns, row, strict=True)
        }


def frame_holds_objects(frame: Any) -> bool:
    """Return whether some of the first rows of a pandas frame hold objects."""
    columns = [frame[name] for name in frame.columns if frame[name].dtype == object]
    return any(
        isinstance(value, Mapping)
        or (isinstance(value, list) and any(isinstance(item, Mapping) for item in value))
        for column in columns
        for value in column.head(SAMPLE_ROWS)
    )
