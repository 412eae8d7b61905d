"""Chance: how often so much overlap would come about by accident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaln

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def overlap_chance(
    shared: Counts, first: Counts, second: Counts, population: Counts | int
) -> Floats:
    """Return the chance that two random sets share at least so many members.

    The upper tail of the hypergeometric distribution (Fisher's exact test).

    Args:
        shared: members in both sets, shape (k,).
        first: sizes of the one set.
        second: sizes of the other.
        population: how many there are to draw from, one number or one a pair; never fewer
            than the two sets hold, or that they are all there is would explain any overlap.

    Returns:
        Probabilities, shape (k,).

    Example:
        >>> overlap_chance(np.array([5]), np.array([5]), np.array([5]), 1000)[0] < 1e-12
        np.True_
    """
    # scipy.stats has the same function, but importing it costs more than a small scan
    whole = np.maximum(population, first + second).astype(np.float64)
    rest = whole - first - second
    count = np.maximum(shared, np.maximum(0.0, -rest))
    log_chance = (
        _log_choose(first, count)
        + _log_choose(whole - first, second - count)
        - _log_choose(whole, second)
    )
    term = np.where(count <= np.minimum(first, second), np.exp(log_chance), 0.0)
    tail = term.copy()
    while (term > tail * 1e-17).any():
        # the ratio of neighboring terms of the distribution
        term = term * (first - count) * (second - count) / ((count + 1) * (rest + count + 1))
        count = count + 1
        tail += term
    return np.minimum(tail, 1.0)


def _log_choose(whole: npt.NDArray[Any], part: npt.NDArray[Any]) -> Floats:
    chosen = np.clip(part, 0, whole)
    logarithm: Floats = gammaln(whole + 1) - gammaln(chosen + 1) - gammaln(whole - chosen + 1)
    return logarithm


def share_chance(successes: int, trials: int, rate: float) -> float:
    """Return the chance of at least so many successes: the upper tail of the binomial.

    Example:
        >>> round(share_chance(9, 10, 0.5), 4)
        0.0107
    """
    if successes <= 0:
        return 1.0
    return float(betainc(successes, trials - successes + 1, min(max(rate, 0.0), 1.0)))


def count_chance(successes: int, rates: Sequence[float]) -> float:
    """Return the chance of at least so many successes in trials of different rates.

    The upper tail of the Poisson binomial distribution, by adding one trial after the other
    (Barlow and Heidtmann 1984).

    Example:
        >>> round(count_chance(2, [0.5, 0.1, 0.1]), 4)
        0.1
    """
    counts = np.zeros(len(rates) + 1)
    counts[0] = 1.0
    for rate in rates:
        counts[1:] = counts[1:] * (1.0 - rate) + counts[:-1] * rate
        counts[0] *= 1.0 - rate
    return float(min(1.0, counts[successes:].sum()))


def effective_count(sizes: Counts) -> int:
    """Return how many equally busy members would be as diverse: (sum)^2 / sum of squares.

    Example:
        >>> effective_count(np.array([5, 5, 5])), effective_count(np.array([100, 1, 1]))
        (3, 1)
    """
    total = float(sizes.sum())
    squares = float((sizes.astype(np.float64) ** 2).sum())
    return max(1, round(total * total / squares)) if squares else 1


def corrected(chances: Floats, tests: int) -> Floats:
    """Return q-values after Benjamini and Hochberg (1995) over a stated number of tests.

    Args:
        chances: p-values of the tests that are worth reporting, shape (k,).
        tests: how many tests were made in all, at least k; the others count as chance 1.

    Returns:
        q-values in the order of the p-values, shape (k,).

    Example:
        >>> corrected(np.array([0.01, 0.04]), 4).tolist()
        [0.04, 0.08]
    """
    order = np.argsort(chances, kind="stable")
    ranks = np.arange(1, len(chances) + 1, dtype=np.float64)
    scaled = chances[order] * max(tests, len(chances)) / ranks
    monotone = np.minimum.accumulate(scaled[::-1])[::-1]
    values = np.empty(len(chances), dtype=np.float64)
    values[order] = np.minimum(monotone, 1.0)
    return values
