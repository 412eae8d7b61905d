"""The table of ties: a row for each pair of accounts, with the posts that they have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.ties import Ties
from rumorscan.records import EDGES_SCHEMA


def tabulate_ties(activity: Activity, memberships: Memberships, ties: Ties) -> pa.Table:
    """Return a table of `EDGES_SCHEMA`, sorted by account ids."""
    count = np.int64(activity.account_count)
    ids = activity.account_ids.to_pylist()
    table: dict[str, list[Any]] = {name: [] for name in EDGES_SCHEMA.names}
    accounts = np.unique(np.concatenate([ties.pairs // count, ties.pairs % count]))
    posts = _SharedPosts(activity, memberships, accounts)
    for position, pair in enumerate(ties.pairs.tolist()):
        one, other = sorted((int(pair // count), int(pair % count)), key=lambda code: ids[code])
        first, second = posts.of(one, other)
        table["account_a"].append(ids[one])
        table["account_b"].append(ids[other])
        table["weight"].append(round(float(ties.weight[position]), 4))
        table["q_value"].append(float(ties.q_value[position]))
        table["post_ids_a"].append(first)
        table["post_ids_b"].append(second)
        table["layers"].append(ties.layers[position])
    edges = pa.table(table, schema=EDGES_SCHEMA)
    return edges.sort_by([("account_a", "ascending"), ("account_b", "ascending")])


class _SharedPosts:
    """Finds the posts that two of some accounts have in common wordings."""

    def __init__(self, activity: Activity, memberships: Memberships, accounts: Codes) -> None:
        is_common = np.isin(activity.wording, memberships.wordings) & ~activity.quotes
        rows = np.flatnonzero(is_common & np.isin(activity.account, accounts))
        rows = rows[np.argsort(activity.account[rows], kind="stable")]
        of_account = activity.account[rows]
        starts = np.searchsorted(of_account, accounts, side="left").tolist()
        stops = np.searchsorted(of_account, accounts, side="right").tolist()
        self._spans = dict(zip(accounts.tolist(), zip(starts, stops, strict=True), strict=True))
        self._wordings = activity.wording[rows].tolist()
        self._post_ids = activity.post_ids.take(rows).to_pylist()
        self._known: dict[int, frozenset[int]] = {}

    def of(self, one: int, other: int) -> tuple[list[str], list[str]]:
        """Return the ids of the one's posts and of the other's, in input order."""
        shared = self._said(one) & self._said(other)
        return self._found(one, shared), self._found(other, shared)

    def _said(self, account: int) -> frozenset[int]:
        if account not in self._known:
            start, stop = self._spans[account]
            self._known[account] = frozenset(self._wordings[start:stop])
        return self._known[account]

    def _found(self, account: int, shared: frozenset[int]) -> list[str]:
        places = range(*self._spans[account])
        return [self._post_ids[place] for place in places if self._wordings[place] in shared]
