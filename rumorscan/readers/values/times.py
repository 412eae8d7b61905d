"""Columns of times: many spellings to UTC seconds with a precision.

Whole columns of the ordinary spellings (ISO 8601 to the day, minute or second, with or
without a zone, and counts since 1970) are parsed at once; every other value by itself. A time
that is not known stays unknown: it is never 1970.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.arrays import bytes_of, told_apart
from rumorscan.readers.values.clocks import ENDINGS, NUMBER_LENGTHS, parse_calendar, parse_number
from rumorscan.readers.values.days import DAY_NUMBERS, day_numbers, local_times
from rumorscan.readers.values.moments import (
    CALENDAR_NUMBERS,
    EARLIEST,
    EPOCH_DAY_SECONDS,
    LATEST,
    SCALES,
    parse_time,
)
from rumorscan.readers.values.zones import to_utc
from rumorscan.records import UTC_SECONDS, Precision

MISSING = np.iinfo(np.int64).min
"""Stands for "no time" among epoch seconds."""


@dataclass(frozen=True, slots=True)
class Times:
    """A column of parsed times.

    Attributes:
        seconds: int64 seconds since 1970 UTC, `MISSING` where the time is not known.
        precision: uint8 `Precision`.
        bad: bool, True where a value was there but is no time.
        assumed: how many times carried no zone and were placed in the assumed one.
        notes: what else was assumed, with how many times each.
    """

    seconds: np.ndarray[Any, Any]
    precision: np.ndarray[Any, Any]
    bad: np.ndarray[Any, Any]
    assumed: int
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def unknown(self) -> int:
        """How many rows have no time and no bad one either."""
        return int(((self.seconds == MISSING) & ~self.bad).sum())

    def to_arrow(self) -> pa.Array:
        """Return the times as `timestamp[s, UTC]`, null where not known."""
        return pa.array(self.seconds, pa.int64(), mask=self.seconds == MISSING).cast(UTC_SECONDS)


def parse_times(values: pa.Array | Sequence[Any], zone: ZoneInfo) -> Times:
    """Return a whole column of times in UTC.

    The day numbers of spreadsheets are times where most of the column are such.

    Args:
        values: Arrow array or list; text, numbers, dates, times or None.
        zone: where times without a zone are taken to be.

    Example:
        >>> zone = ZoneInfo("UTC")
        >>> times = parse_times(["2026-03-02 09:14", "1772414047", None, "昨天"], zone)
        >>> times.to_arrow()[1].as_py().isoformat()
        '2026-03-02T01:14:07+00:00'
        >>> times.precision.tolist(), times.bad.tolist()
        ([2, 3, 0, 0], [False, False, False, True])
        >>> parse_times(["46083.38480"], zone).to_arrow()[0].as_py().isoformat()
        '2026-03-02T09:14:07+00:00'
    """
    times = _parse(values, zone)
    return _with_day_numbers(times, values, zone) if times.bad.any() else times


def _with_day_numbers(times: Times, values: Any, zone: ZoneInfo) -> Times:
    rows = np.flatnonzero(times.bad)
    numbers = day_numbers(values, rows)
    hits = np.flatnonzero(~np.isnan(numbers))
    known = np.count_nonzero(times.seconds != MISSING)
    if 2 * len(hits) <= len(rows) + known:
        return times
    rows = rows[hits]
    local, precision = local_times(numbers[hits])
    seconds, precisions, bad = times.seconds.copy(), times.precision.copy(), times.bad.copy()
    seconds[rows], precisions[rows], bad[rows] = to_utc(local, zone), precision, False
    notes = {**times.notes, DAY_NUMBERS: len(rows)}
    return Times(seconds, precisions, bad, times.assumed + len(rows), notes)


def _parse(values: pa.Array | Sequence[Any], zone: ZoneInfo) -> Times:
    if not isinstance(values, pa.Array):
        values = _as_array(values)
        if isinstance(values, list):
            if (parts := told_apart(values)) is not None:
                return _together(*(_parse(part, zone) for part in parts))
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


def _together(one: Times, other: Times) -> Times:
    """Return two columns of times as one; of each row at most one has a time."""
    return Times(
        np.maximum(one.seconds, other.seconds),
        np.maximum(one.precision, other.precision),
        one.bad | other.bad,
        one.assumed + other.assumed,
        Counter(one.notes) + Counter(other.notes),
    )


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
    notes: Counter[str] = Counter()
    for row, value in enumerate(values):
        seconds, times.precision[row], times.bad[row], zoneless, note = parse_time(value, zone)
        if seconds is not None:
            times.seconds[row] = seconds
        assumed += zoneless
        notes[note] += bool(note)
    return Times(times.seconds, times.precision, times.bad, assumed, +notes)


def _parse_numbers(values: pa.Array, zone: ZoneInfo) -> Times:
    """Parse counts since 1970, and the numbers that spell a day of the calendar."""
    times = _parse_counts(values)
    numbers = np.asarray(pc.fill_null(values, 0))
    spelled = np.zeros(len(numbers), bool)
    for low, high in CALENDAR_NUMBERS:
        spelled |= (numbers >= low) & (numbers < high)
    rows = np.flatnonzero(spelled)
    if not len(rows):
        return times
    slow = _parse_distinct(values.take(pa.array(rows)), zone)
    times.seconds[rows], times.precision[rows] = slow.seconds, slow.precision
    times.bad[rows] = slow.bad
    return Times(times.seconds, times.precision, times.bad, slow.assumed)


def _parse_counts(values: pa.Array) -> Times:
    floats = pa.types.is_floating(values.type)
    numbers = np.asarray(pc.fill_null(values, 0))
    if floats:
        numbers = np.where(np.isfinite(numbers), numbers, 0.0)
    times = _nothing(len(values))
    found = numbers == 0
    for low, high, unit in SCALES:
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


def _parse_strings(values: pa.Array, zone: ZoneInfo) -> Times:
    times = _nothing(len(values))
    offsets, data = bytes_of(values)
    lengths = np.diff(offsets)
    if values.null_count:
        lengths = np.where(np.asarray(pc.is_valid(values)), lengths, 0)
    left = lengths > 0
    assumed, notes = 0, times.notes
    for length in np.flatnonzero(np.bincount(lengths[left], minlength=1)).tolist():
        if length not in ENDINGS and length not in NUMBER_LENGTHS:
            continue
        rows = np.flatnonzero(lengths == length)
        part = _parse_cells(_cells(data, offsets, rows, length), zone)
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
        assumed, notes = assumed + slow.assumed, slow.notes
    return Times(times.seconds, times.precision, times.bad, assumed, notes)


def _cells(
    data: np.ndarray[Any, Any],
    offsets: np.ndarray[Any, Any],
    rows: np.ndarray[Any, Any],
    length: int,
) -> np.ndarray[Any, Any]:
    """Return the first characters of some texts of one length, the second ones, and so on."""
    first, last = int(offsets[rows[0]]), int(offsets[rows[-1]]) + length
    if last - first == len(rows) * length:  # nothing lies between them
        return np.ascontiguousarray(data[first:last].reshape(len(rows), length).T)
    return np.asarray(data[np.arange(length)[:, None] + offsets[rows]])


def _parse_distinct(values: pa.Array, zone: ZoneInfo) -> Times:
    encoded = values.dictionary_encode()
    rows = np.asarray(encoded.indices)
    each = [parse_time(value, zone) for value in encoded.dictionary.to_pylist()]
    seconds = np.array([MISSING if item[0] is None else item[0] for item in each], np.int64)
    precision = np.array([item[1] for item in each], np.uint8)
    bad, zoneless = (np.array([item[place] for item in each], bool) for place in (2, 3))
    notes: Counter[str] = Counter()
    if any(item.note for item in each):
        counts = np.bincount(rows, minlength=len(each)).tolist()
        for item, count in zip(each, counts, strict=True):
            notes[item.note] += count if item.note else 0
    return Times(seconds[rows], precision[rows], bad[rows], int(zoneless[rows].sum()), +notes)


def _parse_cells(cells: np.ndarray[Any, Any], zone: ZoneInfo) -> Times:
    """Parse texts of one length, uint8 of shape (length, rows); precision 0 means not parsed."""
    times = _nothing(cells.shape[1])
    length = len(cells)
    if length in NUMBER_LENGTHS:
        numeric, numbers = parse_number(cells)
        if numeric.any():
            counted = _parse_counts(pa.array(np.where(numeric, numbers, 0)))
            times = Times(counted.seconds, counted.precision, times.bad, 0)
        if numeric.all():
            return times
    if length not in ENDINGS:
        return times
    calendar = parse_calendar(cells)
    earliest = EARLIEST + EPOCH_DAY_SECONDS
    rows = np.flatnonzero(
        calendar.fits & (calendar.seconds >= earliest) & (calendar.seconds < LATEST)
    )
    seconds = calendar.seconds[rows]
    times.seconds[rows] = to_utc(seconds, zone) if calendar.naive else seconds
    times.precision[rows] = calendar.precision
    return Times(times.seconds, times.precision, times.bad, len(rows) if calendar.naive else 0)
