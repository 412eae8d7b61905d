"""Emoji in place of words, by sense or by sound, and what they are read as."""

from __future__ import annotations

import re
from itertools import product

from rumorscan.text.routes import Routes
from rumorscan.text.stand_ins import stand_ins

_TABLES = stand_ins()
_REACH = 5
_JOINS, _HINTS, _EVEN = 3.0, 4.0, 0.01
_MOST_PICTURES = 3
_DOCTOR = re.compile("[👨👩🧑][🏻-🏿]?⚕")
_MANY_OBJECTS = 3
# emoji that decorate far oftener than they stand for a word; faces besides
_ORNAMENTS = frozenset(
    "❤💗💓💖💕💙💛💚💜🖤♥👍👌👏🙏💪🌹🌸🌺🌼🌷🌻✨⭐🌟🎉🔥💯👇👆👉👈➡⬇⬆🔝🌈☀🌞🍀🤝🎵🎶❗💥✅"
)
_FACES_FROM, _FACES_TO = "\U0001f600", "\U0001f64f"
# what stands beside an emoji that is a word by itself, before and after it
_FRAMES = {
    "钱": (frozenset("没有赚给退骗花要交领送挣省收出付还拿借少多"), frozenset()),
    "加": (frozenset(), frozenset("我微薇威群扣")),
}


def read_emoji(text: str, routes: Routes) -> tuple[str, int]:
    """Return the wording with emoji in place of words read, and how many.

    An emoji is read where it completes a word with its neighbors; where one is, or where three
    different ones that are no ornaments stand within sentences, the others are read as well.

    Example:
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> routes = Routes(load_lexicon())
        >>> read_emoji("🐴上停水", routes), read_emoji("今天开心🐴走吧", routes)
        (('马上停水', 1), ('今天开心🐴走吧', 0))
    """
    if not any(sign in _TABLES.emoji for sign in text):
        return text, 0
    text = _DOCTOR.sub("⚕", text)
    is_proved = _is_written_in(text, routes)
    text, count = _read_pictures(text, routes, is_proved=is_proved)
    if count and not is_proved:
        text, more = _read_pictures(text, routes, is_proved=True)
        count += more
    return text, count


def _is_written_in(text: str, routes: Routes) -> bool:
    """Tell whether several emoji together show that they stand for words."""
    objects: set[str] = set()
    hints, inner = 0.0, 0
    for place, end in _pictures(text):
        before, after = _around(text, place, -1), _around(text, end - 1, 1)
        if end - place > 1 or not (before or after) or _is_ornament(text[place]):
            continue
        if _is_said(text[place:end], before, after) or not any(map(_is_han, text[end:])):
            continue
        inner += bool(before and after and text[place] not in objects)
        if text[place] not in objects:
            objects.add(text[place])
            hints += _choose(before, _readings(text[place:end]), after, routes)[1]
    return inner >= 2 and (len(objects) >= _MANY_OBJECTS or hints >= _HINTS)


def _is_said(signs: str, before: str, after: str) -> bool:
    """Tell whether the word for an emoji stands beside it: 🍎苹果."""
    said = [word for sign in signs for word in _TABLES.emoji[sign]]
    return any(before.endswith(word) or after.startswith(word) for word in said)


def _pictures(text: str) -> list[tuple[int, int]]:
    """Return where emoji stand, neighbors together, at most three."""
    pictures = _TABLES.emoji
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(text):
        end = place
        while end < len(text) and text[end] in pictures and end - place < _MOST_PICTURES:
            end += 1
        if end > place:
            found.append((place, end))
        place = max(end, place + 1)
    return found


def _is_ornament(sign: str) -> bool:
    return sign in _ORNAMENTS or _FACES_FROM <= sign <= _FACES_TO


def _readings(signs: str) -> list[tuple[str, ...]]:
    return list(product(*(_TABLES.emoji[sign] for sign in signs)))


def _read_pictures(text: str, routes: Routes, *, is_proved: bool) -> tuple[str, int]:
    count = 0
    for place, end in reversed(_pictures(text)):
        signs = text[place:end]
        before, after = _around(text, place, -1), _around(text, end - 1, 1)
        is_last = not any(map(_is_han, text[end:]))
        if (not before and not after) or len(set(signs)) < len(signs):  # repeated, it decorates
            continue
        if (is_last and len(signs) > 1) or _is_said(signs, before, after):
            continue
        chosen, gain = _choose(before, _readings(signs), after, routes)
        if gain < _JOINS and not (is_proved and not any(map(_is_ornament, signs))):
            continue
        if gain < _JOINS and len(signs) > 1 and not (before and after):
            continue
        text = text[:place] + chosen + text[end:]
        count += end - place
    return text, count


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _around(text: str, place: int, step: int) -> str:
    """Return the Han characters on one side of a place, at most a few, in order."""
    end = place + step
    while 0 <= end < len(text) and abs(end - place) <= _REACH and _is_han(text[end]):
        end += step
    return text[place + 1 : end] if step > 0 else text[end + 1 : place]


def _choose(
    before: str, readings: list[tuple[str, ...]], after: str, routes: Routes
) -> tuple[str, float]:
    """Return the reading that suits its neighbors best, and what the dictionary gains by it.

    The gain is 0 where no word of the dictionary reaches over the edge of the reading.
    """
    likeliest = "".join(readings[0])
    framed = _FRAMES.get(likeliest)
    if framed and (before[-1:] in framed[0] or after[:1] in framed[1]):
        return likeliest, _JOINS
    apart = routes.score(f"{before} {after}")
    best, chosen = 0.0, likeliest
    for reading in readings:
        word = "".join(reading)
        gain = routes.score(before + word + after) - apart - sum(map(routes.score, reading))
        if gain > best + _EVEN:  # less is rounding
            best, chosen = gain, word
    return chosen, best
