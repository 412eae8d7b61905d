"""Train the bundled linear model: models/linear, from the labeled sets that may train it.

    python scripts/train_linear.py --data DIR             # trains and writes models/linear
    python scripts/train_linear.py --data DIR --sweep     # the table in docs/models.md

DIR (or RUMORSCAN_DATA) holds labeled/, unlabeled/ and dumps/. Nothing of it is written but
weights and figures.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from sets.reading import (
    CLAIMS,
    SHIPPED,
    TERMS,
    parse_with_data,
    read_sets,
    sample_ordinary,
    say,
    validation_parts,
)
from sets.reading import NOTES as SHARED_NOTES
from sets.trying import VALIDATED, add_trials, try_validation

from rumorscan.training import trials
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus, join
from rumorscan.training.learning import learn, leave_twins
from rumorscan.training.measuring.alarms import BALANCED
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.recipes import LinearRecipe
from rumorscan.training.record import write_training

NOTES = (
    *SHARED_NOTES,
    "On posts of later years than it learned from it ranks worse: see weibo20 among the "
    "left-out sets.",
    "Among ordinary posts the own words of reposts and comments under rumors are called "
    "rumors most often; they repeat the rumor's words.",
    "Headlines of true news are claims; about one in five is over .5 at a base rate of 0.5.",
)

SWEEP = (
    {},
    {"claim_share": 0.5},
    {"claim_share": 0.7},
    {"claim_share": 0.9},
    {"claim_cost": 0.3},
    {"claim_cost": 16.0},
    {"cost": 2.0},
    {"cost": 64.0},
    {"words": False, "word_pairs": False},
    {"word_pairs": False},
    {"longest": 3},
    {"shortest": 2, "longest": 4},
    {"bits": 16},
    {"bits": 20},
)
"""Changes against the defaults of `LinearModel`, each measured on the validation part."""


def main() -> None:
    arguments = parse_arguments()
    data = Path(arguments.data)
    corpus = read_sets(data, SHIPPED)
    ordinary = sample_ordinary(data, arguments.seed)
    say(f"{len(corpus)} labeled posts, {sum(map(len, ordinary.values()))} ordinary ones")
    if arguments.sweep:
        sweep(data, corpus, ordinary, arguments.seed)
        return
    further = leave_twins(read_sets(data, CLAIMS), corpus)
    recipe = LinearRecipe(seed=arguments.seed, further=further)
    training = learn(
        corpus, recipe, ordinary, folds=arguments.folds, seed=arguments.seed, progress=say
    )
    add_trials(training, recipe, corpus, data, seed=arguments.seed)
    command = "python scripts/train_linear.py --data $RUMORSCAN_DATA"
    command += f" --folds {arguments.folds} --seed {arguments.seed}"
    written = write_training(
        training, arguments.out, terms=TERMS, notes=NOTES, extra={"command": command}
    )
    say(f"written: {written.path}")
    for warning in training.warnings:
        say(f"warning: {warning}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=Path(__file__).parents[1] / "models" / "linear")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sweep", action="store_true", help="compare features; write nothing")
    return parse_with_data(parser)


def sweep(data: Path, corpus: Corpus, ordinary: dict[str, list[str]], seed: int) -> None:
    """Print how other features and penalties do on the validation part, as a table."""
    parts = validation_parts(data, corpus)
    clusters = find_clusters(corpus)
    test = np.flatnonzero(parts == "val")
    train = np.flatnonzero(~np.isin(clusters, clusters[test]))
    kept = {name: texts for name, texts in ordinary.items() if name != "covid"}
    say(f"{len(train)} rows to learn from, {len(test)} to choose on")
    changes = [(change, 4, SHIPPED) for change in SWEEP]
    changes += [({}, 1, SHIPPED), ({}, 1000, SHIPPED), ({}, 4, (*SHIPPED, *CLAIMS))]
    header = ["change", *VALIDATED, "AUC by set", "mean AUC of left-out sets", "covid over .5", "s"]
    print("| " + " | ".join(header) + " |\n|" + " --- |" * len(header))
    more = read_sets(data, CLAIMS)
    for change, copies, sets in changes:
        started = time.perf_counter()
        recipe = LinearRecipe(copies, seed, parameters={"folds": 3, **change})
        whole, codes, rows = corpus, clusters, train
        if sets != SHIPPED:
            whole = join([corpus, more])
            codes = find_clusters(whole)
            rows = np.flatnonzero(~np.isin(codes, codes[test]))
        model = recipe.fit(whole, codes, rows, kept)
        left_out = []
        for name in SHIPPED:
            mine = test[whole.sources[test] == name]
            others = rows[(whole.sources[rows] != name) & ~np.isin(codes[rows], codes[mine])]
            other = recipe.fit(whole, codes, others, ordinary)
            guessed = trials.probabilities_of(other, whole.texts[mine].tolist())
            left_out.append(measure(whole.labels[mine], guessed, draws=1)["auc"].value)
        over = trials.count_alarms(model, ordinary["covid"]).over_half[BALANCED].value
        title = ", ".join(f"{name}={value}" for name, value in change.items()) or "defaults"
        title += "" if copies == 4 else f", {copies} texts a cluster at most"
        title += "" if sets == SHIPPED else ", with chef_claims and factcheck"
        cells = [*try_validation(model, whole, test), f"{np.mean(left_out):.4f}"]
        cells += [f"{over:.3f}", f"{time.perf_counter() - started:.0f}"]
        print("| " + " | ".join([title, *cells]) + " |", flush=True)


if __name__ == "__main__":
    main()
