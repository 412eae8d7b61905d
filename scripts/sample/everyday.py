"""Ordinary people: threads, answers and one-word answers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from sample.dice import Dice
from sample.people import Account
from sample.phrases import load_table, speak
from sample.stage import Post, Stage, later, waking_hours

THREADS = 470
ANSWERS = 1_380
ONE_WORD_ANSWERS = 800
_NOT_OWN = re.compile(r"\[[^\[\]]*\]")
_LIMIT = 0.42  # no two ordinary posts share more of their three-character pieces


class Talk:
    """Ordinary sentences, no two of them much alike."""

    def __init__(self, seed: int, name: str = "talk") -> None:
        self.dice = Dice(seed, name)
        self.topics: dict[str, dict[str, list[str]]] = load_table("organic")
        self._lists: dict[str, list[int]] = defaultdict(list)
        self._sizes: list[int] = []

    def root(self, topic: str) -> str:
        """Return a sentence that opens a thread."""
        return self._fresh(self.topics[topic]["roots"])

    def answer(self, topic: str) -> str:
        """Return a sentence that answers in a thread of that topic."""
        return self._fresh(self.topics[topic]["replies"])

    def any_root(self) -> str:
        """Return a sentence that opens a thread of any topic."""
        return self.root(self.dice.pick(list(self.topics)))

    def _fresh(self, patterns: list[str]) -> str:
        while True:
            text = self._dress(speak(self.dice, self.dice.pick(patterns)))
            pieces = shingles(text)
            if self._is_new(pieces):
                for piece in pieces:
                    self._lists[piece].append(len(self._sizes))
                self._sizes.append(len(pieces))
                return text

    def _dress(self, text: str) -> str:
        dice = self.dice
        if dice.chance(0.4):
            text = speak(dice, "{opener}") + text
        if dice.chance(0.5):
            end = speak(dice, "{closer}")
            text += end if end[0] in "，。！～[" else "，" + end
        if dice.chance(0.05):
            tag = dice.pick(("{city}", "{hill}", "{sport}", "{when}的{dish}", "{relative}的朋友圈"))
            text = speak(dice, f"#{tag}#") + text
        return text

    def _is_new(self, pieces: set[str]) -> bool:
        shared: Counter[int] = Counter()
        for piece in sorted(pieces):
            shared.update(self._lists.get(piece, ()))
        return all(
            both < _LIMIT * (len(pieces) + self._sizes[other] - both)
            for other, both in shared.items()
        )


def shingles(text: str) -> set[str]:
    """Return the three-character pieces of the letters and digits of a text."""
    own = _NOT_OWN.sub("", text)
    letters = "".join(character for character in own if character.isalnum())
    return {letters[start : start + 3] for start in range(max(1, len(letters) - 2))}


def add_everyday(stage: Stage, talk: Talk, people: list[Account]) -> list[Post]:
    """Add the ordinary threads; returns the posts that open them, in order of time."""
    dice = Dice(stage.seed, "everyday")
    topics = list(talk.topics)
    roots = []
    for _ in range(THREADS):
        topic = dice.pick(topics)
        moment = waking_hours(dice)
        root = stage.post(dice.lean(people), talk.root(topic), moment, "organic", topic=topic)
        root.likes = dice.wide(8)
        roots.append(root)
    replies = [_answer(stage, dice, talk, people, dice.favor(roots)) for _ in range(ANSWERS)]
    short = load_table("crowds")["short"]
    threads = roots + replies[: ANSWERS // 3]
    for _ in range(ONE_WORD_ANSWERS):
        above = dice.favor(threads)
        text = dice.favor(short)
        kind = "repost" if text.startswith("转") else "comment"
        moment = later(dice, above.posted_at)
        stage.reply(dice.pick(people), text, moment, above, "one-word", kind=kind)
    return sorted(roots, key=lambda post: post.posted_at)


def _answer(stage: Stage, dice: Dice, talk: Talk, people: list[Account], root: Post) -> Post:
    account, text = dice.lean(people), talk.answer(root.topic)
    moment = later(dice, root.posted_at)
    if dice.chance(0.15):
        tail = f"//@{root.account.name}:{root.text}"
        return stage.reply(account, text + tail, moment, root, "organic", kind="repost")
    if dice.chance(0.2):
        text = f"回复@{dice.pick(people).name}:{text}"
    reply = stage.reply(account, text, moment, root, "organic", topic=root.topic)
    reply.likes = dice.wide(4)
    return reply
