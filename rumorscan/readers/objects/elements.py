"""Elements of a list in JSON as they stand in it, not yet parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rumorscan.readers.objects.structure import Places

SPACES = b" \t\r\n"
_INDENTATION = 64
"""Blanks around elements that are looked at in all of them at once."""
_BLANK = np.zeros(256, bool)
_BLANK[[*SPACES]] = True


@dataclass(frozen=True, slots=True)
class Elements:
    """Whole elements of a list, one after the other, with the commas between them.

    Attributes:
        data: the elements.
        places: where each begins in `data`.
        start: where they begin in the document.
        overlong: the only one is too long, and this is its beginning.
        torn: a line end stands in some string.
    """

    data: bytes
    places: Places
    start: int
    overlong: bool = False
    torn: bool = False

    def begins(self) -> Places:
        """Return where each begins in `data`, the white space before it left out."""
        codes = np.frombuffer(self.data, np.uint8)
        places = self.places.copy()
        behind = places < len(codes)
        for _ in range(_INDENTATION):
            if not behind.any():
                return places
            behind &= places < len(codes)
            behind[behind] = _BLANK[codes[places[behind]]]
            places[behind] += 1
        stops = self._stops()
        for row in np.flatnonzero(behind).tolist():
            rest = self.data[places[row] : stops[row]]
            places[row] += len(rest) - len(rest.lstrip(SPACES))
        return places

    def ends(self) -> Places:
        """Return where each ends in `data`, the white space behind it left out."""
        codes = np.frombuffer(self.data, np.uint8)
        places = self._stops()
        behind = places > self.places
        for _ in range(_INDENTATION):
            if not behind.any():
                return places
            behind &= places > self.places
            behind[behind] = _BLANK[codes[places[behind] - 1]]
            places[behind] -= 1
        for row in np.flatnonzero(behind).tolist():
            rest = self.data[self.places[row] : places[row]]
            places[row] = self.places[row] + len(rest.rstrip(SPACES))
        return places

    def _stops(self) -> Places:
        return np.append(self.places[1:] - 1, len(self.data))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the elements."""
        for place, end in zip(self.places.tolist(), self._stops().tolist(), strict=True):
            yield self.data[place:end]
