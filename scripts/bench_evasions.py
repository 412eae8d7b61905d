"""What evasions cost a model, by what it reads and by how much disguised copies taught it.

    python scripts/bench_evasions.py                          # linear models
    python scripts/bench_evasions.py --base encoder-small     # stacked ones; ten minutes each

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
from rumorscan.rumors.reading import read_texts, undo_evasions
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.disguising.disguises import KINDS, disguise
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.recipes import LinearRecipe, Model
from rumorscan.training.splits import grouped_holdout
from rumorscan.training.stacked import StackedRecipe

READINGS: dict[str, Callable[[Sequence[str]], Folded]] = {
    "fold keys": fold_texts,
    "evasions undone": undo_evasions,
    "and words respelled": read_texts,
}
SHARES = (0.0, 0.15, 0.5)
"""Of a text's weight that goes to its disguised copy."""
VERSIONS = (0, 1, 2)
"""Disguised copies among which an encoder draws."""
PLAIN = "as posted"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", help="fine-tune this encoder beside the linear model")
    parser.add_argument(
        "--versions",
        type=int,
        nargs="*",
        default=VERSIONS,
        help="disguised copies among which the encoder draws, a model each",
    )
    parser.add_argument("--seeds", type=int, default=4, help="disguises of each kind")
    arguments = parse_with_data(parser)
    corpus = read_sets(Path(arguments.data), ["ced"])
    clusters = find_clusters(corpus)
    split = grouped_holdout(clusters, corpus.labels, 0.5)
    test = corpus.take(split.test)
    costumes = {
        kind: [disguise(test.texts.tolist(), kind, seed=seed) for seed in range(arguments.seeds)]
        for kind in KINDS
    }
    costumes = {PLAIN: [test.texts.tolist()], **costumes}
    columns: dict[str, dict[str, str]] = {}
    if arguments.base:
        read = read_all(read_texts, costumes)
        for versions in arguments.versions:
            say(f"{versions} copies")
            recipe = StackedRecipe(base=resolve_encoder(arguments.base), versions=versions, say=say)
            stacked = recipe.fit(corpus, clusters, split.train, {})
            columns[f"stacked, {versions} copies"] = lost(stacked, read, test)
    else:
        texts = {name: read_all(how, costumes) for name, how in READINGS.items()}
        for share in SHARES:
            say(f"share {share}")
            linear = LinearRecipe(disguised=int(share > 0), disguised_share=share)
            model = linear.fit(corpus, clusters, split.train, {})
            for name, read in texts.items():
                columns[f"share {share}, {name}"] = lost(model, read, test)
    kinds = next(iter(columns.values()))
    rows = [[kind, *(column[kind] for column in columns.values())] for kind in kinds]
    title = f"Macro-F1 as posted, and points lost of it; {len(test)} posts"
    print(draw_table(title, ["", *columns], rows))
    print(conditions())


def read_all(
    read: Callable[[Sequence[str]], Folded], costumes: dict[str, list[list[str]]]
) -> dict[str, list[Folded]]:
    """Return what is read of each disguise."""
    return {kind: [read(texts) for texts in each] for kind, each in costumes.items()}


def lost(model: Model, read: dict[str, list[Folded]], test: Corpus) -> dict[str, str]:
    """Return macro-F1 as posted, and by kind of disguise how many points of it are lost."""
    found = {
        kind: float(np.mean([macro_f1(model, folded, test) for folded in each]))
        for kind, each in read.items()
    }
    plain = found.pop(PLAIN)
    return {PLAIN: f"{plain:.3f}"} | {
        kind: f"{100 * (plain - value):.1f}" for kind, value in found.items()
    }


def macro_f1(model: Model, folded: Folded, test: Corpus) -> float:
    probabilities = model.rumor_probabilities(folded, 0.5)
    return measure(test.labels, probabilities, draws=1)["macro_f1"].value


if __name__ == "__main__":
    main()
