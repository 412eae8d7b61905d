"""The walk along one key: which buckets its character runs and words fall into."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.words import Lexicon, cut_row

_MULTIPLIER = 0xFF51AFD7ED558CCD
_SPREADER = 0x9E3779B97F4A7C15
_RUN_SEED, _WORD_SEED, _PAIR_SEED = 0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0


class Shape(NamedTuple):
    """Which features there are, as a compiled loop takes it.

    Attributes:
        shortest: characters in the shortest run.
        longest: characters in the longest run.
        words: whether words count.
        word_pairs: whether two words side by side count.
        shift: 64 less the bits of a bucket.
    """

    shortest: int
    longest: int
    words: bool
    word_pairs: bool
    shift: int


class Scratch(NamedTuple):
    """Arrays that a walk along one key overwrites.

    Attributes:
        route: of the cut; see `cut_row`.
        following: of the cut.
        begins: of the cut.
        seen: buckets that the key has, in open addressing, each tagged with its row.
        buckets: the distinct buckets, in order of occurrence.
        spans: where the feature of each begins and ends in the key, two numbers each.
    """

    route: npt.NDArray[np.float64]
    following: npt.NDArray[np.int32]
    begins: npt.NDArray[np.uint8]
    seen: npt.NDArray[np.uint64]
    buckets: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int32]


@compiled
def make_scratch(offsets: npt.NDArray[np.int64], shape: Shape) -> Scratch:
    """Return scratch arrays wide enough for every key."""
    widest = 1
    for row in range(len(offsets) - 1):
        widest = max(widest, offsets[row + 1] - offsets[row])
    most = widest * (shape.longest - shape.shortest + 3)
    slots = 16
    while slots < 2 * most:
        slots *= 2
    return Scratch(
        np.empty(widest + 1, dtype=np.float64),
        np.empty(widest + 1, dtype=np.int32),
        np.empty(widest, dtype=np.uint8),
        np.zeros(slots, dtype=np.uint64),
        np.empty(most, dtype=np.int32),
        np.empty(2 * most, dtype=np.int32),
    )


@compiled
def _mix(value: np.uint64, other: np.uint64) -> np.uint64:
    value = (value ^ other) * np.uint64(_MULTIPLIER)
    return value ^ (value >> np.uint64(32))


@compiled
def _add(
    value: np.uint64,
    shift: int,
    tag: np.uint64,
    seen: npt.NDArray[np.uint64],
    mask: np.uint64,
    buckets: npt.NDArray[np.int32],
    count: int,
) -> int:
    """Put a feature's bucket at the end of the list unless this key has it already."""
    bucket = (value * np.uint64(_SPREADER)) >> np.uint64(shift)
    entry = tag | bucket
    slot = bucket & mask
    while seen[slot] >= tag:
        if seen[slot] == entry:
            return count
        slot = (slot + np.uint64(1)) & mask
    seen[slot] = entry
    buckets[count] = np.int32(bucket)
    return count + 1


@compiled
def collect(
    codes: npt.NDArray[np.uint32],
    start: int,
    stop: int,
    row: int,
    lexicon: Lexicon,
    shape: Shape,
    scratch: Scratch,
) -> int:
    """Fill `scratch.buckets` and `scratch.spans` with a key's distinct features; return how many.

    Entries of earlier rows in `scratch.seen` are smaller than this row's tag, so that the table
    needs no clearing.
    """
    shortest, longest, words, word_pairs, shift = shape
    _, _, begins, seen, buckets, spans = scratch
    length = stop - start
    slots = 16
    while slots < 2 * length * (longest - shortest + 3):
        slots *= 2
    mask = np.uint64(slots - 1)
    tag = np.uint64(row + 1) << np.uint64(32)
    count = 0
    for position in range(start, stop):
        value = np.uint64(_RUN_SEED)
        for end in range(position, min(stop, position + longest)):
            value = _mix(value, np.uint64(codes[end]))
            if end - position + 1 >= shortest:
                spans[2 * count] = position - start
                spans[2 * count + 1] = end + 1 - start
                count = _add(value, shift, tag, seen, mask, buckets, count)
    if not words and not word_pairs:
        return count
    cut_row(codes, start, stop, lexicon, scratch.route, scratch.following, begins)
    begin, before, begin_before = 0, np.uint64(0), -1
    while begin < length:
        value = np.uint64(_WORD_SEED)
        end = begin
        while end == begin or (end < length and begins[end] == 0):
            value = _mix(value, np.uint64(codes[start + end]))
            end += 1
        if words:
            spans[2 * count] = begin
            spans[2 * count + 1] = end
            count = _add(value, shift, tag, seen, mask, buckets, count)
        if word_pairs and begin_before >= 0:
            spans[2 * count] = begin_before
            spans[2 * count + 1] = end
            pair = _mix(_mix(np.uint64(_PAIR_SEED), before), value)
            count = _add(pair, shift, tag, seen, mask, buckets, count)
        before, begin_before, begin = value, begin, end
    return count
