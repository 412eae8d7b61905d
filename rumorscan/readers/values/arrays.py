"""Columns of any source as Arrow arrays: what all conversions of values begin and end with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = Any
"""An Arrow array or a list of Python values."""
Mask: TypeAlias = np.ndarray[Any, Any]
EDGES = " \t\r\n\v\f\ufeff\u3000\xa0"
"""White space, of all kinds that stand around values."""
_SPACE, _LAST_OF_ASCII = b" \x7f"


def plain_text(value: str) -> str:
    r"""Return the text with halves of surrogate pairs joined, and lone ones as U+FFFD.

    Example:
        >>> plain_text("停\ud83d\ude00水\ud800") == "停😀水\ufffd"
        True
    """
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def as_array(values: Column) -> pa.Array | None:
    """Return the column as an Arrow array of one simple type, or None where values differ.

    Example:
        >>> as_array(["停水", None]).type, as_array(["停水", 7])
        (DataType(string), None)
    """
    if isinstance(values, pa.Array):
        kind = values.type
        if pa.types.is_dictionary(kind):
            return as_array(values.dictionary_decode())
        if pa.types.is_large_string(kind) or pa.types.is_null(kind) or kind == pa.string_view():
            return values.cast(pa.string())
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return pa.array([_decoded(value) for value in values.to_pylist()], pa.string())
        if isinstance(values, pa.ExtensionArray):
            return as_array(values.storage)
        return values
    for kind in (pa.string(), pa.int64()):
        try:
            array = pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError, OverflowError):
            continue
        # a double is not to become an integer unseen: beyond 2**53 it is no exact one
        return None if kind != pa.string() and float in set(map(type, values)) else array
    return None


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def as_list(values: Column, array: pa.Array | None) -> Sequence[Any]:
    """Return the values of a column, of which `as_array` gave the array or None.

    Example:
        >>> as_list(pa.array([1, 2]), pa.array([1, 2])), as_list((1, "x"), None)
        ([1, 2], [1, 'x'])
    """
    return list(values) if array is None else list(array.to_pylist())


def convert_each(
    values: Sequence[Any], convert: Callable[[Any], Any], kind: pa.DataType
) -> tuple[pa.Array, Mask]:
    """Convert one value at a time; a converter returns None for blank and raises for bad.

    Example:
        >>> found, bad = convert_each(["7", "x"], int, pa.int64())
        >>> found.to_pylist(), bad.tolist()
        ([7, None], [False, True])
    """
    bad = np.zeros(len(values), bool)
    out: list[Any] = [None] * len(values)
    for row, value in enumerate(values):
        try:
            out[row] = convert(value)
        except (ValueError, TypeError, OverflowError):
            bad[row] = True
    return pa.array(out, kind), bad


def trimmed(array: pa.Array) -> pa.Array:
    r"""Return texts without white space around them; blank ones are null.

    Example:
        >>> trimmed(pa.array([" 停水\t", " "])).to_pylist()
        ['停水', None]
    """
    if _is_tight(array):
        return array
    texts = pc.utf8_trim(array, EDGES)
    if pc.min(pc.binary_length(texts)).as_py() == 0:
        blank = pc.equal(pc.binary_length(texts), 0)
        texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
    return texts


def _is_tight(array: pa.Array) -> bool:
    """Whether texts are ASCII without white space or control characters, and none is empty.

    Digits and letters, which ids are, need no look at each text then.
    """
    offsets, data = bytes_of(array)
    codes = data[offsets[0] : offsets[-1]]
    if not len(codes) or codes.min() <= _SPACE or codes.max() > _LAST_OF_ASCII:
        return False
    empty = offsets[1:] == offsets[:-1]
    return bool(
        (empty == np.asarray(array.is_null())).all() if array.null_count else not empty.any()
    )


def none_bad(count: int) -> Mask:
    """Return a mask of so many values of which none is bad.

    Example:
        >>> none_bad(2).tolist()
        [False, False]
    """
    return np.zeros(count, bool)


def told_apart(values: pa.Array | Sequence[Any]) -> tuple[pa.Array, pa.Array] | None:
    """Return the whole numbers and the texts of a list that holds both, and nothing else.

    Each is null where the other is. None where the list is another one.

    Example:
        >>> [part.to_pylist() for part in told_apart([12, "1.2万", None])]
        [[12, None, None], [None, '1.2万', None]]
    """
    if not isinstance(values, list) or set(map(type, values)) - {type(None)} != {int, str}:
        return None
    try:
        return (
            pa.array([value if type(value) is int else None for value in values], pa.int64()),
            pa.array([value if type(value) is str else None for value in values], pa.string()),
        )
    except (pa.ArrowInvalid, UnicodeError, OverflowError):
        return None


def bytes_of(values: pa.Array) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return a text array's offsets (int64, n + 1) and its UTF-8 bytes, without copying the text.

    Example:
        >>> offsets, data = bytes_of(pa.array(["水", None, "ok"]))
        >>> offsets.tolist(), data[3:].tobytes()
        ([0, 3, 3, 5], b'ok')
    """
    _, offsets, data = values.buffers()
    if not len(values):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32, len(values) + 1, values.offset * 4)
    return bounds.astype(np.int64), np.frombuffer(data or b"", np.uint8)
