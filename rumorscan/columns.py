"""Columns of a dump in chunks: what must never be put into one piece."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def pick_rows(column: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> pa.ChunkedArray:
    """Return the rows of a column in the order asked, one chunk at a time.

    The column as a whole is never put into one piece: the texts of a large dump lie in a
    mapped file, and more than 2 GiB of them do not fit in one Arrow array.

    Example:
        >>> texts = pa.chunked_array([["一", "二"], ["三"]])
        >>> pick_rows(texts, np.array([2, 0])).to_pylist()
        ['三', '一']
    """
    ascending = np.argsort(rows, kind="stable")
    ordered = rows[ascending]
    pieces = []
    start = 0
    for chunk in column.chunks:
        left, right = np.searchsorted(ordered, (start, start + len(chunk)))
        if right > left:
            pieces.append(chunk.take(pa.array(ordered[left:right] - start)))
        start += len(chunk)
    back = np.empty_like(ascending)
    back[ascending] = np.arange(len(rows))
    return pa.chunked_array(pieces, column.type).take(pa.array(back))
