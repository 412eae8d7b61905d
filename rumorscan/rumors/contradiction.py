"""Whether a passage contradicts the claim that it resembles: another number, or a negation.

Two statements that share nearly all their wording may still say opposite things: `停水三天`
and `停水五天`, `可以预防` and `不能预防`. The loops here look at fold keys.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

Codes = npt.NDArray[np.uint32]

MAXIMUM_NUMBERS = 32
"""Numbers that are compared in one passage; later ones are not looked at."""

NUMBER, UNIT, BEFORE = 0, 1, 2
"""Columns of a table of numbers: its value, the character after it and the one before."""

_DIGITS = "零一二三四五六七八九"
_MULTIPLIERS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
# a numeral without one of these after it is mostly part of a word: 四川, 万一, 十分
_MEASURES = (
    "天日月年号点时分秒周岁人名个位只条家户例起次倍度元块角斤克吨公里米层楼栋辆架艘台套件"
    "种类项级届期集部张封份支瓶袋盒片粒滴口步班批股杯碗成折代世小座间所区环死伤"
)
_MEASURES_OF_ONE = "人名天年月日岁次元度例死小号"

_NEGATIONS = "不没无未非勿别否莫"
# what a negation stands in without negating the statement; the first character is the negation
_HARMLESS = """
    不仅 不但 不只 不光 不止 不少 不断 不同 不久 不过 不料 不如 不管 不论 不明 不幸 不慎 不良 不满
    不堪 不惜 不禁 不知 不安 不适 不锈 不法 不顾 没想 无数 无论 无症 无锡 无人 无线 无良 无辜 无比
    无意 未来 未成 未婚 非常 非法 非典 非洲 别人 别墅 别的 否则 莫名 莫非 莫斯
"""
# words that hold a negation as their second character
_HARMLESS_BEFORE = "特别 级别 性别 区别 分别 个别 识别 类别 告别 离别 差别 是否 能否 可否 会否 除非"

_LIMIT = 0x10000


def _pair_table(words: str) -> npt.NDArray[np.int64]:
    pairs = [(ord(word[0]) << 21) | ord(word[1]) for word in words.split()]
    return np.sort(np.array(pairs, dtype=np.int64))


def _numeral_table() -> npt.NDArray[np.int64]:
    """Return by code point: 0 no numeral, 1 to 10 a digit plus 1, above a multiplier plus 1."""
    table = np.zeros(_LIMIT, dtype=np.int64)
    for value, character in enumerate(_DIGITS):
        table[ord(character)] = value + 1
    table[ord("〇")] = 1
    table[ord("两")] = 3
    for value in range(10):
        table[ord("0") + value] = value + 1
    for character, value in _MULTIPLIERS.items():
        table[ord(character)] = value + 1
    return table


def _set_table(characters: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(_LIMIT, dtype=np.bool_)
    table[[ord(character) for character in characters]] = True
    return table


def _digit_table() -> npt.NDArray[np.uint32]:
    """Return by code point: the Arabic digit of a Chinese one, other characters unchanged."""
    table = np.arange(_LIMIT, dtype=np.uint32)
    for value, character in enumerate(_DIGITS):
        table[ord(character)] = ord("0") + value
    table[ord("〇")] = ord("0")
    table[ord("两")] = ord("2")
    return table


DIGITS = _digit_table()
NUMERALS = _numeral_table()
MEASURES = _set_table(_MEASURES)
MEASURES_OF_ONE = _set_table(_MEASURES_OF_ONE)
NEGATIONS = _set_table(_NEGATIONS)
HARMLESS = _pair_table(_HARMLESS)
HARMLESS_BEFORE = _pair_table(_HARMLESS_BEFORE)


@compiled
def _low(code: np.uint32) -> int:
    return int(code) if code < _LIMIT else 0


@compiled
def _has_pair(table: npt.NDArray[np.int64], first: np.uint32, second: np.uint32) -> bool:
    wanted = (np.int64(first) << 21) | np.int64(second)
    place = np.searchsorted(table, wanted)
    return bool(place < len(table) and table[place] == wanted)


@compiled
def find_numbers(codes: Codes, bounds: tuple[int, int], tables: Any, into: Any) -> int:
    """Write the numbers of a passage into a table and return how many there are.

    Arabic digits always are a number; Chinese numerals are one where a measure word follows.
    A number that the passage's edge cuts in two is read whole.

    Args:
        codes: a text's fold key.
        bounds: first position of the passage, and the one after its last.
        tables: `NUMERALS`, `MEASURES` and `MEASURES_OF_ONE`.
        into: int64, shape (MAXIMUM_NUMBERS, 3), columns `NUMBER`, `UNIT`, `BEFORE`.
    """
    numerals, measures, measures_of_one = tables
    start, stop = bounds
    while (
        start > 0
        and start < len(codes)
        and numerals[_low(codes[start])] > 0
        and (numerals[_low(codes[start - 1])] > 0)
    ):
        start -= 1
    count = 0
    position = start
    while position < stop and count < MAXIMUM_NUMBERS:
        if numerals[_low(codes[position])] == 0:
            position += 1
            continue
        end = position
        is_arabic = False
        total, section, current = np.int64(0), np.int64(0), np.int64(-1)
        while end < len(codes) and numerals[_low(codes[end])] > 0:
            value = numerals[_low(codes[end])] - 1
            is_arabic = is_arabic or codes[end] < 0x80
            if value < 10:
                current = value if current < 0 else current * 10 + value
            elif value < 10_000:
                section += value * (1 if current < 0 else current)
                current = np.int64(-1)
            else:
                section += 0 if current < 0 else current
                total += value * (1 if section == 0 else section)
                section, current = np.int64(0), np.int64(-1)
            end += 1
        number = total + section + (0 if current < 0 else current)
        after = _low(codes[end]) if end < len(codes) else 0
        fits = measures[after]
        if number == 1:
            fits = measures_of_one[after]
        if is_arabic or fits:
            into[count, NUMBER] = number
            into[count, UNIT] = after
            into[count, BEFORE] = _low(codes[position - 1]) if position > 0 else 0
            count += 1
        position = end
    return count


@compiled
def numbers_differ(claim: Any, claim_count: int, passage: Any, passage_count: int) -> bool:
    """Tell whether a passage gives another number where the claim gives one.

    A number that is only left out contradicts nothing. Two numbers of the same unit in
    reverse order do: `75度比95度好` is not `95度比75度好`.
    """
    last = -1
    last_unit = -1
    for i in range(claim_count):
        place = -1
        for j in range(passage_count):
            if passage[j, NUMBER] == claim[i, NUMBER]:
                place = j
                break
        if place >= 0:
            if claim[i, UNIT] == last_unit and place < last:
                return True
            last, last_unit = place, claim[i, UNIT]
            continue
        for j in range(passage_count):
            is_claimed = False
            for k in range(claim_count):
                is_claimed = is_claimed or claim[k, NUMBER] == passage[j, NUMBER]
            if is_claimed:
                continue
            same_unit = claim[i, UNIT] != 0 and claim[i, UNIT] == passage[j, UNIT]
            same_before = claim[i, BEFORE] != 0 and claim[i, BEFORE] == passage[j, BEFORE]
            if same_unit or same_before:
                return True
    return False


@compiled
def is_negation(codes: Codes, position: int, tables: Any) -> bool:
    """Tell whether the character at a position negates, `不仅`, `特别` and `是不是` excepted.

    Args:
        codes: a text's fold key.
        position: in the key.
        tables: `NEGATIONS`, `HARMLESS` and `HARMLESS_BEFORE`.
    """
    negations, harmless, harmless_before = tables
    code = codes[position]
    if not negations[_low(code)]:
        return False
    has_next = position + 1 < len(codes)
    if has_next and _has_pair(harmless, code, codes[position + 1]):
        return False
    if position > 0:
        before = codes[position - 1]
        if _has_pair(harmless_before, before, code):
            return False
        if has_next and before == codes[position + 1]:
            return False
    return True


@compiled
def negates(text: Codes, passage: tuple[int, int], other: Codes, tables: Any) -> bool:
    """Tell whether a passage negates something that another text says without the negation.

    Such a negation is not in the other text and stands close before words that are. Two of them
    next to each other (`不得不`) are none.
    """
    position, stop = passage
    while position < stop:
        if is_negation(text, position, tables) and not _shares(text, position, other):
            is_double = False
            for ahead in (position + 1, position + 2):
                is_double = is_double or (ahead < stop and is_negation(text, ahead, tables))
            if is_double:
                position += 3
                continue
            for ahead in range(position + 1, min(position + 4, stop - 1)):
                if _holds(other, text[ahead], text[ahead + 1]):
                    return True
        position += 1
    return False


@compiled
def _shares(text: Codes, position: int, other: Codes) -> bool:
    """Tell whether another text holds the pair on either side of a position."""
    for first in (position - 1, position):
        if first >= 0 and first + 1 < len(text) and _holds(other, text[first], text[first + 1]):
            return True
    return False


@compiled
def _holds(text: Codes, first: np.uint32, second: np.uint32) -> bool:
    for place in range(len(text) - 1):  # noqa: SIM110 - numba compiles no generator
        if text[place] == first and text[place + 1] == second:
            return True
    return False
