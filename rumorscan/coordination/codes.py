"""Columns as codes: small numbers that stand for the distinct values of a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int64]


def encode_column(column: Any) -> tuple[Codes, Any]:
    """Return codes (-1 for null or empty) and the distinct values, in order of appearance.

    Example:
        >>> codes, values = encode_column(pa.array(["b", "", "a", "b", None]))
        >>> codes.tolist(), values.to_pylist()
        ([0, -1, 1, 0, -1], ['b', 'a'])
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    known = pc.if_else(pc.equal(whole, ""), pa.scalar(None, whole.type), whole)
    encoded = known.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary


def distinct_codes(codes: Codes) -> Codes:
    """Return the distinct codes, ascending; NumPy's own way hashes and is many times slower.

    Example:
        >>> distinct_codes(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    ordered = np.sort(codes)
    is_first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    distinct: Codes = ordered[is_first]
    return distinct


def stretches(starts: Codes, lengths: Codes) -> Codes:
    """Return the positions of consecutive stretches, one stretch after the other.

    Example:
        >>> stretches(np.array([7, 2]), np.array([2, 3])).tolist()
        [7, 8, 2, 3, 4]
    """
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


def runs_of(values: npt.NDArray[Any]) -> tuple[Codes, Codes]:
    """Return where runs of equal values start and stop.

    Example:
        >>> [places.tolist() for places in runs_of(np.array([4, 4, 7]))]
        [[0, 2], [2, 3]]
    """
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]][: len(values)])
    return starts, np.r_[starts[1:], len(values)][: len(starts)]
