"""Time the 8-bit encoder on invented posts, one at a time and in batches.

    python scripts/bench_encoder.py [--base models/encoder-small]

CPU seconds of one process; the heads are new, which changes no cost.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import onnxruntime
from bench.measuring import conditions, draw_table

from rumorscan.rumors.encoder import GRAPH, MASK, SCORES, TOKENS
from rumorscan.rumors.folders import resolve_encoder
from rumorscan.training.finetuning.export import export_encoder
from rumorscan.training.finetuning.network import TorchEncoder, load_base

LENGTHS = (32, 64, 128)
"""Tokens of a post; a short one has 32, the mean of a dump of posts is near 64."""

BATCH = 32
REPEATS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="encoder-small", help="name or checkpoint folder")
    arguments = parser.parse_args()
    network, tokenizer = load_base(resolve_encoder(arguments.base))
    encoder = TorchEncoder(network, tokenizer, max(LENGTHS))
    rows = []
    for quantized in (True, False):
        onnx = export_encoder(encoder, quantize=quantized)
        ask = open_graph(onnx.files[GRAPH])
        for length in LENGTHS:
            tokens = np.random.default_rng(0).integers(5, 5_000, (BATCH, length))
            alone, whole, gap = time_both(ask, tokens)
            kind = "8-bit" if quantized else "float32"
            size = len(onnx.files[GRAPH]) / 1e6
            rows.append([kind, f"{size:.1f}", length, f"{alone:.0f}", f"{whole:.0f}", f"{gap:.4f}"])
    header = ["weights", "MB", "tokens a post", "posts a CPU second, alone"]
    header += [f"in batches of {BATCH}", "largest change of a score by its batch"]
    print(draw_table("Encoder", header, rows))
    print(conditions())


def open_graph(graph: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from tokens to scores, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda tokens: session.run([SCORES], {TOKENS: tokens, MASK: np.ones_like(tokens)})[0]


def time_both(
    ask: Callable[[np.ndarray], np.ndarray], tokens: np.ndarray
) -> tuple[float, float, float]:
    """Return posts a CPU second alone and in a batch, and how far a batch moves a score."""
    alone = np.concatenate([ask(row[None]) for row in tokens])
    gap = float(np.abs(alone - ask(tokens)).max())
    times: list[list[float]] = [[], []]
    for _ in range(REPEATS):
        begun = time.process_time()
        for row in tokens:
            ask(row[None])
        times[0].append(time.process_time() - begun)
        begun = time.process_time()
        ask(tokens)
        times[1].append(time.process_time() - begun)
    speeds = [len(tokens) / statistics.median(one) for one in times]
    return speeds[0], speeds[1], gap


if __name__ == "__main__":
    main()
