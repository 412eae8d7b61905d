"""What texts are matched on: keys with evasions undone, and the same as they sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.text.fold import Folded


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """What the m distinct texts of a dump are matched on; none of it is ever shown.

    Attributes:
        plain: fold keys with evasions undone and without hashtags.
        sound: the same with every character replaced by its sound.
        own_words: bool, shape (m,); False where hardly anything but hashtags is there, and the
            key holds them for want of words.
        undone: uint16, shape (m, len(evasions)); how often each evasion was undone.
        evasions: names of the columns of `undone`.
    """

    plain: Folded
    sound: Folded
    own_words: npt.NDArray[np.bool_]
    undone: npt.NDArray[np.uint16]
    evasions: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.plain)


DISGUISES = (
    "symbol",
    "split",
    "look-alike",
    "reversed",
    "vertical",
    "emoji",
    "digit",
    "ignorable",
)
"""Evasions that nobody makes by accident; a stray ignorable is told by its number."""

_LEAST_IGNORABLE = 2


def disguised_texts(keys: MatchKeys) -> npt.NDArray[np.bool_]:
    """Tell of each text whether its characters were disguised, shape (m,)."""
    disguised = np.zeros(len(keys), dtype=bool)
    for column, name in enumerate(keys.evasions):
        if name in DISGUISES:
            disguised |= keys.undone[:, column] >= (_LEAST_IGNORABLE if name == "ignorable" else 1)
    return disguised
