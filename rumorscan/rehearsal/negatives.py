"""Crowds that look coordinated and are innocent, planted beside the campaigns."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rumorscan.rehearsal.drafts import Draft
from rumorscan.rehearsal.ground import Ground
from rumorscan.rehearsal.operators import expand
from rumorscan.rehearsal.players import Casting, Player

_HOUR, _DAY = 3_600, 86_400
_FEWEST = 5
_OFFICIAL_MOST = 15
_REAL_SHARE = 0.5
_HEADLINES = 3  # of each share button
_OTHER_BUTTON = 0.3  # of those who share a headline do it through another button
_CHANTS_MOST = 6

Entry = Mapping[str, Any]


class Crowds:
    """Makes the posts of one crowd after the other."""

    def __init__(self, ground: Ground, casting: Casting, chance: random.Random, crowd: int) -> None:
        self.ground = ground
        self.casting = casting
        self.chance = chance
        self.crowd = max(crowd, _FEWEST)

    def many(self, most: int | None = None) -> list[Player]:
        """Return the accounts of a crowd: half of them are accounts of the dump."""
        count = self.chance.randint(_FEWEST, max(_FEWEST, most or self.crowd))
        return [self.casting.draw(_REAL_SHARE) for _ in range(count)]

    def opened(self, player: Player, text: str, window: int) -> tuple[Draft, int]:
        """Return a post that opens a thread, and when its window begins."""
        start = self.ground.start(self.chance, window, None)
        return Draft(player, text, start), start

    def when(self, start: int, window: int, thread: int | None = None) -> int:
        """Return a moment of a window."""
        return self.ground.moment(self.chance, start, window, thread)

    def share_button(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """Headlines, each shared by unrelated accounts through a button or another."""
        drafts = []
        headlines = entry["headlines"]
        for headline in self.chance.sample(headlines, min(_HEADLINES, len(headlines))):
            window = self.chance.choice((6 * _HOUR, _DAY, 3 * _DAY))
            start = self.ground.start(self.chance, window, None)
            for player in self.many():
                button = self.chance.choice(others) if self._rarely(_OTHER_BUTTON) else entry
                text = _put(button["frame"], "headline", headline)
                client = {"client": button["frame"].replace("{headline}", "").strip("（）() ")}
                drafts.append(Draft(player, text, self.when(start, window), values=client))
        return drafts

    def blessing(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """A blessing or a chain letter that friends pass on, with a word of their own."""
        del others
        window = self.chance.choice((_DAY, 7 * _DAY))
        start = self.ground.start(self.chance, window, None)
        drafts = []
        for player in self.many():
            tail = expand(self.chance, self.chance.choice(entry["tails"]))
            text = expand(self.chance, entry["text"]) + (tail if self._rarely(0.6) else "")
            drafts.append(Draft(player, text, self.when(start, window)))
        return drafts

    def lottery(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """A lottery: those who take part repeat its words and name friends, in its thread."""
        del others
        window = self.chance.choice((_DAY, 3 * _DAY))
        opener, start = self.opened(self.casting.new(), _without_slots(entry["text"]), window)
        drafts = [opener]
        for player in self.many():
            names = self.chance.sample(list(entry["names"]), min(3, len(entry["names"])))
            shown = [name if name.startswith("@") else f"@{name}" for name in names]
            text = _put(entry["text"], "name", *shown)
            drafts.append(Draft(player, text, self.when(start, window), opener=opener))
        return drafts

    def official(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """A notice from accounts of one authority, with names alike."""
        del others
        notice = self.chance.choice(entry["notices"])
        window = self.chance.choice((_HOUR, 6 * _HOUR, _DAY))
        start = self.ground.start(self.chance, window, None)
        count = self.chance.randint(_FEWEST, min(_OFFICIAL_MOST, self.crowd))
        family = [
            self.casting.new(account_name=f"{entry['family']}{number:02}", verified=True)
            for number in self.chance.sample(range(1, 100), count)
        ]
        return [Draft(player, notice, self.when(start, window)) for player in family]

    def celebrity(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """A post that is repeated, or quoted below a word of one's own, by many."""
        del others
        window = self.chance.choice((6 * _HOUR, _DAY))
        star = self.casting.new(verified=True)
        post = expand(self.chance, entry["post"])
        opener, start = self.opened(star, post, window)
        name = star.profile.get("account_name") or star.account_id
        drafts = [opener]
        for player in self.many():
            comment = expand(self.chance, self.chance.choice(entry["comments"]))
            text = self.chance.choice((post, f"{comment}//@{name}:{post}", f"{comment}{post}"))
            under = opener if self._rarely(0.7) else None
            drafts.append(Draft(player, text, self.when(start, window), opener=under))
        return drafts

    def chant(self, entry: Entry, others: Sequence[Entry]) -> list[Draft]:
        """Fans who chant in one thread, some of them again and again."""
        del others
        window = self.chance.choice((6 * _HOUR, 3 * _DAY))
        threads: list[int | None] = [*self.ground.pick_threads(self.chance, 1)]
        thread = threads[0] if threads and self._rarely(0.5) else None
        start = self.ground.start(self.chance, window, thread)
        opener: Draft | None = None
        drafts = []
        for player in self.many():
            for _ in range(self.chance.randint(1, _CHANTS_MOST)):
                form = expand(self.chance, self.chance.choice(entry["forms"]))
                text = _put(form, "tag", self.chance.choice(entry["tags"]))
                moment = self.when(start, window, thread)
                drafts.append(Draft(player, text, moment, thread, opener))
                if thread is None and opener is None:
                    opener = drafts[0]
        return drafts

    def _rarely(self, share: float) -> bool:
        return self.chance.random() < share


def draft_negatives(
    ground: Ground,
    casting: Casting,
    tables: Mapping[str, Sequence[Entry]],
    chance: random.Random,
    count: int | None,
    crowd: int,
) -> dict[str, list[Draft]]:
    """Return the posts of the hard negatives, by kind.

    Args:
        ground: the dump.
        casting: hands out accounts that serve nowhere else.
        tables: the entries of each kind.
        chance: where all choices come from.
        count: crowds of each kind; None means one for each entry.
        crowd: accounts of a crowd at most.
    """
    crowds = Crowds(ground, casting, chance, crowd)
    makers: dict[str, Callable[[Entry, Sequence[Entry]], list[Draft]]] = {
        "share_button": crowds.share_button,
        "blessing": crowds.blessing,
        "lottery": crowds.lottery,
        "official": crowds.official,
        "celebrity": crowds.celebrity,
        "chant": crowds.chant,
    }
    drafted: dict[str, list[Draft]] = {}
    for kind, make in makers.items():
        entries = tables[kind]
        wanted = len(entries) if count is None else min(count, len(entries))
        drafts = [
            draft
            for entry in chance.sample(list(entries), wanted)
            for draft in make(entry, entries)
        ]
        if drafts:
            drafted[kind] = drafts
    return drafted


def _put(text: str, slot: str, *values: str) -> str:
    """Return a text with values in its slots of that name, or behind it where it has none.

    Example:
        >>> _put("{tag}加油", "tag", "#晚风#"), _put("转发抽奖", "name", "@甲", "@乙")
        ('#晚风#加油', '转发抽奖 @甲 @乙')
    """
    for name in (f"{{{slot}s}}", f"{{{slot}}}"):
        if name in text:
            first, *rest = text.split(name)
            if len(rest) == 1:
                return f"{first}{' '.join(values)}{rest[0]}"
            shown = [values[place % len(values)] for place in range(len(rest))]
            return first + "".join(map("".join, zip(shown, rest, strict=True)))
    return " ".join([text, *values])


def _without_slots(text: str) -> str:
    return text.replace("{names}", "").replace("{name}", "").strip()
