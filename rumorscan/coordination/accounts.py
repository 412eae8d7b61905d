"""How each account stands: its posts, its campaigns, and what ties it to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes, distinct_codes, stretches
from rumorscan.records import ACCOUNTS_SCHEMA, Campaign, Tier

_RANKS = list(Tier)


def list_accounts(activity: Activity, campaigns: Sequence[Campaign]) -> pa.Table:
    """Return a row of `ACCOUNTS_SCHEMA` for every account of the dump.

    Those in campaigns come first, by tier and coordination; the rest follow by id.

    Args:
        activity: the dump's posts.
        campaigns: strongest first.
    """
    posts = np.bincount(activity.account, minlength=activity.account_count)
    inside = _members(activity, campaigns)
    is_bystander = np.ones(activity.account_count, dtype=bool)
    is_bystander[inside["account"].to_numpy()] = False
    others = np.flatnonzero(is_bystander)
    ids = activity.account_ids.take(others)
    order = pc.array_sort_indices(ids)
    return pa.concat_tables(
        [
            _standing(activity, inside, posts, campaigns),
            _bystanders(ids.take(order), posts[others[order.to_numpy()]]),
        ]
    )


def _members(activity: Activity, campaigns: Sequence[Campaign]) -> pa.Table:
    """Return who stands in which campaign: codes, the strongest campaign of each first."""
    accounts = [distinct_codes(activity.account[list(campaign.rows)]) for campaign in campaigns]
    which = np.repeat(np.arange(len(campaigns)), [len(codes) for codes in accounts])
    who = np.concatenate([np.zeros(0, dtype=np.int64), *accounts])
    order = np.lexsort((which, who))
    return pa.table({"account": who[order], "campaign": which[order]})


def _standing(
    activity: Activity, inside: pa.Table, posts: Codes, campaigns: Sequence[Campaign]
) -> pa.Table:
    """Return the accounts in campaigns, by tier, coordination and id, as columns."""
    who, which = inside["account"].to_numpy(), inside["campaign"].to_numpy()
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else who
    lengths = np.diff(np.r_[starts, len(who)])
    ids = activity.account_ids.take(pa.array(who[starts]))
    ranks = np.array([_RANKS.index(campaign.tier) for campaign in campaigns], dtype=np.int64)
    scores = np.array([campaign.coordination for campaign in campaigns], dtype=np.float64)
    tiers = pa.array([str(campaign.tier) for campaign in campaigns], pa.string())
    names = pa.array([campaign.campaign_id for campaign in campaigns], pa.string())
    best = which[starts]  # campaigns come strongest first
    keys = pa.table({"rank": -ranks[best], "score": -scores[best], "id": ids})
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]).to_numpy()
    members = stretches(starts[order], lengths[order])
    offsets = pa.array(np.r_[0, np.cumsum(lengths[order])].astype(np.int32))
    reasons = pa.StructArray.from_arrays(
        [
            pc.binary_join_element_wise("campaign", tiers.take(which[members]), "-"),
            pa.array(scores[which[members]]),
            names.take(which[members]),
        ],
        fields=list(ACCOUNTS_SCHEMA.field("evidence").type.value_type),
    )
    return pa.table(
        {
            "account_id": ids.take(order),
            "posts": pa.array(posts[who[starts]][order], pa.int64()),
            "tier": tiers.take(best[order]),
            "coordination": pa.array(scores[best][order]),
            "campaign_ids": pa.ListArray.from_arrays(offsets, names.take(which[members])),
            "evidence": pa.ListArray.from_arrays(offsets, reasons),
        },
        schema=ACCOUNTS_SCHEMA,
    )


def _bystanders(ids: pa.Array, posts: np.ndarray) -> pa.Table:
    """Return the accounts in no campaign, as columns made at once."""
    count = len(ids)
    empty = pa.array(np.zeros(count + 1, dtype=np.int32))
    nothing = pa.nulls(0, ACCOUNTS_SCHEMA.field("evidence").type.value_type)
    return pa.table(
        {
            "account_id": ids,
            "posts": pa.array(posts, pa.int64()),
            "tier": pa.repeat(str(Tier.NONE), count),
            "coordination": pa.array(np.zeros(count)),
            "campaign_ids": pa.ListArray.from_arrays(empty, pa.nulls(0, pa.string())),
            "evidence": pa.ListArray.from_arrays(empty, nothing),
        },
        schema=ACCOUNTS_SCHEMA,
    )
