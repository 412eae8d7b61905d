"""How a head is fitted: logistic regression, calibrated on what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import Floats, Platt, fit_platt
from rumorscan.rumors.features import Matrix
from rumorscan.rumors.heads import Head

Labels = npt.NDArray[np.int8]
Codes = npt.NDArray[np.int64]

_SMALLEST_FOLD = 2


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a head is fitted.

    Attributes:
        bits: there are 2 ** bits buckets.
        cost: inverse strength of the penalty, scikit-learn's `C`.
        folds: held-out parts; fewer are used where a label has fewer groups.
        seed: of the parts and of the solver.
    """

    bits: int
    cost: float
    folds: int
    seed: int


def fit_head(
    matrix: Matrix, labels: Labels, groups: Codes, sample_weight: Floats | None, fitting: Fitting
) -> tuple[Head, Floats]:
    """Return the head that tells label 1 from label 0, and what it says of rows held out.

    Args:
        matrix: n rows.
        labels: shape (n,), 1 or 0, both present.
        groups: shape (n,); rows of one group are held out together.
        sample_weight: shape (n,), or None.
        fitting: how.

    Returns:
        Weights fitted on all rows; the calibration is that of scores of held-out rows. With less
        than two groups of a label nothing can be held out, and the scores are taken as they are.
        The second part is the calibrated log-odds of each row by weights that never saw it; NaN
        where nothing could be held out.
    """
    rows, columns = _compact(matrix)
    part = deal_folds(labels, groups, fitting.folds, fitting.seed)
    held_out = np.full(len(labels), np.nan)
    for fold in range(int(part.max()) + 1 if part.max() > 0 else 0):
        rest = part != fold
        weights, intercept = _solve(rows[rest], labels[rest], _take(sample_weight, rest), fitting)
        held_out[~rest] = rows[~rest] @ weights + intercept
    weights, intercept = _solve(rows, labels, sample_weight, fitting)
    spread = np.zeros(1 << fitting.bits, dtype=np.float32)
    spread[columns] = weights.astype(np.float32)
    platt = fit_platt(held_out, labels) if part.max() > 0 else Platt()
    return Head(spread, float(intercept), platt), platt.log_odds(held_out)


def deal_folds(labels: Labels, groups: Codes, folds: int, seed: int) -> Codes:
    """Return which part each row belongs to, groups whole and labels spread evenly.

    Args:
        labels: shape (n,), 1 or 0.
        groups: shape (n,).
        folds: parts; fewer where a label has fewer groups.
        seed: of the order in which groups are dealt.

    Returns:
        int64, shape (n,), from 0; all 0 where a label has less than two groups.

    Example:
        >>> labels = np.array([1, 1, 1, 0, 0, 0], dtype=np.int8)
        >>> part = deal_folds(labels, np.array([0, 0, 1, 2, 3, 3]), 5, seed=0)
        >>> bool(part[0] == part[1] != part[2] and part[4] == part[5] != part[3])
        True
    """
    _, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes)
    ones = np.bincount(codes, weights=labels)
    kinds = (ones * 2 >= sizes).astype(np.int64)
    folds = min(folds, *(int((kinds == kind).sum()) for kind in (0, 1)))
    if folds < _SMALLEST_FOLD:
        return np.zeros(len(labels), dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    # the largest first, to the part that has the fewest rows of that kind
    part = np.zeros(len(sizes), dtype=np.int64)
    filled = np.zeros((2, folds), dtype=np.int64)
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        chosen = int(np.argmin(filled[kinds[group]]))
        part[group] = chosen
        filled[kinds[group], chosen] += sizes[group]
    return part[codes]


def group_codes(groups: Sequence[Any] | npt.NDArray[Any]) -> Codes:
    """Return a number for each group, the same for the same group.

    Example:
        >>> group_codes(["b", "a", "b"]).tolist()
        [1, 0, 1]
    """
    _, codes = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    return codes.astype(np.int64)


def _compact(matrix: Matrix) -> tuple[Any, npt.NDArray[np.int32]]:
    """Return a SciPy matrix of the buckets that occur, and which buckets they are."""
    from scipy.sparse import csr_matrix

    columns, indices = np.unique(matrix.indices, return_inverse=True)
    shape = (len(matrix.offsets) - 1, max(len(columns), 1))
    # liblinear takes 32-bit indices only
    rows = csr_matrix(
        (matrix.values, indices.astype(np.int32), matrix.offsets.astype(np.int32)), shape=shape
    )
    return rows, columns


def _take(values: Floats | None, rows: npt.NDArray[np.bool_]) -> Floats | None:
    return None if values is None else values[rows]


def _solve(
    rows: Any, labels: Labels, sample_weight: Floats | None, fitting: Fitting
) -> tuple[Floats, float]:
    """Fit the logistic regression; on sparse rows the dual is five times as fast as the primal."""
    from sklearn.linear_model import LogisticRegression

    solver = LogisticRegression(
        C=fitting.cost,
        class_weight="balanced",
        solver="liblinear",
        dual=True,
        tol=1e-2,
        max_iter=10_000,
        random_state=fitting.seed,
    )
    solver.fit(rows, labels, sample_weight=sample_weight)
    return np.asarray(solver.coef_[0], dtype=np.float64), float(solver.intercept_[0])
