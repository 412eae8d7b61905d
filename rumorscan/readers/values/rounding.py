"""Ids that a spreadsheet rounded: it keeps 15 digits, so that longer ids end in zeros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.values.arrays import bytes_of

SPREADSHEET_DIGITS = 15
"""Digits of a number that spreadsheets keep."""
_FEWEST = 5
_ZERO, _NINE = b"09"


class Rounding:
    """Counts long ids and those among them that end in zeros.

    Example:
        >>> rounding = Rounding()
        >>> rounding.add("post", pa.array([f"50990000000{n:04}0" for n in range(40)]))
        >>> rounding.notes()
        {'post ids that end in 0: most do, as if a spreadsheet had rounded them': 40}
    """

    def __init__(self) -> None:
        self._long: Counter[str] = Counter()
        self._round: Counter[str] = Counter()

    def add(self, name: str, ids: pa.Array) -> None:
        """Count the ids of a batch, an array of text."""
        offsets, data = bytes_of(ids)
        lengths = np.diff(offsets)
        if ids.null_count:
            lengths = np.where(np.asarray(pc.is_valid(ids)), lengths, 0)
        rows = np.flatnonzero(lengths > SPREADSHEET_DIGITS)
        if not len(rows):
            return
        first, last = data[offsets[rows]], data[offsets[rows] + lengths[rows] - 1]
        digits = (first >= _ZERO) & (first <= _NINE) & (last >= _ZERO) & (last <= _NINE)
        self._long[name] += int(digits.sum())
        self._round[name] += int((digits & (last == _ZERO)).sum())

    @property
    def state(self) -> dict[str, dict[str, int]]:
        """What was counted, for another one that goes on."""
        return {"long": dict(self._long), "round": dict(self._round)}

    @state.setter
    def state(self, state: Mapping[str, Mapping[str, int]]) -> None:
        self._long, self._round = Counter(state["long"]), Counter(state["round"])

    def notes(self) -> dict[str, int]:
        """Return a warning for each kind of ids of which most end in 0."""
        return {
            f"{name} ids that end in 0: most do, as if a spreadsheet had rounded them": found
            for name, found in self._round.items()
            if found >= _FEWEST and 2 * found > self._long[name]
        }
