"""`evaluate`: a finished model measured on labeled posts, beside another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rumorscan.errors import LabeledError, RunError
from rumorscan.rumors.reading import read_texts
from rumorscan.training import trials
from rumorscan.training.clusters import cluster_texts, find_clusters, mark_twins
from rumorscan.training.corpora import Corpus, LabeledInput, read_labeled
from rumorscan.training.leaks import Leaks, find_leaks
from rumorscan.training.measuring.alarms import BALANCED, FalseAlarms
from rumorscan.training.measuring.appraisal import Appraisal, Material, appraise
from rumorscan.training.measuring.comparison import Comparison, compare
from rumorscan.training.measuring.contestants import NOBODY, Contestant, enter, oppose
from rumorscan.training.measuring.evasions import disguise_posts
from rumorscan.training.measuring.intervals import DRAWS, Clusters, Floats
from rumorscan.training.measuring.metrics import Metrics
from rumorscan.training.measuring.slices import find_slices
from rumorscan.training.recipes import Model
from rumorscan.training.splits import grouped_folds
from rumorscan.training.tables import read_ordinary

AGAINST = "linear"
"""The bundled model that every other one is compared with."""

_LEAK_FOLDS = 5


@dataclass(frozen=True)
class Evaluation:
    """What a model reaches on labeled posts, and what another reaches on the same.

    Attributes:
        model: its name or folder.
        against: the other model's; empty where there is none.
        base_rate: the share of false posts that the probabilities were asked for.
        draws: how many times clusters were drawn again for the intervals of the whole.
        seed: of the draws, the disguises and the leak report's folds.
        inputs: what was found in each labeled file.
        twins: rows set aside because they have a near-duplicate among the posts learned from.
        ours: everything that was measured of the model.
        theirs: the same of the other model; None where there is none.
        leaks: what format, time, account and source alone tell on these posts; None where they
            are too few.
        trained_on: files that one of the models was trained on, in words.
    """

    model: str
    against: str
    base_rate: float
    draws: int
    seed: int
    inputs: tuple[LabeledInput, ...]
    twins: int
    ours: Appraisal
    theirs: Appraisal | None
    leaks: Leaks | None
    trained_on: tuple[str, ...] = ()

    @property
    def metrics(self) -> dict[str, Metrics]:
        """The model's figures: `all`, and each source where there are several."""
        return dict(self.ours.metrics)

    @property
    def ordinary(self) -> dict[str, FalseAlarms]:
        """Source of ordinary posts to the model's false alarms on them."""
        return dict(self.ours.ordinary)

    @cached_property
    def comparison(self) -> Comparison | None:
        """Every figure of the model against the other's; None where there is no other."""
        return None if self.theirs is None else compare(self.ours, self.theirs)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the figures must know, in plain words."""
        found = [f"{one.path}: {one.warning}" for one in self.inputs if one.warning]
        return (*found, *self.trained_on, *(self.leaks.warnings if self.leaks else ()))

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON data."""
        other = None
        if self.theirs is not None and self.comparison is not None:
            other = {
                "model": self.against,
                **self.comparison.to_dict(),
                "measured": self.theirs.to_dict(),
            }
        return {
            "model": self.model,
            "base_rate": self.base_rate,
            "draws": self.draws,
            "seed": self.seed,
            "inputs": [one.to_dict() for one in self.inputs],
            "twins_set_aside": self.twins,
            **self.ours.to_dict(),
            "against": other,
            "leaks": None if self.leaks is None else self.leaks.to_dict(),
            "warnings": list(self.warnings),
        }

    def to_text(self) -> str:
        """Return the evaluation as plain tables of at most 100 columns."""
        from rumorscan.training.measuring.printout import print_out

        return print_out(self)

    def to_html(self) -> str:
        """Return the evaluation as one self-contained page."""
        from rumorscan.training.measuring.page import render_evaluation

        return render_evaluation(self)

    def write_html(self, path: str | Path) -> Path:
        """Write the page and return where it lies; a file there is replaced.

        Raises:
            RunError: the file cannot be written.
        """
        target = Path(path)
        try:
            target.write_bytes(self.to_html().encode())
        except OSError as error:
            raise RunError(f"{target}: cannot be written: {error.strerror}") from error
        return target


def evaluate(
    model: str | Path | Model,
    labeled: Any,
    *,
    against: str | Path | Model | None = AGAINST,
    seen: Any = None,
    ordinary: Any = None,
    base_rate: float = BALANCED,
    evasions: bool = True,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Measure a model on labeled posts, with intervals by near-duplicate cluster.

    Args:
        model: a bundled model's name, a model folder, or a fitted model.
        labeled: files, rows, a frame or a `Corpus`; see `read_labeled`.
        against: the model that it is compared with, on the same draws; None or `none` for no
            comparison. There is none either where both are the same model.
        seen: labeled files or rows that the model learned from; posts with a near-duplicate
            there are set aside, since on those it would only remember.
        ordinary: posts that claim nothing checkable, as files or as names to texts.
        base_rate: share of false posts that the probabilities are asked for; 0.5 is balanced.
        evasions: whether the posts are also measured in disguise.
        draws: how many times clusters are drawn again for the intervals.
        seed: of the draws, the disguises and the leak report's folds.
        progress: called with a line for each step.

    Raises:
        LabeledError: the labeled data cannot be read, or nothing is left of them.
        ModelError: a model cannot be loaded.

    Example:
        >>> from rumorscan.rumors.linear import LinearModel
        >>> texts = ["城东水厂要停水三天快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> model = LinearModel(bits=12).fit(texts, [1, 0] * 3)
        >>> rows = [{"text": text, "label": label} for text, label in zip(texts, [1, 0] * 3)]
        >>> found = evaluate(model, rows, against=None)
        >>> found.metrics["all"].n, found.metrics["all"]["accuracy"].value
        (6, 1.0)
    """
    first = enter(model)
    second = oppose(against, first)
    if second is None and against not in (None, NOBODY):
        progress("comparing with no other model: it would be the same one")
    corpus = read_labeled(labeled)
    inputs = corpus.inputs
    known = None if seen is None else read_labeled(seen)
    trained_on = _trained_on(inputs, known, first, second)
    corpus, twins = _unseen(corpus, known)
    progress(f"finding near-duplicates among {len(corpus)} labeled posts")
    clusters = find_clusters(corpus)
    folded = read_texts(corpus.texts.tolist())
    everyday = read_ordinary(ordinary)
    if evasions:
        progress("disguising the posts")
    material = Material(
        corpus,
        folded,
        clusters,
        find_slices(corpus, folded),
        {name: (read_texts(texts), cluster_texts(texts)) for name, texts in everyday.items()},
        disguise_posts(corpus, clusters, seed=seed) if evasions else None,
        base_rate,
        draws,
        seed,
    )
    appraisals = []
    for one in filter(None, (first, second)):
        progress(f"measuring {one.name}")
        appraisals.append(appraise(one, material))
    progress("looking for leaks")
    return Evaluation(
        first.name,
        second.name if second else "",
        base_rate,
        draws,
        seed,
        inputs,
        twins,
        appraisals[0],
        appraisals[1] if second else None,
        _leaks(corpus, clusters, appraisals[0].probabilities, seed),
        trained_on,
    )


def _unseen(corpus: Corpus, known: Corpus | None) -> tuple[Corpus, int]:
    """Return the posts without those that have a twin among the known ones, and how many had."""
    if known is None:
        return corpus, 0
    apart = ~mark_twins(corpus.texts.tolist(), known.texts.tolist())
    if not apart.any():
        raise LabeledError("labeled data: every post has a near-duplicate among those seen")
    return corpus.take(apart), int(np.sum(~apart))


def _trained_on(
    inputs: tuple[LabeledInput, ...], known: Corpus | None, *contestants: Contestant | None
) -> tuple[str, ...]:
    """Return which files a model was trained on; posts of a known file are set aside anyway."""
    digests = {one.sha256 for one in known.inputs} if known else set()
    left = [one for one in inputs if one.sha256 not in digests]
    return tuple(line for one in contestants if one for line in one.warnings(left))


def _leaks(corpus: Corpus, clusters: Clusters, probabilities: Floats, seed: int) -> Leaks | None:
    """Return the leak report; None where there are too few posts, or too few different ones."""
    if min(np.sum(corpus.labels == label) for label in (0, 1)) < trials.SMALLEST_SOURCE:
        return None
    try:
        splits = list(grouped_folds(clusters, corpus.labels, _LEAK_FOLDS, seed))
        return find_leaks(corpus, clusters, splits, probabilities)
    except LabeledError:
        return None
