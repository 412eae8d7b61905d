"""Where records of text lie in the file: from places in what was read to bytes on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rumorscan.readers.encodings.decoding import Block

_KEPT_BYTES = 4 << 20
"""A record that waits for its end began no farther back than this."""


class Origins:
    """Where the blocks lie that are read one after the other."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, int, Block]] = []
        self._end = 0

    def add(self, block: Block, skipped: int) -> None:
        """Add the next block, of which so many bytes at the beginning are not read."""
        while len(self._blocks) > 1 and self._blocks[1][0] < self._end - _KEPT_BYTES:
            del self._blocks[0]
        self._blocks.append((self._end, skipped, block))
        self._end += len(block.data) - skipped

    def offset_of(self, place: int) -> int | None:
        r"""Return the byte in the file of what is at this place of everything that was read.

        Example:
            >>> origins = Origins()
            >>> origins.add(Block("停\n水\n".encode(), start=100), skipped=4)
            >>> origins.offset_of(0), origins.offset_of(1)
            (104, None)
        """
        for start, skipped, block in reversed(self._blocks):
            if place >= start:
                return block.offset_at(place - start + skipped)
        return None


class DataSpots:
    """Row number to where the record begins in a block that was read as a whole.

    Args:
        data: the block.
        first: number of its first record.
        ends: where each record ends; None where a record is a line.
    """

    def __init__(self, data: bytes, first: int, ends: np.ndarray[Any, Any] | None) -> None:
        self._data = data
        self._first = first
        self._ends = ends

    def __call__(self, row: int) -> int:
        """Return the place in the block."""
        if self._ends is None:
            self._ends = np.flatnonzero(np.frombuffer(self._data, np.uint8) == 10) + 1
        place = row - self._first
        return int(self._ends[place - 1]) if place else 0


class LineSpots:
    """The same for a block that was read line by line.

    Args:
        lines: of the block.
        starts: row number to the first line of the record; may grow.
    """

    def __init__(self, lines: Sequence[str], starts: Mapping[int, int]) -> None:
        self._lines = lines
        self._starts = starts
        self._places: np.ndarray[Any, Any] | None = None

    def __call__(self, row: int) -> int:
        """Return the place in the block."""
        if self._places is None:
            self._places = np.cumsum([0, *(len(line.encode()) for line in self._lines)])
        return int(self._places[self._starts[row]])
