"""Records of CSV: blocks of lines to batches of rows.

A block goes through Arrow's parser as a whole if every record is sound: of the header's width,
and closed where its quotation marks say so. Any other block is read record by record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rumorscan.readers.delimited.blocks import RECORD_LINES, WAITING_BYTES, BlockReader
from rumorscan.readers.delimited.generations import Alignment
from rumorscan.readers.delimited.headers import Header
from rumorscan.readers.delimited.joints import part_record
from rumorscan.readers.delimited.quoting import (
    ESCAPED,
    LineFeed,
    doubled,
    is_open,
    is_record,
    is_sound,
    unescaped,
)
from rumorscan.readers.encodings.decoding import LINE_LIMIT, STRIP_BYTES, cut_at_lines
from rumorscan.readers.encodings.origins import LineSpots, Origins
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.rows import JOINED, RawRows, Reject


class RecordReader:
    """Turns blocks of lines into batches of records; counts the records.

    Attributes:
        header: the first record.
        origins: where the blocks lie; whoever hands one over adds it here first.
    """

    def __init__(self, header: Header, intake: Intake) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
        self.header = header
        self.origins = Origins()
        self._place = 0  # in everything that was handed over
        self._waiting = b""
        self._intake = intake
        self._record = 1
        self._width = header.width
        self._delimiter = header.delimiter
        self._blocks = BlockReader(header)
        self._alignment = Alignment(header.names, header.fields.layout)
        self._places = header.places

    def so_far(self) -> dict[str, Any]:
        """Return what a reader of the next block must know of those before it."""
        return {
            "waiting": self._waiting.decode(),
            "record": self._record,
            "all": self._blocks.all,
            "place": self._place,
        }

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another reader knew."""
        self._waiting = state["waiting"].encode()
        self._record = state["record"]
        self._blocks.all = state["all"]
        self._place = state["place"]

    def batches(
        self, data: bytes, batch_rows: int, overlong: bool = False, final: bool = False
    ) -> Iterator[RawRows]:
        """Yield the records of a block; an unfinished last one waits for the next block."""
        if overlong:
            yield from self._read(b"", batch_rows, True)
            reject = Reject(self._record, "too-long", "over 16 MB", data.decode(errors="ignore"))
            yield self._placed(_nothing_but([reject]), self._place)
            self._record += 1
            self._place += len(data)
        else:
            yield from self._read(data, batch_rows, final)

    def _read(
        self, data: bytes, batch_rows: int, final: bool, whole: bool = True
    ) -> Iterator[RawRows]:
        """Read a block as a whole, else in strips, so that a bad record slows only its own."""
        base = self._place - len(self._waiting)
        self._place += len(data)
        data, self._waiting = self._waiting + data, b""
        if not data:
            return
        found = self._blocks.read(data, self._record, final)
        if found is not None:
            batch, self._waiting = found
            self._record += len(batch.rows)
            yield self._placed(batch, base)
        elif whole and len(data) > STRIP_BYTES:
            self._place = base
            strips = cut_at_lines(data, STRIP_BYTES)
            for place, strip in enumerate(strips, 1):
                last = final and place == len(strips)
                yield from self._read(strip, batch_rows, last, False)
        else:
            for batch in self._slow(data.decode(), batch_rows, final):
                yield self._placed(batch, base)

    def _placed(self, batch: RawRows, base: int) -> RawRows:
        """Let a batch tell where its rows lie in the file, not in what begins at `base`."""
        within = batch.offset

        def offset(row: int) -> int | None:
            place = within(row)
            return None if place is None else self.origins.offset_of(base + place)

        batch.offset = offset
        return batch

    def _slow(self, text: str, batch_rows: int, final: bool) -> Iterator[RawRows]:
        lines = LineFeed(text)
        reader = csv.reader(lines, delimiter=self._delimiter)
        rows: list[list[str]] = []
        numbers: list[int] = []
        spans: list[tuple[int, int]] = []
        broken: list[Reject] = []
        original = list(lines.lines)
        escapes = ESCAPED.decode() in text
        starts: dict[int, int] = {}
        spots = LineSpots(original, starts)
        while (start := lines.place) < len(lines.lines):
            lines.limit = start + RECORD_LINES
            lines.lines[start] = lines.lines[start].removeprefix("\ufeff")
            is_cut = escapes and self._unescape(lines, start, final)
            record, fault = ([], "open-quote") if is_cut else self._next(reader, lines, start)
            if fault == "open-quote" and not final and lines.limit > len(lines.lines):
                rest = "".join(original[start:]).encode()
                if len(rest) < WAITING_BYTES:
                    self._waiting = rest
                    break
            if fault:
                lines.place = start + 1
            elif not record:
                continue
            elif record == self.header.names:
                self._intake.notes["repeated headers dropped"] += 1
                continue
            judged = [(record, fault)] if fault else self._judged(record, lines, start)
            for each, fault in judged:
                if fault:
                    ragged = f"{len(record)} cells; expected {self._width}"
                    detail = ragged if fault == "ragged-row" else ""
                    raw = "".join(original[start : lines.place]).rstrip("\r\n")
                    broken.append(Reject(self._record, fault, detail, raw))
                else:
                    rows.append(each)
                    numbers.append(self._record)
                    spans.append((start, lines.place))
                starts[self._record] = start
                self._record += 1
            if len(rows) + len(broken) >= batch_rows:
                yield self._batch(rows, numbers, (original, spans), broken, spots)
                rows, numbers, spans, broken = [], [], [], []
        if rows or broken:
            yield self._batch(rows, numbers, (original, spans), broken, spots)

    def _unescape(self, lines: LineFeed, start: int, final: bool) -> bool:
        """Let a record be read whose quotation marks stand behind backslashes.

        Returns:
            Whether it goes on behind the block.
        """
        if '"' not in lines.lines[start]:
            return False
        waiting = lines.lines[start : lines.limit]
        if is_record(waiting, self._delimiter, self._width):
            return False
        fixed = unescaped(waiting, self._delimiter, self._width)
        if fixed:
            lines.lines[start : start + len(fixed)] = fixed
            self._intake.notes["rows with backslashes before quotation marks, read so"] += 1
        near_end = not final and lines.limit > len(lines.lines)
        return not fixed and near_end and is_open([*map(doubled, waiting)], self._delimiter)

    def _next(
        self, reader: Iterator[list[str]], lines: LineFeed, start: int
    ) -> tuple[list[str], str]:
        """Return the next record and what is wrong with it, or an empty string."""
        try:
            record = next(reader)
        except csv.Error:
            return [], "too-long"
        taken = lines.lines[start : lines.place]
        if next(lines, None) is None:
            if is_open(taken, self._delimiter):
                return record, "open-quote"
        else:
            lines.place -= 1
        sound = len(taken) == 1 or is_sound(taken, self._delimiter, self._width)
        return record, "" if sound else "open-quote"

    def _judged(
        self, record: list[str], lines: LineFeed, start: int
    ) -> list[tuple[list[str], str]]:
        """Bring a record to the header's width where the layout explains it, else say why not.

        Returns:
            The record and what is wrong with it, or an empty string; two where one that had lost
            its line end had taken in the next one.
        """
        found = self._fitted(record)
        if found or lines.place > start + 1:
            return [(found or record, "" if found else "ragged-row")]
        parts = part_record(record, lines.records_near(start, self._delimiter)) or ()
        fitted = [part and self._fitted(part) for part in parts]
        if not any(fitted):
            return [(record, "ragged-row")]
        self._intake.notes[JOINED] += 1
        return [(part or record, "" if part else "ragged-row") for part in fitted]

    def _fitted(self, record: list[str]) -> list[str] | None:
        """Return a record of the header's width, or None."""
        if len(record) != self._width:
            record = self._alignment.fit(record) or record
        return record if len(record) == self._width else None

    def _batch(
        self,
        rows: list[list[str]],
        numbers: list[int],
        origin: tuple[list[str], list[tuple[int, int]]],
        broken: list[Reject],
        spots: LineSpots,
    ) -> RawRows:
        lines, spans = origin

        def raw(place: int) -> str:
            return "".join(lines[slice(*spans[place])]).rstrip("\r\n")

        columns: dict[str, Any] = {
            name: [row[place] for row in rows] for name, place in self._places.items()
        }
        return RawRows(columns, np.asarray(numbers, np.int64), raw, broken, spots)


def _nothing_but(broken: list[Reject]) -> RawRows:
    return RawRows({}, np.zeros(0, np.int64), str, broken, lambda row: 0)
