"""Ties beyond chance: between groups that the same accounts serve, and between accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity, Codes, account_things, distinct_codes
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.significance import corrected, overlap_chance
from rumorscan.records import EDGES_SCHEMA
from rumorscan.settings import CampaignSettings

_LEAST_SHARED = 2
_CROWDED_DEVICE = 50  # a device or address with more accounts than this is a relay, not a tie
_TIRELESS = 2_000  # an account in more groups than this says nothing of any pair of them
_CELLS_AT_ONCE = 4_000_000
_PAIRS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class GroupLinks:
    """Pairs of groups that share more members than chance allows.

    Attributes:
        first, second: int64 positions in `Memberships.groups`, shape (k,).
        shared: int64; members in both.
        q_value: float64; corrected chance of the overlap.
        capped_accounts: accounts in so many groups that their pairs were not looked at.
    """

    first: Codes
    second: Codes
    shared: npt.NDArray[np.int64]
    q_value: npt.NDArray[np.float64]
    capped_accounts: int


def link_groups(
    activity: Activity, memberships: Memberships, settings: CampaignSettings
) -> GroupLinks:
    """Return the pairs of groups whose overlap of members is beyond chance.

    The chance is the hypergeometric tail over the effective number of members, so that a few
    tireless accounts do not make everybody look tied; Benjamini-Hochberg over all pairs of
    groups. A pair that its members met in one thread only is no reuse and is left out. Groups
    of the very same members are linked in a row and not each with each.
    """
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    is_capped = busy > _TIRELESS
    reappearing = memberships.matrix[:, np.flatnonzero((busy >= _LEAST_SHARED) & ~is_capped)]
    twins, alone = _same_members(reappearing)
    pairs = [twins, *_overlaps(reappearing, alone)]
    first, second, shared = (np.concatenate(part) for part in zip(*pairs, strict=True))
    sizes, count = memberships.sizes, len(memberships.groups)
    chances = overlap_chance(shared, sizes[first], sizes[second], memberships.member_population)
    q_value = corrected(chances, count * (count - 1) // 2)
    kept = np.flatnonzero(q_value <= settings.q_value)
    kept = kept[_span_threads(activity, memberships, first[kept], second[kept])]
    order = kept[np.lexsort((second[kept], first[kept]))]
    capped = int(is_capped.sum())
    return GroupLinks(first[order], second[order], shared[order], q_value[order], capped)


_Pairs = tuple[Codes, Codes, Codes]
"""Positions of the one group and of the other, and the members in both."""


def _same_members(matrix: Any) -> tuple[_Pairs, Codes]:
    """Return each group paired with the next of the same members, and the first of each kind."""
    sizes = np.diff(matrix.indptr)
    # a sum of random numbers names a set; two sets share 128 bits of it by accident never
    keys = np.random.default_rng(0).integers(0, 1 << 63, (2, matrix.shape[1] + 1), dtype=np.uint64)
    starts = np.r_[0, np.cumsum(keys[0][matrix.indices], dtype=np.uint64)]
    others = np.r_[0, np.cumsum(keys[1][matrix.indices], dtype=np.uint64)]
    name = starts[matrix.indptr[1:]] - starts[matrix.indptr[:-1]]
    other = others[matrix.indptr[1:]] - others[matrix.indptr[:-1]]
    order = np.lexsort((np.arange(len(sizes)), other, name, sizes))
    order = order[sizes[order] >= _LEAST_SHARED]
    same = (np.diff(name[order]) == 0) & (np.diff(other[order]) == 0) & (np.diff(sizes[order]) == 0)
    is_first = np.r_[True, ~same][: len(order)]
    before, after = order[:-1][same], order[1:][same]
    return (before, after, sizes[before].astype(np.int64)), np.sort(order[is_first])


def _overlaps(matrix: Any, rows: Codes) -> Iterator[_Pairs]:
    """Yield the pairs of groups that share two members or more, a bounded block at a time."""
    nothing = np.zeros(0, dtype=np.int64)
    yield nothing, nothing, nothing
    chosen = matrix[rows]
    cost = chosen @ np.asarray(chosen.sum(axis=0)).ravel()
    block = np.cumsum(cost) // _CELLS_AT_ONCE
    transposed = chosen.T.tocsr()
    for start, stop in zip(*_runs(block), strict=True):
        shared = (chosen[start:stop] @ transposed).tocoo()
        left, right = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        enough = (shared.data >= _LEAST_SHARED) & (left < right)
        yield rows[left[enough]], rows[right[enough]], shared.data[enough].astype(np.int64)


def _runs(values: npt.NDArray[Any]) -> tuple[Codes, Codes]:
    """Return where runs of equal values start and stop."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]][: len(values)])
    return starts, np.r_[starts[1:], len(values)][: len(starts)]


def _span_threads(
    activity: Activity, memberships: Memberships, first: Codes, second: Codes
) -> npt.NDArray[np.bool_]:
    """Tell of each pair of groups whether they stand in different threads for the most part."""
    rows = np.flatnonzero(np.isin(activity.group, memberships.groups) & ~activity.quotes)
    threads = np.int64(activity.thread.max(initial=0) + 1)
    position = np.searchsorted(memberships.groups, activity.group[rows])
    places = distinct_codes(position * threads + activity.thread[rows])
    shape = (len(memberships.groups), int(threads))
    stands = sp.csr_matrix(
        (np.ones(len(places), dtype=np.int32), (places // threads, places % threads)), shape
    )
    counts = np.diff(stands.indptr)
    spans = np.zeros(len(first), dtype=bool)
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        one, other = first[start : start + _PAIRS_AT_ONCE], second[start : start + _PAIRS_AT_ONCE]
        common = np.asarray(stands[one].multiply(stands[other]).sum(axis=1)).ravel()
        spans[start : start + len(one)] = common * 2 <= np.minimum(counts[one], counts[other])
    return spans


def tie_accounts(
    activity: Activity, memberships: Memberships, settings: CampaignSettings
) -> tuple[pa.Table, int]:
    """Return the pairs of accounts that share more groups, devices or addresses than by chance.

    Returns:
        A table of `EDGES_SCHEMA`; weight is the sum over the shared things of the logarithm
        of how rare they are; sorted by account ids. And the groups that were left out because
        too many reappearing accounts stand in them.
    """
    crowds = _crowds(memberships)
    layers = [("text", *_text_ties(activity, memberships, settings))]
    for layer, codes in activity.shared.items():
        layers.append((layer, *_shared_ties(activity, codes)))
    edges = _tabulate(activity, memberships, layers, settings.q_value)
    return edges, int((crowds > settings.pair_cap).sum())


def _crowds(memberships: Memberships) -> Codes:
    """Return how many members of each group stand in another one too."""
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    crowds: Codes = memberships.matrix @ (busy >= _LEAST_SHARED).astype(np.int64)
    return crowds


_Ties = tuple[Codes, npt.NDArray[np.float64], npt.NDArray[np.float64], int]
"""Pairs as `a * accounts + b` with a < b, chances, weights, and the tests made."""


def _text_ties(activity: Activity, memberships: Memberships, settings: CampaignSettings) -> _Ties:
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    who = np.flatnonzero(busy >= _LEAST_SHARED)
    matrix = memberships.matrix[:, who]
    crowd = _crowds(memberships)
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
    who, thing = account_things(activity.account, codes)
    by_thing = np.argsort(thing, kind="stable")
    who, thing = who[by_thing], thing[by_thing]
    users = len(distinct_codes(who))
    starts, stops = _runs(thing)
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
