"""How a model is made from labeled posts: which rows, weighing how much, into which model.

A recipe has a name and `fit`; the trials repeat it on parts of the data, and training runs it
once on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.linear import LinearModel
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.training.corpora import Corpus

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ordinary = Mapping[str, Sequence[str]]
"""Name of a source to its ordinary posts."""

FURTHER_WEIGHT = 0.075
"""Of all further claims together, beside all labeled posts; see docs/models.md."""


class Model(Protocol):
    """What the trials ask of a fitted model."""

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> Floats:
        """Return the probability that each key states a false claim, shape (n,)."""
        ...


class SavedModel(Model, Protocol):
    """A model that can be written as a folder."""

    def save(
        self,
        folder: str | Path,
        *,
        card: str = "",
        training: dict[str, Any] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> Path:
        """Write the model folder and return it."""
        ...


class Recipe(Protocol):
    """What the trials ask of a recipe."""

    @property
    def copies(self) -> int:
        """How many distinct texts of one cluster are learned from."""
        ...

    def fit(
        self, corpus: Corpus, clusters: npt.NDArray[np.int64], rows: Rows, ordinary: Ordinary
    ) -> Model:
        """Return a model fitted on some rows of a corpus."""
        ...

    def finish(self, model: Any) -> SavedModel:
        """Return a fitted model as it is served and saved."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return what decides the model beside the data, as plain data."""
        ...


@dataclass(frozen=True, slots=True)
class LinearRecipe:
    """The linear model on clusters that weigh the same however often they were copied.

    Attributes:
        copies: how many distinct texts of one cluster are learned from.
        seed: of the calibration's parts, of the solver, and of the disguises.
        disguised: disguised copies of each text that are learned from as well.
        disguised_share: of a text's weight that goes to its copies, in [0, 1). More of it makes
            evasions cheaper, and costs AUC on later posts and on sources never learned from
            (docs/models.md).
        further: claims of another genre, such as fact-checked statements: they teach what is
            false, and neither what a claim looks like nor the calibration. None of them may be
            a near-duplicate of a post that is measured on.
        parameters: further parameters of `LinearModel`.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> rows = [{"text": f"城东{i}号水厂要停水三天快囤水", "label": 1} for i in range(4)]
        >>> rows += [{"text": f"城西{i}号水厂检修完毕供水正常", "label": 0} for i in range(4)]
        >>> recipe = LinearRecipe(parameters={"bits": 12})
        >>> model = recipe.fit(read_labeled(rows), np.arange(8), np.arange(8), {})
        >>> model.predict(["水厂要停水快囤水"]).tolist()
        [1]
    """

    copies: int = 4
    seed: int = 0
    disguised: int = 1
    disguised_share: float = 0.15
    further: Corpus | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def fit(
        self, corpus: Corpus, clusters: npt.NDArray[np.int64], rows: Rows, ordinary: Ordinary
    ) -> LinearModel:
        """Return a model fitted on some rows of a corpus.

        Args:
            corpus: the labeled posts.
            clusters: their clusters, shape (len(corpus),).
            rows: which of them to learn from.
            ordinary: posts that claim nothing checkable, by source.

        Raises:
            LabeledError: the rows do not have both labels.
        """
        chosen = choose_rows(corpus, clusters, rows, self.copies)
        part, codes = corpus.take(chosen), clusters[chosen]
        return self.fit_part(part, codes, balance(part, codes), ordinary)

    def fit_part(
        self,
        part: Corpus,
        clusters: npt.NDArray[np.int64],
        weights: Floats,
        ordinary: Ordinary,
    ) -> LinearModel:
        """Return a model fitted on a corpus as it stands, and on disguised copies of it.

        A text and its copies weigh together what the text weighed, and stand on one side
        wherever a part is held out. Of `held_out_` the first len(part) rows are the texts.
        """
        from rumorscan.training.disguising.augmentation import augment

        texts = part.texts.tolist()
        for copy in range(self.disguised):
            texts += augment(part.texts.tolist(), seed=self.seed * 100 + copy)
        times = 1 + self.disguised
        labels, sources = np.tile(part.labels, times), np.tile(part.sources, times)
        groups = np.tile(clusters, times)
        if self.disguised:
            copied = self.disguised_share / self.disguised
            shares = [1.0 - self.disguised_share, *([copied] * self.disguised)]
            weights = np.concatenate([weights * share for share in shares])
        is_post = np.ones(len(texts), dtype=bool)
        if self.further is not None:
            alone = int(groups.max()) + 1 + np.arange(len(self.further))
            share = balance(self.further, alone) * FURTHER_WEIGHT / len(self.further)
            texts += self.further.texts.tolist()
            labels = np.concatenate([labels, self.further.labels])
            sources = np.concatenate([sources, self.further.sources])
            weights = np.concatenate([weights, share * weights.sum()])
            groups = np.concatenate([groups, alone])
            is_post = np.concatenate([is_post, np.zeros(len(alone), dtype=bool)])
        model = LinearModel(seed=self.seed, **self.parameters)
        return model.fit(
            texts,
            labels,
            ordinary=[text for one in ordinary.values() for text in one] or None,
            sample_weight=weights,
            groups=groups,
            sources=[str(name) for name in sources],
            ordinary_sources=[name for name, one in ordinary.items() for _ in one],
            is_post=is_post,
        )

    def finish(self, model: LinearModel) -> LinearModel:
        """Return the model as it is."""
        return model

    def to_dict(self) -> dict[str, Any]:
        """Return what decides the model beside the data, as plain data."""
        parameters = LinearModel(seed=self.seed, **self.parameters).get_params()
        return {
            "kind": "linear",
            "copies": self.copies,
            "disguised": self.disguised,
            "disguised_share": self.disguised_share,
            "further": 0 if self.further is None else len(self.further),
            "parameters": parameters,
        }


def choose_rows(corpus: Corpus, clusters: npt.NDArray[np.int64], rows: Rows, copies: int) -> Rows:
    """Return the rows worth learning from, ascending: a few texts of every cluster.

    Of a cluster that carries both labels only the more frequent label is kept, and nothing where
    they tie: somebody was wrong there.

    Args:
        corpus: the labeled posts.
        clusters: their clusters, shape (len(corpus),).
        rows: which of them may be chosen.
        copies: distinct fold keys of one cluster that are kept at most, the first ones.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> texts = ["停水了", "停水了！", "停水啦", "下雨了"]
        >>> corpus = read_labeled([{"text": text, "label": 1} for text in texts])
        >>> choose_rows(corpus, np.array([0, 0, 0, 1]), np.arange(4), 1).tolist()
        [0, 3]
    """
    rows = np.sort(rows)
    _, codes = np.unique(clusters[rows], return_inverse=True)
    labels = corpus.labels[rows]
    false_count = np.bincount(codes, weights=labels)
    balance_of = 2 * false_count - np.bincount(codes)
    agrees = np.where(labels == 1, balance_of[codes] > 0, balance_of[codes] < 0)
    rows, codes = rows[agrees], codes[agrees]
    if not len(rows):
        return rows
    first = find_distinct(fold_texts(corpus.texts[rows].tolist())).first_row
    rows, codes = rows[np.sort(first)], codes[np.sort(first)]
    return rows[_rank(codes) < copies]


def balance(corpus: Corpus, clusters: npt.NDArray[np.int64]) -> Floats:
    """Return a weight for every row, 1 on average.

    A cluster weighs the same however many of its texts there are, both labels of a source weigh
    the same, and a source weighs as the square root of its clusters: a small one is heard, but
    does not shout.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> rows = [{"text": "停水", "label": label} for label in (1, 0, 0, 0)]
        >>> balance(read_labeled(rows), np.arange(4)).round(2).tolist()
        [2.0, 0.67, 0.67, 0.67]
    """
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    share = 1.0 / sizes[codes]
    _, sources = np.unique(corpus.sources.astype("U"), return_inverse=True)
    cells = sources * 2 + corpus.labels
    in_cell = np.bincount(cells, weights=share)
    in_source = np.bincount(sources, weights=share)
    weights = share / in_cell[cells] * np.sqrt(in_source[sources])
    result: Floats = weights * (len(weights) / weights.sum())
    return result


def _rank(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many earlier rows have the same code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    lengths = np.diff(np.append(starts, len(codes)))
    ranks = np.empty(len(codes), dtype=np.int64)
    ranks[order] = np.arange(len(codes)) - np.repeat(starts, lengths)
    return ranks
