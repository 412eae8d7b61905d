"""Trials: the recipe repeated on parts of the data and measured on the rest.

Each trial answers another question: on posts like those that it learned from (grouped folds), on
later ones, on a set that it never saw, and on ordinary posts that claim nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError
from rumorscan.rumors.reading import read_texts
from rumorscan.training.corpora import Corpus
from rumorscan.training.measuring.alarms import BALANCED, SCAN_RATE
from rumorscan.training.measuring.metrics import Figure, Metrics, measure, measure_share
from rumorscan.training.recipes import Model, Ordinary, Recipe
from rumorscan.training.splits import Rows, Split, grouped_folds, later_split

Clusters = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]

RATES = (BALANCED, SCAN_RATE)
"""The base rates under which false alarms on ordinary posts are counted: balanced, and a scan's."""

SMALLEST_SOURCE = 30
"""A source with fewer posts of either label is not measured by itself."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a recipe learns from and is measured on.

    Attributes:
        corpus: the labeled posts.
        clusters: their clusters of near-duplicates, shape (len(corpus),).
        ordinary: source to posts that claim nothing checkable.
    """

    corpus: Corpus
    clusters: Clusters
    ordinary: Ordinary

    def everyday(self, without: str = "") -> dict[str, Sequence[str]]:
        """Return the ordinary posts of all sources but one."""
        return {name: one for name, one in self.ordinary.items() if name != without}

    def fit(self, recipe: Recipe, rows: Rows, ordinary: Ordinary) -> Model:
        """Return a model fitted on some of the labeled posts and some ordinary ones."""
        return recipe.fit(self.corpus, self.clusters, rows, ordinary)


@dataclass(frozen=True, slots=True)
class Trial:
    """The recipe's probabilities for rows that it was not fitted on.

    Attributes:
        splits: what was learned from and what was tested each time.
        probabilities: shape (n,), NaN where a row was never tested.
        ordinary: source to the probabilities of its ordinary posts that were held out, shape
            (m, len(RATES)).
        linear: what the linear part of a stacked model says alone, shape (n,); None where the
            model has no parts.
    """

    splits: tuple[Split, ...]
    probabilities: Floats
    ordinary: Mapping[str, Floats]
    linear: Floats | None = None


@dataclass(frozen=True, slots=True)
class Alarms:
    """How many ordinary posts are called rumors.

    Attributes:
        n: ordinary posts measured on.
        over_half: base rate to the share of them whose probability is over .5.
    """

    n: int
    over_half: Mapping[float, Figure]

    def __str__(self) -> str:
        shares = (f"{figure} at base rate {rate}" for rate, figure in self.over_half.items())
        return f"{', '.join(shares)}, n {self.n}"

    def to_dict(self) -> dict[str, Any]:
        """Return the shares as JSON data."""
        shares = {str(rate): figure.to_dict() for rate, figure in self.over_half.items()}
        return {"n": self.n, "over_half_at_base_rate": shares}


def probabilities_of(model: Model, texts: Sequence[str], base_rate: float = BALANCED) -> Floats:
    """Return a model's rumor probabilities of texts, shape (n,)."""
    return model.rumor_probabilities(read_texts(texts), base_rate)


def try_folds(
    recipe: Recipe,
    material: Material,
    *,
    folds: int = 5,
    seed: int = 0,
    say: Say = lambda _: None,
) -> Trial:
    """Return the trial in which every row is tested once, by a model that knows no twin of it.

    Ordinary posts are dealt out over the folds as well.

    Raises:
        LabeledError: there are too few clusters, or a fold lacks a label.
    """
    corpus, ordinary = material.corpus, material.ordinary
    splits = tuple(grouped_folds(material.clusters, corpus.labels, folds, seed))
    tested = _Tested(len(corpus))
    held_out = {name: np.full((len(texts), len(RATES)), np.nan) for name, texts in ordinary.items()}
    for number, split in enumerate(splits):
        kept = {name: _without(texts, folds, number) for name, texts in ordinary.items()}
        model = material.fit(recipe, split.train, kept)
        tested.ask(model, corpus, split.test)
        for name, texts in ordinary.items():
            held_out[name][number::folds] = _by_rate(model, texts[number::folds])
        say(f"fold {number + 1} of {folds}: {len(split.train)} to learn, {len(split.test)} to test")
    return Trial(splits, tested.probabilities, held_out, tested.linear)


def try_later(recipe: Recipe, material: Material, *, share: float = 0.3) -> Trial:
    """Return the trial in which the model learns from the past and is tested on what came later.

    Raises:
        LabeledError: the posts have no times, or a side lacks a label.
    """
    split = later_split(material.corpus.posted_at, material.clusters, share)
    for name, rows in (("before", split.train), ("after", split.test)):
        if len(np.unique(material.corpus.labels[rows])) < 2:
            raise LabeledError(f"labeled data: all posts {name} the cut carry one label")
    return _try_split(recipe, material, split)


def try_left_out(recipe: Recipe, material: Material, *, source: str, ordinary: str = "") -> Trial:
    """Return the trial in which one source is tested by a model that learned from the others.

    Rows of the other sources with a twin in this one are left out of learning. A source of
    ordinary posts may be left out and tested by the same model: each has its own head.

    Raises:
        LabeledError: the other sources do not have both labels.
    """
    clusters, is_test = material.clusters, material.corpus.sources == source
    test = np.flatnonzero(is_test)
    is_train = ~is_test & ~np.isin(clusters, clusters[test])
    split = Split(np.flatnonzero(is_train), test, np.flatnonzero(~is_train & ~is_test))
    return _try_split(recipe, material, split, ordinary)


def try_ordinary(recipe: Recipe, material: Material, *, source: str) -> Alarms:
    """Return the false alarms on one source's ordinary posts when none of it was learned from."""
    rows = np.arange(len(material.corpus))
    model = material.fit(recipe, rows, material.everyday(without=source))
    return count_alarms(model, material.ordinary[source])


def _try_split(recipe: Recipe, material: Material, split: Split, ordinary: str = "") -> Trial:
    model = material.fit(recipe, split.train, material.everyday(without=ordinary))
    tested = _Tested(len(material.corpus))
    tested.ask(model, material.corpus, split.test)
    found = {ordinary: _by_rate(model, material.ordinary[ordinary])} if ordinary else {}
    return Trial((split,), tested.probabilities, found, tested.linear)


class _Tested:
    """Probabilities of rows as they are tested, by the model and by its linear part alone."""

    def __init__(self, count: int) -> None:
        self.probabilities = np.full(count, np.nan)
        self.linear: Floats | None = None

    def ask(self, model: Model, corpus: Corpus, rows: Rows) -> None:
        """Ask about some rows."""
        texts = corpus.texts[rows].tolist()
        self.probabilities[rows] = probabilities_of(model, texts)
        part: Model | None = getattr(model, "linear", None)
        if part is not None:
            if self.linear is None:
                self.linear = np.full(len(self.probabilities), np.nan)
            self.linear[rows] = probabilities_of(part, texts)


def sources_of(corpus: Corpus) -> list[str]:
    """Return the sources with enough posts of both labels to be measured, most posts first.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> rows = [{"text": f"{i}", "label": i % 2, "source": "报"} for i in range(80)]
        >>> sources_of(read_labeled([*rows, {"text": "停水", "label": 1, "source": "台"}]))
        ['报']
    """
    names, codes = np.unique(corpus.sources.astype("U"), return_inverse=True)
    false_count = np.bincount(codes, weights=corpus.labels)
    total = np.bincount(codes)
    enough = np.minimum(false_count, total - false_count) >= SMALLEST_SOURCE
    order = [place for place in np.argsort(-total, kind="stable") if enough[place]]
    return [str(names[place]) for place in order if names[place]]


def parts_of(corpus: Corpus) -> dict[str, Clusters]:
    """Return the rows of the whole as `all`, and of each source where there are several.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> parts_of(read_labeled([{"text": "停水", "label": 1}]))
        {'all': array([0])}
    """
    parts = {"all": np.arange(len(corpus))}
    if len(np.unique(corpus.sources.astype("U"))) > 1:
        parts |= {name: np.flatnonzero(corpus.sources == name) for name in sources_of(corpus)}
    return parts


ALONE = ", linear part alone"
"""Behind the name of a part: the same posts by the linear part of a stacked model."""


def measure_trial(material: Material, trial: Trial) -> dict[str, Metrics]:
    """Return the metrics of all tested rows as `all`, and of each source if there are several.

    Of a stacked model each part is followed by the same posts by its linear part alone.
    """
    corpus, clusters = material.corpus, material.clusters
    tested = np.flatnonzero(~np.isnan(trial.probabilities))
    found: dict[str, Metrics] = {}
    for name, rows in parts_of(corpus.take(tested)).items():
        mine = tested[rows]
        found[name] = measure(corpus.labels[mine], trial.probabilities[mine], clusters[mine])
        if trial.linear is not None:
            found[name + ALONE] = measure(corpus.labels[mine], trial.linear[mine], clusters[mine])
    return found


def count_alarms(model: Model, texts: Sequence[str], rates: Sequence[float] = RATES) -> Alarms:
    """Return how many ordinary posts a model calls rumors."""
    return alarms_of(_by_rate(model, texts, rates), rates)


def alarms_of(probabilities: Floats, rates: Sequence[float] = RATES) -> Alarms:
    """Return the share of ordinary posts over .5.

    Args:
        probabilities: shape (n, len(rates)).
        rates: the base rate of each column.

    Example:
        >>> alarms = alarms_of(np.array([[0.1], [0.2], [0.7], [0.0]]), [0.5])
        >>> alarms.n, alarms.over_half[0.5].value
        (4, 0.25)
    """
    over = probabilities > 0.5
    shares = {rate: measure_share(over[:, place]) for place, rate in enumerate(rates)}
    return Alarms(len(probabilities), shares)


def _by_rate(model: Model, texts: Sequence[str], rates: Sequence[float] = RATES) -> Floats:
    return np.stack([probabilities_of(model, texts, rate) for rate in rates], axis=1)


def _without(texts: Sequence[str], folds: int, number: int) -> list[str]:
    return [text for place, text in enumerate(texts) if place % folds != number]
