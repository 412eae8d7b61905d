"""Times of posts: many spellings to UTC seconds with a precision.

Whole columns of the ordinary spellings (ISO 8601 to the day, minute or second, with or
without a zone, and counts since 1970) are parsed at once; every other value goes through
`parse_time` one at a time. A time that is not known stays unknown: it is never 1970.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.records import UTC_SECONDS, Precision

EPOCH_DAY_SECONDS = 86_400
EARLIEST = 365 * EPOCH_DAY_SECONDS
"""1971-01-01: what lies before is a placeholder or an error, never a post."""
LATEST = 7_258_118_400
"""2200-01-01."""
MISSING = np.iinfo(np.int64).min
"""Stands for "no time" among epoch seconds."""

_UNKNOWN_WORDS = frozenset({"", "0", "0.0", "-", "--", "null", "none", "nan", "nat", "n/a", "未知"})
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2026-03-02T09:14:07.123+08:00 and its shorter and slashed relatives
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
        r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?)?"
        r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
        r"(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"
        r"(?:\s*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?(?P<zone>)",
        # Mon Mar 02 09:14:07 +0800 2026
        r"[A-Za-z]{3},? (?P<b>[A-Za-z]{3}) +(?P<d>\d{1,2}) "
        r"(?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2}) (?P<zone>[+-]\d{4}) (?P<y>\d{4})",
        # Mon, 02 Mar 2026 09:14:07 +0800
        r"[A-Za-z]{3}, (?P<d>\d{1,2}) (?P<b>[A-Za-z]{3}) (?P<y>\d{4}) "
        r"(?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2}) (?P<zone>[+-]\d{4}|GMT|UTC)",
    )
)


@dataclass(frozen=True, slots=True)
class Times:
    """A column of parsed times.

    Attributes:
        seconds: int64 seconds since 1970 UTC, `MISSING` where the time is not known.
        precision: uint8 `Precision`.
        bad: bool, True where a value was there but is no time.
        assumed: how many times carried no zone and were placed in the assumed one.
    """

    seconds: np.ndarray[Any, Any]
    precision: np.ndarray[Any, Any]
    bad: np.ndarray[Any, Any]
    assumed: int

    @property
    def unknown(self) -> int:
        """How many rows have no time and no bad one either."""
        return int(((self.seconds == MISSING) & ~self.bad).sum())

    def to_arrow(self) -> pa.Array:
        """Return the times as `timestamp[s, UTC]`, null where not known."""
        return pa.array(self.seconds, pa.int64(), mask=self.seconds == MISSING).cast(UTC_SECONDS)


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


def parse_times(values: pa.Array | Sequence[Any], zone: ZoneInfo) -> Times:
    """Return a whole column of times in UTC.

    Args:
        values: Arrow array or list; text, numbers, dates, times or None.
        zone: where times without a zone are taken to be.

    Example:
        >>> times = parse_times(["2026-03-02 09:14", "1772414047", None, "昨天"], zone_of("UTC"))
        >>> times.to_arrow()[1].as_py().isoformat()
        '2026-03-02T01:14:07+00:00'
        >>> times.precision.tolist(), times.bad.tolist()
        ([2, 3, 0, 0], [False, False, False, True])
    """
    if not isinstance(values, pa.Array):
        values = _as_array(values)
        if isinstance(values, list):
            return _parse_each(values, zone)
    kind = values.type
    if pa.types.is_null(kind):
        return _nothing(len(values))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _parse_strings(values.cast(pa.string()), zone)
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return _parse_numbers(values.cast(pa.int64()), zone)
    if pa.types.is_floating(kind):
        return _parse_numbers(values.cast(pa.float64()), zone)
    if pa.types.is_timestamp(kind):
        return _parse_stamps(values, zone)
    if pa.types.is_date(kind):
        return _parse_dates(values, zone)
    return _parse_each(values.to_pylist(), zone)


def parse_time(value: Any, zone: ZoneInfo) -> tuple[int | None, Precision, bool, bool]:
    """Return one value as UTC seconds: (seconds or None, precision, was it bad, was a zone assumed).

    Example:
        >>> parse_time("Mon Mar 02 09:14:07 +0800 2026", zone_of("UTC"))
        (1772414047, <Precision.SECOND: 3>, False, False)
        >>> parse_time("2026-03-02", zone_of("Asia/Shanghai"))
        (1772380800, <Precision.DAY: 1>, False, True)
        >>> parse_time("1970-01-01 00:00:00", zone_of("Asia/Shanghai"))
        (None, <Precision.UNKNOWN: 0>, False, False)
    """
    unknown = (None, Precision.UNKNOWN, False, False)
    bad = (None, Precision.UNKNOWN, True, False)
    if value is None:
        return unknown
    if isinstance(value, bool):
        return bad
    if isinstance(value, (int, float)):
        return _number(value, unknown, bad)
    if isinstance(value, datetime):
        return _moment(value, Precision.SECOND, zone)
    if isinstance(value, date):
        return _moment(datetime(value.year, value.month, value.day), Precision.DAY, zone)
    if not isinstance(value, str):
        return bad
    text = value.strip()
    if text.lower() in _UNKNOWN_WORDS or text.startswith("0000-00-00"):
        return unknown
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _matched(match.groupdict(), zone) or bad
    try:
        return _number(float(text), unknown, bad)
    except ValueError:
        return bad


def _matched(
    parts: dict[str, str | None], zone: ZoneInfo
) -> tuple[int | None, Precision, bool, bool] | None:
    month = _MONTHS.get((parts["b"] or "").lower(), 0) if "b" in parts else int(parts["m"] or 0)
    try:
        moment = datetime(
            int(parts["y"] or 0),
            month,
            int(parts["d"] or 0),
            int(parts["H"] or 0),
            int(parts["M"] or 0),
            int(parts["S"] or 0),
        )
        offset = _offset_of(parts["zone"])
    except ValueError:
        return None
    if offset is not None:
        moment = (moment - offset).replace(tzinfo=UTC)
    if parts["H"] is None:
        precision = Precision.DAY
    else:
        precision = Precision.MINUTE if parts["S"] is None else Precision.SECOND
    return _moment(moment, precision, zone)


def _offset_of(zone: str | None) -> timedelta | None:
    if not zone:
        return None
    if zone in ("Z", "UTC", "GMT"):
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def _moment(
    moment: datetime, precision: Precision, zone: ZoneInfo
) -> tuple[int | None, Precision, bool, bool]:
    assumed = moment.tzinfo is None
    if (moment.year, moment.month, moment.day) == (1970, 1, 1):
        return None, Precision.UNKNOWN, False, False
    try:
        seconds = math.floor((moment.replace(tzinfo=zone) if assumed else moment).timestamp())
    except (OverflowError, ValueError):
        return None, Precision.UNKNOWN, True, False
    if not EARLIEST <= seconds < LATEST:
        return None, Precision.UNKNOWN, True, False
    return seconds, precision, False, assumed


def _number(
    value: float,
    unknown: tuple[None, Precision, bool, bool],
    bad: tuple[None, Precision, bool, bool],
) -> tuple[int | None, Precision, bool, bool]:
    if value == 0 or value != value:
        return unknown
    for low, high, unit in _SCALES:
        if low <= value < high:
            seconds = int(value // unit)
            return (seconds, Precision.SECOND, False, False) if seconds < LATEST else bad
    return bad


_SCALES = (
    (10**9, 10**11, 1),
    (10**12, 10**14, 10**3),
    (10**15, 10**17, 10**6),
    (10**18, 10**20, 10**9),
)
"""Counts since 1970 by their size: seconds, milli-, micro- and nanoseconds."""


def _nothing(count: int) -> Times:
    return Times(
        np.full(count, MISSING, np.int64), np.zeros(count, np.uint8), np.zeros(count, bool), 0
    )


def _as_array(values: Sequence[Any]) -> Any:
    """Return the values as a text or integer array where they are all alike, else a list."""
    for kind in (pa.string(), pa.int64()):
        try:
            return pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError, OverflowError):
            continue
    return list(values)


def _parse_each(values: list[Any], zone: ZoneInfo) -> Times:
    times = _nothing(len(values))
    assumed = 0
    for row, value in enumerate(values):
        seconds, times.precision[row], times.bad[row], zoneless = parse_time(value, zone)
        if seconds is not None:
            times.seconds[row] = seconds
        assumed += zoneless
    return Times(times.seconds, times.precision, times.bad, assumed)


def _parse_numbers(values: pa.Array, zone: ZoneInfo) -> Times:
    floats = pa.types.is_floating(values.type)
    numbers = np.asarray(pc.fill_null(values, 0))
    if floats:
        numbers = np.where(np.isfinite(numbers), numbers, 0.0)
    times = _nothing(len(values))
    found = numbers == 0
    for low, high, unit in _SCALES:
        inside = (numbers >= low) & (numbers <= high - 1) if high < 2**63 else numbers >= low
        if inside.any():
            times.seconds[inside] = (numbers[inside] // unit).astype(np.int64)
            found |= inside
    late = times.seconds >= LATEST
    times.seconds[late] = MISSING
    known = times.seconds != MISSING
    times.precision[known] = Precision.SECOND
    return Times(times.seconds, times.precision, ~found | late, 0)


def _parse_stamps(values: pa.Array, zone: ZoneInfo) -> Times:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[values.type.unit]
    known = np.asarray(pc.is_valid(values))
    ticks = np.asarray(pc.fill_null(values.cast(pa.int64()), 0))
    return _settle(ticks // per_second, known, Precision.SECOND, zone, values.type.tz is None)


def _parse_dates(values: pa.Array, zone: ZoneInfo) -> Times:
    known = np.asarray(pc.is_valid(values))
    days = np.asarray(pc.fill_null(values.cast(pa.date32()).cast(pa.int32()), 0)).astype(np.int64)
    return _settle(days * EPOCH_DAY_SECONDS, known, Precision.DAY, zone, True)


def _settle(
    seconds: np.ndarray[Any, Any],
    known: np.ndarray[Any, Any],
    precision: Precision,
    zone: ZoneInfo,
    naive: bool,
) -> Times:
    known = known & (seconds // EPOCH_DAY_SECONDS != 0)
    bad = known & ((seconds < EARLIEST) | (seconds >= LATEST))
    known &= ~bad
    times = _nothing(len(seconds))
    kept = seconds[known]
    times.seconds[known] = to_utc(kept, zone) if naive else kept
    times.precision[known] = precision
    return Times(times.seconds, times.precision, bad, len(kept) if naive else 0)


def to_utc(local_seconds: np.ndarray[Any, Any], zone: ZoneInfo) -> np.ndarray[Any, Any]:
    """Return wall-clock seconds of a zone as UTC seconds; int64, same shape.

    The offset is looked up once a day; only days on which it changes are looked at one value
    at a time. Of an hour that happens twice the first one is taken.

    Example:
        >>> to_utc(np.array([1772442847]), zone_of("Asia/Shanghai")).tolist()
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
        start, end = (_offset_at(day * EPOCH_DAY_SECONDS + second, zone) for second in (0, 86_399))
        offsets[day - first] = start
        if start != end:
            changing.append(day)
    result = local_seconds - offsets[days - first]
    if changing:
        for row in np.flatnonzero(np.isin(days, changing)).tolist():
            result[row] = local_seconds[row] - _offset_at(int(local_seconds[row]), zone)
    return cast("np.ndarray[Any, Any]", result)


def _offset_at(local_second: int, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(local_second, UTC).replace(tzinfo=zone)
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _parse_strings(values: pa.Array, zone: ZoneInfo) -> Times:
    times = _nothing(len(values))
    offsets, data = bytes_of(values)
    lengths = np.diff(offsets)
    if values.null_count:
        lengths = np.where(np.asarray(pc.is_valid(values)), lengths, 0)
    left = lengths > 0
    assumed = 0
    for length in np.flatnonzero(np.bincount(lengths[left], minlength=1)).tolist():
        if length not in _LENGTHS:
            continue
        rows = np.flatnonzero(lengths == length)
        part = _parse_cells(data[offsets[rows][:, None] + np.arange(length)], zone)
        fits = part.precision > 0
        rows = rows[fits]
        times.seconds[rows], times.precision[rows] = part.seconds[fits], part.precision[fits]
        assumed += part.assumed
        left[rows] = False
    rows = np.flatnonzero(left)
    if len(rows):
        slow = _parse_distinct(values.take(pa.array(rows)), zone)
        times.seconds[rows], times.precision[rows] = slow.seconds, slow.precision
        times.bad[rows] = slow.bad
        assumed += slow.assumed
    return Times(times.seconds, times.precision, times.bad, assumed)


def _parse_distinct(values: pa.Array, zone: ZoneInfo) -> Times:
    encoded = values.dictionary_encode()
    rows = np.asarray(encoded.indices)
    each = [parse_time(value, zone) for value in encoded.dictionary.to_pylist()]
    seconds = np.array([MISSING if item[0] is None else item[0] for item in each], np.int64)
    precision = np.array([item[1] for item in each], np.uint8)
    bad, zoneless = (np.array([item[place] for item in each], bool) for place in (2, 3))
    return Times(seconds[rows], precision[rows], bad[rows], int(zoneless[rows].sum()))


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


_LENGTHS = {
    10: "",
    13: "",
    16: "",
    19: "",
    20: "Z",
    23: ".ddd",
    24: ".dddZ",
    25: "+dd:dd",
    26: ".dddddd",
}
"""Lengths of the spellings that are parsed as whole columns, and what follows the seconds."""
_PLACES = {"y": slice(0, 4), "m": slice(5, 7), "d": slice(8, 10), "H": slice(11, 13), "M": slice(14, 16), "S": slice(17, 19)}  # fmt: skip
_DAYS_BEFORE = np.cumsum([0, 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _parse_cells(cells: np.ndarray[Any, Any], zone: ZoneInfo) -> Times:
    """Parse texts of one length, given as uint8 of shape (rows, length); 0 precision: not parsed."""
    times = _nothing(len(cells))
    length = cells.shape[1]
    digits = cells - 48  # wraps round to a large number for what is no digit
    if length in (10, 13, 16, 19):
        numeric = (digits < 10).all(axis=1)
        if numeric.any():
            weights = 10 ** np.arange(length - 1, -1, -1, dtype=np.int64)
            numbers = _parse_numbers(pa.array(digits[numeric].astype(np.int64) @ weights), zone)
            times.seconds[numeric] = numbers.seconds
            times.precision[numeric] = numbers.precision
            if numeric.all():
                return times
    if length == 13:
        return times
    fits, local, precision = _calendar(cells, digits)
    shift, naive = _tail(cells[:, 19:], digits[:, 19:], fits)
    rows = np.flatnonzero(fits & (local >= EARLIEST + EPOCH_DAY_SECONDS) & (local < LATEST))
    times.seconds[rows] = to_utc(local[rows], zone) if naive else (local - shift)[rows]
    times.precision[rows] = precision
    return Times(times.seconds, times.precision, times.bad, len(rows) if naive else 0)


def _calendar(
    cells: np.ndarray[Any, Any], digits: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], Precision]:
    """Return which rows are calendar times, their wall-clock seconds, and the precision."""
    length = cells.shape[1]
    names = "ymd" if length == 10 else "ymdHM" if length == 16 else "ymdHMS"
    precision = Precision(len(names) // 2)
    fits = np.isin(cells[:, 4], (45, 47)) & (cells[:, 7] == cells[:, 4])
    if length > 10:
        fits &= np.isin(cells[:, 10], (32, 84)) & (cells[:, 13] == 58)
    if length > 16:
        fits &= cells[:, 16] == 58
    part = {"H": np.int64(0), "M": np.int64(0), "S": np.int64(0)}
    for name in names:
        places = digits[:, _PLACES[name]]
        fits &= (places < 10).all(axis=1)
        weights = 10 ** np.arange(places.shape[1] - 1, -1, -1, dtype=np.int64)
        part[name] = (places.astype(np.int64) * weights).sum(axis=1)
    year, month, day = part["y"], np.clip(part["m"], 0, 13), part["d"]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    month_days = np.diff(_DAYS_BEFORE, append=365)[np.clip(month, 1, 12)] + (leap & (month == 2))
    fits &= (month == part["m"]) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= month_days)
    fits &= (part["H"] < 24) & (part["M"] < 60) & (part["S"] < 60)
    before = year - 1
    days = 365 * year + before // 4 - before // 100 + before // 400 - 719_527
    days = days + _DAYS_BEFORE[np.clip(month, 1, 12)] + (leap & (month > 2)) + day - 1
    seconds = days * EPOCH_DAY_SECONDS + part["H"] * 3_600 + part["M"] * 60 + part["S"]
    return fits, seconds, precision


def _tail(
    cells: np.ndarray[Any, Any], digits: np.ndarray[Any, Any], fits: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any] | int, bool]:
    """Check what follows the seconds; return the zone's shift in seconds and whether none is told."""
    shape = _LENGTHS.get(19 + cells.shape[1], "") if cells.shape[1] else ""
    for place, letter in enumerate(shape):
        column = cells[:, place]
        if letter == "d":
            fits &= digits[:, place] < 10
        elif letter == "+":
            fits &= (column == 43) | (column == 45)
        else:
            fits &= column == ord(letter)
    if not shape.startswith("+"):
        return 0, not shape.endswith("Z")
    wide = digits.astype(np.int64)
    hours, minutes = wide[:, 1] * 10 + wide[:, 2], wide[:, 4] * 10 + wide[:, 5]
    fits &= (hours <= 14) & (minutes < 60)
    shift = hours * 3_600 + minutes * 60
    return np.where(cells[:, 0] == 45, -shift, shift), False
