"""Reuse: pairs of wordings that the same members serve more often than chance allows.

A member is an account, or a device or address that accounts share. The decisive sign of a water
army is that the same members reappear under unrelated posts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes, distinct_codes, runs_of
from rumorscan.coordination.communities import Communities, WordingLinks
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.significance import corrected, overlap_chance

_LEAST_SHARED = 2
_TIRELESS = 2_000  # an account in more wordings than this says nothing of any pair of them
_CELLS_AT_ONCE = 4_000_000
_PAIRS_AT_ONCE = 100_000
_PLACES = 8  # threads of a wording that its crowd is taken from, the fullest first


def link_wordings(
    activity: Activity, memberships: Memberships, stands: Any, largest_q: float
) -> WordingLinks:
    """Return the pairs of wordings whose overlap of members is beyond chance.

    The chance is the hypergeometric tail, over the effective number of members (a few tireless
    accounts do not make everybody look tied) or over what the crowds of the threads have in
    common anyway, whichever makes the overlap more likely; Benjamini-Hochberg over all pairs of
    wordings. A pair that its members met in one thread only is no reuse and is left out.
    Wordings of the very same members are linked in a row and not each with each.
    """
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    is_capped = busy > _TIRELESS
    reappearing = memberships.matrix[:, np.flatnonzero((busy >= _LEAST_SHARED) & ~is_capped)]
    twins, alone = _same_members(reappearing)
    pairs = [twins, *_overlaps(reappearing, alone)]
    first, second, shared = (np.concatenate(part) for part in zip(*pairs, strict=True))
    sizes, count = memberships.sizes, len(memberships.wordings)
    tests = count * (count - 1) // 2
    population = np.full(len(first), memberships.member_population, dtype=np.int64)
    chances = overlap_chance(shared, sizes[first], sizes[second], population)
    kept = np.flatnonzero(corrected(chances, tests) <= largest_q)
    kept = kept[_span_threads(stands, first[kept], second[kept])]
    usual = _usual_overlap(activity, stands, first[kept], second[kept], shared[kept])
    sizes_of = sizes[first[kept]], sizes[second[kept]]
    crowd = sizes_of[0] * sizes_of[1] / np.maximum(usual, 1e-12)
    population[kept] = np.minimum(population[kept], np.ceil(np.minimum(crowd, 2.0**62)))
    chances[kept] = overlap_chance(shared[kept], *sizes_of, population[kept])
    q_value = corrected(chances[kept], tests)
    significant = np.flatnonzero(q_value <= largest_q)
    kept, q_value = kept[significant], q_value[significant]
    order = np.lexsort((second[kept], first[kept]))
    kept, q_value = kept[order], q_value[order]
    return WordingLinks(first[kept], second[kept], shared[kept], q_value, int(is_capped.sum()))


_Pairs = tuple[Codes, Codes, Codes]
"""Positions of the one wording and of the other, and the members in both."""


def _same_members(matrix: Any) -> tuple[_Pairs, Codes]:
    """Return each wording paired with the next of the same members, and the first of each kind."""
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
    """Yield the pairs of wordings that share two members or more, a bounded block at a time."""
    nothing = np.zeros(0, dtype=np.int64)
    yield nothing, nothing, nothing
    chosen = matrix[rows]
    cost = chosen @ np.asarray(chosen.sum(axis=0)).ravel()
    block = np.cumsum(cost) // _CELLS_AT_ONCE
    transposed = chosen.T.tocsr()
    for start, stop in zip(*runs_of(block), strict=True):
        shared = (chosen[start:stop] @ transposed).tocoo()
        left, right = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        enough = (shared.data >= _LEAST_SHARED) & (left < right)
        yield rows[left[enough]], rows[right[enough]], shared.data[enough].astype(np.int64)


def standing(activity: Activity, memberships: Memberships) -> Any:
    """Return how many accounts of each wording stand in each thread: a sparse matrix."""
    rows = np.flatnonzero(np.isin(activity.wording, memberships.wordings) & ~activity.quotes)
    threads = np.int64(activity.thread.max(initial=0) + 1)
    accounts = np.int64(max(activity.account_count, 1))
    position = np.searchsorted(memberships.wordings, activity.wording[rows])
    cell = position * threads + activity.thread[rows]
    cells = distinct_codes(cell)  # wordings x threads x accounts would overflow in large dumps
    places = distinct_codes(np.searchsorted(cells, cell) * accounts + activity.account[rows])
    cells = cells[places // accounts]
    shape = (len(memberships.wordings), int(threads))
    stands = sp.csr_matrix(
        (np.ones(len(cells), dtype=np.int32), (cells // threads, cells % threads)), shape
    )
    stands.sum_duplicates()
    return stands


def _span_threads(stands: Any, first: Codes, second: Codes) -> npt.NDArray[np.bool_]:
    """Tell of each pair of wordings whether they stand in different threads for the most part."""
    present = stands.copy()
    present.data[:] = 1
    counts = np.diff(present.indptr)
    spans = np.zeros(len(first), dtype=bool)
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        one, other = first[start : start + _PAIRS_AT_ONCE], second[start : start + _PAIRS_AT_ONCE]
        common = np.asarray(present[one].multiply(present[other]).sum(axis=1)).ravel()
        spans[start : start + len(one)] = common * 2 <= np.minimum(counts[one], counts[other])
    return spans


def _usual_overlap(
    activity: Activity, stands: Any, first: Codes, second: Codes, shared: Codes
) -> npt.NDArray[np.float64]:
    """Return how many members pairs of wordings share because their threads share a crowd.

    If the members of a wording were drawn from the crowds of its threads, one in A would also
    be one in B as often as the others of A are: `a * b * N(A and B) / (N(A) * N(B))` for each
    pair of threads, the members that the two wordings share left out of the count.
    """
    expected = np.zeros(len(first), dtype=np.float64)
    named = distinct_codes(activity.thread[activity.threaded])
    if len(first) == 0 or len(named) == 0:
        return expected
    is_named = np.zeros(stands.shape[1], dtype=bool)
    is_named[named] = True
    crowds = _crowds(activity, stands.shape[1])
    sizes = np.diff(crowds.indptr)
    pair, one, other, weight = _cells(stands, first, second, is_named)
    for start in range(0, len(pair), _PAIRS_AT_ONCE):
        stop = start + _PAIRS_AT_ONCE
        a, b = one[start:stop], other[start:stop]
        both = np.asarray(crowds[a].multiply(crowds[b]).sum(axis=1)).ravel()
        rest = np.maximum(both - shared[pair[start:stop]], 0)
        share = weight[start:stop] * rest / (sizes[a] * sizes[b])
        np.add.at(expected, pair[start:stop], share)
    return expected


def _crowds(activity: Activity, threads: int) -> Any:
    """Return which accounts stand in which thread: a sparse 0/1 matrix."""
    accounts = np.int64(max(activity.account_count, 1))
    places = distinct_codes(activity.thread * accounts + activity.account)
    return sp.csr_matrix(
        (np.ones(len(places), dtype=np.int32), (places // accounts, places % accounts)),
        (threads, int(accounts)),
    )


def _cells(
    stands: Any, first: Codes, second: Codes, is_named: npt.NDArray[np.bool_]
) -> tuple[Codes, Codes, Codes, npt.NDArray[np.float64]]:
    """Return the pairs of threads of each pair of wordings, and the product of their members."""
    fullest = {int(row): _fullest(stands, int(row), is_named) for row in {*first, *second}}
    pairs, ones, others, weights = [], [], [], []
    for pair, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        (a, count_a), (b, count_b) = fullest[one], fullest[other]
        pairs.append(np.full(len(a) * len(b), pair, dtype=np.int64))
        ones.append(np.repeat(a, len(b)))
        others.append(np.tile(b, len(a)))
        weights.append(np.outer(count_a, count_b).ravel())
    return (
        np.concatenate(pairs),
        np.concatenate(ones),
        np.concatenate(others),
        np.concatenate(weights).astype(np.float64),
    )


def _fullest(stands: Any, row: int, is_named: npt.NDArray[np.bool_]) -> tuple[Codes, Codes]:
    """Return the threads in which a wording has most accounts, and how many."""
    span = slice(stands.indptr[row], stands.indptr[row + 1])
    threads, counts = stands.indices[span].astype(np.int64), stands.data[span].astype(np.int64)
    threads, counts = threads[is_named[threads]], counts[is_named[threads]]
    order = np.argsort(-counts, kind="stable")[:_PLACES]
    return threads[order], counts[order]


def join_wordings(
    memberships: Memberships, stands: Any, communities: Communities, largest_q: float
) -> WordingLinks:
    """Return links of wordings with a community from which more members come than by chance.

    A small wording shares one or two members with each of a community's wordings, which is no
    sign, but all of its members with the community as a whole. The link is with the wording of
    the community that shares most.

    Args:
        memberships: who stands in which wording.
        stands: accounts of each wording in each thread, from `standing`.
        communities: found from the links of `link_wordings`.
        largest_q: largest corrected chance.
    """
    names = distinct_codes(communities.of_wording[communities.of_wording >= 0])
    matrix = memberships.matrix
    index = np.searchsorted(names, communities.of_wording)
    inside = np.flatnonzero(communities.of_wording >= 0)
    belongs = sp.csr_matrix(
        (np.ones(len(inside), dtype=np.int32), (index[inside], inside)),
        (len(names), matrix.shape[0]),
    )
    people = belongs @ matrix
    people.data[:] = 1
    common = (matrix @ people.T).tocoo()
    outside = (communities.of_wording[common.row] < 0) & (common.data >= _LEAST_SHARED)
    wording, name = common.row[outside].astype(np.int64), common.col[outside].astype(np.int64)
    shared = common.data[outside].astype(np.int64)
    sizes = np.asarray(people.sum(axis=1)).ravel().astype(np.int64)
    chances = overlap_chance(
        shared, memberships.sizes[wording], sizes[name], memberships.member_population
    )
    q_value = corrected(chances, max(matrix.shape[0] * len(names), 1))
    kept = np.flatnonzero(q_value <= largest_q)
    wording, name, q_value = wording[kept], name[kept], q_value[kept]
    partner = np.full(len(kept), -1, dtype=np.int64)
    overlap = np.zeros(len(kept), dtype=np.int64)
    for place, (one, group) in enumerate(zip(wording.tolist(), name.tolist(), strict=True)):
        others = inside[index[inside] == group]
        counts = np.asarray((matrix[others] @ matrix[one].T).todense()).ravel()
        partner[place], overlap[place] = others[np.argmax(counts)], counts.max()
    spans = _span_threads(stands, wording, partner)
    first, second = np.minimum(wording, partner), np.maximum(wording, partner)
    return WordingLinks(first[spans], second[spans], overlap[spans], q_value[spans], 0)
