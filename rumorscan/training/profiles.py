"""The profile that training lays beside a model: what it learned from, for `scan` to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.populations import COMMON, Pile, profile_of
from rumorscan.rumors.profiles import CLAIMS, ORDINARY, Floats, Profile
from rumorscan.text.fold import fold_texts

FALSE, OTHER = "claims_false", "claims_other"
_SOURCES = 6
_REST = "rest"


def make_profile(
    texts: Sequence[str],
    labels: npt.NDArray[Any],
    probabilities: Floats,
    ordinary: Mapping[str, tuple[Sequence[str], Floats]],
    *,
    common: int = COMMON,
) -> Profile:
    """Return the profile of what a model learned from.

    Args:
        texts: the labeled posts that it learned from.
        labels: 1 = false information, 0 = not, shape (n,).
        probabilities: rumor probabilities at a base rate of .5 by models that had not learned
            from them, as of the grouped trial, shape (n,); NaN where there is none.
        ordinary: source to its ordinary posts and their probabilities, made the same way; of
            more than six sources the smallest are taken together.
        common: how many characters get a share of their own.

    Example:
        >>> texts = [f"城东{number}号水厂要停水三天" for number in range(60)]
        >>> labels = np.arange(60) % 2
        >>> soups = [f"今天吃了第{number}碗热汤面" for number in range(30)]
        >>> profile = make_profile(
        ...     texts, labels, np.where(labels == 1, 0.9, 0.2), {"soups": (soups, np.full(30, 0.1))}
        ... )
        >>> [(one.name, one.texts) for one in profile.populations]
        [('claims_false', 30), ('claims_other', 30), ('soups', 30)]
    """
    every = np.asarray(texts, dtype=object)
    piles = [
        Pile(name, CLAIMS, fold_texts(every[labels == label].tolist()), probabilities[at])
        for name, label in ((FALSE, 1), (OTHER, 0))
        for at in [labels == label]
    ]
    by_size = sorted(ordinary, key=lambda name: (-len(ordinary[name][0]), name))
    alone = by_size if len(by_size) <= _SOURCES else by_size[: _SOURCES - 1]
    parts = [(name, [name]) for name in alone]
    if len(alone) < len(by_size):
        parts.append((_REST, by_size[len(alone) :]))
    for name, sources in parts:
        listed = [text for source in sources for text in ordinary[source][0]]
        scores = np.concatenate([ordinary[source][1] for source in sources])
        piles.append(Pile(name, ORDINARY, fold_texts(listed), scores))
    return profile_of(piles, common=common)
