"""Schedules: posts that a clock sends off, told by the second of the minute.

People post at any second. A program that is told to post at 17:11 posts a few seconds after it,
whenever that is: the hours and days may be spread as wide as one likes, the seconds are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.codes import Codes
from rumorscan.coordination.significance import Floats, share_chance

_MINUTE = 60
_WINDOW = 10  # seconds of the minute
_ONE_SECOND = 0.6
_MOST_USUAL = 0.25  # a sixth is usual; where the whole dump keeps to some seconds, nothing is told


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where in the minute some posts are crowded.

    Attributes:
        second: first second of the fullest stretch of ten.
        share: posts inside over all with a time known to the second.
        posts: posts inside.
        chance: that so many fall there if they followed the dump, corrected for the stretches
            tried.
    """

    second: int
    share: float
    posts: int
    chance: float


def usual_seconds(activity: Activity) -> Floats:
    """Return how a dump's posts are spread over the seconds of the minute, shape (60,), sum 1."""
    counts = _count_seconds(activity, np.arange(len(activity)))
    spread: Floats = (counts + 1.0) / (counts.sum() + _MINUTE)
    return spread


def find_schedule(activity: Activity, rows: Codes, usual: Floats) -> Schedule | None:
    """Return the stretch of the minute in which some posts are crowded most, None without times.

    Args:
        activity: the dump's posts.
        rows: the posts in question.
        usual: what `usual_seconds` returned.
    """
    counts = _count_seconds(activity, rows)
    total = int(counts.sum())
    if total < 2:
        return None
    inside = _stretches(counts)
    rates = _stretches(usual)
    chances = [
        share_chance(int(count), total, float(rate)) if rate <= _MOST_USUAL else 1.0
        for count, rate in zip(inside, rates, strict=True)
    ]
    second = int(np.argmin(chances))
    count = int(inside[second])
    if counts.max() > _ONE_SECOND * count:
        return None  # the same second to the dot: such times are known to the minute only
    return Schedule(second, count / total, count, min(1.0, chances[second] * _MINUTE))


def _count_seconds(activity: Activity, rows: Codes) -> Floats:
    times = activity.posted_at[rows]
    known = (times != NEVER) & (activity.precision_seconds[rows] == 1)
    return np.bincount(times[known] % _MINUTE, minlength=_MINUTE).astype(np.float64)


def _stretches(values: Floats) -> Floats:
    """Return the sums over ten seconds from each second on, around the end of the minute."""
    doubled = np.concatenate([values, values[: _WINDOW - 1]])
    sums: Floats = np.convolve(doubled, np.ones(_WINDOW), mode="valid")
    return sums
