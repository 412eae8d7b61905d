"""Blocks of CSV whose records are all sound: parsed as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rumorscan.readers.delimited.headers import Header
from rumorscan.readers.delimited.quoting import ESCAPED, LineFeed, is_open, is_sound, is_strict
from rumorscan.readers.encodings.origins import DataSpots
from rumorscan.readers.intake.rows import RawRows

RECORD_LINES = 1_000
"""A record of more lines has lost a quotation mark."""
_QUOTE, _NEWLINE = b'"\n'
WAITING_BYTES = 1 << 20
"""So has a record that is longer and not closed at the end of a block."""


class BlockReader:
    """Reads blocks by Arrow's parser.

    Attributes:
        all: whether all columns are parsed, to count the lines of a record.
    """

    def __init__(self, header: Header) -> None:
        self._header = header
        self._places = header.places
        self.all = False

    def read(self, data: bytes, first: int, final: bool) -> tuple[RawRows, bytes] | None:
        """Return a block's records and what begins an unfinished last one.

        Args:
            data: whole lines.
            first: number of the first record.
            final: whether nothing comes after.

        Returns:
            None where some record needs a closer look.
        """
        tail = b"" if final else _open_record(data, self._header.delimiter)
        data = data[: len(data) - len(tail)]
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        if (
            data.startswith((b"\n", b"\r"))
            or b"\n\n" in data
            or b"\n\r" in data
            or b"\n\xef\xbb\xbf" in data  # where files were joined
            or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n"))
            or (b"\\" in data and ESCAPED in data and not is_strict(data, self._header.delimiter))
        ):
            return None
        quotes = b'"' in data
        wanted = [str(place) for place in sorted(set(self._places.values()))]
        if quotes and self.all:
            wanted = [str(place) for place in range(self._header.width)]
        table = self._parse(data, quotes, wanted)
        if table is None or self._repeats_header(table):
            return None
        ends: np.ndarray[Any, Any] | None = None
        if table.num_rows < lines:
            if not self.all:
                self.all = True
                return self.read(data + tail, first, final)
            ends = self._record_ends(table, data, lines)
            if ends is None:
                return None
        elif quotes and is_open(
            [data[data[:-1].rfind(b"\n") + 1 :].decode()], self._header.delimiter
        ):
            return None
        columns = {name: table.column(str(place)) for name, place in self._places.items()}
        spots = DataSpots(data, first, ends)
        rows = np.arange(first, first + table.num_rows)
        return RawRows(columns, rows, _raw_of(data, ends), offset=spots), tail

    def _parse(self, data: bytes, quotes: bool, wanted: list[str]) -> pa.RecordBatch | None:
        """Return the wanted columns, named by their places, as text."""
        names = [str(place) for place in range(self._header.width)]
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(data),
                read_options=pa.csv.ReadOptions(
                    use_threads=False, block_size=len(data) + 1, column_names=names
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self._header.delimiter,
                    quote_char='"' if quotes else False,
                    newlines_in_values=quotes,
                ),
                convert_options=pa.csv.ConvertOptions(
                    check_utf8=False,
                    include_columns=wanted,
                    column_types=dict.fromkeys(wanted, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowException:
            return None
        batches = table.combine_chunks().to_batches()
        return batches[0] if len(batches) == 1 else None

    def _record_ends(
        self, table: pa.RecordBatch, data: bytes, lines: int
    ) -> np.ndarray[Any, Any] | None:
        """Return where the records end, if those of several lines are sound and the last closed."""
        taken = np.ones(table.num_rows, np.int64)
        for column in table.columns:
            taken += np.asarray(pc.count_substring(column, "\n"))
        if taken.sum() != lines or taken.max() > RECORD_LINES:
            return None
        line_ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
        if not data.endswith(b"\n"):
            line_ends = np.append(line_ends, len(data))
        ends = line_ends[np.cumsum(taken) - 1]
        starts = np.concatenate(([0], ends[:-1]))
        last = len(ends) - 1
        # a record of two lines has one further line, which is no sign of anything
        sound = 2 if is_strict(data[: starts[last]], self._header.delimiter) else 1
        for row in np.unique(np.append(np.flatnonzero(taken > sound), last)).tolist():
            record = list(LineFeed(data[starts[row] : ends[row]].decode()))
            if row == last and is_open(record, self._header.delimiter):
                return None
            if len(record) > 1 and not is_sound(record, self._header.delimiter, self._header.width):
                return None
        return np.asarray(ends)

    def _repeats_header(self, table: pa.Table) -> bool:
        place = self._places.get("text", 0)
        hits = pc.equal(table.column(str(place)), self._header.names[place])
        return bool(pc.any(hits).as_py())


def _open_record(data: bytes, delimiter: str) -> bytes:
    r"""Return the last record of a block if it goes on behind the block, else nothing.

    Example:
        >>> _open_record(b'1,a\n2,"b\nc","d\n', ","), _open_record(b'1,a\n2,"b\nc"\n', ",")
        (b'2,"b\nc","d\n', b'')
    """
    if data.count(b'"') % 2 == 0:
        return b""
    start = max(0, len(data) - WAITING_BYTES + 1)
    codes = np.frombuffer(data, np.uint8)[start:]
    ends = np.flatnonzero(codes == _NEWLINE) + 1
    quotes = np.flatnonzero(codes == _QUOTE)
    behind = len(quotes) - np.searchsorted(quotes, ends)
    outside = ends[behind % 2 == 1]  # an even number stands before
    if not len(outside):
        return b""
    tail = data[start + int(outside[-1]) :]
    return tail if is_open(list(LineFeed(tail.decode())), delimiter) else b""


def _raw_of(data: bytes, ends: np.ndarray[Any, Any] | None) -> Callable[[int], str]:
    """Return a function from a record's position to the record as it stands in the block."""
    kept: list[bytes] = []

    def raw(place: int) -> str:
        if ends is not None:
            return data[ends[place - 1] if place else 0 : ends[place]].decode().rstrip("\r\n")
        if not kept:
            kept.extend(data.split(b"\n"))
        return kept[place].decode().rstrip("\r")

    return raw
