"""What a Parquet file must not do: its pages looked at before a library takes memory for them.

The library sets aside what the header of a page says that it unpacks to, and believes the footer;
so every page of the columns that are read is asked first, by its header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.tables.page_headers import (
    DELTA_BYTE_ARRAY,
    DICTIONARY,
    Page,
    pages_of,
)

MEMORY_LIMIT = 320 << 20
"""Bytes that the pages which are held together may take; DuckDB writes pages of 100 MB."""
FOOTER_LIMIT = 5 << 20
"""Bytes of a footer; the library takes up to 70 times as much for it."""
FOOTER_SHARE = 100
"""A longer one may be this part of the file."""
LIST_LIMIT = 50_000
"""Columns, with those inside others, or row groups that a footer may list."""
FREE_ROWS = 10_000_000
"""Rows, and elements of lists, that need no bytes to be believed."""
VALUES_A_BYTE = 10
"""Elements of lists that a byte of the file may stand for, beyond those."""
BUFFER_BYTES = 1 << 20
"""Bytes of a column that are read from the file at once, not all of it."""
READ_BYTES = 32 << 20
"""Bytes that the texts of a column may take that are read at once."""
TOGETHER_BYTES = 128 << 20
"""The same of all columns."""
_ENTRY_BYTES = 16
"""What the library takes for a value of a dictionary beside its bytes."""
_BY_DICTIONARY = (2, 8)
_STRINGS, _FIXED = "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"


@dataclass(slots=True)
class _Column:
    """What the pages of a column have shown so far.

    Attributes:
        gathers: whether all values of a row group may be held together.
        held: bytes that are held together at most, of the row group looked at last.
        named: bytes of the texts there that rows name by their numbers.
        begins_named: whether its first rows do so.
        row_bytes: what a row takes when it is read, of many.
        unpacked: bytes of all pages.
    """

    gathers: bool
    held: int = 0
    named: int = 0
    begins_named: bool = False
    row_bytes: float = 0.0
    unpacked: int = 0


def open_parquet(path: Path, dictionaries: Sequence[str] = ()) -> Any:
    """Return an open Parquet file that holds little of itself in memory.

    Args:
        path: where it lies.
        dictionaries: columns that are held as dictionaries.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        str(path),
        read_dictionary=list(dictionaries),
        buffer_size=BUFFER_BYTES,
        pre_buffer=False,
        thrift_container_size_limit=LIST_LIMIT,
    )


def check_footer(path: Path, where: str) -> None:
    """Refuse a footer that would fill the memory; there every column takes its part.

    Raises:
        DumpError: it is too long.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little")
    if size >= length > max(FOOTER_LIMIT, size // FOOTER_SHARE):
        raise DumpError(
            f"{where}: its list of columns takes {length:,} bytes; write it with fewer columns "
            "or larger row groups"
        )


def check_pages(
    path: Path, about: Any, columns: Mapping[int, bool], where: str, limits: Limits
) -> int:
    """Refuse a file whose pages would fill the memory; return how many rows to read at once.

    Args:
        path: a Parquet file.
        about: its metadata, as Arrow has read them.
        columns: places of the columns that are to be read, among those that hold values; with
            each whether Arrow gathers its values in a dictionary.
        where: what the file is called in messages.
        limits: how far it may unpack.

    Raises:
        DumpError: a page is damaged, or the file is beyond the limits.
    """
    size = path.stat().st_size
    _check_claims(about, size, where, limits)
    found = {place: _Column(gathers) for place, gathers in columns.items()}
    with path.open("rb") as file:
        for number in range(about.num_row_groups):
            group = about.row_group(number)
            for place, column in found.items():
                chunk, shape = group.column(place), about.schema.column(place)
                try:
                    _add(column, _pages(file, chunk, size), chunk, shape, group.num_rows)
                except (ValueError, IndexError) as error:
                    raise DumpError(
                        f"{where}: cannot be read as Parquet: column "
                        f"'{chunk.path_in_schema[:100]}': {error or 'a page is damaged'}"
                    ) from error
            held = sum(column.held for column in found.values())
            if held > MEMORY_LIMIT:
                raise DumpError(
                    f"{where}: its pages would take about {held / 1e9:.1f} GB of memory; "
                    "write it with smaller pages, or export as CSV (UTF-8)"
                )
            named = {
                about.schema.column(place).path: column
                for place, column in found.items()
                if column.named and column.begins_named
            }
            for name, longest in _longest(path, number, list(named)).items():
                named[name].named = longest
            for column in found.values():
                column.row_bytes = max(column.row_bytes, column.named)
    limits.check(where, size, sum(column.unpacked for column in found.values()))
    row_bytes = [1.0, *(column.row_bytes for column in found.values())]
    return max(1, int(min(READ_BYTES / max(row_bytes), TOGETHER_BYTES / sum(row_bytes))))


def _longest(path: Path, group: int, names: list[str]) -> dict[str, int]:
    """Return how long the longest text in the dictionary of a column is, where that can be told.

    A row group that begins with a row by its dictionary has all of it in the first batch.
    """
    if not names:
        return {}
    with open_parquet(path, names) as file:
        try:
            first = next(file.iter_batches(1, row_groups=[group], columns=names, use_threads=False))
        except (StopIteration, pa.ArrowException):
            return {}  # the reading itself will tell
    found = {}
    for name in names:
        column = first.column(name) if name in first.schema.names else None
        # of a row without a text the dictionary is not there yet
        if column is not None and pa.types.is_dictionary(column.type) and not column.null_count:
            found[name] = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
    return found


def _check_claims(about: Any, size: int, where: str, limits: Limits) -> None:
    """Refuse a file that claims far more rows or bytes than it can hold."""
    groups = [about.row_group(place) for place in range(about.num_row_groups)]
    limits.check(where, size, sum(group.total_byte_size for group in groups))
    places = range(about.num_columns)
    values = max((sum(group.column(at).num_values for group in groups) for at in places), default=0)
    if values > about.num_rows and values > max(VALUES_A_BYTE * size, FREE_ROWS):
        raise DumpError(
            f"{where}: claims {values:,} values in lists in {size:,} bytes, as a decompression "
            "bomb does"
        )
    if about.num_rows > max(limits.ratio * size, FREE_ROWS):
        raise DumpError(
            f"{where}: claims {about.num_rows:,} rows in {size:,} bytes, as a decompression bomb "
            "does; if it is sound, raise reading.maximum_ratio"
        )


def _pages(file: Any, chunk: Any, size: int) -> list[Page]:
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < (chunk.dictionary_page_offset or 0) < start:
        start = chunk.dictionary_page_offset
    if start < 0 or chunk.total_compressed_size < 0:
        raise ValueError("its place is damaged")
    # an old writer forgot the header of the dictionary in the sum (PARQUET-816)
    end = min(size, start + chunk.total_compressed_size + 100)
    return list(pages_of(file, start, end, chunk.num_values))


def _add(column: _Column, pages: Sequence[Page], chunk: Any, shape: Any, rows: int) -> None:
    """Count what the pages of a column in one row group take.

    Raises:
        ValueError: they hold another number of values than there are rows.
    """
    data = [page for page in pages if page.kind != DICTIONARY]
    values = sum(page.values for page in data)
    unpacked = sum(page.unpacked for page in data)
    is_list = shape.max_repetition_level > 0
    if values != chunk.num_values or (not is_list and values != rows):
        raise ValueError(f"its pages hold {values:,} values; the file claims {rows:,} rows")
    if values > rows + max(FREE_ROWS, chunk.total_compressed_size):
        raise ValueError(f"claims {values:,} values in {rows:,} rows, as a decompression bomb does")
    dictionary = sum(page.unpacked for page in pages if page.kind == DICTIONARY)
    entries = sum(page.values for page in pages if page.kind == DICTIONARY)
    column.named = 0
    column.held = dictionary + _ENTRY_BYTES * entries
    column.held += max((page.unpacked + page.packed for page in data), default=0)
    column.unpacked += unpacked + dictionary
    if shape.physical_type == _FIXED:
        column.row_bytes = max(column.row_bytes, shape.length)
        column.unpacked += values * shape.length  # one may be named many times
    elif shape.physical_type == _STRINGS:
        if is_list or column.gathers:
            column.held += 2 * unpacked
        longest = max((_row_bytes(page) for page in data), default=0.0)
        column.row_bytes = max(column.row_bytes, longest)
        column.named = dictionary
        column.begins_named = bool(data) and data[0].encoding in _BY_DICTIONARY


def _row_bytes(page: Page) -> float:
    """Return how long the texts of a page are, where many of them are read together."""
    if page.encoding == DELTA_BYTE_ARRAY:
        return page.unpacked  # each may repeat all of the one before
    return page.unpacked / max(1, page.values)
