"""Who posts what is planted: hijacked accounts of the dump, and new ones that look like them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from rumorscan.rehearsal.ground import Ground, Ids

PROFILE = (
    "account_name",
    "client",
    "device_id",
    "ip",
    "ip_region",
    "account_created_at",
    "followers",
    "following",
    "account_posts",
    "verified",
)
"""The columns that belong to an account rather than to a post."""
_OWN = ("device_id", "ip")  # two accounts share these only where something ties them
_STOCK = 512


@dataclass(frozen=True, slots=True)
class Player:
    """An account that posts something planted.

    Attributes:
        account_id: its id.
        row: the row of the dump that its profile is taken from.
        fresh: whether it is new to the dump.
        profile: columns in which it differs from that row.
    """

    account_id: str
    row: int
    fresh: bool
    profile: dict[str, Any] = field(default_factory=dict, compare=False)


class Casting:
    """Hands out accounts, none of them twice."""

    def __init__(self, ground: Ground, chance: random.Random) -> None:
        self._ground = ground
        self._chance = chance
        self._makers = {
            name: Ids(ground.posts[name]) for name in ("account_id", *_OWN) if ground.has(name)
        }
        self._stock: dict[str, list[str]] = {}
        self._cast: set[str] = set()
        self._names = [name for name in PROFILE if ground.has(name)]

    def real(self) -> Player:
        """Return an account of the dump; a new one where none is left."""
        for _ in range(64):
            row = self._chance.randrange(len(self._ground))
            account = self._ground.value("account_id", row)
            if account not in self._cast:
                self._cast.add(account)
                return Player(account, row, fresh=False)
        return self.new()

    def new(self, **profile: Any) -> Player:
        """Return an account that the dump does not have.

        Args:
            profile: values of columns; those that the dump lacks are left out.
        """
        row = self._chance.randrange(len(self._ground))
        values = {name: self._altered(name, row) for name in self._names}
        values.update({name: value for name, value in profile.items() if name in values})
        account = self._next("account_id")
        self._cast.add(account)
        return Player(account, row, fresh=True, profile=values)

    def draw(self, real_share: float) -> Player:
        """Return an account of the dump in that share of all calls, else a new one."""
        return self.real() if self._chance.random() < real_share else self.new()

    def _next(self, name: str) -> str:
        stock = self._stock.setdefault(name, [])
        if not stock:
            stock.extend(self._makers[name].make(self._chance, _STOCK))
        return stock.pop()

    def _altered(self, name: str, row: int) -> Any:
        """Return what a new account has in a column, after the likeness of a row."""
        value = self._ground.value(name, row)
        if value is None:
            return None
        if name in _OWN:
            return self._next(name)
        if name == "account_name":
            other = self._ground.value(name, self._chance.randrange(len(self._ground))) or value
            return value[: (len(value) + 1) // 2] + other[len(other) // 2 :]
        if isinstance(value, int) and not isinstance(value, bool):
            return round(value * self._chance.uniform(0.7, 1.4))
        return value
