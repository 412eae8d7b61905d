"""Pairs of similar texts: an exact join by prefix filter, and bands of MinHash for long texts.

Two sets whose Jaccard similarity reaches t share a member among the first
`size - ceil(t * size) + 1` of each, whatever the order of the members; with the rarest first
there is little to look at (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007).
`scripts/bench_groups.py` holds it against locality-sensitive hashing: on short posts it costs
about the same and misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.shingles import ShingleSets, shared_members, sort_stretch

Ints = npt.NDArray[np.int64]

_COMMON = 3  # of 1 to 5 the fastest, on real posts and on random texts of few characters


@dataclass(frozen=True, slots=True)
class RankedSets:
    """Sets of shingles as ranks, the rarest shingle first: what the join walks over.

    Attributes:
        values: int32 ranks, ascending within each set, end to end.
        offsets: int64, shape (n + 1,).
        frequency: int32; in how many sets the shingle of each rank stands.
    """

    values: npt.NDArray[np.int32]
    offsets: Ints
    frequency: npt.NDArray[np.int32]

    @property
    def sizes(self) -> Ints:
        """Members of each set, shape (n,)."""
        return np.diff(self.offsets)


def rank_sets(sets: ShingleSets) -> RankedSets:
    """Return the sets with every shingle replaced by its rank in order of frequency.

    Args:
        sets: n sets; ties of frequency fall in the order of the shingles themselves, so that
            the ranks do not depend on the order of the sets.
    """
    order = np.argsort(sets.values)
    ordered = sets.values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
    frequency = np.diff(np.r_[starts, len(ordered)])
    by_rarity = np.argsort(frequency, kind="stable")
    rank = np.empty(len(frequency), dtype=np.int32)
    rank[by_rarity] = np.arange(len(frequency), dtype=np.int32)
    values = np.empty(len(ordered), dtype=np.int32)
    values[order] = np.repeat(rank, frequency)
    del order, ordered
    _sort_sets(values, sets.offsets)
    return RankedSets(values, sets.offsets, frequency[by_rarity].astype(np.int32))


@compiled
def _sort_sets(values: npt.NDArray[np.int32], offsets: Ints) -> None:
    """Sort every set in place."""
    for row in range(len(offsets) - 1):
        sort_stretch(values, offsets[row], offsets[row + 1])


@compiled
def join_prefixes(
    values: npt.NDArray[np.int32],
    offsets: Ints,
    frequency: npt.NDArray[np.int32],
    order: Ints,
    similarity: float,
    list_limit: int,
    partner_limit: int,
) -> tuple[Ints, Ints, npt.NDArray[np.int32], int, int]:
    """Return the pairs of sets whose Jaccard similarity reaches a threshold.

    Prefixes are `_COMMON - 1` longer than they must be, so that two sets over the threshold have
    not one member in common there but `_COMMON` (Wang, Li and Feng 2012): counting that is much
    cheaper than comparing all sets that share one.

    Args:
        values: ranks of `RankedSets`.
        offsets: bounds of the sets.
        frequency: of each rank.
        order: the sets to join, by size, smallest first.
        similarity: the threshold, in (0, 1].
        list_limit: sets that are counted at most for one shingle, the nearest in size first.
        partner_limit: pairs that are reported at most of one set with smaller ones.

    Returns:
        first and second of each pair (positions of sets), the members that they share, how
        many pairs were compared, and how many times one of the limits was reached.
    """
    n = len(order)
    sizes = np.empty(n, dtype=np.int32)
    entries = 0
    for place in range(n):
        row = order[place]
        sizes[place] = offsets[row + 1] - offsets[row]
        entries += sizes[place]
    # ranks follow frequency, so that shingles of one set only come first
    alone = np.searchsorted(frequency, 2)
    head = np.full(len(frequency) - alone, -1, dtype=np.int32)
    links = np.empty((entries, 2), dtype=np.int32)  # the entry before, and the place of the set
    counts = np.zeros(n, dtype=np.int32)
    candidates = np.empty(n, dtype=np.int32)
    tolerance = 1e-9
    room = 1024
    firsts = np.empty(room, dtype=np.int64)
    seconds = np.empty(room, dtype=np.int64)
    shares = np.empty(room, dtype=np.int32)
    found = 0
    written = 0
    compared = 0
    capped = 0
    lowest = 0
    for place in range(n):
        row = order[place]
        start = offsets[row]
        size = np.int64(sizes[place])
        if size == 0:
            continue
        needed = np.int64(np.ceil(similarity * size - tolerance))
        prefix = size - needed + np.int64(min(_COMMON, int(needed)))
        while sizes[lowest] < similarity * size - tolerance:
            lowest += 1  # sets come by size: smaller ones cannot reach the threshold any more
        seen = 0
        for position in range(start, start + prefix):
            token = values[position] - alone
            if token < 0:
                continue
            entry = head[token]
            looked = 0
            while entry >= 0:
                other_place = links[entry, 1]
                if other_place < lowest:
                    break
                if looked >= list_limit:
                    capped += 1
                    break
                looked += 1
                if counts[other_place] == 0:
                    candidates[seen] = other_place
                    seen += 1
                counts[other_place] += 1
                entry = links[entry, 0]
            links[written, 0] = head[token]
            links[written, 1] = place
            head[token] = written
            written += 1
        partners = 0
        for index in range(seen):
            other_place = candidates[index]
            common = counts[other_place]
            counts[other_place] = 0
            if partners >= partner_limit:
                continue
            least = np.int64(
                np.ceil(similarity / (1.0 + similarity) * (size + sizes[other_place]) - tolerance)
            )
            if common < min(_COMMON, least):
                continue
            compared += 1
            other = order[other_place]
            shared = shared_members(values, offsets, row, other, least)
            if shared < 0:
                continue
            if found == room:
                room *= 2
                firsts = np.concatenate((firsts, np.empty(found, dtype=np.int64)))
                seconds = np.concatenate((seconds, np.empty(found, dtype=np.int64)))
                shares = np.concatenate((shares, np.empty(found, dtype=np.int32)))
            firsts[found] = other
            seconds[found] = row
            shares[found] = shared
            found += 1
            partners += 1
            if partners == partner_limit:
                capped += 1
    return firsts[:found], seconds[:found], shares[:found], compared, capped
