"""Posts that the rows of a table carry along: what a repost reposts becomes a row of its own.

As with objects in objects, a post that many carry along is read once, and only where the file
does not have it as a post of its own; so it comes after the rows that carry it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.intake.holds import Hold
from rumorscan.readers.layouts.fields import CARRIED, FieldMap, map_carried
from rumorscan.readers.layouts.finding import layout_named
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
    """Remembers what the rows of one input carry along, until its end.

    Attributes:
        hold: what waits.
    """

    def __init__(self) -> None:
        self.hold: Hold[Cargo] = Hold(self._packed, self._unpacked)
        self._maps: list[FieldMap] = []

    @property
    def state(self) -> list[dict[str, Any]]:
        """What the columns were of what waits, for others of the same input that go on."""
        return [
            {
                "layout": fields.layout.name,
                "columns": dict(fields.columns),
                "others": dict(fields.others),
                "constants": dict(fields.constants),
            }
            for fields in self._maps
        ]

    @state.setter
    def state(self, state: Sequence[Mapping[str, Any]]) -> None:
        self._maps = []
        for known in state:
            layout = layout_named(known["layout"])
            if layout is not None:
                told = known["columns"], known["others"], known["constants"]
                self._maps.append(map_carried(layout, *told))

    def look(self, batch: RawRows, fields: FieldMap) -> list[Cargo]:
        """Find what the rows of a batch carry along; return what cannot wait for the end."""
        if fields.carried is None or not len(batch.rows):
            return []
        count = len(batch.rows)
        carried = self._known(fields.carried)
        own = _ids(batch.columns.get("post_id"), count).drop_null().to_pylist()
        self.hold.own |= dict.fromkeys(own)
        inner = {name: batch.columns[f"{CARRIED}{name}"] for name in carried.reads}
        names = _ids(inner.get("post_id"), count)
        there = _filled(inner.get("account_id"), count) | _filled(inner.get("text"), count)
        hasty = []
        for place in np.flatnonzero(there).tolist():
            row = int(batch.rows[place])
            name = names[place].as_py() or f"@{row}"  # without an id it is a post by itself
            if name in self.hold.waiting:
                continue
            full = len(self.hold.waiting) >= PENDING_LIMIT
            if full and name in self.hold.own:
                continue
            values = {field: _value(column[place]) for field, column in inner.items()}
            raw = batch.raw(place)[:_RAW_CHARACTERS]
            cargo = Cargo(carried, values, row, raw, batch.offset(row))
            if full:
                hasty.append(cargo)
            else:
                self.hold.waiting[name] = cargo
        return hasty

    def rest(self, batch_rows: int) -> Iterator[list[Cargo]]:
        """Yield what rows carried along and the input did not have as posts of their own."""
        stream = self.hold.unload()
        while part := list(islice(stream, batch_rows)):
            yield part

    def _known(self, fields: FieldMap) -> FieldMap:
        """Return the map among those that were met which is the same."""
        if not self._maps or self._maps[-1] is not fields:
            met = next((known for known in self._maps if known == fields), None)
            if met is not None:
                return met
            self._maps.append(fields)
        return fields

    def _packed(self, cargo: Cargo) -> list[Any]:
        number = next(place for place, known in enumerate(self._maps) if known is cargo.fields)
        return [number, cargo.values, cargo.row, cargo.raw, cargo.offset]

    def _unpacked(self, packed: list[Any]) -> Cargo:
        number, values, row, raw, offset = packed
        return Cargo(self._maps[number], values, row, raw, offset)


def _ids(values: Column | None, count: int) -> pa.Array:
    return ids_of(pa.nulls(count) if values is None else values)[0]


def _filled(values: Column | None, count: int) -> np.ndarray[Any, Any]:
    words, bad = words_of(pa.nulls(count) if values is None else values)
    return np.asarray(pc.is_valid(words)) | bad


def _value(value: Any) -> Any:
    return value.as_py() if isinstance(value, pa.Scalar) else value
