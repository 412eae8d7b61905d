"""Overlapping pieces of a fold key, packed so that equality is exact.

A shingle of up to three characters is one 64-bit number: 21 bits a character. Its 32-bit hash,
which MinHash signs, is the upper half of MurmurHash3's 64-bit finalizer (Appleby, public domain).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded

_MASK_64 = (1 << 64) - 1
_GAPS = (29_524, 9_842, 3_281, 1_094, 301, 132, 57, 23, 10, 4, 1)
_FIRST, _SECOND = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The shingle sets of n keys, end to end.

    Attributes:
        values: uint64 packed shingles, ascending and unique within each set.
        offsets: int64, shape (n + 1,).
    """

    values: npt.NDArray[np.uint64]
    offsets: npt.NDArray[np.int64]


def shingle_sets(folded: Folded, length: int) -> ShingleSets:
    """Return the set of shingles of each key.

    Args:
        folded: fold keys.
        length: characters in a shingle, 1 to 3; a shorter key has the empty set.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> shingle_sets(fold_texts(["城东停水", "水"]), 3).offsets.tolist()
        [0, 2, 2]
    """
    return ShingleSets(*_shingle_sets(folded.codes, folded.offsets, length))


def shingle_hash(shingle: str) -> int:
    """Return the 32-bit hash of one shingle, as a `hashfunc` for `datasketch.MinHash`.

    Example:
        >>> shingle_hash("水停三") == shingle_hash("三停水")
        False
    """
    packed = 0
    for character in shingle:
        packed = (packed << 21) | ord(character)
    packed ^= packed >> 33
    packed = packed * _FIRST & _MASK_64
    packed ^= packed >> 33
    packed = packed * _SECOND & _MASK_64
    packed ^= packed >> 33
    return packed >> 32


@compiled
def hash_shingle(packed: np.uint64) -> np.uint32:
    """Return what `shingle_hash` returns, of a packed shingle."""
    packed ^= packed >> np.uint64(33)
    packed *= np.uint64(_FIRST)
    packed ^= packed >> np.uint64(33)
    packed *= np.uint64(_SECOND)
    packed ^= packed >> np.uint64(33)
    return np.uint32(packed >> np.uint64(32))


@compiled
def pack_shingle(codes: npt.NDArray[np.uint32], start: int, length: int) -> np.uint64:
    """Return the shingle that begins at a position, packed."""
    packed = np.uint64(0)
    for position in range(start, start + length):
        packed = (packed << np.uint64(21)) | np.uint64(codes[position])
    return packed


@compiled
def sort_stretch(values: npt.NDArray[Any], start: int, stop: int) -> None:
    """Sort a short stretch in place (Shell 1959, gaps by Ciura 2001)."""
    # NumPy's own sort would cost a second of compiling
    for gap in _GAPS:
        for current in range(start + gap, stop):
            value = values[current]
            hole = current
            while hole >= start + gap and values[hole - gap] > value:
                values[hole] = values[hole - gap]
                hole -= gap
            values[hole] = value


@compiled
def shared_members(
    values: npt.NDArray[Any],
    offsets: npt.NDArray[np.int64],
    first: np.int64,
    second: np.int64,
    least: np.int64,
) -> int:
    """Return how many members two sets share, or -1 as soon as it must stay under the least."""
    i, i_stop = offsets[first], offsets[first + 1]
    j, j_stop = offsets[second], offsets[second + 1]
    shared = 0
    while i < i_stop and j < j_stop:
        if shared + min(i_stop - i, j_stop - j) < least:
            return -1
        left, right = values[i], values[j]
        if left == right:
            shared += 1
            i += 1
            j += 1
        elif left < right:
            i += 1
        else:
            j += 1
    return shared if shared >= least else -1


@compiled
def _shingle_sets(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], length: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    n = len(offsets) - 1
    values = np.empty(len(codes), dtype=np.uint64)
    bounds = np.zeros(n + 1, dtype=np.int64)
    written = 0
    for row in range(n):
        start = written
        for position in range(offsets[row], offsets[row + 1] - length + 1):
            values[written] = pack_shingle(codes, position, length)
            written += 1
        sort_stretch(values, start, written)
        kept = start
        for position in range(start, written):
            if position == start or values[position] != values[kept - 1]:
                values[kept] = values[position]
                kept += 1
        written = kept
        bounds[row + 1] = written
    return values[:written].copy(), bounds
