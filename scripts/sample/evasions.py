"""How spam hides from filters: what a reader still reads and a plain match does not."""

from __future__ import annotations

from sample.dice import Dice
from sample.phrases import load_table

_STAND_INS: dict[str, dict[str, str]] = load_table("campaigns")["stand_ins"]
_IGNORABLE = ("\u200b", "\u200c", "\u2060", "\ufeff")
_SYMBOLS = tuple("·.*~-_^|`")
_WIDE = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"}
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def disguise(dice: Dice, text: str, tails: list[str]) -> str:
    """Return a text with two to four of the evasions applied, and often a random tail."""
    for evade in dice.take((_swap_looks, _swap_sounds, _traditional), 1 + dice.below(2)):
        text = evade(dice, text)
    if dice.chance(0.5):
        text = text.translate(_WIDE)
    marks = dice.take((_IGNORABLE, _SYMBOLS, _IGNORABLE), dice.below(3))
    for choice in marks:
        text = _insert(dice, text, choice)
    if dice.chance(0.7):
        text += dice.pick(("，", " ", "～")) + dice.pick(tails)
    if dice.chance(0.4):
        text += " " + "".join(dice.pick(_LETTERS) for _ in range(dice.between(2, 4)))
    return text


def _swap_looks(dice: Dice, text: str) -> str:
    return _swap(dice, text, _STAND_INS["looks"], dice.between(1, 2))


def _swap_sounds(dice: Dice, text: str) -> str:
    # one in six exaggerates, and hardly matches its siblings any more
    return _swap(dice, text, _STAND_INS["sounds"], 12 if dice.chance(0.16) else dice.between(1, 2))


def _traditional(dice: Dice, text: str) -> str:
    return _swap(dice, text, _STAND_INS["traditional"], len(text) if dice.chance(0.5) else 6)


def _swap(dice: Dice, text: str, stand_ins: dict[str, str], count: int) -> str:
    characters = list(text)
    places = [place for place, character in enumerate(characters) if character in stand_ins]
    for place in dice.take(places, count):
        characters[place] = stand_ins[characters[place]]
    return "".join(characters)


def _insert(dice: Dice, text: str, marks: tuple[str, ...]) -> str:
    pieces = []
    for character in text:
        pieces.append(character)
        if dice.chance(0.12):
            pieces.append(dice.pick(marks))
    return "".join(pieces)
