"""Reasons of many rows as one Arrow column, without an object a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.reasons.codes import CONTENT, COORDINATION, REASON_CODES, RECORD
from rumorscan.records import Reason

Rows = npt.NDArray[np.int64]


class ReasonColumn:
    """Collects reasons by row; those added first stand first in a row's list.

    Attributes:
        length: rows of the column.

    Example:
        >>> column = ReasonColumn(3, ["k1"])
        >>> column.add("known-rumor", np.array([1]), np.array([0.9]), np.array([0]))
        >>> column.spread(np.array([1, 2]), np.array([0, 0]), [[Reason("burst", 0.5, "c1")]])
        >>> [[reason["code"] for reason in row] for row in column.build().to_pylist()]
        [[], ['known-rumor', 'burst'], ['burst']]
    """

    def __init__(self, length: int, details: Sequence[str] = ()) -> None:
        self.length = length
        self._details = list(details)
        self._places = {"": -1}
        self._codes: dict[str, int] = {}
        self._parts: list[tuple[Any, Any, Any, Any]] = []

    def add(
        self, code: str, rows: Rows, values: npt.NDArray[Any], details: npt.NDArray[Any]
    ) -> None:
        """Add one reason to each of some rows.

        Args:
            code: of the reasons.
            rows: where they belong, shape (k,).
            values: shape (k,).
            details: positions in the details given at first, -1 for none, shape (k,).
        """
        codes = np.full(len(rows), self._code(code), dtype=np.int32)
        self._parts.append((rows, codes, values.astype(np.float64), details.astype(np.int32)))

    def spread(
        self, rows: Rows, owners: npt.NDArray[Any], lists: Sequence[Sequence[Reason]]
    ) -> None:
        """Add to each of some rows the reasons of its owner.

        Args:
            rows: where they belong, shape (k,).
            owners: positions in `lists`, shape (k,).
            lists: the reasons of each owner.
        """
        flat = [reason for reasons in lists for reason in reasons]
        sizes = np.array([len(reasons) for reasons in lists] or [0], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        counts = sizes[owners]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        picked = np.repeat(starts[owners], counts) + within
        codes = np.array([self._code(reason.code) for reason in flat], dtype=np.int32)
        values = np.array([reason.value for reason in flat], dtype=np.float64)
        details = np.array([self._detail(reason.detail) for reason in flat], dtype=np.int32)
        self._parts.append(
            (np.repeat(rows, counts), codes[picked], values[picked], details[picked])
        )

    def build(self) -> pa.ListArray:
        """Return the column, of the type `records.REASONS`."""
        none = (np.zeros(0, dtype=np.int64), *(np.zeros(0, dtype=np.int32) for _ in range(3)))
        rows, codes, values, details = (
            np.concatenate(arrays) for arrays in zip(*[none, *self._parts], strict=True)
        )
        order = np.argsort(rows, kind="stable")
        bounds = np.zeros(self.length + 1, dtype=np.int32)
        np.cumsum(np.bincount(rows, minlength=self.length), out=bounds[1:])
        known = pa.array(list(self._codes), type=pa.string())
        named = pa.array(self._details, type=pa.string())
        places = pa.array(details[order], mask=details[order] < 0)
        columns = [
            known.take(pa.array(codes[order])),
            pa.array(values[order], type=pa.float64()),
            pc.fill_null(named.take(places), ""),
        ]
        structs = pa.StructArray.from_arrays(columns, names=["code", "value", "detail"])
        return pa.ListArray.from_arrays(pa.array(bounds), structs)

    def _code(self, code: str) -> int:
        return self._codes.setdefault(code, len(self._codes))

    def _detail(self, text: str) -> int:
        place = self._places.setdefault(text, len(self._details))
        if place == len(self._details):
            self._details.append(text)
        return place


def count_families(reasons: pa.ChunkedArray) -> Rows:
    """Return how many of the three families of evidence each row's reasons name.

    Args:
        reasons: a column of the type `records.REASONS`.
    """
    counts = np.zeros(len(reasons), dtype=np.int64)
    start = 0
    for lists in reasons.chunks:
        rows = pc.list_parent_indices(lists).to_numpy() + start
        codes = pc.struct_field(lists.flatten(), "code").dictionary_encode()
        names = codes.dictionary.to_pylist()
        known = [REASON_CODES[name].family if name in REASON_CODES else "" for name in names]
        family = np.array([*known, ""])[codes.indices.to_numpy()]
        for name in (RECORD, COORDINATION, CONTENT):
            counts[np.unique(rows[family == name])] += 1
        start += len(lists)
    return counts
