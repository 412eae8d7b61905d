"""Rehearsals: plants campaigns of known kinds in a copy of a dump, measures what a scan finds."""

from rumorscan.rehearsal.evaluation import evaluate_campaigns
from rumorscan.rehearsal.judging import is_truth

__all__ = ["evaluate_campaigns", "is_truth"]
