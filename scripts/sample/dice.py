"""Chance that is the same on every platform and every Python.

Only `random.Random.random` is used, whose sequence Python promises to keep for a seed, and only
whole numbers and products are made of it: no logarithm or cosine of some C library.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of chance with a name of its own, so that one part can change without another."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed}/{name}")

    def share(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def chance(self, share: float) -> bool:
        """Return true in that share of all calls."""
        return self.share() < share

    def below(self, count: int) -> int:
        """Return a whole number from 0 to `count - 1`."""
        return int(self.share() * count)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def skewed(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, small ones far more often."""
        share = self.share()
        return low + int(share * share * share * (high - low + 1))

    def wide(self, bits: int) -> int:
        """Return a count that may be of any size: a power of two up to `bits`, and a rest."""
        size = 1 << self.below(bits + 1)
        return size - 1 + self.below(size)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def favor(self, items: Sequence[T]) -> T:
        """Return one of the items, early ones far more often."""
        return items[self.skewed(0, len(items) - 1)]

    def lean(self, items: Sequence[T]) -> T:
        """Return one of the items, early ones somewhat more often."""
        return items[int(self.share() * self.share() * len(items))]

    def take(self, items: Sequence[T], count: int) -> list[T]:
        """Return that many different items in a new order."""
        left = list(items)
        for position in range(min(count, len(left))):
            other = position + self.below(len(left) - position)
            left[position], left[other] = left[other], left[position]
        return left[:count]
