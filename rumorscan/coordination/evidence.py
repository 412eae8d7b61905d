"""What speaks for and against a reading of some posts as a campaign, by family."""

from __future__ import annotations

from typing import Any

import numpy as np

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.background import Background
from rumorscan.coordination.bursts import find_bursts
from rumorscan.coordination.codes import distinct_codes, stretches
from rumorscan.coordination.families import CHANCE, make_family
from rumorscan.coordination.layers import Layer
from rumorscan.coordination.names import shared_part
from rumorscan.coordination.rework import Rework
from rumorscan.coordination.significance import Floats, share_chance
from rumorscan.coordination.suspects import Suspects
from rumorscan.coordination.timing import weigh_timing
from rumorscan.records import Reason
from rumorscan.settings import CampaignSettings

FAMILIES = ("text", "time", "reuse", "profile", "infrastructure")

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
_DISGUISED, _DISGUISED_CORE = 0.6, 15

Evidence = dict[str, dict[str, Any]]


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
        "time": weigh_timing(activity, suspects, rework, background, settings),
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


def _text(activity: Activity, suspects: Suspects, rework: Rework) -> dict[str, Any]:
    accounts, posts = len(suspects.accounts), len(suspects.rows)
    threads = len(distinct_codes(activity.thread[suspects.rows]))
    strength = 1.0 - 1.0 / np.log2(2.0 + accounts / 2.0)
    return make_family(
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
    # nobody disguises a text by accident, so that three who do are enough
    if accounts >= 3 and rework.core >= _DISGUISED_CORE and rework.disguised >= _DISGUISED:
        return True
    return any(
        accounts >= least_accounts
        and threads >= least_threads
        and rework.core >= core
        and rework.core_share >= core_share
        and rework.reworked >= reworked
        for least_accounts, least_threads, core, core_share, reworked in _MADE
    )


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
    return make_family(
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
        return make_family(0.0, strong=False)
    burst = bursts[0]
    is_strong = burst.chance <= CHANCE and burst.share >= 0.5 and burst.posts >= 5
    return make_family(
        burst.share if burst.chance <= CHANCE else 0.0,
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
    best = make_family(0.0, strong=False)
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
        return make_family(0.0, strong=False)
    ours = stretches(starts, stops - starts)
    _, thing, crowd = np.unique(layer.thing[ours], return_inverse=True, return_counts=True)
    sharing = len(distinct_codes(layer.who[ours][crowd[thing] >= 2]))
    # how usual sharing is among the others; one of each kind keeps the rate off 0 and 1
    sharers = layer.sharers
    usual = len(sharers) - int(np.isin(suspects.accounts, sharers).sum())
    rate = (usual + 1.0) / (layer.users - known + 2.0)
    chance = share_chance(sharing, known, rate)
    share = sharing / len(suspects.accounts)
    return make_family(
        0.4 + 0.6 * share if chance <= CHANCE and sharing >= 2 else 0.0,
        chance <= CHANCE and sharing >= 3 and share >= 0.25,
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
        return make_family(0.0, strong=False)
    things, counts = np.unique(layer.thing[stretches(starts, stops - starts)], return_counts=True)
    others = layer.crowd[things] - counts
    rates = (others + 1.0) / (layer.users - known + 2.0)
    chances = [
        min(1.0, share_chance(int(count), known, float(rate)) * len(layer.crowd))
        for count, rate in zip(counts, rates, strict=True)
    ]
    place = int(np.argmin(chances))
    share = int(counts[place]) / len(suspects.accounts)
    is_rare = bool(chances[place] <= CHANCE and rates[place] <= _RARE)
    return make_family(
        0.3 + 0.4 * share if is_rare and counts[place] >= 3 else 0.0,
        is_rare and counts[place] >= 5 and share >= 0.5,
        layer=name,
        accounts=int(counts[place]),
        share=round(share, 4),
        p_value=float(chances[place]),
    )


def common_client_share(activity: Activity, suspects: Suspects) -> float:
    """Return the share of the accounts with a known client that have the commonest one.

    Returns:
        In [0, 1]; 0 where the dump has no clients or fewer than three are known.
    """
    if "client" not in activity.layers:
        return 0.0
    layer = activity.layers["client"]
    starts, stops = layer.of(suspects.accounts)
    known = int((stops > starts).sum())
    if known < 3:
        return 0.0
    _, counts = np.unique(layer.thing[stretches(starts, stops - starts)], return_counts=True)
    return float(counts.max() / known)


def without_client(infrastructure: dict[str, Any]) -> dict[str, Any]:
    """Return the family without what rests on a client: a share button posts through its own."""
    is_client = infrastructure.get("layer") == "client"
    return make_family(0.0, strong=False) if is_client else infrastructure


def strengths(evidence: Evidence) -> Floats:
    """Return the strengths of the families in the order of `FAMILIES`."""
    return np.array([evidence[family]["strength"] for family in FAMILIES], dtype=np.float64)
