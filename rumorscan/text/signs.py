"""Signs in one wording that an evasion may be there: compiled loops, cheap and generous."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.layouts import LEAST_REVERSED, SURE, SURE_EACH, SURER, SURER_EACH
from rumorscan.text.routes import best_route
from rumorscan.text.walk import (
    ASKS,
    COUNTS,
    DIGIT,
    EMOJI,
    FOREIGN,
    HAN,
    LEADS,
    LETTER,
    LINE,
    MARK,
    NAMES,
    NUMERAL,
    OTHER,
    SPACE,
    SYMBOL,
)

SPLIT, SYMBOLS, LOOKS, REVERSED, LINES, PICTURE, NUMBER, ENDING, LINK, CONTACT = (
    1 << bit for bit in range(10)
)
"""Why a text may need a closer look, beside `walk.SIGN`."""


@compiled
def _has_pair(pairs: npt.NDArray[np.uint64], wanted: np.uint64) -> bool:
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        if pairs[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low < len(pairs) and pairs[low] == wanted


@compiled
def _is_word(kind: int) -> bool:
    return kind in (HAN, NUMERAL)


@compiled
def seems_reversed(
    text: npt.NDArray[np.uint32],
    start: int,
    stop: int,
    backward: npt.NDArray[np.uint32],
    kind: npt.NDArray[np.uint8],
    first: npt.NDArray[np.int32],
    entries: npt.NDArray[np.uint64],
    levels: npt.NDArray[np.float64],
    unknown: float,
    scores: npt.NDArray[np.float64],
    following: npt.NDArray[np.int64],
    is_whole: bool,
) -> bool:
    """Tell whether the dictionary prefers a stretch turned round, by more for a part of a text."""
    count = 0
    for place in range(start, stop):
        backward[place - start] = text[stop - 1 - (place - start)]
        if _is_word(kind[text[place]]):
            count += 1
    if count < LEAST_REVERSED:
        return False
    ahead = best_route(text, start, stop, first, entries, levels, unknown, scores, following)
    back = best_route(backward, 0, stop - start, first, entries, levels, unknown, scores, following)
    if is_whole:
        return back - ahead >= SURE + SURE_EACH * count
    return back - ahead >= SURER + SURER_EACH * count


@compiled
def _is_mixed_name(
    text: npt.NDArray[np.uint32],
    place: int,
    stop: int,
    kind: npt.NDArray[np.uint8],
    cues: npt.NDArray[np.uint8],
) -> bool:
    """Tell whether o, l or i stand beside a digit in a run of letters, or in a name asked for."""
    end = place
    letters = 0
    beside = False
    while end < stop and kind[text[end]] in (LETTER, DIGIT):
        if text[end] in (0x6F, 0x6C, 0x69):
            letters += 1
            beside |= end > place and kind[text[end - 1]] == DIGIT
        end += 1
    if letters == 0 or beside:
        return beside
    head = place
    while head > 0 and place - head < 3 and kind[text[head - 1]] in (SYMBOL, MARK, SPACE):
        head -= 1
    return end - place >= 5 and head > 0 and cues[text[head - 1]] == LEADS


@compiled
def find_reasons(
    text: npt.NDArray[np.uint32],
    stop: int,
    kind: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.bool_],
    cues: npt.NDArray[np.uint8],
    pairs: npt.NDArray[np.uint64],
) -> int:
    """Return why one wording needs a closer look, its direction aside."""
    reasons = 0
    symbols = 0
    lines = 0
    filled = False
    numerals, number = 0, 0
    chain = 0
    for place in range(stop):
        code = text[place]
        this = kind[code]
        before = kind[text[place - 1]] if place > 0 else MARK
        after = kind[text[place + 1]] if place + 1 < stop else MARK
        if starts[code] and place + 1 < stop:
            pair = (np.uint64(code) << np.uint64(32)) | np.uint64(text[place + 1])
            if _has_pair(pairs, pair):
                reasons |= SPLIT
        if this in (SYMBOL, EMOJI, SPACE) and _is_word(before) and _is_word(after):
            further = kind[text[place + 2]] if place + 2 < stop else MARK
            if this != SPACE or not _is_word(further) or place < 2:
                symbols += 1
        if place > 1 and code == text[place - 2] and not _is_word(this) and _is_word(before):
            chain += _is_word(after)
            if chain >= 3:
                reasons |= SYMBOLS
        elif not _is_word(this):
            chain = 0
        if code in (0x4FE1, 0x82AF) and before == LETTER:  # v信
            reasons |= CONTACT
        if this == EMOJI and (_is_word(before) or _is_word(after)):
            reasons |= PICTURE
        if this == FOREIGN and (before in (LETTER, FOREIGN) or after in (LETTER, FOREIGN)):
            reasons |= LOOKS
        if code in (0x30, 0x31) and before == LETTER and after in (LETTER, DIGIT):
            reasons |= LOOKS
        begins = this in (LETTER, DIGIT) and before not in (LETTER, DIGIT)
        if begins and _is_mixed_name(text, place, stop, kind, cues):
            reasons |= LOOKS
        if this in (DIGIT, NUMERAL):
            number += 1
            numerals += this == NUMERAL
            # one numeral among digits, or many without: a number to be typed
            if numerals and number >= 3 and (numerals < number or number >= 6):
                reasons |= NUMBER
        else:
            number, numerals = 0, 0
        if cues[code] == COUNTS:
            reasons |= NUMBER
        if this == LINE:
            lines += filled
            filled = False
        elif this not in (SPACE, SYMBOL, MARK):
            filled = True
        if cues[code] == ASKS:
            for then in range(place + 1, min(place + 4, stop)):
                if cues[text[then]] == NAMES:
                    reasons |= CONTACT
        if code in (0x2E, 0x3002, 0xB7, 0xFF61, 0x70B9) and before in (LETTER, DIGIT, SPACE, MARK):
            ahead = place + 1
            while ahead < stop and kind[text[ahead]] in (SPACE, MARK):
                ahead += 1
            if ahead < stop and kind[text[ahead]] == LETTER:
                reasons |= LINK
    if symbols >= 2:
        reasons |= SYMBOLS
    if lines + filled >= 3:
        reasons |= LINES
    return reasons


@compiled
def has_ending(
    text: npt.NDArray[np.uint32],
    stop: int,
    kind: npt.NDArray[np.uint8],
    idle: npt.NDArray[np.uint64],
) -> bool:
    """Tell whether the wording ends in two to eight letters and digits, apart if digits only.

    Or in idle words, or in letters and digits in groups.
    """
    last = stop
    while last > 0 and kind[text[last - 1]] in (SYMBOL, MARK, SPACE, LINE, EMOJI):
        last -= 1
    if last >= 2 and kind[text[last - 1]] == HAN:
        pair = (np.uint64(text[last - 2]) << np.uint64(32)) | np.uint64(text[last - 1])
        return bool(_has_pair(idle, pair))
    if last >= 2 and kind[text[last - 1]] in (OTHER, FOREIGN):
        return bool(kind[text[last - 2]] != LETTER)
    head = last
    letters = 0
    while head > 0 and kind[text[head - 1]] in (LETTER, DIGIT):
        letters += kind[text[head - 1]] == LETTER
        head -= 1
    if head > 1 and last - head == 1 and kind[text[head - 1]] == SYMBOL:
        return kind[text[head - 2]] in (LETTER, DIGIT)
    return 2 <= last - head <= 8 and head > 0 and (letters > 0 or kind[text[head - 1]] != HAN)
