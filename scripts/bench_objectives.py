"""Compare what encoders learn from hidden words, next tokens and replaced ones at equal cost.

    python scripts/bench_objectives.py [--seconds 400]

The data lie in the folder that RUMORSCAN_DATA names. Each objective gets the same CPU seconds on
the texts that scripts/pretrain_encoder.py packed (--work), with a whole schedule of its own. Their
losses are not comparable, so what counts is the use: each encoder is fine-tuned on the same
labeled posts and judged on the validation part. `none` is an encoder with random weights.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench.measuring import conditions, draw_table
from sets.reading import SHIPPED, parse_with_data, read_sets, say, validation_parts

from rumorscan.rumors.calibration import sigmoid
from rumorscan.rumors.reading import read_texts
from rumorscan.rumors.stacked import FALSEHOOD
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.finetuning.loop import FineTuneSettings, Lesson, encode_lesson, fine_tune
from rumorscan.training.finetuning.network import TorchEncoder, load_base
from rumorscan.training.measuring.metrics import measure
from rumorscan.training.pretraining.loop import PretrainSettings, pretrain_packed
from rumorscan.training.pretraining.objectives import OBJECTIVES
from rumorscan.training.pretraining.packing import Packed

LEARNED_FROM = 3_000
TRIED_TOKENS = 200_000  # to see how fast an objective is
TUNING = FineTuneSettings(epochs=3, patience=3)
SEEDS = (0, 1)


@dataclass(frozen=True, slots=True)
class Probe:
    """Labeled posts to learn from and to judge."""

    learned: Corpus
    judged: Corpus

    def ask(self, folder: Path) -> dict[str, float]:
        """Return AUC and macro-F1 of a fine-tuned encoder, the mean of some seeds."""
        found = []
        for seed in SEEDS:
            encoder = TorchEncoder(*load_base(folder, seed=seed), TUNING.maximum_length)
            lessons = [make_lesson(encoder, one) for one in (self.learned, self.judged)]
            fine_tune(encoder.network, *lessons, TUNING)
            scores = encoder.scores(read_texts(self.judged.texts.tolist()))[:, FALSEHOOD]
            measured = measure(self.judged.labels, sigmoid(scores), draws=1)
            found.append([measured[name].value for name in ("auc", "macro_f1")])
        auc, macro_f1 = np.mean(found, axis=0)
        return {"auc": auc, "macro_f1": macro_f1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=400.0, help="CPU seconds an objective")
    parser.add_argument("--work", default=".scratch/pretrain", help="packed texts")
    arguments = parse_with_data(parser)
    probe = draw_probe(Path(arguments.data))
    packed = Packed.load(Path(arguments.work) / "packed-128.safetensors")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("none", *OBJECTIVES):
            out = Path(folder) / name
            seconds = 0.0 if name == "none" else arguments.seconds
            tokens, spent = pretrain_for(packed, out, name, seconds)
            say(f"{name}: {tokens:,} tokens in {spent:.0f} CPU s")
            found = probe.ask(out)
            row = [name, f"{tokens / 1e6:.1f}", f"{spent:.0f}"]
            rows.append([*row, f"{found['auc']:.3f}", f"{found['macro_f1']:.3f}"])
            say(" ".join(rows[-1]))
    header = ["objective", "million tokens", "CPU s", "AUC", "macro-F1"]
    title = f"{len(probe.learned)} posts learned from, {len(probe.judged)} judged"
    print(draw_table(title, header, rows))
    print(conditions())


def pretrain_for(packed: Packed, out: Path, name: str, seconds: float) -> tuple[int, float]:
    """Pretrain for about so many CPU seconds; return the tokens read and the seconds spent."""
    objective = "masked" if name == "none" else name
    begun = time.process_time()
    tried = PretrainSettings(objective=objective, tokens=TRIED_TOKENS, matrix_rate=0.0, rate=0.0)
    pretrain_packed(packed, out, tried)
    speed = TRIED_TOKENS / (time.process_time() - begun)
    if not seconds:
        return 0, 0.0
    begun = time.process_time()
    tokens = int(speed * seconds)
    pretrain_packed(packed, out, PretrainSettings(objective=objective, tokens=tokens))
    return tokens, time.process_time() - begun


def draw_probe(data: Path) -> Probe:
    """Return some labeled posts without twins among the validation part, and that part."""
    corpus = read_sets(data, SHIPPED)
    clusters = find_clusters(corpus)
    judged = np.flatnonzero(validation_parts(data, corpus) == "val")
    others = np.flatnonzero(~np.isin(clusters, clusters[judged]))
    learned = np.random.default_rng(0).permutation(others)[:LEARNED_FROM]
    return Probe(corpus.take(np.sort(learned)), corpus.take(judged))


def make_lesson(encoder: TorchEncoder, part: Corpus) -> Lesson:
    """Return labeled posts as a lesson in falsehood; all of them are claims."""
    labels = np.stack([part.labels, np.ones_like(part.labels)], axis=1).astype(np.int8)
    keys = list(read_texts(part.texts.tolist()).keys())
    return encode_lesson(encoder.tokens, [keys], labels, np.ones(len(part)))


if __name__ == "__main__":
    main()
