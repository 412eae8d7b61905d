"""How the profile of a model is made: texts to populations to a profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.profiles import (
    CHARACTERS,
    KINDS,
    LENGTHS,
    LENGTHS_FROM,
    SCORE_BINS,
    SCORES,
    Figures,
    Floats,
    Population,
    Profile,
    character_codes,
)
from rumorscan.text.characters import TABLE_SIZE
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import COUNTED, Folded
from rumorscan.text.hashing import hash_rows

MINIMUM_LENGTH = 8
"""Characters of the fold key under which the models give no probability over the base rate."""

COMMON = 500
"""Characters with a share of their own; more of them find no more (scripts/bench_drift.py)."""

_RARE = 6_000
_SMALLEST = 20
_TRADITIONAL = COUNTED.index("traditional")


class Pile(NamedTuple):
    """Texts of one population.

    Attributes:
        name: of the population.
        kind: `CLAIMS` or `ORDINARY`.
        folded: n fold keys.
        probabilities: rumor probabilities at a base rate of .5 by a model that did not learn from
            them, shape (n,); NaN where there is none.
    """

    name: str
    kind: str
    folded: Folded
    probabilities: Floats


def profile_of(piles: Sequence[Pile], *, common: int = COMMON) -> Profile:
    """Return the profile of what a model learned from.

    Args:
        piles: one for each population; texts that are too short or occur twice are passed over,
            and so is a population of fewer than 20 others.
        common: how many characters get a share of their own.

    Example:
        >>> from rumorscan.rumors.profiles import ORDINARY
        >>> from rumorscan.text.fold import fold_texts
        >>> texts = [f"今天吃了第{number}碗热汤面" for number in range(100, 140)]
        >>> pile = Pile("everyday", ORDINARY, fold_texts(texts), np.full(40, 0.1))
        >>> profile = profile_of([pile])
        >>> profile.kinds["ordinary"].median_length, profile.populations[0].texts
        (12.0, 40)
        >>> Profile.from_bytes(profile.to_bytes()).to_bytes() == profile.to_bytes()
        True
    """
    chosen = [_choose(pile) for pile in piles]
    chosen = sorted(
        (pile for pile in chosen if len(pile.folded) >= _SMALLEST),
        key=lambda pile: KINDS.index(pile.kind),
    )
    counts = [_count(pile.folded) for pile in chosen]
    lone = _found_once(chosen)
    total = np.sum([one / one.sum() for one in counts], axis=0) if counts else np.zeros(TABLE_SIZE)
    order = np.argsort(-total, kind="stable")
    order = order[total[order] > 0]
    frequent, rare = order[:common], np.sort(order[common : common + _RARE])
    known = np.zeros(TABLE_SIZE, dtype=bool)
    known[frequent] = known[rare] = True
    known &= ~lone  # in any other text they would be new
    letters = _text(frequent)
    return Profile(
        letters,
        _text(rare),
        tuple(describe(pile, letters, known) for pile in chosen),
        {
            kind: _figures([pile for pile in chosen if pile.kind == kind], known)
            for kind in KINDS
            if any(pile.kind == kind for pile in chosen)
        },
    )


def describe(pile: Pile, common: str, known: npt.NDArray[np.bool_]) -> Population:
    """Return the distributions of texts that `choose_texts` has chosen.

    Args:
        pile: the texts, in the order of `choose_texts`.
        common: the characters that are counted by themselves.
        known: bool, shape (TABLE_SIZE,); characters that are not new.
    """
    place = np.full(TABLE_SIZE, len(common), dtype=np.int64)
    place[character_codes(common)] = np.arange(len(common))
    lengths = pile.folded.lengths
    scored = ~np.isnan(pile.probabilities)
    bins = (np.where(scored, pile.probabilities, 0.0) * SCORE_BINS).astype(np.int64)
    bins = np.where(scored, np.minimum(bins, SCORE_BINS - 1), SCORE_BINS)
    half = np.arange(len(lengths)) % 2
    counts = {
        LENGTHS: _by_half(
            half, np.searchsorted(LENGTHS_FROM, lengths, "right") - 1, len(LENGTHS_FROM)
        ),
        CHARACTERS: _by_half(np.repeat(half, lengths), place[pile.folded.codes], len(common) + 1),
        SCORES: _by_half(half, bins, SCORE_BINS + 1)[:, :SCORE_BINS],
    }
    return Population(
        pile.name,
        pile.kind,
        len(lengths),
        {name: _shares(both.sum(axis=0)) for name, both in counts.items()},
        {name: divergence(_shares(both[0]), _shares(both[1])) / 4 for name, both in counts.items()},
        _figures([pile], known),
    )


def choose_texts(folded: Folded, most: int | None = None) -> npt.NDArray[np.int64]:
    """Return the rows of distinct texts that are long enough, in an order that chance gives.

    Args:
        folded: n fold keys.
        most: how many at most; which ones does not depend on their order in the dump.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> choose_texts(fold_texts(["停水", "城东水厂停水三天", "城东水厂，停水三天！"])).tolist()
        [1]
    """
    rows = find_distinct(folded).first_row
    rows = rows[folded.lengths[rows] >= MINIMUM_LENGTH]
    hashes = hash_rows(folded.codes, folded.offsets)[rows]
    chosen: npt.NDArray[np.int64] = rows[np.argsort(hashes, kind="stable")][:most]
    return chosen


def divergence(first: Floats, second: Floats) -> float:
    """Return the Jensen-Shannon divergence of two distributions in bits, 0 to 1.

    Lin, Divergence measures based on the Shannon entropy (1991).

    Example:
        >>> divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        1.0
    """
    middle = (first + second) / 2
    parts = (one[one > 0] * np.log2(one[one > 0] / middle[one > 0]) for one in (first, second))
    return float(sum(part.sum() for part in parts)) / 2


def _choose(pile: Pile) -> Pile:
    rows = choose_texts(pile.folded)
    return pile._replace(folded=pile.folded.take(rows), probabilities=pile.probabilities[rows])


def _count(folded: Folded) -> Floats:
    return np.bincount(folded.codes, minlength=TABLE_SIZE).astype(np.float64)


def _found_once(piles: Sequence[Pile]) -> npt.NDArray[np.bool_]:
    """Return which characters occur in one text only."""
    texts = np.zeros(TABLE_SIZE, dtype=np.int64)
    for pile in piles:
        rows = np.repeat(np.arange(len(pile.folded)), pile.folded.lengths)
        pairs = np.unique(rows * TABLE_SIZE + pile.folded.codes)
        texts += np.bincount(pairs % TABLE_SIZE, minlength=TABLE_SIZE)
    once: npt.NDArray[np.bool_] = texts == 1
    return once


def _figures(piles: Sequence[Pile], known: npt.NDArray[np.bool_]) -> Figures:
    lengths = np.concatenate([pile.folded.lengths for pile in piles])
    scores = np.concatenate([pile.probabilities for pile in piles])
    scores = scores[~np.isnan(scores)]
    new = sum(int(np.sum(~known[pile.folded.codes])) for pile in piles)
    changed = sum(int(pile.folded.counts[:, _TRADITIONAL].sum()) for pile in piles)
    characters = max(1, int(lengths.sum()))
    return Figures(
        float(np.median(lengths)) if len(lengths) else 0.0,
        round(float(np.mean(scores > 0.5)), 4) if len(scores) else 0.0,
        round(new / characters, 6),
        round(changed / characters, 6),
    )


def _by_half(
    half: npt.NDArray[np.int64], bins: npt.NDArray[np.int64], width: int
) -> npt.NDArray[np.int64]:
    return np.bincount(half * width + bins, minlength=2 * width).reshape(2, width)


def _shares(counts: npt.NDArray[Any]) -> Floats:
    shares: Floats = counts / max(1, counts.sum())
    return shares


def _text(codes: npt.NDArray[Any]) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le")
