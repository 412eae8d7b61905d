"""Trials on the real sets beside those that every training makes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rumorscan.training import trials
from rumorscan.training.clusters import find_clusters, mark_twins
from rumorscan.training.corpora import Corpus
from rumorscan.training.measuring.metrics import Metrics, measure
from rumorscan.training.recipes import Model, Recipe
from rumorscan.training.record import Training
from rumorscan.training.splits import link_clusters
from sets.reading import (
    MEASURED_ONLY,
    ORDINARY_TEST,
    POSTS_A_TEST,
    SHIPPED,
    read_sets,
    sample_texts,
    say,
)

FOLDS_ALONE = 10
LATER = (0.2, 0.3)
"""Shares of a set that come last in time."""


def add_trials(
    training: Training, recipe: Recipe, corpus: Corpus, data: Path, *, seed: int, seeds: int = 1
) -> None:
    """Add to a training what others report: ced alone, a set never learned from, headlines."""
    training.trials["alone"] = try_alone(recipe, corpus, seed)
    if seeds > 1:
        training.trials["seeds"] = try_seeds(recipe, corpus, range(seed, seed + seeds))
    beside = read_sets(data, [MEASURED_ONLY])
    training.trials["beside"] = {MEASURED_ONLY: measure_beside(training.model, corpus, beside)}
    training.ordinary["beside"] = {
        name: trials.count_alarms(training.model, sample_texts(data / path, POSTS_A_TEST, seed))
        for name, path in ORDINARY_TEST.items()
    }


def try_alone(recipe: Recipe, corpus: Corpus, seed: int) -> dict:
    """Return the metrics of ced learned from ced only, as others report them."""
    say("ced by itself")
    recipe = dataclasses.replace(recipe, further=None)
    alone = corpus.take(corpus.sources == "ced")
    given = trials.Material(alone, link_clusters(alone.groups), {})
    grouped = trials.try_folds(recipe, given, folds=FOLDS_ALONE, seed=seed, say=say)
    found = named("ced, ten folds of the given clusters", given, grouped)
    ours = trials.Material(alone, find_clusters(alone), {})
    for share in LATER:
        later = trials.try_later(recipe, ours, share=share)
        found |= named(f"ced, last {share:.0%} in time", ours, later)
    return found


def try_seeds(recipe: Recipe, corpus: Corpus, seeds: Iterable[int]) -> dict:
    """Return the metrics of ced later in time, with networks of other seeds."""
    recipe = dataclasses.replace(recipe, further=None)
    alone = corpus.take(corpus.sources == "ced")
    ours = trials.Material(alone, find_clusters(alone), {})
    found = {}
    for seed in seeds:
        say(f"ced later in time, seed {seed}")
        later = trials.try_later(dataclasses.replace(recipe, seed=seed), ours, share=LATER[0])
        metrics = named(f"ced, last {LATER[0]:.0%} in time, seed {seed}", ours, later)
        found |= {name: one for name, one in metrics.items() if not name.endswith(trials.ALONE)}
    return found


def named(name: str, material: trials.Material, trial: trials.Trial) -> dict[str, Metrics]:
    """Return the metrics of a trial on one source under that name."""
    found = trials.measure_trial(material, trial)
    return {part.replace("all", name, 1): one for part, one in found.items()}


def measure_beside(model: Model, corpus: Corpus, beside: Corpus) -> Metrics:
    """Return the metrics on a set that was never learned from, without twins of what was."""
    apart = beside.take(~mark_twins(beside.texts.tolist(), corpus.texts.tolist()))
    probabilities = trials.probabilities_of(model, apart.texts.tolist())
    return measure(apart.labels, probabilities, find_clusters(apart))


VALIDATED = ("auc", "recall_at_95", "macro_f1", "ece")
"""The figures of the validation part that a sweep shows."""


def try_validation(model: Model, corpus: Corpus, rows: np.ndarray) -> list[str]:
    """Return the figures of the validation part, and the AUC by set in one cell."""
    part = corpus.take(rows)
    probabilities = trials.probabilities_of(model, part.texts.tolist())
    measured = measure(part.labels, probabilities, draws=1)
    by_set = [
        measure(part.labels[one], probabilities[one], draws=1)["auc"].value
        for one in (part.sources == name for name in SHIPPED)
    ]
    cells = [f"{measured[name].value:.4f}" for name in VALIDATED]
    return [*cells, " ".join(f"{value:.3f}" for value in by_set)]
