"""What each character becomes in a fold key, as one table over code points."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TABLE_SIZE = 0x32400
"""Code points above the last ideograph fold to nothing."""

DROPPED = 0
COMPLEX = 0xFFFFFFFF
"""The character must be normalized together with its neighbors, or becomes several."""

IGNORABLE, TRADITIONAL, WIDTH = 1, 2, 3
"""Kinds of change that the fold undoes and counts."""

# Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt), with the soft hyphen
# and the byte order mark; what users call zero-width characters.
_IGNORABLE_RANGES = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
)
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2F7FF), (0x30000, 0x323AF))
_COMPATIBILITY_IDEOGRAPHS = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
_HANGUL = (0xAC00, 0xD7A3)
_SURROGATES = (0xD800, 0xDFFF)
_PRIVATE = (0xE000, 0xF8FF)
_JAMO = range(0x1161, 0x11C3)


class CharacterTable(NamedTuple):
    """Two arrays indexed by code point.

    Attributes:
        target: uint32; the character in the fold key, `DROPPED` or `COMPLEX`.
        change: uint8; 0, or the kind of change that is counted when the character occurs.
    """

    target: npt.NDArray[np.uint32]
    change: npt.NDArray[np.uint8]


@lru_cache(maxsize=1)
def character_table() -> CharacterTable:
    """Return the table: NFKC, lower case, simplified, letters and digits only.

    Example:
        >>> table = character_table()
        >>> chr(table.target[ord("Ａ")]), chr(table.target[ord("水")]), table.target[ord("！")]
        ('a', '水', np.uint32(0))
    """
    target = np.zeros(TABLE_SIZE, dtype=np.uint32)
    change = np.zeros(TABLE_SIZE, dtype=np.uint8)
    for start, stop in (*_IDEOGRAPHS, _HANGUL):
        assigned = [code for code in range(start, stop + 1) if chr(code).isalpha()]
        target[assigned] = assigned
    for code in _others():
        character = chr(code)
        if unicodedata.combining(character) or code in _JAMO:
            target[code] = COMPLEX
        elif character.isalnum() or unicodedata.decomposition(character):
            target[code] = _fold_character(character)
    _simplify(target, change)
    _close(target)
    for code in range(0xFF01, 0xFF5F):
        if target[code]:
            change[code] = WIDTH
    for start, stop in _IGNORABLE_RANGES:
        target[start : stop + 1] = DROPPED
        change[start : stop + 1] = IGNORABLE
    return CharacterTable(target, change)


def _close(target: npt.NDArray[np.uint32]) -> None:
    """Let every character fold to where its own folded form goes, radicals for one."""
    single = np.flatnonzero((target != DROPPED) & (target != COMPLEX))
    while True:
        further = target[target[single]]
        further = np.where(further == COMPLEX, DROPPED, further)
        if (further == target[single]).all():
            return
        target[single] = further


def _others() -> list[int]:
    """Return the code points that are neither plain ideographs, Hangul nor surrogates."""
    blocks = (*_IDEOGRAPHS, _HANGUL, _SURROGATES, _PRIVATE)
    skipped = np.zeros(TABLE_SIZE, dtype=bool)
    for start, stop in blocks:
        skipped[start : stop + 1] = True
    return [int(code) for code in np.flatnonzero(~skipped)]


def _fold_character(character: str) -> int:
    """Return the one character that it folds to, before simplification."""
    normal = character if character.isascii() else unicodedata.normalize("NFKC", character)
    kept = [part for part in normal.lower() if part.isalnum()]
    if len(kept) > 1:
        return COMPLEX
    return ord(kept[0]) if kept else DROPPED


def _simplify(target: npt.NDArray[np.uint32], change: npt.NDArray[np.uint8]) -> None:
    """Map traditional ideographs to simplified ones, one character at a time."""
    from opencc import OpenCC

    blocks = (*_IDEOGRAPHS, *_COMPATIBILITY_IDEOGRAPHS)
    codes = np.concatenate([np.arange(start, stop + 1) for start, stop in blocks])
    codes = codes[target[codes] > 0]
    # a line a character: phrase rules, which would make the key depend on neighbors, cannot match
    before = "\n".join(map(chr, target[codes]))
    after = OpenCC("t2s").convert(before)
    while after != before:
        before, after = after, OpenCC("t2s").convert(after)
    simplified = np.array([ord(line[0]) for line in after.split("\n")], dtype=np.uint32)
    change[codes[simplified != target[codes]]] = TRADITIONAL
    target[codes] = simplified
