"""What a model says of texts, all of it from one look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import Floats, sigmoid


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
    falsehood: Floats, claim: Floats | None, base_rate: float, claim_share: float
) -> tuple[Floats, Floats]:
    """Return the probability of a false claim, and of a claim, from the odds of both answers.

    Bayes' rule over three kinds of posts: rumors, other claims, and posts that claim nothing
    checkable. The base rate moves the odds of a rumor by one factor, so that the order of posts
    is the same under every base rate.

    Args:
        falsehood: log-odds that it is false, given a claim, where half of the claims are false.
        claim: log-odds that it is a claim, where half of the posts are, half of those false;
            None where nothing tells claims apart.
        base_rate: share of rumors among all posts, in (0, 1).
        claim_share: share of checkable claims among the posts that are no rumors, in (0, 1).

    Example:
        >>> rumor, claim = answer_both(np.array([4.0, 4.0]), np.array([4.0, -4.0]), 0.5, 0.8)
        >>> rumor.round(3).tolist(), claim.round(3).tolist()
        ([0.984, 0.152], [0.998, 0.154])
    """
    odds = falsehood + np.log(base_rate) - np.log1p(-base_rate)
    if claim is None:
        return sigmoid(odds), np.ones(len(falsehood))
    # all relative to the likelihood of a true claim, and to the share of posts that are no rumors
    ordinary = np.log1p(-claim_share) + np.logaddexp(0.0, falsehood) - np.log(2.0) - claim
    claimed = np.logaddexp(odds, np.log(claim_share))
    return sigmoid(odds - np.logaddexp(np.log(claim_share), ordinary)), sigmoid(claimed - ordinary)


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
