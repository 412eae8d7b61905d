"""Rows that are objects: JSON lines, JSON documents, dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rumorscan.readers.fields import CANONICAL, FieldMap, map_fields
from rumorscan.readers.intake import RawRows, Reject
from rumorscan.readers.layouts import CANONICAL_LAYOUT, OTHER_LAYOUT, Layout
from rumorscan.readers.values import Column

SAMPLE_ROWS = 1_000
"""Rows whose keys decide which column holds which field."""
_DEPTH = 3
_KNOWN_LIMIT = 100_000
"""Keys that are remembered."""


def keys_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of objects in order of appearance; those of objects within by dotted path.

    Example:
        >>> keys_of([{"id": 1, "user": {"name": "小禾"}}, {"text": ""}])
        ['id', 'user', 'user.name', 'text']
    """
    found: dict[str, None] = {}

    def walk(row: Mapping[str, Any], path: str, depth: int) -> None:
        for key, value in row.items():
            name = f"{path}{key}"
            found.setdefault(name)
            if isinstance(value, Mapping) and depth < _DEPTH:
                walk(value, f"{name}.", depth + 1)

    for row in rows:
        walk(row, "", 1)
    return list(found)


def value_at(row: Any, path: Sequence[str]) -> Any:
    """Return what lies at a path of keys, or None.

    Example:
        >>> value_at({"user": {"id": "7"}}, ("user", "id"))
        '7'
    """
    for key in path:
        if not isinstance(row, Mapping):
            return None
        row = row.get(key)
    return row


class ObjectMap:
    """The field map of rows that are objects; it grows when a canonical key appears late.

    Args:
        sample: the first rows.
        where: the file, for messages.
        stem: the file's name without its ending.
        layout: taken instead of the one that fits.
        override: canonical field to key, as `--map` gives it.

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
    ) -> None:
        names = keys_of(sample)
        self.fields: FieldMap = map_fields(
            names, where=where, stem=stem, layout=layout, override=override
        )
        self.known = {name for name in names if "." not in name}
        self._plain = set(names)

    @property
    def ignores(self) -> bool:
        """Whether some known key is read by no field."""
        read = {self.path(column)[0] for column in self.fields.columns.values()}
        return not self.known <= read

    @property
    def awaited(self) -> list[str]:
        """Canonical keys that would become columns if they appeared late."""
        if self.fields.layout not in (CANONICAL_LAYOUT, OTHER_LAYOUT):
            return []
        return [name for name in CANONICAL if name not in self.known]

    def path(self, column: str) -> tuple[str, ...]:
        """Return the keys that lead to a column; a key may itself hold a dot."""
        return (column,) if column in self.known else tuple(column.split("."))

    def grow(self, keys: set[str]) -> bool:
        """Map canonical keys that were not met before; return whether there was a new key."""
        new = keys - self.known
        if not new:
            return False
        if len(self.known) > _KNOWN_LIMIT:  # every row has keys of its own; only ours count
            new &= set(CANONICAL)
        self.known |= new
        if self.fields.layout in (CANONICAL_LAYOUT, OTHER_LAYOUT):
            late = {
                name: name for name in CANONICAL if name in new and name not in self.fields.columns
            }
            if late:
                self.fields = replace(self.fields, columns={**self.fields.columns, **late})
        return True

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
        """Return the mapped fields of rows as lists."""
        self.grow(set().union(*rows))
        columns: dict[str, Column] = {}
        for name, column in self.fields.columns.items():
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
        raw: Callable[[int], str],
        broken: list[Reject],
    ) -> RawRows:
        """Return rows for the intake; `raw` gives the row at a position as it stood."""
        return RawRows(
            self.columns(rows) if rows else {}, np.asarray(numbers, np.int64), raw, broken
        )
