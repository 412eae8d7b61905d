"""Parquet files: their columns, and the posts in their cells, read in row groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import check_width
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.tables.arrow import (
    OBJECT_ROWS,
    Maps,
    as_batch,
    column_names,
    read_batches,
)
from rumorscan.readers.tables.columns import cut_to_size, decoded_bytes, joined
from rumorscan.readers.tables.nested import holds_objects, objects_of, read_objects
from rumorscan.readers.tables.parquet_limits import check_footer, check_pages, open_parquet


@dataclass(slots=True)
class _Source:
    """A Parquet file that is being read.

    Attributes:
        path: where it lies.
        where: what it is called in messages.
        limits: how far it may unpack.
        decoded: bytes of its strings so far, written out.
    """

    path: Path
    where: str
    limits: Limits
    decoded: int = 0

    def watched(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the batches until their strings take far more than the file can hold."""
        size = self.path.stat().st_size
        for batch in batches:
            self.decoded += decoded_bytes(batch)
            self.limits.check(self.where, size, self.decoded)
            yield from cut_to_size(batch)


def read_parquet(
    path: Path,
    intake: Intake,
    maps: Maps,
    batch_rows: int,
    limits: Limits | None = None,
    bookmarks: Bookmarks | None = None,
) -> Iterator[FieldMap]:
    """Read a Parquet file into the intake; only the mapped columns are read.

    Between row groups it can be gone on with. Where rows hold posts, all columns are read, and it
    can be gone on with between batches.

    Raises:
        DumpError: the file is damaged or hostile, the columns cannot be mapped, or a row is bad
            and the intake is strict.
    """
    source = _Source(path, intake.door.path, limits or Limits())
    check_footer(path, source.where)
    try:
        with open_parquet(path) as file:
            check_width(file.schema_arrow.names, source.where)
            listed = _texts_in_lists(file.metadata)
            nests = holds_objects(file.schema_arrow)
        if nests:
            with open_parquet(path, listed) as file:
                rows = min(batch_rows, OBJECT_ROWS, _rows_at_once(file, source))
                groups = range(file.metadata.num_row_groups)
                batches = source.watched(_batches(file, rows, groups))
                objects, batches = objects_of(batches, maps.of_objects)
                if objects is not None:
                    yield from read_objects(batches, intake, objects, batch_rows, bookmarks)
                    return
            source.decoded = 0
        with open_parquet(path) as file:
            fields = maps.of_columns(column_names(file.schema_arrow))
            marks = bookmarks or no_bookmarks(intake)
            yield from _read_groups(file, source, intake, fields, batch_rows, marks)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DumpError(
            f"{source.where}: cannot be read as Parquet: {_first_line(error)}"
        ) from error


def _read_groups(
    file: Any,
    source: _Source,
    intake: Intake,
    fields: FieldMap,
    batch_rows: int,
    bookmarks: Bookmarks,
) -> Iterator[FieldMap]:
    """Read the mapped columns, some row groups after the others."""
    wanted = set(fields.reads.values())
    rows = min(batch_rows, _rows_at_once(file, source, wanted))
    columns = [path for path in _leaves(file.metadata) if _is_wanted(path, wanted)]
    first = 1
    for groups in _groups_together(file.metadata, batch_rows):
        if bookmarks.skips():
            yield fields
        else:
            batches = joined(source.watched(_batches(file, rows, groups, columns)), batch_rows)
            yield from read_batches(map(as_batch, batches), intake, fields, first)
        first += sum(file.metadata.row_group(group).num_rows for group in groups)
        source.decoded = bookmarks.passed(lambda: source.decoded) or source.decoded


def _batches(
    file: Any, rows: int, groups: Iterable[int], columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some groups; what a dictionary has gathered goes with its group."""
    for group in groups:
        yield from file.iter_batches(rows, row_groups=[group], columns=columns, use_threads=False)


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


def _rows_at_once(file: Any, source: _Source, wanted: set[str] | None = None) -> int:
    """Look at the pages of some columns, or of all; return how many rows to read at once."""
    gathered = {
        place: _is_dictionary(file.schema_arrow, path)
        for place, path in enumerate(_leaves(file.metadata))
        if wanted is None or _is_wanted(path, wanted)
    }
    return check_pages(source.path, file.metadata, gathered, source.where, source.limits)


def _leaves(about: Any) -> list[str]:
    return [column.path for column in about.schema]


def _texts_in_lists(about: Any) -> list[str]:
    """Return the columns of texts of which a row may name one many times.

    What is written as the difference to the text before it cannot be held as a dictionary.
    """
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    return [
        column.path
        for place, column in enumerate(about.schema)
        if column.physical_type == "BYTE_ARRAY" and column.max_repetition_level
        if not any("DELTA" in str(group.column(place).encodings) for group in groups)
    ]


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


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
