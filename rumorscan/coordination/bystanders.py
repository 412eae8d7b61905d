"""Bystanders: how usual a known army is among those who stand around a campaign.

Fans who posted together last month meet again under their idol's next post. That ten of them use
the same words there is no reuse: everybody around them was there last month as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.lineups import Lineup
from rumorscan.coordination.rosters import digest_accounts
from rumorscan.records import Campaign

_PLACES = 8  # threads of a campaign, the fullest first
_LEAST_CROWD = 20  # fewer bystanders say nothing
_PAIRS_AT_ONCE = 100_000
_BOUNDLESS = np.int64(1 << 62)


def crowd_populations(
    activity: Activity,
    campaigns: Sequence[Campaign],
    known: Lineup,
    key: bytes,
    pairs: tuple[Codes, Codes],
) -> Codes:
    """Return how many accounts there would be if all were like those around a campaign.

    If a share r of the bystanders in its threads served in an army of size a, its own members
    are drawn from a / r accounts in effect. Who stands in any campaign is no bystander.

    Args:
        activity: of the dump.
        campaigns: all of it.
        known: the armies of earlier runs.
        key: of their digests.
        pairs: positions of campaigns and of the units that they are compared with, shape (k,).

    Returns:
        int64, shape (k,); very many where the bystanders say nothing.
    """
    campaign, unit = pairs
    populations = np.full(len(campaign), _BOUNDLESS, dtype=np.int64)
    chosen = distinct_codes(campaign)
    crowds = _crowds(activity, campaigns, chosen)
    people = distinct_codes(np.concatenate([np.zeros(0, dtype=np.int64), *crowds]))
    if len(people) == 0:
        return populations
    digests = digest_accounts(activity.account_ids.take(people).to_pylist(), key)
    order = np.argsort(digests)
    served = known.stand(digests[order])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    sizes = np.array([len(crowd) for crowd in crowds], dtype=np.int64)
    columns = rank[np.searchsorted(people, np.concatenate(crowds))]
    cells = (
        np.ones(len(columns), dtype=np.int32),
        (np.repeat(np.arange(len(chosen)), sizes), columns),
    )
    around = sp.csr_matrix(cells, (len(chosen), len(people)))
    place = np.searchsorted(chosen, campaign)
    for start in range(0, len(campaign), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        which = place[part]
        both = np.asarray(around[which].multiply(served[unit[part]]).sum(axis=1)).ravel()
        found = both > 0
        expected = known.sizes[unit[part]][found] * sizes[which][found] / both[found]
        populations[part][found] = np.ceil(expected).astype(np.int64)
    return populations


def _crowds(activity: Activity, campaigns: Sequence[Campaign], chosen: Codes) -> list[Codes]:
    """Return the bystanders in the fullest threads of some campaigns; none where they are few."""
    acts = np.zeros(activity.account_count, dtype=bool)
    for campaign in campaigns:
        acts[activity.account[list(campaign.rows)]] = True
    by_thread = np.argsort(activity.thread, kind="stable")
    ordered = activity.thread[by_thread]
    crowds = []
    for position in chosen.tolist():
        rows = np.array(campaigns[position].rows, dtype=np.int64)
        threads, counts = np.unique(
            activity.thread[rows[activity.threaded[rows]]], return_counts=True
        )
        fullest = threads[np.argsort(-counts, kind="stable")[:_PLACES]]
        starts, stops = (np.searchsorted(ordered, fullest, side) for side in ("left", "right"))
        around = [
            by_thread[start:stop]
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        ]
        crowd = distinct_codes(
            activity.account[np.concatenate([np.zeros(0, dtype=np.int64), *around])]
        )
        crowd = crowd[~acts[crowd]]
        crowds.append(crowd if len(crowd) >= _LEAST_CROWD else crowd[:0])
    return crowds
