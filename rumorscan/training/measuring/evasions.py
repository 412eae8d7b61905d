"""What a model still knows when the same posts are disguised as spammers disguise them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import Folded
from rumorscan.training.corpora import Corpus
from rumorscan.training.disguising.disguises import KINDS, disguise
from rumorscan.training.measuring.intervals import Clusters, Floats, Sample, sample
from rumorscan.training.measuring.metrics import gauge

MEASURED = ("accuracy", "macro_f1", "auc")
"""The figures that are measured on disguised posts."""

MOST_POSTS = 2000
"""Of more posts whole clusters are drawn: every kind of disguise costs the model a pass."""

DRAWS = 200


@dataclass(frozen=True, slots=True)
class Costume:
    """The same posts in one kind of disguise.

    Attributes:
        kind: one of `disguises.KINDS`.
        folded: what a model reads of the disguised texts.
        changed: how many texts differ from the plain ones.
        undone: how many of them the model nevertheless reads as the plain ones.
    """

    kind: str
    folded: Folded
    changed: int
    undone: int


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """Posts and their disguised copies.

    Attributes:
        rows: which of the labeled posts, ascending.
        costumes: the disguised copies, one for each kind.
    """

    rows: npt.NDArray[np.int64]
    costumes: tuple[Costume, ...]


@dataclass(frozen=True, slots=True)
class Evasion:
    """What a model reaches on the posts in one kind of disguise.

    Attributes:
        kind: of the disguise.
        n: posts.
        changed: how many of them the disguise changed.
        undone: how many of those the model reads as if they were plain.
        figures: name (of `MEASURED`) to the figure on the disguised copies, with its draws.
        plain: the same figures on the plain posts.
    """

    kind: str
    n: int
    changed: int
    undone: int
    figures: Mapping[str, Sample]
    plain: Mapping[str, Sample]

    @property
    def change(self) -> dict[str, Sample]:
        """What the disguise changes: disguised less plain, draw by draw."""
        return {name: one.minus(self.plain[name]) for name, one in self.figures.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON data."""
        return {
            "n": self.n,
            "changed": self.changed,
            "undone": self.undone,
            **{name: one.figure.to_dict() for name, one in self.figures.items()},
            "plain": {name: one.figure.to_dict() for name, one in self.plain.items()},
            "change": {name: one.figure.to_dict() for name, one in self.change.items()},
        }


def disguise_posts(
    corpus: Corpus, clusters: Clusters, *, kinds: Sequence[str] = tuple(KINDS), seed: int = 0
) -> Wardrobe:
    """Return some of the labeled posts, clusters whole, in every kind of disguise.

    Args:
        corpus: the labeled posts.
        clusters: their clusters, shape (n,).
        kinds: of `disguises.KINDS`.
        seed: of the choice and of the disguises.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> rows = [{"text": "城东水厂从周三起要停水三天，大家快囤水", "label": 1}]
        >>> found = disguise_posts(read_labeled(rows), np.array([0]))
        >>> [costume.kind for costume in found.costumes] == list(KINDS)
        True
    """
    rows = choose_rows(clusters, MOST_POSTS, seed)
    texts = corpus.texts[rows].tolist()
    plain = list(read_texts(texts).keys())
    costumes = []
    for kind in kinds:
        copies = disguise(texts, kind, seed=seed)
        folded = read_texts(copies)
        changed = sum(one != other for one, other in zip(texts, copies, strict=True))
        keys = zip(texts, copies, plain, folded.keys(), strict=True)
        undone = sum(text != copy and one == other for text, copy, one, other in keys)
        costumes.append(Costume(kind, folded, changed, undone))
    return Wardrobe(rows, tuple(costumes))


def choose_rows(clusters: Clusters, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Return rows of whole clusters, about so many at most, ascending.

    Example:
        >>> choose_rows(np.array([0, 0, 1, 2]), 10, 0).tolist()
        [0, 1, 2, 3]
        >>> len(choose_rows(np.arange(50), 10, 0))
        10
    """
    if len(clusters) <= most:
        return np.arange(len(clusters))
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(sizes))
    kept = np.zeros(len(sizes), dtype=bool)
    kept[order[np.cumsum(sizes[order]) <= most]] = True
    return np.flatnonzero(kept[codes])


def measure_evasions(
    wardrobe: Wardrobe,
    labels: npt.NDArray[np.int8],
    plain: Floats,
    clusters: Clusters,
    ask: Callable[[Folded], Floats],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Evasion, ...]:
    """Return what a model reaches on each kind of disguise, beside the plain posts.

    Args:
        wardrobe: the disguised copies.
        labels: of all labeled posts, shape (n,).
        plain: the model's probabilities of all labeled posts, shape (n,).
        clusters: of all labeled posts, shape (n,).
        ask: from what a model reads to the model's probabilities.
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.
    """
    rows = wardrobe.rows
    mine, groups = labels[rows], clusters[rows]
    all_plain = sample(gauge(mine, plain[rows]), groups, draws=draws, seed=seed)
    before = {name: all_plain[name] for name in MEASURED}
    found = []
    for costume in wardrobe.costumes:
        after = sample(gauge(mine, ask(costume.folded)), groups, draws=draws, seed=seed)
        found.append(
            Evasion(
                costume.kind,
                len(rows),
                costume.changed,
                costume.undone,
                {name: after[name] for name in MEASURED},
                before,
            )
        )
    return tuple(found)
