"""Columns that are already there: Parquet files, Arrow tables, frames of pandas and polars.

The row number is the position in the table; the first row is 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.door import Intake, RawRows, check_width
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.tables.columns import cut_to_size, decoded_bytes, sound_strings
from rumorscan.readers.values.plain import Column, plain_text

MapMaker = Callable[[Sequence[str]], FieldMap]
_FREE_ROWS = 10_000_000
Batch = dict[str, Column]
"""Columns of one length by name."""


def read_batches(batches: Iterable[Batch], intake: Intake, fields: FieldMap) -> Iterator[FieldMap]:
    """Read batches of columns into the intake; yields the field map after each.

    Raises:
        DumpError: a row is bad and the intake is strict.
    """
    first = intake.rows + 1
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
    make_map: MapMaker,
    batch_rows: int,
    limits: Limits | None = None,
    bookmarks: Bookmarks | None = None,
) -> Iterator[FieldMap]:
    """Read a Parquet file into the intake; only the mapped columns are read.

    Between row groups it can be gone on with.

    Raises:
        DumpError: the file is damaged, the columns cannot be mapped, or a row is bad and the
            intake is strict.
    """
    import pyarrow.parquet as pq

    where = intake.door.path
    bookmarks = bookmarks or no_bookmarks(intake)
    decoded = 0
    try:
        with pq.ParquetFile(str(source)) as file:
            check_width(file.schema_arrow.names, where)
            _check_size(file.metadata, source.stat().st_size, where, limits or Limits())
            fields = make_map(column_names(file.schema_arrow))
            top = {
                name.split(".")[0] if name not in file.schema_arrow.names else name
                for name in fields.reads.values()
            }
            wanted = [name for name in file.schema_arrow.names if name in top]
            strings = [name for name in fields.columns.values() if _is_string(file, name)]
        with pq.ParquetFile(str(source), read_dictionary=strings) as file:
            for groups in _groups_together(file.metadata, batch_rows):
                if bookmarks.skips():
                    yield fields
                else:
                    batches = file.iter_batches(batch_rows, groups, wanted, use_threads=False)
                    for batch in batches:
                        decoded += decoded_bytes(batch)
                        (limits or Limits()).check(where, source.stat().st_size, decoded)
                        parts = map(_as_batch, cut_to_size(batch))
                        yield from read_batches(parts, intake, fields)
                decoded = bookmarks.passed(partial(int, decoded)) or decoded
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DumpError(f"{where}: cannot be read as Parquet: {_first_line(error)}") from error


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


def _is_string(file: Any, path: str) -> bool:
    """Whether a column of a Parquet file holds strings, at the end of its dotted path."""
    kind: Any = pa.struct(file.schema_arrow)
    if path in file.schema_arrow.names:
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
    if about.num_rows > max(limits.ratio * size, _FREE_ROWS):
        raise DumpError(
            f"{where}: claims {about.num_rows:,} rows in {size:,} bytes, as a decompression bomb "
            "does; if it is sound, raise reading.maximum_ratio"
        )


def read_table(
    table: pa.Table, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[FieldMap]:
    """Read an Arrow table into the intake.

    Raises:
        DumpError: the columns cannot be mapped, or a row is bad and the intake is strict.
    """
    fields = make_map(column_names(table.schema))
    batches = (_as_batch(batch) for batch in table.to_batches(max_chunksize=batch_rows))
    yield from read_batches(batches, intake, fields)


def read_pandas(
    frame: Any, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[FieldMap]:
    """Read a pandas frame into the intake; a column of mixed types is read value by value.

    Raises:
        DumpError: the columns cannot be mapped, or a row is bad and the intake is strict.
    """
    fields = make_map([str(name) for name in frame.columns])

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
