from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.coordination.joins import RankedSets, join_prefixes, rank_sets
from rumorscan.text.shingles import ShingleSets

members = st.lists(st.frozensets(st.integers(0, 14), max_size=9), max_size=14)
thresholds = st.sampled_from([0.2, 0.35, 0.5, 0.7, 0.9, 1.0])
UNLIMITED = 10**9


def shingled(sets: list[frozenset[int]]) -> ShingleSets:
    values = [value for members in sets for value in sorted(members)]
    offsets = np.cumsum([0, *map(len, sets)])
    return ShingleSets(np.array(values, dtype=np.uint64), offsets.astype(np.int64))


def join(
    ranked: RankedSets, similarity: float, lists: int = UNLIMITED, partners: int = UNLIMITED
) -> tuple[dict[frozenset[int], int], int, int]:
    """Return what the pairs share, how many were compared, and how often a limit was met."""
    order = np.argsort(ranked.sizes, kind="stable")
    first, second, shared, compared, capped = join_prefixes(
        ranked.values, ranked.offsets, ranked.frequency, order, similarity, lists, partners
    )
    pairs = [frozenset(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)]
    assert len(set(pairs)) == len(pairs)
    return dict(zip(pairs, shared.tolist(), strict=True)), compared, capped


@given(members, thresholds)
def test_the_join_finds_what_comparing_all_pairs_finds(
    sets: list[frozenset[int]], similarity: float
) -> None:
    expected = {
        frozenset((one, other)): len(sets[one] & sets[other])
        for one, other in combinations(range(len(sets)), 2)
        if sets[one]
        and sets[other]
        and len(sets[one] & sets[other]) >= similarity * len(sets[one] | sets[other]) - 1e-9
    }
    found, _, capped = join(rank_sets(shingled(sets)), similarity)
    assert (found, capped) == (expected, 0)


@given(members, thresholds, st.randoms(use_true_random=False))
def test_the_order_of_the_sets_changes_neither_ranks_nor_pairs(
    sets: list[frozenset[int]], similarity: float, chance: object
) -> None:
    places = list(range(len(sets)))
    chance.shuffle(places)  # type: ignore[attr-defined]
    straight = rank_sets(shingled(sets))
    mixed = rank_sets(shingled([sets[place] for place in places]))
    assert np.array_equal(straight.frequency, mixed.frequency)
    for position, place in enumerate(places):
        mine = mixed.values[mixed.offsets[position] : mixed.offsets[position + 1]]
        theirs = straight.values[straight.offsets[place] : straight.offsets[place + 1]]
        # what stands in one set only comes first, in any order
        shared = [part[straight.frequency[part] > 1].tolist() for part in (mine, theirs)]
        assert shared[0] == shared[1]
        assert len(mine) == len(theirs)
    pairs = {frozenset(places[member] for member in pair) for pair in join(mixed, similarity)[0]}
    assert pairs == set(join(straight, similarity)[0])


def test_ranks_begin_with_the_rarest_and_ascend_in_every_set() -> None:
    ranked = rank_sets(shingled([frozenset({1, 2, 3}), frozenset({2, 3}), frozenset({3, 9})]))
    assert ranked.frequency.tolist() == [1, 1, 2, 3]
    assert ranked.values.tolist() == [0, 2, 3, 2, 3, 1, 3]


def test_a_limit_on_lists_keeps_the_nearest_in_size_and_is_counted() -> None:
    sets = [frozenset({0, 100 + row}) for row in range(20)] + [frozenset({0, 1, 2, 3})]
    pairs, compared, capped = join(rank_sets(shingled(sets)), 0.3, lists=3)
    assert capped == 17
    assert compared <= 3 * 20 and 0 < len(pairs) <= 3 * 20
    assert join(rank_sets(shingled(sets)), 0.3)[2] == 0


def test_a_limit_on_partners_is_counted() -> None:
    sets = [frozenset(range(10))] * 8
    pairs, _, capped = join(rank_sets(shingled(sets)), 0.7, partners=2)
    assert capped == 6  # the first has nobody before it, the second one
    assert len(pairs) == 1 + 2 * 6


def test_no_sets_and_empty_sets_make_no_pairs() -> None:
    assert join(rank_sets(shingled([])), 0.5) == ({}, 0, 0)
    assert join(rank_sets(shingled([frozenset(), frozenset()])), 0.5) == ({}, 0, 0)
