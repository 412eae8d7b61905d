"""Day numbers of spreadsheets: 46083.38481 is a time that has lost its format.

They count the days since 1899-12-30, with the time of day behind the point. Workbooks that count
from 1904 do not say so in their cells; it is 1900 that is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.moments import EPOCH_DAY_SECONDS
from rumorscan.records import Precision

DAY_NUMBERS = "times written as the day numbers of a spreadsheet, read as such"
"""Counts them among the notes."""
FIRST, AFTER_LAST = 32_874, 73_051
"""1990-01-01 and 2100-01-01: no count since 1970 that a post can have is so small."""
_DAYS_TO_1970 = 25_569
_WRITTEN = r"^\s*[0-9]{5}(\.[0-9]{1,20})?\s*$"
_COARSE = 10_000
"""A ten thousandth of a day is 8.6 seconds: with no more digits, the second is not told."""


def day_numbers(
    values: pa.Array | Sequence[Any], rows: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Return the values of some rows as day numbers; float64, NaN for what is none.

    Example:
        >>> day_numbers(["46083.38481", "2026-03-02", 46083, 17], np.array([0, 1, 2, 3])).tolist()
        [46083.38481, nan, 46083.0, nan]
    """
    if isinstance(values, pa.Array):
        taken = values.take(pa.array(rows))
        kind = taken.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            return _in_range(taken.cast(pa.float64(), safe=False))
        values = taken if pa.types.is_string(kind) else taken.to_pylist()
    else:
        values = [values[row] for row in rows.tolist()]
    texts = values if isinstance(values, pa.Array) else pa.array(map(_text, values), pa.string())
    written = pc.match_substring_regex(texts, _WRITTEN)
    digits = pc.if_else(written, pc.utf8_trim_whitespace(texts), pa.scalar(None, pa.string()))
    return _in_range(digits.cast(pa.float64()))


def _text(value: Any) -> str | None:
    """Return a number, or what may be one, as text."""
    if isinstance(value, str):
        return value if value.isascii() else None
    is_number = isinstance(value, (int, float)) or (
        isinstance(value, Decimal) and value.is_finite()
    )
    return str(value) if is_number and FIRST <= value < AFTER_LAST else None


def _in_range(numbers: pa.Array) -> np.ndarray[Any, Any]:
    found = np.asarray(pc.fill_null(numbers, np.nan))
    return np.where((found >= FIRST) & (found < AFTER_LAST), found, np.nan)


def local_times(numbers: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return day numbers as wall-clock seconds since 1970 (int64), and their `Precision` (uint8).

    Whole numbers are days. The others are known to the second where most of them have the digits
    for it, else to the minute.

    Example:
        >>> [part.tolist() for part in local_times(np.array([46083, 46083.38481]))]
        [[1772409600, 1772442848], [1, 3]]
    """
    seconds = np.rint((numbers - _DAYS_TO_1970) * EPOCH_DAY_SECONDS).astype(np.int64)
    whole = numbers == np.rint(numbers)
    parts = numbers[~whole] * _COARSE
    fine = np.abs(parts - np.rint(parts)) > 1e-4
    precision = np.full(len(numbers), Precision.DAY, np.uint8)
    is_fine = 2 * np.count_nonzero(fine) > len(parts)
    precision[~whole] = Precision.SECOND if is_fine else Precision.MINUTE
    return seconds, precision
