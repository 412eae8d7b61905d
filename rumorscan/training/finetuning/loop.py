"""Fine-tuning: a network learns both questions at once and stops when it no longer gets better."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from rumorscan.rumors.tokenizing import Tokens, cut_batches, pad
from rumorscan.training.finetuning.network import Network

Say = Callable[[str], None]
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
        seed: of heads, order and dropout.
        device: `cpu` or `cuda`.
    """

    epochs: int = 4
    rate: float = 3e-4
    head_rate: float = 2e-3
    decay: float = 0.8
    batch_tokens: int = 3_072
    maximum_length: int = 144
    smoothing: float = 0.05
    claim_weight: float = 0.5
    patience: int = 1
    seed: int = 0
    device: str = "cpu"

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)


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
) -> list[dict[str, float]]:
    """Fine-tune a network in place; it ends with the weights of its best pass.

    Args:
        network: with new heads.
        lesson: to learn from.
        check: held out; its loss decides when to stop.
        settings: how.
        say: called with a line a pass.

    Returns:
        A row for each pass: epoch, loss, check.
    """
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    network.to(settings.device)
    optimizer, rates = _optimizer(network, settings)
    each = len(_plan(lesson, settings.batch_tokens, np.random.default_rng(0)))
    total = settings.epochs * each
    best, waited, step = float("inf"), 0, 0
    kept = {name: one.clone() for name, one in network.state_dict().items()}
    curve = []
    for epoch in range(settings.epochs):
        network.train()
        losses = []
        for tokens, mask, labels, weights in _plan(lesson, settings.batch_tokens, random):
            pace = min((step + 1) / (0.1 * total), (total - step) / (0.9 * total))
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * pace
            with torch.autocast(settings.device, torch.bfloat16):
                scores = network(tokens.to(settings.device), mask.to(settings.device))
            loss = _loss(scores.float().cpu(), labels, weights, settings)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(float(loss.detach()))
            step += 1
        found = check_loss(network, check, settings)
        row = {
            "epoch": epoch + 1,
            "loss": round(float(np.mean(losses)), 4),
            "check": round(found, 4),
        }
        curve.append(row)
        say(f"pass {epoch + 1} of {settings.epochs}: loss {row['loss']:.3f}, check {found:.4f}")
        if found < best:
            best, waited = found, 0
            kept = {name: one.clone() for name, one in network.state_dict().items()}
        else:
            waited += 1
            if waited > settings.patience:
                break
    network.load_state_dict(kept)
    return curve


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
        for rows in self.groups:
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
