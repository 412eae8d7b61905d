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
_FEWEST_SOURCES = 2


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


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows of features that a logistic regression shall tell apart.

    Attributes:
        rows: SciPy matrix of the buckets that occur, shape (n, columns).
        columns: which buckets they are.
        labels: shape (n,), 1 or 0, both present.
        groups: shape (n,); rows of one group are held out together.
        weights: how much each row counts, shape (n,), or None.
        sources: where each row comes from, shape (n,), or None. Each source gets an offset of
            its own in the fit, which is forgotten: how many rumors a source holds is not learned
            as if its words told it (a random intercept, as in mixed models).
        fitting: how.
    """

    rows: Any
    columns: npt.NDArray[np.int32]
    labels: Labels
    groups: Codes
    weights: Floats | None
    sources: Codes | None
    fitting: Fitting

    def solve(self, chosen: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
        """Return the weights and the intercept fitted on some rows."""
        rows, columns = self.rows[chosen], self.rows.shape[1]
        if self.sources is not None:
            rows = _with_offsets(rows, self.sources[chosen])
        weights = None if self.weights is None else self.weights[chosen]
        solved, intercept = _solve(rows, self.labels[chosen], weights, self.fitting)
        return solved[:columns], intercept

    def scores(self, part: Codes) -> Floats:
        """Return what is said of each row by weights that saw no row of its part or group.

        Args:
            part: which part each row belongs to, shape (n,); not all the same.
        """
        held_out = np.full(len(part), np.nan)
        for one in np.unique(part):
            tested = part == one
            held_out[tested] = self.scores_of(tested, ~self.knows(tested))
        return held_out

    def knows(self, tested: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return some rows, and all that share a group with one of them, as a mask."""
        known: npt.NDArray[np.bool_] = tested | np.isin(self.groups, self.groups[tested])
        return known

    def scores_of(self, tested: npt.NDArray[np.bool_], learned: npt.NDArray[np.bool_]) -> Floats:
        """Return what is said of some rows by weights fitted on others."""
        weights, intercept = self.solve(learned)
        scores: Floats = self.rows[tested] @ weights + intercept
        return scores


def pose(
    matrix: Matrix,
    labels: Labels,
    groups: Codes,
    weights: Floats | None,
    fitting: Fitting,
    sources: Codes | None = None,
) -> Problem:
    """Return the problem that a matrix and its labels pose; see `Problem`."""
    rows, columns = _compact(matrix)
    return Problem(rows, columns, labels, groups, weights, sources, fitting)


def fit_head(problem: Problem, judged: npt.NDArray[np.bool_] | None = None) -> tuple[Head, Floats]:
    """Return the head that tells label 1 from label 0, and what it says of rows held out.

    Args:
        problem: n rows.
        judged: for which of them the calibration shall hold, shape (n,); None for all.

    Returns:
        Weights fitted on all rows; the calibration is that of scores of held-out rows. With less
        than two groups of a label nothing can be held out, and the scores are taken as they are.
        The second part is the calibrated log-odds of each row by weights that never saw it; NaN
        where nothing could be held out.
    """
    fitting, labels = problem.fitting, problem.labels
    part = deal_folds(labels, problem.groups, fitting.folds, fitting.seed)
    everything = np.ones(len(labels), dtype=bool)
    held_out, platt = np.full(len(labels), np.nan), Platt()
    if part.max() > 0:
        held_out = problem.scores(part)
        platt = _calibrate(problem, held_out, everything if judged is None else judged)
    weights, intercept = problem.solve(everything)
    spread = np.zeros(1 << fitting.bits, dtype=np.float32)
    spread[problem.columns] = weights.astype(np.float32)
    return Head(spread, float(intercept), platt), platt.log_odds(held_out)


def fit_transfer(problem: Problem, head: Head, sources: Codes) -> Platt:
    """Return what becomes of a head's log-odds on sources that it never saw.

    The sources are left out one after the other, one of each label at a time, and the log-odds
    that the rest gives for them are calibrated once more: of unknown sources less is known.

    Args:
        problem: what the head was fitted on.
        head: the fitted head.
        sources: where each row comes from, shape (n,); a source has one label only.

    Returns:
        The log-odds as they are where a label has less than two sources.
    """
    part = np.zeros(len(sources), dtype=np.int64)
    counts = []
    for label in (0, 1):
        mine = problem.labels == label
        names, codes = np.unique(sources[mine], return_inverse=True)
        part[mine] = codes
        counts.append(len(names))
    if min(counts) < _FEWEST_SOURCES:
        return Platt()
    short = int(np.argmin(counts))
    held_out = np.full(len(sources), np.nan)
    for number in range(max(counts)):
        turn = np.where(problem.labels == short, number % min(counts), number)
        tested = part == turn
        learned = ~problem.knows(tested)
        if len(np.unique(problem.labels[learned])) < len(counts):
            return Platt()
        held_out[tested] = problem.scores_of(tested, learned)
    return _calibrate(problem, head.platt.log_odds(held_out), np.ones(len(sources), dtype=bool))


def _calibrate(problem: Problem, scores: Floats, judged: npt.NDArray[np.bool_]) -> Platt:
    """Return the calibration under which held-out scores are right, rows counting by weight."""
    labels = problem.labels[judged]
    if len(np.unique(labels)) < 2:
        return Platt()
    weights = None if problem.weights is None else problem.weights[judged]
    if weights is not None and min(weights[labels == label].sum() for label in (0, 1)) <= 0:
        weights = None
    return fit_platt(scores[judged], labels, weights)


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


def _with_offsets(rows: Any, sources: Codes) -> Any:
    """Return the rows with a further column for each source, where there are several."""
    from scipy.sparse import csr_matrix, hstack

    names, codes = np.unique(sources, return_inverse=True)
    if len(names) < _FEWEST_SOURCES:
        return rows
    marks = (np.ones(len(codes)), (np.arange(len(codes)), codes))
    both = hstack([rows, csr_matrix(marks, shape=(len(codes), len(names)))]).tocsr()
    both.indices, both.indptr = both.indices.astype(np.int32), both.indptr.astype(np.int32)
    return both


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
