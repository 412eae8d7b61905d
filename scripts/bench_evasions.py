"""What evasions cost a linear model, by what it reads and by how many disguised copies taught it.

    python scripts/bench_evasions.py

The data lie in the folder that RUMORSCAN_DATA names. A model learns from one half of ced and is
measured on the other; near-duplicates stay on one side. Words, tables and signs of the disguises
are those that the copies do not use.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench.measuring import conditions, draw_table
from sets.reading import read_sets, say

from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.disguising.augmentation import augment
from rumorscan.training.disguising.disguises import KINDS, disguise
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.splits import grouped_holdout

READINGS: dict[str, Callable[[Sequence[str]], Folded]] = {
    "fold keys": fold_texts,
    "evasions undone": read_texts,
}
COPIES = (0, 1, 2)
SEEDS = (0, 1)


def main() -> None:
    corpus = read_sets(Path(os.environ["RUMORSCAN_DATA"]), ["ced"])
    clusters = find_clusters(corpus)
    split = grouped_holdout(clusters, corpus.labels, 0.5)
    test = corpus.take(split.test)
    columns = []
    for copies in COPIES:
        say(f"{copies} copies")
        model = fit(corpus.take(split.train), clusters[split.train], copies)
        columns += [lost(model, read, test) for read in READINGS.values()]
    header = ["", *(f"{copies} copies, {name}" for copies in COPIES for name in READINGS)]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    title = f"Macro-F1 as posted, and points lost of it; {len(test)} posts"
    print(draw_table(title, header, rows))
    print(conditions())


def fit(part: Corpus, clusters: np.ndarray, copies: int) -> LinearModel:
    """Return a model that learned from posts and from disguised copies of each."""
    texts = part.texts.tolist()
    for seed in range(copies):
        texts += augment(part.texts.tolist(), seed=seed)
    times = copies + 1
    return LinearModel().fit(texts, np.tile(part.labels, times), groups=np.tile(clusters, times))


def lost(
    model: LinearModel, read: Callable[[Sequence[str]], Folded], test: Corpus
) -> dict[str, str]:
    """Return macro-F1 as posted, and by kind of disguise how many points of it are lost."""
    texts = test.texts.tolist()
    plain = macro_f1(model, read(texts), test)
    found = {"as posted": f"{plain:.3f}"}
    for kind in KINDS:
        each = [macro_f1(model, read(disguise(texts, kind, seed=seed)), test) for seed in SEEDS]
        found[kind] = f"{100 * (plain - np.mean(each)):.1f}"
    return found


def macro_f1(model: LinearModel, folded: Folded, test: Corpus) -> float:
    probabilities = model.rumor_probabilities(folded, 0.5)
    return measure(test.labels, probabilities, draws=1)["macro_f1"].value


if __name__ == "__main__":
    main()
