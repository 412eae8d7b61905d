"""Files of several tables: which of them hold posts, and reading those one after another.

The row number counts the rows of all tables that are read, in their order; the first one is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake, RawRows
from rumorscan.readers.layouts.fields import FieldMap
from rumorscan.readers.layouts.finding import OTHER_LAYOUT
from rumorscan.readers.objects.rows import dumped

Cells = Sequence[Any]
MapMaker = Callable[[Sequence[str], str], FieldMap]
"""Makes the field map of columns, and of the table that has them."""


@dataclass(slots=True)
class Sheet:
    """A table in a file.

    Attributes:
        name: of the table.
        columns: names of its columns, those of joined tables as `TABLE.COLUMN`.
        count: how many rows it has, as far as that is known.
        rows: yields the rows from the first one; each has a cell for each column.
    """

    name: str
    columns: list[str]
    count: int
    rows: Callable[[], Iterator[Cells]]


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
    sheets: Sequence[Sheet], intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[Taken]:
    """Read the tables that hold posts into the intake; yields what was taken after each batch.

    Where some table is of a known layout, tables of none are left out. What is left out is noted
    with its number of rows.

    Raises:
        DumpError: no table holds posts, or a row is bad and the intake is strict.
    """
    chosen, first_error = _choose(sheets, intake, make_map)
    if not chosen:
        raise first_error or NoRowsError(f"{intake.door.path}: holds no table; expected posts")
    taken: Taken | None = None
    first = 1
    for sheet, fields in chosen:
        if taken is None:
            taken = Taken(fields)
        taken.fields = fields
        if fields.layout.name not in taken.layouts:
            taken.layouts.append(fields.layout.name)
        for name, columns in fields.mapping.items():
            shown = columns if len(chosen) == 1 else f"{sheet.name}: {columns}"
            before = taken.mapping.get(name)
            taken.mapping[name] = shown if before is None else f"{before}; {shown}"
        for batch in _batches(sheet, batch_rows):
            intake.take(_raw_rows(sheet, fields, batch, first), fields)
            first += len(batch)
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


def _batches(sheet: Sheet, batch_rows: int) -> Iterator[list[Cells]]:
    batch: list[Cells] = []
    for row in sheet.rows():
        batch.append(row)
        if len(batch) >= batch_rows:
            yield batch
            batch = []
    if batch:
        yield batch


def _raw_rows(sheet: Sheet, fields: FieldMap, batch: list[Cells], first: int) -> RawRows:
    places = {name: sheet.columns.index(column) for name, column in fields.reads.items()}
    columns = {name: [row[place] for row in batch] for name, place in places.items()}
    for name in ("text", *fields.spares_of("text")):
        if name in columns:
            columns[name] = [_as_text(value) for value in columns[name]]

    def raw(place: int) -> str:
        return dumped(dict(zip(sheet.columns, batch[place], strict=False)))

    return RawRows(columns, np.arange(first, first + len(batch)), raw)


def _as_text(value: Any) -> Any:
    """Return a number or a time that was typed into a column of texts as the text it was."""
    return str(value) if isinstance(value, (float, date, time)) else value
