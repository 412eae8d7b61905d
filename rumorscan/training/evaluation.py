"""`evaluate`: a finished model measured on labeled posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rumorscan.errors import LabeledError
from rumorscan.training import trials
from rumorscan.training.clusters import find_clusters, mark_twins
from rumorscan.training.corpora import LabeledInput, read_labeled
from rumorscan.training.leaks import Leaks, find_leaks
from rumorscan.training.metrics import SHOWN, Metrics, measure, to_text
from rumorscan.training.recipes import Model
from rumorscan.training.splits import grouped_folds
from rumorscan.training.tables import read_ordinary

_LEAK_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model reaches on labeled posts.

    Attributes:
        model: its name or folder.
        base_rate: the share of false posts that its probabilities were asked for.
        inputs: what was found in each labeled file.
        twins: rows set aside because they have a near-duplicate among the posts learned from.
        metrics: `all`, and each source and topic where there are several.
        ordinary: source of ordinary posts to the false alarms on them.
        leaks: what format, time, account and source alone tell on these posts; None where they
            are too few.
    """

    model: str
    base_rate: float
    inputs: tuple[LabeledInput, ...]
    twins: int
    metrics: Mapping[str, Metrics]
    ordinary: Mapping[str, trials.Alarms]
    leaks: Leaks | None

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON data."""
        return {
            "model": self.model,
            "base_rate": self.base_rate,
            "inputs": [one.to_dict() for one in self.inputs],
            "twins_set_aside": self.twins,
            "metrics": {name: one.to_dict() for name, one in self.metrics.items()},
            "ordinary": {name: alarms.to_dict() for name, alarms in self.ordinary.items()},
            "leaks": None if self.leaks is None else self.leaks.to_dict(),
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the figures must know, in plain words."""
        found = [f"{one.path}: {one.warning}" for one in self.inputs if one.warning]
        return (*found, *(self.leaks.warnings if self.leaks else ()))

    def to_text(self) -> str:
        """Return the evaluation as a plain table."""
        lines = [to_text(self.metrics, SHOWN)]
        lines += [
            f"ordinary posts over .5: {name}: {alarms}" for name, alarms in self.ordinary.items()
        ]
        return "\n".join(lines)


def evaluate(
    model: str | Path | Model,
    labeled: Any,
    *,
    seen: Any = None,
    ordinary: Any = None,
    base_rate: float = trials.BALANCED,
    draws: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Measure a model on labeled posts, with intervals by near-duplicate cluster.

    Args:
        model: a bundled model's name, a model folder, or a fitted model.
        labeled: files, rows, a frame or a `Corpus`; see `read_labeled`.
        seen: labeled files or rows that the model learned from; posts with a near-duplicate
            there are set aside, since on those it would only remember.
        ordinary: posts that claim nothing checkable, as files or as names to texts.
        base_rate: share of false posts that the probabilities are asked for; 0.5 is balanced.
        draws: how many times clusters are drawn again for the intervals.
        seed: of the draws and of the leak report's folds.

    Raises:
        LabeledError: the labeled data cannot be read, or nothing is left of them.
        ModelError: the model cannot be loaded.

    Example:
        >>> from rumorscan.rumors.linear import LinearModel
        >>> texts = ["城东水厂要停水三天快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> model = LinearModel(bits=12).fit(texts, [1, 0] * 3)
        >>> rows = [{"text": text, "label": label} for text, label in zip(texts, [1, 0] * 3)]
        >>> found = evaluate(model, rows)
        >>> found.metrics["all"].n, found.metrics["all"]["accuracy"].value
        (6, 1.0)
    """
    name, scorer = _load(model)
    corpus = read_labeled(labeled)
    inputs, twins = corpus.inputs, 0
    if seen is not None:
        apart = ~mark_twins(corpus.texts.tolist(), read_labeled(seen).texts.tolist())
        twins = int(np.sum(~apart))
        if not apart.any():
            raise LabeledError("labeled data: every post has a near-duplicate among those seen")
        corpus = corpus.take(apart)
    clusters = find_clusters(corpus)
    probabilities = trials.probabilities_of(scorer, corpus.texts.tolist(), base_rate)
    metrics = {
        part: measure(
            corpus.labels[rows], probabilities[rows], clusters[rows], draws=draws, seed=seed
        )
        for part, rows in trials.parts_of(corpus).items()
    }
    alarms = {
        source: trials.count_alarms(scorer, texts, [base_rate])
        for source, texts in read_ordinary(ordinary).items()
    }
    leaks = None
    if min(np.sum(corpus.labels == label) for label in (0, 1)) >= trials.SMALLEST_SOURCE:
        try:
            splits = list(grouped_folds(clusters, corpus.labels, _LEAK_FOLDS, seed))
            leaks = find_leaks(corpus, clusters, splits, probabilities)
        except LabeledError:
            leaks = None  # fewer different texts than folds
    return Evaluation(name, base_rate, inputs, twins, metrics, alarms, leaks)


def _load(model: str | Path | Model) -> tuple[str, Model]:
    if not isinstance(model, (str, Path)):
        return type(model).__name__, model
    from rumorscan.rumors import load_model

    return str(model), load_model(model)
