"""Campaigns: accounts acting together over one wording, weighed by families of evidence."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.columns import pick_rows
from rumorscan.coordination.activity import Activity
from rumorscan.coordination.background import know_background
from rumorscan.coordination.codes import Codes
from rumorscan.coordination.communities import Communities, find_communities
from rumorscan.coordination.descriptions import Words, describe_campaign
from rumorscan.coordination.edges import tabulate_ties
from rumorscan.coordination.fragments import join_fragments
from rumorscan.coordination.frames import shared_wording
from rumorscan.coordination.framing import Framing
from rumorscan.coordination.memberships import Memberships, find_memberships, through_layer
from rumorscan.coordination.naming import name_communities, name_groups
from rumorscan.coordination.reuse import join_wordings, link_wordings, standing
from rumorscan.coordination.suspects import Suspects, gather_suspects
from rumorscan.coordination.ties import CROWDED_DEVICE, tie_accounts
from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.records import Campaign, Tier
from rumorscan.settings import CampaignSettings
from rumorscan.text.hashing import hash_rows
from rumorscan.text.keys import MatchKeys, disguised_texts

_VARIANTS = 8
_AT_ONCE = 32


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
    activity: Activity,
    keys: MatchKeys,
    framing: Framing,
    texts: Any,
    settings: CampaignSettings,
    keeper: Keeper = KEEP_NOTHING,
) -> Coordination:
    """Return the campaigns of a dump, its groups and its account ties.

    Args:
        activity: who posted what, where and when.
        keys: the distinct texts' keys that text numbers point into.
        framing: the learned frames around them.
        texts: the display texts, an Arrow column in row order.
        settings: least accounts, largest q-value, windows.
        keeper: of what an earlier process has found.
    """
    memberships = find_memberships(activity, activity.account, activity.account_count)
    communities, capped_accounts = _find_communities(activity, memberships, settings)
    fragments = join_fragments(activity, memberships, communities, keys)
    if fragments.joined:
        activity = dataclasses.replace(activity, wording=fragments.wording)
        memberships = find_memberships(activity, activity.account, activity.account_count)
        communities, capped_accounts = _find_communities(activity, memberships, settings)
    background = know_background(activity)
    group_ids, group_count = name_groups(activity, keys)
    possible = gather_suspects(activity, memberships, communities, settings)
    words = Words(
        memberships,
        shared_wording(activity, memberships, keys),
        group_ids,
        keys,
        framing,
        disguised_texts(keys),
        name_communities(activity, possible),
    )
    variants = _variants(activity, possible, keys, texts)

    def describe(start: int, stop: int) -> list[Campaign]:
        return [
            describe_campaign(activity, suspects, shown, background, words, settings)
            for suspects, shown in zip(possible[start:stop], variants[start:stop], strict=True)
        ]

    described = keeper.parts("campaigns", describe, len(possible), part=_AT_ONCE, threads=False)
    found = list(itertools.chain.from_iterable(described))
    found, campaign_of_row = put_in_order(found, len(activity))

    def tie() -> tuple[pa.Table, int]:
        ties = tie_accounts(activity, memberships, communities, settings)
        return tabulate_ties(activity, memberships, ties), ties.capped_groups

    edges, capped_groups = keeper.once("ties", tie)
    capped = {"capped_groups": capped_groups, "capped_accounts": capped_accounts}
    return Coordination(found, campaign_of_row, group_ids, edges, group_count, capped)


def _find_communities(
    activity: Activity, memberships: Memberships, settings: CampaignSettings
) -> tuple[Communities, int]:
    """Return the communities of wordings, and the accounts too tireless to be looked at."""
    stands = standing(activity, memberships)
    count = len(memberships.wordings)
    links = link_wordings(activity, memberships, stands, settings.q_value)
    devices = [
        link_wordings(
            activity,
            through_layer(memberships, activity.layers[name], CROWDED_DEVICE),
            stands,
            settings.q_value,
        )
        for name in ("device", "ip")
        if name in activity.layers
    ]
    communities = find_communities(count, [links], devices)
    if len(links.first):
        joined = join_wordings(memberships, stands, communities, settings.q_value)
        communities = find_communities(count, [links, joined], devices)
    return communities, links.capped_accounts


def put_in_order(
    found: list[Campaign], post_count: int
) -> tuple[list[Campaign], npt.NDArray[np.int64]]:
    """Return the campaigns, strongest first, and the campaign of each post, -1 for none."""
    found = sorted(found, key=_strongest_first)
    campaign_of_row = np.full(post_count, -1, dtype=np.int64)
    for index in range(len(found) - 1, -1, -1):  # the strongest has the last word
        campaign_of_row[list(found[index].rows)] = index
    return found, campaign_of_row


def _strongest_first(campaign: Campaign) -> tuple[int, float, int, str]:
    rank = list(Tier).index(campaign.tier)
    return (-rank, -campaign.coordination, -len(campaign.post_ids), campaign.campaign_id)


def _variants(
    activity: Activity, possible: list[Suspects], keys: MatchKeys, texts: Any
) -> list[list[str]]:
    """Return of each the different display texts, most frequent first."""
    content = hash_rows(keys.plain.codes, keys.plain.offsets)
    rows: list[Codes] = [np.zeros(0, dtype=np.int64)]
    times: list[int] = []
    for suspects in possible:
        shown, first, counts = np.unique(
            activity.text[suspects.rows], return_index=True, return_counts=True
        )
        order = np.lexsort((content[shown], -counts))[:_VARIANTS]
        rows.append(suspects.rows[first[order]])
        times += counts[order].tolist()
    # one walk over the column for all: each would cost as much
    taken = pick_rows(texts, np.concatenate(rows)).to_pylist()
    ranked = [(-count, text) for count, text in zip(times, taken, strict=True)]
    bounds = np.cumsum([len(part) for part in rows]).tolist()
    return [
        [text for _, text in sorted(ranked[start:stop])]
        for start, stop in itertools.pairwise(bounds)
    ]
