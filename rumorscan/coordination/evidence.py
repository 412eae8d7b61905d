"""What speaks for and against a reading of some posts as a campaign, by family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rumorscan.coordination.activity import (
    NEVER,
    Activity,
    Codes,
    account_things,
    distinct_codes,
    stretches,
)
from rumorscan.coordination.bursts import find_burst
from rumorscan.coordination.significance import Floats, share_chance
from rumorscan.coordination.suspects import Suspects
from rumorscan.records import Reason
from rumorscan.settings import CampaignSettings

FAMILIES = ("text", "time", "reuse", "profile", "infrastructure")

_CHANCE = 1e-4
_REGISTRATION_WINDOW = 30 * 86_400
_TIGHT_WINDOW = 3_600
_LEAST_BACKGROUND = 50

Evidence = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SharedUses:
    """Who uses which device or address: one entry a pair, in order of the account.

    Attributes:
        who: int64 account codes, ascending, shape (k,).
        thing: int64 codes, shape (k,).
        sharers: int64 codes of the accounts that use a thing together with others, ascending.
        users: how many accounts use anything.
    """

    who: Codes
    thing: Codes
    sharers: Codes
    users: int


@dataclass(frozen=True, slots=True)
class Background:
    """What is usual in the dump, computed once.

    Attributes:
        times: sorted known times of all posts.
        by_thread: rows in order of thread, with `thread_bounds` a start for each thread code.
        created_at: sorted known registration times of all accounts.
        uses: for each of device and ip that the dump has, who uses which.
    """

    times: Codes
    by_thread: Codes
    thread_bounds: Codes
    created_at: Codes
    uses: dict[str, SharedUses]


def know_background(activity: Activity) -> Background:
    """Return what is usual in the dump."""
    times = activity.posted_at[activity.posted_at != NEVER]
    order = np.argsort(activity.thread, kind="stable")
    threads = int(activity.thread.max()) + 1 if len(activity) else 0
    bounds = np.searchsorted(activity.thread[order], np.arange(threads + 1))
    created = activity.created_at[activity.created_at != NEVER]
    uses = {layer: _uses(activity, codes) for layer, codes in activity.shared.items()}
    return Background(np.sort(times), order, bounds, np.sort(created), uses)


def _uses(activity: Activity, codes: Codes) -> SharedUses:
    who, thing = account_things(activity.account, codes)
    crowd = np.bincount(thing, minlength=1)[thing]
    return SharedUses(who, thing, distinct_codes(who[crowd >= 2]), len(distinct_codes(who)))


def weigh_evidence(
    activity: Activity, suspects: Suspects, background: Background, settings: CampaignSettings
) -> Evidence:
    """Return each family's strength in [0, 1], whether it is strong, and its quantities."""
    return {
        "text": _text(activity, suspects),
        "time": _time(activity, suspects, background, settings),
        "reuse": _reuse(activity, suspects, background, settings),
        "profile": _profile(activity, suspects, background),
        "infrastructure": _infrastructure(suspects, background),
    }


def find_counter_evidence(activity: Activity, suspects: Suspects) -> list[Reason]:
    """Return what the posts' circumstances say against the reading."""
    rows = suspects.rows
    found = []
    quoted = float(activity.quotes[rows].mean())
    if quoted >= 0.2:
        found.append(Reason("counter-quotes-original", round(quoted, 3)))
    verified = float(activity.verified[suspects.accounts].mean())
    if verified >= 0.2:
        found.append(Reason("counter-verified-accounts", round(verified, 3)))
    if activity.threaded[rows].all() and len(distinct_codes(activity.thread[rows])) == 1:
        found.append(Reason("counter-single-thread", 1.0))
    return found


def _family(strength: float, strong: bool, **quantities: Any) -> dict[str, Any]:
    return {
        "strength": round(min(max(strength, 0.0), 1.0), 4),
        "strong": bool(strong),
        **quantities,
    }


def _text(activity: Activity, suspects: Suspects) -> dict[str, Any]:
    accounts, posts = len(suspects.accounts), len(suspects.rows)
    strength = 1.0 - 1.0 / np.log2(2.0 + accounts / 2.0)
    return _family(
        float(strength),
        accounts >= 5,
        accounts=accounts,
        posts=posts,
        groups=len(suspects.groups),
        threads=len(distinct_codes(activity.thread[suspects.rows])),
    )


def _time(
    activity: Activity, suspects: Suspects, background: Background, settings: CampaignSettings
) -> dict[str, Any]:
    """Crowding beyond the rhythm of the threads in which the posts stand, or of the dump."""
    bursts = []
    for group in suspects.groups[:50]:
        rows = suspects.rows[activity.group[suspects.rows] == group]
        burst = find_burst(
            activity.posted_at[rows],
            _background_times(activity, background, rows),
            settings.windows_seconds,
            int(activity.precision_seconds[rows].max()),
        )
        if burst is not None and burst.window_seconds <= _TIGHT_WINDOW:
            bursts.append(burst)
    if not bursts:
        return _family(0.0, strong=False)
    best = max(bursts, key=lambda burst: (burst.share >= 0.5, burst.posts, -burst.chance))
    is_strong = best.chance <= _CHANCE and best.share >= 0.5 and best.posts >= 8
    return _family(
        best.share * min(1.0, best.posts / 10.0) if best.chance <= _CHANCE else 0.0,
        is_strong,
        window_seconds=best.window_seconds,
        share=round(best.share, 4),
        posts=best.posts,
        p_value=best.chance,
    )


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
    fullest = int(np.argmax(counts))
    bounds = background.thread_bounds[threads[fullest] : threads[fullest] + 2]
    return _family(
        min(1.0, 0.5 + share) if suspects.q_value <= settings.q_value else 0.0,
        is_strong,
        accounts=core,
        share=round(share, 4),
        shared=suspects.shared,
        groups=len(suspects.groups),
        q_value=suspects.q_value,
        largest_thread_share=[int(counts[fullest]), int(bounds[1] - bounds[0])],
    )


def _profile(activity: Activity, suspects: Suspects, background: Background) -> dict[str, Any]:
    """Registrations crowded together more than those of the dump's accounts."""
    created = np.sort(activity.created_at[suspects.accounts])
    created = created[created != NEVER]
    burst = find_burst(created, background.created_at, (_REGISTRATION_WINDOW,), 1)
    if burst is None:
        return _family(0.0, strong=False)
    is_strong = burst.chance <= _CHANCE and burst.share >= 0.5 and burst.posts >= 5
    return _family(
        burst.share if burst.chance <= _CHANCE else 0.0,
        is_strong,
        registered_together=burst.posts,
        share=round(burst.share, 4),
        window_days=_REGISTRATION_WINDOW // 86_400,
        p_value=burst.chance,
    )


def _infrastructure(suspects: Suspects, background: Background) -> dict[str, Any]:
    """Devices and addresses that several of the accounts share."""
    best = _family(0.0, strong=False)
    for layer, uses in background.uses.items():
        starts = np.searchsorted(uses.who, suspects.accounts, side="left")
        stops = np.searchsorted(uses.who, suspects.accounts, side="right")
        known = int((stops > starts).sum())
        if known < 3:
            continue
        ours = stretches(starts, stops - starts)
        _, thing, crowd = np.unique(uses.thing[ours], return_inverse=True, return_counts=True)
        sharing = len(distinct_codes(uses.who[ours][crowd[thing] >= 2]))
        # how usual sharing is among the others; one of each kind keeps the rate off 0 and 1
        usual = len(uses.sharers) - int(np.isin(suspects.accounts, uses.sharers).sum())
        rate = (usual + 1.0) / (uses.users - known + 2.0)
        chance = share_chance(sharing, known, rate)
        share = sharing / len(suspects.accounts)
        family = _family(
            0.4 + 0.6 * share if chance <= _CHANCE and sharing >= 2 else 0.0,
            chance <= _CHANCE and sharing >= 3 and share >= 0.25,
            layer=layer,
            accounts=sharing,
            share=round(share, 4),
            p_value=chance,
        )
        if family["strength"] > best["strength"]:
            best = family
    return best


def strengths(evidence: Evidence) -> Floats:
    """Return the strengths of the families in the order of `FAMILIES`."""
    return np.array([evidence[family]["strength"] for family in FAMILIES], dtype=np.float64)
