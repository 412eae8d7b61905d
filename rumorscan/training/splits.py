"""Splits that keep near-duplicates together: by cluster, and by cluster and time.

A random split of labeled posts flatters by 2 to 15 points, because copies of one rumor fall on
both sides of it. Here a cluster is the unit: no split ever cuts one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Split:
    """Two sets of rows that share no cluster.

    Attributes:
        train: rows to learn from, ascending.
        test: rows to measure on, ascending.
        dropped: rows on neither side, ascending.
    """

    train: Rows
    test: Rows
    dropped: Rows

    def within(self, rows: Rows) -> Split:
        """Return the same split of a part of the rows, numbered as in that part.

        Args:
            rows: the part, ascending.
        """
        sides = (self.train, self.test, self.dropped)
        return Split(*(np.flatnonzero(np.isin(rows, side)) for side in sides))


def link_clusters(*keys: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the cluster of every row, where rows that share any key are one cluster.

    Args:
        keys: arrays of equal length; rows with equal values are tied. An empty string, and a
            negative number, tie nothing.

    Returns:
        Cluster numbers from 0, in order of first appearance.

    Example:
        >>> link_clusters(np.array(["a", "a", "", ""]), np.array([-1, 3, 3, -1])).tolist()
        [0, 0, 0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(keys[0])
    left, right, nodes = [], [], count
    for key in keys:
        rows = np.flatnonzero(key != "" if key.dtype.kind in "OU" else key >= 0)
        values = key[rows].astype("U") if key.dtype.kind == "O" else key[rows]
        _, codes = np.unique(values, return_inverse=True)
        left.append(rows)
        right.append(nodes + codes)
        nodes += int(codes.max(initial=-1)) + 1
    ends = (np.concatenate(left), np.concatenate(right))
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    return in_order(labels[:count])


def in_order(clusters: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the same clusters numbered from 0 in order of first appearance.

    Example:
        >>> in_order(np.array([7, 7, 2, 9, 2])).tolist()
        [0, 0, 1, 2, 1]
    """
    _, first, codes = np.unique(clusters, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[codes]


def folds_of(
    clusters: npt.NDArray[np.int64], labels: npt.NDArray[np.int8], count: int, seed: int = 0
) -> npt.NDArray[np.int64]:
    """Return a fold number for every row: clusters whole, labels spread evenly.

    Large clusters are placed first, each into the fold that lacks most of its labels.

    Args:
        clusters: cluster numbers, shape (n,).
        labels: 0 or 1, shape (n,).
        count: how many folds, at least 2.
        seed: decides between clusters of equal size.

    Returns:
        Fold numbers in [0, count), shape (n,).

    Raises:
        LabeledError: there are fewer clusters than folds.

    Example:
        >>> folds = folds_of(np.array([0, 0, 1, 2, 3]), np.array([1, 1, 0, 1, 0], np.int8), 2)
        >>> int(folds[0]) == int(folds[1]), sorted(set(folds.tolist()))
        (True, [0, 1])
    """
    codes = in_order(clusters)
    cluster_count = int(codes.max(initial=-1)) + 1
    if cluster_count < count:
        raise LabeledError(
            f"labeled data: {cluster_count} distinct texts cannot make {count} folds; "
            "expected more labeled posts"
        )
    sizes = np.stack(
        [np.bincount(codes[labels == label], minlength=cluster_count) for label in (0, 1)], axis=1
    )
    shuffled = np.random.default_rng(seed).permutation(cluster_count)
    order = shuffled[np.argsort(-sizes[shuffled].sum(axis=1), kind="stable")]
    share = np.maximum(sizes.sum(axis=0), 1)
    filled = np.zeros((count, 2))
    fold_of_cluster = np.empty(cluster_count, dtype=np.int64)
    for cluster in order:
        # filled as shares of each label, so that the rarer label is spread as evenly
        weight = sizes[cluster] / share
        fold = int(np.argmin((filled * weight).sum(axis=1) + 1e-9 * filled.sum(axis=1)))
        fold_of_cluster[cluster] = fold
        filled[fold] += weight
    return fold_of_cluster[codes]


def grouped_folds(
    clusters: npt.NDArray[np.int64], labels: npt.NDArray[np.int8], count: int, seed: int = 0
) -> Iterator[Split]:
    """Yield `count` splits; every row is tested once and no cluster is on both sides.

    Raises:
        LabeledError: there are fewer clusters than folds.

    Example:
        >>> labels = np.array([1, 0, 1, 0], np.int8)
        >>> [one.test.tolist() for one in grouped_folds(np.array([0, 0, 1, 2]), labels, 2)]
        [[0, 1], [2, 3]]
    """
    folds = folds_of(clusters, labels, count, seed)
    nothing = np.zeros(0, dtype=np.int64)
    for fold in range(count):
        yield Split(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold), nothing)


def grouped_holdout(
    clusters: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int8],
    share: float = 0.2,
    seed: int = 0,
) -> Split:
    """Return one split with about that share of the rows to measure on, clusters whole.

    Raises:
        LabeledError: there are too few clusters for that share.

    Example:
        >>> split = grouped_holdout(np.arange(10), np.tile([0, 1], 5).astype(np.int8), 0.2)
        >>> len(split.train), len(split.test)
        (8, 2)
    """
    folds = folds_of(clusters, labels, max(2, round(1 / share)), seed)
    nothing = np.zeros(0, dtype=np.int64)
    return Split(np.flatnonzero(folds != 0), np.flatnonzero(folds == 0), nothing)


def later_split(
    posted_at: npt.NDArray[np.datetime64],
    clusters: npt.NDArray[np.int64],
    share: float = 0.3,
) -> Split:
    """Return a split that learns from the past and measures on what came later.

    A cluster stands on the side of its earliest post. What an old cluster repeats after the
    cut is dropped, so that neither side knows the other: a later copy is no later news. Rows
    without a time are dropped.

    Args:
        posted_at: datetime64[s] in UTC, NaT where unknown, shape (n,).
        clusters: cluster numbers, shape (n,).
        share: about how much of the timed rows lies after the cut.

    Raises:
        LabeledError: the times do not leave posts on both sides.

    Example:
        >>> at = np.array(["2020-01-01", "2020-02-01", "2020-03-01"], dtype="datetime64[s]")
        >>> split = later_split(at, np.array([0, 1, 0]), 0.5)
        >>> split.train.tolist(), split.test.tolist(), split.dropped.tolist()
        ([0], [1], [2])
    """
    timed = np.flatnonzero(~np.isnat(posted_at))
    if len(timed) < 2:
        raise LabeledError("labeled data: has no times; expected 'posted_at' for a later split")
    seconds = posted_at[timed].astype(np.int64)
    cut = np.sort(seconds)[min(len(timed) - 1, int(len(timed) * (1 - share)))]
    codes = in_order(clusters[timed])
    earliest = np.full(int(codes.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, codes, seconds)
    is_old = seconds < cut
    is_new_cluster = earliest[codes] >= cut
    train, test = timed[is_old], timed[~is_old & is_new_cluster]
    if not len(train) or not len(test):
        raise LabeledError("labeled data: all posts are of one time; a later split is impossible")
    rest = np.setdiff1d(np.arange(len(posted_at), dtype=np.int64), np.concatenate([train, test]))
    return Split(train, test, rest)
