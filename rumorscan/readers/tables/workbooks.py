"""Workbooks of spreadsheets: XLSX and its older relative XLS.

The first row of a sheet that names a column of posts is its header; blank rows are no rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import BEGINNINGS
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.tables.sheets import Cells, MapMaker, Sheet, Taken, read_sheets
from rumorscan.readers.tables.workbook_limits import check_workbook
from rumorscan.readers.tables.xls_limits import check_old_workbook
from rumorscan.readers.values.plain import EXACT_DOUBLE

_HEADER_ROWS = 10
_BATCH_ROWS = 8_192
"""A sheet has a million rows at most; between so many of them it can be gone on with."""


def read_workbook(
    path: Path,
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    limits: Limits | None = None,
    bookmarks: Bookmarks | None = None,
) -> Iterator[Taken]:
    """Read the sheets of a workbook that hold posts into the intake.

    Between batches of rows it can be gone on with. The library parses a sheet as a whole, but
    what takes longest is to check it before; of the same file that is not done again.

    Raises:
        DumpError: the file is damaged, hostile or too large, no sheet holds posts, or a row is
            bad and the intake is strict.
    """
    where = intake.door.path
    bookmarks = bookmarks or no_bookmarks(intake)
    with _ours(where), _silent_panics(), path.open("rb") as file:
        seal = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        if bookmarks.known is not None and bookmarks.known[-1] == seal:
            pass
        elif file.read(4).startswith(BEGINNINGS):
            check_workbook(path, where, limits)
        else:
            check_old_workbook(path, where)
        file.seek(0)
        # by its content: workbooks often have the ending of another kind
        workbook = CalamineWorkbook.from_filelike(file)
        sheets = [
            _sheet(workbook.get_sheet_by_name(name), intake, make_map)
            for name in workbook.sheet_names
        ]
    yield from read_sheets(
        [sheet for sheet in sheets if sheet.columns],
        intake,
        make_map,
        min(batch_rows, _BATCH_ROWS),
        bookmarks,
        seal,
    )


@contextmanager
def _ours(where: str) -> Iterator[None]:
    """Turn what the library raises into our error, its panics as well.

    Raises:
        DumpError: the file cannot be read.
    """
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise DumpError(f"{where}: cannot be read as a workbook: {_in_one_line(error)}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of PyO3, which is no Exception
            raise
        raise DumpError(f"{where}: is a damaged workbook: {_in_one_line(error)}") from error


@contextmanager
def _silent_panics() -> Iterator[None]:
    """Keep what the library's language writes about a panic, lines long, from standard error."""
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _sheet(sheet: CalamineSheet, intake: Intake, make_map: MapMaker) -> Sheet:
    start, header = _header(sheet, make_map)
    count = max(sheet.height - start - 1, 0) if header else 0

    def rows(passed: int) -> Iterator[Cells]:
        cells = islice(sheet.iter_rows(), start + 1, None)
        while True:
            with _ours(intake.door.path):
                found = next(cells, None)
            if found is None:
                return
            row = [_value(cell) for cell in found]
            if all(cell is None for cell in row):
                continue
            if [str(cell or "").strip() for cell in row] == header:
                if not passed:  # who read the rows before has counted those among them
                    intake.notes["repeated headers dropped"] += 1
            elif passed:
                passed -= 1
            else:
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
