"""The wording of a post: its author's words with what stands between them.

A wording is read as the fold reads a post: links, mentions, the chain and emoji in brackets are
gone and letters are folded. But marks, spaces and emoji stay, for the evasions that use them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.characters import COMPLEX, IGNORABLE, TABLE_SIZE, character_table
from rumorscan.text.components import SUPPLEMENT, parts
from rumorscan.text.stand_ins import ROMAN, stand_ins
from rumorscan.text.structure import (
    AT,
    OPEN,
    SLASH,
    chain_begins,
    emoticon_end,
    link_end,
    mention_end,
    narrow,
)

OTHER, HAN, LETTER, DIGIT, MARK, SPACE, SYMBOL, EMOJI, FOREIGN, NUMERAL, LINE = range(11)
"""Kinds of characters in a wording; a numeral is a Han character as well."""

ASKS, NAMES, COUNTS, LEADS = 1, 2, 3, 4
"""Cues: what asks for a contact, names a messenger, is a financial numeral, ends before a name."""

SIGN = 1 << 10
"""Reason for a closer look: the wording is not what the fold reads."""

MARKS = "，。！？；：、…—“”‘’《》〈〉【】「」『』（）〔〕,!?;:\"'()[]{}<>"
STROKES = "丶丨丿乀乁亅乚ノ丄丅"
"""Strokes that are characters of their own; between others they are put like dots."""
_CONTACT_FIRST = frozenset("加+➕＋添联找")
_CONTACT_THEN = frozenset("vw薇威徽葳微")
_FINANCIAL = frozenset("壹贰叁肆柒捌玖弌弍叄")  # the others are common in words and names
_LEADS = frozenset("信芯号扣鹅机群话线系询服我搜报xqgmtpnd")  # last characters of `readings` cues
_KEYCAP, _SELECTOR = 0x20E3, 0xFE0F
_GONE = 0x3B  # stands in a wording for a link, a mention or an emoji in brackets
_REPLY = np.uint64((ord("回") << 32) | ord("复"))
_NEWLINE = 0x0A


class WordingTables(NamedTuple):
    """Arrays indexed by code point.

    Attributes:
        written: uint32; what a character is in a wording.
        kind: uint8; the kind of a character of a wording.
        restored: uint8; 0, or the kind that normalization brings a sign back to.
        starts: bool; whether a split character may begin with it.
        cues: uint8; 0 or the cue that it is.
    """

    written: npt.NDArray[np.uint32]
    kind: npt.NDArray[np.uint8]
    restored: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.bool_]
    cues: npt.NDArray[np.uint8]


@lru_cache(maxsize=1)
def wording_tables() -> WordingTables:
    """Return the tables.

    Example:
        >>> chr(wording_tables().written[ord("❸")])
        '3'
    """
    target = character_table().target
    everything = np.arange(TABLE_SIZE, dtype=np.uint32)
    written = np.where((target == 0) | (target == COMPLEX), everything, target)
    wide = np.arange(0xFF01, 0xFF5F)
    written[wide] = np.where(target[wide] == 0, wide - 0xFEE0, target[wide])
    restored = np.zeros(TABLE_SIZE, dtype=np.uint8)
    is_digit = (target >= ord("0")) & (target <= ord("9"))
    is_letter = (target >= ord("a")) & (target <= ord("z"))
    for low, high in ((0x24B6, 0x24EA), (0x1D400, 0x1D800), (0x1F110, 0x1F170)):
        restored[low:high][is_letter[low:high]] = LETTER
    beyond = (everything >= 0x80) & ((everything < 0xFF00) | (everything > 0xFFEF))
    restored[is_digit & beyond] = DIGIT
    squared = ((everything >= 0x1F210) & (everything < 0x1F260)) | (
        (everything >= 0x3297) & (everything <= 0x3299)
    )
    restored[squared & (target >= 0x3400) & (target != COMPLEX)] = EMOJI
    tables = stand_ins()
    for sign, digit in tables.digits.items():
        written[ord(sign)] = ord(digit)
        restored[ord(sign)] = NUMERAL
    for sign, radical in SUPPLEMENT.items():
        written[ord(sign)] = ord(radical)
    for sign in (*tables.letters, *ROMAN):
        written[ord(sign)] = ord(sign)
    starts = np.zeros(TABLE_SIZE, dtype=np.bool_)
    starts[(parts().pairs >> np.uint64(32)).astype(np.int64)] = True
    cues = np.zeros(TABLE_SIZE, dtype=np.uint8)
    for cue, signs in enumerate((_CONTACT_FIRST, _CONTACT_THEN, _FINANCIAL, _LEADS), start=1):
        cues[[ord(sign) for sign in signs]] = cue
    return WordingTables(written, _kinds(target), restored, starts, cues)


def _kinds(target: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Return the kind of each character of a wording."""
    tables = stand_ins()
    kind = np.full(TABLE_SIZE, OTHER, dtype=np.uint8)
    kind[target == 0] = SYMBOL
    for low, high in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, TABLE_SIZE)):
        kind[low:high] = HAN
    kind[0x30:0x3A] = DIGIT
    kind[ord("a") : ord("z") + 1] = LETTER
    for sign in MARKS:
        kind[ord(sign)] = MARK
    kind[[0x09, 0x20, 0xA0, 0x3000]] = SPACE
    kind[0x2000:0x200B] = SPACE
    kind[_NEWLINE] = LINE
    for sign in tables.emoji:
        kind[ord(sign)] = EMOJI
    for sign in tables.letters:
        kind[ord(sign)] = FOREIGN
    for sign in (*ROMAN, *tables.numerals, *"零一二三四五六七八九拐洞勾钩"):
        kind[ord(sign)] = NUMERAL
    for sign in STROKES:
        kind[ord(sign)] = SYMBOL
    return kind


@compiled
def read_wording(
    raw: npt.NDArray[np.uint32],
    stop: int,
    target: npt.NDArray[np.uint32],
    change: npt.NDArray[np.uint8],
    written: npt.NDArray[np.uint32],
    restored: npt.NDArray[np.uint8],
    text: npt.NDArray[np.uint32],
    reasons: npt.NDArray[np.uint16],
    counts: npt.NDArray[np.uint16],
    row: int,
) -> int:
    """Write one wording and count what normalization undoes; return its length."""
    length = 0
    letters, opening = 0, np.uint64(0)  # how many the key has so far, and the last two
    position = int(np.int64(0))
    was_digit = False  # a sign for a digit counts beside another digit only
    waiting = 0
    while position < stop:
        code = raw[position]
        sign = narrow(code)
        if sign == SLASH and chain_begins(raw, position, stop):
            break
        end = position
        if sign == AT:
            end = mention_end(raw, position, stop, target)
            if letters == 2 and opening == _REPLY:
                length, letters, opening = 0, 0, np.uint64(0)
        elif sign == OPEN:
            end = emoticon_end(raw, position, stop)
        elif sign < 0x7F:
            end = link_end(raw, position, stop)
            # only t.cn/ is a link without a scheme or www in front
            if end > position and narrow(raw[position + 1]) == 0x2E:
                counts[0, row] = min(counts[0, row] + 1, 65_535)
        if end > position:
            position = end
            text[length] = _GONE
            length += 1
            was_digit, waiting = False, 0
            continue
        position += 1
        if code >= TABLE_SIZE or change[code] == IGNORABLE or code == _SELECTOR:
            continue
        if code == _KEYCAP:
            counts[2, row] = min(counts[2, row] + was_digit, 65_535)
            continue
        made = restored[code]
        if made == LETTER:
            counts[1, row] = min(counts[1, row] + 1, 65_535)
        elif made == EMOJI:
            counts[3, row] = min(counts[3, row] + 1, 65_535)
        plain = written[code]
        is_digit = np.uint32(0x30) <= plain <= np.uint32(0x39)
        if made == NUMERAL:
            reasons[row] |= SIGN
        if is_digit and made in (DIGIT, NUMERAL):
            if was_digit:
                counts[2, row] = min(counts[2, row] + 1 + waiting, 65_535)
                waiting = 0
            else:
                waiting = 1
        elif is_digit:
            counts[2, row] = min(counts[2, row] + waiting, 65_535)
            waiting = 0
        else:
            waiting = 0
        was_digit = is_digit
        text[length] = plain
        length += 1
        if target[code] != 0:
            letters += 1
            opening = (opening << np.uint64(32)) | np.uint64(target[code])
    return length
