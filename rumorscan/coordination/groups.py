"""Groups: posts of near-duplicate text, each link verified by exact Jaccard similarity.

Locality-sensitive hashing proposes pairs (Indyk and Motwani 1998; banding as in Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3); only pairs whose shingle sets
reach the threshold are linked, and a group is a connected set of links.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.sets import all_roots, find_root
from rumorscan.coordination.signatures import sign_texts
from rumorscan.kernels import compiled
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import Folded
from rumorscan.text.shingles import shared_members, shingle_sets

_TEXTS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Which of m distinct texts belong together.

    Attributes:
        root_of: int64, shape (m,); the first text of the group that a text belongs to (a text
            without a near-duplicate is its own), or -1 where the text is too short to index.
        candidate_pairs: pairs that were verified.
        capped_buckets: buckets over the star size, linked by a star.
    """

    root_of: npt.NDArray[np.int64]
    candidate_pairs: int
    capped_buckets: int


def find_groups(folded: Folded, settings: GroupSettings) -> Groups:
    """Return the groups of near-duplicates among distinct fold keys.

    Args:
        folded: m distinct keys.
        settings: threshold, minimum length, and the width and bands of the index.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> keys = fold_texts(["城东水厂停水三天大家快囤水", "好", "城东水厂停水三天大家快囤水吧"])
        >>> find_groups(keys, GroupSettings()).root_of.tolist()
        [0, -1, 0]
    """
    long_enough = np.flatnonzero(folded.lengths >= settings.minimum_length)
    indexed = folded.take(long_enough)
    keys = _band_keys(indexed, settings)
    sets = shingle_sets(indexed, settings.shingle_length)
    parents = np.arange(len(indexed), dtype=np.int64)
    index_bits = max(1, len(indexed).bit_length())
    candidate_pairs = capped_buckets = 0
    for band in range(settings.bands):
        # key and position in one number: unique, so that any sort gives the same order
        keyed = (keys[band] >> np.uint64(index_bits) << np.uint64(index_bits)) | np.arange(
            len(indexed), dtype=np.uint64
        )
        keyed.sort()
        pairs, capped = _link_band(
            keyed,
            np.uint64(index_bits),
            sets.values,
            sets.offsets,
            parents,
            settings.similarity,
            settings.star_size,
        )
        candidate_pairs += pairs
        capped_buckets += capped
    root_of = np.full(len(folded), -1, dtype=np.int64)
    root_of[long_enough] = long_enough[all_roots(parents)] if len(indexed) else 0
    return Groups(root_of, candidate_pairs, capped_buckets)


def _band_keys(folded: Folded, settings: GroupSettings) -> npt.NDArray[np.uint64]:
    """Return a 64-bit key for each band and text, shape (bands, m)."""
    keys = np.empty((settings.bands, len(folded)), dtype=np.uint64)
    for start in range(0, len(folded), _TEXTS_AT_ONCE):
        stop = min(start + _TEXTS_AT_ONCE, len(folded))
        _hash_bands(sign_texts(folded.part(start, stop), settings), keys[:, start:stop])
    return keys


@compiled
def _hash_bands(signatures: npt.NDArray[np.uint32], keys: npt.NDArray[np.uint64]) -> None:
    bands = keys.shape[0]
    rows_per_band = signatures.shape[1] // bands
    for row in range(signatures.shape[0]):
        for band in range(bands):
            value = np.uint64(0x9E3779B97F4A7C15)
            for column in range(band * rows_per_band, (band + 1) * rows_per_band):
                value = (value ^ np.uint64(signatures[row, column])) * np.uint64(0xFF51AFD7ED558CCD)
                value ^= value >> np.uint64(32)
            keys[band, row] = value


@compiled
def jaccard_at_least(
    values: npt.NDArray[np.uint64],
    offsets: npt.NDArray[np.int64],
    first: np.int64,
    second: np.int64,
    threshold: float,
) -> bool:
    """Tell whether two of the sets reach a Jaccard similarity, counted exactly."""
    one, other = offsets[first + 1] - offsets[first], offsets[second + 1] - offsets[second]
    sizes, shorter = one + other, min(one, other)
    if sizes == 0 or shorter < threshold * (sizes - shorter):
        return False
    shared = shared_members(values, offsets, first, second, np.int64(0))
    return bool(shared / (sizes - shared) >= threshold)


@compiled
def _link_pair(
    values: npt.NDArray[np.uint64],
    offsets: npt.NDArray[np.int64],
    parents: npt.NDArray[np.int64],
    pair: tuple[np.int64, np.int64],
    threshold: float,
) -> int:
    """Join the sets of two texts if they are near-duplicates; return 1 if they were compared."""
    first, second = find_root(parents, pair[0]), find_root(parents, pair[1])
    if first == second:
        return 0
    if jaccard_at_least(values, offsets, pair[0], pair[1], threshold):
        parents[max(first, second)] = min(first, second)
    return 1


@compiled
def _link_band(
    keyed: npt.NDArray[np.uint64],
    index_bits: np.uint64,
    values: npt.NDArray[np.uint64],
    offsets: npt.NDArray[np.int64],
    parents: npt.NDArray[np.int64],
    threshold: float,
    star_size: int,
) -> tuple[int, int]:
    """Compare within each bucket of a sorted band; return pairs compared and buckets capped."""
    index_mask = (np.uint64(1) << index_bits) - np.uint64(1)
    pairs = 0
    capped = 0
    start = 0
    while start < len(keyed):
        key = keyed[start] >> index_bits
        stop = start + 1
        while stop < len(keyed) and keyed[stop] >> index_bits == key:
            stop += 1
        is_star = stop - start > star_size
        capped += is_star
        center = np.int64(keyed[start] & index_mask)
        for second in range(start + 1, stop):
            later = np.int64(keyed[second] & index_mask)
            if is_star:
                before = np.int64(keyed[second - 1] & index_mask)
                pairs += _link_pair(values, offsets, parents, (center, later), threshold)
                pairs += _link_pair(values, offsets, parents, (before, later), threshold)
            else:
                for first in range(start, second):
                    earlier = np.int64(keyed[first] & index_mask)
                    pairs += _link_pair(values, offsets, parents, (earlier, later), threshold)
        start = stop
    return pairs, capped
