"""What a layout says about values, laid over the columns that a reader fetched."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.layouts.fields import CARRIED, FieldMap
from rumorscan.readers.values.arrays import Column
from rumorscan.readers.values.markup import joined_pieces, listed_words, plain_html
from rumorscan.readers.values.plain import flags_of, ids_of, words_of

_EDGES = " \t\r\n\ufeff\u3000\xa0"


@dataclass(slots=True)
class Tidied:
    """Columns as the layout means them.

    Attributes:
        columns: canonical field to its values; what else was read is no longer there.
        notes: what was done to the values, with a count each.
        strangers: which rows are no posts; None where all are.
        told: the first value by which a row is no post, where it is none.
    """

    columns: dict[str, Column]
    notes: Counter[str] = field(default_factory=Counter)
    strangers: np.ndarray[Any, Any] | None = None
    told: Column | None = None


def tidy(columns: Mapping[str, Column], fields: FieldMap) -> Tidied:
    """Return the columns with the layout's knowledge laid over them.

    Args:
        columns: what was read, by the names of `FieldMap.reads`; all of one length.
        fields: the map by which it was read.
    """
    layout = fields.layout
    tidied = Tidied({name: values for name, values in columns.items() if _is_field(name)})
    count = len(next(iter(columns.values()))) if columns else 0
    for name in list(tidied.columns):
        for spare in fields.spares_of(name):
            tidied.columns[name] = _or_else(tidied.columns[name], columns[spare])
    for names, convert, what in (
        (layout.pieces, joined_pieces, ""),
        (layout.lists, listed_words, ""),
        (layout.html, plain_html, "freed of HTML"),
    ):
        for name in names:
            if name in tidied.columns:
                _convert(tidied, name, convert, what)
    for name in layout.stand_ins:
        _stand_in(tidied, name, [columns[part] for part in fields.stand_ins_of(name)], fields)
    if fields.account:
        tidied.columns["account_id"] = pa.repeat(pa.scalar(fields.account, pa.string()), count)
    _cut(tidied.columns, fields)
    _tell_kinds(tidied.columns, columns, fields, count)
    for name, value in fields.constants.items():
        constant = pa.repeat(pa.scalar(value, pa.string()), count)
        tidied.columns[name] = _or_else(tidied.columns.get(name, pa.nulls(count)), constant)
    _find_strangers(tidied, columns, fields)
    return tidied


def _is_field(name: str) -> bool:
    return not any(sign in name for sign in f"~+?!{CARRIED}")


def _blanks(values: Column) -> np.ndarray[Any, Any]:
    """Mask the values that are missing, or a text of white space."""
    if isinstance(values, pa.Array):
        blank = pc.is_null(values)
        if pa.types.is_string(values.type):
            empty = pc.equal(pc.binary_length(pc.utf8_trim(values, _EDGES)), 0)
            blank = pc.or_(blank, pc.fill_null(empty, False))
        return np.asarray(blank)
    return np.fromiter(
        (
            value is None
            or (isinstance(value, str) and not value.strip(_EDGES))
            or value == []
            or (isinstance(value, float) and math.isnan(value))
            for value in values
        ),
        bool,
        len(values),
    )


def _or_else(values: Column, spare: Column) -> Column:
    """Return the values, and where one is blank the spare one."""
    blank = _blanks(values)
    if not blank.any():
        return values
    if blank.all():
        return spare
    if isinstance(values, pa.Array) and isinstance(spare, pa.Array) and values.type == spare.type:
        return pc.if_else(pa.array(~blank), values, spare)
    return [
        other if empty else own
        for own, other, empty in zip(_listed(values), _listed(spare), blank.tolist(), strict=True)
    ]


def _listed(values: Column) -> Sequence[Any]:
    return list(values.to_pylist()) if isinstance(values, pa.Array) else list(values)


def _convert(tidied: Tidied, name: str, convert: Callable[[Any], Any], what: str) -> None:
    """Convert a column value by value, if some value can need it."""
    values = tidied.columns[name]
    if isinstance(values, pa.Array) and pa.types.is_string(values.type):
        suspicious = "<" if what else "["
        if not pc.any(pc.match_substring(values, suspicious)).as_py():
            return
    before = _listed(values)
    after = [convert(value) if isinstance(value, (str, list, tuple)) else value for value in before]
    tidied.columns[name] = after
    if what:
        changed = sum(new is not old and new != old for new, old in zip(after, before, strict=True))
        _note(tidied, f"{name} {what}", changed)


def _stand_in(tidied: Tidied, name: str, parts: list[Column], fields: FieldMap) -> None:
    """Make a field of other columns where it is blank; say so."""
    if not parts:
        return
    count = len(parts[0])
    values = tidied.columns.get(name, pa.nulls(count))
    blank = _blanks(values)
    if not blank.any():
        return
    listed = list(_listed(values))
    if name in fields.layout.pieces:
        parts = [list(map(joined_pieces, _listed(part))) for part in parts]
    words = [words_of(part)[0] for part in parts]
    made = 0
    for row in np.flatnonzero(blank).tolist():
        found = [text for column in words if (text := column[row].as_py())]
        if found:
            listed[row] = "\n".join(dict.fromkeys(found))
            made += 1
    tidied.columns[name] = listed
    columns = ", ".join(fields.others[part] for part in fields.stand_ins_of(name))
    _note(tidied, f"{name} made of {columns}, its own column being empty", made)


def _cut(columns: dict[str, Column], fields: FieldMap) -> None:
    """Empty what stands for nothing, and cut beginnings off."""
    for name, blanks in fields.layout.blanks.items():
        if name in columns:
            words, _ = ids_of(columns[name]) if name.endswith("_id") else words_of(columns[name])
            is_blank = pc.is_in(words, pa.array(blanks, pa.string()))
            if name == "parent_id" and "post_id" in columns:  # Weibo's own way to say none
                itself = pc.equal(words, ids_of(columns["post_id"])[0])
                is_blank = pc.or_(is_blank, pc.fill_null(itself, False))
            columns[name] = pc.if_else(is_blank, pa.scalar(None, pa.string()), words)
    for name, prefixes in fields.layout.prefixes.items():
        if name in columns:
            words, _ = words_of(columns[name])
            pattern = "^(" + "|".join(prefixes) + r")\s*"
            columns[name] = pc.replace_substring_regex(words, pattern, "")


def _tell_kinds(
    tidied: dict[str, Column], columns: Mapping[str, Column], fields: FieldMap, count: int
) -> None:
    """Say what posts are, where the layout has more than one kind of them."""
    layout = fields.layout
    tells = layout.mixed or layout.kinds or layout.branches or layout.originals
    if not tells or "kind" in fields.constants:
        return
    kinds = np.full(count, "post", object)
    for name, kind in (("parent_id", "comment"), ("repost_of", "repost")):
        if name in tidied:
            kinds[~_blanks(tidied[name])] = kind
    for column, kind in layout.kinds.items():
        if f"!{column}" in columns:
            kinds[~_blanks(columns[f"!{column}"])] = kind
    for column in layout.originals:
        if f"!{column}" in columns:
            own = flags_of(columns[f"!{column}"])[0]
            kinds[np.asarray(pc.fill_null(pc.invert(own), False))] = "repost"
    told = pa.array(kinds, pa.string())
    tidied["kind"] = _or_else(tidied.get("kind", pa.nulls(count)), told)


def _find_strangers(tidied: Tidied, columns: Mapping[str, Column], fields: FieldMap) -> None:
    for column, kinds in fields.layout.only.items():
        values = columns.get(f"?{column}")
        if values is None:
            continue
        words, _ = words_of(values)
        strange = np.asarray(pc.invert(pc.is_in(words, pa.array(kinds, pa.string()))))
        strange &= ~_blanks(values)
        if strange.any() and tidied.strangers is None:
            tidied.strangers, tidied.told = strange, words


def _note(tidied: Tidied, what: str, count: int) -> None:
    if count:
        tidied.notes[what] += count
