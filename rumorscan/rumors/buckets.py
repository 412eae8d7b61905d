"""The walk along keys: which buckets their character runs and words fall into."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

_MULTIPLIER = 0xFF51AFD7ED558CCD
_SPREADER = 0x9E3779B97F4A7C15
_RUN_SEED, _WORD_SEED, _PAIR_SEED = 0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0

Shape = tuple[int, int, int, int, int]
"""Shortest and longest run, 1 where words count, where pairs do, and 64 less a bucket's bits."""


@compiled
def _mix(value: np.uint64, other: np.uint64) -> np.uint64:
    value = (value ^ other) * np.uint64(_MULTIPLIER)
    return value ^ (value >> np.uint64(32))


@compiled
def _hash_features(
    key: npt.NDArray[np.uint32],
    begins: npt.NDArray[np.uint8],
    shape: Shape,
    hashes: npt.NDArray[np.uint64],
    spans: npt.NDArray[np.int32],
) -> int:
    """Hash every feature of one key, runs before words; return how many there are."""
    shortest, longest, words, pairs, _ = shape
    length = len(key)
    found = 0
    for begin in range(length):
        value = np.uint64(_RUN_SEED)
        for end in range(begin + 1, min(length, begin + longest) + 1):
            value = _mix(value, np.uint64(key[end - 1]))
            if end - begin >= shortest:
                hashes[found] = value
                spans[found, 0] = begin
                spans[found, 1] = end
                found += 1
    end, before, begin_before = 0, np.uint64(0), -1
    while end < length and words + pairs > 0:
        begin = end
        value = np.uint64(_WORD_SEED)
        while end == begin or (end < length and begins[end] == 0):
            value = _mix(value, np.uint64(key[end]))
            end += 1
        if words:
            hashes[found] = value
            spans[found, 0] = begin
            spans[found, 1] = end
            found += 1
        if pairs and begin_before >= 0:
            hashes[found] = _mix(_mix(np.uint64(_PAIR_SEED), before), value)
            spans[found, 0] = begin_before
            spans[found, 1] = end
            found += 1
        before, begin_before = value, begin
    return found


@compiled
def walk(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    begins: npt.NDArray[np.uint8],
    shape: Shape,
    table: npt.NDArray[np.float32],
    hashes: npt.NDArray[np.uint64],
    spans: npt.NDArray[np.int32],
    seen: npt.NDArray[np.uint64],
    keep: bool,
    buckets: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int64],
    products: npt.NDArray[np.float64],
) -> None:
    """Find the distinct buckets of each key, and the products of its vector with weights.

    Args:
        codes: code points.
        offsets: shape (n + 1,); where each key begins and ends.
        begins: 1 where a word begins, else 0; not looked at where no words count.
        shape: which features there are.
        table: shape (2 ** bits, 1 + h); rarity, and h weights times rarity.
        hashes: scratch, as long as a key has features at most.
        spans: scratch, as long; then where the last key's distinct features begin and end.
        seen: scratch, zeros, at least twice as long, a power of 2.
        keep: whether the buckets of a key stay when the next one comes.
        buckets: takes the distinct buckets, in order of occurrence.
        counts: shape (n,); takes how many of them each key has.
        products: shape (n, h); takes the products.
    """
    base = 0
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        found = _hash_features(codes[start:stop], begins[start:stop], shape, hashes, spans)
        slots = 16
        while slots < 2 * found:
            slots *= 2
        mask = np.uint64(slots - 1)
        # entries of earlier keys are smaller than this key's tag: the table needs no clearing
        tag = np.uint64(row + 1) << np.uint64(32)
        count = 0
        square = 0.0
        for feature in range(found):
            bucket = (hashes[feature] * np.uint64(_SPREADER)) >> np.uint64(shape[4])
            slot = bucket & mask
            while seen[slot] >= tag and seen[slot] != tag | bucket:
                slot = (slot + np.uint64(1)) & mask
            if seen[slot] == tag | bucket:
                continue
            seen[slot] = tag | bucket
            buckets[base + count] = np.int32(bucket)
            spans[count, 0] = spans[feature, 0]
            spans[count, 1] = spans[feature, 1]
            count += 1
            rarity = np.float64(table[bucket, 0])
            square += rarity * rarity
        scale = 1.0 / np.sqrt(square) if square > 0.0 else 0.0
        for head in range(products.shape[1]):
            total = 0.0
            for bucket in buckets[base : base + count]:
                total += np.float64(table[bucket, head + 1])
            products[row, head] = total * scale
        counts[row] = count
        if keep:
            base += count
