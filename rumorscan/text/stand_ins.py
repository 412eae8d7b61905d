"""The tables of stand-ins: look-alike letters, signs for digits, numerals and emoji."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("stand_ins.txt")

ROMAN = {chr(0x2160 + place): str(place + 1) for place in range(9)} | {
    chr(0x2170 + place): str(place + 1) for place in range(9)
}
"""Roman numerals that are one sign; they stand for digits only among digits."""

CHINESE_DIGITS = {character: str(place) for place, character in enumerate("零一二三四五六七八九")}
"""Plain numerals; they stand for digits only in numbers to be dialed or typed."""


class StandIns(NamedTuple):
    """What each sign stands for.

    Attributes:
        letters: a foreign letter and the Latin one that it looks like.
        digits: a sign and its digit.
        numerals: a financial numeral or its like and the plain Chinese one.
        emoji: an emoji, without a variation selector, and its readings, the likeliest first.
    """

    letters: dict[str, str]
    digits: dict[str, str]
    numerals: dict[str, str]
    emoji: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def stand_ins() -> StandIns:
    """Return the tables.

    Example:
        >>> tables = stand_ins()
        >>> tables.letters["с"], tables.digits["❸"], tables.numerals["叁"], tables.emoji["🐢"]
        ('c', '3', '三', ('龟', '归'))
    """
    sections: dict[str, list[list[str]]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            rows.append(line.split())
    return StandIns(
        _invert(sections["letters"]),
        _invert(sections["digits"]),
        _invert(sections["numerals"]),
        {emoji: tuple(readings) for emoji, *readings in sections["emoji"]},
    )


def _invert(rows: list[list[str]]) -> dict[str, str]:
    return {sign: plain for plain, signs in rows for sign in signs}
