"""Columns of posts as they are kept: ids made where there are none, and what a dump may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.arrays import Column
from rumorscan.readers.values.plain import counts_of, flags_of, ids_of, is_rounded, words_of
from rumorscan.readers.values.times import parse_times
from rumorscan.records import OPTIONAL_FIELDS

ID_FIELDS = ("post_id", "account_id", "parent_id", "root_id", "repost_of", "device_id")
"""Fields that hold ids, which are text digit for digit."""
_COUNT_FIELDS = tuple(name for name, kind in OPTIONAL_FIELDS.items() if kind == pa.int64())


def optional_columns(
    raw: Mapping[str, Column], zone: ZoneInfo
) -> tuple[dict[str, pa.Array], dict[str, int]]:
    """Return the optional columns that are there, and what is to be noted, with a count each."""
    columns: dict[str, pa.Array] = {}
    notes: dict[str, int] = {}
    for name in OPTIONAL_FIELDS:
        if name not in raw:
            continue
        if name == "account_created_at":
            times = parse_times(raw[name], zone)
            columns[name], bad = times.to_arrow(), times.bad
            notes |= {f"{name}: {what}": count for what, count in times.notes.items()}
        else:
            convert = words_of
            if name in ID_FIELDS:
                convert = ids_of
            elif name in _COUNT_FIELDS:
                convert = counts_of
            elif name == "verified":
                convert = flags_of
            columns[name], bad = convert(raw[name])
        notes[f"unreadable {name}, left empty"] = int(bad.sum())
    return columns, notes


def rounded_ids(values: Column | None, bad: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Mask the ids that are no ids because a spreadsheet rounded them."""
    rounded = np.zeros(len(bad), bool)
    for row in np.flatnonzero(bad).tolist():
        value = values[row]  # type: ignore[index]  # what is bad was there
        rounded[row] = is_rounded(value.as_py() if isinstance(value, pa.Scalar) else value)
    return rounded


def with_made_ids(ids: pa.Array, name: str, rows: np.ndarray[Any, Any]) -> pa.Array:
    """Return ids of posts, made of file and row where there are none.

    Rows that share a number, as those of one line do, are told apart by a second one.

    Example:
        >>> with_made_ids(pa.nulls(3, pa.string()), "a.jsonl", np.array([7, 8, 8])).to_pylist()
        ['a.jsonl:7', 'a.jsonl:8', 'a.jsonl:8.2']
    """
    if not ids.null_count:
        return ids
    numbers = pa.array(rows, pa.int64()).cast(pa.string())
    repeats = np.diff(rows, prepend=-1) == 0
    if repeats.any():
        places = np.arange(len(rows))
        count = places - np.maximum.accumulate(np.where(repeats, 0, places)) + 1
        behind = pa.array(count).cast(pa.string())
        numbered = pc.binary_join_element_wise(numbers, behind, ".")
        numbers = pc.if_else(pa.array(repeats), numbered, numbers)
    made = pc.binary_join_element_wise(pa.scalar(name, pa.string()), numbers, ":")
    return pc.coalesce(ids, made)
