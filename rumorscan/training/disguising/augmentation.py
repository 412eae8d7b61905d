"""Augmentation: copies of labeled posts, disguised as evaders do it, to learn from."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rumorscan.training.disguising.substitutes import LEARNING, substitutes
from rumorscan.training.disguising.tricks import MOST_REPLACED, TRICKS, play

_COUNTS = (1, 1, 2, 2, 3, 4, 5, 6)  # tricks of one copy; half of the copies have three or more
_LEAST = 0.3  # of the share, from which each copy draws


def augment(texts: Sequence[str], *, seed: int, share: float = MOST_REPLACED) -> list[str]:
    """Return one disguised copy of each post; it says what the post said.

    Words, tables, symbols and tails are those of the half that `disguises` does not use, so that
    what is measured there was not learned here.

    Args:
        texts: labeled posts, as they were posted.
        seed: decides every chance; another seed makes other copies.
        share: of a post's characters that are replaced at most, in (0, `MOST_REPLACED`]; each
            copy draws from three tenths of it upward. Posts under four characters stay as they
            are.

    Returns:
        As many texts, in the same order.

    Raises:
        ValueError: the share is out of its range.

    Example:
        >>> texts = ["城东水厂停水三天，大家快囤水", "水"]
        >>> copies = augment(texts, seed=1)
        >>> copies == augment(texts, seed=1), copies[0] == texts[0], copies[1]
        (True, False, '水')
    """
    if not 0.0 < share <= MOST_REPLACED:
        raise ValueError(f"share is {share}; expected a number in (0, {MOST_REPLACED}]")
    tables = substitutes(LEARNING)
    copies = []
    for row, text in enumerate(texts):
        chance = random.Random(f"augment {seed} {row}")  # noqa: S311  # repeats, no secret
        names = chance.sample(list(TRICKS), chance.choice(_COUNTS))
        drawn = chance.uniform(_LEAST * share, share)
        copies.append(play(text, names, tables, drawn, f"{seed} {row}"))
    return copies
