"""Ties beyond chance: between groups that the same accounts serve, and between accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity, Codes, distinct_codes
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.significance import corrected, overlap_chance
from rumorscan.records import EDGES_SCHEMA
from rumorscan.settings import CampaignSettings

_LEAST_SHARED = 2
_CROWDED_DEVICE = 50  # a device or address with more accounts than this is a relay, not a tie


@dataclass(frozen=True, slots=True)
class GroupLinks:
    """Pairs of groups that share more members than chance allows.

    Attributes:
        first, second: int64 positions in `Memberships.groups`, shape (k,).
        shared: int64; members in both.
        q_value: float64; corrected chance of the overlap.
        tests: pairs of groups that the correction counts.
    """

    first: Codes
    second: Codes
    shared: npt.NDArray[np.int64]
    q_value: npt.NDArray[np.float64]
    tests: int


def link_groups(
    activity: Activity, memberships: Memberships, settings: CampaignSettings
) -> GroupLinks:
    """Return the pairs of groups whose overlap of members is beyond chance.

    The chance is the hypergeometric tail over the effective number of members, so that a few
    tireless accounts do not make everybody look tied; Benjamini-Hochberg over all pairs of
    groups. A pair that its members met in one thread only is no reuse and is left out.
    """
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    reappearing = memberships.matrix[:, np.flatnonzero(busy >= _LEAST_SHARED)]
    overlaps = sp.triu(reappearing @ reappearing.T, k=1).tocoo()
    enough = overlaps.data >= _LEAST_SHARED
    first, second = overlaps.row[enough].astype(np.int64), overlaps.col[enough].astype(np.int64)
    shared = overlaps.data[enough].astype(np.int64)
    population = memberships.member_population
    chances = overlap_chance(
        shared, memberships.sizes[first], memberships.sizes[second], population
    )
    count = len(memberships.groups)
    tests = count * (count - 1) // 2
    q_value = corrected(chances, tests)
    kept = np.flatnonzero(q_value <= settings.q_value)
    kept = kept[_spans_threads(activity, memberships, first[kept], second[kept])]
    order = kept[np.lexsort((second[kept], first[kept]))]
    return GroupLinks(first[order], second[order], shared[order], q_value[order], tests)


def _spans_threads(
    activity: Activity, memberships: Memberships, first: Codes, second: Codes
) -> npt.NDArray[np.bool_]:
    """Tell of each pair of groups whether they stand in different threads for the most part."""
    groups = distinct_codes(memberships.groups[np.concatenate([first, second])])
    rows = np.flatnonzero(np.isin(activity.group, groups))
    order = rows[np.argsort(activity.group[rows], kind="stable")]
    starts = np.searchsorted(activity.group[order], memberships.groups, side="left")
    stops = np.searchsorted(activity.group[order], memberships.groups, side="right")
    spans = np.zeros(len(first), dtype=bool)
    for pair, (one, other) in enumerate(zip(first, second, strict=True)):
        here = distinct_codes(activity.thread[order[starts[one] : stops[one]]])
        there = distinct_codes(activity.thread[order[starts[other] : stops[other]]])
        common = len(np.intersect1d(here, there, assume_unique=True))
        spans[pair] = common * 2 <= min(len(here), len(there))
    return spans


def tie_accounts(
    activity: Activity, memberships: Memberships, settings: CampaignSettings
) -> pa.Table:
    """Return the pairs of accounts that share more groups, devices or addresses than by chance.

    Returns:
        A table of `EDGES_SCHEMA`; weight is the sum over the shared things of the logarithm
        of how rare they are; sorted by account ids.
    """
    layers = [("text", *_text_ties(activity, memberships, settings))]
    for layer, codes in activity.shared.items():
        layers.append((layer, *_shared_ties(activity, codes)))
    return _tabulate(activity, memberships, layers, settings.q_value)


_Ties = tuple[Codes, npt.NDArray[np.float64], npt.NDArray[np.float64], int]
"""Pairs as `a * accounts + b` with a < b, chances, weights, and the tests made."""


def _text_ties(activity: Activity, memberships: Memberships, settings: CampaignSettings) -> _Ties:
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    who = np.flatnonzero(busy >= _LEAST_SHARED)
    matrix = memberships.matrix[:, who]
    crowd = np.asarray(matrix.sum(axis=1)).ravel()
    # a group in which very many reappear says little of any pair, and costs the square of it
    matrix = matrix[np.flatnonzero((crowd >= 2) & (crowd <= settings.pair_cap))]
    rarity = np.log(max(activity.account_count, 2) / np.maximum(matrix.sum(axis=1), 1))
    together = sp.triu(matrix.T @ matrix, k=1).tocoo()
    weighted = matrix.multiply(np.asarray(rarity).reshape(-1, 1)).tocsr()
    enough = together.data >= _LEAST_SHARED
    first, second = together.row[enough], together.col[enough]
    chances = overlap_chance(
        together.data[enough].astype(np.int64),
        busy[who[first]].astype(np.int64),
        busy[who[second]].astype(np.int64),
        memberships.group_population,
    )
    weights = np.asarray(
        (weighted[:, first].multiply(matrix[:, second])).sum(axis=0), dtype=np.float64
    ).ravel()
    pairs = who[first] * np.int64(activity.account_count) + who[second]
    return pairs, chances, weights, int(together.nnz)


def _shared_ties(activity: Activity, codes: Codes) -> _Ties:
    """Return the pairs of accounts on one device or address."""
    count = np.int64(activity.account_count)
    known = np.flatnonzero(codes >= 0)
    uses = distinct_codes(codes[known] * count + activity.account[known])
    thing, who = uses // count, uses % count
    users = len(distinct_codes(who))
    starts = np.flatnonzero(np.r_[True, thing[1:] != thing[:-1]]) if len(thing) else thing
    stops = np.r_[starts[1:], len(thing)]
    pairs: list[npt.NDArray[np.int64]] = []
    rarity: list[npt.NDArray[np.float64]] = []
    colliding = 0
    for start, stop in zip(starts, stops, strict=True):
        size = stop - start
        colliding += size * (size - 1)
        if 2 <= size <= _CROWDED_DEVICE:
            left, right = np.triu_indices(size, k=1)
            pairs.append(who[start + left] * count + who[start + right])
            rarity.append(np.full(len(left), np.log(max(users, 2) / size)))
    if not pairs:
        nothing = np.zeros(0, dtype=np.float64)
        return np.zeros(0, dtype=np.int64), nothing, nothing, 0
    merged, inverse = np.unique(np.concatenate(pairs), return_inverse=True)
    weights = np.bincount(inverse, weights=np.concatenate(rarity))
    things = np.bincount(inverse)
    rate = min(1.0, colliding / max(1, users * (users - 1)))
    chances = np.asarray(rate**things, dtype=np.float64)
    return merged, chances, weights.astype(np.float64), users * (users - 1) // 2


def _tabulate(
    activity: Activity,
    memberships: Memberships,
    layers: list[tuple[str, Codes, npt.NDArray[np.float64], npt.NDArray[np.float64], int]],
    largest_q: float,
) -> pa.Table:
    """Correct all layers as one family, keep what is beyond chance, one row a pair."""
    pairs = np.concatenate([layer[1] for layer in layers])
    q_values = corrected(
        np.concatenate([layer[2] for layer in layers]), sum(layer[4] for layer in layers)
    )
    weights = np.concatenate([layer[3] for layer in layers])
    names = np.repeat(np.arange(len(layers)), [len(layer[1]) for layer in layers])
    kept = np.flatnonzero(q_values <= largest_q)
    merged, inverse = np.unique(pairs[kept], return_inverse=True)
    smallest_q = np.ones(len(merged))
    np.minimum.at(smallest_q, inverse, q_values[kept])
    layer_names: list[list[str]] = [[] for _ in merged]
    for position, layer in zip(inverse, names[kept], strict=True):
        layer_names[position].append(layers[layer][0])
    count = np.int64(activity.account_count)
    ids = activity.account_ids.to_pylist()
    table: dict[str, list[Any]] = {name: [] for name in EDGES_SCHEMA.names}
    weight_sums = np.bincount(inverse, weights=weights[kept], minlength=len(merged))
    posts = _GroupedPosts(activity, memberships)
    for position, pair in enumerate(merged):
        one, other = sorted((int(pair // count), int(pair % count)), key=lambda code: ids[code])
        first, second = posts.in_shared_groups(one, other)
        table["account_a"].append(ids[one])
        table["account_b"].append(ids[other])
        table["weight"].append(round(float(weight_sums[position]), 4))
        table["q_value"].append(float(smallest_q[position]))
        table["post_ids_a"].append(first)
        table["post_ids_b"].append(second)
        table["layers"].append(layer_names[position])
    edges = pa.table(table, schema=EDGES_SCHEMA)
    return edges.sort_by([("account_a", "ascending"), ("account_b", "ascending")])


class _GroupedPosts:
    """Finds the posts that two accounts have in common groups."""

    def __init__(self, activity: Activity, memberships: Memberships) -> None:
        rows = np.flatnonzero(np.isin(activity.group, memberships.groups) & ~activity.quotes)
        self._rows = rows[np.argsort(activity.account[rows], kind="stable")]
        self._accounts = activity.account[self._rows]
        self._group = activity.group
        self._post_ids = activity.post_ids

    def in_shared_groups(self, one: int, other: int) -> tuple[list[str], list[str]]:
        """Return the ids of the one's posts and of the other's, in input order."""
        first, second = self._of(one), self._of(other)
        shared = np.intersect1d(self._group[first], self._group[second])
        return (
            self._post_ids.take(first[np.isin(self._group[first], shared)]).to_pylist(),
            self._post_ids.take(second[np.isin(self._group[second], shared)]).to_pylist(),
        )

    def _of(self, account: int) -> Codes:
        start = np.searchsorted(self._accounts, account, side="left")
        stop = np.searchsorted(self._accounts, account, side="right")
        return self._rows[start:stop]
