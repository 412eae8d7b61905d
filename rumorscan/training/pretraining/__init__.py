"""From unlabeled posts to a small encoder: characters, packed sequences, objectives, the loop."""

from __future__ import annotations

from rumorscan.training.pretraining.loop import Pretraining, PretrainSettings
from rumorscan.training.pretraining.making import pretrain

__all__ = ["PretrainSettings", "Pretraining", "pretrain"]
