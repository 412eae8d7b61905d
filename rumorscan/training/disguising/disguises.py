"""Disguises to measure with: what a model loses on posts that evaders have reworked."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rumorscan.training.disguising.substitutes import MEASURING, substitutes
from rumorscan.training.disguising.tricks import MOST_REPLACED, REPLACING, TRICKS, play

COMBINED = "combined"
"""The kind that plays several tricks on each post."""

KINDS: tuple[str, ...] = (*TRICKS, COMBINED)
"""Each single evasion, then several together."""

_SHARE = (0.10, MOST_REPLACED)  # of the characters, from which each post draws
_COMBINED_SHARE = (0.15, MOST_REPLACED)
_REPLACING, _OTHERS = (2, 3, 4), (1, 2, 3)  # tricks that are combined


def disguise(texts: Sequence[str], kind: str, *, seed: int) -> list[str]:
    """Return each post disguised, by words and tables that augmentation does not use.

    Args:
        texts: posts, as they were posted.
        kind: one of `KINDS`. A tenth to a quarter of the characters are replaced where the kind
            has so much to put; `combined` plays two to four tricks that replace characters and
            one to three others.
        seed: decides every chance.

    Returns:
        As many texts, in the same order; a post in which the kind finds nothing, or of fewer
        than four characters, is as it was.

    Raises:
        ValueError: there is no such kind.

    Example:
        >>> texts = ["城东水厂停水三天，大家快囤水"]
        >>> [disguise(texts, kind, seed=1) != texts for kind in ("homophone", "combined")]
        [True, True]
        >>> sorted(disguise(texts, "reordered", seed=1)[0]) == sorted(texts[0])
        True
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(KINDS)}")
    tables = substitutes(MEASURING)
    disguised = []
    for row, text in enumerate(texts):
        chance = random.Random(f"disguise {kind} {seed} {row}")  # noqa: S311  # repeats, no secret
        names, share = [kind], _SHARE
        if kind == COMBINED:
            names = chance.sample(sorted(REPLACING), chance.choice(_REPLACING))
            names += chance.sample(sorted(TRICKS.keys() - REPLACING), chance.choice(_OTHERS))
            share = _COMBINED_SHARE
        drawn = chance.uniform(*share)
        disguised.append(play(text, names, tables, drawn, f"{kind} {seed} {row}"))
    return disguised
