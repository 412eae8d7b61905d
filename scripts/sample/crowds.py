"""The innocent look-alikes: one text from many accounts, each time for an ordinary reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sample.dice import Dice
from sample.people import Account, Town
from sample.phrases import load_table, speak
from sample.stage import END, Post, Stage, at, is_awake, later, waking_hours

REPOSTS_OF_THE_STAR = (1_180, 45)
CHANTS = 48
LOTTERY_ENTRIES = (100, 55)
BLESSINGS = (60, 30)


class Crowds:
    """Adds the look-alikes to a stage."""

    def __init__(self, stage: Stage, town: Town, people: list[Account]) -> None:
        self.stage, self.town, self.people = stage, town, people
        self.dice = Dice(stage.seed, "crowds")
        self.table: dict[str, Any] = load_table("crowds")
        self.officials: list[Account] = []
        self._devoted = town.settle(6)  # fans who chant under both posts of the star

    def add_all(self) -> None:
        """Add every kind of look-alike."""
        self.add_star()
        self.add_headlines()
        self.add_blessings()
        self.add_lotteries()
        self.add_notices()

    def crowd(self, count: int, known_share: float = 0.4) -> list[Account]:
        """Return different accounts, some of them known from other threads."""
        known = self.dice.take(self.people, int(count * known_share))
        return self.dice.take(known + self.town.settle(count - len(known)), count)

    def add_star(self) -> None:
        """Add a celebrity's two posts, their reposts and the chants of fans."""
        dice, table = self.dice, self.table["star"]
        star = self.town.appoint(table["name"], "苹果客户端", 4_000_000)
        moments = (at(4, 22, 41), at(10, 20, 7))
        for text, moment, count in zip(table["posts"], moments, REPOSTS_OF_THE_STAR, strict=True):
            root = self.stage.post(star, speak(dice, text), moment, "celebrity-post")
            root.likes = 20_000 + dice.below(90_000)
            chain: list[Post] = []
            fans = self.crowd(count, 0.25)
            hours = sorted(_fading(dice, moment, 70 * 3_600) for _ in fans)
            for fan, hour in zip(fans, hours, strict=True):
                words = self._fan_words(root, chain)
                more = {"kind": "repost", "stance": ""}
                chain.append(self.stage.reply(fan, words, hour, root, "celebrity-repost", **more))
            self._add_chants(root)

    def _fan_words(self, root: Post, chain: list[Post]) -> str:
        dice, words = self.dice, self.table["star"]["words"]
        quote = f"//@{root.account.name}:{root.text}"
        mark = dice.share()
        if mark < 0.34:
            return "转发微博"
        if mark < 0.52:
            return ""
        own = speak(dice, dice.pick(words))
        if mark < 0.74:
            return own
        if mark < 0.84:
            return own + quote
        if mark < 0.92 and chain:
            above = dice.pick(chain)
            head = above.text.split("//@")[0] or "转发微博"
            return f"{own}//@{above.account.name}:{head}"
        if mark < 0.96:
            return root.text  # the whole post as one's own words
        return f"“{root.text[: 20 + dice.below(20)]}”{own}"

    def _add_chants(self, root: Post) -> None:
        dice, chants = self.dice, self.table["star"]["chants"]
        fans = self._devoted + self.crowd(CHANTS // 2 - len(self._devoted), 0.1)
        for fan in fans:
            moment = _fading(dice, root.posted_at, 8 * 3_600)
            self.stage.reply(fan, dice.pick(chants), moment, root, "fan-chant")

    def add_headlines(self) -> None:
        """Add headlines that readers share through the button of a news app."""
        dice, news = self.dice, self.table["news"]
        counts = [dice.between(10, 20) for _ in news["headlines"]]
        readers = self.crowd(sum(counts))
        for number, (headline, count) in enumerate(zip(news["headlines"], counts, strict=True)):
            text = (
                f"{headline}（分享自 @{news['app']}）"
                f" https://news.lanxi.example/a/{260_300 + number * 17}"
            )
            published = waking_hours(dice, days=12)
            for reader in [readers.pop() for _ in range(count)]:
                moment = _fading(dice, published, 40 * 3_600)
                self.stage.post(reader, text, moment, "share-button", client=news["app"])

    def add_blessings(self) -> None:
        """Add long good wishes that pass from one account to the next for days."""
        plans = ((1, 9), (3, 3))
        for text, count, (day, days) in zip(
            self.table["blessing"]["texts"], BLESSINGS, plans, strict=True
        ):
            for account in self.crowd(count):
                moment = waking_hours(self.dice, day, days)
                self.stage.post(account, text, moment, "blessing")

    def add_lotteries(self) -> None:
        """Add two prize draws, entered by repost with three friends named."""
        dice = self.dice
        hunters = self.town.settle(8)
        for table, count, day in zip(self.table["lottery"], LOTTERY_ENTRIES, (3, 6), strict=True):
            shop = self.town.appoint(table["name"], "网页版", 20_000)
            root = self.stage.post(shop, speak(dice, table["post"]), at(day, 10), "lottery-post")
            for account in hunters + self.crowd(count - len(hunters)):
                friends = "".join(f" @{friend.name}" for friend in dice.take(self.people, 3))
                words = dice.pick(table["words"]) + friends
                moment = later(dice, root.posted_at + timedelta(hours=dice.skewed(0, 60)))
                self.stage.reply(account, words, moment, root, "lottery", kind="repost")

    def add_notices(self) -> None:
        """Add notices that a family of official accounts posts word for word."""
        dice, table = self.dice, self.table["officials"]
        self.officials = [
            self.town.appoint(name, "政务发布平台", 30_000) for name in table["names"]
        ]
        for number, notice in enumerate(table["notices"]):
            first = at(3 + number * 3, 9 + number * 2, 30)
            for account in dice.take(self.officials, 10):
                moment = first + timedelta(seconds=dice.below(2_400))
                self.stage.post(account, notice, moment, "official-notice")


def _fading(dice: Dice, moment: datetime, seconds: int) -> datetime:
    """Return a moment soon after another, rarely as late as so many seconds."""
    most = min(seconds, int((END - moment).total_seconds()) - 2)
    while True:
        faded = moment + timedelta(seconds=1 + dice.skewed(0, most))
        if is_awake(dice, faded):
            return faded
