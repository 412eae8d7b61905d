"""Texts that are too long, as they stand or once they are normalized.

Some characters become many under NFKC: U+FDFA becomes 18, so that a text within the limit fills
the memory later.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

GROWTH = 18
"""Characters that one becomes at most under NFKC (U+FDFA)."""


def over_length(texts: pa.Array, limit: int) -> np.ndarray[Any, Any]:
    r"""Mask the texts of more characters than the limit, also after NFKC; null ones are not.

    Example:
        >>> over_length(pa.array(["停水三天", "停水", "\ufdfa", None]), 3).tolist()
        [True, False, True, False]
    """
    longest = pc.max(pc.binary_length(texts)).as_py()
    if longest is None or longest * GROWTH <= limit:
        return np.zeros(len(texts), bool)
    lengths = np.asarray(pc.fill_null(pc.utf8_length(texts), 0))
    over = lengths > limit
    for row in np.flatnonzero((lengths * GROWTH > limit) & ~over).tolist():
        text = texts[row].as_py()
        over[row] = not text.isascii() and len(unicodedata.normalize("NFKC", text)) > limit
    return np.asarray(over)
