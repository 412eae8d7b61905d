"""Timing: posts that crowd together, or that a clock sends off."""

from __future__ import annotations

from typing import Any

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.background import Background, background_times, thread_times
from rumorscan.coordination.bursts import Burst, find_bursts, find_parallel_bursts
from rumorscan.coordination.codes import distinct_codes
from rumorscan.coordination.families import CHANCE, make_family
from rumorscan.coordination.rework import Rework
from rumorscan.coordination.schedules import find_schedule
from rumorscan.coordination.suspects import Suspects
from rumorscan.settings import CampaignSettings

# threads, and the window, share and posts from which on crowding in them is telling: in one
# thread a remark is copied while it is new, in unrelated places nobody sees the others
_BURSTS = ((1, 900, 0.5, 8), (3, 3_600, 0.5, 8), (3, 21_600, 0.8, 40))
_REWORKED_BURST = (3, 3_600, 0.5, 4)  # fewer do where the text was reworked
_REWORKED = 0.3
_SCHEDULE_CHANCE = 1e-8  # the seconds of a thousand wordings are looked at
_PARALLEL = 50  # threads up to which each is looked at by itself


def weigh_timing(
    activity: Activity,
    suspects: Suspects,
    rework: Rework,
    background: Background,
    settings: CampaignSettings,
) -> dict[str, Any]:
    """Crowding beyond the rhythm of the threads in which the posts stand, or of the dump."""
    rows = suspects.rows
    places = len(distinct_codes(activity.thread[rows]))
    bursts = find_bursts(
        activity.posted_at[rows],
        background_times(activity, background, rows),
        settings.windows_seconds,
        int(activity.precision_seconds[rows].max()),
    )
    if 3 <= places <= _PARALLEL:
        bursts += find_parallel_bursts(
            activity.posted_at[rows],
            activity.thread[rows],
            thread_times(activity, background, rows),
            settings.windows_seconds,
            int(activity.precision_seconds[rows].max()),
        )
        bursts.sort(key=lambda burst: (burst.chance, burst.window_seconds))
    telling = [burst for burst in bursts if _is_telling(burst, places, rework)]
    schedule = find_schedule(activity, rows, background.seconds)
    if schedule and schedule.share >= 0.5 and schedule.chance <= _SCHEDULE_CHANCE:
        return make_family(
            schedule.share,
            strong=True,
            second_of_minute=schedule.second,
            share=round(schedule.share, 4),
            posts=schedule.posts,
            p_value=schedule.chance,
        )
    if not bursts or bursts[0].chance > CHANCE:
        return make_family(0.0, strong=False)
    best = telling[0] if telling else bursts[0]
    return make_family(
        best.share * min(1.0, best.posts / 10.0) if telling else 0.0,
        strong=bool(telling),
        window_seconds=best.window_seconds,
        share=round(best.share, 4),
        posts=best.posts,
        p_value=best.chance,
    )


def _is_telling(burst: Burst, places: int, rework: Rework) -> bool:
    """Tell whether a burst is beyond what copying makes."""
    rules = (*_BURSTS, _REWORKED_BURST) if rework.reworked >= _REWORKED else _BURSTS
    return burst.chance <= CHANCE and any(
        places >= least_places
        and burst.window_seconds <= window
        and burst.share >= share
        and burst.posts >= posts
        for least_places, window, share, posts in rules
    )
