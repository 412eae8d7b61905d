"""MinHash signatures in bulk, equal bit for bit to those of `datasketch.MinHash`.

The scheme is datasketch's `affine32` (version 2): the shingle's hash is mixed once with
MurmurHash3's 32-bit finalizer, then `a * h + b mod 2**32` for each permutation, with `a`
and `b` drawn from the seed as datasketch draws them. Signatures of different schemes, seeds or
widths are not comparable, so all three travel with every saved signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import Folded
from rumorscan.text.shingles import hash_shingle, pack_shingle, shingle_hash

if TYPE_CHECKING:
    from datasketch import MinHash

SCHEME = "affine32"


def sign_texts(folded: Folded, settings: GroupSettings) -> npt.NDArray[np.uint32]:
    """Return the signature of each key.

    Args:
        folded: n fold keys; a key shorter than a shingle gets the empty signature, which
            equals every other empty one and must not be indexed.
        settings: shingle length, number of permutations, and seed.

    Returns:
        uint32, shape (n, permutations).

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> sign_texts(fold_texts(["城东水厂停水三天"]), GroupSettings()).shape
        (1, 128)
    """
    multipliers, increments = _permutations(settings)
    return _sign(folded.codes, folded.offsets, settings.shingle_length, multipliers, increments)


def as_minhash(signature: npt.NDArray[np.uint32], settings: GroupSettings) -> MinHash:
    """Return a signature as a sketch of datasketch, for its indexes and estimators.

    Args:
        signature: one row of what `sign_texts` returned under the same settings.
        settings: the seed and the width.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> keys = fold_texts(["城东水厂停水三天", "城东水厂停水五天"])
        >>> first, second = sign_texts(keys, GroupSettings())
        >>> sketch = as_minhash(first, GroupSettings())
        >>> 0 < sketch.jaccard(as_minhash(second, GroupSettings())) < 1
        True
    """
    from datasketch import MinHash

    return MinHash(
        num_perm=settings.permutations,
        seed=settings.seed,
        scheme=SCHEME,
        hashfunc=shingle_hash,
        hashvalues=signature,
        permutations=_permutations(settings),
    )


def _permutations(
    settings: GroupSettings,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Return the multipliers and increments that datasketch draws from the same seed.

    Drawn here because importing datasketch costs as much as a small scan; a test compares them.
    """
    draw = np.random.RandomState(settings.seed)
    halves = draw.randint(0, 1 << 31, settings.permutations, dtype=np.uint32)
    increments = draw.randint(0, 1 << 32, settings.permutations, dtype=np.uint32)
    return halves * np.uint32(2) + np.uint32(1), increments


@compiled
def _sign(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    length: int,
    multipliers: npt.NDArray[np.uint32],
    increments: npt.NDArray[np.uint32],
) -> npt.NDArray[np.uint32]:
    n = len(offsets) - 1
    width = len(multipliers)
    signatures = np.full((n, width), np.uint32(0xFFFFFFFF), dtype=np.uint32)
    for row in range(n):
        signature = signatures[row]
        for position in range(offsets[row], offsets[row + 1] - length + 1):
            value = hash_shingle(pack_shingle(codes, position, length))
            value ^= value >> np.uint32(16)
            value = np.uint32(value * np.uint32(0x85EBCA6B))
            value ^= value >> np.uint32(13)
            value = np.uint32(value * np.uint32(0xC2B2AE35))
            value ^= value >> np.uint32(16)
            for column in range(width):
                permuted = np.uint32(multipliers[column] * value + increments[column])
                signature[column] = min(signature[column], permuted)
    return signatures
