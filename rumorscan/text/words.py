"""The compiled cut: jieba's route through its dictionary, over arrays.

`jieba.cut(key, HMM=False)` costs about 50 microseconds a post in Python. The loop here takes
the same steps over the same dictionary, with the same floats in the same order, so that it
cuts as jieba does; a test proves it against the library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

_SLOT_BITS = 20
_SLOTS = 1 << _SLOT_BITS
_LEVEL_BITS = 27
_LAST = 0x9FD5  # jieba looks no character up beyond this one
_MULTIPLIER = 0x9E3779B97F4A7C15
_NO_WORD = -np.inf


class Lexicon(NamedTuple):
    """A dictionary as a tree of characters, small enough to stay near the processor.

    A node is a slot of an open-addressing table, or `_SLOTS` + code point for a first character.

    Attributes:
        first: int32, shape (0x9FD6,); level of the word that is one character.
        entries: uint64, shape (2 ** 20,); parent node, character and level of each node in 21, 16
            and 27 bits; 0 where the slot is empty.
        levels: float64; log-probabilities of words, each value once. Level 0 is negative
            infinity: no word ends there.
        unknown: log-probability of a character that is in no word.
    """

    first: npt.NDArray[np.int32]
    entries: npt.NDArray[np.uint64]
    levels: npt.NDArray[np.float64]
    unknown: float


def build_lexicon(frequencies: Mapping[str, int], total: int) -> Lexicon:
    """Return the tree of a dictionary.

    Args:
        frequencies: word to how often it occurs; 0 for what only begins a word.
        total: the sum of the frequencies as jieba counts it.

    Example:
        >>> lexicon = build_lexicon({"停": 1, "停水": 3}, 4)
        >>> int((lexicon.entries > 0).sum()), lexicon.levels.round(3).tolist()
        (1, [-inf, -1.386, -0.288])
    """
    words = sorted(word for word in frequencies if frequencies[word] > 0)
    log_total = math.log(total) if total > 0 else 0.0
    counts = sorted({frequencies[word] for word in words})
    # subtracted here, one by one, as jieba subtracts it: the floats must be the same
    levels = [_NO_WORD, *(math.log(count) - log_total for count in counts)]
    level_of = {count: level for level, count in enumerate(counts, 1)}
    word_levels = np.array([level_of[frequencies[word]] for word in words], dtype=np.int32)
    offsets = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)), out=offsets[1:])
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    first, entries = _plant(codes, offsets, word_levels)
    return Lexicon(first, entries, np.array(levels, dtype=np.float64), math.log(1) - log_total)


def is_sound(lexicon: Lexicon) -> bool:
    """Tell whether the arrays have the types and sizes that the loops rely on.

    Example:
        >>> is_sound(build_lexicon({"停水": 3}, 3))
        True
    """
    first, entries, levels, _ = lexicon
    expected = ((first, np.int32, (_LAST + 1,)), (entries, np.uint64, (_SLOTS,)))
    if any(array.dtype != kind or array.shape != shape for array, kind, shape in expected):
        return False
    if levels.dtype != np.float64 or levels.ndim != 1:
        return False
    highest = max(int((entries & np.uint64((1 << _LEVEL_BITS) - 1)).max()), int(first.max()))
    return int(first.min()) >= 0 and highest < len(levels)


@compiled
def _find(entries: npt.NDArray[np.uint64], node: np.int64, code: np.uint32) -> np.int64:
    """Return the slot of a node's child, or the empty slot where it belongs."""
    key = (np.uint64(node) << np.uint64(16)) | np.uint64(code)
    slot = (key * np.uint64(_MULTIPLIER)) >> np.uint64(64 - _SLOT_BITS)
    while entries[slot] != 0 and entries[slot] >> np.uint64(_LEVEL_BITS) != key:
        slot = (slot + np.uint64(1)) & np.uint64(_SLOTS - 1)
    return np.int64(slot)


@compiled
def _plant(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    word_levels: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    first = np.zeros(_LAST + 1, dtype=np.int32)
    entries = np.zeros(_SLOTS, dtype=np.uint64)
    for word in range(len(offsets) - 1):
        start, stop = offsets[word], offsets[word + 1]
        in_block = stop > start
        for position in range(start, stop):
            in_block = in_block and _in_block(codes[position])
        if not in_block:  # never looked up
            continue
        if stop == start + 1:
            first[codes[start]] = word_levels[word]
            continue
        node = np.int64(_SLOTS + codes[start])
        for position in range(start + 1, stop):
            slot = _find(entries, node, codes[position])
            if entries[slot] == 0:
                key = (np.uint64(node) << np.uint64(16)) | np.uint64(codes[position])
                entries[slot] = key << np.uint64(_LEVEL_BITS)
            node = slot
        entries[node] |= np.uint64(word_levels[word])
    return first, entries


@compiled
def _in_block(code: np.uint32) -> bool:
    """Tell whether jieba looks a character up; others are words of their own."""
    if code < 128:
        # + # & . _ % - beside letters and digits
        return _is_ascii_word(code) or code in (0x2B, 0x23, 0x26, 0x2E, 0x5F, 0x25, 0x2D)
    return bool(0x4E00 <= code <= 0x9FD5)


@compiled
def _is_ascii_word(code: np.uint32) -> bool:
    return bool(0x30 <= code <= 0x39 or 0x41 <= code <= 0x5A or 0x61 <= code <= 0x7A)


@compiled
def _route(
    codes: npt.NDArray[np.uint32],
    start: int,
    stop: int,
    lexicon: Lexicon,
    route: npt.NDArray[np.float64],
    following: npt.NDArray[np.int32],
    base: int,
) -> None:
    """Find the most probable way through a block, from its end; ties go to the longer word."""
    first, entries, levels, unknown = lexicon
    route[stop - base] = 0.0
    for begin in range(stop - 1, start - 1, -1):
        best, chosen = _NO_WORD, -1
        node = np.int64(_SLOTS + codes[begin])
        level = np.int64(first[codes[begin]])
        end = begin + 1
        while True:
            if level > 0:
                value = levels[level] + route[end - base]
                if chosen < 0 or value >= best:
                    best, chosen = value, end
            if end == stop:
                break
            node = _find(entries, node, codes[end])
            entry = entries[node]
            if entry == 0:
                break
            level = np.int64(entry & np.uint64((1 << _LEVEL_BITS) - 1))
            end += 1
        if chosen < 0:
            best, chosen = unknown + route[begin + 1 - base], begin + 1
        route[begin - base] = best
        following[begin - base] = chosen - base


@compiled
def cut_row(
    codes: npt.NDArray[np.uint32],
    start: int,
    stop: int,
    lexicon: Lexicon,
    route: npt.NDArray[np.float64],
    following: npt.NDArray[np.int32],
    begins: npt.NDArray[np.uint8],
) -> None:
    """Mark where the words of one key begin.

    Args:
        codes: code points.
        start: position of the key's first character.
        stop: position after its last.
        lexicon: the dictionary.
        route: scratch, at least `stop - start + 1` long.
        following: scratch, as long.
        begins: shape (stop - start,) or longer; 1 where a word begins, else 0.
    """
    position = start
    while position < stop:
        begins[position - start] = 1
        if not _in_block(codes[position]):
            position += 1
            continue
        end = position + 1
        while end < stop and _in_block(codes[end]):
            end += 1
        _route(codes, position, end, lexicon, route, following, start)
        was_single = False
        while position < end:
            after = following[position - start] + start
            # jieba joins single letters and digits that stand side by side
            is_single = after == position + 1 and _is_ascii_word(codes[position])
            begins[position - start] = 0 if is_single and was_single else 1
            for inner in range(position + 1, after):
                begins[inner - start] = 0
            was_single = is_single
            position = after


@compiled
def cut_rows(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], lexicon: Lexicon
) -> npt.NDArray[np.uint8]:
    """Mark where the words of all keys begin; uint8, aligned with the code points."""
    widest = 0
    for row in range(len(offsets) - 1):
        widest = max(widest, offsets[row + 1] - offsets[row])
    route = np.empty(widest + 1, dtype=np.float64)
    following = np.empty(widest + 1, dtype=np.int32)
    begins = np.empty(len(codes), dtype=np.uint8)
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        cut_row(codes, start, stop, lexicon, route, following, begins[start:stop])
    return begins
