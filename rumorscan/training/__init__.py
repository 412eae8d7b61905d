"""Training and evaluation: labeled posts to a model, its metrics, its limits and its card."""

from __future__ import annotations

from rumorscan.training.corpora import Corpus, read_labeled
from rumorscan.training.learning import Training, train

__all__ = ["Corpus", "Training", "read_labeled", "train"]
