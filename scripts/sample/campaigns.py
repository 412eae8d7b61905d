"""The planted campaigns: a burst, a drip, a template with evasions, and a pushed rumor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sample.dice import Dice
from sample.evasions import disguise
from sample.everyday import Talk
from sample.people import ZONE, Account, Town
from sample.phrases import load_table, speak
from sample.stage import Post, Stage, at, later, waking_hours

BURST_ACCOUNTS, BURST_SECONDS = 40, 1_150
DRIP_ACCOUNTS, DRIP_DAYS = 25, 10
TEMPLATE_ACCOUNTS = 30
RUMOR_ACCOUNTS = 8
_DRIP_WINDOWS = ((1, 4), (3, 6), (4, 7), (6, 9), (7, 10))  # days on which a topic is posted
_DRIP_SLOTS = 15  # a day, 66 minutes apart
_TEMPLATE_DAYS = ((2, 3), (6, 3), (9, 4))
_STEADY = 0.7  # the rest varies, so that most copies stay near-duplicates at 0.7
_SPAM_NAMES = ("用户", "客官", "安好", "云淡", "追梦人")


@dataclass(slots=True)
class Planted:
    """What is true of a campaign."""

    campaign_id: str
    kind: str
    accounts: list[Account]
    posts: list[Post] = field(default_factory=list)
    camouflage: list[Post] = field(default_factory=list)
    claim_ids: list[str] = field(default_factory=list)


class Campaigns:
    """Adds the planted campaigns to a stage."""

    def __init__(self, stage: Stage, town: Town, talk: Talk, people: list[Account]) -> None:
        self.stage, self.town, self.talk, self.people = stage, town, talk, people
        self.dice = Dice(stage.seed, "campaigns")
        self.table: dict[str, Any] = load_table("campaigns")

    def add_all(self, threads: list[Post]) -> list[Planted]:
        """Add the four campaigns and their ordinary posts; `threads` are where those go."""
        planted = [
            self.add_burst(threads),
            self.add_drip(),
            self.add_template(),
            self.add_pushed_rumor(),
        ]
        for campaign, share in zip(planted, (0.5, 1.2, 0.8, 1.5), strict=True):
            self._add_camouflage(campaign, threads, share)
        return planted

    def add_burst(self, threads: list[Post]) -> Planted:
        """Add copies of one complaint within twenty minutes, by accounts of one birthday."""
        dice, start = self.dice, at(4, 20, 13)
        accounts = self._recruit(BURST_ACCOUNTS, at(-19, 14), days=3, devices=9)
        planted = Planted("burst", "burst", accounts)
        host = self._host(self.table["burst"]["root"], at(4, 18, 50))
        before = [thread for thread in threads if thread.posted_at < start - timedelta(hours=1)]
        places = [None] * 12 + [host] * 6 + dice.take(before[-60:], 28)
        senders = accounts + accounts[:6]
        for account, place in zip(senders, dice.take(places, len(senders)), strict=True):
            text = speak(dice, self.table["burst"]["text"][0], steady=_STEADY)
            moment = start + timedelta(seconds=dice.below(BURST_SECONDS))
            self._send(planted, account, text, moment, place)
        return planted

    def add_drip(self) -> Planted:
        """Add praise under five topics over ten days, never two within an hour."""
        dice = self.dice
        accounts = self.town.settle(DRIP_ACCOUNTS, 0.2)
        planted = Planted("drip", "drip", accounts)
        topics = self.table["drip"]
        hosts = [
            self._host(topic["root"], at(window[0], 6, 20 + 3 * number))
            for number, (topic, window) in enumerate(zip(topics, _DRIP_WINDOWS, strict=True))
        ]
        waiting = [dice.take(accounts, DRIP_ACCOUNTS - dice.below(4)) for _ in topics]
        for day in range(1, DRIP_DAYS + 1):
            posted_today: list[Account] = []
            for slot in range(_DRIP_SLOTS):
                moment = at(day, 7, 5 + 66 * slot) + timedelta(seconds=dice.below(200))
                now = [n for n, (a, b) in enumerate(_DRIP_WINDOWS) if a <= day <= b and waiting[n]]
                free = [
                    (topic, account)
                    for topic in now
                    for account in waiting[topic]
                    if posted_today.count(account) < 2 and account not in posted_today[-3:]
                ]
                if not free or dice.chance(0.12):
                    continue
                topic, account = dice.pick(free)
                waiting[topic].remove(account)
                posted_today.append(account)
                place = hosts[topic] if dice.chance(0.7) else None
                text = speak(dice, topics[topic]["text"][0], steady=_STEADY)
                self._send(planted, account, text, moment, place)
        return planted

    def add_template(self) -> Planted:
        """Add offers with slots, disguised character by character, in three waves."""
        dice = self.dice
        accounts = self._recruit(TEMPLATE_ACCOUNTS, at(-150, 9), days=60, devices=20)
        planted = Planted("template", "template", accounts)
        for wave, (day, days) in zip(self.table["template"], _TEMPLATE_DAYS, strict=True):
            host = self._host(wave["root"], at(day, 7, 15))
            for account in dice.take(accounts, 24 + dice.below(4)):
                text = disguise(dice, speak(dice, wave["text"][0], steady=_STEADY), wave["tails"])
                moment = max(waking_hours(dice, day, days), at(day, 8) + timedelta(seconds=71))
                place = host if dice.chance(0.6) else None
                self._send(planted, account, text, moment, place)
        return planted

    def add_pushed_rumor(self) -> Planted:
        """Add two known rumors, pushed by the same few accounts on two days."""
        dice, table = self.dice, self.table["rumor"]
        accounts = self._recruit(RUMOR_ACCOUNTS, at(-400, 9), days=300, devices=6)
        planted = Planted("rumor", "rumor", accounts, claim_ids=["k007", "k008"])
        plans = zip(planted.claim_ids, ("scare", "bank"), table["roots"], (3, 7), strict=True)
        for claim_id, name, root, day in plans:
            host = self._host(root, at(day, 16, 20))
            for account in accounts:
                moment = at(day, 17) + timedelta(seconds=dice.below(14_000))
                place = host if dice.chance(0.6) else None
                text = speak(dice, table[name][0], steady=_STEADY)
                post = self._send(planted, account, text, moment, place)
                post.claim_id, post.stance = claim_id, "asserts"
        return planted

    def _send(
        self, planted: Planted, account: Account, text: str, moment: datetime, place: Post | None
    ) -> Post:
        if place is None:
            post = self.stage.post(account, text, moment, "campaign")
        else:
            post = self.stage.reply(account, text, moment, place, "campaign")
        post.campaign_id = planted.campaign_id
        planted.posts.append(post)
        return post

    def _host(self, root: str, moment: datetime) -> Post:
        """Add an ordinary thread that a campaign will visit, with some ordinary answers."""
        dice = self.dice
        host = self.stage.post(dice.pick(self.people), speak(dice, root), moment, "organic")
        for _ in range(dice.between(5, 12)):
            topic = dice.pick(list(self.talk.topics))
            self.stage.reply(
                dice.pick(self.people),
                self.talk.answer(topic),
                later(dice, moment),
                host,
                "organic",
            )
        return host

    def _recruit(self, count: int, first: datetime, *, days: int, devices: int) -> list[Account]:
        """Return new accounts made within some days, which share some devices."""
        dice = self.dice
        shared = [self.town.device() for _ in range(devices)]
        accounts = self.town.settle(count, 0.0)
        for account in accounts:
            account.created_at = first.astimezone(ZONE) + timedelta(
                seconds=dice.below(days * 86_400)
            )
            account.followers, account.following = dice.below(12), dice.between(30, 180)
            account.verified = False
            if dice.chance(0.5):
                account.name = f"{dice.pick(_SPAM_NAMES)}{account.account_id[-6:]}"
            if dice.chance(0.75):
                account.device_id = dice.pick(shared)
        return accounts

    def _add_camouflage(self, planted: Planted, threads: list[Post], share: float) -> None:
        dice = self.dice
        for _ in range(int(len(planted.accounts) * share)):
            account, place = dice.pick(planted.accounts), dice.pick(threads)
            if dice.chance(0.4):
                text, moment = self.talk.any_root(), waking_hours(dice)
                post = self.stage.post(account, text, moment, "camouflage")
            else:
                text, moment = self.talk.answer(place.topic), later(dice, place.posted_at)
                post = self.stage.reply(account, text, moment, place, "camouflage")
            post.campaign_id = planted.campaign_id
            planted.camouflage.append(post)
