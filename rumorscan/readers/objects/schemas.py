"""Arrow's parser of JSON, under the types that the columns have had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from rumorscan.readers.objects.rows import ObjectMap
from rumorscan.readers.values.arrays import Column, plain_text

_KINDS = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
_SPARE_KINDS = {**_KINDS, float: pa.float64()}
_NAMED_TYPES = {kind.__name__: kind for kind in (str, int, bool, float, list, dict, type(None))}
_ROW = re.compile(r" in row (\d+)$")
_AWAITED_FOR_A_SPARE = 4
"""To look out for so many keys costs as much as to read a short column that nobody wants."""


class TypedParser:
    """Parses objects whose columns hold one simple type each, as far as that was met.

    Args:
        fields: the map of the rows.
        sample: the first rows.
    """

    def __init__(self, fields: ObjectMap, sample: Iterable[Mapping[str, Any]]) -> None:
        self.map = fields
        self._types: dict[str, set[type]] = {}
        self._spare: dict[str, pa.DataType] = {}
        rows = list(sample)
        if fields.nesting is None:
            self.learn(fields.columns(rows))
            self._spare = self._spare_columns(rows)
        else:
            self.learn(fields.columns(fields.nesting.sampled(rows)))

    @property
    def types(self) -> dict[str, list[str]]:
        """The names of the types that each column has had, for another parser that goes on."""
        return {name: sorted(kind.__name__ for kind in met) for name, met in self._types.items()}

    @types.setter
    def types(self, types: Mapping[str, Iterable[str]]) -> None:
        self._types = {
            name: {_NAMED_TYPES[kind] for kind in kinds} for name, kinds in types.items()
        }

    def learn(self, columns: Mapping[str, Column]) -> None:
        """Remember the types of the values in columns."""
        for name, values in columns.items():
            self._types.setdefault(name, set()).update(map(type, values))

    @property
    def can(self) -> bool:
        """Whether the rows are such as Arrow can parse."""
        return self._schema() is not None

    def parse(self, data: bytes) -> pa.Table | int | None:
        """Return objects as a table, or the row at which Arrow gave up, or None if it is unknown.

        At most one row is wrong; of those before it all are objects.
        """
        schema = self._schema()
        if schema is None or not data:
            return None
        ignores = self.map.ignores
        if ignores and self._spare:
            ignores = False
            schema = pa.schema([*schema, *self._spare.items()])
        elif ignores:
            # a key that was never met, and would be read, is an error: the rows go the other way
            late = [name for name in self.map.awaited if name not in schema.names]
            schema = pa.schema([*schema, *((name, pa.null()) for name in late)])
        try:
            return pa.json.read_json(
                pa.BufferReader(data),
                read_options=pa.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=pa.json.ParseOptions(
                    explicit_schema=schema,
                    unexpected_field_behavior="ignore" if ignores else "error",
                ),
            ).combine_chunks()
        except pa.ArrowException as error:
            row = _ROW.search(str(error))
            return int(row[1]) if row else None

    def forget_spare(self) -> bool:
        """Read no column that nobody wants; return whether one was read."""
        forgotten, self._spare = bool(self._spare), {}
        return forgotten

    def columns(self, table: pa.Table) -> dict[str, Column]:
        """Return the mapped fields of a table."""
        columns = {}
        for name, column in self.map.fields.reads.items():
            first, *rest = self.map.path(column)
            values = table.column(first).chunk(0)
            columns[name] = pc.struct_field(values, rest) if rest else values
        return columns

    def _schema(self) -> pa.Schema | None:
        """Return the types that Arrow shall expect, or None where a column has had several."""
        tree: dict[str, Any] = {}
        for name, column in self.map.fields.reads.items():
            types = self._types.get(name, set()) - {type(None)}
            kind = pa.null() if not types else _KINDS.get(types.copy().pop())
            if kind is None or len(types) > 1:
                return None
            *parents, last = self.map.path(column)
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
                if not isinstance(branch, dict):
                    return None
            if branch.setdefault(last, kind) is not kind:
                return None
        return pa.schema([(key, _arrow_type(kind)) for key, kind in tree.items()])

    def _spare_columns(self, sample: list[Mapping[str, Any]]) -> dict[str, pa.DataType]:
        """Return the types of columns that no field reads, where to read them costs less.

        Where every key is read, a key that was never met is told at no cost.
        """
        paths = [self.map.path(column) for column in self.map.fields.reads.values()]
        names = sorted(self.map.known - {path[0] for path in paths})
        if _AWAITED_FOR_A_SPARE * len(names) > len(self.map.awaited) or max(map(len, paths)) > 1:
            return {}
        found = {}
        for name in names:
            types = {type(row.get(name)) for row in sample} - {type(None)}
            if name != plain_text(name):  # Arrow takes no half of a character
                return {}
            if len(types) != 1 or (kind := _SPARE_KINDS.get(next(iter(types)))) is None:
                return {}
            found[name] = kind
        return found


def _arrow_type(kind: Any) -> pa.DataType:
    if isinstance(kind, dict):
        return pa.struct([(key, _arrow_type(inner)) for key, inner in kind.items()])
    return kind
