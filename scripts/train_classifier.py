"""Train the bundled default model: models/default, the linear model and a fine-tuned encoder.

    python scripts/train_classifier.py --data DIR            # trains and writes models/default
    python scripts/train_classifier.py --data DIR --sweep    # the table in docs/models.md

DIR (or RUMORSCAN_DATA) holds labeled/, unlabeled/ and dumps/. Fine-tuned networks are kept in
--work, so that a run that was cut goes on where it was. Nothing of the texts is written but
weights and figures.
"""

from __future__ import annotations

import argparse
import dataclasses
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

from rumorscan.rumors.folders import resolve_encoder
from rumorscan.training import trials
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.learning import learn, leave_twins
from rumorscan.training.measuring.alarms import BALANCED
from rumorscan.training.record import write_training
from rumorscan.training.stacked import StackedRecipe, choose_tuning

NOTES = (
    *SHARED_NOTES,
    "Headlines of true news are claims, and some of them are called rumors.",
    "The encoder is small (4 layers of 256) and was pretrained on two CPU cores: it knows how"
    " posts are worded and next to nothing of the world.",
)

SEEDS = 5
"""Networks of other seeds are tried on the cheapest trial only: a network costs minutes."""

SWEEP = (
    {},
    {"versions": 0},
    {"versions": 4},
    {"copies": 1},
    {"epochs": 2},
    {"rate": 1.5e-4},
    {"rate": 6e-4},
    {"decay": 1.0},
    {"smoothing": 0.0},
)
"""Changes against the defaults, each measured on the validation part."""


def main() -> None:
    arguments = parse_arguments()
    data = Path(arguments.data)
    corpus = read_sets(data, SHIPPED)
    ordinary = sample_ordinary(data, arguments.seed)
    further = leave_twins(read_sets(data, CLAIMS), corpus)
    say(f"{len(corpus)} labeled posts, {sum(map(len, ordinary.values()))} ordinary ones")
    recipe = StackedRecipe(
        base=resolve_encoder(arguments.base),
        seed=arguments.seed,
        seeds=arguments.seeds,
        further=further,
        tuning=choose_tuning(arguments.device),
        work=Path(arguments.work),
        say=say,
    )
    if arguments.sweep:
        sweep(data, corpus, ordinary, recipe)
        return
    training = learn(
        corpus, recipe, ordinary, folds=arguments.folds, seed=arguments.seed, progress=say
    )
    add_trials(training, recipe, corpus, data, seed=arguments.seed, seeds=SEEDS)
    command = "python scripts/train_classifier.py --data $RUMORSCAN_DATA"
    command += f" --folds {arguments.folds} --seeds {arguments.seeds} --seed {arguments.seed}"
    written = write_training(
        training, arguments.out, terms=TERMS, notes=NOTES, extra={"command": command}
    )
    say(f"written: {written.path}")
    for warning in training.warnings:
        say(f"warning: {warning}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=Path(__file__).parents[1] / "models" / "default")
    parser.add_argument("--base", default="encoder-small", help="name or checkpoint folder")
    parser.add_argument("--work", default=".scratch/finetune", help="fine-tuned networks")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="")
    parser.add_argument("--sweep", action="store_true", help="compare recipes; write nothing")
    return parse_with_data(parser)


def sweep(
    data: Path, corpus: Corpus, ordinary: dict[str, list[str]], recipe: StackedRecipe
) -> None:
    """Print how other recipes do on the validation part, as a table."""
    clusters = find_clusters(corpus)
    test = np.flatnonzero(validation_parts(data, corpus) == "val")
    train = np.flatnonzero(~np.isin(clusters, clusters[test]))
    kept = {name: texts for name, texts in ordinary.items() if name != "covid"}
    header = ["change", *VALIDATED, "AUC by set", "AUC of the linear part", "covid over .5", "s"]
    print("| " + " | ".join(header) + " |\n|" + " --- |" * len(header))
    for change in SWEEP:
        started = time.perf_counter()
        model = change_recipe(recipe, change).fit(corpus, clusters, train, kept)
        over = trials.count_alarms(model, ordinary["covid"]).over_half[BALANCED].value
        cells = try_validation(model, corpus, test)
        cells.append(try_validation(model.linear, corpus, test)[VALIDATED.index("auc")])
        cells += [f"{over:.3f}", f"{time.perf_counter() - started:.0f}"]
        title = ", ".join(f"{name}={value}" for name, value in change.items()) or "defaults"
        print("| " + " | ".join([title, *cells]) + " |", flush=True)


def change_recipe(recipe: StackedRecipe, change: dict[str, float]) -> StackedRecipe:
    """Return the recipe with some of its own or of its tuning's settings changed."""
    fields = {one.name for one in dataclasses.fields(StackedRecipe)}
    own = {name: value for name, value in change.items() if name in fields}
    rest = {name: value for name, value in change.items() if name not in fields}
    return dataclasses.replace(recipe, **own, tuning=dataclasses.replace(recipe.tuning, **rest))


if __name__ == "__main__":
    main()
