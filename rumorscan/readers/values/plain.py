"""Ids, texts, counts and flags: columns of any source type to the canonical types.

Each function takes an Arrow array or a list of Python values and returns the column with a
mask of the values that were there but could not be used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import wraps
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.times import bytes_of, told_apart

Column: TypeAlias = Any
"""An Arrow array or a list of Python values."""
Mask: TypeAlias = np.ndarray[Any, Any]

_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(千|万|亿|[kKwWmM])?\+?")
_UNITS = {"千": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "m": 1e6, "亿": 1e8}
_NO_COUNT = frozenset({"", "-", "--", "null", "none", "nan"})
_YES = frozenset({"true", "yes", "y", "1", "是", "t", "认证", "已认证"}) | {
    f"{color}v" for color in "蓝黄橙红金"
}
_NO = frozenset({"false", "no", "n", "0", "否", "f", "无", "未认证", "普通用户"})
EXACT_DOUBLE = 2.0**53
"""From here on a double may stand for several whole numbers."""
_ROUNDED = re.compile(r"-?\d(?:\.\d+)?[eE]\+?\d+")
_EDGES = " \t\r\n\v\f\ufeff\u3000\xa0"
_SPACE, _PLUS, _LAST_OF_ASCII = b" +\x7f"


Converter: TypeAlias = Callable[[Column], tuple[pa.Array, Mask]]


def _each_type(convert: Converter) -> Converter:
    """Let a list of texts and whole numbers be converted as one column of each."""

    @wraps(convert)
    def converted(values: Column) -> tuple[pa.Array, Mask]:
        if not isinstance(values, list):
            return convert(values)
        array = _plain(values)
        if array is not None:
            return convert(array)
        parts = told_apart(values)
        if parts is None:
            return convert(values)
        (numbers, wrong), (texts, bad) = map(convert, parts)
        return pc.coalesce(numbers, texts), wrong | bad

    return converted


@_each_type
def ids_of(values: Column) -> tuple[pa.Array, Mask]:
    r"""Return ids as text, digit for digit; blank ones are null.

    White space at the ends goes, whole numbers become their digits. Bad is what cannot be an
    exact id: a fraction, a double beyond 2**53, `5.1E+15` from a spreadsheet, a list, a flag.

    Example:
        >>> ids, bad = ids_of([5099000000000001, "5099000000000001\t", 7.0, 5.1e18])
        >>> ids.to_pylist(), bad.tolist()
        (['5099000000000001', '5099000000000001', '7', None], [False, False, False, True])
    """
    array = _plain(values)
    if array is None:
        return _each(values, _one_id, pa.string())
    if pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type):
        return _each(array.to_pylist(), _one_id, pa.string())
    array = _trimmed(array)
    rounded = _looks_rounded(array)
    if rounded is not None:
        array = pc.if_else(pa.array(rounded), pa.scalar(None, pa.string()), array)
    return array, _none_bad(len(array)) if rounded is None else rounded


@_each_type
def texts_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return texts, untouched; missing ones are null and empty ones are empty.

    Whole numbers become their digits, lone surrogates U+FFFD. Bad is a list, an object, a flag.

    Example:
        >>> texts, bad = texts_of(["停水", "", None, 12, ["x"]])
        >>> texts.to_pylist(), bad.tolist()
        (['停水', '', None, '12', None], [False, False, False, False, True])
    """
    array = _plain(values)
    if array is not None and pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if array is None or not pa.types.is_string(array.type):
        return _each(_listed(values, array), _one_text, pa.string())
    return array, _none_bad(len(array))


@_each_type
def words_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return short texts such as names and regions; blank ones are null, lists are joined.

    Example:
        >>> words_of([" 浙江 ", "", ["停水", "城东"]])[0].to_pylist()
        ['浙江', None, '停水 城东']
    """
    array = _plain(values)
    if array is not None and pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if array is None or not pa.types.is_string(array.type):
        return _each(_listed(values, array), _one_word, pa.string())
    return _trimmed(array), _none_bad(len(array))


@_each_type
def counts_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return counts as int64; `1.2万`, `10万+` and `"12"` are understood, blank ones are null.

    Example:
        >>> counts_of(["1.2万", "10万+", "12", "", "很多"])[0].to_pylist()
        [12000, 100000, 12, None, None]
    """
    array = _plain(values)
    if array is not None and pa.types.is_integer(array.type) and array.type != pa.uint64():
        array = array.cast(pa.int64())
        low = pc.min(array).as_py()
        if low is None or low >= 0:
            return array, _none_bad(len(array))
    if array is not None and pa.types.is_string(array.type):
        encoded = array.dictionary_encode()
        counts, bad = _each(encoded.dictionary.to_pylist(), _one_count, pa.int64())
        rows = np.asarray(pc.fill_null(encoded.indices, 0))
        known = np.asarray(pc.is_valid(encoded.indices))
        return counts.take(encoded.indices), (bad[rows] & known) if len(bad) else _none_bad(
            len(array)
        )
    return _each(_listed(values, array), _one_count, pa.int64())


@_each_type
def flags_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return flags such as `verified` as booleans; blank ones are null.

    Example:
        >>> flags_of([True, "是", "0", "", 3])[0].to_pylist()
        [True, True, False, None, None]
    """
    array = _plain(values)
    if array is not None and pa.types.is_boolean(array.type):
        return array, _none_bad(len(array))
    return _each(_listed(values, array), _one_flag, pa.bool_())


def plain_text(value: str) -> str:
    r"""Return the text with halves of surrogate pairs joined, and lone ones as U+FFFD.

    Example:
        >>> plain_text("停\ud83d\ude00水\ud800") == "停😀水\ufffd"
        True
    """
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def count_halved(values: Column, texts: pa.Array) -> int:
    r"""Return how many texts of a list hold half of a surrogate pair, which no encoding has.

    Args:
        values: the column.
        texts: what `texts_of` made of it.

    Example:
        >>> values = ["停水", "停\ud800", 7]
        >>> count_halved(values, texts_of(values)[0])
        1
    """
    if not isinstance(values, list) or "\ufffd".encode() not in bytes_of(texts)[1].tobytes():
        return 0
    texts = [value for value in values if isinstance(value, str)]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return sum(plain_text(text).count("\ufffd") > text.count("\ufffd") for text in texts)
    return 0


def _none_bad(count: int) -> Mask:
    return np.zeros(count, bool)


def _listed(values: Column, array: pa.Array | None) -> Sequence[Any]:
    return list(values) if array is None else list(array.to_pylist())


def _plain(values: Column) -> pa.Array | None:
    """Return the column as an Arrow array of one simple type, or None where values differ."""
    if isinstance(values, pa.Array):
        kind = values.type
        if pa.types.is_dictionary(kind):
            return _plain(values.dictionary_decode())
        if pa.types.is_large_string(kind) or pa.types.is_null(kind) or kind == pa.string_view():
            return values.cast(pa.string())
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return pa.array([_decoded(value) for value in values.to_pylist()], pa.string())
        if isinstance(values, pa.ExtensionArray):
            return _plain(values.storage)
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


def _each(
    values: Sequence[Any], convert: Callable[[Any], Any], kind: pa.DataType
) -> tuple[pa.Array, Mask]:
    """Convert one value at a time; a converter returns None for blank and raises for bad."""
    bad = np.zeros(len(values), bool)
    out: list[Any] = [None] * len(values)
    for row, value in enumerate(values):
        try:
            out[row] = convert(value)
        except (ValueError, TypeError, OverflowError):
            bad[row] = True
    return pa.array(out, kind), bad


def _trimmed(array: pa.Array) -> pa.Array:
    if _is_tight(array):
        return array
    trimmed = pc.utf8_trim(array, _EDGES)
    if pc.min(pc.binary_length(trimmed)).as_py() == 0:
        blank = pc.equal(pc.binary_length(trimmed), 0)
        trimmed = pc.if_else(blank, pa.scalar(None, pa.string()), trimmed)
    return trimmed


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


def _looks_rounded(array: pa.Array) -> Mask | None:
    """Mask the ids that a spreadsheet wrote as `5.1E+15`, or None where there is none."""
    offsets, data = bytes_of(array)
    if not (data[offsets[0] : offsets[-1]] == _PLUS).any():
        return None
    hits = pc.match_substring_regex(array, r"^-?[0-9](\.[0-9]+)?[eE]\+[0-9]+$")
    if not pc.any(hits).as_py():
        return None
    return np.asarray(pc.fill_null(hits, False))


def is_rounded(value: Any) -> bool:
    """Whether a value is an id that a spreadsheet rounded: `5.1E+15`, or a double beyond 2**53.

    Example:
        >>> [is_rounded(value) for value in ("5.1E+15", 5.1e18, "5099000000000001", 7.5)]
        [True, True, False, False]
    """
    if isinstance(value, float):
        return math.isfinite(value) and value.is_integer() and abs(value) >= EXACT_DOUBLE
    text = value.strip(_EDGES) if isinstance(value, str) else ""
    return "+" in text and _ROUNDED.fullmatch(text) is not None


def _one_id(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        text = plain_text(value).strip(_EDGES)
        if _ROUNDED.fullmatch(text) and "+" in text:
            raise ValueError(text)
        return text or None
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= EXACT_DOUBLE:
            raise ValueError(value)
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    raise TypeError


def _one_text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError


def _one_word(value: Any) -> str | None:
    if isinstance(value, (list, tuple)):
        words = [_one_word(item) for item in value]
        return " ".join(word for word in words if word) or None
    if isinstance(value, (bool, float)) and not math.isnan(value):
        return str(value)
    text = _one_text(value)
    return (text.strip(_EDGES) or None) if text is not None else None


def _one_count(value: Any) -> int | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, str):
        text = value.strip(_EDGES).replace(",", "")
        if text.lower() in _NO_COUNT:
            return None
        match = _COUNT.fullmatch(text)
        if match is None:
            raise ValueError(text)
        number, unit = match.groups()
        if unit is None and "." not in number:
            return _in_range(int(number[:25]))
        return _in_range(round(float(number) * _UNITS[unit.lower()] if unit else float(number)))
    return _in_range(int(value))


def _in_range(count: int) -> int:
    if not 0 <= count < 2**63:
        raise OverflowError
    return count


def _one_flag(value: Any) -> bool | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    word = str(value).strip(_EDGES).lower()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(word)
