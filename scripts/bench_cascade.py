"""Measure the cascade on real posts: what it costs, and what it changes.

    python scripts/bench_cascade.py [--model default] [--posts 300000]

The data lie in the folder that RUMORSCAN_DATA names. Speed is measured on the first posts of a
dump, each distinct text once, as a scan asks; CPU seconds of one process. What it changes is
measured by asking the encoder about every text of a sample: of the dump, and of a labeled set
that no shipped model learned from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import time
from pathlib import Path

import numpy as np
from bench.measuring import conditions, draw_table
from sets.reading import MEASURED_ONLY, ORDINARY, parse_with_data, read_sets, say

from rumorscan.rumors import load_model
from rumorscan.rumors.calibration import TRAINED_RATE
from rumorscan.rumors.reading import read_texts
from rumorscan.rumors.stacked import StackedModel
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded
from rumorscan.training.measuring.alarms import SCAN_RATE

RATES = (SCAN_RATE, TRAINED_RATE)
SAMPLE = 5_000
SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--posts", type=int, default=300_000)
    arguments = parse_with_data(parser)
    model = load_model(arguments.model)
    if not isinstance(model, StackedModel):
        parser.error(f"{arguments.model} has no cascade; name a stacked model")
    data = Path(arguments.data)
    say("reading")
    posts = first_posts(data / ORDINARY["threads"], arguments.posts)
    folded = read_texts(posts)
    distinct = find_distinct(folded)
    keys = folded.take(distinct.first_row)
    print(f"\n{len(posts):,} posts, {len(keys):,} distinct texts")
    print(draw_table("Speed", HEADER_OF_SPEED, [time_rate(model, keys, rate) for rate in RATES]))
    random = np.random.default_rng(SEED)
    sampled = keys.take(np.sort(random.permutation(len(keys))[:SAMPLE]))
    labeled = read_texts(read_sets(data, [MEASURED_ONLY]).texts.tolist())
    samples = {"posts of the dump": sampled, f"{MEASURED_ONLY}, a labeled set": labeled}
    rows = [compare(name, model, some, rate) for name, some in samples.items() for rate in RATES]
    print(draw_table("Loss", HEADER_OF_LOSS, rows))
    print(conditions())


HEADER_OF_SPEED = [
    "base rate",
    "encoder asked about",
    "linear, CPU s",
    "cascade, CPU s",
    "added, CPU s",
]


def time_rate(model: StackedModel, keys: Folded, rate: float) -> list[str]:
    """Return a row of the table of speed."""
    begun = time.process_time()
    alone = model.linear.opinions(keys, rate)
    linear = time.process_time() - begun
    asked = float(model.joint.cascade.asks(alone.rumor).mean())
    begun = time.process_time()
    model.opinions(keys, rate)
    both = time.process_time() - begun
    say(f"base rate {rate}: {both:.0f} CPU s")
    return [str(rate), f"{asked:.1%}", f"{linear:.1f}", f"{both:.1f}", f"{both - linear:.1f}"]


HEADER_OF_LOSS = [
    "texts",
    "base rate",
    "n",
    "over .5, all asked",
    "of these lost by the cascade",
    "over .5 by the cascade only",
    "mean change of a probability",
    "largest",
]


def compare(name: str, model: StackedModel, keys: Folded, rate: float) -> list[str]:
    """Return a row of the table of loss."""
    whole = model.join(keys, rate).rumor
    cascade = model.opinions(keys, rate).rumor
    is_over = whole > 0.5
    lost = int(np.sum(is_over & (cascade <= 0.5)))
    added = int(np.sum(~is_over & (cascade > 0.5)))
    change = np.abs(whole - cascade)
    counts = [f"{len(keys):,}", f"{int(is_over.sum()):,}", str(lost), str(added)]
    return [name, str(rate), *counts, f"{change.mean():.4f}", f"{change.max():.3f}"]


def first_posts(path: Path, count: int) -> list[str]:
    """Return the texts of the first posts of a dump."""
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line)["text"] or "" for line in itertools.islice(stream, count)]


if __name__ == "__main__":
    main()
