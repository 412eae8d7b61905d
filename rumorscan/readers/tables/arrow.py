"""Columns that are already there: Arrow tables, frames of pandas and polars.

The row number is the position in the table; the first row is 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import RawRows
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.objects.rows import SAMPLE_ROWS
from rumorscan.readers.tables.columns import sound_strings
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
OBJECT_ROWS = 8_192
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


def read_table(table: pa.Table, intake: Intake, maps: Maps, batch_rows: int) -> Iterator[FieldMap]:
    """Read an Arrow table into the intake.

    Raises:
        DumpError: the columns cannot be mapped, or a row is bad and the intake is strict.
    """
    if holds_objects(table.schema):
        parts = table.to_batches(max_chunksize=min(batch_rows, OBJECT_ROWS))
        objects, rows = objects_of(parts, maps.of_objects)
        if objects is not None:
            yield from read_objects(rows, intake, objects, batch_rows)
            return
    fields = maps.of_columns(column_names(table.schema))
    batches = (as_batch(batch) for batch in table.to_batches(max_chunksize=batch_rows))
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


def as_batch(batch: pa.RecordBatch) -> Batch:
    """Return the columns of a batch by name; of two of one name the first.

    Example:
        >>> as_batch(pa.record_batch({"text": ["停水"]}))["text"].to_pylist()
        ['停水']
    """
    return {
        name: batch.column(place) for place, name in reversed(list(enumerate(batch.schema.names)))
    }
