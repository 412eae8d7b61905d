"""Sentences from tables: `{word}` takes from a list, `{a|b}` chooses, `{2~9}` is a number."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from sample.dice import Dice

_SLOT = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)~(\d+)")


def load_table(name: str) -> dict[str, Any]:
    """Return a table of this folder; a text of several lines becomes the list of its lines."""
    path = Path(__file__).with_name(f"{name}.toml")
    return _lines(tomllib.loads(path.read_text(encoding="utf-8")))


def _lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lines(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lines(item) for item in value]
    if isinstance(value, str) and value.endswith("\n"):
        return [line for line in value.split("\n") if line]
    return value


WORDS: dict[str, list[str]] = load_table("words") | load_table("campaigns")["slots"]


def speak(dice: Dice, pattern: str, *, steady: float = 0.0, **given: str) -> str:
    """Return the pattern with every slot filled, inner slots first.

    Args:
        dice: the stream that chooses.
        pattern: text with slots.
        steady: share of choices that fall on the first alternative at once, so that sentences
            of one pattern stay alike.
        given: words for slots that are not left to chance.
    """

    def fill(match: re.Match[str]) -> str:
        slot = match[1]
        if slot in given:
            return given[slot]
        if "|" in slot:
            choices = slot.split("|")
            return choices[0] if dice.chance(steady) else dice.pick(choices)
        if bounds := _RANGE.fullmatch(slot):
            return str(dice.between(int(bounds[1]), int(bounds[2])))
        return dice.favor(WORDS[slot]) if steady else dice.pick(WORDS[slot])

    while "{" in pattern:
        pattern = _SLOT.sub(fill, pattern)
    return pattern
