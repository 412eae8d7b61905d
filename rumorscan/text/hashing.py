"""A 64-bit hash of a stretch of an array, for order and for finding equals; not for secrets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

_SEED, _MULTIPLIER = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD


@compiled
def hash_stretch(values: npt.NDArray[Any], start: int, stop: int) -> np.uint64:
    """Return the hash of a stretch of unsigned integers; it depends on nothing around it."""
    value = np.uint64(_SEED)
    for position in range(start, stop):
        value = (value ^ np.uint64(values[position])) * np.uint64(_MULTIPLIER)
        value ^= value >> np.uint64(32)
    return value


@compiled
def hash_rows(values: npt.NDArray[Any], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return the hash of each row of a ragged array, shape (len(offsets) - 1,).

    Keys sorted by it stand in an order that does not depend on their rows.
    """
    hashes = np.empty(len(offsets) - 1, dtype=np.uint64)
    for row in range(len(hashes)):
        hashes[row] = hash_stretch(values, offsets[row], offsets[row + 1])
    return hashes
