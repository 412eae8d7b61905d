"""What a model reads of a text: its fold key with evasions undone and words respelled.

Half a dozen ways of writing around a filter (parts of characters, emoji for words, marks between
letters), and words written by their sound, cost a model of these keys a third to a half of what
they cost one of fold keys (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.text.evasions import unmask_texts
from rumorscan.text.fold import Folded, fold_texts, join_folded
from rumorscan.text.respelling import respell


def read_texts(texts: Iterable[str]) -> Folded:
    """Return what a model reads of texts, in order.

    Example:
        >>> list(read_texts(["打了疫苗会死！", "打*了疫*苗会|死", "打了役苗会死"]).keys())
        ['打了疫苗会死', '打了疫苗会死', '打了疫苗会死']
    """
    return respell(undo_evasions(texts))


def undo_evasions(texts: Iterable[str]) -> Folded:
    """Return the fold keys of texts with evasions undone, words as they are written.

    Example:
        >>> list(undo_evasions(["打*了疫*苗会|死", "打了役苗会死"]).keys())
        ['打了疫苗会死', '打了役苗会死']
    """
    array = pa.array([str(text) for text in texts], type=pa.string())
    return unmask_texts(array, fold_texts(array)).keys


def reread(folded: Folded, texts: pa.Array, rows: npt.NDArray[np.int64]) -> Folded:
    """Return what a model reads of fold keys, where some of them hold evasions.

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
    if len(rows):
        plain = unmask_texts(texts, folded.take(rows)).keys
        at = np.arange(len(folded), dtype=np.int64)
        at[rows] = len(folded) + np.arange(len(rows))
        folded = join_folded([folded, plain]).take(at)
    return respell(folded)
