"""Exact duplicates collapse first: one entry for each distinct fold key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded
from rumorscan.text.hashing import hash_stretch


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct keys among n, in the order of their first occurrence.

    Attributes:
        folded: the m distinct keys.
        first_row: int64, shape (m,); where each key occurs first.
        key_of_row: int64, shape (n,); which distinct key a row has.
    """

    folded: Folded
    first_row: npt.NDArray[np.int64]
    key_of_row: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first_row)

    @property
    def row_counts(self) -> npt.NDArray[np.int64]:
        """How many rows have each key, shape (m,)."""
        return np.bincount(self.key_of_row, minlength=len(self)).astype(np.int64)


def find_distinct(folded: Folded) -> Distinct:
    """Return the distinct keys; keys are compared whole, never by hash alone.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> found = find_distinct(fold_texts(["停水！", "停电", "停水"]))
        >>> found.key_of_row.tolist(), list(found.folded.keys())
        ([0, 1, 0], ['停水', '停电'])
    """
    key_of_row, first_row = _collapse(folded.codes, folded.offsets)
    return Distinct(folded.take(first_row), first_row, key_of_row)


@compiled
def _collapse(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    n = len(offsets) - 1
    slots = 16
    while slots < 2 * n:
        slots *= 2
    mask = np.uint64(slots - 1)
    table = np.full(slots, -1, dtype=np.int64)
    hashes = np.empty(n, dtype=np.uint64)
    key_of_row = np.empty(n, dtype=np.int64)
    first_row = np.empty(n, dtype=np.int64)
    found = 0
    for row in range(n):
        start, stop = offsets[row], offsets[row + 1]
        value = hash_stretch(codes, start, stop)
        slot = value & mask
        while True:
            key = table[slot]
            if key < 0:
                table[slot] = found
                first_row[found] = row
                hashes[found] = value
                key_of_row[row] = found
                found += 1
                break
            other = first_row[key]
            same = hashes[key] == value and offsets[other + 1] - offsets[other] == stop - start
            if same:
                for step in range(stop - start):
                    if codes[offsets[other] + step] != codes[start + step]:
                        same = False
                        break
            if same:
                key_of_row[row] = key
                break
            slot = (slot + np.uint64(1)) & mask
    return key_of_row, first_row[:found].copy()
