"""Geometry of the page's charts: numbers in, shapes out; the templates draw them as SVG.

Shapes stand in the units of a fixed view box and are rounded, so that the same run gives the
same bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rumorscan.reports.glossary import Phrase

_HOUR = 3_600
_DAY = 86_400
_STEPS = (
    (_HOUR, Phrase("每小时", "per hour")),
    (6 * _HOUR, Phrase("每 6 小时", "per 6 hours")),
    (_DAY, Phrase("每天", "per day")),
    (7 * _DAY, Phrase("每周", "per week")),
    (30 * _DAY, Phrase("每 30 天", "per 30 days")),
    (90 * _DAY, Phrase("每 90 天", "per 90 days")),
    (365 * _DAY, Phrase("每 365 天", "per 365 days")),
)
_MOST_BARS = 124
_GRID = 25
_STRIP_BINS = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline; heights are shares of the chart's height, in percent."""

    x: float
    width: float
    total: float
    flagged: float
    share: float
    label: str
    posts: int
    flags: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Posts over time with the flagged ones among them.

    Attributes:
        bars: non-empty buckets in order of time, in a box of 1000 x 100.
        step: words for the length of a bucket.
        most: posts in the fullest bucket; most_share: largest flagged share, in [0, 1].
        marks: labels under the axis, evenly spread.
        outside: posts so far from the others in time that they are not drawn.
    """

    bars: list[Bar]
    step: Phrase
    most: int
    most_share: float
    marks: list[str]
    outside: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A campaign in the chart of two axes, in a box of 400 x 400."""

    x: float
    y: float
    radius: float
    tier: str
    index: int
    label: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Flagged posts that fall in one square of the chart of two axes."""

    x: float
    y: float
    size: float
    opacity: float
    posts: int


def timeline(
    posted_at: npt.NDArray[np.int64], flagged: npt.NDArray[np.bool_], where: tzinfo
) -> Timeline | None:
    """Return the timeline of posts, or None where no post has a time.

    Args:
        posted_at: seconds since 1970, shape (n,), any order.
        flagged: whether each is flagged, shape (n,).
        where: the zone in which days begin.

    Example:
        >>> line = timeline(np.array([0, 10, 7200]), np.array([True, False, False]), UTC)
        >>> [(bar.posts, bar.flags) for bar in line.bars], line.step.en
        ([(2, 1), (1, 0)], 'per hour')
    """
    if not len(posted_at):
        return None
    local = _local(posted_at, where)
    low, high = (int(edge) for edge in _range(local))
    inside = (local >= low) & (local <= high)
    size, words = next(
        (step for step in _STEPS if (high - low) // step[0] < _MOST_BARS), _STEPS[-1]
    )
    first = low // size
    bucket = local[inside] // size - first
    posts = np.bincount(bucket)
    flags = np.bincount(bucket, weights=flagged[inside], minlength=len(posts)).astype(np.int64)
    shares = flags / np.maximum(posts, 1)
    most, most_share = int(posts.max()), float(shares.max())
    width = 1000.0 / len(posts)
    form = "%Y-%m-%d %H:%M" if size < _DAY else "%Y-%m-%d"
    bars = [
        Bar(
            x=round(row * width, 2),
            width=round(max(width * 0.86, 0.8), 2),
            total=round(100.0 * float(posts[row]) / most, 2),
            flagged=round(100.0 * float(flags[row]) / most, 2),
            share=round(100.0 * float(shares[row]) / (most_share or 1.0), 2),
            label=_stamp((first + row) * size, form),
            posts=int(posts[row]),
            flags=int(flags[row]),
        )
        for row in np.flatnonzero(posts).tolist()
    ]
    short = form.removeprefix("%Y-") if size < _DAY else form
    marks = [_stamp((first + len(posts) * part // 4) * size, short) for part in range(5)]
    return Timeline(bars, words, most, most_share, marks, int((~inside).sum()))


def strip(posted_at: npt.NDArray[np.int64]) -> list[tuple[float, float, float]]:
    """Return a campaign's posts over its own span as (x, width, height) in a box of 600 x 100.

    Example:
        >>> strip(np.array([0, 0, 100]))
        [(0.0, 8.5, 100.0), (590.0, 8.5, 50.0)]
    """
    if not len(posted_at):
        return []
    low, high = int(posted_at.min()), int(posted_at.max())
    place = (posted_at - low) * _STRIP_BINS // max(high - low + 1, 1)
    counts = np.bincount(place, minlength=_STRIP_BINS)
    width = 600.0 / _STRIP_BINS
    top = float(counts.max())
    return [
        (
            round(row * width, 2),
            round(width - 1.5, 2),
            round(max(100.0 * float(counts[row]) / top, 6.0), 2),
        )
        for row in np.flatnonzero(counts).tolist()
    ]


def busiest(posted_at: npt.NDArray[np.int64], seconds: int) -> float:
    """Return the largest share of posts inside any window of that many seconds.

    Example:
        >>> busiest(np.array([0, 60, 10_000, 10_030]), 3_600)
        0.5
    """
    ordered = np.sort(posted_at)
    ends = np.searchsorted(ordered, ordered + seconds, side="right")
    return float((ends - np.arange(len(ordered))).max() / len(ordered))


def cells(axes: npt.NDArray[np.float64]) -> list[Cell]:
    """Return flagged posts as squares of the chart of two axes, darker where there are more.

    Args:
        axes: coordination and rumor probability in [0, 1], shape (n, 2).

    Example:
        >>> [(cell.x, cell.y, cell.posts) for cell in cells(np.array([[0.0, 1.0], [0.01, 0.99]]))]
        [(0.0, 0.0, 2)]
    """
    if not len(axes):
        return []
    place = np.clip((axes * _GRID).astype(np.int64), 0, _GRID - 1)
    counts = np.bincount(place[:, 0] * _GRID + place[:, 1], minlength=_GRID * _GRID)
    side = 400.0 / _GRID
    top = math.log1p(float(counts.max()))
    return [
        Cell(
            x=round((spot // _GRID) * side, 2),
            y=round(400.0 - (spot % _GRID + 1) * side, 2),
            size=side,
            opacity=round(0.18 + 0.6 * math.log1p(float(counts[spot])) / top, 3),
            posts=int(counts[spot]),
        )
        for spot in np.flatnonzero(counts).tolist()
    ]


def dot(campaign: tuple[float, float, int], tier: str, index: int, label: str) -> Dot:
    """Return a campaign's place from its coordination, rumor probability and account count.

    Example:
        >>> place = dot((0.5, 1.0, 100), "confirmed", 1, "c1")
        >>> place.x, place.y, place.radius
        (200.0, 0.0, 14.0)
    """
    across, up, accounts = campaign
    return Dot(
        x=round(400.0 * min(max(across, 0.0), 1.0), 2),
        y=round(400.0 - 400.0 * min(max(up, 0.0), 1.0), 2),
        radius=round(min(8.0 + 3.0 * math.log10(max(accounts, 1)), 20.0), 2),
        tier=tier,
        index=index,
        label=label,
    )


def _range(local: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return the first and last time to draw: all, or the bulk where a few lie far outside."""
    low, high = float(local.min()), float(local.max())
    inner_low, inner_high = np.quantile(local, (0.001, 0.999))
    if high - low > 20 * (inner_high - inner_low) + _DAY:
        return float(inner_low), float(inner_high)
    return low, high


def _local(posted_at: npt.NDArray[np.int64], where: tzinfo) -> npt.NDArray[np.int64]:
    """Return seconds of the clock on the wall; a zone's offset is looked up once an hour."""
    hours, place = np.unique(posted_at // _HOUR, return_inverse=True)
    edges = [int(hours[0]), int(hours[-1]) + 1]
    offsets = {_offset(hour * _HOUR, where) for hour in edges}
    if len(offsets) == 1 and all(
        _offset(hour * _HOUR, where) in offsets
        for a, b in pairwise(edges)
        for hour in range(a, b, 24 * 30)
    ):
        return posted_at + offsets.pop()
    table = np.array([_offset(int(hour) * _HOUR, where) for hour in hours], np.int64)
    return posted_at + table[place.reshape(-1)]


def _offset(seconds: int, where: tzinfo) -> int:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return int((at.astimezone(where).utcoffset() or timedelta()).total_seconds())


def _stamp(local_seconds: float, form: str) -> str:
    return f"{datetime(1970, 1, 1) + timedelta(seconds=int(local_seconds)):{form}}"
