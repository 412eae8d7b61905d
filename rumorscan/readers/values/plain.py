"""Ids, texts, counts and flags: columns of any source type to the canonical types.

Each function takes an Arrow array or a list of Python values and returns the column with a
mask of the values that were there but could not be used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.arrays import (
    EDGES,
    Column,
    Mask,
    as_array,
    as_list,
    bytes_of,
    convert_each,
    none_bad,
    plain_text,
    told_apart,
    trimmed,
)

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
_PLUS = b"+"[0]

Converter: TypeAlias = Callable[[Column], tuple[pa.Array, Mask]]


def _each_type(convert: Converter) -> Converter:
    """Let a list of texts and whole numbers be converted as one column of each."""

    @wraps(convert)
    def converted(values: Column) -> tuple[pa.Array, Mask]:
        if not isinstance(values, list):
            return convert(values)
        array = as_array(values)
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
    array = as_array(values)
    if array is None:
        return convert_each(values, _one_id, pa.string())
    if pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type):
        return convert_each(array.to_pylist(), _one_id, pa.string())
    array = trimmed(array)
    rounded = _looks_rounded(array)
    if rounded is not None:
        array = pc.if_else(pa.array(rounded), pa.scalar(None, pa.string()), array)
    return array, none_bad(len(array)) if rounded is None else rounded


@_each_type
def texts_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return texts, untouched; missing ones are null and empty ones are empty.

    Whole numbers become their digits, lone surrogates U+FFFD. Bad is a list, an object, a flag.

    Example:
        >>> texts, bad = texts_of(["停水", "", None, 12, ["x"]])
        >>> texts.to_pylist(), bad.tolist()
        (['停水', '', None, '12', None], [False, False, False, False, True])
    """
    array = as_array(values)
    if array is not None and pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if array is None or not pa.types.is_string(array.type):
        return convert_each(as_list(values, array), _one_text, pa.string())
    return array, none_bad(len(array))


@_each_type
def words_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return short texts such as names and regions; blank ones are null, lists are joined.

    Example:
        >>> words_of([" 浙江 ", "", ["停水", "城东"]])[0].to_pylist()
        ['浙江', None, '停水 城东']
    """
    array = as_array(values)
    if array is not None and pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if array is None or not pa.types.is_string(array.type):
        return convert_each(as_list(values, array), _one_word, pa.string())
    return trimmed(array), none_bad(len(array))


@_each_type
def counts_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return counts as int64; `1.2万`, `10万+` and `"12"` are understood, blank ones are null.

    Example:
        >>> counts_of(["1.2万", "10万+", '"12"', "", "很多"])[0].to_pylist()
        [12000, 100000, 12, None, None]
    """
    array = as_array(values)
    if array is not None and pa.types.is_integer(array.type) and array.type != pa.uint64():
        array = array.cast(pa.int64())
        low = pc.min(array).as_py()
        if low is None or low >= 0:
            return array, none_bad(len(array))
    if array is not None and pa.types.is_string(array.type):
        encoded = array.dictionary_encode()
        counts, bad = convert_each(encoded.dictionary.to_pylist(), _one_count, pa.int64())
        rows = np.asarray(pc.fill_null(encoded.indices, 0))
        known = np.asarray(pc.is_valid(encoded.indices))
        return counts.take(encoded.indices), (bad[rows] & known) if len(bad) else none_bad(
            len(array)
        )
    return convert_each(as_list(values, array), _one_count, pa.int64())


@_each_type
def flags_of(values: Column) -> tuple[pa.Array, Mask]:
    """Return flags such as `verified` as booleans; blank ones are null.

    Example:
        >>> flags_of([True, "是", "0", "", 3])[0].to_pylist()
        [True, True, False, None, None]
    """
    array = as_array(values)
    if array is not None and pa.types.is_boolean(array.type):
        return array, none_bad(len(array))
    return convert_each(as_list(values, array), _one_flag, pa.bool_())


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
    text = value.strip(EDGES) if isinstance(value, str) else ""
    return "+" in text and _ROUNDED.fullmatch(text) is not None


def _one_id(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        text = plain_text(value).strip(EDGES)
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
    return (text.strip(EDGES) or None) if text is not None else None


def _one_count(value: Any) -> int | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, str):
        text = value.strip(EDGES).strip("\"'").replace(",", "")
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
    word = str(value).strip(EDGES).lower()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(word)
