"""Columns from outside made sound: strings that are UTF-8, and batches that fit in memory.

Arrow takes the writer's word for both: a Parquet file may hold any bytes as strings, and name one
long string a million times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DECODED_BYTES = 64 << 20
"""A batch whose strings take more is cut in two, and again."""
_JOINED_BYTES = 16 << 20
_ITEM_BYTES = 64


def sound_strings(column: Any) -> tuple[Any, int]:
    r"""Return a column of strings or bytes as strings of UTF-8, and how many had to be mended.

    Bytes that are no UTF-8 are read as GB18030 where they fit, else with U+FFFD for what is
    lost. Other columns are returned as they are.

    Example:
        >>> column, mended = sound_strings(pa.array(["停水".encode(), b"\xff"]))
        >>> column.to_pylist(), mended
        (['停水', '\ufffd'], 1)
    """
    if not isinstance(column, pa.Array):
        return column, 0
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_binary_view(kind) or pa.types.is_string_view(kind):
        column = column.cast(pa.large_binary())
    elif pa.types.is_fixed_size_binary(kind):
        column = column.cast(pa.binary())
    elif not (_is_bytes(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column, 0
    narrow = pa.string() if column.nbytes < 2**31 else pa.large_string()
    raw = column.cast(pa.binary() if narrow == pa.string() else pa.large_binary())
    try:
        return raw.cast(narrow), 0
    except pa.ArrowInvalid:
        texts = [None if value is None else _decoded(value) for value in raw.to_pylist()]
        return pa.array([text and text[0] for text in texts], narrow), sum(
            text is not None and text[1] for text in texts
        )


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _decoded(value: bytes) -> tuple[str, bool]:
    for codec in ("utf-8", "gb18030"):
        try:
            return value.decode(codec), codec != "utf-8"
        except UnicodeDecodeError:
            continue
    return value.decode(errors="replace"), True


def cut_to_size(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in parts whose strings, written out, take at most `DECODED_BYTES`.

    Raises:
        pa.ArrowInvalid: a value is said to be in a dictionary that does not have it.

    Example:
        >>> once = pa.array([0] * 8, pa.int32())
        >>> text = pa.DictionaryArray.from_arrays(once, ["水" * 10_000_000])
        >>> [part.num_rows for part in cut_to_size(pa.record_batch({"text": text}))]
        [2, 2, 2, 2]
    """
    if batch.num_rows > 1 and decoded_bytes(batch) > DECODED_BYTES:
        half = batch.num_rows // 2
        yield from cut_to_size(batch.slice(0, half))
        yield from cut_to_size(batch.slice(half))
    else:
        yield batch


def joined(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield batches of a few rows put together, as far as they stay small.

    Example:
        >>> ones = [pa.record_batch({"text": ["停水"]})] * 5
        >>> [batch.num_rows for batch in joined(ones, 2)]
        [2, 2, 1]
    """
    waiting: list[pa.RecordBatch] = []
    waiting_rows = waiting_bytes = 0
    for batch in batches:
        size = max(batch.nbytes, decoded_bytes(batch))
        if waiting and (
            waiting_rows + batch.num_rows > rows or waiting_bytes + size > _JOINED_BYTES
        ):
            yield pa.concat_batches(waiting)
            waiting, waiting_rows, waiting_bytes = [], 0, 0
        waiting.append(batch)
        waiting_rows += batch.num_rows
        waiting_bytes += size
    if waiting:
        yield pa.concat_batches(waiting)


def decoded_bytes(batch: pa.RecordBatch) -> int:
    """Return how many bytes the strings take when they are written out.

    Items of lists count as well, for each becomes an object.

    Raises:
        pa.ArrowInvalid: a value is said to be in a dictionary that does not have it.
    """
    total = 0
    for column in _leaves(batch.columns):
        if pa.types.is_dictionary(column.type):
            lengths = np.asarray(pc.fill_null(pc.binary_length(column.dictionary), 0), np.int64)
            indices = np.asarray(column.indices.drop_null())
            if len(indices) and not 0 <= indices.min() <= indices.max() < len(lengths):
                raise pa.ArrowInvalid("an index of the dictionary is out of bounds")
            total += int(lengths[indices].sum())
        elif _is_bytes(column.type) or pa.types.is_string(column.type):
            total += pc.sum(pc.binary_length(column)).as_py() or 0
        if len(column) > batch.num_rows:
            total += _ITEM_BYTES * len(column)
    return total


def _leaves(columns: list[Any]) -> Iterator[Any]:
    for column in columns:
        kind = column.type
        if pa.types.is_struct(kind):
            yield from _leaves(column.flatten())
        elif pa.types.is_map(kind):
            yield from _leaves([column.keys, column.items])
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            yield from _leaves([column.flatten()])
        else:
            yield column
