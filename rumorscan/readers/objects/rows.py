"""Rows that are objects: JSON lines, JSON documents, dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import orjson

from rumorscan.readers.intake.rows import RawRows, Reject
from rumorscan.readers.layouts.fields import CANONICAL, FieldMap, map_fields
from rumorscan.readers.layouts.finding import CANONICAL_LAYOUT, OTHER_LAYOUT
from rumorscan.readers.layouts.shapes import Layout
from rumorscan.readers.objects.nesting import Nesting
from rumorscan.readers.objects.paths import is_object, keys_of, value_at
from rumorscan.readers.values.arrays import Column, plain_text

SAMPLE_ROWS = 1_000
"""Rows whose keys decide which column holds which field."""
_KNOWN_LIMIT = 100_000
"""Keys that are remembered."""
AWAITED = ("account_id", "text", "posted_at")
"""Fields whose further columns are looked out for."""


class ObjectMap:
    """The field map of rows that are objects; it grows when a canonical key appears late.

    Args:
        sample: the first rows.
        where: the file, for messages.
        stem: the file's name without its ending.
        layout: taken instead of the one that fits.
        override: canonical field to key, as `--map` gives it.
        nesting: how the rows are found in the file's objects; None where those are the rows.

    Raises:
        DumpError: the keys cannot be mapped.
    """

    def __init__(
        self,
        sample: Sequence[Mapping[str, Any]],
        *,
        where: str,
        stem: str = "",
        layout: Layout | None = None,
        override: Mapping[str, str] | None = None,
        nesting: Nesting | None = None,
    ) -> None:
        names = keys_of(sample)
        self._where, self._stem, self._override = where, stem, override
        self.fields: FieldMap = map_fields(
            names, where=where, stem=stem, layout=layout, override=override
        )
        self.nesting = nesting
        self.known = {name for name in names if "." not in name}
        self._names = dict.fromkeys(names)

    @property
    def ignores(self) -> bool:
        """Whether some known key is read by no field."""
        read = {self.path(column)[0] for column in self.fields.reads.values()}
        return not self.known <= read

    @property
    def awaited(self) -> list[str]:
        """Keys that were not met yet, and of which a field would be read if they appeared late.

        Those are the canonical ones, of a known layout those without which rows would be lost.
        """
        names: Iterable[str] = CANONICAL
        layout = self.fields.layout
        if layout not in (CANONICAL_LAYOUT, OTHER_LAYOUT):
            names = (name for field in AWAITED for name in layout.columns.get(field, ()))
        return [name for name in names if "." not in name and name not in self.known]

    def path(self, column: str) -> tuple[str, ...]:
        """Return the keys that lead to a column; a key may itself hold a dot."""
        return (column,) if column in self.known else tuple(column.split("."))

    @property
    def ways(self) -> dict[str, tuple[str, ...]]:
        """The keys that lead to each field."""
        return {name: self.path(column) for name, column in self.fields.reads.items()}

    def grow(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Map keys that were not met before; return whether there was a new key.

        Of a file without a known layout only canonical keys are mapped late: a common name that
        appears after a thousand rows is no reason to read the rest in another way.
        """
        new = set[str]().union(*rows) - self.known
        if not new:
            return False
        if len(self.known) > _KNOWN_LIMIT:  # every row has keys of its own; only ours count
            new &= set(CANONICAL)
        self.known |= new
        layout = self.fields.layout
        if layout in (CANONICAL_LAYOUT, OTHER_LAYOUT):
            late = {
                name: name for name in CANONICAL if name in new and name not in self.fields.columns
            }
            if late:
                self.fields = replace(self.fields, columns={**self.fields.columns, **late})
        else:
            fresh = ({key: row[key] for key in new & row.keys()} for row in rows)
            self._names.update(dict.fromkeys(keys_of(fresh)))
            self.fields = self._mapped()
        return True

    def so_far(self) -> dict[str, Any]:
        """Return what was met, for another map of the same file that goes on."""
        return {
            "known": sorted(self.known),
            "names": list(self._names),
            "columns": dict(self.fields.columns),
        }

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Take over what another map of the same file has met."""
        self.known = set(state["known"])
        self._names = dict.fromkeys(state["names"])
        if self.fields.layout in (CANONICAL_LAYOUT, OTHER_LAYOUT):
            self.fields = replace(self.fields, columns=dict(state["columns"]))
        else:
            self.fields = self._mapped()

    def _mapped(self) -> FieldMap:
        """Return the map of all names that were met, in the layout of the first ones."""
        return map_fields(
            self._names,
            where=self._where,
            stem=self._stem,
            layout=self.fields.layout,
            override=self._override,
        )

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
        """Return the mapped fields of rows as lists."""
        self.grow(rows)
        columns: dict[str, Column] = {}
        for name, column in self.fields.reads.items():
            path = self.path(column)
            if len(path) == 1:
                key = path[0]
                columns[name] = [row.get(key) for row in rows]
            else:
                columns[name] = [value_at(row, path) for row in rows]
        return columns

    def raw_rows(
        self,
        rows: Sequence[Mapping[str, Any]],
        numbers: Sequence[int],
        strangers: Sequence[Reject] = (),
        broken: Sequence[Reject] = (),
    ) -> RawRows:
        """Return rows for the intake, and what is set aside with them."""
        return RawRows(
            self.columns(rows) if rows else {},
            np.asarray(numbers, np.int64),
            lambda place: dumped(rows[place]),
            [*strangers, *broken],
        )


MapMaker = Callable[[list[Any]], ObjectMap]
"""Makes the map of the first rows of a file."""


def split_objects(
    numbered: Iterable[tuple[int, Any]],
) -> tuple[list[Mapping[str, Any]], list[int], list[Reject]]:
    """Return the objects, their numbers, and rejects for what is no object.

    Example:
        >>> split_objects([(1, {"text": "停水"}), (2, 5)])
        ([{'text': '停水'}], [1], [Reject(row=2, reason='not-an-object', detail='int', raw='5')])
    """
    pairs = list(numbered)
    objects = [row for _, row in pairs]
    if set(map(type, objects)) <= {dict}:
        return objects, [number for number, _ in pairs], []
    rows, numbers, strangers = [], [], []
    for number, row in pairs:
        if is_object(row):
            rows.append(row)
            numbers.append(number)
        else:
            strangers.append(Reject(number, "not-an-object", type(row).__name__, dumped(row)))
    return rows, numbers, strangers


def dumped(row: Any) -> str:
    """Return a row as JSON, or as Python shows it where JSON cannot.

    Example:
        >>> dumped({"text": "停水"})
        '{"text":"停水"}'
    """
    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, UnicodeError, RecursionError):
        return plain_text(repr(row)[:8_192])
