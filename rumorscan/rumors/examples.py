"""What a linear model learns from: claims with their labels, and posts that claim nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError
from rumorscan.rumors import features
from rumorscan.rumors.calibration import Floats, Platt
from rumorscan.rumors.estimator import check_labels, list_texts
from rumorscan.rumors.features import FeatureSettings
from rumorscan.rumors.fitting import (
    Codes,
    Fitting,
    Labels,
    fit_head,
    fit_transfer,
    group_codes,
    pose,
)
from rumorscan.rumors.heads import CLAIM, FALSEHOOD, Fitted
from rumorscan.rumors.reading import read_texts
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded, join_folded


@dataclass(frozen=True, slots=True)
class Examples:
    """Labeled texts and ordinary posts.

    Attributes:
        labeled: what is read of n labeled texts.
        labels: 1 = false, 0 = not, shape (n,).
        weights: how much each counts, shape (n,), or None.
        groups: what is held out together, shape (n,).
        sources: where each comes from, shape (n,), or None.
        is_post: which are posts, shape (n,); the others are claims of another genre, which teach
            what is false, and neither what a claim looks like nor the calibration.
        ordinary: what is read of m posts that claim nothing checkable.
        ordinary_sources: where each comes from, shape (m,), or None.
    """

    labeled: Folded
    labels: Labels
    weights: Floats | None
    groups: Codes
    sources: Codes | None
    is_post: npt.NDArray[np.bool_]
    ordinary: Folded
    ordinary_sources: Codes | None


def gather_examples(
    texts: Sequence[str],
    y: Sequence[int] | npt.NDArray[Any],
    *,
    ordinary: Sequence[str] | None = None,
    sample_weight: npt.NDArray[np.float64] | None = None,
    groups: Sequence[Any] | npt.NDArray[Any] | None = None,
    sources: Sequence[str] | None = None,
    ordinary_sources: Sequence[str] | None = None,
    is_post: npt.NDArray[np.bool_] | None = None,
) -> Examples:
    """Return the examples that the arguments of `LinearModel.fit` name.

    Raises:
        LabeledError: lengths differ, a label is neither 0 nor 1, or one of them is missing.

    Example:
        >>> gather_examples(["停水", "供水"], [1, 0]).is_post.tolist()
        [True, True]
    """
    labels = check_labels(texts, y)
    labeled = read_texts(list_texts(texts))
    others = read_texts([] if ordinary is None else list_texts(ordinary))
    every_post = np.ones(len(labels), dtype=bool)
    return Examples(
        labeled,
        labels,
        None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64),
        find_distinct(labeled).key_of_row
        if groups is None
        else _coded(groups, len(labels), "texts", "groups"),
        None if sources is None else _coded(sources, len(labels), "texts", "sources"),
        every_post if is_post is None else np.asarray(is_post, dtype=bool),
        others,
        None
        if ordinary_sources is None
        else _coded(ordinary_sources, len(others), "ordinary posts", "sources"),
    )


def fit_heads(
    examples: Examples, settings: FeatureSettings, falsehood: Fitting, claim: Fitting
) -> tuple[Fitted, dict[str, Floats]]:
    """Return both heads, and what each says of its rows by weights that never saw them.

    The head of claims, where there are ordinary posts, is asked about the labeled posts and
    behind them the ordinary ones.
    """
    both = join_folded([examples.labeled, examples.ordinary])
    rarity = features.rarities(features.vectorize(both, settings), settings)
    matrix = features.vectorize(examples.labeled, settings, rarity)
    problem = pose(
        matrix,
        examples.labels,
        examples.groups,
        examples.weights,
        falsehood,
        examples.sources,
    )
    head, odds = fit_head(problem, examples.is_post)
    held_out = {FALSEHOOD: odds}
    labels = examples.labels
    rows = {
        "labeled": len(labels),
        "false": int(labels.sum()),
        "ordinary": len(examples.ordinary),
    }
    if not len(examples.ordinary):
        return Fitted(rarity, head, None, rows, Platt()), held_out
    posts = np.flatnonzero(examples.is_post)
    asked = join_folded([examples.labeled.take(posts), examples.ordinary])
    codes = examples.groups.max() + 1 + find_distinct(examples.ordinary).key_of_row
    weights = None
    if examples.weights is not None:
        weights = np.concatenate([examples.weights[posts], np.ones(len(codes))])
    problem = pose(
        features.vectorize(asked, settings, rarity),
        np.repeat(np.array([1, 0], dtype=np.int8), [len(posts), len(codes)]),
        np.concatenate([examples.groups[posts], codes]),
        weights,
        claim,
    )
    claims, held_out[CLAIM] = fit_head(problem)
    transfer = Platt()
    if examples.sources is not None and examples.ordinary_sources is not None:
        sources = np.concatenate([examples.sources[posts], examples.ordinary_sources])
        transfer = fit_transfer(problem, claims, sources)
    return Fitted(rarity, head, claims, rows, transfer), held_out


def _coded(values: Any, count: int, things: str, names: str) -> Codes:
    """Return a number for each value; there must be one for each thing."""
    codes = group_codes(values)
    if len(codes) != count:
        raise LabeledError(f"{count} {things} but {len(codes)} {names}; expected as many")
    return codes
