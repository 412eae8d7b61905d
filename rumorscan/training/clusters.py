"""Which labeled posts are near-duplicates of each other, as the tool itself finds them.

The threshold is lower than that of a scan: two posts that share half of their wording carry the
same rumor, and a split that parts them flatters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.groups import find_groups
from rumorscan.settings import GroupSettings
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.training.corpora import Corpus
from rumorscan.training.splits import link_clusters

NEAR = GroupSettings(similarity=0.5, bands=64)
"""How alike two labeled posts must be to stand on one side of a split."""


def cluster_texts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the near-duplicate cluster of every text, numbered in order of appearance.

    Texts with the same fold key are one cluster whatever their length; texts whose fold key is
    empty are each their own.

    Example:
        >>> texts = ["城东水厂要停水三天，快囤水", "今天下雨", "城东水厂要停水三天！快囤水！"]
        >>> cluster_texts(texts).tolist()
        [0, 1, 0]
    """
    distinct = find_distinct(fold_texts(list(texts)))
    root_of = find_groups(distinct.folded, NEAR).root_of
    alone = root_of < 0
    root_of[alone] = np.flatnonzero(alone)
    cluster = root_of[distinct.key_of_row]
    empty = np.flatnonzero(distinct.folded.lengths[distinct.key_of_row] == 0)
    cluster[empty] = len(distinct) + empty
    return link_clusters(cluster)


def find_clusters(corpus: Corpus) -> npt.NDArray[np.int64]:
    """Return the cluster of every labeled post: near-duplicates, and whatever shares a `group`.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> rows = [
        ...     {"text": "城东水厂要停水三天，快囤水", "label": 1},
        ...     {"text": "自来水公司：供水正常", "label": 0, "group": "水"},
        ...     {"text": "城东水厂要停水三天！快囤水！", "label": 1, "group": "水"},
        ... ]
        >>> find_clusters(read_labeled(rows)).tolist()
        [0, 0, 0]
    """
    return link_clusters(cluster_texts(corpus.texts.tolist()), corpus.groups)


def mark_twins(texts: Sequence[str], others: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which texts have a near-duplicate among the others.

    Example:
        >>> mark_twins(["今天下雨", "晚饭吃面"], ["今天下雨！"]).tolist()
        [True, False]
    """
    clusters = cluster_texts([*texts, *others])
    return np.isin(clusters[: len(texts)], clusters[len(texts) :])
