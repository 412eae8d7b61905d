"""Likeness: which campaigns of two lists have texts whose signatures agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.codes import Codes, distinct_codes, stretches
from rumorscan.coordination.rosters import Signatures
from rumorscan.coordination.significance import Floats

ALIKE = 0.5
"""Estimated Jaccard similarity from which on texts are alike."""

# texts of similarity 0.5 share a band of three values out of 42 in 99.6 of 100 cases
_BAND = 3
_PAIRS_AT_ONCE = 200_000
_BUCKET = 400  # a band that more texts have says nothing; the others find them


@dataclass(frozen=True, slots=True)
class Likeness:
    """Pairs of campaigns with a text in common, nearly.

    Attributes:
        new, old: int64 positions in the two lists, shape (k,), ascending.
        similarity: the best estimated Jaccard similarity, at least `ALIKE`.
    """

    new: Codes
    old: Codes
    similarity: Floats


def find_alike(new: Sequence[Signatures], old: Sequence[Signatures]) -> Likeness:
    """Return the pairs of campaigns that have texts alike.

    Args:
        new: the signatures of each campaign of the one list; none empty, all of one scheme.
        old: those of the other.

    Example:
        >>> one, other = np.arange(128, dtype=np.uint32), np.arange(500, 628, dtype=np.uint32)
        >>> alike = find_alike([other[None]], [one[None], np.stack([one, other])])
        >>> alike.new.tolist(), alike.old.tolist(), alike.similarity.tolist()
        ([0], [1], [1.0])
    """
    ours, our_campaign = _pile(new)
    theirs, their_campaign = _pile(old)
    if not len(ours) or not len(theirs):
        nothing = np.zeros(0, dtype=np.int64)
        return Likeness(nothing, nothing, np.zeros(0))
    first, second = _candidates(ours, theirs)
    similarity = np.empty(len(first))
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        similarity[part] = (ours[first[part]] == theirs[second[part]]).mean(axis=1)
    near = np.flatnonzero(similarity >= ALIKE)
    count = len(old)
    codes = our_campaign[first[near]] * count + their_campaign[second[near]]
    pairs = distinct_codes(codes)
    best = np.zeros(len(pairs))
    np.maximum.at(best, np.searchsorted(pairs, codes), similarity[near])
    return Likeness(pairs // count, pairs % count, best)


def _pile(lists: Sequence[Signatures]) -> tuple[Signatures, Codes]:
    """Return all signatures, and the campaign of each."""
    full = [signatures for signatures in lists if len(signatures)]
    owners = np.repeat(np.arange(len(lists)), [len(signatures) for signatures in lists])
    return (np.concatenate(full) if full else np.zeros((0, 0), dtype=np.uint32)), owners


def _candidates(ours: Signatures, theirs: Signatures) -> tuple[Codes, Codes]:
    """Return the pairs of signatures that share a band (an inverted index of each band)."""
    count = np.int64(len(theirs))
    found = np.zeros(0, dtype=np.int64)
    for start in range(0, max(ours.shape[1] - _BAND, 0) + 1, _BAND):
        index, wanted = (_hash(part[:, start : start + _BAND]) for part in (theirs, ours))
        order = np.argsort(index, kind="stable")
        index = index[order]
        starts, stops = (np.searchsorted(index, wanted, side) for side in ("left", "right"))
        lengths = np.where(stops - starts <= _BUCKET, stops - starts, 0)
        mine = np.repeat(np.arange(len(wanted)), lengths)
        found = distinct_codes(
            np.concatenate([found, mine * count + order[stretches(starts, lengths)]])
        )
    return found // count, found % count


def _hash(band: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    mixed = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        mixed = (mixed ^ column) * np.uint64(0xFF51AFD7ED558CCD)
        mixed ^= mixed >> np.uint64(32)
    return mixed
