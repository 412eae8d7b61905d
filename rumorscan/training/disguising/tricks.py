"""The tricks of evaders: each changes a draft of a post in its own way.

Augmentation plays them with one half of the tables and measuring with the other. What is not the
author's words (links, mentions, emoji in brackets, earlier posts after `//@`) stays as it is,
and so do negations and numbers: a disguised post says what it said.
"""

from __future__ import annotations

import itertools
import random
import re
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rumorscan.text.contradiction import GUARDED
from rumorscan.text.tokens import tokenize
from rumorscan.training.disguising.substitutes import Substitutes, Table, half_of

Trick = Callable[[random.Random, "Draft", Substitutes, float], None]
"""Changes a draft; the number says to what share of its characters, at most."""

MOST_REPLACED = 0.25
"""No more of a post's characters are replaced, dropped or doubled, or a person cannot read it."""

LEAST_LENGTH = 4
"""Shorter posts stay as they are: one character would be more than `MOST_REPLACED`."""

_CHAIN = re.compile(r"//\s?@.*", re.S)
_KEPT = re.compile(r"https?://[!-~]+|@[\w-]{1,30}[:：]?|\[[^\[\]\s]{1,8}\]")
_STOPS = frozenset("。！？!?；;\n")
_COMMAS = frozenset("，,、：: ")
_OPENING, _CLOSING = "【《“(（「", "】》”)）」"
_ENDS = _STOPS | _COMMAS | frozenset(_CLOSING)
# what a part of a post must not lack, or what is left says something else
_JUDGES = GUARDED | frozenset("谣假真实伪辟澄讹误骗")
_NEAR = 2  # characters from a cut to the next judging one
_LONGEST_WORD = 4
_CUT_FACTOR = 2.0  # nothing is hidden by a cut: it may be longer than what is replaced
_SLIP_FACTOR = 0.5  # a dropped character hides more than a replaced one
_TOKENS = string.ascii_lowercase + string.digits


@dataclass(slots=True)
class Draft:
    """A post in the making.

    Attributes:
        cells: its characters; a trick makes a cell longer, or empty.
        own: which cells are the author's words.
        free: which of those no trick has changed yet.
        budget: how many more characters may be replaced.
        rest: the chain of earlier posts.
    """

    cells: list[str]
    own: list[bool]
    free: list[bool]
    budget: int
    rest: str

    @classmethod
    def of(cls, text: str) -> Draft:
        """Return the draft of a post.

        Example:
            >>> draft = Draft.of("水厂停水[泪]//@某人:真的？")
            >>> draft.own, draft.budget, draft.rest
            ([True, True, True, True, False, False, False], 1, '//@某人:真的？')
        """
        chain = _CHAIN.search(text)
        head = text[: chain.start()] if chain else text
        own = [True] * len(head)
        for found in _KEPT.finditer(head):
            own[found.start() : found.end()] = [False] * len(found[0])
        return cls(list(head), own, own.copy(), int(sum(own) * MOST_REPLACED), text[len(head) :])

    @property
    def text(self) -> str:
        """The post as it stands."""
        return "".join(self.cells) + self.rest

    @property
    def untouched(self) -> str:
        """The post as it was, a character a cell; a blank for what may no longer be changed."""
        return "".join(
            cell if free else "\0" for cell, free in zip(self.cells, self.free, strict=True)
        )

    def count(self, share: float) -> int:
        """Return how many characters a share is: one at least, and no more than the budget."""
        return min(self.budget, max(1, round(share * sum(self.own))))

    def put(self, start: int, end: int, stand_in: str) -> None:
        """Let something stand for the cells from start to end."""
        self.cells[start:end] = [stand_in] + [""] * (end - start - 1)
        self.free[start:end] = [False] * (end - start)
        self.budget -= end - start

    def take(self, places: Sequence[int]) -> None:
        """Keep the cells at some places, in that order."""
        self.cells = [self.cells[place] for place in places]
        self.own = [self.own[place] for place in places]
        self.free = [self.free[place] for place in places]


def play(text: str, names: Sequence[str], tables: Substitutes, share: float, key: str) -> str:
    """Return a post after some tricks.

    Args:
        text: the post.
        names: keys of `TRICKS`; played in the order of that table.
        tables: what stands for what.
        share: of its characters that are replaced, by all tricks together.
        key: decides every chance; equal keys give equal texts.

    Example:
        >>> from rumorscan.training.disguising.substitutes import LEARNING, substitutes
        >>> play("城东水厂停水三天", ["tail"], substitutes(LEARNING), 0.2, "1")[:8]
        '城东水厂停水三天'
    """
    draft = Draft.of(text)
    if sum(draft.own) < LEAST_LENGTH:
        return text
    chance = random.Random(key)  # noqa: S311  # a draw that repeats, no secret
    each = share / max(1, sum(name in REPLACING for name in names))
    for name, trick in TRICKS.items():
        if name in names:
            trick(chance, draft, tables, each if name in REPLACING else share)
    return draft.text


def _reorder(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Move one sentence, or one clause where there is only one; the marks stay in their places."""
    del tables, share
    for marks in (_STOPS, _STOPS | _COMMAS):
        bodies, between = _pieces(draft, marks)
        if len(bodies) > 1:
            break
    else:
        return
    place = chance.randrange(len(bodies))
    body = bodies.pop(place)
    bodies.insert(chance.choice([at for at in range(len(bodies) + 1) if at != place]), body)
    draft.take(
        [place for pair in zip(bodies, between, strict=True) for part in pair for place in part]
    )


def _pieces(draft: Draft, marks: frozenset[str]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the places of the pieces between marks, and those of the marks behind each."""
    bodies: list[list[int]] = [[]]
    between: list[list[int]] = [[]]
    depth = 0
    for place, cell in enumerate(draft.cells):
        depth = max(0, depth + (cell in _OPENING) - (cell in _CLOSING))
        if depth == 0 and cell in marks and draft.own[place] and not _is_in_number(draft, place):
            between[-1].append(place)
            continue
        if between[-1] and bodies[-1]:
            bodies.append([])
            between.append([])
        bodies[-1].append(place)
    return bodies, between


def _is_in_number(draft: Draft, place: int) -> bool:
    around = draft.cells[max(0, place - 1) : place + 2 : 2]
    return len(around) == 2 and all(cell.isdigit() for cell in around)


def _cut(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Leave out the beginning or the end, as who quotes a part; between clauses where it can."""
    del tables
    count = len(draft.cells)
    most = int(count * share * _CUT_FACTOR)
    for from_end in chance.sample((False, True), 2):
        order = range(count - 1, -1, -1) if from_end else range(count)
        cells = [draft.cells[place] for place in order]
        free = next((at for at, cell in enumerate(cells) if _judges(cell)), count)
        limit = min(most, free if free == count else free - _NEAR)
        places = [
            at
            for at in range(1, limit + 1)
            if draft.own[order[at]] and draft.own[order[at - 1]] and not _judges(cells[at])
        ]
        between = [at for at in places if cells[at if from_end else at - 1] in _ENDS]
        if places:
            at = chance.choice(between or places)
            draft.take(range(count - at) if from_end else range(at, count))
            return


def _judges(cell: str) -> bool:
    return cell in _JUDGES or cell.isdigit()


def _initials(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Write words by the first letters of their syllables, or one character by its syllable."""
    if chance.random() < 0.5:
        _replace(chance, draft, tables.spellings, share)
        return
    found, start = [], 0
    for word in tokenize(draft.untouched):
        end = start + len(word)
        if 1 < len(word) <= _LONGEST_WORD:
            found.append((start, end, tables.initials(word)))
        start = end
    _put_words(chance, draft, [one for one in found if one[2]], share)


def _picture(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Put emoji in place of words, the longest first, so that a part of one does not win."""
    text = draft.untouched
    words = sorted((word for word in tables.emoji if word in text), key=len, reverse=True)
    if not words:
        return
    found = [
        (match.start(), match.end(), chance.choice(tables.emoji[match[0]]))
        for match in re.finditer("|".join(map(re.escape, words)), text)
    ]
    _put_words(chance, draft, found, share)


def _put_words(
    chance: random.Random, draft: Draft, found: list[tuple[int, int, str]], share: float
) -> None:
    """Replace words until the share is reached; the first may be longer than the share."""
    left = draft.count(share)
    for number, (start, end, stand_in) in enumerate(chance.sample(found, len(found))):
        if end - start <= (draft.budget if number == 0 else left):
            draft.put(start, end, stand_in)
            left -= end - start


def _replace(chance: random.Random, draft: Draft, table: Table, share: float) -> None:
    places = [at for at, cell in enumerate(draft.cells) if draft.free[at] and cell in table]
    for place in chance.sample(places, min(draft.count(share), len(places))):
        draft.put(place, place + 1, chance.choice(table[draft.cells[place]]))


def _slip(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Drop or double characters of this half."""
    places = [
        place
        for place, cell in enumerate(draft.cells)
        if draft.free[place]
        and "\u4e00" <= cell <= "\u9fff"
        and cell not in GUARDED
        and half_of(cell) == tables.half
    ]
    count = draft.count(share * _SLIP_FACTOR)
    for place in chance.sample(places, min(count, len(places))):
        draft.put(place, place + 1, chance.choice(("", draft.cells[place] * 2)))


def _strew(chance: random.Random, draft: Draft, marks: Sequence[str], share: float) -> None:
    """Put marks between characters; never within a number or a Latin word."""
    shown = [place for place, cell in enumerate(draft.cells) if cell]
    gaps = [
        place
        for before, place in itertools.pairwise(shown)
        if draft.own[before] and draft.own[place]
        if draft.cells[before][-1] > "\u2fff" and draft.cells[place][0] > "\u2fff"
    ]
    for place in chance.sample(gaps, min(len(gaps), max(1, round(share * len(gaps))))):
        draft.cells[place] = chance.choice(marks) + draft.cells[place]
        draft.free[place] = False


def _end(chance: random.Random, draft: Draft, tables: Substitutes, share: float) -> None:
    """Put idle words or random letters at the end."""
    del share
    tail = ""
    while not tail or half_of(tail) != tables.half:
        tail = "".join(chance.choices(_TOKENS, k=chance.randint(4, 7)))
    tail = chance.choice((tail, chance.choice(tables.tails)))
    draft.cells.append(chance.choice((" ", "，", "。")) + tail)
    draft.own.append(False)
    draft.free.append(False)


def _by(name: str) -> Trick:
    """Return the trick that replaces characters by one of the tables."""
    return lambda chance, draft, tables, share: _replace(
        chance, draft, getattr(tables, name), share
    )


TRICKS: dict[str, Trick] = {
    # words must be whole and characters plain when they are looked for
    "reordered": _reorder,
    "cut": _cut,
    "pinyin": _initials,
    "emoji": _picture,
    "split": _by("splits"),
    "shape": _by("shapes"),
    "homophone": _by("homophones"),
    "look-alike": _by("looks"),
    "traditional": _by("traditional"),
    "slip": _slip,
    "symbol": lambda chance, draft, tables, share: _strew(chance, draft, tables.symbols, share),
    "ignorable": lambda chance, draft, tables, share: _strew(
        chance, draft, tables.ignorables, share
    ),
    "tail": _end,
}
"""Every trick by its name, in the order in which they are played."""

REPLACING = frozenset(
    ("pinyin", "emoji", "split", "shape", "homophone", "look-alike", "traditional", "slip")
)
"""Tricks that share one part of a post's characters among them."""
