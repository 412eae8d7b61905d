"""The distinct display texts of a dump: what is the same to the letter is looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.text.distinct import Distinct
from rumorscan.text.hashing import hash_rows
from rumorscan.text.structure import text_bytes


@dataclass(frozen=True, slots=True)
class Displays:
    """The m distinct display texts of n posts, in order of first occurrence.

    Attributes:
        first_row: int64, shape (m,); the first post of each.
        of_row: int64, shape (n,); which one a post shows.
    """

    first_row: npt.NDArray[np.int64]
    of_row: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first_row)


def find_displays(texts: Any, distinct: Distinct) -> Displays:
    """Return the distinct display texts.

    Two posts show the same where their fold keys are equal and a 64-bit hash of their bytes is.

    Args:
        texts: the display texts, a chunked Arrow column, one a post.
        distinct: their distinct fold keys.

    Example:
        >>> import pyarrow as pa
        >>> from rumorscan.text.distinct import find_distinct
        >>> from rumorscan.text.fold import fold_texts
        >>> texts = pa.chunked_array([["停水！", "停水", "停水！"]])
        >>> find_displays(texts, find_distinct(fold_texts(texts))).of_row.tolist()
        [0, 1, 0]
    """
    hashes = np.concatenate(
        [np.zeros(0, dtype=np.uint64), *(hash_rows(*text_bytes(chunk)) for chunk in texts.chunks)]
    )
    order = np.lexsort((hashes, distinct.key_of_row))
    hashes, keys = hashes[order], distinct.key_of_row[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (hashes[1:] != hashes[:-1]) | (keys[1:] != keys[:-1])
    first = order[is_new]  # the sort is stable: the first row of each
    place = np.argsort(first, kind="stable")
    rank = np.empty(len(first), dtype=np.int64)
    rank[place] = np.arange(len(first))
    of_row = np.empty(len(order), dtype=np.int64)
    of_row[order] = rank[np.cumsum(is_new) - 1]
    return Displays(first[place].astype(np.int64), of_row)
