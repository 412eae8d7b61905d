"""What evasions cost a model, by what it reads and by how many disguised copies taught it.

    python scripts/bench_evasions.py                          # linear models
    python scripts/bench_evasions.py --base encoder-small     # stacked ones; minutes

The data lie in the folder that RUMORSCAN_DATA names. A model learns from one half of ced and is
measured on the other; near-duplicates stay on one side. Words, tables and signs of the disguises
are those that the copies do not use.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench.measuring import conditions, draw_table
from sets.reading import parse_with_data, read_sets, say

from rumorscan.rumors.folders import resolve_encoder
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.disguising.augmentation import augment
from rumorscan.training.disguising.disguises import KINDS, disguise
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.recipes import Model
from rumorscan.training.splits import grouped_holdout
from rumorscan.training.stacked import StackedRecipe

READINGS: dict[str, Callable[[Sequence[str]], Folded]] = {
    "fold keys": fold_texts,
    "evasions undone": read_texts,
}
COPIES = (0, 1, 2)
SEEDS = (0, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", help="fine-tune this encoder beside the linear model")
    arguments = parse_with_data(parser)
    corpus = read_sets(Path(arguments.data), ["ced"])
    clusters = find_clusters(corpus)
    split = grouped_holdout(clusters, corpus.labels, 0.5)
    test = corpus.take(split.test)
    columns: dict[str, dict[str, str]] = {}
    for copies in COPIES:
        say(f"{copies} copies")
        if arguments.base:
            recipe = StackedRecipe(base=resolve_encoder(arguments.base), versions=copies, say=say)
            stacked = recipe.fit(corpus, clusters, split.train, {})
            columns[f"stacked, {copies} copies"] = lost(stacked, read_texts, test)
            continue
        model = fit(corpus.take(split.train), clusters[split.train], copies)
        for name, read in READINGS.items():
            columns[f"{copies} copies, {name}"] = lost(model, read, test)
    kinds = next(iter(columns.values()))
    rows = [[kind, *(column[kind] for column in columns.values())] for kind in kinds]
    title = f"Macro-F1 as posted, and points lost of it; {len(test)} posts"
    print(draw_table(title, ["", *columns], rows))
    print(conditions())


def fit(part: Corpus, clusters: np.ndarray, copies: int) -> LinearModel:
    """Return a model that learned from posts and from disguised copies of each."""
    texts = part.texts.tolist()
    for seed in range(copies):
        texts += augment(part.texts.tolist(), seed=seed)
    times = copies + 1
    return LinearModel().fit(texts, np.tile(part.labels, times), groups=np.tile(clusters, times))


def lost(model: Model, read: Callable[[Sequence[str]], Folded], test: Corpus) -> dict[str, str]:
    """Return macro-F1 as posted, and by kind of disguise how many points of it are lost."""
    texts = test.texts.tolist()
    plain = macro_f1(model, read(texts), test)
    found = {"as posted": f"{plain:.3f}"}
    for kind in KINDS:
        each = [macro_f1(model, read(disguise(texts, kind, seed=seed)), test) for seed in SEEDS]
        found[kind] = f"{100 * (plain - np.mean(each)):.1f}"
    return found


def macro_f1(model: Model, folded: Folded, test: Corpus) -> float:
    probabilities = model.rumor_probabilities(folded, 0.5)
    return measure(test.labels, probabilities, draws=1)["macro_f1"].value


if __name__ == "__main__":
    main()
