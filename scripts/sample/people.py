"""Invented accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sample.dice import Dice
from sample.phrases import load_table

ZONE = timezone(timedelta(hours=8))
REGIONS = ("东澜", "西岭", "南榆", "北禾", "中枕", "云坞", "望荻", "沉砚")
CLIENTS = ("安卓客户端", "苹果客户端", "网页版", "青雀X3", "云杉9", "禾米Note", "星渡Pro", "墨石11")
_NAMES = load_table("names")


@dataclass(slots=True, eq=False)
class Account:
    """Who posts."""

    account_id: str
    name: str
    created_at: datetime
    followers: int
    following: int
    verified: bool = False
    region: str = ""
    client: str = ""
    device_id: str = ""


class Town:
    """Makes accounts that differ from one another."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "people")
        self._names: set[str] = set()
        self._count = 0

    def settle(self, count: int, device_share: float = 0.35) -> list[Account]:
        """Return that many ordinary accounts of all ages and sizes."""
        return [self._ordinary(device_share) for _ in range(count)]

    def _ordinary(self, device_share: float) -> Account:
        dice = self._dice
        days = dice.between(40, 5_400)
        created_at = datetime(2026, 3, 1, tzinfo=ZONE) - timedelta(
            days=days, seconds=dice.below(86_400)
        )
        return Account(
            self._number(),
            self._name(),
            created_at,
            followers=dice.wide(12),
            following=dice.between(5, 60) + dice.wide(9),
            verified=dice.chance(0.02),
            region=dice.favor(REGIONS),
            client=dice.favor(CLIENTS),
            device_id=self.device() if dice.chance(device_share) else "",
        )

    def appoint(self, name: str, client: str, followers: int) -> Account:
        """Return a verified account of that name."""
        account = self._ordinary(0.0)
        account.name, account.client, account.verified = name, client, True
        account.followers = followers + self._dice.below(followers)
        return account

    def device(self) -> str:
        """Return a new device id."""
        # letters only, so that none looks like a phone number
        return "d" + "".join(self._dice.pick("acefghkmnprtuvwx") for _ in range(10))

    def _number(self) -> str:
        self._count += 1
        # a fixed stride through a prime range: never twice the same, no order to see
        return str(7_000_000_000 + self._count * 413_158_523 % 999_999_937)

    def _name(self) -> str:
        dice = self._dice
        while True:
            name = dice.pick(_NAMES["first"]) + dice.pick(_NAMES["second"])
            if dice.chance(0.7):
                name += dice.pick(_NAMES["third"])
            if dice.chance(0.3) or name in self._names:
                name += str(dice.between(1, 2_999))
            if name not in self._names:
                self._names.add(name)
                return name
