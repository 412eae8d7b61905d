"""Falsehood: models, their calibration and folders, and the index of known rumors.

Nothing heavy is loaded until a model is.
"""

from __future__ import annotations

from rumorscan.rumors.scoring import load_model, score, score_each

__all__ = ["load_model", "score", "score_each"]
