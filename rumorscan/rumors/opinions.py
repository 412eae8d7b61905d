"""What a model says of texts, all of it from one look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import TRAINED_RATE, Floats, to_base_rate


@dataclass(frozen=True, slots=True)
class Opinions:
    """What a model says of n texts; every array has the shape (n,).

    Attributes:
        rumor: probability that the text states a false claim, for the base rate asked for.
        claim: probability that it is a checkable claim at all; 1 where the model cannot tell.
        unsure: where the model had better abstain: in that band it is too often wrong.
    """

    rumor: Floats
    claim: Floats
    unsure: npt.NDArray[np.bool_]


def answer_both(
    falsehood: Floats, claim: Floats | None, base_rate: float, claim_rate: float
) -> tuple[Floats, Floats]:
    """Return the probability of a false claim, and of a claim, from balanced answers.

    Args:
        falsehood: probability that it is false, given a claim.
        claim: probability that it is a claim; None where nothing tells claims apart.
        base_rate: share of false ones among claims.
        claim_rate: share of claims for which the second answer shall hold.

    Example:
        >>> answer_both(np.array([0.8]), np.array([0.5]), 0.5, 0.5)[0].tolist()
        [0.4]
    """
    rumor = to_base_rate(falsehood, TRAINED_RATE, base_rate)
    if claim is None:
        return rumor, np.ones(len(falsehood))
    claim = to_base_rate(claim, TRAINED_RATE, claim_rate)
    return rumor * claim, claim


def spare_short(
    rumor: Floats, lengths: npt.NDArray[np.int64], minimum_length: int, base_rate: float
) -> Floats:
    """Return the probabilities with none over the base rate where too little is said.

    Example:
        >>> spare_short(np.array([0.9, 0.9]), np.array([3, 30]), 8, 0.05).tolist()
        [0.05, 0.9]
    """
    return np.where(lengths < minimum_length, np.minimum(rumor, base_rate), rumor)


def no_opinions(count: int) -> Opinions:
    """Return what is said of texts where no model is asked: probabilities are NaN.

    Example:
        >>> no_opinions(2).rumor.tolist()
        [nan, nan]
    """
    nothing = np.full(count, np.nan)
    return Opinions(nothing, nothing, np.zeros(count, dtype=bool))


def join_opinions(parts: Iterable[Opinions]) -> Opinions:
    """Return the opinions of several parts, one part after the other.

    Example:
        >>> len(join_opinions([no_opinions(2), no_opinions(3)]).rumor)
        5
    """
    found = [no_opinions(0), *parts]
    return Opinions(
        np.concatenate([one.rumor for one in found]),
        np.concatenate([one.claim for one in found]),
        np.concatenate([one.unsure for one in found]),
    )
