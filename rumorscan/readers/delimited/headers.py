"""Headers of CSV: the delimiter, the columns, and which of them hold which fields."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.delimited.quoting import LineFeed
from rumorscan.readers.encodings.decoding import Block
from rumorscan.readers.intake.rows import COLUMN_LIMIT, check_width
from rumorscan.readers.layouts.fields import FieldMap

MapMaker = Callable[[Sequence[str]], FieldMap]
DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_LINES = 20
_LONGEST_TITLE = 1_000
_DELIMITER_LINE = re.compile(r'"?sep=[,\t;|]"?\r?\n', re.IGNORECASE)
"""What spreadsheets want to be told before the header."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a file that names columns of posts.

    Attributes:
        names: the columns.
        delimiter: what stands between cells.
        fields: which columns hold which fields.
        above: lines that stand before it.
    """

    names: list[str]
    delimiter: str
    fields: FieldMap
    above: int = 0

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)

    @property
    def places(self) -> dict[str, int]:
        """Where the columns stand that are read, by what is read from them."""
        return {name: self.names.index(column) for name, column in self.fields.reads.items()}


def read_header(block: Block, where: str, make_map: MapMaker) -> tuple[Header, bytes]:
    """Return the header of a file by its first block, and what follows it in the block.

    Raises:
        DumpError: there is none, it is too wide, or it cannot be mapped.
    """
    text = block.data.decode()
    told = _DELIMITER_LINE.match(text)
    text = text[told.end() :] if told else text
    skipped = len(text) - len(text.lstrip("\r\n"))
    lines = LineFeed(text[skipped:])
    sample = lines.lines[: 2 * _SNIFFED_LINES]
    if block.overlong or not sample:
        error = DumpError if block.overlong else NoRowsError
        raise error(f"{where}: has no header; expected a first line with the columns' names")
    failures: list[DumpError] = []
    for above in range(min(len(sample), _SNIFFED_LINES)):  # titles and dates may stand before it
        lines.place = above
        delimiter = _sniff(sample[above : above + _SNIFFED_LINES], make_map)
        try:
            names = next(csv.reader(lines, delimiter=delimiter), [])
            check_width(names, where)
            header = Header(names, delimiter, make_map(names), above)
        except NoRowsError:
            raise
        except (DumpError, csv.Error) as error:
            failures.append(error if isinstance(error, DumpError) else _unread(where, error))
            if len(sample[above]) > _LONGEST_TITLE:
                break
        else:
            return header, "".join(lines.lines[lines.place :]).encode()
    raise failures[0]


def _unread(where: str, error: csv.Error) -> DumpError:
    return DumpError(f"{where}: the header cannot be read: {error}; expected the columns' names")


def _sniff(lines: Sequence[str], make_map: MapMaker) -> str:
    """Return the delimiter under which the header names most fields and the lines agree."""

    def merit(delimiter: str) -> tuple[int, float, int]:
        records: list[list[str]] = []
        with suppress(csv.Error):
            records.extend(csv.reader(lines, delimiter=delimiter))
        if not records:
            return 0, 0.0, 0
        width = len(records[0])
        if width > COLUMN_LIMIT:
            return 0, 0.0, width
        try:
            fields = len(make_map(records[0]).columns)
        except DumpError:
            fields = 0
        alike = sum(len(record) == width for record in records) / len(records)
        return fields, alike if width > 1 else 0.0, width

    return max(DELIMITERS, key=merit)
