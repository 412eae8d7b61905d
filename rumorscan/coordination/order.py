"""Order: whether two texts that share their pieces share their order too.

A sentence whose clauses were moved has the same shingles as before; it is found, and not called
equal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded

Ints = npt.NDArray[np.int64]


def order_shares(keys: Folded, first: Ints, second: Ints, length: int) -> npt.NDArray[np.float64]:
    """Return what share of the common shingles of each pair of keys stands in the same order.

    Args:
        keys: the texts.
        first: positions of the one of each pair, shape (k,).
        second: of the other.
        length: characters of a shingle.

    Returns:
        Shares in (0, 1], shape (k,); 1.0 where nothing is common.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> keys = fold_texts(["城东停水三天大家快囤水", "大家快囤水城东停水三天"])
        >>> order_shares(keys, np.array([0]), np.array([1]), 3).round(2).tolist()
        [0.57]
    """
    widest = int(keys.lengths.max(initial=0)) + 1
    return _order_shares(keys.codes, keys.offsets, first, second, length, widest)


@compiled
def _order_shares(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    first: Ints,
    second: Ints,
    length: int,
    widest: int,
) -> npt.NDArray[np.float64]:
    """Share of the longest increasing run of matched positions (Fredman 1975), pair by pair."""
    shares = np.ones(len(first))
    tails = np.empty(widest, dtype=np.int64)
    for index in range(len(first)):
        start, stop = offsets[first[index]], offsets[first[index] + 1] - length + 1
        other, other_stop = offsets[second[index]], offsets[second[index] + 1] - length + 1
        matched = 0
        longest = 0
        expected = other
        for position in range(start, stop):
            place = np.int64(-1)
            # most often the next shingle stands next there too
            for step in range(other_stop - other):
                candidate = expected + step
                if candidate >= other_stop:
                    candidate = other + (candidate - other_stop)
                same = True
                for ahead in range(length):
                    if codes[candidate + ahead] != codes[position + ahead]:
                        same = False
                        break
                if same:
                    place = candidate
                    break
            if place < 0:
                continue
            expected = place + 1
            matched += 1
            low, high = 0, longest
            while low < high:
                middle = (low + high) // 2
                if tails[middle] < place:
                    low = middle + 1
                else:
                    high = middle
            tails[low] = place
            if low == longest:
                longest += 1
        if matched:
            shares[index] = longest / matched
    return shares
