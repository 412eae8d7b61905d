"""What is usual in a dump: the rhythm of its threads, its registrations, its seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.schedules import usual_seconds
from rumorscan.coordination.significance import Floats

_LEAST = 50  # other posts of a thread from which on it has a rhythm


@dataclass(frozen=True, slots=True)
class Background:
    """What is usual in the dump, computed once.

    Attributes:
        times: sorted known times of all posts.
        by_thread: rows in order of thread, with `thread_bounds` a start for each thread code.
        created_at: sorted known registration times of all accounts.
        seconds: how the posts are spread over the seconds of the minute.
    """

    times: Codes
    by_thread: Codes
    thread_bounds: Codes
    created_at: Codes
    seconds: Floats


def know_background(activity: Activity) -> Background:
    """Return what is usual in the dump."""
    times = activity.posted_at[activity.posted_at != NEVER]
    order = np.argsort(activity.thread, kind="stable")
    threads = int(activity.thread.max()) + 1 if len(activity) else 0
    bounds = np.searchsorted(activity.thread[order], np.arange(threads + 1))
    created = activity.created_at[activity.created_at != NEVER]
    return Background(np.sort(times), order, bounds, np.sort(created), usual_seconds(activity))


def thread_times(activity: Activity, background: Background, rows: Codes) -> dict[int, Codes]:
    """Return for each thread of some posts the sorted times of its other posts, where many are."""
    times = {}
    for thread in distinct_codes(activity.thread[rows]).tolist():
        start, stop = background.thread_bounds[thread : thread + 2]
        around = background.by_thread[start:stop]
        around = around[~np.isin(around, rows)]
        known = activity.posted_at[around]
        known = np.sort(known[known != NEVER])
        if len(known) >= _LEAST:
            times[thread] = known
    return times


def background_times(activity: Activity, background: Background, rows: Codes) -> Codes:
    """Return sorted times of the other posts of the same threads, or of the dump if few."""
    threads = distinct_codes(activity.thread[rows])
    pieces = [
        background.by_thread[
            background.thread_bounds[thread] : background.thread_bounds[thread + 1]
        ]
        for thread in threads[:200]
    ]
    around = np.concatenate(pieces)
    around = around[~np.isin(around, rows)]
    times = activity.posted_at[around]
    times = times[times != NEVER]
    return np.sort(times) if len(times) >= _LEAST else background.times
