"""Columns that are already there: Parquet files, Arrow tables, frames of pandas and polars.

The row number is the position in the table; the first row is 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.door import Intake, RawRows, check_width
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.tables.columns import cut_to_size, decoded_bytes, joined, sound_strings
from rumorscan.readers.tables.parquet_limits import (
    BUFFER_BYTES,
    LIST_LIMIT,
    check_footer,
    check_pages,
)
from rumorscan.readers.values.plain import Column, plain_text

MapMaker = Callable[[Sequence[str]], FieldMap]
Batch = dict[str, Column]
"""Columns of one length by name."""


def read_batches(batches: Iterable[Batch], intake: Intake, fields: FieldMap) -> Iterator[FieldMap]:
    """Read batches of columns into the intake; yields the field map after each.

    Raises:
        DumpError: a row is bad and the intake is strict.
    """
    first = 1
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
) -> Iterator[FieldMap]:
    """Read a Parquet file into the intake; only the mapped columns are read.

    Raises:
        DumpError: the file is damaged or hostile, the columns cannot be mapped, or a row is bad
            and the intake is strict.
    """
    import pyarrow.parquet as pq

    where = intake.door.path
    limits = limits or Limits()
    check_footer(source, where)
    try:
        with pq.ParquetFile(
            str(source),
            buffer_size=BUFFER_BYTES,
            pre_buffer=False,
            thrift_container_size_limit=LIST_LIMIT,
        ) as file:
            about = file.metadata
            check_width(file.schema_arrow.names, where)
            fields = make_map(column_names(file.schema_arrow))
            leaves = {
                place: path
                for place, path in enumerate(column.path for column in about.schema)
                if _is_wanted(path, set(fields.reads.values()))
            }
            gathered = {
                place: _is_dictionary(file.schema_arrow, path) for place, path in leaves.items()
            }
            rows = min(batch_rows, check_pages(source, about, gathered, where, limits))
            batches = (
                batch
                # what a dictionary has gathered goes with its group
                for group in range(about.num_row_groups)
                for batch in file.iter_batches(
                    rows, row_groups=[group], columns=[*leaves.values()], use_threads=False
                )
            )
            watched = _watched(batches, source.stat().st_size, where, limits)
            cut = (part for batch in watched for part in cut_to_size(batch))
            yield from read_batches(map(_as_batch, joined(cut, batch_rows)), intake, fields)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DumpError(f"{where}: cannot be read as Parquet: {_first_line(error)}") from error


def _is_wanted(path: str, wanted: set[str]) -> bool:
    """Whether a column with values is a wanted one, or a part of it."""
    return any(part in wanted for part in accumulate(path.split("."), "{}.{}".format))


def _is_dictionary(schema: pa.Schema, path: str) -> bool:
    """Whether the writer wants a column to be held as a dictionary."""
    kind: Any = pa.struct(schema)
    for name in [path] if path in schema.names else path.split("."):
        if not pa.types.is_struct(kind):
            return False  # a list, of which all is held
        kind = kind.field(name).type
    return bool(pa.types.is_dictionary(kind))


def _watched(
    batches: Iterable[pa.RecordBatch], size: int, where: str, limits: Limits
) -> Iterator[pa.RecordBatch]:
    """Yield the batches until their strings take far more than the file can hold."""
    decoded = 0
    for batch in batches:
        decoded += decoded_bytes(batch)
        limits.check(where, size, decoded)
        yield batch


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
