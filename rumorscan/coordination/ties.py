"""Ties beyond chance between pairs of accounts, layer by layer.

Text, devices, addresses and synchrony make a tie; threads, links, hashtags, clients and
registration days that the pair shares besides add to its weight. A shared thing weighs the
logarithm of how few have it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.codes import Codes, distinct_codes, runs_of
from rumorscan.coordination.communities import Communities
from rumorscan.coordination.layers import Layer, make_layer
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.significance import corrected, effective_count, overlap_chance
from rumorscan.coordination.synchrony import Synchrony
from rumorscan.settings import CampaignSettings

Floats = npt.NDArray[np.float64]

LEAST_SHARED = 2
CROWDED_DEVICE = 50
"""Accounts from which on a device or address is a relay, not a tie."""
_SHARED_ANYHOW = 6  # wordings that tie a pair even where none of them stands in a community
_COMMON_THREADS = 3
_NEAR_SECONDS = 3_600
_MOST_COMPARED = 100_000  # pairs whose times are held side by side, some 10 CPU seconds
_MOST_PAIRS = 10_000_000  # pairs of accounts that one layer looks at; smaller crowds say more
_SUPPORTING = ("thread", "link", "hashtag", "client", "registration")
_SUPPORTS = 0.01  # chance up to which what a pair shares besides is named


@dataclass(frozen=True, slots=True)
class Ties:
    """Pairs of accounts tied by more than chance.

    Attributes:
        pairs: int64 `a * accounts + b` with a < b, ascending, shape (k,).
        weight: float64.
        q_value: float64, the smallest over the layers.
        layers: names of the layers that tie each pair.
        capped_groups: wordings left out because too many reappearing accounts stand in them.
    """

    pairs: Codes
    weight: Floats
    q_value: Floats
    layers: list[list[str]]
    capped_groups: int


@dataclass(frozen=True, slots=True)
class _Tested:
    """What one layer says: pairs, chances, weights, and how many pairs were tested in all."""

    name: str
    pairs: Codes
    chances: Floats
    weights: Floats
    tests: int


def tie_accounts(
    activity: Activity,
    memberships: Memberships,
    communities: Communities,
    settings: CampaignSettings,
) -> Ties:
    """Return the pairs of accounts that share more than chance allows.

    Text ties a pair by wordings that stand in a community, or by very many: that two accounts
    write the same in two threads which both follow is no tie, and only whole wordings, with all
    of their members, tell whether more than that meets again. Benjamini-Hochberg over all pairs
    tested in all layers.
    """
    threads = make_layer(
        activity.account, np.where(activity.threaded, activity.thread, np.int64(-1))
    )
    tested = [_text_ties(activity, memberships, communities, settings)]
    for name in ("device", "ip"):
        if name in activity.layers:
            tested.append(_device_ties(name, activity.layers[name], activity.account_count))
    tested.append(_time_ties(activity, threads, settings))
    tests = sum(layer.tests for layer in tested)
    q_values = corrected(np.concatenate([layer.chances for layer in tested]), tests)
    bounds = np.cumsum([0, *(len(layer.pairs) for layer in tested)])
    kept = [
        np.flatnonzero(q_values[start:stop] <= settings.q_value) + start
        for start, stop in itertools.pairwise(bounds.tolist())
    ]
    pairs = np.concatenate([layer.pairs for layer in tested])
    weights = np.concatenate([layer.weights for layer in tested])
    chosen = np.concatenate(kept)
    merged, inverse = np.unique(pairs[chosen], return_inverse=True)
    smallest = np.ones(len(merged))
    np.minimum.at(smallest, inverse, q_values[chosen])
    weight = np.bincount(inverse, weights=weights[chosen], minlength=len(merged)).astype(np.float64)
    names: list[list[str]] = [[] for _ in range(len(merged))]
    which = np.repeat(np.arange(len(kept)), [len(part) for part in kept])
    for position, layer in zip(inverse.tolist(), which.tolist(), strict=True):
        names[position].append(tested[layer].name)
    supporting = {"thread": threads, **activity.layers}
    for name in _SUPPORTING:
        if name in supporting:
            weight += _support(name, supporting[name], merged, activity.account_count, names)
    crowds = _crowds(memberships)
    crowded = int((crowds >= 2).sum()) - len(_affordable(crowds, settings.pair_cap))
    return Ties(merged, weight, smallest, names, crowded)


def _crowds(memberships: Memberships) -> Codes:
    """Return how many members of each wording stand in another one too."""
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    crowds: Codes = memberships.matrix @ (busy >= LEAST_SHARED).astype(np.int64)
    return crowds


def _affordable(crowd: Codes, largest: int) -> Codes:
    """Return the positions of the crowds whose pairs are looked at, the smallest crowds first."""
    order = np.argsort(crowd, kind="stable")
    order = order[(crowd[order] >= 2) & (crowd[order] <= largest)]
    pairs = np.cumsum(crowd[order] * (crowd[order] - 1) // 2)
    return np.sort(order[pairs <= _MOST_PAIRS])


def _text_ties(
    activity: Activity,
    memberships: Memberships,
    communities: Communities,
    settings: CampaignSettings,
) -> _Tested:
    busy = np.asarray(memberships.matrix.sum(axis=0)).ravel()
    who = np.flatnonzero(busy >= LEAST_SHARED)
    matrix = memberships.matrix[:, who]
    crowd = _crowds(memberships)
    # a wording in which very many reappear says little of any pair, and costs the square of it
    kept = _affordable(crowd, settings.pair_cap)
    inside = communities.of_wording[kept] >= 0
    matrix = matrix[kept]
    rarity = np.log(max(activity.account_count, 2) / np.maximum(matrix.sum(axis=1), 1))
    together = sp.triu(matrix.T @ matrix, k=1).tocoo()
    weighted = matrix.multiply(np.asarray(rarity).reshape(-1, 1)).tocsr()
    first, second, shared = _often(together, LEAST_SHARED)
    of_community = matrix[np.flatnonzero(inside)]
    meets = of_community[:, first].multiply(of_community[:, second]).sum(axis=0)
    enough = (np.asarray(meets).ravel() >= LEAST_SHARED) | (shared >= _SHARED_ANYHOW)
    first, second, shared = first[enough], second[enough], shared[enough]
    chances = overlap_chance(
        shared,
        busy[who[first]].astype(np.int64),
        busy[who[second]].astype(np.int64),
        memberships.wording_population,
    )
    weights = np.asarray(
        (weighted[:, first].multiply(matrix[:, second])).sum(axis=0), dtype=np.float64
    ).ravel()
    pairs = who[first] * np.int64(activity.account_count) + who[second]
    return _Tested("text", pairs, chances, weights, int(together.nnz))


def _often(together: Any, least: int) -> tuple[Codes, Codes, Codes]:
    """Return the pairs of a sparse matrix of counts that reach a number, and their counts."""
    enough = np.flatnonzero(together.data >= least)
    first = together.row[enough].astype(np.int64)
    second = together.col[enough].astype(np.int64)
    return first, second, together.data[enough].astype(np.int64)


def _device_ties(name: str, layer: Layer, accounts: int) -> _Tested:
    """Return the pairs of accounts on one device or address, relays left out.

    The chance is the hypergeometric tail over how many devices each of the two has; the number
    to draw from is that in which two entries would meet as often as they do (Simpson 1949).
    """
    count = np.int64(accounts)
    own = np.flatnonzero(layer.crowd[layer.thing] <= CROWDED_DEVICE)
    order = own[np.argsort(layer.thing[own], kind="stable")]
    who, thing = layer.who[order], layer.thing[order]
    pairs: list[Codes] = []
    rarity: list[Floats] = []
    colliding = 0
    for start, stop in zip(*(bounds.tolist() for bounds in runs_of(thing)), strict=True):
        size = stop - start
        if size >= 2:
            colliding += size * (size - 1)
            left, right = np.triu_indices(size, k=1)
            pairs.append(who[start + left] * count + who[start + right])
            rarity.append(np.full(len(left), np.log(max(layer.users, 2) / size)))
    tests = layer.users * (layer.users - 1) // 2
    if not pairs:
        nothing = np.zeros(0, dtype=np.float64)
        return _Tested(name, np.zeros(0, dtype=np.int64), nothing, nothing, 0)
    merged, inverse = np.unique(np.concatenate(pairs), return_inverse=True)
    weights = np.bincount(inverse, weights=np.concatenate(rarity)).astype(np.float64)
    busy = np.bincount(who, minlength=accounts)
    population = len(who) * (len(who) - 1) // colliding
    chances = overlap_chance(
        np.bincount(inverse), busy[merged // count], busy[merged % count], population
    )
    return _Tested(name, merged, chances, weights, tests)


def _time_ties(activity: Activity, threads: Layer, settings: CampaignSettings) -> _Tested:
    """Return the pairs that answer at the same time in several threads, again and again.

    Only accounts in three threads or more can, and of those only pairs that are near each
    other in time so often are held side by side; what is the same time follows from each
    thread's own rhythm.
    """
    busy = np.bincount(threads.who, minlength=activity.account_count)
    crowds = np.bincount(threads.thing[busy[threads.who] >= _COMMON_THREADS])
    # at most so many pairs meet in three threads: each of them counts as a test
    tests = int((crowds * (crowds - 1) // 2).sum()) // _COMMON_THREADS
    rows = np.flatnonzero(
        (activity.posted_at != NEVER)
        & activity.threaded
        & (busy[activity.account] >= _COMMON_THREADS)
    )
    near = np.unique(
        np.concatenate(
            [
                _near_pairs(activity, rows, shift, settings.pair_cap)
                for shift in (0, _NEAR_SECONDS // 2)
            ]
        )
    )
    first, second = near // activity.account_count, near % activity.account_count
    windows = tuple(window for window in settings.windows_seconds if window <= _NEAR_SECONDS)
    synchrony = Synchrony(activity, windows)
    found = [
        synchrony.compare(one, other)
        for one, other in zip(first.tolist(), second.tolist(), strict=True)
    ]
    table = np.array(found, dtype=np.float64).reshape(-1, 2)
    return _Tested("time", near, table[:, 0], table[:, 1], max(tests, len(near)))


def _near_pairs(activity: Activity, rows: Codes, shift: int, largest: int) -> Codes:
    """Return the pairs of accounts that share an hour of a thread three times or more."""
    people, columns = np.unique(activity.account[rows], return_inverse=True)
    hours = (activity.posted_at[rows] + shift) // _NEAR_SECONDS
    order = np.lexsort((hours, activity.thread[rows]))
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (np.diff(hours[order]) != 0) | (np.diff(activity.thread[rows][order]) != 0)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(is_new) - 1
    cells = distinct_codes(place * np.int64(max(len(people), 1)) + columns)
    matrix = sp.csr_matrix(
        (
            np.ones(len(cells), dtype=np.int32),
            (cells // max(len(people), 1), cells % max(len(people), 1)),
        ),
        shape=(int(is_new.sum()), len(people)),
    )
    matrix = matrix[_affordable(np.diff(matrix.indptr).astype(np.int64), largest)]
    together = sp.triu(matrix.T @ matrix, k=1).tocoo()
    first, second, shared = _often(together, _COMMON_THREADS)
    order = np.argsort(-shared, kind="stable")[:_MOST_COMPARED]
    return people[first[order]] * np.int64(activity.account_count) + people[second[order]]


def _support(
    name: str, layer: Layer, pairs: Codes, accounts: int, names: list[list[str]]
) -> Floats:
    """Return what a layer adds to the weights of some pairs; names it where it is beyond chance."""
    weight = np.zeros(len(pairs))
    first, second = pairs // accounts, pairs % accounts
    people = distinct_codes(np.concatenate([first, second]))
    inside = np.isin(layer.who, people)
    if not inside.any():
        return weight
    who = np.searchsorted(people, layer.who[inside])
    things, columns = np.unique(layer.thing[inside], return_inverse=True)
    matrix = sp.csr_matrix((np.ones(len(who)), (who, columns)), shape=(len(people), len(things)))
    rarity = np.log(max(layer.users, 2) / np.maximum(layer.crowd[things], 1))
    weighted = matrix.multiply(rarity).tocsr()
    one, other = np.searchsorted(people, first), np.searchsorted(people, second)
    common = np.asarray(matrix[one].multiply(matrix[other]).sum(axis=1)).ravel()
    summed = np.asarray(weighted[one].multiply(matrix[other]).sum(axis=1)).ravel()
    sizes = np.diff(matrix.indptr)
    chances = overlap_chance(
        common.astype(np.int64), sizes[one], sizes[other], effective_count(layer.crowd)
    )
    for position in np.flatnonzero((common >= 1) & (chances <= _SUPPORTS)).tolist():
        names[position].append(name)
        weight[position] = summed[position]
    return weight
