"""What is to be planted: how many campaigns, how large, how fast, where, and by whom."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from rumorscan.rehearsal.operators import OPERATORS

TEMPOS = (900, 21_600, 604_800)
"""Windows in seconds: 15 minutes, 6 hours, 7 days."""
CAMPAIGNS_OF_A_POOL = 4
SMALLEST, LARGEST = 3, 300

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """One campaign to plant.

    Attributes:
        operator: a name of `OPERATORS`.
        tempo_seconds: the window in which it posts, in each of its threads.
        accounts: how many take part.
        threads: in how many existing threads it posts; 0 means posts of their own.
        hijacked: share of its new accounts that are real accounts of the dump.
        pool: number of the pool that it draws on, or None where its accounts serve only once.
        pool_share: share of its accounts that come from the pool; 0.0 without one.
    """

    operator: str
    tempo_seconds: int
    accounts: int
    threads: int
    hijacked: float
    pool: int | None = None
    pool_share: float = 0.0

    @property
    def in_threads(self) -> bool:
        """Whether it posts inside existing threads."""
        return self.threads > 0


def draw_plans(
    seed: int,
    count: int = 50,
    *,
    largest: int = LARGEST,
    pooled: float = 0.6,
    hijacked: float = 0.3,
    tempos: Sequence[int] = TEMPOS,
) -> list[Plan]:
    """Return plans for campaigns of every kind, in balance.

    Sizes are log-uniform from 3 to the largest, one from each of as many equal parts of the
    range as there are campaigns. Operators and tempos come in a rotation of all combinations.
    Half of the campaigns post in existing threads, half of those in one thread and half in 3
    to 10. Pools serve in four campaigns each.

    Args:
        seed: the same seed gives the same plans.
        count: campaigns.
        largest: accounts of the largest campaign at most.
        pooled: share of the campaigns that belong to pools; what does not fill a whole pool
            has accounts of its own.
        hijacked: share of real accounts.
        tempos: windows in seconds.

    Example:
        >>> plans = draw_plans(1)
        >>> len(plans), sum(plan.in_threads for plan in plans), max(p.accounts for p in plans) < 301
        (50, 25, True)
    """
    chance = random.Random(f"{seed}/plans")  # noqa: S311 - a plan, not a key
    kinds = list(itertools.product(OPERATORS, tempos))
    chance.shuffle(kinds)
    order = _in_turn(chance, kinds, list(OPERATORS))
    sizes = _sizes(chance, count, largest)
    places = _mixed(chance, [i % 2 == 0 for i in range(count)])
    single = _mixed(chance, [i % 2 == 0 for i in range(sum(places))])
    pools = _pools(chance, count, pooled)
    plans = []
    for number in range(count):
        operator, tempo = order[number % len(order)]
        threads = 0
        if places[number]:
            threads = 1 if single.pop() else chance.randint(3, 10)
        pool = pools[number]
        share = chance.uniform(0.5, 1.0) if pool is not None else 0.0
        plans.append(Plan(operator, tempo, sizes[number], threads, hijacked, pool, share))
    return plans


def _in_turn(
    chance: random.Random, kinds: list[tuple[str, int]], operators: list[str]
) -> list[tuple[str, int]]:
    """Return the combinations so that any stretch has about as many of each operator."""
    chance.shuffle(operators)
    left = {name: [kind for kind in kinds if kind[0] == name] for name in operators}
    rounds = max(len(kind) for kind in left.values())
    return [left[name][turn] for turn in range(rounds) for name in operators]


def _sizes(chance: random.Random, count: int, largest: int) -> list[int]:
    ratio = max(largest, SMALLEST) / SMALLEST
    parts = [(place + chance.random()) / count for place in range(count)]
    return _mixed(chance, [min(largest, round(SMALLEST * ratio**part)) for part in parts])


def _pools(chance: random.Random, count: int, pooled: float) -> list[int | None]:
    filled = int(count * pooled + 1e-9) // CAMPAIGNS_OF_A_POOL
    numbers: list[int | None] = [pool for pool in range(filled) for _ in range(CAMPAIGNS_OF_A_POOL)]
    return _mixed(chance, [*numbers, *[None] * (count - len(numbers))])


def _mixed(chance: random.Random, items: list[T]) -> list[T]:
    return chance.sample(items, len(items))
