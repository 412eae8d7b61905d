"""Quotation marks of CSV: whether they are where they should be."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np

_QUOTE = 34


def is_strict(data: bytes, delimiter: str) -> bool:
    r"""Return whether every mark opens or closes a cell, or is one of two in a quoted cell.

    Then whoever reads the records of the data comes to the same cells. Looked at all at once,
    since there may be millions.

    Example:
        >>> is_strict(b'1,"a ""b"" c"\n', ","), is_strict(b'1,a"b\n', ",")
        (True, False)
    """
    codes = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(codes == _QUOTE)
    if len(marks) % 2:
        return False
    opening, closing = marks[::2], marks[1::2]
    beside = np.zeros(256, bool)
    beside[[ord(delimiter), 10, 13]] = True
    before = np.where(opening > 0, codes[opening - 1], 10)
    after = np.where(closing + 1 < len(codes), codes[np.minimum(closing + 1, len(codes) - 1)], 10)
    # a mark within a quoted cell is written twice: one closes, and the next one opens again
    opens_well = beside[before]
    opens_well[1:] |= opening[1:] == closing[:-1] + 1
    closes_well = beside[after]
    closes_well[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(opens_well.all() and closes_well.all())


def is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether a further line would belong to the last record of these.

    Example:
        >>> is_open(['1,"停水'], ","), is_open(['1,"停水"'], ",")
        (True, False)
    """
    if '"' not in lines[-1] and len(lines) == 1:
        return False
    lines = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n"]
    try:
        alone = sum(1 for _ in csv.reader(lines, delimiter=delimiter))
        return sum(1 for _ in csv.reader([*lines, "."], delimiter=delimiter)) == alone
    except csv.Error:
        return True
