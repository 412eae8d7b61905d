"""Posts that the rows of a table carry along: what a repost reposts becomes a row of its own.

As with objects in objects, a post that many carry along is read once, and only where the file
does not have it as a post of its own; so it comes after the rows that carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.layouts.fields import CARRIED, FieldMap
from rumorscan.readers.objects.nesting import PENDING_LIMIT
from rumorscan.readers.values.arrays import Column
from rumorscan.readers.values.plain import ids_of, words_of

if TYPE_CHECKING:
    from rumorscan.readers.intake.rows import RawRows

_RAW_CHARACTERS = 4_096
"""Of a row that carries something along, so many are kept."""


@dataclass(frozen=True, slots=True)
class Cargo:
    """A post that was found in a row of another one.

    Attributes:
        fields: what its columns are.
        values: of the columns.
        row: number of the row that carried it first.
        raw: that row, as it stood in the file.
        offset: where that row begins, if that is known.
    """

    fields: FieldMap
    values: dict[str, Any]
    row: int
    raw: str
    offset: int | None


class Carriers:
    """Remembers what the rows of one input carry along, until its end."""

    def __init__(self) -> None:
        self._own: set[str] = set()
        self._waiting: dict[str, Cargo] = {}

    def look(self, batch: RawRows, fields: FieldMap) -> list[Cargo]:
        """Find what the rows of a batch carry along; return what cannot wait for the end."""
        if fields.carried is None or not len(batch.rows):
            return []
        count = len(batch.rows)
        self._own.update(_ids(batch.columns.get("post_id"), count).drop_null().to_pylist())
        inner = {name: batch.columns[f"{CARRIED}{name}"] for name in fields.carried.reads}
        names = _ids(inner.get("post_id"), count)
        there = _filled(inner.get("account_id"), count) | _filled(inner.get("text"), count)
        hasty = []
        for place in np.flatnonzero(there).tolist():
            row = int(batch.rows[place])
            name = names[place].as_py() or f"@{row}"  # without an id it is a post by itself
            if name in self._waiting:
                continue
            full = len(self._waiting) >= PENDING_LIMIT
            if full and name in self._own:
                continue
            values = {field: _value(column[place]) for field, column in inner.items()}
            raw = batch.raw(place)[:_RAW_CHARACTERS]
            cargo = Cargo(fields.carried, values, row, raw, batch.offset(row))
            if full:
                hasty.append(cargo)
            else:
                self._waiting[name] = cargo
        return hasty

    def rest(self, batch_rows: int) -> Iterator[list[Cargo]]:
        """Yield what rows carried along and the input did not have as posts of their own.

        Each list is of one map of fields.
        """
        left = [cargo for name, cargo in self._waiting.items() if name not in self._own]
        self._waiting.clear()
        for _, alike in groupby(left, key=lambda cargo: id(cargo.fields)):
            while part := list(islice(alike, batch_rows)):
                yield part


def _ids(values: Column | None, count: int) -> pa.Array:
    return ids_of(pa.nulls(count) if values is None else values)[0]


def _filled(values: Column | None, count: int) -> np.ndarray[Any, Any]:
    words, bad = words_of(pa.nulls(count) if values is None else values)
    return np.asarray(pc.is_valid(words)) | bad


def _value(value: Any) -> Any:
    return value.as_py() if isinstance(value, pa.Scalar) else value
