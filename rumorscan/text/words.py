"""The compiled cut: jieba's route through its dictionary, over arrays.

`jieba.cut(key, HMM=False)` costs about 50 microseconds a post in Python. The loop here takes
the same steps over the same dictionary, with the same floats in the same order, so that it
cuts as jieba does; a test proves it against the library.
"""

from __future__ import annotations

import math
import string
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

SLOT_BITS = 20
SLOTS = 1 << SLOT_BITS
LEVEL_BITS = 27
_FIRST_HAN, LAST = 0x4E00, 0x9FD5  # jieba looks no character up beyond the last one
MULTIPLIER = 0x9E3779B97F4A7C15
_NO_WORD = -np.inf
_MOST_DIGITS = 12


class WordList(NamedTuple):
    """The lines of a dictionary; a word may stand twice, and then the last line holds.

    Attributes:
        codes: uint32; the characters of all words, end to end, with what stands between them.
        begins: int64, shape (n,); where each word begins in `codes`.
        ends: int64, shape (n,); the position after its last character.
        counts: int64, shape (n,); how often it occurs; 0 for what only begins a word.
    """

    codes: npt.NDArray[np.uint32]
    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class Lexicon(NamedTuple):
    """A dictionary as a tree of characters, small enough to stay near the processor.

    A node is a slot of an open-addressing table, or `SLOTS` + code point for a first character.

    Attributes:
        first: int32, shape (0x9FD6,); level of the word that is one character, -1 for characters
            that jieba looks up in no word.
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


def parse_dictionary(text: str) -> WordList:
    r"""Return the words of a dictionary in jieba's format: a line has a word, a space, its count.

    Args:
        text: the lines; what follows a second space does not matter.

    Raises:
        ValueError: a line has no word or no count.

    Example:
        >>> words = parse_dictionary("停 1 v\n停水 30\n")
        >>> (words.ends - words.begins).tolist(), words.counts.tolist()
        ([1, 2], [1, 30])
    """
    codes = np.frombuffer(f"{text}\n".encode("utf-32-le"), dtype=np.uint32)
    line_ends = np.flatnonzero(codes == ord("\n"))
    begins = np.concatenate([np.zeros(1, dtype=np.int64), line_ends[:-1] + 1])
    begins, line_ends = begins[line_ends > begins], line_ends[line_ends > begins]
    stops = np.flatnonzero((codes == ord(" ")) | (codes == ord("\n")))
    place = np.searchsorted(stops, begins)
    ends = stops[place]
    count_ends = stops[np.minimum(place + 1, len(stops) - 1)]
    digits = count_ends - ends - 1
    wrong = (ends == begins) | (ends == line_ends) | (digits < 1) | (digits > _MOST_DIGITS)
    counts = np.zeros(len(begins), dtype=np.int64)
    for step in range(min(int(digits.max(initial=0)), _MOST_DIGITS)):
        has_more = digits > step
        digit = codes[ends[has_more] + 1 + step].astype(np.int64) - ord("0")
        wrong[has_more] |= (digit < 0) | (digit > 9)
        counts[has_more] = 10 * counts[has_more] + digit
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        line = codes[begins[at] : line_ends[at]].tobytes().decode("utf-32-le")
        raise ValueError(f"dictionary line {line!r}; expected a word, a space and a count")
    return WordList(codes, begins, ends, counts)


def build_lexicon(words: WordList) -> Lexicon:
    r"""Return the tree of a dictionary.

    Example:
        >>> lexicon = build_lexicon(parse_dictionary("停 1\n停水 3"))
        >>> int((lexicon.entries > 0).sum()), lexicon.levels.round(3).tolist()
        (1, [-inf, -1.386, -0.288])
    """
    total = int(words.counts.sum())  # a word that stands twice counts twice, as jieba has it
    log_total = math.log(total) if total > 0 else 0.0
    counts = np.unique(words.counts[words.counts > 0])
    # subtracted here, one by one, as jieba subtracts it: the floats must be the same
    levels = [_NO_WORD, *(math.log(count) - log_total for count in counts.tolist())]
    level_of_word = np.where(words.counts > 0, np.searchsorted(counts, words.counts) + 1, 0)
    first, entries = plant(words, level_of_word)
    return Lexicon(first, entries, np.array(levels, dtype=np.float64), math.log(1) - log_total)


def plant(
    words: WordList, level_of_word: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    """Return a tree of words as `Lexicon.first` and `Lexicon.entries` have it.

    Args:
        words: the words.
        level_of_word: what is found where each word ends, shape (n,), under 2 ** 27.
    """
    # all first characters, all second ones, ...
    first = np.where(_is_looked_up(np.arange(LAST + 1, dtype=np.uint32)), 0, -1).astype(np.int32)
    entries = np.zeros(SLOTS, dtype=np.uint64)
    strange = np.concatenate([[0], np.cumsum(~_is_looked_up(words.codes))])
    looked_up = strange[words.begins] == strange[words.ends]
    begins, levels = words.begins[looked_up], level_of_word[looked_up]
    lengths = words.ends[looked_up] - begins
    single = lengths == 1
    first[words.codes[begins[single]]] = levels[single]
    nodes = words.codes[begins].astype(np.uint64) + np.uint64(SLOTS)
    for place in range(1, int(lengths.max(initial=0))):
        longer = lengths > place
        begins, levels, lengths = begins[longer], levels[longer], lengths[longer]
        keys = (nodes[longer] << np.uint64(16)) | words.codes[begins + place]
        nodes = _insert(entries, keys)
        last = lengths == place + 1
        entries[nodes[last]] = (keys[last] << np.uint64(LEVEL_BITS)) | levels[last].astype("u8")
    return first, entries


def is_sound(lexicon: Lexicon) -> bool:
    """Tell whether the arrays have the types and sizes that the loops rely on.

    Example:
        >>> is_sound(build_lexicon(parse_dictionary("停水 3")))
        True
    """
    first, entries, levels, _ = lexicon
    expected = ((first, np.int32, (LAST + 1,)), (entries, np.uint64, (SLOTS,)))
    if any(array.dtype != kind or array.shape != shape for array, kind, shape in expected):
        return False
    if levels.dtype != np.float64 or levels.ndim != 1:
        return False
    highest = max(int((entries & np.uint64((1 << LEVEL_BITS) - 1)).max()), int(first.max()))
    return highest < len(levels)


def cut_rows(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], lexicon: Lexicon
) -> npt.NDArray[np.uint8]:
    """Mark where the words of all keys begin; uint8, aligned with the code points.

    Example:
        >>> codes = np.frombuffer("停水了".encode("utf-32-le"), dtype=np.uint32)
        >>> lexicon = build_lexicon(parse_dictionary("停水 3"))
        >>> cut_rows(codes, np.array([0, 3]), lexicon).tolist()
        [1, 0, 1]
    """
    begins = np.zeros(len(codes), dtype=np.uint8)
    widest = int(np.diff(offsets).max(initial=0))
    route = np.empty(widest + 1, dtype=np.float64)
    following = np.empty(widest + 1, dtype=np.int64)
    _cut(codes, offsets, *lexicon, route, following, begins)
    return begins


def _insert(
    entries: npt.NDArray[np.uint64], keys: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    """Give every key a slot, the first free one from where it hashes to; return the slots."""
    slots = (keys * np.uint64(MULTIPLIER)) >> np.uint64(64 - SLOT_BITS)
    waiting = np.arange(len(keys))
    while len(waiting):
        at, wanted = slots[waiting], keys[waiting]
        free = entries[at] == 0
        entries[at[free]] = wanted[free] << np.uint64(LEVEL_BITS)  # of several the last stays
        taken = entries[at] >> np.uint64(LEVEL_BITS) != wanted
        waiting = waiting[taken]
        slots[waiting] = (slots[waiting] + np.uint64(1)) & np.uint64(SLOTS - 1)
    return slots


def _is_looked_up(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Tell which characters jieba looks up; others are words of their own."""
    in_ascii = np.zeros(129, dtype=np.bool_)
    in_ascii[[ord(character) for character in string.ascii_letters + string.digits + "+#&._%-"]] = 1
    han = (codes >= _FIRST_HAN) & (codes <= LAST)
    return np.asarray(han | in_ascii[np.minimum(codes, 128)])


@compiled
def find_slot(entries: npt.NDArray[np.uint64], key: np.uint64) -> np.uint64:
    """Return the slot of a node of the tree, or the empty one where it would stand."""
    slot = (key * np.uint64(MULTIPLIER)) >> np.uint64(64 - SLOT_BITS)
    while entries[slot] != 0 and entries[slot] >> np.uint64(LEVEL_BITS) != key:
        slot = (slot + np.uint64(1)) & np.uint64(SLOTS - 1)
    return slot


@compiled
def _cut(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    first: npt.NDArray[np.int32],
    entries: npt.NDArray[np.uint64],
    levels: npt.NDArray[np.float64],
    unknown: float,
    route: npt.NDArray[np.float64],
    following: npt.NDArray[np.int64],
    begins: npt.NDArray[np.uint8],
) -> None:
    """Find the most probable way through each key, from its end; ties go to the longer word."""
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        route[stop - start] = 0.0
        for begin in range(stop - 1, start - 1, -1):
            code = np.int64(codes[begin])
            level = np.int64(first[code]) if code <= LAST else -1
            node = SLOTS + code
            end = begin + 1
            best, chosen = 0.0, -1
            while level >= 0:
                if level > 0:
                    value = levels[level] + route[end - start]
                    if chosen < 0 or value >= best:
                        best, chosen = value, end
                if end == stop or codes[end] > LAST:
                    break
                slot = find_slot(entries, np.uint64((node << 16) | codes[end]))
                if entries[slot] == 0:
                    break
                level = np.int64(entries[slot] & np.uint64((1 << LEVEL_BITS) - 1))
                node = np.int64(slot)
                end += 1
            if chosen < 0:
                chosen = begin + 1
                best = unknown + route[chosen - start]
                if code > LAST or first[code] < 0:
                    best = 0.0  # what follows is cut by itself
            route[begin - start] = best
            following[begin - start] = chosen
        position, was_single = start, False
        while position < stop:
            after = following[position - start]
            code = np.int64(codes[position])
            # jieba joins single letters and digits that stand side by side
            is_single = bool(
                after == position + 1
                and (0x30 <= code <= 0x39 or 0x41 <= code <= 0x5A or 0x61 <= code <= 0x7A)
            )
            if not (is_single and was_single):
                begins[position] = 1
            position, was_single = after, is_single
