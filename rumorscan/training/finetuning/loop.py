"""Fine-tuning: a network learns both questions at once and stops when it no longer gets better."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from rumorscan.rumors.tokenizing import Tokens, cut_batches, pad
from rumorscan.training.checkpoints import Checkpoint, pack_optimizers, unpack_optimizers
from rumorscan.training.finetuning.network import Network

Say = Callable[[str], None]
_TOLD_EVERY = 50  # steps between two lines
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

UNASKED = -1
"""Label of a head that a text has no answer for: ordinary posts are neither true nor false."""


@dataclass(frozen=True, slots=True)
class FineTuneSettings:
    """How a network is fine-tuned; the defaults suit our small encoder.

    Attributes:
        epochs: passes at most.
        rate: learning rate of the encoder's last layer; each layer below gets `decay` of it.
        head_rate: learning rate of the heads.
        decay: see `rate`.
        batch_tokens: tokens in a batch, padding included.
        maximum_length: tokens of a text that are read.
        smoothing: how far a label is drawn toward one half.
        claim_weight: of the claim head's loss beside the falsehood head's.
        patience: passes without a better validation loss before it stops.
        every: steps between two checkpoints, where a folder for them is named.
        seed: of heads, order and dropout.
        device: `cpu` or `cuda`.
    """

    epochs: int = 3
    rate: float = 3e-4
    head_rate: float = 2e-3
    decay: float = 0.8
    batch_tokens: int = 3_072
    maximum_length: int = 144
    smoothing: float = 0.05
    claim_weight: float = 0.5
    patience: int = 1
    every: int = 250
    seed: int = 0
    device: str = "cpu"

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that decide the network, as plain data."""
        return {name: value for name, value in asdict(self).items() if name != "every"}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts with their answers.

    Attributes:
        encoded: the tokens of each text, in one list for each version of the texts; a pass
            draws one version of every text.
        labels: shape (n, 2); falsehood and claim, 1, 0 or UNASKED.
        weights: shape (n,); how much each text counts.
    """

    encoded: Sequence[Sequence[list[int]]]
    labels: Labels
    weights: Floats

    def __len__(self) -> int:
        return len(self.labels)


def encode_lesson(
    tokens: Tokens, versions: Sequence[Sequence[str]], labels: Labels, weights: Floats
) -> Lesson:
    """Return the lesson of some keys, each in several versions.

    Args:
        tokens: the tokenizer.
        versions: lists of n fold keys; the plain ones first.
        labels: shape (n, 2).
        weights: shape (n,).
    """
    return Lesson([tokens.encode(list(keys)) for keys in versions], labels, weights)


def fine_tune(
    network: Network,
    lesson: Lesson,
    check: Lesson,
    settings: FineTuneSettings,
    say: Say = lambda _: None,
    *,
    checkpoint: str | Path | None = None,
) -> list[dict[str, float]]:
    """Fine-tune a network in place; it ends with the weights of its best pass.

    Args:
        network: with new heads.
        lesson: to learn from.
        check: held out; its loss decides when to stop.
        settings: how.
        say: called with a line every few steps and a line a pass.
        checkpoint: folder for the state on the way; where it holds one, of the same lesson and
            settings, learning goes on from it. It is gone when the network is done.

    Returns:
        A row for each pass: epoch, loss, check.
    """
    kept = None if checkpoint is None else Checkpoint(checkpoint)
    run = _Run(network, lesson, check, settings, say)
    if kept is not None and run.resume(kept):
        say(f"step {run.step} of {run.steps}: going on")
    while not run.is_over():
        run.learn_pass(kept)
    network.load_state_dict(run.best)
    if kept is not None:
        kept.clear()
    return run.curve


class _Run:
    """A fine-tuning that can be left and taken up again: all is drawn from seed and step."""

    def __init__(
        self, network: Network, lesson: Lesson, check: Lesson, settings: FineTuneSettings, say: Say
    ) -> None:
        self.network, self.lesson, self.check = network.to(settings.device), lesson, check
        self.settings, self.say = settings, say
        self.optimizer, self.rates = _optimizer(network, settings)
        self.each = len(_plan(lesson, settings.batch_tokens, np.random.default_rng(0)))
        self.steps = settings.epochs * self.each
        self.step = 0
        self.losses: list[float] = []
        self.curve: list[dict[str, float]] = []
        self.best = self._weights()

    def is_over(self) -> bool:
        """Return whether all passes are made, or the last ones brought nothing."""
        found = [row["check"] for row in self.curve]
        since = len(found) - 1 - found.index(min(found)) if found else 0
        return len(found) == self.settings.epochs or since > self.settings.patience

    def learn_pass(self, checkpoint: Checkpoint | None) -> None:
        """Learn from every text once, or from those that an earlier run did not come to."""
        settings, epoch = self.settings, len(self.curve)
        random = np.random.default_rng((settings.seed, epoch))
        batches = _plan(self.lesson, settings.batch_tokens, random)
        begun, first = time.monotonic(), self.step
        self.network.train()
        for batch in batches.behind(self.step - epoch * self.each):
            self._learn(batch)
            if self.step % _TOLD_EVERY == 0:
                speed = (time.monotonic() - begun) / (self.step - first)
                recent = float(np.mean(self.losses[-_TOLD_EVERY:]))
                left = speed * (self.steps - self.step) / 60
                self.say(
                    f"step {self.step} of {self.steps}: loss {recent:.3f}, {left:.0f} minutes left"
                )
            if checkpoint and self.step % settings.every == 0:
                self.keep(checkpoint)
        found = check_loss(self.network, self.check, settings)
        row = {
            "epoch": epoch + 1,
            "loss": round(float(np.mean(self.losses)), 4),
            "check": round(found, 4),
        }
        self.say(
            f"pass {epoch + 1} of {settings.epochs}: loss {row['loss']:.3f}, check {found:.4f}"
        )
        if all(row["check"] < earlier["check"] for earlier in self.curve):
            self.best = self._weights()
        self.curve.append(row)
        self.losses.clear()

    def _learn(self, batch: Batch) -> None:
        settings, total = self.settings, self.steps
        tokens, mask, labels, weights = batch
        torch.manual_seed(settings.seed * 1_000_003 + self.step)  # of the dropout
        pace = min((self.step + 1) / (0.1 * total), (total - self.step) / (0.9 * total))
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * pace
        with torch.autocast(settings.device, torch.bfloat16):
            scores = self.network(tokens.to(settings.device), mask.to(settings.device))
        loss = _loss(scores.float().cpu(), labels, weights, settings)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.losses.append(float(loss.detach()))
        self.step += 1

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write the state of the run."""
        state = {"of": self._name(), "curve": self.curve, "losses": self.losses}
        tensors = {
            "weights": self.network.state_dict(),
            "best": self.best,
            "optimizer": pack_optimizers([self.optimizer]),
        }
        checkpoint.keep(self.step, state, tensors)

    def resume(self, checkpoint: Checkpoint) -> bool:
        """Take up the state of a checkpoint; return whether it holds one of this run."""
        state = checkpoint.state()
        if state is None or state["of"] != self._name():
            return False
        self.step = state["step"]
        self.curve, self.losses = state["curve"], state["losses"]
        self.network.load_state_dict(checkpoint.tensors(self.step, "weights"))
        self.best = checkpoint.tensors(self.step, "best")
        unpack_optimizers([self.optimizer], checkpoint.tensors(self.step, "optimizer"))
        return True

    def _name(self) -> dict[str, Any]:
        """Return what a checkpoint must agree with."""
        return {"settings": self.settings.to_dict(), "texts": len(self.lesson), "each": self.each}

    def _weights(self) -> dict[str, Tensor]:
        return {name: one.clone() for name, one in self.network.state_dict().items()}


def check_loss(network: Network, lesson: Lesson, settings: FineTuneSettings) -> float:
    """Return the mean loss of a lesson's plain versions, without dropout and smoothing."""
    network.eval()
    total = 0.0
    plain = FineTuneSettings(smoothing=0.0, claim_weight=settings.claim_weight)
    with torch.inference_mode(), torch.autocast(settings.device, torch.bfloat16):
        for tokens, mask, labels, weights in _plan(lesson, settings.batch_tokens, None):
            scores = network(tokens.to(settings.device), mask.to(settings.device))
            loss = _loss(scores.float().cpu(), labels, weights, plain)
            total += float(loss) * float(weights.sum())
    return total / float(lesson.weights.sum())


def _loss(scores: Tensor, labels: Tensor, weights: Tensor, settings: FineTuneSettings) -> Tensor:
    asked = (labels != UNASKED).float()
    target = labels.clamp(min=0).float()
    target = target * (1 - settings.smoothing) + settings.smoothing / 2
    each = functional.binary_cross_entropy_with_logits(scores, target, reduction="none") * asked
    heads = torch.tensor([1.0, settings.claim_weight])
    return (each * heads * weights[:, None]).sum() / weights.sum()


Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Tokens, mask, labels and weights of some texts."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over a lesson: a version of each text, and which texts go together."""

    lesson: Lesson
    encoded: list[list[int]]
    groups: list[npt.NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[Batch]:
        return self.behind(0)

    def behind(self, count: int) -> Iterator[Batch]:
        """Return the batches without the first so many."""
        for rows in self.groups[count:]:
            tokens, mask = pad([self.encoded[row] for row in rows.tolist()])
            yield (
                torch.from_numpy(tokens),
                torch.from_numpy(mask),
                torch.from_numpy(self.lesson.labels[rows].astype(np.int64)),
                torch.from_numpy(self.lesson.weights[rows]).float(),
            )


def _plan(lesson: Lesson, batch_tokens: int, random: np.random.Generator | None) -> _Pass:
    """Return a pass in a drawn order; without a draw, of the plain versions by length."""
    count = len(lesson)
    version = np.zeros(count, dtype=np.int64)
    if random is not None and len(lesson.encoded) > 1:
        version = random.integers(len(lesson.encoded), size=count)
    encoded = [lesson.encoded[which][row] for row, which in enumerate(version.tolist())]
    lengths = np.array([len(one) for one in encoded])
    jitter = random.uniform(0, 8, count) if random is not None else np.zeros(count)
    groups = cut_batches(np.argsort(lengths + jitter, kind="stable"), lengths, batch_tokens)
    if random is not None:
        groups = [groups[place] for place in random.permutation(len(groups))]
    return _Pass(lesson, encoded, groups)


def _optimizer(
    network: Network, settings: FineTuneSettings
) -> tuple[torch.optim.Optimizer, list[float]]:
    """Return AdamW with a smaller rate for each layer further down."""
    layers = int(getattr(network.config, "num_hidden_layers", 1))
    groups: list[dict[str, Any]] = []
    rates = []
    for name, weight in network.named_parameters():
        depth = layers - _layer_of(name, layers)
        rate = settings.head_rate if name.startswith("heads") else settings.rate
        groups.append({"params": [weight], "weight_decay": 0.01 if weight.ndim > 1 else 0.0})
        rates.append(rate * settings.decay**depth)
    return torch.optim.AdamW(groups, lr=settings.rate, betas=(0.9, 0.98)), rates


def _layer_of(name: str, layers: int) -> int:
    """Return the layer that a weight belongs to: 0 for embeddings, `layers` for the heads."""
    pieces = name.split(".")
    for before, piece in itertools.pairwise(pieces):
        if before in ("layer", "layers", "h") and piece.isdigit():
            return int(piece) + 1
    return 0 if "embeddings" in pieces else layers
