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
    posts = _SharedPosts(activity, memberships)
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
    """Finds the posts that two accounts have in common wordings."""

    def __init__(self, activity: Activity, memberships: Memberships) -> None:
        rows = np.flatnonzero(np.isin(activity.wording, memberships.wordings) & ~activity.quotes)
        self._rows = rows[np.argsort(activity.account[rows], kind="stable")]
        self._accounts = activity.account[self._rows]
        self._wording = activity.wording
        self._post_ids = activity.post_ids

    def of(self, one: int, other: int) -> tuple[list[str], list[str]]:
        """Return the ids of the one's posts and of the other's, in input order."""
        first, second = self._find(one), self._find(other)
        shared = np.intersect1d(self._wording[first], self._wording[second])
        return (
            self._post_ids.take(first[np.isin(self._wording[first], shared)]).to_pylist(),
            self._post_ids.take(second[np.isin(self._wording[second], shared)]).to_pylist(),
        )

    def _find(self, account: int) -> Codes:
        start = np.searchsorted(self._accounts, account, side="left")
        stop = np.searchsorted(self._accounts, account, side="right")
        return self._rows[start:stop]
