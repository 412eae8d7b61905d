"""Wall clocks of a zone: whole columns to UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from rumorscan.readers.values.moments import EPOCH_DAY_SECONDS


def to_utc(local_seconds: np.ndarray[Any, Any], zone: ZoneInfo) -> np.ndarray[Any, Any]:
    """Return wall-clock seconds of a zone as UTC seconds; int64, same shape.

    The offset is looked up once a day; only days on which it changes are looked at one value
    at a time. Of an hour that happens twice the first one is taken.

    Example:
        >>> to_utc(np.array([1772442847]), ZoneInfo("Asia/Shanghai")).tolist()
        [1772414047]
    """
    if not len(local_seconds):
        return local_seconds
    days = local_seconds // EPOCH_DAY_SECONDS
    first = int(days.min())
    present = np.flatnonzero(np.bincount(days - first)) + first
    offsets = np.zeros(int(present[-1]) - first + 1, np.int64)
    changing = []
    for day in present.tolist():
        start, end = _offsets_of_day(day, zone)
        offsets[day - first] = start
        if start != end:
            changing.append(day)
    result = local_seconds - offsets[days - first]
    if changing:
        for row in np.flatnonzero(np.isin(days, changing)).tolist():
            result[row] = local_seconds[row] - _offset_at(int(local_seconds[row]), zone)
    return cast("np.ndarray[Any, Any]", result)


@lru_cache(maxsize=4_096)
def _offsets_of_day(day: int, zone: ZoneInfo) -> tuple[int, int]:
    start = day * EPOCH_DAY_SECONDS
    return _offset_at(start, zone), _offset_at(start + EPOCH_DAY_SECONDS - 1, zone)


def _offset_at(local_second: int, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(local_second, UTC).replace(tzinfo=zone)
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
