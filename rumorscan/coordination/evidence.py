"""What speaks for and against a reading of some posts as a campaign, by family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.bursts import Burst, find_bursts, find_parallel_bursts
from rumorscan.coordination.codes import Codes, distinct_codes, stretches
from rumorscan.coordination.layers import Layer
from rumorscan.coordination.names import shared_part
from rumorscan.coordination.rework import Rework
from rumorscan.coordination.schedules import find_schedule, usual_seconds
from rumorscan.coordination.significance import Floats, share_chance
from rumorscan.coordination.suspects import Suspects
from rumorscan.records import Reason
from rumorscan.settings import CampaignSettings

FAMILIES = ("text", "time", "reuse", "profile", "infrastructure")

_CHANCE = 1e-4
_SCHEDULE_CHANCE = 1e-8  # the seconds of a thousand wordings are looked at
_RARE = 0.01  # a client that more of the others have ties nobody
# accounts, threads, characters in common, their share, and the share of reworked posts from which
# on a wording was made to look different: what is short is soon written alike
_MADE = (
    (20, 1, 16, 0.3, 0.4),
    (8, 1, 18, 0.4, 0.4),
    (5, 1, 20, 0.5, 0.65),
    (3, 3, 28, 0.5, 0.65),
)
_REGISTRATION_WINDOW = 30 * 86_400
# threads, and the window, share and posts from which on crowding in them is telling: in one
# thread a remark is copied while it is new, in unrelated places nobody sees the others
_BURSTS = ((1, 900, 0.5, 8), (3, 3_600, 0.5, 4), (3, 21_600, 0.8, 40))
_LEAST_BACKGROUND = 50
_PARALLEL = 50  # threads up to which each is looked at by itself

Evidence = dict[str, dict[str, Any]]


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


def weigh_evidence(
    activity: Activity,
    suspects: Suspects,
    rework: Rework,
    background: Background,
    settings: CampaignSettings,
) -> Evidence:
    """Return each family's strength in [0, 1], whether it is strong, and its quantities."""
    return {
        "text": _text(activity, suspects, rework),
        "time": _time(activity, suspects, background, settings),
        "reuse": _reuse(activity, suspects, background, settings),
        "profile": _profile(activity, suspects, background),
        "infrastructure": _infrastructure(activity, suspects, settings),
    }


def find_counter_evidence(activity: Activity, suspects: Suspects, rework: Rework) -> list[Reason]:
    """Return what the posts' circumstances say against the reading."""
    rows = suspects.rows
    found = []
    quoted = float(activity.quotes[rows].mean())
    if quoted >= 0.2:
        found.append(Reason("counter-quotes-original", round(quoted, 3)))
    verified = float(activity.verified[suspects.accounts].mean())
    if verified >= 0.2:
        found.append(Reason("counter-verified-accounts", round(verified, 3)))
    names = activity.names.take(suspects.accounts).drop_null().to_pylist()
    part, alike = shared_part(names) if len(names) >= 3 else ("", 0.0)
    if alike:
        found.append(Reason("counter-one-organization", round(alike, 3), part))
    if rework.own_words >= 0.2:
        found.append(Reason("counter-own-words", round(rework.own_words, 3)))
    if activity.threaded[rows].all() and len(distinct_codes(activity.thread[rows])) == 1:
        found.append(Reason("counter-single-thread", 1.0))
    return found


def _family(strength: float, strong: bool, **quantities: Any) -> dict[str, Any]:
    return {
        "strength": round(min(max(strength, 0.0), 1.0), 4),
        "strong": bool(strong),
        **quantities,
    }


def _text(activity: Activity, suspects: Suspects, rework: Rework) -> dict[str, Any]:
    accounts, posts = len(suspects.accounts), len(suspects.rows)
    threads = len(distinct_codes(activity.thread[suspects.rows]))
    strength = 1.0 - 1.0 / np.log2(2.0 + accounts / 2.0)
    return _family(
        float(strength),
        accounts >= 5,
        made=_is_made(accounts, threads, rework),
        accounts=accounts,
        posts=posts,
        groups=int((np.unique(activity.group[suspects.rows], return_counts=True)[1] >= 2).sum()),
        threads=threads,
        variants=rework.variants,
        reworked=round(rework.reworked, 4),
        core=rework.core,
        core_share=round(rework.core_share, 4),
        evasions=rework.evasions,
    )


def _is_made(accounts: int, threads: int, rework: Rework) -> bool:
    """Tell whether a wording was made to look different rather than copied."""
    return any(
        accounts >= least_accounts
        and threads >= least_threads
        and rework.core >= core
        and rework.core_share >= core_share
        and rework.reworked >= reworked
        for least_accounts, least_threads, core, core_share, reworked in _MADE
    )


def _time(
    activity: Activity, suspects: Suspects, background: Background, settings: CampaignSettings
) -> dict[str, Any]:
    """Crowding beyond the rhythm of the threads in which the posts stand, or of the dump."""
    rows = suspects.rows
    places = len(distinct_codes(activity.thread[rows]))
    bursts = find_bursts(
        activity.posted_at[rows],
        _background_times(activity, background, rows),
        settings.windows_seconds,
        int(activity.precision_seconds[rows].max()),
    )
    if 3 <= places <= _PARALLEL:
        bursts += find_parallel_bursts(
            activity.posted_at[rows],
            activity.thread[rows],
            _thread_times(activity, background, rows),
            settings.windows_seconds,
            int(activity.precision_seconds[rows].max()),
        )
        bursts.sort(key=lambda burst: (burst.chance, burst.window_seconds))
    telling = [burst for burst in bursts if _is_telling(burst, places)]
    schedule = find_schedule(activity, rows, background.seconds)
    if schedule and schedule.share >= 0.5 and schedule.chance <= _SCHEDULE_CHANCE:
        return _family(
            schedule.share,
            strong=True,
            second_of_minute=schedule.second,
            share=round(schedule.share, 4),
            posts=schedule.posts,
            p_value=schedule.chance,
        )
    if not bursts or bursts[0].chance > _CHANCE:
        return _family(0.0, strong=False)
    best = telling[0] if telling else bursts[0]
    return _family(
        best.share * min(1.0, best.posts / 10.0) if telling else 0.0,
        strong=bool(telling),
        window_seconds=best.window_seconds,
        share=round(best.share, 4),
        posts=best.posts,
        p_value=best.chance,
    )


def _is_telling(burst: Burst, places: int) -> bool:
    return burst.chance <= _CHANCE and any(
        places >= least_places
        and burst.window_seconds <= window
        and burst.share >= share
        and burst.posts >= posts
        for least_places, window, share, posts in _BURSTS
    )


def _thread_times(activity: Activity, background: Background, rows: Codes) -> dict[int, Codes]:
    """Return for each thread of some posts the sorted times of its other posts, where many are."""
    times = {}
    for thread in distinct_codes(activity.thread[rows]).tolist():
        start, stop = background.thread_bounds[thread : thread + 2]
        around = background.by_thread[start:stop]
        around = around[~np.isin(around, rows)]
        known = activity.posted_at[around]
        known = np.sort(known[known != NEVER])
        if len(known) >= _LEAST_BACKGROUND:
            times[thread] = known
    return times


def _background_times(activity: Activity, background: Background, rows: Codes) -> Codes:
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
    return np.sort(times) if len(times) >= _LEAST_BACKGROUND else background.times


def _reuse(
    activity: Activity, suspects: Suspects, background: Background, settings: CampaignSettings
) -> dict[str, Any]:
    """The same accounts under several texts in several threads."""
    core = len(suspects.core)
    share = core / len(suspects.accounts)
    is_strong = suspects.q_value <= settings.q_value and core >= 3 and (share >= 0.2 or core >= 10)
    threads, counts = np.unique(activity.thread[suspects.rows], return_counts=True)
    sizes = background.thread_bounds[threads + 1] - background.thread_bounds[threads]
    fullest = int(np.lexsort((sizes, -counts))[0])
    return _family(
        min(1.0, 0.5 + share) if suspects.q_value <= settings.q_value else 0.0,
        is_strong,
        accounts=core,
        share=round(share, 4),
        shared=suspects.shared,
        q_value=suspects.q_value,
        largest_thread_share=[int(counts[fullest]), int(sizes[fullest])],
    )


def _profile(activity: Activity, suspects: Suspects, background: Background) -> dict[str, Any]:
    """Registrations crowded together more than those of the dump's accounts."""
    created = np.sort(activity.created_at[suspects.accounts])
    created = created[created != NEVER]
    bursts = find_bursts(created, background.created_at, (_REGISTRATION_WINDOW,), 1)
    if not bursts:
        return _family(0.0, strong=False)
    burst = bursts[0]
    is_strong = burst.chance <= _CHANCE and burst.share >= 0.5 and burst.posts >= 5
    return _family(
        burst.share if burst.chance <= _CHANCE else 0.0,
        is_strong,
        registered_together=burst.posts,
        share=round(burst.share, 4),
        window_days=_REGISTRATION_WINDOW // 86_400,
        p_value=burst.chance,
    )


def _infrastructure(
    activity: Activity, suspects: Suspects, settings: CampaignSettings
) -> dict[str, Any]:
    """Devices and addresses that several of the accounts share, or a client that most have."""
    best = _family(0.0, strong=False)
    for name in ("device", "ip"):
        if name in activity.layers:
            best = max(best, _sharing(name, activity.layers[name], suspects), key=_rank)
    if "client" in activity.layers:
        best = max(best, _common_thing("client", activity.layers["client"], suspects), key=_rank)
    if suspects.device_q <= settings.q_value and suspects.devices_shared >= 3:
        # the same devices stand behind another wording, whoever is logged in on them
        best = {**best, "reappearing": suspects.devices_shared, "q_value": suspects.device_q}
        best = {**best, "strong": True, "strength": max(best["strength"], 0.7)}
    return best


def _rank(family: dict[str, Any]) -> tuple[bool, float]:
    return family["strong"], family["strength"]


def _sharing(name: str, layer: Layer, suspects: Suspects) -> dict[str, Any]:
    """Sharing of devices or addresses among the accounts, against how usual it is elsewhere."""
    starts, stops = layer.of(suspects.accounts)
    known = int((stops > starts).sum())
    if known < 3:
        return _family(0.0, strong=False)
    ours = stretches(starts, stops - starts)
    _, thing, crowd = np.unique(layer.thing[ours], return_inverse=True, return_counts=True)
    sharing = len(distinct_codes(layer.who[ours][crowd[thing] >= 2]))
    # how usual sharing is among the others; one of each kind keeps the rate off 0 and 1
    sharers = layer.sharers
    usual = len(sharers) - int(np.isin(suspects.accounts, sharers).sum())
    rate = (usual + 1.0) / (layer.users - known + 2.0)
    chance = share_chance(sharing, known, rate)
    share = sharing / len(suspects.accounts)
    return _family(
        0.4 + 0.6 * share if chance <= _CHANCE and sharing >= 2 else 0.0,
        chance <= _CHANCE and sharing >= 3 and share >= 0.25,
        layer=name,
        accounts=sharing,
        share=round(share, 4),
        p_value=chance,
    )


def _common_thing(name: str, layer: Layer, suspects: Suspects) -> dict[str, Any]:
    """One client that more of the accounts have than of the dump's others."""
    starts, stops = layer.of(suspects.accounts)
    known = int((stops > starts).sum())
    if known < 3:
        return _family(0.0, strong=False)
    things, counts = np.unique(layer.thing[stretches(starts, stops - starts)], return_counts=True)
    others = layer.crowd[things] - counts
    rates = (others + 1.0) / (layer.users - known + 2.0)
    chances = [
        min(1.0, share_chance(int(count), known, float(rate)) * len(layer.crowd))
        for count, rate in zip(counts, rates, strict=True)
    ]
    place = int(np.argmin(chances))
    share = int(counts[place]) / len(suspects.accounts)
    is_rare = bool(chances[place] <= _CHANCE and rates[place] <= _RARE)
    return _family(
        0.3 + 0.4 * share if is_rare and counts[place] >= 3 else 0.0,
        is_rare and counts[place] >= 5 and share >= 0.5,
        layer=name,
        accounts=int(counts[place]),
        share=round(share, 4),
        p_value=float(chances[place]),
    )


def without_client(infrastructure: dict[str, Any]) -> dict[str, Any]:
    """Return the family without what rests on a client: a share button posts through its own."""
    is_client = infrastructure.get("layer") == "client"
    return _family(0.0, strong=False) if is_client else infrastructure


def strengths(evidence: Evidence) -> Floats:
    """Return the strengths of the families in the order of `FAMILIES`."""
    return np.array([evidence[family]["strength"] for family in FAMILIES], dtype=np.float64)
