import dataclasses
import itertools
import lzma
import random

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.coordination.groups import find_groups
from rumorscan.settings import GroupSettings
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.text.shingles import shingle_sets
from tests.real_data import THREADS, needs_real_data

SETTINGS = GroupSettings()
PIECES = ["城东水厂停水三天", "大家快囤水", "听说是管道坏了", "超市已经排队", "今天风很大", "好看"]
TEXTS = st.lists(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join), max_size=25
)


def brute_force_roots(folded: Folded, settings: GroupSettings) -> list[int]:
    """Compare every pair, then join what is connected."""
    sets = shingle_sets(folded, settings.shingle_length)
    members = [
        set(sets.values[sets.offsets[row] : sets.offsets[row + 1]].tolist())
        for row in range(len(folded))
    ]
    roots = [
        row if length >= settings.minimum_length else -1
        for row, length in enumerate(folded.lengths.tolist())
    ]
    holders: dict[int, list[int]] = {}
    for row, shingles in enumerate(members):
        if roots[row] >= 0:
            for shingle in shingles:
                holders.setdefault(shingle, []).append(row)
    pairs = {pair for rows in holders.values() for pair in itertools.combinations(rows, 2)}
    parents = list(range(len(roots)))

    def find(row: int) -> int:
        while parents[row] != row:
            row = parents[row]
        return row

    for first, second in pairs:
        shared = len(members[first] & members[second])
        if shared / len(members[first] | members[second]) >= settings.similarity:
            low, high = sorted((find(first), find(second)))
            parents[high] = low
    return [find(row) if root >= 0 else -1 for row, root in enumerate(roots)]


@given(TEXTS)
def test_groups_equal_those_of_comparing_every_pair(texts: list[str]) -> None:
    folded = find_distinct(fold_texts(texts)).folded
    assert find_groups(folded, SETTINGS).root_of.tolist() == brute_force_roots(folded, SETTINGS)


@given(TEXTS, st.integers(0, 99))
def test_the_order_of_posts_does_not_change_who_belongs_together(
    texts: list[str], seed: int
) -> None:
    def partition(order: list[str]) -> set[frozenset[str]]:
        folded = find_distinct(fold_texts(order)).folded
        members: dict[int, set[str]] = {}
        for row, root in enumerate(find_groups(folded, SETTINGS).root_of.tolist()):
            if root >= 0:
                members.setdefault(root, set()).add(folded.key(row))
        return {frozenset(keys) for keys in members.values()}

    shuffled = list(texts)
    random.Random(seed).shuffle(shuffled)
    assert partition(texts) == partition(shuffled)


def test_short_texts_never_enter_the_index() -> None:
    folded = fold_texts(["转发微博", "哈哈哈哈", ""])
    assert find_groups(folded, SETTINGS).root_of.tolist() == [-1, -1, -1]


def test_an_oversized_bucket_is_linked_by_a_star_and_counted() -> None:
    texts = [f"城东水厂停水三天大家快囤水听说是管道坏了超市已经排队{n}号" for n in range(300)]
    settings = dataclasses.replace(SETTINGS, star_size=8)
    groups = find_groups(fold_texts(texts), settings)
    assert set(groups.root_of.tolist()) == {0}
    assert groups.capped_buckets > 0
    assert groups.candidate_pairs < 300 * settings.bands


@pytest.mark.parametrize("first_row", [pytest.param(0, marks=needs_real_data)])
def test_recall_and_precision_against_brute_force_on_real_posts(first_row: int) -> None:
    with lzma.open(THREADS) as lines:
        texts = [
            orjson.loads(line)["text"]
            for line in itertools.islice(lines, first_row, first_row + 20_000)
        ]
    folded = find_distinct(fold_texts(texts)).folded
    found_pairs = _pairs(find_groups(folded, SETTINGS).root_of)
    exact_pairs = _pairs(np.array(brute_force_roots(folded, SETTINGS)))
    assert len(exact_pairs) > 50
    assert len(found_pairs & exact_pairs) >= 0.99 * len(exact_pairs)
    assert found_pairs <= exact_pairs


def _pairs(roots: np.ndarray) -> set[tuple[int, int]]:
    members: dict[int, list[int]] = {}
    for row, root in enumerate(roots.tolist()):
        if root >= 0:
            members.setdefault(root, []).append(row)
    return {pair for rows in members.values() for pair in itertools.combinations(rows, 2)}
