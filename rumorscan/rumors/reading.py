"""What a model reads of a text: its fold key with evasions undone.

Half a dozen ways of writing around a filter (parts of characters, emoji for words, marks between
letters) cost a model of fold keys four points, and one of these keys two (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.text.evasions import unmask_texts
from rumorscan.text.fold import Folded, fold_texts, join_folded


def read_texts(texts: Iterable[str]) -> Folded:
    """Return what a model reads of texts, in order.

    Example:
        >>> list(read_texts(["城东水厂，停水三天！", "城*东水*厂停*水三|天"]).keys())
        ['城东水厂停水三天', '城东水厂停水三天']
    """
    array = pa.array([str(text) for text in texts], type=pa.string())
    return unmask_texts(array, fold_texts(array)).keys


def reread(folded: Folded, texts: pa.Array, rows: npt.NDArray[np.int64]) -> Folded:
    """Return fold keys with evasions undone in some of them.

    Args:
        folded: n fold keys.
        texts: the display texts of the rows, as many as there are rows.
        rows: positions of the keys whose texts hold evasions, ascending.

    Example:
        >>> texts = ["城东停水三天", "城*东水*厂停*水三|天"]
        >>> rows = np.array([1])
        >>> list(reread(fold_texts(texts), pa.array(texts[1:]), rows).keys())
        ['城东停水三天', '城东水厂停水三天']
    """
    if not len(rows):
        return folded
    read = unmask_texts(texts, folded.take(rows)).keys
    at = np.arange(len(folded), dtype=np.int64)
    at[rows] = len(folded) + np.arange(len(rows))
    return join_folded([folded, read]).take(at)
