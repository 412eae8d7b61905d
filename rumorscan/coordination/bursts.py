"""Timing: how tightly posts are crowded, at the dump's own precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from rumorscan.coordination.activity import NEVER
from rumorscan.coordination.significance import share_chance
from rumorscan.kernels import compiled

Seconds = npt.NDArray[np.int64]

_LEAST_CHANCE = 1e-300


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


def find_bursts(
    posted_at: Seconds,
    background: Seconds,
    windows_seconds: tuple[int, ...],
    precision_seconds: int,
) -> list[Burst]:
    """Return for each window where the posts are crowded most, and how improbable that is.

    Args:
        posted_at: times of the posts in question, `NEVER` allowed.
        background: sorted known times of the other posts of the same threads, or of the dump.
        windows_seconds: ladder of windows, shortest first.
        precision_seconds: windows that are not longer than this are left out.

    Returns:
        A burst for each window, the most improbable first; none with fewer than three known
        times.
    """
    times = np.sort(posted_at[posted_at != NEVER])
    if len(times) < 3:
        return []
    windows = [window for window in windows_seconds if window > precision_seconds]
    bursts = []
    for window in windows:
        count, start = _busiest(times, window)
        inside = np.searchsorted(background, start + window, side="right") - np.searchsorted(
            background, start, side="left"
        )
        rate = (float(inside) + 1.0) / (len(background) + 2.0)
        chance = _scan_chance(int(count), len(times), rate) * len(windows)
        bursts.append(Burst(window, count / len(times), int(count), int(start), min(1.0, chance)))
    return sorted(bursts, key=lambda burst: (burst.chance, burst.window_seconds))


def find_parallel_bursts(
    posted_at: Seconds,
    thread: Seconds,
    backgrounds: dict[int, Seconds],
    windows_seconds: tuple[int, ...],
    precision_seconds: int,
) -> list[Burst]:
    """Return for each window how crowded the posts are in each thread by itself, taken together.

    An order that is carried out in one thread after the other is crowded in each of them.

    Args:
        posted_at: times of the posts in question, `NEVER` allowed.
        thread: the thread of each.
        backgrounds: sorted known times of the other posts of each thread.
        windows_seconds: ladder of windows, shortest first.
        precision_seconds: windows that are not longer than this are left out.

    Returns:
        A burst for each window, the most improbable first; none where no thread has three
        known times. The chances of the threads are combined by Fisher's method.
    """
    known = posted_at != NEVER
    parts = [
        (np.sort(posted_at[known & (thread == code)]), backgrounds[code]) for code in backgrounds
    ]
    parts = [(times, others) for times, others in parts if len(times) >= 3]
    windows = [window for window in windows_seconds if window > precision_seconds]
    bursts = []
    total = sum(len(times) for times, _ in parts)
    for window in windows if parts else []:
        inside = 0
        surprise = 0.0
        starts = []
        for times, others in parts:
            count, start = _busiest(times, window)
            around = np.searchsorted(others, start + window, side="right") - np.searchsorted(
                others, start, side="left"
            )
            rate = (float(around) + 1.0) / (len(others) + 2.0)
            inside += int(count)
            surprise -= math.log(max(_scan_chance(int(count), len(times), rate), _LEAST_CHANCE))
            starts.append(int(start))
        chance = float(gammaincc(len(parts), surprise)) * len(windows)
        bursts.append(Burst(window, inside / total, inside, min(starts), min(1.0, chance)))
    return sorted(bursts, key=lambda burst: (burst.chance, burst.window_seconds))


def _scan_chance(inside: int, total: int, rate: float) -> float:
    """Return the chance that some window holds so many posts, wherever it is laid.

    One post of each window is free, since the window is laid where the posts are; that it may
    be laid at any of them multiplies the chance (the bound of Naus 1982 for scan statistics).
    """
    return min(1.0, total * share_chance(inside - 1, total - 1, rate))


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
