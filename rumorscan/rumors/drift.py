"""How far the texts of a dump are from those that a model learned from.

A dump may hold more or fewer claims than the training did, or only one of its kinds of everyday
posts; that is no drift. So each distribution of the dump is held against the mixture of the
learned populations that explains it best, and what is left over is the divergence. What drawing a
limited number of texts gives by chance is taken off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rumorscan.rumors.populations import Pile, choose_texts, describe, divergence
from rumorscan.rumors.profiles import (
    ASPECTS,
    CHARACTERS,
    KINDS,
    LENGTHS,
    ORDINARY,
    SCORES,
    Floats,
    Population,
    Profile,
)
from rumorscan.text.fold import Folded

if TYPE_CHECKING:
    from rumorscan.rumors.scoring import Scorer

BALANCED = 0.5
"""The base rate at which probabilities are compared, whatever that of the scan."""

MOST_TEXTS = 5_000
MOST_SCORED = 1_000
"""An encoder takes milliseconds for each, and more tell no more of a distribution."""

MINIMUM_TEXTS = 200
"""Fewer distinct texts than this differ too much by chance."""

LIMITS = {LENGTHS: 0.03, CHARACTERS: 0.02, SCORES: 0.025}
"""Bits of divergence from which a dump is far; chosen by scripts/bench_drift.py."""

_UNSEEN_LIMIT = 0.01
_TRADITIONAL_LIMIT = 0.1
_STEPS = 200
_EXAMPLES = 5
_FLOOR = 1e-6
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Shift:
    """One thing in which a dump may differ from what the model learned from.

    Attributes:
        name: `lengths`, `characters`, `scores`, `unseen` or `traditional`.
        value: of the first three the divergence in bits from the nearest mixture, 0 to 1; of
            `unseen` the share of characters new to the model; of `traditional` how far the share of
            traditional characters lies from those that were learned.
        limit: a larger value is far.
        here: the dump's figure that people can read: median length, share of the probabilities
            over .5, or the share; None where there is none.
        learned: the same of each kind of text that the model learned from.
        examples: of `characters`, what the dump has most too many of: the character, its share
            here and in the mixture.
    """

    name: str
    value: float
    limit: float
    here: float | None = None
    learned: tuple[tuple[str, float], ...] = ()
    examples: tuple[tuple[str, float, float], ...] = ()

    @property
    def is_far(self) -> bool:
        """Whether the value is larger than the limit."""
        return self.value > self.limit

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "value": round(self.value, _DIGITS),
            "limit": round(self.limit, _DIGITS),
            "is_far": self.is_far,
            "here": None if self.here is None else round(self.here, _DIGITS),
            "learned": {kind: round(value, _DIGITS) for kind, value in self.learned},
            "examples": [
                {"character": one, "here": round(here, _DIGITS), "learned": round(then, _DIGITS)}
                for one, here, then in self.examples
            ],
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a dump is from what the model learned from.

    Attributes:
        texts: distinct texts, long enough to be judged, that were compared.
        mixture: population to its share in the mixture whose characters are nearest.
        shifts: empty where there were too few texts.
    """

    texts: int
    mixture: tuple[tuple[str, float], ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def far(self) -> tuple[str, ...]:
        """The names of the shifts that are far."""
        return tuple(shift.name for shift in self.shifts if shift.is_far)

    def to_dict(self) -> dict[str, Any]:
        """Return it as it stands in `run.json`."""
        return {
            "is_far": bool(self.far),
            "far": list(self.far),
            "texts": self.texts,
            "minimum_texts": MINIMUM_TEXTS,
            "mixture": {name: round(share, 2) for name, share in self.mixture},
            "shifts": {shift.name: shift.to_dict() for shift in self.shifts},
        }


def measure_drift(profile: Profile, folded: Folded, model: Scorer) -> Drift:
    """Return how far the texts of a dump are; of many texts an even sample is looked at.

    Args:
        profile: what the model learned from.
        folded: the fold keys of the dump.
        model: asked for the probabilities of some of the sample, at the base rate of the profile.
    """
    chosen = folded.take(choose_texts(folded, MOST_TEXTS))
    if len(chosen) < MINIMUM_TEXTS or not profile.populations:
        return Drift(len(chosen))
    probabilities = np.full(len(chosen), np.nan)
    scored = chosen.part(0, min(len(chosen), MOST_SCORED))
    probabilities[: len(scored)] = model.opinions(scored, BALANCED).rumor
    return compare(profile, chosen, probabilities)


def compare(profile: Profile, folded: Folded, probabilities: Floats) -> Drift:
    """Return how far texts are from those that a model learned from.

    Args:
        profile: of the model, with one population or more.
        folded: n fold keys; those too short to be judged and those that repeat are passed over.
        probabilities: the model's at a base rate of .5, shape (n,); NaN where it was not asked.

    Example:
        >>> from rumorscan.rumors.populations import profile_of
        >>> from rumorscan.text.fold import fold_texts
        >>> soups = fold_texts([f"今天吃了第{number}碗热汤面" for number in range(100, 200)])
        >>> learned = profile_of([Pile("everyday", ORDINARY, soups, np.full(100, 0.1))])
        >>> compare(learned, soups, np.full(100, 0.1)).far
        ()
        >>> english = fold_texts([f"water plant {number} will shut down" for number in range(100)])
        >>> compare(learned, english, np.full(100, 0.1)).far
        ('lengths', 'characters', 'unseen')
    """
    rows = choose_texts(folded)
    pile = Pile("dump", ORDINARY, folded.take(rows), probabilities[rows])
    here = describe(pile, profile.common, profile.known())
    mixtures = {name: _nearest(profile, here, name) for name in ASPECTS}
    shifts = [_shift(name, profile, here, mixtures[name]) for name in ASPECTS]
    shifts += [_unseen(profile, here, mixtures[CHARACTERS]), _traditional(profile, here)]
    names = [one.name for one in profile.populations]
    return Drift(
        here.texts,
        tuple(zip(names, mixtures[CHARACTERS].tolist(), strict=True)),
        tuple(shifts),
    )


def _nearest(profile: Profile, here: Population, aspect: str) -> Floats:
    """Return the shares of the populations in the mixture under which the dump is likeliest.

    Expectation and maximization over fixed components: Dempster, Laird and Rubin (1977).
    """
    learned = np.maximum([one.shares[aspect] for one in profile.populations], _FLOOR)
    weights = np.full(len(learned), 1 / len(learned))
    for _ in range(_STEPS):
        weights = weights * (learned * (here.shares[aspect] / (weights @ learned))).sum(axis=1)
        weights /= max(weights.sum(), _FLOOR)  # a dump without a score has no shares
    return weights


def _shift(aspect: str, profile: Profile, here: Population, weights: Floats) -> Shift:
    """Return the divergence from a mixture, less what chance gives on either side."""
    mixture = weights @ np.array([one.shares[aspect] for one in profile.populations])
    noise = here.noise[aspect] + sum(
        float(weight) ** 2 * one.noise[aspect]
        for weight, one in zip(weights, profile.populations, strict=True)
    )
    value = max(0.0, divergence(here.shares[aspect], mixture) - noise)
    limit = LIMITS[aspect]
    if aspect == CHARACTERS:
        return Shift(aspect, value, limit, examples=_examples(profile, here, mixture))
    figure = "median_length" if aspect == LENGTHS else "over_half"
    return Shift(aspect, value, limit, getattr(here.figures, figure), _learned(profile, figure))


def _examples(
    profile: Profile, here: Population, mixture: Floats
) -> tuple[tuple[str, float, float], ...]:
    """Return the characters that the dump has most too many of, by share and by ratio alike."""
    shares, learned = here.shares[CHARACTERS][:-1], mixture[:-1]
    more = np.maximum(shares - learned, 0.0) * np.log2((shares + _FLOOR) / (learned + _FLOOR))
    order = np.argsort(-more, kind="stable")[:_EXAMPLES].tolist()
    return tuple(
        (profile.common[at], float(shares[at]), float(learned[at])) for at in order if more[at] > 0
    )


def _unseen(profile: Profile, here: Population, weights: Floats) -> Shift:
    expected = sum(
        float(weight) * one.figures.unseen
        for weight, one in zip(weights, profile.populations, strict=True)
    )
    share = here.figures.unseen
    return Shift("unseen", share, 2 * expected + _UNSEEN_LIMIT, share, _learned(profile, "unseen"))


def _traditional(profile: Profile, here: Population) -> Shift:
    share = here.figures.traditional
    learned = [one.figures.traditional for one in profile.populations]
    outside = max(0.0, min(learned) - share, share - max(learned))
    return Shift(
        "traditional", outside, _TRADITIONAL_LIMIT, share, _learned(profile, "traditional")
    )


def _learned(profile: Profile, figure: str) -> tuple[tuple[str, float], ...]:
    return tuple(
        (kind, getattr(profile.kinds[kind], figure)) for kind in KINDS if kind in profile.kinds
    )
