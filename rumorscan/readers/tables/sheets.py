"""Files of several tables: which of them hold posts, and reading those one after another.

The row number counts the rows of all tables that are read, in their order; the first one is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import partial
from typing import Any

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import RawRows, Reject
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.layouts.finding import OTHER_LAYOUT
from rumorscan.readers.objects.rows import dumped

_BATCH_CHARACTERS = 16 << 20
"""A batch with more is handed over, however few its rows are."""
Cells = Sequence[Any]
MapMaker = Callable[[Sequence[str], str], FieldMap]
"""Makes the field map of columns, and of the table that has them."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a row that is set aside before it is read.

    Attributes:
        reason: why, as in `REASONS`.
        detail: the same more closely.
        cells: what can be shown of it, by column.
    """

    reason: str
    detail: str
    cells: Mapping[str, Any]


@dataclass(slots=True)
class Sheet:
    """A table in a file.

    Attributes:
        name: of the table.
        columns: names of its columns, those of joined tables as `TABLE.COLUMN`.
        count: how many rows it has, as far as that is known.
        rows: yields the rows but so many of the first ones; each has a cell for each column.
    """

    name: str
    columns: list[str]
    count: int
    rows: Callable[[int], Iterator[Cells | Unread]]


@dataclass(slots=True)
class Taken:
    """What was read from a file of several tables.

    Attributes:
        fields: the map of the table that is being read.
        layouts: names of the layouts so far.
        mapping: canonical field to its columns, with their tables.
    """

    fields: FieldMap
    layouts: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


def read_sheets(
    sheets: Sequence[Sheet],
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
    seal: str = "",
) -> Iterator[Taken]:
    """Read the tables that hold posts into the intake; yields what was taken after each batch.

    Between batches it can be gone on with. Where some table is of a known layout, tables of none
    are left out. What is left out is noted with its number of rows.

    Args:
        sheets: all tables of the file.
        intake: takes the rows.
        make_map: makes the field map of a table.
        batch_rows: at most so many are handed over at once.
        bookmarks: of the reading.
        seal: what another process shall know of the file; the last part of the state.

    Raises:
        DumpError: no table holds posts, or a row is bad and the intake is strict.
    """
    chosen, first_error = _choose(sheets, intake, make_map)
    if not chosen:
        raise first_error or NoRowsError(f"{intake.door.path}: holds no table; expected posts")
    bookmarks = bookmarks or no_bookmarks(intake)
    done: tuple[int, int, int, str] | None = bookmarks.passed_all()
    at, passed, first, _ = done or (0, 0, 1, "")
    if done is None and seal:
        bookmarks.passed(partial(tuple, (0, 0, 1, seal)))
    taken: Taken | None = None
    for number, (sheet, fields) in enumerate(chosen):
        if taken is None:
            taken = Taken(fields)
        taken.fields = fields
        if fields.layout.name not in taken.layouts:
            taken.layouts.append(fields.layout.name)
        for name, columns in fields.mapping.items():
            shown = columns if len(chosen) == 1 else f"{sheet.name}: {columns}"
            before = taken.mapping.get(name)
            taken.mapping[name] = shown if before is None else f"{before}; {shown}"
        if number < at:
            continue
        if done is not None:
            yield taken
        count = passed if number == at else 0
        for batch, is_last in _batches(sheet, batch_rows, count):
            intake.take(_raw_rows(sheet, fields, batch, first), fields)
            first += len(batch)
            count += len(batch)
            yield taken
            place = (number + 1, 0) if is_last else (number, count)
            bookmarks.passed(partial(tuple, (*place, first, seal)))
    if taken is not None and at == len(chosen):
        yield taken


def _choose(
    sheets: Sequence[Sheet], intake: Intake, make_map: MapMaker
) -> tuple[list[tuple[Sheet, FieldMap]], DumpError | None]:
    """Return the tables that are read, and why the first of the others is not."""
    chosen: list[tuple[Sheet, FieldMap]] = []
    left: list[Sheet] = []
    first_error: DumpError | None = None
    for sheet in sheets:
        try:
            chosen.append((sheet, make_map(sheet.columns, sheet.name)))
        except DumpError as error:
            first_error = first_error or error
            left.append(sheet)
    if any(fields.layout is not OTHER_LAYOUT for _, fields in chosen):
        left += [sheet for sheet, fields in chosen if fields.layout is OTHER_LAYOUT]
        chosen = [(sheet, fields) for sheet, fields in chosen if fields.layout is not OTHER_LAYOUT]
    for sheet in left if chosen else ():
        if sheet.count:
            intake.notes[f"rows of table '{sheet.name}', which holds no posts"] = sheet.count
    return chosen, first_error


def _batches(
    sheet: Sheet, batch_rows: int, passed: int
) -> Iterator[tuple[list[Cells | Unread], bool]]:
    """Yield the rows some at a time, each with whether the table is known to have no more."""
    batch: list[Cells | Unread] = []
    size = 0
    for row in sheet.rows(passed):
        batch.append(row)
        if not isinstance(row, Unread):
            size += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
        if len(batch) >= batch_rows or size >= _BATCH_CHARACTERS:
            yield batch, False
            batch, size = [], 0
    if batch:
        yield batch, True


def _raw_rows(
    sheet: Sheet, fields: FieldMap, batch: Sequence[Cells | Unread], first: int
) -> RawRows:
    rows: list[Cells] = []
    numbers: list[int] = []
    broken: list[Reject] = []
    for number, row in enumerate(batch, first):
        if isinstance(row, Unread):
            broken.append(Reject(number, row.reason, row.detail, dumped(row.cells)))
        else:
            rows.append(row)
            numbers.append(number)
    places = {name: sheet.columns.index(column) for name, column in fields.reads.items()}
    columns = {name: [row[place] for row in rows] for name, place in places.items()}
    for name in ("text", *fields.spares_of("text")):
        if name in columns:
            columns[name] = [_as_text(value) for value in columns[name]]

    def raw(place: int) -> str:
        return dumped(dict(zip(sheet.columns, rows[place], strict=False)))

    return RawRows(columns, np.asarray(numbers, np.int64), raw, broken)


def _as_text(value: Any) -> Any:
    """Return a number or a time that was typed into a column of texts as the text it was."""
    return str(value) if isinstance(value, (float, date, time)) else value
