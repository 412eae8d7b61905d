"""Tests that no split ever cuts a cluster of near-duplicates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import LabeledError
from rumorscan.training.splits import (
    folds_of,
    grouped_folds,
    grouped_holdout,
    in_order,
    later_split,
    link_clusters,
)

CLUSTERED = st.lists(
    st.tuples(st.integers(0, 25), st.integers(0, 1), st.integers(0, 40)), min_size=30, max_size=120
).filter(lambda rows: len({row[0] for row in rows}) >= 6)


def columns(rows):
    clusters, labels, days = (np.array(column) for column in zip(*rows, strict=True))
    posted_at = np.datetime64("2020-01-01", "s") + days.astype("timedelta64[D]")
    return clusters, labels.astype(np.int8), posted_at


@settings(max_examples=50, deadline=None)
@given(CLUSTERED, st.integers(2, 5), st.integers(0, 99))
def test_grouped_folds_test_every_row_once_and_cut_no_cluster(rows, count, seed):
    clusters, labels, _ = columns(rows)
    tested = []
    for split in grouped_folds(clusters, labels, count, seed):
        assert not set(clusters[split.train]) & set(clusters[split.test])
        tested.extend(split.test.tolist())
    assert sorted(tested) == list(range(len(rows)))


@settings(max_examples=50, deadline=None)
@given(CLUSTERED, st.floats(0.1, 0.5), st.integers(0, 99))
def test_holdout_cuts_no_cluster(rows, share, seed):
    clusters, labels, _ = columns(rows)
    try:
        split = grouped_holdout(clusters, labels, share, seed)
    except LabeledError:
        return
    assert not set(clusters[split.train]) & set(clusters[split.test])
    assert len(split.train) + len(split.test) == len(rows)


@settings(max_examples=80, deadline=None)
@given(CLUSTERED, st.floats(0.1, 0.6))
def test_later_split_learns_from_the_past_and_knows_no_cluster_of_the_future(rows, share):
    clusters, _, posted_at = columns(rows)
    try:
        split = later_split(posted_at, clusters, share)
    except LabeledError:
        return
    assert posted_at[split.train].max() < posted_at[split.test].min()
    assert not set(clusters[split.train]) & set(clusters[split.test])
    parts = np.concatenate([split.train, split.test, split.dropped])
    assert sorted(parts.tolist()) == list(range(len(rows)))
    assert set(clusters[split.dropped]) <= set(clusters[split.train])


def test_folds_share_out_a_rare_label_and_the_rows():
    labels = np.zeros(1000, np.int8)
    labels[:50] = 1
    folds = folds_of(np.arange(1000), labels, 5, seed=1)
    assert np.bincount(folds[labels == 1]).tolist() == [10] * 5
    assert np.bincount(folds).tolist() == [200] * 5


def test_folds_are_the_same_for_the_same_seed_only():
    labels = np.tile([0, 1], 100).astype(np.int8)
    first, again, other = (folds_of(np.arange(200), labels, 4, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_too_few_clusters_for_the_folds_is_an_error():
    with pytest.raises(LabeledError, match="1 distinct texts cannot make 2 folds"):
        folds_of(np.zeros(9, np.int64), np.zeros(9, np.int8), 2)


@pytest.mark.parametrize("times", [["NaT"] * 4, ["2020-01-01"] * 4])
def test_later_split_without_two_times_is_an_error(times):
    with pytest.raises(LabeledError, match="time"):
        later_split(np.array(times, dtype="datetime64[s]"), np.arange(4))


@given(st.lists(st.tuples(st.integers(-1, 8), st.integers(-1, 8)), min_size=1, max_size=40))
def test_linked_clusters_are_the_connected_components(rows):
    left, right = (np.array(column) for column in zip(*rows, strict=True))
    found = link_clusters(left, right)
    parent = list(range(len(rows)))

    def root(row):
        while parent[row] != row:
            row = parent[row]
        return row

    for one in range(len(rows)):
        for other in range(one):
            if (left[one] == left[other] >= 0) or (right[one] == right[other] >= 0):
                parent[root(one)] = root(other)
    assert np.array_equal(found, in_order(np.array([root(row) for row in range(len(rows))])))
