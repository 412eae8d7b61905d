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

from rumorscan.kernels import compiled
from rumorscan.rumors.buckets import Shape, collect, make_scratch
from rumorscan.text.fold import Folded
from rumorscan.text.tokens import load_lexicon
from rumorscan.text.words import Lexicon

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
    return Matrix(
        *_vectorize(folded.codes, folded.offsets, load_lexicon(), _shape(settings), rarity)
    )


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
    return _dot(folded.codes, folded.offsets, load_lexicon(), _shape(settings), table)


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
    return _contributions(folded.codes, folded.offsets, load_lexicon(), _shape(settings), table)


def _shape(settings: FeatureSettings) -> Shape:
    return Shape(
        settings.shortest,
        settings.longest,
        settings.words,
        settings.word_pairs,
        64 - settings.bits,
    )


@compiled
def _vectorize(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    lexicon: Lexicon,
    shape: Shape,
    rarity: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    n = len(offsets) - 1
    scratch = make_scratch(offsets, shape)
    room = len(codes) * (shape.longest - shape.shortest + 3)
    values = np.empty(room, dtype=np.float64)
    indices = np.empty(room, dtype=np.int32)
    bounds = np.zeros(n + 1, dtype=np.int64)
    written = 0
    for row in range(n):
        count = collect(codes, offsets[row], offsets[row + 1], row, lexicon, shape, scratch)
        indices[written : written + count] = np.sort(scratch.buckets[:count])
        square = 0.0
        for entry in range(written, written + count):
            values[entry] = rarity[indices[entry]]
            square += values[entry] * values[entry]
        for entry in range(written, written + count):
            values[entry] /= np.sqrt(square)
        written += count
        bounds[row + 1] = written
    return values[:written].copy(), indices[:written].copy(), bounds


@compiled
def _dot(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    lexicon: Lexicon,
    shape: Shape,
    table: npt.NDArray[np.float32],
) -> npt.NDArray[np.float64]:
    n, heads = len(offsets) - 1, table.shape[1] - 1
    scratch = make_scratch(offsets, shape)
    products = np.zeros((n, heads), dtype=np.float64)
    for row in range(n):
        count = collect(codes, offsets[row], offsets[row + 1], row, lexicon, shape, scratch)
        buckets = scratch.buckets[:count]
        square = 0.0
        for bucket in buckets:
            rarity = np.float64(table[bucket, 0])
            square += rarity * rarity
        scale = 1.0 / np.sqrt(square) if square > 0.0 else 0.0
        for head in range(heads):
            total = 0.0
            for bucket in buckets:
                total += np.float64(table[bucket, head + 1])
            products[row, head] = total * scale
    return products


@compiled
def _contributions(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    lexicon: Lexicon,
    shape: Shape,
    table: npt.NDArray[np.float32],
) -> npt.NDArray[np.float64]:
    scratch = make_scratch(offsets, shape)
    added = np.zeros(len(codes), dtype=np.float64)
    for row in range(len(offsets) - 1):
        start = offsets[row]
        count = collect(codes, start, offsets[row + 1], row, lexicon, shape, scratch)
        square = 0.0
        for feature in range(count):
            rarity = np.float64(table[scratch.buckets[feature], 0])
            square += rarity * rarity
        for feature in range(count):
            begin, end = scratch.spans[2 * feature], scratch.spans[2 * feature + 1]
            part = table[scratch.buckets[feature], 1] / np.sqrt(square) / (end - begin)
            for position in range(begin, end):
                added[start + position] += part
    return added
