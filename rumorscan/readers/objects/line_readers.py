"""Lines of JSON to batches of rows.

Lines whose columns hold one simple type each go through Arrow's parser; broken lines are left out
and judged one by one. Where that gives up (many broken lines, mixed types, a new key), the lines
are parsed one by one; both ways accept the same lines and give the same values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.readers.encodings.decoding import STRIP_BYTES, Block
from rumorscan.readers.intake.columns import ID_FIELDS
from rumorscan.readers.intake.rows import JOINED, RawRows, Reject
from rumorscan.readers.objects.extended import is_extended, plain
from rumorscan.readers.objects.joints import count_joined
from rumorscan.readers.objects.lines import Broken, Lines, parse_exactly, parse_lines
from rumorscan.readers.objects.nesting import REST_ROWS, Nesting
from rumorscan.readers.objects.paths import value_at
from rumorscan.readers.objects.rows import ObjectMap, split_objects
from rumorscan.readers.objects.schemas import TypedParser

_OBJECTS_AT_ONCE = 512
NESTED_LINES = 2_048
"""So many lines with posts in posts take a twentieth of a second."""
_BROKEN_SHARE = 0.05
"""Where more lines of a block are broken, it is parsed line by line."""


class LineReader:
    """Turns blocks of lines into batches; remembers which type each column has had.

    Attributes:
        map: of keys to fields.
        joined: rows that shared the line of another.
    """

    def __init__(self, fields: ObjectMap, sample: list[dict[str, Any]]) -> None:
        self.map = fields
        self.joined = 0
        self._parser = TypedParser(fields, sample)
        self._extended = False

    @property
    def _typed(self) -> bool:
        """Whether the lines are such as Arrow can parse, as far as that is known."""
        return not self._extended and self._parser.can

    @property
    def nesting(self) -> Nesting | None:
        """How posts are found in posts; None where they hold none."""
        return self.map.nesting

    def so_far(self) -> dict[str, Any]:
        """Return what a reader of the next block must know of those before it."""
        return {"map": self.map.so_far(), "types": self._parser.types}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another reader knew."""
        self.map.go_on(state["map"])
        self._parser.types = state["types"]

    def tell(self, notes: Counter[str]) -> None:
        """Count the rows that shared the line of another since this was last asked."""
        if self.joined:
            notes[JOINED] += self.joined
            self.joined = 0

    def parts(self, block: Block) -> Iterable[Lines]:
        """Return the lines of a block, in parts where it takes long to read them."""
        lines = Lines(block.data)
        if self.nesting is None or block.overlong or len(lines) <= NESTED_LINES:
            return [lines]
        return lines.parts(NESTED_LINES)

    def batches(
        self,
        block: Block,
        lines: Lines,
        line: int,
        batch_rows: int,
        offset: Callable[[int], int | None],
    ) -> Iterator[RawRows]:
        """Yield the rows of a block.

        Args:
            block: whole lines.
            lines: where they lie.
            line: the number of the first one.
            batch_rows: at most so many are yielded at once.
            offset: number of a line to where it begins in the file.
        """
        if block.overlong:
            text = block.data.decode(errors="ignore")
            yield self.map.raw_rows([], [], [Reject(line, "too-long", "over 16 MB", text)])
            return
        if self.nesting is not None:
            self.nesting.offset = offset
        yield from self.read(lines, line, batch_rows)

    def rest(self, batch_rows: int) -> Iterator[RawRows]:
        """Yield the posts that others carried along, with the numbers of those lines."""
        if self.nesting is not None:
            for part in self.nesting.rest_in_parts(min(batch_rows, REST_ROWS)):
                yield self.map.raw_rows(*split_objects(part))

    def read(
        self, lines: Lines, line: int, batch_rows: int, whole: bool = True
    ) -> Iterator[RawRows]:
        """Yield the rows of lines.

        They are read as a whole, else in strips, so that a bad line slows only its own.
        """
        are_rows = self._are_rows(lines)
        batch = self._fast(lines, line) if are_rows else None
        if batch is not None:
            if self.nesting is not None:
                self.nesting.know(batch.columns)
            yield batch
        elif are_rows and whole and len(lines.data) > STRIP_BYTES and self._typed:
            for strip in lines.strips(STRIP_BYTES):
                yield from self.read(strip, line, batch_rows, False)
                line += len(strip)
        else:
            yield from self._slow(lines.data, line, batch_rows)

    def _are_rows(self, lines: Lines) -> bool:
        """Whether each line is a row as it stands, and holds no others."""
        if self.nesting is None:
            return True
        reads = self.map.fields.reads
        names = (reads[name] for name in reads if name.split("~")[0] == "post_id")
        return self.nesting.knows(names) and self.nesting.holds_none(lines.data)

    def _fast(self, lines: Lines, line: int) -> RawRows | None:
        """Read lines by Arrow, but those that are broken; None where that cannot be."""
        if not self._typed:
            return None
        left_out = lines.odd()
        broken: list[Reject] = []
        for place in np.flatnonzero(left_out).tolist():
            if len(broken) > _BROKEN_SHARE * len(lines):
                return None
            rows, _, rejects = parse_lines([lines.cell(place)[:-1]], line + place)
            if rows:
                return None
            broken += rejects
        table = self._parser.parse(lines.without(left_out))
        if isinstance(table, int):
            found = self._stumbles(lines, left_out, table, line)
            table = self._parser.parse(lines.without(left_out)) if found else None
            broken += found
        if not isinstance(table, pa.Table):
            return self._fast(lines, line) if self._parser.forget_spare() else None
        places = np.flatnonzero(~left_out)
        if table.num_rows != len(places):
            return None
        return RawRows(
            self._parser.columns(table),
            places + line,
            lambda row: lines.text(places[row]),
            broken,
        )

    def _stumbles(
        self, lines: Lines, left_out: np.ndarray[Any, Any], row: int, line: int
    ) -> list[Reject]:
        """Return rejects for the lines over which Arrow stumbles, and leave those lines out.

        Args:
            lines: of which some are left out already.
            left_out: a mask of them; more are added.
            row: of those that are not left out, the first at which Arrow gave up.
            line: the number of the first line.

        Returns:
            Nothing where that line, or a later one, is not broken but merely unlike the others.
        """
        sound = np.flatnonzero(~left_out)
        start, broken = 0, []
        found: Any = row
        while isinstance(found, int):
            stop = start + found
            # Arrow tells of what stands behind an object only when it looks for the next one
            places = sound[max(stop - 1, start) : stop + 1].tolist()
            rejects: list[Reject] = []
            for place in places:
                rows, _, bad = parse_lines([lines.cell(place)[:-1]], line + place)
                if rows and bad:
                    return []
                rejects += bad
            broken += rejects
            if not rejects or len(broken) > _BROKEN_SHARE * len(lines):
                return []
            left_out[[reject.row - line for reject in rejects]] = True
            start = stop + (stop < len(sound) and bool(left_out[sound[stop]]))
            rest = start < len(sound)
            found = self._parser.parse(lines.without(left_out, int(sound[start]))) if rest else None
        return broken

    def _slow(self, data: bytes, line: int, batch_rows: int) -> Iterator[RawRows]:
        lines = data.removesuffix(b"\n").split(b"\n")
        extended = is_extended(data)
        self._extended |= extended
        for start in range(0, len(lines), batch_rows):
            part = lines[start : start + batch_rows]
            if self.map.nesting is None:
                yield from self._batch(part, line + start, extended)
            else:
                rows, numbers, broken = parse_lines(part, line + start)
                self.joined += count_joined(numbers, broken)
                rows = list(map(plain, rows)) if extended else rows
                found = self.map.nesting.rows(zip(numbers, rows, strict=True))
                yield from self._nested(found, broken, batch_rows)

    def _nested(
        self, found: Iterator[tuple[int, Any]], broken: list[Reject], batch_rows: int
    ) -> Iterator[RawRows]:
        """Yield rows that were found in objects; those of one line share its number."""
        while (part := list(islice(found, batch_rows))) or broken:
            yield self.map.raw_rows(*split_objects(part), broken)
            broken = []

    def _batch(self, lines: list[bytes], first: int, extended: bool) -> Iterator[RawRows]:
        ways = self.map.ways
        columns, numbers, broken = self._values(lines, first, extended)
        if self.map.ways != ways:  # some rows were read before a key of others was known
            columns, numbers, broken = self._values(lines, first, extended)
        if not numbers and not broken:
            return
        self.joined += count_joined(numbers, broken)
        self._parser.learn(columns)
        for name in [name for name in columns if name.split("~")[0] in ID_FIELDS]:
            values = columns[name]
            if float in set(map(type, values)):
                path = self.map.path(self.map.fields.reads[name])
                columns[name] = [
                    _exactly(lines[number - first], path, value) if type(value) is float else value
                    for value, number in zip(values, numbers, strict=True)
                ]

        def raw(place: int) -> str:
            return lines[numbers[place] - first].decode(errors="replace").rstrip("\r")

        yield RawRows(columns, np.asarray(numbers, np.int64), raw, broken)

    def _values(
        self, lines: list[bytes], first: int, extended: bool
    ) -> tuple[dict[str, list[Any]], list[int], list[Reject]]:
        """Return the columns of lines, the numbers of the rows, and what is broken.

        Few objects at a time, which lie in memory that was just used.
        """
        columns: dict[str, list[Any]] = {}
        numbers: list[int] = []
        broken: list[Reject] = []
        for start in range(0, len(lines), _OBJECTS_AT_ONCE):
            part = lines[start : start + _OBJECTS_AT_ONCE]
            rows, found, rejects = parse_lines(part, first + start)
            rows = list(map(plain, rows)) if extended else rows
            for name, values in (self.map.columns(rows) if rows else {}).items():
                columns.setdefault(name, [None] * len(numbers)).extend(values)
            numbers += found
            broken += rejects
        return columns, numbers, broken


def _exactly(line: bytes, path: Sequence[str], value: float) -> Any:
    """Return the value of a line that was read as a fraction, with all its digits."""
    row = parse_exactly(line)
    return value if isinstance(row, Broken) else value_at(plain(row), path)
