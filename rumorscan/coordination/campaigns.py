"""Campaigns: groups that the same accounts serve, weighed by families of evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.columns import pick_rows
from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.evidence import (
    Background,
    Evidence,
    find_counter_evidence,
    know_background,
    strengths,
    weigh_evidence,
)
from rumorscan.coordination.frames import SharedWording, frame_cues, shared_wording
from rumorscan.coordination.graph import link_groups, tie_accounts
from rumorscan.coordination.memberships import Memberships, find_memberships
from rumorscan.coordination.suspects import Suspects, gather_suspects
from rumorscan.coordination.templates import find_template
from rumorscan.records import Campaign, Reason, Tier
from rumorscan.settings import CampaignSettings
from rumorscan.text.fold import Folded

# how much a family at full strength says alone; behavior says more than wording
_WEIGHTS = np.array([0.2, 0.5, 0.7, 0.4, 0.7])
_FRAMED = 0.6  # what is left of the score where the wording is a frame
_MOSTLY = 0.8  # from this share on, verified accounts act openly and quotes are the rule
_BEYOND_WORDING = ("time", "reuse", "profile", "infrastructure")
_PROOF = ("reuse", "infrastructure", "time")
_VARIANTS = 8
_VARIANT_ROWS = 200


@dataclass(frozen=True, slots=True)
class Coordination:
    """What coordination has to say of a dump.

    Attributes:
        campaigns: strongest first.
        campaign_of_row: int64, shape (n,); index into `campaigns`, -1 for none.
        group_ids: text id of each post's group, null where it is alone.
        edges: pairs of accounts tied by more than chance.
        group_count: groups of two posts or more.
        capped: what was left out of the search for ties, by kind.
    """

    campaigns: list[Campaign]
    campaign_of_row: npt.NDArray[np.int64]
    group_ids: pa.Array
    edges: pa.Table
    group_count: int
    capped: dict[str, int]


def find_campaigns(
    activity: Activity, folded: Folded, texts: Any, settings: CampaignSettings
) -> Coordination:
    """Return the campaigns of a dump, its groups and its account ties.

    Args:
        activity: who posted what, where and when.
        folded: the distinct fold keys that group numbers point into.
        texts: the display texts, an Arrow column in row order.
        settings: least accounts, largest q-value, windows.
    """
    memberships = find_memberships(activity, activity.account, activity.account_count)
    links = link_groups(activity, memberships, settings)
    wording = shared_wording(memberships, folded)
    background = know_background(activity)
    group_ids, group_count = _name_groups(activity, folded)
    words = _Words(memberships, wording, group_ids)
    possible = gather_suspects(activity, memberships, links, settings)
    found = [
        _describe(activity, suspects, variants, background, words, settings)
        for suspects, variants in zip(possible, _variants(activity, possible, texts), strict=True)
    ]
    found.sort(key=_strongest_first)
    campaign_of_row = np.full(len(activity), -1, dtype=np.int64)
    for index in range(len(found) - 1, -1, -1):  # the strongest has the last word
        campaign_of_row[list(found[index].rows)] = index
    edges, capped_groups = tie_accounts(activity, memberships, settings)
    capped = {"capped_groups": capped_groups, "capped_accounts": links.capped_accounts}
    return Coordination(found, campaign_of_row, group_ids, edges, group_count, capped)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a description needs besides behavior."""

    memberships: Memberships
    wording: SharedWording
    group_ids: pa.Array


def _strongest_first(campaign: Campaign) -> tuple[int, float, int, str]:
    rank = list(Tier).index(campaign.tier)
    return (-rank, -campaign.coordination, -len(campaign.post_ids), campaign.campaign_id)


def _name_groups(activity: Activity, folded: Folded) -> tuple[pa.Array, int]:
    """Return each post's group id, made from its first text's key; null where it is alone."""
    rows = np.flatnonzero(activity.group >= 0)
    roots, codes, sizes = np.unique(activity.group[rows], return_inverse=True, return_counts=True)
    shared = np.flatnonzero(sizes >= 2)
    names = np.full(len(roots), None, dtype=object)
    for position in shared:
        names[position] = "g" + _digest(folded.key(int(roots[position])))
    result = np.full(len(activity), None, dtype=object)
    result[rows] = names[codes]
    return pa.array(result, type=pa.string()), len(shared)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=6).hexdigest()


def _describe(
    activity: Activity,
    suspects: Suspects,
    variants: list[str],
    background: Background,
    words: _Words,
    settings: CampaignSettings,
) -> Campaign:
    """Return the campaign that some posts and accounts make, weighed."""
    evidence = weigh_evidence(activity, suspects, background, settings)
    counter = find_counter_evidence(activity, suspects)
    counter += _find_frames(suspects, words, variants)
    against = {reason.code: reason.value for reason in counter}
    is_framed = (
        any(code.startswith("frame-") for code in against)
        or against.get("counter-quotes-original", 0.0) >= _MOSTLY
    )
    is_open = against.get("counter-verified-accounts", 0.0) >= _MOSTLY
    in_time = suspects.rows[np.lexsort((suspects.rows, activity.posted_at[suspects.rows]))]
    _, first = np.unique(activity.account[in_time], return_index=True)
    accounts = activity.account[in_time[np.sort(first)]]
    known = activity.posted_at[in_time]
    known = known[known != NEVER]
    account_ids = tuple(activity.account_ids.take(accounts).to_pylist())
    first_of_groups = [
        int(suspects.rows[np.argmax(activity.group[suspects.rows] == group)])
        for group in suspects.groups
    ]
    group_ids = tuple(name for name in words.group_ids.take(first_of_groups).to_pylist() if name)
    return Campaign(
        campaign_id="c" + _digest(*sorted(account_ids), *sorted(group_ids)),
        tier=Tier.SPREAD if is_open else _tier(evidence, is_framed=is_framed),
        coordination=_coordination(
            evidence, is_framed=is_open or (is_framed and not evidence["reuse"]["strong"])
        ),
        q_value=suspects.q_value,
        account_ids=account_ids,
        post_ids=tuple(activity.post_ids.take(in_time).to_pylist()),
        group_ids=group_ids,
        template=find_template(variants),
        started_at=_iso(known[0]) if len(known) else None,
        ended_at=_iso(known[-1]) if len(known) else None,
        evidence=evidence,
        counter_evidence=tuple(counter),
        rows=tuple(suspects.rows.tolist()),
    )


def _iso(seconds: np.int64) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _variants(activity: Activity, possible: list[Suspects], texts: Any) -> list[list[str]]:
    """Return of each the different display texts of its largest group, most frequent first."""
    rows = [
        suspects.rows[activity.group[suspects.rows] == suspects.groups[0]][:_VARIANT_ROWS]
        for suspects in possible
    ]
    # one walk over the column for all: each would cost as much
    taken = pick_rows(texts, np.concatenate([np.zeros(0, dtype=np.int64), *rows])).to_pylist()
    variants = []
    start = 0
    for stop in np.cumsum([len(part) for part in rows]).tolist():
        counted = Counter(taken[start:stop])
        variants.append([text for text, _ in counted.most_common(_VARIANTS)])
        start = stop
    return variants


def _find_frames(suspects: Suspects, words: _Words, variants: list[str]) -> list[Reason]:
    """Return the frames that the wording is, learned from the dump or named by itself."""
    found = dict.fromkeys(frame_cues(variants[0]), 1.0) if variants else {}
    position = int(np.searchsorted(words.memberships.groups, suspects.groups[0]))
    alike = int(words.wording.groups_alike[position])
    if alike:
        found["frame-shared-wording"] = float(alike)
    return [Reason(code, value) for code, value in sorted(found.items())]


def _tier(evidence: Evidence, *, is_framed: bool) -> Tier:
    """Return how well coordination is shown.

    Same text is spread, no more. One strong family beyond the wording makes it suspected, two
    of which one is reuse, infrastructure or timing make it confirmed; text counts beside reuse
    or shared devices only. A frame asks for one family more, unless accounts reappear.
    """
    strong = {family for family in _BEYOND_WORDING if evidence[family]["strong"]}
    needed = 2 if is_framed and "reuse" not in strong else 1
    count = len(strong)
    if evidence["text"]["strong"] and strong & {"reuse", "infrastructure"}:
        count += 1
    if count > needed and strong & set(_PROOF):
        return Tier.CONFIRMED
    return Tier.SUSPECTED if len(strong) >= needed else Tier.SPREAD


def _coordination(evidence: Evidence, *, is_framed: bool) -> float:
    """Return the score in [0, 1]: one less the product of what each family leaves open."""
    score = 1.0 - float(np.prod(1.0 - _WEIGHTS * strengths(evidence)))
    return round(score * (_FRAMED if is_framed else 1.0), 4)
