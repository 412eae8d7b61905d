"""Times written as text of a fixed length, a whole column at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rumorscan.readers.values.moments import EPOCH_DAY_SECONDS
from rumorscan.records import Precision

Array = np.ndarray[Any, Any]

ENDINGS = {10: "", 16: "", 19: "", 20: "Z", 23: ".d", 24: ".dZ", 25: "+d:d", 26: ".d"}
"""Lengths of calendar times that are parsed here, and what follows the seconds."""
NUMBER_LENGTHS = (10, 13, 16, 19)
"""Lengths of counts since 1970: seconds, milli-, micro- and nanoseconds."""
_PLACES = {"y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19)}
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)
_DAYS_BEFORE = np.array([0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], np.int32)
_DAYS_TO_1970 = 719_162


class Calendar(NamedTuple):
    """Calendar times of one length.

    Attributes:
        fits: which rows are calendar times.
        seconds: wall-clock seconds since 1970, int64; UTC if not `naive`. Undefined elsewhere.
        precision: how finely the times are told.
        naive: whether they carry no zone.
    """

    fits: Array
    seconds: Array
    precision: Precision
    naive: bool


def parse_number(cells: Array) -> tuple[Array, Array]:
    """Return which texts are all digits, and their numbers (int64, undefined elsewhere).

    Args:
        cells: uint8 of shape (length, rows): the first characters of all rows, the second ones...

    Example:
        >>> cells = np.frombuffer(b"1772414047", np.uint8).reshape(10, 1)
        >>> [part.tolist() for part in parse_number(cells)]
        [[True], [1772414047]]
    """
    digits = cells - 48  # wraps round to a large number for what is no digit
    fits = np.asarray((digits < 10).all(axis=0))
    numbers = np.zeros(cells.shape[1], np.int64)
    if fits.any():
        for row in digits:
            numbers = numbers * 10 + row
    return fits, numbers


def parse_calendar(cells: Array) -> Calendar:
    """Return the calendar times among texts of one length, such as `2026-03-02 09:14:07`.

    Args:
        cells: uint8 of shape (length, rows); the length is one of `ENDINGS`.

    Example:
        >>> cells = np.frombuffer(b"2026-03-02T09:14:07Z", np.uint8).reshape(20, 1)
        >>> parse_calendar(cells).seconds.tolist()
        [1772442847]
    """
    length = len(cells)
    names = "ymd" if length == 10 else "ymdHM" if length == 16 else "ymdHMS"
    fits = ((cells[4] == 45) | (cells[4] == 47)) & (cells[7] == cells[4])
    if length > 10:
        fits &= ((cells[10] == 32) | (cells[10] == 84)) & (cells[13] == 58)
    if length > 16:
        fits &= cells[16] == 58
    part = {name: _digits(cells[slice(*_PLACES[name])], fits) for name in names}
    seconds = _days(part["y"], part["m"], part["d"], fits).astype(np.int64) * EPOCH_DAY_SECONDS
    for name, limit, unit in (("H", 24, 3_600), ("M", 60, 60), ("S", 60, 1)):
        if name in part:
            fits &= part[name] < limit
            seconds += part[name] * unit
    ending = ENDINGS[length]
    if ending.startswith("+"):
        seconds -= _shift(cells[19:], fits)
    elif ending:
        fits &= cells[19] == ord(ending[0])
        for row in cells[20 : length - ending.endswith("Z")]:
            fits &= (row - 48) < 10
        if ending.endswith("Z"):
            fits &= cells[-1] == 90
    return Calendar(
        fits,
        seconds,
        Precision(len(names) // 2),
        not ending or (ending.endswith("d") and ending[0] == "."),
    )


def _digits(cells: Array, fits: Array) -> Array:
    number = np.zeros(cells.shape[1], np.int32)
    for row in cells - 48:
        fits &= row < 10
        number = number * 10 + row
    return number


def _days(year: Array, month: Array, day: Array, fits: Array) -> Array:
    """Return days since 1970; rows that are no day of the calendar no longer fit."""
    leap = ((year & 3) == 0) & ((year % 100 != 0) | (year % 400 == 0))
    fits &= (month >= 1) & (month <= 12)
    month = np.clip(month, 1, 12)
    fits &= (day >= 1) & (day <= _MONTH_DAYS[month] + (leap & (month == 2)))
    before = year - 1
    days = 365 * before + before // 4 - before // 100 + before // 400 - _DAYS_TO_1970
    return np.asarray(days + _DAYS_BEFORE[month] + (leap & (month > 2)) + day - 1)


def _shift(cells: Array, fits: Array) -> Array:
    """Return the seconds by which `+08:00` is ahead of UTC."""
    behind = cells[0] == 45
    fits &= (behind | (cells[0] == 43)) & (cells[3] == 58)
    hours, minutes = _digits(cells[1:3], fits), _digits(cells[4:6], fits)
    fits &= (hours <= 14) & (minutes < 60)
    shift = hours * 3_600 + minutes * 60
    return np.asarray(np.where(behind, -shift, shift))
