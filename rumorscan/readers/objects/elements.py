"""The elements of a list in JSON, found without parsing it: a document read a piece at a time.

What is looked for are the commas between elements: those outside of strings and of everything
that is nested deeper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rumorscan.readers.objects.structure import COMMA, OBJECT_END, Feed, Places, Structure, is_torn

ELEMENT_LIMIT = 16 << 20
"""Bytes of an element; of a longer one only the beginning is kept."""
_KEPT = 4_096
_PATIENCE = 4 << 20
"""Bytes of an element after which it may have lost its end."""
_MENDS = 1_000
_MENDED_BYTES = 2 << 30
"""So much is looked at once more at most, all mends taken together."""
_INDENTATION = 64
"""Blanks around elements that are looked at in all of them at once."""
_SPACES = b" \t\r\n"
_BLANK = np.zeros(256, bool)
_BLANK[[*_SPACES]] = True


@dataclass(frozen=True, slots=True)
class Elements:
    """Whole elements of a list, one after the other, with the commas between them.

    Attributes:
        data: the elements.
        places: where each begins in `data`.
        start: where they begin in the document.
        overlong: the only one is over `ELEMENT_LIMIT`, and this is its beginning.
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
            places[row] += len(rest) - len(rest.lstrip(_SPACES))
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
            places[row] = self.places[row] + len(rest.rstrip(_SPACES))
        return places

    def _stops(self) -> Places:
        return np.append(self.places[1:] - 1, len(self.data))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the elements."""
        for place, end in zip(self.places.tolist(), self._stops().tolist(), strict=True):
            yield self.data[place:end]


class ElementScanner:
    """Cuts a list into elements.

    Attributes:
        closed: whether the list has ended.
        place: where the rest begins in the document.
    """

    def __init__(self, start: int) -> None:
        self.closed = False
        self.place = start
        self._structure = Structure(1)
        self._waiting: list[bytes] = []
        self._size = 0
        self._skips = False
        self._patience = _PATIENCE
        self._mends = _MENDS
        self._mended_bytes = 0

    @property
    def rest(self) -> bytes:
        """What belongs to no element so far; of much only the beginning."""
        return b"".join(self._waiting)

    def cut(self, feed: Feed) -> Iterator[Elements]:
        r"""Yield the elements of a list; what follows its end stays in the feed.

        Args:
            feed: the document from behind the `[` on.

        Example:
            >>> scanner, feed = ElementScanner(1), Feed([b'{"a": [1, 2]}, "x', b',y", 3]\n'], 1)
            >>> [list(part) for part in scanner.cut(feed)]
            [[b'{"a": [1, 2]}'], [b' "x,y"', b' 3']]
            >>> scanner.closed, feed.data[feed.at :]
            (True, b'\n')
        """
        while not self.closed and feed.more():
            yield from self._take(feed)
            if self._size > self._patience and not self.closed:
                self._patience *= 2
                yield from self._mend(feed)
        if not self.closed:
            yield from self._mend(feed)

    def give_up(self, feed: Feed) -> None:
        """Let the feed have what waits of an element that is too long."""
        feed.go_back(self.rest, self.place)
        self._waiting, self._size = [], 0

    def go_on(self, feed: Feed) -> None:
        """Go on behind that element."""
        self.place = feed.place
        self._structure.begin(1)
        self._patience = _PATIENCE

    def _mend(self, feed: Feed) -> Iterator[Elements]:
        """Give up elements that do not end where lines look like the beginning of the next one."""
        while not self.closed and not self._skips and self._mends:
            data = self.rest
            begins = _line_of(data)
            self._mends -= 1
            self._mended_bytes += len(data)
            if begins is None or self._mended_bytes > _MENDED_BYTES:
                return
            # what is nested is indented further
            hit = re.search(rb"\}[ \t]*," + re.escape(begins) + rb"(?=\{)", data)
            if hit is None:
                return
            comma = data.index(b",", hit.start())
            yield Elements(data[:comma], np.zeros(1, np.int64), self.place, torn=True)
            self.place += comma + 1
            self._waiting, self._size = [], 0
            self._structure.begin(1)
            self._patience = _PATIENCE
            feed.go_back(data[comma + 1 :], self.place)
            yield from self._take(feed)

    def _take(self, feed: Feed) -> Iterator[Elements]:
        data, at = feed.data, feed.at
        commas, end = self._bounds(data, at)
        last = end if end is not None else (int(commas[-1]) if len(commas) else None)
        feed.at = len(data) if end is None else end + 1
        if last is None:
            self._wait(data[at:])
            if self._size > ELEMENT_LIMIT and not self._skips:
                self._skips = True
                yield Elements(self.rest, np.zeros(1, np.int64), self.place, True)
            return
        if self._skips:  # what was too long ends at the first comma
            at = (int(commas[0]) if len(commas) else last) + 1
            self.place = feed.start + at
            commas = commas[1:]
            self._waiting, self._size, self._skips = [], 0, False
        if last >= at:
            whole = b"".join((*self._waiting, memoryview(data)[at:last]))
            places = np.concatenate(([0], commas[commas < last] - at + self._size + 1))
            if end is None or whole.strip() or len(places) > 1:
                yield Elements(whole, places, self.place, torn=self._structure.torn)
        self.place = feed.start + last + 1
        self._waiting, self._size = [], 0
        self.closed = end is not None
        if not self.closed:
            self._wait(data[last + 1 :])
            self._structure.torn = self._structure.torn and is_torn(data[last + 1 :])

    def _wait(self, data: bytes) -> None:
        if self._size <= ELEMENT_LIMIT:
            self._waiting.append(data)
        elif len(self._waiting) > 1:
            self._waiting = [self.rest[:_KEPT]]
        self._size += len(data)

    def _bounds(self, data: bytes, at: int) -> tuple[Places, int | None]:
        """Return where the commas between elements are, and where the list ends."""
        found = []
        for marks, kinds, depths in self._structure.windows(data, at):
            end = None
            while len(ends := np.flatnonzero(depths <= 0)[:1]):
                end = int(ends[0])
                if kinds[end] != OBJECT_END or not self._mends:
                    break
                # a list does not end so: an object in it has been closed twice
                self._mends -= 1
                depths[end:] += 1
                self._structure.depth += 1
                end = None
            commas = marks[:end][(kinds[:end] == COMMA) & (depths[:end] == 1)]
            found.append(commas)
            if end is not None:
                return np.concatenate(found), int(marks[end])
        return np.concatenate(found) if found else np.zeros(0, np.int64), None


def _line_of(data: bytes) -> bytes | None:
    """Return the line end and the indentation of an object that begins a line, or None."""
    begins = len(data) - len(data.lstrip(_SPACES))
    line = data.rfind(b"\n", 0, begins)
    if line < 0 or data[begins : begins + 1] != b"{":
        return None
    before = data[:line].removesuffix(b"\r")
    return data[len(before.rstrip(b" \t")) : begins]
