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
_FIRST_SIZE = 1 << 16
_MULTIPLIER = 0x9E3779B97F4A7C15
_NO_WORD = -np.inf


class Lexicon(NamedTuple):
    """A dictionary as a tree of characters; a node is a slot of an open-addressing table.

    Attributes:
        first: int32, shape (65536,); the node of each first character, or -1.
        keys: uint64, shape (2 ** 20,); parent node and character of each node, 0 where empty.
        weights: float64, shape (2 ** 20,); log-probability of the word that ends at a node,
            negative infinity where none ends.
        unknown: log-probability of a character that is in no word.
    """

    first: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.float64]
    unknown: float


def build_lexicon(frequencies: Mapping[str, int], total: int) -> Lexicon:
    """Return the tree of a dictionary.

    Args:
        frequencies: word to how often it occurs; 0 for what only begins a word.
        total: the sum of the frequencies as jieba counts it.

    Example:
        >>> lexicon = build_lexicon({"停": 1, "停水": 3}, 4)
        >>> int((lexicon.keys > 0).sum()), round(float(lexicon.weights.max()), 3)
        (2, -0.288)
    """
    words = sorted(frequencies)
    if sum(map(len, words)) == 0:
        words = []
    log_total = math.log(total) if total > 0 else 0.0
    # subtracted here, one word at a time, as jieba subtracts it: the floats must be the same
    weights = np.array(
        [
            math.log(count) - log_total if (count := frequencies[word]) else _NO_WORD
            for word in words
        ],
        dtype=np.float64,
    )
    offsets = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)), out=offsets[1:])
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    return Lexicon(*_plant(codes, offsets, weights), math.log(1) - log_total)


@compiled
def _find(keys: npt.NDArray[np.uint64], key: np.uint64) -> np.int64:
    """Return the slot that holds a key, or the empty slot where it belongs."""
    slot = (key * np.uint64(_MULTIPLIER)) >> np.uint64(64 - _SLOT_BITS)
    while keys[slot] != key and keys[slot] != 0:
        slot = (slot + np.uint64(1)) & np.uint64(_SLOTS - 1)
    return np.int64(slot)


@compiled
def _key(node: np.int64, code: np.uint32) -> np.uint64:
    # a child of the root has node _SLOTS, so that no key is 0
    return (np.uint64(node) << np.uint64(21)) | np.uint64(code)


@compiled
def _plant(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    word_weights: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    first = np.full(_FIRST_SIZE, -1, dtype=np.int32)
    keys = np.zeros(_SLOTS, dtype=np.uint64)
    weights = np.full(_SLOTS, _NO_WORD, dtype=np.float64)
    for word in range(len(offsets) - 1):
        node = np.int64(_SLOTS)
        for position in range(offsets[word], offsets[word + 1]):
            code = codes[position]
            key = _key(node, code)
            child = _find(keys, key)
            keys[child] = key
            if node == _SLOTS and code < _FIRST_SIZE:
                first[code] = child
            node = child
        if node < _SLOTS:
            weights[node] = word_weights[word]
    return first, keys, weights


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
    first, keys, weights, unknown = lexicon
    route[stop - base] = 0.0
    for begin in range(stop - 1, start - 1, -1):
        code = codes[begin]
        best, chosen = _NO_WORD, -1
        node = np.int64(first[code]) if code < _FIRST_SIZE else np.int64(-1)
        end = begin + 1
        while node >= 0:
            weight = weights[node]
            if weight != _NO_WORD:
                value = weight + route[end - base]
                if chosen < 0 or value >= best:
                    best, chosen = value, end
            if end == stop:
                break
            key = _key(node, codes[end])
            node = _find(keys, key)
            if keys[node] != key:
                break
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
