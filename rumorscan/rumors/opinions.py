"""What a model says of texts, all of it from one look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import Floats


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
