"""The loop: packed texts in, an encoder folder out, with checkpoints on the way."""

from __future__ import annotations

import copy
import dataclasses
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rumorscan.errors import ModelError
from rumorscan.training.checkpoints import Checkpoint, pack_optimizers, unpack_optimizers
from rumorscan.training.extras import require_torch
from rumorscan.training.pretraining.packing import Packed, vocabulary_size

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

    from rumorscan.training.pretraining.objectives import Objective
    from rumorscan.training.pretraining.optimizing import Mover

Say = Callable[[str], None]

WEIGHTS, MEMORY = "weights", "optimizer"
REPORT = "pretraining.json"
MAXIMUM_LENGTH = 256
"""Tokens of a text that an encoder can read."""

_HELD_OUT = 256  # rows that are never learned from
_ROWS_AT_ONCE = {"cpu": 32}  # more leave the cache: a quarter slower on two cores


@dataclass(frozen=True, slots=True)
class PretrainSettings:
    """How an encoder is shaped and pretrained.

    Attributes:
        objective: `masked`, `next` or `replaced`; see `objectives`.
        layers: of the encoder.
        width: numbers for each token; a multiple of 64.
        tokens: how many tokens are read in all; more than the corpus has means several passes.
        batch_rows: rows in a batch.
        matrix_rate: learning rate of the matrices (Muon).
        rate: learning rate of all other weights (AdamW).
        every: steps between two looks at the held-out rows.
        seed: of weights, order and masks.
        device: `cpu`, `cuda`, or empty for the GPU where there is one.
        base: folder of an encoder to go on from, in place of random weights; it gives layers,
            width and characters.
    """

    objective: str = "masked"
    layers: int = 4
    width: int = 256
    tokens: int = 100_000_000
    batch_rows: int = 64
    matrix_rate: float = 2e-3
    rate: float = 2e-3
    every: int = 200
    seed: int = 0
    device: str = ""
    base: str = ""

    def shape(self) -> dict[str, Any]:
        """Return the fields that a checkpoint must agree with."""
        free = ("tokens", "every", "device")
        found = {name: value for name, value in self.to_dict().items() if name not in free}
        return {name: value for name, value in found.items() if name != "base" or value}

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON data; of the base its name alone."""
        return {**asdict(self), "base": Path(self.base).name if self.base else ""}


@dataclass(slots=True)
class Pretraining:
    """What pretraining found.

    Attributes:
        settings: as asked for.
        steps: batches that were learned from.
        seconds: spent learning, over all sessions.
        curve: a row for each look at the held-out rows: step, tokens, seconds, loss, held_out.
        path: the encoder folder; None until it is written.
    """

    settings: PretrainSettings
    steps: int = 0
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    path: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON data."""
        return {
            "settings": self.settings.to_dict(),
            "steps": self.steps,
            "seconds": round(self.seconds, 1),
            "curve": self.curve,
        }


def pretrain_packed(
    packed: Packed,
    out: str | Path,
    settings: PretrainSettings | None = None,
    *,
    checkpoint: str | Path | None = None,
    minutes: float | None = None,
    progress: Say = lambda _: None,
) -> Pretraining:
    """Pretrain an encoder on packed texts and write its folder.

    Args:
        packed: what `pack_texts` gives.
        out: the encoder folder.
        settings: shape and recipe.
        checkpoint: folder for the state on the way; where it holds one, the run goes on from it.
        minutes: stop after so long, with a checkpoint and without an encoder.
        progress: called with a line at each look at the held-out rows.

    Raises:
        ModelError: a checkpoint belongs to other settings, or there are too few texts.
        MissingExtraError: torch or transformers is not installed.
    """
    require_torch()
    import torch

    settings = settings or PretrainSettings()
    if len(packed.tokens) <= 2 * _HELD_OUT // 64:
        raise ModelError(f"{len(packed.tokens)} rows of text are too few to pretrain on")
    torch.manual_seed(settings.seed)
    run = _Run(packed, settings)
    kept = None if checkpoint is None else Checkpoint(checkpoint)
    if kept is not None and run.resume(kept):
        progress(f"step {run.found.steps} of {run.steps}: going on")
    finished = run.learn(kept, minutes, progress)
    if finished:
        run.found.path = write_encoder(run, Path(out))
    return run.found


class _Run:
    """A run that can be left and taken up again: nothing is drawn but from seed and step."""

    def __init__(self, packed: Packed, settings: PretrainSettings) -> None:
        import torch

        from rumorscan.training.pretraining.objectives import OBJECTIVES
        from rumorscan.training.pretraining.optimizing import Mover

        if settings.objective not in OBJECTIVES:
            expected = ", ".join(OBJECTIVES)
            raise ModelError(f"objective {settings.objective!r} is none; expected {expected}")
        chosen = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.device(chosen)
        self.packed, self.settings = packed, settings
        self.length = packed.tokens.shape[1]
        held_out = min(_HELD_OUT, len(packed.tokens) // 10 + 1)
        self.held_out = np.arange(len(packed.tokens) - held_out, len(packed.tokens))
        self.rows = len(packed.tokens) - held_out
        self.steps = max(1, settings.tokens // (settings.batch_rows * self.length))
        encoder = self._encoder()
        objective = OBJECTIVES[settings.objective](encoder)
        self.objective: Objective = objective.to(self.device)
        self.mover: Mover = Mover(objective, matrix_rate=settings.matrix_rate, rate=settings.rate)
        self.found = Pretraining(self.settings)

    def _encoder(self) -> BertModel:
        """Return the encoder of the base, or one with random weights.

        Raises:
            ModelError: the base numbers other characters than the texts do.
        """
        from rumorscan.training.pretraining.objectives import load_encoder, make_encoder
        from rumorscan.training.pretraining.vocabulary import read_characters

        settings = self.settings
        if not settings.base:
            return make_encoder(
                vocabulary_size(self.packed),
                hidden_size=settings.width,
                num_hidden_layers=settings.layers,
                num_attention_heads=settings.width // 64,
                intermediate_size=4 * settings.width,
                max_position_embeddings=max(MAXIMUM_LENGTH, self.length),
                hidden_dropout_prob=0.0,  # in two passes nothing is learned by heart
                attention_probs_dropout_prob=0.0,
            )
        if read_characters(settings.base) != self.packed.characters:
            raise ModelError(f"{settings.base}: numbers other characters than the packed texts do")
        encoder = load_encoder(settings.base)
        config = encoder.config
        self.settings = dataclasses.replace(
            settings, layers=config.num_hidden_layers, width=config.hidden_size
        )
        return encoder

    def learn(self, checkpoint: Checkpoint | None, minutes: float | None, say: Say) -> bool:
        """Learn until the end or for so many minutes; return whether the end was reached."""
        from rumorscan.training.pretraining.optimizing import pace

        begun, before = time.monotonic(), self.found.seconds
        losses: list[float] = []
        for step in range(self.found.steps, self.steps):
            losses.append(self._learn_batch(step))
            self.mover.step(pace((step + 1) / self.steps))
            self.found.steps = step + 1
            self.found.seconds = before + time.monotonic() - begun
            is_last = step + 1 == self.steps
            is_over = minutes is not None and time.monotonic() - begun > 60 * minutes
            if (step + 1) % self.settings.every and not is_last and not is_over:
                continue
            self._look(sum(losses) / len(losses), say)
            losses.clear()
            if checkpoint:
                self.keep(checkpoint)
            if is_over and not is_last:
                return False
        return True

    def _learn_batch(self, step: int) -> float:
        """Add up the gradients of a batch, in pieces that fit the device; return the loss."""
        rows, random = self._rows_of(step), self._random(step)
        at_once = _ROWS_AT_ONCE.get(self.device.type, len(rows))
        total = 0.0
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            tokens, begins = self._batch(part)
            with self._narrow():
                loss: torch.Tensor = self.objective(tokens, begins, step, random)
            share = len(part) / len(rows)
            (loss * share).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach()) * share
        return total

    def _look(self, loss: float, say: Say) -> None:
        """Measure the held-out rows, always with the same masks, and say where the run is."""
        import torch

        self.objective.eval()
        with torch.no_grad(), self._narrow():
            tokens, begins = self._batch(self.held_out)
            held_out = float(self.objective.valid(tokens, begins, self._random(-1)))
        self.objective.train()
        found = self.found
        row = {
            "step": found.steps,
            "tokens": found.steps * self.settings.batch_rows * self.length,
            "seconds": round(found.seconds, 1),
            "loss": round(loss, 4),
            "held_out": round(held_out, 4),
        }
        found.curve.append(row)
        speed = row["tokens"] / max(found.seconds, 1e-9)
        left = (self.steps - found.steps) * found.seconds / max(found.steps, 1) / 60
        say(
            f"step {found.steps} of {self.steps}: loss {loss:.3f}, held out {held_out:.3f}, "
            f"{speed:,.0f} tokens a second, {left:.0f} minutes left"
        )

    def _rows_of(self, step: int) -> Any:
        """Return the rows of a batch: passes over a new order each, without gaps between them."""
        size = self.settings.batch_rows
        places = np.arange(step * size, (step + 1) * size)
        rows = np.empty(size, dtype=np.int64)
        for number in np.unique(places // self.rows):
            order = self._order(int(number))
            is_of = places // self.rows == number
            rows[is_of] = order[places[is_of] % self.rows]
        return rows

    def _order(self, number: int) -> Any:
        if getattr(self, "_ordered", None) != number:
            random = np.random.default_rng((self.settings.seed, number))
            self._permutation, self._ordered = random.permutation(self.rows), number
        return self._permutation

    def _batch(self, rows: Any) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        tokens = torch.from_numpy(self.packed.tokens[rows].astype(np.int64))
        begins = torch.from_numpy(self.packed.begins[rows])
        return tokens.to(self.device), begins.to(self.device)

    def _random(self, step: int) -> torch.Generator:
        import torch

        return torch.Generator().manual_seed(self.settings.seed * 1_000_003 + step + 1)

    def _narrow(self) -> Any:
        import torch

        return torch.autocast(self.device.type, torch.bfloat16)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write the state of the run."""
        state = {"shape": self.settings.shape(), "rows": self.rows, **self.found.to_dict()}
        tensors = {
            WEIGHTS: self.objective.state_dict(),
            MEMORY: pack_optimizers(self.mover.optimizers),
        }
        checkpoint.keep(self.found.steps, state, tensors)

    def resume(self, checkpoint: Checkpoint) -> bool:
        """Take up the state of a checkpoint; return whether it holds one.

        Raises:
            ModelError: it belongs to other settings or other texts.
        """
        state = checkpoint.state()
        if state is None:
            return False
        mine = {"shape": self.settings.shape(), "rows": self.rows}
        if {name: state[name] for name in mine} != mine:
            raise ModelError(
                f"{checkpoint.folder}: the checkpoint is of another run ({state['shape']}); "
                "name another folder or the same settings"
            )
        step = state["steps"]
        self.found.steps, self.found.seconds = step, state["seconds"]
        self.found.curve = state["curve"]
        self.objective.load_state_dict(checkpoint.tensors(step, WEIGHTS))
        unpack_optimizers(self.mover.optimizers, checkpoint.tensors(step, MEMORY))
        return True


def write_encoder(run: _Run, out: Path) -> Path:
    """Write what transformers loads: configuration, weights, tokenizer, and how it came to be."""
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging as transformers_logging

    from rumorscan.training.pretraining.vocabulary import SPECIAL_NAMES, make_tokenizer

    transformers_logging.disable_progress_bar()
    out.mkdir(parents=True, exist_ok=True)
    # 16 bits are more than the weights know, and half of the file
    copy.deepcopy(run.objective.encoder).half().save_pretrained(out)
    tokenizer = make_tokenizer(run.packed.characters)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=MAXIMUM_LENGTH, **SPECIAL_NAMES
    ).save_pretrained(out)
    for written in out.glob("*.safetensors"):
        written.chmod(0o644)  # the library writes it for its owner alone
    report = {
        **run.found.to_dict(),
        "corpus": {"rows": len(run.packed.tokens), "length": run.length, "lines": run.packed.lines},
        "versions": _versions(),
        **_earlier(run.settings.base),
    }
    (out / REPORT).write_text(
        json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return out


def _earlier(base: str) -> dict[str, Any]:
    """Return what the base says of its own making."""
    try:
        report = json.loads((Path(base) / REPORT).read_text(encoding="utf-8")) if base else None
    except (OSError, ValueError):
        return {}  # another tool's encoder has no such file, or one of its own
    return {"earlier": report} if report else {}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("torch", "transformers", "tokenizers", "jieba")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
