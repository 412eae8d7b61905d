"""How a campaign varies its text: each operator makes one post of a message."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping, Sequence

from rumorscan.rehearsal.tables import Message, Tables

Operator = Callable[[random.Random, Message, Tables], str]
"""Makes the text of one post; equal chance, message and tables give equal texts."""

# ranges from which each post draws how far it goes
_SYNONYM_SHARE = (0.3, 0.8)
_HOMOPHONE_SHARE = (0.1, 0.25)  # of all characters, where the table has that many
_TRADITIONAL_SHARE = (0.5, 1.0)  # of those that the table has
_SPLIT_SHARE = (0.3, 0.8)
_LOOK_SHARE = (0.3, 0.9)
_STREWN_SHARE = (0.05, 0.2)  # of the gaps between characters

_SLOT = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_SENTENCE = re.compile(r"[^。！？!?；;…~～\n]+[。！？!?；;…~～\n]*")
_CLAUSE = re.compile(r"[^，,、]+[，,、]*")
_CODE = re.compile(r"(?<=/)[A-Za-z0-9]{4,12}$")
_TOKENS = string.ascii_lowercase + string.digits


def settle(chance: random.Random, message: Message) -> Message:
    """Return the message with every slot filled once, as a campaign does that keeps to it."""
    return Message(message.kind, _fill(chance, message), {})


def expand(chance: random.Random, text: str) -> str:
    """Return a text with one of the wordings of each `{a|b}`.

    Example:
        >>> expand(random.Random(0), "{路过|围观}一下") in {"路过一下", "围观一下"}
        True
    """
    return _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), text)


def verbatim(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message as it is.

    Example:
        >>> verbatim(random.Random(0), Message("advert", "老街新开面馆", {}), None)
        '老街新开面馆'
    """
    del tables
    return _fill(chance, message)


def slots(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with its slots filled anew."""
    del tables
    return _fill(chance, message)


def synonyms(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with some of its words replaced by others of the same meaning."""
    text = _fill(chance, message)
    # the longest word first, so that a part of it does not win
    words = sorted((word for word in tables.synonyms if word in text), key=len, reverse=True)
    if not words:
        return text
    share = chance.uniform(*_SYNONYM_SHARE)

    def replace(match: re.Match[str]) -> str:
        return chance.choice(tables.synonyms[match[0]]) if chance.random() < share else match[0]

    return re.sub("|".join(map(re.escape, words)), replace, text)


def shuffle(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with its sentences in another order; clauses, where there is only one.

    Example:
        >>> text = "汤很浓。面很多。"
        >>> shuffle(random.Random(0), Message("advert", text, {}), None)
        '面很多。汤很浓。'
    """
    del tables
    text = _fill(chance, message)
    pieces = _SENTENCE.findall(text)
    if len(pieces) > 1:
        return "".join(_reorder(chance, pieces))
    # the marks stay where they stand: a text does not begin or end with a comma
    clauses = _CLAUSE.findall(text)
    bodies = [clause.rstrip("，,、。！？!?；;…~～\n") for clause in clauses]
    marks = [clause[len(body) :] for clause, body in zip(clauses, bodies, strict=True)]
    moved = _reorder(chance, bodies)
    return "".join(body + mark for body, mark in zip(moved, marks, strict=True))


def noise(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with one to four kinds of noise around it or in it."""
    text = _fill(chance, message)
    chosen = chance.sample(list(_NOISES), chance.randint(1, 4))
    # in the order of the table: marks go into the message, not into a link behind it
    for name, add in _NOISES.items():
        if name in chosen:
            text = add(chance, text, tables.noise[name])
    return text


def homophones(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with a tenth to a quarter of its characters by others of the sound."""
    text = _fill(chance, message)
    count = round(len(text) * chance.uniform(*_HOMOPHONE_SHARE))
    return _replace(chance, text, tables.substitutes["homophone"], max(1, count))


def traditional(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with half or more of its characters in traditional form."""
    text = _fill(chance, message)
    return _replace_share(chance, text, tables.substitutes["traditional"], _TRADITIONAL_SHARE)


def split(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with some characters written as their parts."""
    text = _fill(chance, message)
    return _replace_share(chance, text, tables.substitutes["split"], _SPLIT_SHARE)


def mixed(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message after two to four of the other ways, one after the other."""
    text = _fill(chance, message)
    chosen = chance.sample(list(_MIXABLE), chance.randint(2, 4))
    # in the order of the table: words must be whole when synonyms are looked for
    for name, vary in _MIXABLE.items():
        if name in chosen:
            text = vary(chance, Message(message.kind, text, {}), tables)
    return text


def _looks(chance: random.Random, message: Message, tables: Tables) -> str:
    """Return the message with letters, emoji and digits by others that read the same."""
    text = _fill(chance, message)
    for name in ("latin", "emoji", "digit"):
        text = _replace_share(chance, text, tables.substitutes[name], _LOOK_SHARE)
    return text


def _fill(chance: random.Random, message: Message) -> str:
    return _SLOT.sub(
        lambda match: chance.choice(message.slots[match[1]]) if match[1] in message.slots else "",
        message.text,
    )


def _reorder(chance: random.Random, pieces: Sequence[str]) -> list[str]:
    """Return the pieces in an order that is not the given one, where there is another."""
    moved = list(pieces)
    for _ in range(8):
        chance.shuffle(moved)
        if moved != list(pieces):
            break
    return moved


def _replace_share(
    chance: random.Random,
    text: str,
    stand_ins: Mapping[str, Sequence[str]],
    share: tuple[float, float],
) -> str:
    """Return the text with that share of what the table has replaced, one at least."""
    places = len(_find(text, stand_ins))
    count = max(1, round(places * chance.uniform(*share))) if places else 0
    return _replace(chance, text, stand_ins, count)


def _replace(
    chance: random.Random, text: str, stand_ins: Mapping[str, Sequence[str]], count: int
) -> str:
    """Return the text with so many characters replaced, or all that the table has."""
    found = _find(text, stand_ins)
    pieces, end = [], 0
    for start in sorted(chance.sample(sorted(found), min(count, len(found)))):
        pieces += [text[end:start], chance.choice(stand_ins[found[start]])]
        end = start + len(found[start])
    return "".join([*pieces, text[end:]])


def _find(text: str, stand_ins: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Return where the table has something to put, the longest word first."""
    words = sorted((word for word in stand_ins if word in text), key=len, reverse=True)
    if not words:
        return {}
    pattern = "|".join(map(re.escape, words))
    return {match.start(): match[0] for match in re.finditer(pattern, text)}


def _strew(chance: random.Random, text: str, marks: Sequence[str]) -> str:
    """Return the text with marks in some of the gaps between its characters, in one at least."""
    share = chance.uniform(*_STREWN_SHARE)
    count = max(1, round(share * (len(text) - 1)))
    gaps = set(chance.sample(range(1, len(text)), min(count, max(0, len(text) - 1))))
    return "".join(
        (chance.choice(marks) if place in gaps else "") + character
        for place, character in enumerate(text)
    )


def _end_with_tail(chance: random.Random, text: str, tails: Sequence[str]) -> str:
    tail = chance.choice(tails)
    if chance.random() < 0.5:
        return text + tail
    return text + tail + "".join(chance.choices(_TOKENS, k=chance.randint(2, 5)))


def _end_with_link(chance: random.Random, text: str, links: Sequence[str]) -> str:
    """Return the text and a link; the code of a short link is often one that was made anew."""
    link = chance.choice(links)
    if chance.random() < 0.5:
        link = _CODE.sub(
            lambda match: "".join(
                chance.choices(string.ascii_letters + string.digits, k=len(match[0]))
            ),
            link,
        )
    return f"{text} {link}"


def _mention(chance: random.Random, text: str, mentions: Sequence[str]) -> str:
    named = " ".join(chance.sample(list(mentions), min(len(mentions), chance.randint(1, 3))))
    return f"{text} {named}" if chance.random() < 0.7 else f"{named} {text}"


def _emote(chance: random.Random, text: str, emoticons: Sequence[str]) -> str:
    shown = "".join(chance.choices(list(emoticons), k=chance.randint(1, 3)))
    return text + shown if chance.random() < 0.7 else shown + text


_NOISES: dict[str, Callable[[random.Random, str, Sequence[str]], str]] = {
    "ignorable": _strew,
    "symbols": _strew,
    "tails": _end_with_tail,
    "links": _end_with_link,
    "mentions": _mention,
    "emoticons": _emote,
}

_MIXABLE: dict[str, Operator] = {
    "synonyms": synonyms,
    "shuffle": shuffle,
    "homophones": homophones,
    "traditional": traditional,
    "split": split,
    "looks": _looks,
    "noise": noise,
}

OPERATORS: dict[str, Operator] = {
    "verbatim": verbatim,
    "slots": slots,
    "synonyms": synonyms,
    "shuffle": shuffle,
    "noise": noise,
    "homophones": homophones,
    "traditional": traditional,
    "split": split,
    "mixed": mixed,
}
"""Every operator by its name, the plainest first."""
