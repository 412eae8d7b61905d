"""Columns that are already there: Parquet files, Arrow tables, frames of pandas and polars.

The row number is the position in the table; the first row is 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.door import Intake, RawRows, check_width
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.objects.rows import SAMPLE_ROWS
from rumorscan.readers.tables.columns import cut_to_size, decoded_bytes, sound_strings
from rumorscan.readers.tables.nested import (
    ObjectMaker,
    frame_holds_objects,
    frame_objects,
    holds_objects,
    objects_of,
    read_numbered,
    read_objects,
)
from rumorscan.readers.values.arrays import Column, plain_text

MapMaker = Callable[[Sequence[str]], FieldMap]
_FREE_ROWS = 10_000_000
_VALUES_A_BYTE = 10
_OBJECT_ROWS = 8_192
"""Rows that are at once turned into objects, which take far more memory than columns."""
Batch = dict[str, Column]
"""Columns of one length by name."""


class Maps(NamedTuple):
    """What makes the field maps of a table.

    Attributes:
        of_columns: from the names of columns.
        of_objects: from the first rows, where cells hold objects.
    """

    of_columns: MapMaker
    of_objects: ObjectMaker


def read_batches(
    batches: Iterable[Batch], intake: Intake, fields: FieldMap, first: int = 1
) -> Iterator[FieldMap]:
    """Read batches of columns into the intake; yields the field map after each.

    Args:
        batches: the columns.
        intake: takes the rows.
        fields: which column holds which field.
        first: the number of the first row.

    Raises:
        DumpError: a row is bad and the intake is strict.
    """
    for batch in batches:
        count = len(next(iter(batch.values()), ()))
        if not count:
            continue
        columns = {}
        for name, path in fields.reads.items():
            columns[name], mended = sound_strings(_column(batch, path))
            if mended:
                intake.notes["values that were no UTF-8, mended"] += mended
        intake.take(RawRows(columns, np.arange(first, first + count), _raw_of(batch)), fields)
        first += count
        yield fields


def _raw_of(batch: Batch) -> Callable[[int], str]:
    def raw(place: int) -> str:
        row = {name: _value(column[place]) for name, column in batch.items()}
        return orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

    return raw


def _value(value: Any) -> Any:
    try:
        shown = value.as_py() if isinstance(value, pa.Scalar) else value
    except (UnicodeDecodeError, OverflowError, ValueError):
        return f"<{value.type}>"  # what Python has no value for
    if isinstance(shown, str):
        return plain_text(shown)
    return (
        shown
        if isinstance(shown, (int, float, bool, type(None))) and abs(shown or 0) < 2**63
        else str(shown)
    )


def _column(batch: Batch, path: str) -> Column:
    if path in batch:
        return batch[path]
    name, *rest = path.split(".")
    return pc.struct_field(batch[name], rest)


def column_names(schema: pa.Schema) -> list[str]:
    """Return the names of columns; those inside structs by their dotted paths.

    Example:
        >>> column_names(pa.schema({"user": pa.struct({"id": pa.string()}), "text": pa.string()}))
        ['user', 'user.id', 'text']
    """
    names: list[str] = []

    def walk(field: pa.Field, path: str) -> None:
        names.append(f"{path}{field.name}")
        if pa.types.is_struct(field.type):
            for place in range(field.type.num_fields):
                walk(field.type.field(place), f"{path}{field.name}.")

    for field in schema:
        walk(field, "")
    return names


def read_parquet(
    source: Path,
    intake: Intake,
    maps: Maps,
    batch_rows: int,
    limits: Limits | None = None,
    bookmarks: Bookmarks | None = None,
) -> Iterator[FieldMap]:
    """Read a Parquet file into the intake; only the mapped columns are read.

    Between row groups it can be gone on with. Where rows hold posts, all columns are read, in
    one go.

    Raises:
        DumpError: the file is damaged, the columns cannot be mapped, or a row is bad and the
            intake is strict.
    """
    import pyarrow.parquet as pq

    where = intake.door.path
    bookmarks = bookmarks or no_bookmarks(intake)
    limits = limits or Limits()
    size = source.stat().st_size
    try:
        with pq.ParquetFile(str(source)) as file:
            schema = file.schema_arrow
            check_width(schema.names, where)
            _check_size(file.metadata, size, where, limits)
            leaves = [file.schema.column(place) for place in range(len(file.schema.names))]
        if holds_objects(schema):
            texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
            with pq.ParquetFile(str(source), read_dictionary=texts) as file:
                batches = file.iter_batches(min(batch_rows, _OBJECT_ROWS), use_threads=False)
                watched = _watched(batches, size, where, limits)
                parts = (part for batch in watched for part in cut_to_size(batch))
                objects, rows = objects_of(parts, maps.of_objects)
                if objects is not None:
                    yield from read_objects(rows, intake, objects, batch_rows)
                    return
        fields = maps.of_columns(column_names(schema))
        if fields.carried is not None:  # what rows carry along is told at the end
            bookmarks = no_bookmarks(intake)
        top = {
            name.split(".")[0] if name not in schema.names else name
            for name in fields.reads.values()
        }
        wanted = [name for name in schema.names if name in top]
        strings = [name for name in fields.columns.values() if _is_string(schema, name)]
        with pq.ParquetFile(str(source), read_dictionary=strings) as file:
            decoded, first = 0, 1
            for groups in _groups_together(file.metadata, batch_rows):
                if bookmarks.skips():
                    first += sum(file.metadata.row_group(group).num_rows for group in groups)
                    yield fields
                else:
                    batches = file.iter_batches(batch_rows, groups, wanted, use_threads=False)
                    for batch in batches:
                        decoded += decoded_bytes(batch)
                        limits.check(where, size, decoded)
                        columns = map(_as_batch, cut_to_size(batch))
                        yield from read_batches(columns, intake, fields, first)
                        first += batch.num_rows
                decoded = bookmarks.passed(partial(int, decoded)) or decoded
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DumpError(f"{where}: cannot be read as Parquet: {_first_line(error)}") from error


def _watched(
    batches: Iterable[pa.RecordBatch], size: int, where: str, limits: Limits
) -> Iterator[pa.RecordBatch]:
    """Yield the batches until their strings take far more than the file can hold."""
    decoded = 0
    for batch in batches:
        decoded += decoded_bytes(batch)
        limits.check(where, size, decoded)
        yield batch


def _groups_together(about: Any, rows: int) -> Iterator[list[int]]:
    """Yield consecutive row groups that have so many rows together; only the last have fewer."""
    groups: list[int] = []
    waiting = 0
    for group in range(about.num_row_groups):
        groups.append(group)
        waiting += about.row_group(group).num_rows
        if waiting >= rows or group == about.num_row_groups - 1:
            yield groups
            groups, waiting = [], 0


def _is_string(schema: pa.Schema, path: str) -> bool:
    """Whether a column of a Parquet file holds strings, at the end of its dotted path."""
    kind: Any = pa.struct(schema)
    if path in schema.names:
        path, rest = "", [path]
    else:
        rest = path.split(".")
    for name in rest:
        kind = kind.field(name).type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_size(about: Any, size: int, where: str, limits: Limits) -> None:
    """Refuse a file that claims far more rows or bytes than it can hold."""
    groups = [about.row_group(place) for place in range(about.num_row_groups)]
    limits.check(where, size, sum(group.total_byte_size for group in groups))
    values = max(
        (
            sum(group.column(place).num_values for group in groups)
            for place in range(about.num_columns)
        ),
        default=0,
    )
    if values > about.num_rows and values > max(_VALUES_A_BYTE * size, _FREE_ROWS):
        raise DumpError(
            f"{where}: claims {values:,} values in lists in {size:,} bytes, as a decompression "
            "bomb does"
        )
    if about.num_rows > max(limits.ratio * size, _FREE_ROWS):
        raise DumpError(
            f"{where}: claims {about.num_rows:,} rows in {size:,} bytes, as a decompression bomb "
            "does; if it is sound, raise reading.maximum_ratio"
        )


def read_table(table: pa.Table, intake: Intake, maps: Maps, batch_rows: int) -> Iterator[FieldMap]:
    """Read an Arrow table into the intake.

    Raises:
        DumpError: the columns cannot be mapped, or a row is bad and the intake is strict.
    """
    if holds_objects(table.schema):
        parts = table.to_batches(max_chunksize=min(batch_rows, _OBJECT_ROWS))
        objects, rows = objects_of(parts, maps.of_objects)
        if objects is not None:
            yield from read_objects(rows, intake, objects, batch_rows)
            return
    fields = maps.of_columns(column_names(table.schema))
    batches = (_as_batch(batch) for batch in table.to_batches(max_chunksize=batch_rows))
    yield from read_batches(batches, intake, fields)


def read_pandas(frame: Any, intake: Intake, maps: Maps, batch_rows: int) -> Iterator[FieldMap]:
    """Read a pandas frame into the intake; a column of mixed types is read value by value.

    Raises:
        DumpError: the columns cannot be mapped, or a row is bad and the intake is strict.
    """
    if frame_holds_objects(frame):
        objects = maps.of_objects(list(frame_objects(frame.head(SAMPLE_ROWS))))
        numbered = enumerate(frame_objects(frame), 1)
        yield from read_numbered(numbered, intake, objects, batch_rows)
        return
    fields = maps.of_columns([str(name) for name in frame.columns])

    def batches() -> Iterator[Batch]:
        for start in range(0, len(frame), batch_rows):
            part = frame.iloc[start : start + batch_rows]
            yield {str(name): _pandas_column(part[name]) for name in frame.columns}

    yield from read_batches(batches(), intake, fields)


def _pandas_column(series: Any) -> Column:
    try:
        array = pa.Array.from_pandas(series)
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError):
        return [
            None if value is None or (isinstance(value, float) and math.isnan(value)) else value
            for value in series.tolist()
        ]
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _as_batch(batch: pa.RecordBatch) -> Batch:
    return {
        name: batch.column(place) for place, name in reversed(list(enumerate(batch.schema.names)))
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
