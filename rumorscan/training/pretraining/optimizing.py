"""How weights move: Muon on matrices, AdamW on the rest, and the pace over a run."""

from __future__ import annotations

import torch
from torch import nn

WARMUP, COOLDOWN = 0.02, 0.4
"""Shares of a run in which the pace rises from zero, and in which it falls back to it."""

_WEIGHT_DECAY = 0.05


def pace(progress: float) -> float:
    """Return the share of the full learning rate at a point of the run: up, level, down.

    Level between warmup and cooldown (Hu et al., MiniCPM, 2024), so that a run that is cut or
    lengthened has lost nothing until it cools down.

    Example:
        >>> [round(pace(one), 2) for one in (0.0, 0.01, 0.3, 0.8, 1.0)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return max(0.0, min(progress / WARMUP, 1.0, (1.0 - progress) / COOLDOWN))


class Mover:
    """Two optimizers as one.

    Muon (Jordan et al. 2024) takes the matrices within the layers, AdamW embeddings, heads,
    biases and norms.
    """

    def __init__(self, model: nn.Module, *, matrix_rate: float, rate: float) -> None:
        matrices: list[nn.Parameter] = []
        others: list[nn.Parameter] = []
        for name, weight in model.named_parameters():
            is_matrix = weight.ndim == 2 and ".layer." in name
            (matrices if is_matrix else others).append(weight)
        self._weights = [*matrices, *others]
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
        ]
        if matrices:
            muon = torch.optim.Muon(
                matrices,
                lr=matrix_rate,
                weight_decay=_WEIGHT_DECAY,
                adjust_lr_fn="match_rms_adamw",
            )
            self.optimizers.append(muon)
        self._rates = [one.param_groups[0]["lr"] for one in self.optimizers]

    def step(self, share: float) -> None:
        """Move the weights at a share of the full rates, and forget the gradients."""
        nn.utils.clip_grad_norm_(self._weights, 1.0)
        for optimizer, rate in zip(self.optimizers, self._rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
