"""How each account stands: its posts, its campaigns, and what ties it to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.coordination.activity import Activity
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
    standing: dict[int, list[Campaign]] = {}
    for campaign in campaigns:
        codes = np.unique(activity.account[list(campaign.rows)])
        for code in codes.tolist():
            standing.setdefault(code, []).append(campaign)
    ids = activity.account_ids
    inside = sorted(standing, key=lambda code: _order(standing[code], ids[code].as_py()))
    others = np.setdiff1d(np.arange(activity.account_count), inside)
    others = others[pc.array_sort_indices(ids.take(others)).to_numpy()]
    return pa.concat_tables(
        [
            _rows(ids.take(pa.array(inside, pa.int64())), posts[inside], standing, inside),
            _bystanders(ids.take(others), posts[others]),
        ]
    )


def _order(campaigns: list[Campaign], account_id: str) -> tuple[int, float, str]:
    rank, coordination = _strongest(campaigns)
    return (-rank, -coordination, account_id)


def _strongest(campaigns: list[Campaign]) -> tuple[int, float]:
    return max((_RANKS.index(campaign.tier), campaign.coordination) for campaign in campaigns)


def _rows(
    ids: pa.Array, posts: np.ndarray, standing: dict[int, list[Campaign]], codes: list[int]
) -> pa.Table:
    strongest = [_strongest(standing[code]) for code in codes]
    return pa.table(
        {
            "account_id": ids,
            "posts": pa.array(posts, pa.int64()),
            "tier": [str(_RANKS[rank]) for rank, _ in strongest],
            "coordination": [coordination for _, coordination in strongest],
            "campaign_ids": [
                [campaign.campaign_id for campaign in standing[code]] for code in codes
            ],
            "evidence": [
                [
                    {
                        "code": f"campaign-{campaign.tier}",
                        "value": campaign.coordination,
                        "detail": campaign.campaign_id,
                    }
                    for campaign in standing[code]
                ]
                for code in codes
            ],
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
