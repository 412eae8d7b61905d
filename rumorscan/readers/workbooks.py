"""Workbooks of spreadsheets: XLSX and its older relative XLS.

The first row of a sheet that names a column of posts is its header; blank rows are no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from rumorscan.errors import DumpError
from rumorscan.readers.intake import Intake
from rumorscan.readers.sheets import Cells, MapMaker, Sheet, Taken, read_sheets
from rumorscan.readers.values import EXACT_DOUBLE

_HEADER_ROWS = 10


def read_workbook(
    source: Path | bytes, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[Taken]:
    """Read the sheets of a workbook that hold posts into the intake.

    Raises:
        DumpError: the file is damaged, no sheet holds posts, or a row is bad and the intake is
            strict.
    """
    where = intake.door.path
    try:
        workbook = CalamineWorkbook.from_object(
            BytesIO(source) if isinstance(source, bytes) else str(source)
        )
        sheets = [
            _sheet(workbook.get_sheet_by_name(name), intake, make_map)
            for name in workbook.sheet_names
        ]
    except (CalamineError, OSError) as error:
        raise DumpError(f"{where}: cannot be read as a workbook: {error}") from error
    yield from read_sheets(
        [sheet for sheet in sheets if sheet.columns], intake, make_map, batch_rows
    )


def _sheet(sheet: CalamineSheet, intake: Intake, make_map: MapMaker) -> Sheet:
    start, header = _header(sheet, make_map)
    count = max(sheet.height - start - 1, 0) if header else 0

    def rows() -> Iterator[Cells]:
        for cells in islice(sheet.iter_rows(), start + 1, None):
            row = [_value(cell) for cell in cells]
            if all(cell is None for cell in row):
                continue
            if [str(cell or "").strip() for cell in row] == header:
                intake.notes["repeated headers dropped"] += 1
                continue
            yield row

    return Sheet(sheet.name, header, count, rows)


def _header(sheet: CalamineSheet, make_map: MapMaker) -> tuple[int, list[str]]:
    """Return where the header is, and its names; the first row with any cell if none fits."""
    first: tuple[int, list[str]] = (0, [])
    for place, cells in enumerate(islice(sheet.iter_rows(), _HEADER_ROWS)):
        names = [str(cell).strip() for cell in cells]
        if not any(names):
            continue
        try:
            make_map(names, sheet.name)
        except DumpError:
            first = first if first[1] else (place, names)
        else:
            return place, names
    return first


def _value(cell: Any) -> Any:
    """Return a cell's value; an empty one is None.

    Numbers in a workbook are doubles: a whole one is an integer as far as doubles are exact.
    """
    if cell == "":
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        exact = abs(cell) < EXACT_DOUBLE and cell == int(cell)
        return int(cell) if exact else float(cell)
    return str(cell) if isinstance(cell, (time, timedelta)) else cell
