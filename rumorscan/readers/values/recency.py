"""Times told from the hour of the crawl: `5分钟前`, `昨天 09:14`, `03月02日 09:14`.

They are real, but not known from the row alone. With the time of the crawl they are; what was
told in hours or days is known to the day only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from rumorscan.readers.values.moments import EARLIEST, LATEST, bare_time
from rumorscan.readers.values.times import MISSING, Times
from rumorscan.records import Precision

GRACE_SECONDS = 86_400
"""A post may lie so far behind the crawl: clocks differ, and so do zones."""

_AGO = re.compile(r"(\d{1,5}) ?(秒钟?|分钟?|小时|天)前")
_DAY_WORDS = {"今天": 0, "昨天": 1, "前天": 2}
_DAY = re.compile(r"(今天|昨天|前天) *(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_YEARLESS = re.compile(r"(\d{1,2})(?:月|-)(\d{1,2})日?(?: *(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_UNITS = {"秒": 1, "分": 60, "小": 3_600, "天": 86_400}
_LEAP_CYCLE_YEARS = 8


def told_from(text: str, crawled: int, zone: ZoneInfo) -> tuple[int, Precision] | None:
    """Return the UTC seconds of a time told from the crawl's, with their precision, or None.

    Args:
        text: as it stands in the dump.
        crawled: when the row was fetched, in seconds since 1970.
        zone: where clocks without a zone are.

    Example:
        >>> zone = ZoneInfo("Asia/Shanghai")
        >>> [told_from(text, 1772414100, zone) for text in ("5分钟前", "昨天 09:14", "很久以前")]
        [(1772413800, <Precision.MINUTE: 2>), (1772327640, <Precision.MINUTE: 2>), None]
    """
    text = bare_time(text)
    now = datetime.fromtimestamp(crawled, zone)
    if text.startswith("刚刚"):
        return crawled - crawled % 60, Precision.MINUTE
    if match := _AGO.match(text):
        seconds = crawled - int(match[1]) * _UNITS[match[2][0]]
        if match[2][0] in "秒分":
            return seconds - seconds % 60, Precision.MINUTE
        return _start_of_day(datetime.fromtimestamp(max(seconds, 0), zone)), Precision.DAY
    if match := _DAY.match(text):
        day = now - timedelta(days=_DAY_WORDS[match[1]])
        return _clock(day.replace(fold=0), match.groups()[1:])
    if match := _YEARLESS.fullmatch(text):
        return _without_year(match, now)
    return None


def _start_of_day(moment: datetime) -> int:
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp())


def _clock(day: datetime, parts: Sequence[str | None]) -> tuple[int, Precision] | None:
    hour, minute, second = (int(part or 0) for part in parts)
    try:
        moment = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError:
        return None
    precision = (
        Precision.DAY
        if parts[0] is None
        else Precision.MINUTE
        if parts[2] is None
        else Precision.SECOND
    )
    return int(moment.timestamp()), precision


def _without_year(match: re.Match[str], now: datetime) -> tuple[int, Precision] | None:
    """Return the last such day that is not after the crawl; 29 February looks back to a leap."""
    month, day, *clock = match.groups()
    for year in range(now.year + 1, now.year - _LEAP_CYCLE_YEARS, -1):
        try:
            start = now.replace(year=year, month=int(month), day=int(day), fold=0)
        except ValueError:
            continue
        found = _clock(start, clock)
        if found is None or found[0] <= now.timestamp() + GRACE_SECONDS:
            return found
    return None


def settle_recent(
    times: Times, values: Any, crawled: np.ndarray[Any, Any] | int | None, zone: ZoneInfo
) -> tuple[Times, int, int]:
    """Return the times with those known that only the crawl's time tells.

    Args:
        times: as `parse_times` gives them.
        values: what they were parsed from.
        crawled: when each row was fetched, or all of them, in seconds since 1970; `MISSING` or
            None where that is not known.
        zone: where clocks without a zone are.

    Returns:
        The times; how many were told from the crawl; how many were emptied because they lie
        more than a day after it.
    """
    if crawled is None:
        return times, 0, 0
    seconds, precision, bad = times.seconds.copy(), times.precision.copy(), times.bad.copy()
    at = np.broadcast_to(np.asarray(crawled, np.int64), seconds.shape)
    known = (at >= EARLIEST) & (at < LATEST)
    late = known & (seconds != MISSING) & (seconds > at + GRACE_SECONDS)
    seconds[late], precision[late] = MISSING, Precision.UNKNOWN
    told = 0
    for row in np.flatnonzero(known & (times.seconds == MISSING)).tolist():
        value = values[row]
        value = value.as_py() if isinstance(value, pa.Scalar) else value
        found = told_from(value, int(at[row]), zone) if isinstance(value, str) else None
        if found is not None and EARLIEST <= found[0] < LATEST:
            seconds[row], precision[row] = found
            bad[row] = False
            told += 1
    settled = Times(seconds, precision, bad, times.assumed + told, times.notes)
    return settled, told, int(late.sum())


def crawl_time(text: str, zone: ZoneInfo) -> int | None:
    """Return an ISO 8601 time in seconds since 1970, or None where it is none.

    Example:
        >>> crawl_time("2026-03-02T09:15", ZoneInfo("Asia/Shanghai"))
        1772414100
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return int(moment.astimezone(UTC).timestamp())
