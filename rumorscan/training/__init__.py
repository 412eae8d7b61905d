"""Training and evaluation: labeled posts to a model, its metrics, its limits and its card."""

from __future__ import annotations

from rumorscan.training.corpora import Corpus, read_labeled
from rumorscan.training.learning import train
from rumorscan.training.measuring.evaluation import Evaluation, evaluate
from rumorscan.training.record import Training

__all__ = ["Corpus", "Evaluation", "Training", "evaluate", "read_labeled", "train"]
