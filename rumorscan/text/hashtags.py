"""Texts without their hashtags, which everybody who joins a topic writes alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_HASHTAG = "[#＃][^#＃\n]{1,40}[#＃]"


def strip_hashtags(texts: Any) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Return the texts with every `#…#` taken out, and the rows that had one.

    Args:
        texts: an Arrow array of strings.

    Example:
        >>> stripped, rows = strip_hashtags(pa.array(["#城东停水#大家快囤水", "第3#楼"]))
        >>> stripped.to_pylist(), rows.tolist()
        ([' 大家快囤水', '第3#楼'], [0])
    """
    rows = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, _HASHTAG).fill_null(False)))
    if len(rows) == 0:
        return texts, rows.astype(np.int64)
    bare = pc.replace_substring_regex(texts.take(pa.array(rows)), _HASHTAG, " ")
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), bare), rows.astype(np.int64)
