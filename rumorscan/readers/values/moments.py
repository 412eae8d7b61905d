"""One time: the many spellings that people and crawlers use, to UTC seconds with a precision."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rumorscan.errors import DumpError
from rumorscan.records import Precision

DEFAULT_ZONE = "Asia/Shanghai"
"""Zone of times that carry none, where nobody says otherwise."""
EPOCH_DAY_SECONDS = 86_400
EARLIEST = 365 * EPOCH_DAY_SECONDS
"""1971-01-01: what lies before is a placeholder or an error, never a post."""
LATEST = 7_258_118_400
"""2200-01-01."""
_UNKNOWN_WORDS = frozenset({"", "0", "0.0", "-", "--", "null", "none", "nan", "nat", "n/a", "未知"})
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}
_DIGITS = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
    r"(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_CLOCK = (
    r"(?:(?P<half>[上下]午) *)?(?P<H>\d{1,2})[:时点](?P<M>\d{2})"
    r"(?:[:分](?:(?P<S>\d{2})(?:[.,]\d+)?秒?)?)?(?: *(?P<late>[AP]M))?"
)
_ISO_CLOCK = r"[T ](?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,]\d+)?)?"
_ZONE = r"(?P<zone>Z|CST|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 2026-03-02T09:14:07.123+08:00 and its shorter and slashed relatives
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
        rf"(?:[T ]+{_CLOCK})?\s*{_ZONE}?",
        _DIGITS.pattern,
        # days of the year and of the week: 2026-061, 2026-W10-1, 2026W101T091407Z
        rf"(?P<y>\d{{4}})-(?P<days>\d{{3}})(?:{_ISO_CLOCK})?\s*{_ZONE}?",
        rf"(?P<y>\d{{4}})-?W(?P<w>\d{{2}})-?(?P<weekday>[1-7])(?:{_ISO_CLOCK})?\s*{_ZONE}?",
        rf"(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日(?:\s*{_CLOCK})?(?P<zone>)",
        # Mon Mar 02 09:14:07 +0800 2026
        r"[A-Za-z]{3},? (?P<b>[A-Za-z]{3}) +(?P<d>\d{1,2}) "
        rf"(?P<H>\d{{2}}):(?P<M>\d{{2}}):(?P<S>\d{{2}}) (?:{_ZONE} )?(?P<y>\d{{4}})",
        # Mon Mar 02 2026 09:14:07 GMT+0800 (中国标准时间), as browsers write it
        r"[A-Za-z]{3} (?P<b>[A-Za-z]{3}) (?P<d>\d{2}) (?P<y>\d{4}) "
        rf"(?P<H>\d{{2}}):(?P<M>\d{{2}}):(?P<S>\d{{2}}) {_ZONE}(?: \([^()]{{1,60}}\))?",
        # Mon, 02 Mar 2026 09:14:07 +0800
        r"(?:[A-Za-z]{3}, )?(?P<d>\d{1,2}) (?P<b>[A-Za-z]{3}) (?P<y>\d{4}) "
        rf"(?P<H>\d{{2}}):(?P<M>\d{{2}}):(?P<S>\d{{2}}) {_ZONE}",
    )
)


CHINA_TIME = "times in CST, read as China Standard Time"
"""Counts the times that Java's `Date` writes in China; America has a zone of that name as well."""
_CHINA_OFFSET = timedelta(hours=8)
_SOURCE = re.compile(r"(?:来自|发布于).*", re.DOTALL)
"""What Weibo writes behind a time: the program, the region."""
_PARTIAL = re.compile(
    r"\d{1,2}月\d{1,2}日(?: *\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}-\d{1,2} \d{1,2}:\d{2}(?::\d{2})?"
    r"|\d+ ?(?:秒|秒钟|分|分钟|小时|天)前|[今昨前]天 *\d{1,2}:\d{2}(?::\d{2})?|刚刚"
)
"""Times without a year, or told from an unknown hour: real, but not known from the row alone."""


class Moment(NamedTuple):
    """A parsed time.

    Attributes:
        seconds: since 1970 in UTC, or None where the time is not known.
        precision: how finely it is known.
        bad: whether there was a value that is no time.
        assumed: whether it carried no zone and was placed in the assumed one.
        note: what else was assumed about it; empty where nothing was.
    """

    seconds: int | None
    precision: Precision = Precision.UNKNOWN
    bad: bool = False
    assumed: bool = False
    note: str = ""


UNKNOWN = Moment(None)
BAD = Moment(None, bad=True)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name.

    Raises:
        DumpError: no such zone is known.

    Example:
        >>> zone_of("Asia/Shanghai").key
        'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DumpError(
            f"time zone '{name}' is not known; expected a name such as 'Asia/Shanghai' or 'UTC'"
        ) from error


def parse_time(value: Any, zone: ZoneInfo) -> Moment:
    """Return one value, of any type, as a time.

    Example:
        >>> parse_time("Mon Mar 02 09:14:07 +0800 2026", zone_of("UTC")).seconds
        1772414047
        >>> parse_time("2026-03-02", zone_of("Asia/Shanghai"))
        Moment(seconds=1772380800, precision=<Precision.DAY: 1>, bad=False, assumed=True, note='')
        >>> parse_time("2026-W10-1T01:14:07Z", zone_of("UTC")).seconds
        1772414047
        >>> parse_time("1970-01-01 00:00:00", zone_of("Asia/Shanghai")).seconds is None
        True
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return BAD
    if isinstance(value, Decimal):
        value = _plain_number(value)
    if isinstance(value, (int, float)):
        return _number(value, zone)
    if isinstance(value, datetime):
        return _moment(value, Precision.SECOND, zone)
    if isinstance(value, date):
        return _moment(datetime(value.year, value.month, value.day), Precision.DAY, zone)
    if not isinstance(value, str):
        return BAD
    text = bare_time(value)
    if text.lower() in _UNKNOWN_WORDS or text.startswith("0000-00-00") or _PARTIAL.fullmatch(text):
        return UNKNOWN
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _matched(match.groupdict(), zone) or BAD
    try:
        return _number(float(text), zone)
    except ValueError:
        return BAD


def bare_time(text: str) -> str:
    """Return a time without full width and without the program that Weibo writes behind it.

    Example:
        >>> bare_time(" 03月02日 09：14 来自 网页版")
        '03月02日 09:14'
    """
    text = text.strip()
    return text if text.isascii() else _SOURCE.sub("", unicodedata.normalize("NFKC", text)).strip()


def _plain_number(value: Decimal) -> float:
    """Return a decimal as an integer, without its fraction; as a float where it has no digits."""
    return int(value) if value.is_finite() and value.adjusted() < 20 else float(value)


def _matched(parts: dict[str, str | None], zone: ZoneInfo) -> Moment | None:
    try:
        moment = _day_of(parts) + _clock_of(parts)
        offset = _offset_of(parts["zone"])
        if offset is not None:
            moment = (moment - offset).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    if parts["H"] is None:
        precision = Precision.DAY
    else:
        precision = Precision.MINUTE if parts["S"] is None else Precision.SECOND
    found = _moment(moment, precision, zone)
    if (parts["zone"] or "").upper() == "CST" and found.seconds is not None:
        agrees = moment.astimezone(zone).utcoffset() == _CHINA_OFFSET
        return found._replace(assumed=agrees, note=CHINA_TIME)
    return found


def _day_of(parts: dict[str, str | None]) -> datetime:
    """Return the day that is told by its month, the days of the year, or the week."""
    year = int(parts["y"] or 0)
    if days := parts.get("days"):
        day = datetime(year, 1, 1) + timedelta(days=int(days) - 1)
        if day.year != year:
            raise ValueError(days)
        return day
    if week := parts.get("w"):
        return datetime.fromisocalendar(year, int(week), int(parts["weekday"] or 0))
    month = _MONTHS.get((parts["b"] or "").lower(), 0) if "b" in parts else int(parts["m"] or 0)
    return datetime(year, month, int(parts["d"] or 0))


def _clock_of(parts: dict[str, str | None]) -> timedelta:
    """Return how long after midnight it is; 24:00 is the next one."""
    hours, minutes, seconds = (int(parts[name] or 0) for name in "HMS")
    half = (parts.get("half") or parts.get("late") or "").upper()
    if half in ("上午", "AM") and hours > 12:
        raise ValueError(half)
    if half and hours == 12:
        hours = 0
    if half in ("下午", "PM") and hours < 12:
        hours += 12
    if hours > 23 + (minutes == seconds == 0) or minutes > 59 or seconds > 59:
        raise ValueError(hours)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _offset_of(zone: str | None) -> timedelta | None:
    if not zone:
        return None
    zone = zone.upper()
    if zone == "CST":
        return _CHINA_OFFSET
    shift = zone.removeprefix("UTC").removeprefix("GMT")
    if shift in ("", "Z"):
        return timedelta()
    digits = shift[1:].replace(":", "")
    split = len(digits) if len(digits) < 3 else -2
    hours, minutes = int(digits[:split]), int(digits[split:] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if shift[0] == "-" else offset


def _moment(moment: datetime, precision: Precision, zone: ZoneInfo) -> Moment:
    assumed = moment.tzinfo is None
    if (moment.year, moment.month, moment.day) == (1970, 1, 1):
        return UNKNOWN
    try:
        seconds = math.floor((moment.replace(tzinfo=zone) if assumed else moment).timestamp())
    except (OverflowError, ValueError):
        return BAD
    if not EARLIEST <= seconds < LATEST:
        return BAD
    return Moment(seconds, precision, assumed=assumed)


def _number(value: float, zone: ZoneInfo) -> Moment:
    if value == 0 or (isinstance(value, float) and math.isnan(value)):
        return UNKNOWN
    if any(low <= value < high for low, high in CALENDAR_NUMBERS) and value == int(value):
        match = _DIGITS.fullmatch(str(int(value)))
        return (_matched(match.groupdict(), zone) if match else None) or BAD
    for low, high, unit in SCALES:
        if low <= value < high:
            seconds = int(value // unit)
            return Moment(seconds, Precision.SECOND) if seconds < LATEST else BAD
    return BAD


SCALES = (
    (10**9, 10**11, 1),
    (10**12, 10**14, 10**3),
    (10**15, 10**17, 10**6),
    (10**18, 10**20, 10**9),
)
"""Counts since 1970 by their size: seconds, milli-, micro- and nanoseconds."""
CALENDAR_NUMBERS = ((10**7, 10**8), (10**11, 10**12), (10**13, 10**14))
"""Numbers of 8, 12 and 14 digits: 20260302, 202603020914 and 20260302091407."""
