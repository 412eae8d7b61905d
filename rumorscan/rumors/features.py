"""What the linear model looks at: which character runs and words a fold key holds.

Each run of a few characters and each word is hashed to one of 2 ** bits buckets. A key's vector
holds the rarity of each of its distinct buckets, divided so that its length is 1; saying a thing
twice adds nothing. Training takes the vectors as a sparse matrix; scoring never makes them, but
adds up the weights as it walks along the key.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.buckets import Shape, walk
from rumorscan.text.fold import Folded
from rumorscan.text.tokens import segment

_MAXIMUM_BITS = 24


@dataclass(frozen=True, slots=True)
class FeatureSettings:
    """Which features a model has; stored with its weights.

    Attributes:
        shortest: characters in the shortest run.
        longest: characters in the longest run.
        words: whether jieba's words count as well.
        word_pairs: whether two words side by side count as well.
        bits: there are 2 ** bits buckets.
    """

    shortest: int = 1
    longest: int = 2
    words: bool = True
    word_pairs: bool = True
    bits: int = 18

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a value is out of its range.
        """
        if not 1 <= self.shortest <= self.longest <= 8:
            raise ValueError(
                f"shortest and longest are {self.shortest} and {self.longest}; "
                "expected 1 <= shortest <= longest <= 8"
            )
        if not 8 <= self.bits <= _MAXIMUM_BITS:
            raise ValueError(f"bits is {self.bits}; expected 8 to {_MAXIMUM_BITS}")

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return 1 << self.bits

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as they stand in a model's configuration."""
        return asdict(self)


class Matrix(NamedTuple):
    """The vectors of n keys as compressed sparse rows.

    Attributes:
        values: float64, shape (entries,); 1 / sqrt(m) in a row with m entries.
        indices: int32, shape (entries,); buckets, ascending within a row, each once.
        offsets: int64, shape (n + 1,); row i is `indices[offsets[i]:offsets[i + 1]]`.
    """

    values: npt.NDArray[np.float64]
    indices: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]


def vectorize(
    folded: Folded, settings: FeatureSettings, rarity: npt.NDArray[np.float32] | None = None
) -> Matrix:
    """Return the vectors of fold keys, one row a key.

    Args:
        folded: n fold keys.
        settings: which features there are.
        rarity: float32, shape (buckets,), as `rarities` gives it; without it all count the same.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> matrix = vectorize(fold_texts(["停水", "停水停水", ""]), FeatureSettings())
        >>> matrix.offsets.tolist()
        [0, 4, 10, 10]
    """
    if rarity is None:
        rarity = np.ones(settings.buckets, dtype=np.float32)
    table = weight_table(rarity)
    walked = _walk(folded, settings, table, _word_begins(folded, settings), keep=True)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(walked.counts)])
    rows = np.repeat(np.arange(len(folded)), walked.counts)
    entries = (rows << _MAXIMUM_BITS) | walked.buckets[: offsets[-1]]
    entries.sort()
    indices = (entries & ((1 << _MAXIMUM_BITS) - 1)).astype(np.int32)
    values = rarity[indices].astype(np.float64)
    squares = np.bincount(rows, values * values, len(folded))  # adds one by one, in order
    return Matrix(values / np.sqrt(squares)[rows], indices, offsets)


def rarities(matrix: Matrix, settings: FeatureSettings) -> npt.NDArray[np.float32]:
    """Return how rare each bucket is among the rows: 1 + log((1 + n) / (1 + rows that have it)).

    Returns:
        float32, shape (buckets,); what is in every row has 1. It is the smoothed inverse document
        frequency of Salton and Buckley, Term-weighting approaches (1988), as scikit-learn has it.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> settings = FeatureSettings(longest=1, words=False, word_pairs=False)
        >>> rarity = rarities(vectorize(fold_texts(["停水", "停电"]), settings), settings)
        >>> [round(float(value), 3) for value in np.unique(rarity)]
        [1.0, 1.405, 2.099]
    """
    rows = len(matrix.offsets) - 1
    seen = np.bincount(matrix.indices, minlength=settings.buckets)
    rarity = 1.0 + np.log((1.0 + rows) / (1.0 + seen))
    return np.asarray(rarity, dtype=np.float32)


def weight_table(
    rarity: npt.NDArray[np.float32], *heads: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return rarity and weights side by side, as `dot` reads them.

    Args:
        rarity: float32, shape (buckets,).
        heads: weight vectors, float32, shape (buckets,) each.

    Returns:
        float32, shape (buckets, 1 + heads); the weights are multiplied by the rarity.

    Example:
        >>> ones = np.ones(256, dtype=np.float32)
        >>> weight_table(2 * ones, 3 * ones)[0].tolist()
        [2.0, 6.0]
    """
    return np.ascontiguousarray(np.stack([rarity, *(rarity * head for head in heads)], axis=1))


def dot(
    folded: Folded, settings: FeatureSettings, table: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return the product of the keys' vectors with several weight vectors.

    Args:
        folded: n fold keys.
        settings: the features that the weights belong to.
        table: what `weight_table` gives, of h heads.

    Returns:
        float64, shape (n, h); the same as the sparse matrix gives, up to rounding.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> settings = FeatureSettings()
        >>> ones = np.ones(settings.buckets, dtype=np.float32)
        >>> dot(fold_texts(["停水停水", ""]), settings, weight_table(ones, ones)).round(3).tolist()
        [[2.449], [0.0]]
    """
    return _walk(folded, settings, table, _word_begins(folded, settings)).products


def contributions(
    folded: Folded, settings: FeatureSettings, table: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return what each character adds to the first head, a feature's part split among its own.

    Args:
        folded: fold keys.
        settings: the features that the weights belong to.
        table: what `weight_table` gives.

    Returns:
        float64, aligned with `folded.codes`; the sum over a key is its product. A feature that
        occurs twice is credited where it occurs first.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> settings = FeatureSettings(2, 3, words=False, word_pairs=False)
        >>> ones = np.ones(settings.buckets, dtype=np.float32)
        >>> table = weight_table(ones, ones)
        >>> contributions(fold_texts(["停水了"]), settings, table).round(2).tolist()
        [0.48, 0.77, 0.48]
    """
    begins = _word_begins(folded, settings)
    added = np.zeros(len(folded.codes), dtype=np.float64)
    for row in range(len(folded)):
        walked = _walk(folded.part(row, row + 1), settings, table, begins)
        rarity, weights = table[walked.buckets[: walked.counts[0]], :2].astype(np.float64).T
        first, last = walked.spans[: walked.counts[0]].T
        widths = last - first
        shares = weights / np.sqrt(np.cumsum(rarity * rarity)[-1:]) / widths
        within = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
        places = np.repeat(first, widths) + within
        start, stop = folded.offsets[row : row + 2]
        added[start:stop] = np.bincount(places, np.repeat(shares, widths), stop - start)
    return added


class _Walked(NamedTuple):
    """What `walk` fills, see there."""

    buckets: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]
    products: npt.NDArray[np.float64]


def _walk(
    folded: Folded,
    settings: FeatureSettings,
    table: npt.NDArray[np.float32],
    begins: npt.NDArray[np.uint8],
    *,
    keep: bool = False,
) -> _Walked:
    """Walk along the keys with arrays that are wide enough; see `walk`."""
    n = len(folded)
    kinds = settings.longest - settings.shortest + 3
    most = kinds * int(folded.lengths.max(initial=1))
    spans = np.empty((most, 2), dtype=np.int32)
    buckets = np.empty(kinds * int(folded.lengths.sum()) if keep else most, dtype=np.int32)
    counts = np.empty(n, dtype=np.int64)
    products = np.empty((n, table.shape[1] - 1), dtype=np.float64)
    hashes = np.empty(most, dtype=np.uint64)
    seen = np.zeros(max(16, 1 << (2 * most - 1).bit_length()), dtype=np.uint64)
    keys, scratch = (folded.codes, folded.offsets, begins), (hashes, spans, seen)
    walk(*keys, _shape(settings), table, *scratch, keep, buckets, counts, products)
    return _Walked(buckets, spans, counts, products)


def _shape(settings: FeatureSettings) -> Shape:
    words, pairs = int(settings.words), int(settings.word_pairs)
    return settings.shortest, settings.longest, words, pairs, 64 - settings.bits


def _word_begins(folded: Folded, settings: FeatureSettings) -> npt.NDArray[np.uint8]:
    if settings.words or settings.word_pairs:
        return segment(folded)
    return np.zeros(len(folded.codes), dtype=np.uint8)
