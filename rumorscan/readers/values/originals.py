"""What stood in the dump where a value could not be taken over as it was written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.arrays import Column, plain_text
from rumorscan.readers.values.times import MISSING, Times

_LONGEST = 200


def told_times(values: Column, before: Times, after: Times) -> pa.Array | None:
    """Return how times were written that their values do not tell, or None where all do.

    Those are the times that could not be read or are not known, and those that only the time of
    the crawl made known; empty ones are null.

    Args:
        values: as they stand in the dump.
        before: what they were parsed to.
        after: the same with the time of the crawl.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> from rumorscan.readers.values.times import parse_times
        >>> values = ["2026-03-02", "前几天", ""]
        >>> times = parse_times(values, ZoneInfo("UTC"))
        >>> told_times(values, times, times).to_pylist()
        [None, '前几天', None]
    """
    wanted = (before.seconds == MISSING) | (after.seconds == MISSING)
    if isinstance(values, pa.Array):
        wanted &= np.asarray(pc.is_valid(values))
    found: list[str | None] = [None] * len(wanted)
    for row in np.flatnonzero(wanted).tolist():
        found[row] = _written(values[row])
    return pa.array(found, pa.string()) if any(found) else None


def _written(value: Any) -> str | None:
    if isinstance(value, pa.Scalar):
        try:
            value = value.as_py()
        except (OverflowError, ValueError):
            value = value.cast(pa.int64())  # a date that Python's calendar does not have
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return plain_text(str(value)).strip()[:_LONGEST] or None
