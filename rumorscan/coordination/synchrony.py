"""Synchrony: whether two accounts answer at the same time in thread after thread."""

from __future__ import annotations

import itertools
import math

import numpy as np

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.codes import Codes, runs_of
from rumorscan.coordination.significance import count_chance

_LEAST_RATE = 1e-9


class Synchrony:
    """Compares the times of pairs of accounts, thread by thread, window by window.

    The null is a permutation of the times within each thread: of two posts of one thread, a
    known share lies within the window of each other. That keeps each account's activity, the
    thread's rhythm and with it the hour of day; the tail is computed, not drawn.
    """

    def __init__(self, activity: Activity, windows_seconds: tuple[int, ...]) -> None:
        """Order the posts for look-up.

        Args:
            activity: the dump's posts.
            windows_seconds: ladder of windows; those not longer than a thread's precision are
                left out there.
        """
        known = np.flatnonzero((activity.posted_at != NEVER) & activity.threaded)
        by_account = np.lexsort(
            (activity.posted_at[known], activity.thread[known], activity.account[known])
        )
        self._rows = known[by_account]
        self._account = activity.account[self._rows]
        self._thread = activity.thread[self._rows]
        self._times = activity.posted_at[self._rows]
        by_thread = np.lexsort((activity.posted_at[known], activity.thread[known]))
        self._ordered = known[by_thread]
        self._threads = activity.thread[self._ordered]
        self._activity = activity
        self._windows = sorted(windows_seconds)
        self._rates: dict[int, list[float]] = {}
        self._visited: dict[int, tuple[Codes, Codes, Codes]] = {}

    def compare(self, one: int, other: int) -> tuple[float, float]:
        """Return the chance that two accounts are so often so close, and the weight of it.

        The smallest over the windows, corrected for how many were tried; the weight is the
        sum of minus the logarithm of each thread's rate.
        """
        threads, starts, stops = self._visits(one)
        others, others_start, others_stop = self._visits(other)
        common, mine, theirs = np.intersect1d(
            threads, others, assume_unique=True, return_indices=True
        )
        gaps = [
            _smallest_gap(
                self._times[starts[here] : stops[here]],
                self._times[others_start[there] : others_stop[there]],
            )
            for here, there in zip(mine.tolist(), theirs.tolist(), strict=True)
        ]
        counts = [count for _, count in gaps]
        best, weight = 1.0, 0.0
        for index, window in enumerate(self._windows):
            hits = [gap <= window for gap, _ in gaps]
            if sum(hits) < 2:
                continue
            rates = [
                min(self._rate(thread)[index] * count, 1.0)
                for thread, count in zip(common.tolist(), counts, strict=True)
            ]
            chance = min(1.0, count_chance(sum(hits), rates) * len(self._windows))
            if chance < best:
                surprises = [-math.log(max(rate, _LEAST_RATE)) for rate in rates]
                best, weight = chance, sum(itertools.compress(surprises, hits))
        return best, weight

    def _visits(self, account: int) -> tuple[Codes, Codes, Codes]:
        """Return the threads of an account, and where its posts in each start and stop."""
        if account not in self._visited:
            start = np.searchsorted(self._account, account, side="left")
            stop = np.searchsorted(self._account, account, side="right")
            threads = self._thread[start:stop]
            starts, stops = runs_of(threads)
            self._visited[account] = threads[starts], starts + start, stops + start
        return self._visited[account]

    def _rate(self, thread: int) -> list[float]:
        """Return for each window the share of pairs of posts of a thread that lie within it."""
        if thread not in self._rates:
            start = np.searchsorted(self._threads, thread, side="left")
            stop = np.searchsorted(self._threads, thread, side="right")
            rows = self._ordered[start:stop]
            precision = int(self._activity.precision_seconds[rows].max())
            self._rates[thread] = [
                pair_share(self._activity.posted_at[rows], window) if window > precision else 1.0
                for window in self._windows
            ]
        return self._rates[thread]


def _smallest_gap(first: Codes, second: Codes) -> tuple[int, int]:
    """Return the smallest distance of two sorted lists of times, and how many distances are."""
    many, few = (first, second) if len(first) > len(second) else (second, first)
    after = np.searchsorted(many, few)
    nearest = np.minimum(
        np.abs(many[np.minimum(after, len(many) - 1)] - few),
        np.abs(many[np.maximum(after - 1, 0)] - few),
    )
    return int(nearest.min()), len(many) * len(few)


def pair_share(times: Codes, window_seconds: int) -> float:
    """Return which share of the pairs of sorted times lies within a window of each other.

    Example:
        >>> pair_share(np.array([0, 30, 500]), 60)
        0.3333333333333333
    """
    count = len(times)
    if count < 2:
        return 1.0
    ends = np.searchsorted(times, times + window_seconds, side="right")
    within = int((ends - np.arange(count) - 1).sum())
    return within / (count * (count - 1) / 2)
