"""Timing: how tightly posts are crowded, at the dump's own precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.activity import NEVER
from rumorscan.coordination.significance import share_chance
from rumorscan.kernels import compiled

Seconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Burst:
    """The most telling window of a set of posts.

    Attributes:
        window_seconds: its length.
        share: posts inside over all with a known time.
        posts: posts inside.
        started_at: seconds since 1970 UTC.
        chance: that so many fall in one such window if they followed the background,
            corrected for the windows tried.
    """

    window_seconds: int
    share: float
    posts: int
    started_at: int
    chance: float


def busiest_share(posted_at: Seconds, window_seconds: int) -> float:
    """Return the largest share of posts inside any window of that length.

    Args:
        posted_at: seconds since 1970 UTC, shape (n,), any order, n > 0.
        window_seconds: length of the window; both ends count.

    Returns:
        A share in (0, 1]; 1.0 means that all posts fit in one window.

    Example:
        >>> busiest_share(np.array([0, 30, 60, 5_000]), 60)
        0.75
    """
    count, _ = _busiest(np.sort(posted_at), window_seconds)
    return float(count / len(posted_at))


def find_burst(
    posted_at: Seconds,
    background: Seconds,
    windows_seconds: tuple[int, ...],
    precision_seconds: int,
) -> Burst | None:
    """Return the window in which the posts are crowded most beyond the background.

    Args:
        posted_at: times of the posts in question, `NEVER` allowed.
        background: sorted known times of the other posts of the same threads, or of the dump.
        windows_seconds: ladder of windows, shortest first.
        precision_seconds: windows that are not longer than this are left out.

    Returns:
        The burst with the smallest chance, or None with fewer than three known times.
    """
    times = np.sort(posted_at[posted_at != NEVER])
    if len(times) < 3:
        return None
    windows = [window for window in windows_seconds if window > precision_seconds]
    best: Burst | None = None
    for window in windows:
        count, start = _busiest(times, window)
        inside = np.searchsorted(background, start + window, side="right") - np.searchsorted(
            background, start, side="left"
        )
        rate = (float(inside) + 1.0) / (len(background) + 2.0)
        # one post of each window is free: the window is laid where the posts are
        chance = min(1.0, share_chance(count - 1, len(times) - 1, rate) * len(windows))
        burst = Burst(window, count / len(times), int(count), int(start), chance)
        if best is None or burst.chance < best.chance:
            best = burst
    return best


@compiled
def _busiest(times: Seconds, window_seconds: int) -> tuple[int, int]:
    """Return the largest count in a window over sorted times, and where it starts."""
    best = 0
    start = times[0]
    first = 0
    for last in range(len(times)):
        while times[last] - times[first] > window_seconds:
            first += 1
        if last - first + 1 > best:
            best = last - first + 1
            start = times[first]
    return best, start
