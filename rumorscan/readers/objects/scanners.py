"""A list in JSON cut into its elements without parsing it: a document read a piece at a time.

What is looked for are the commas between elements: those outside of strings and of everything
that is nested deeper. Where an element does not end, the next one is looked for that begins as the
first one did: by its indent, or by its first key. What closes nothing is passed over: a `}`, for a
list ends with `]`, and a `]` behind which elements go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rumorscan.readers.objects.beginnings import KEPT, Beginnings
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.structure import COMMA, Feed, Places, Structure, is_torn

ELEMENT_LIMIT = 16 << 20
"""Bytes of an element; of a longer one only the beginning is kept."""
_PATIENCE = 4 << 20
"""Bytes of an element after which it may have lost its end."""
_MENDS = 1_000
_MENDED_BYTES = 2 << 30
"""So much is looked at once more at most, all mends taken together."""


class ElementScanner:
    """Cuts a list into elements.

    Args:
        start: where the list begins in the document, behind its `[`.
        ahead: bytes behind a `]` in which an element may tell that the list goes on; None means
            all that are at hand.

    Attributes:
        closed: whether the list has ended.
        place: where the rest begins in the document.
    """

    def __init__(self, start: int, ahead: int | None = None) -> None:
        self.closed = False
        self.place = start
        self._structure = Structure(1)
        self._waiting: list[bytes] = []
        self._size = 0
        self._skips = False
        self._patience = _PATIENCE
        self._mends = _MENDS
        self._beginnings = Beginnings(ahead)
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
            yield from self.advance(feed)
        yield from self.end(feed)

    def advance(self, feed: Feed) -> Iterator[Elements]:
        """Yield the elements that end in the piece at hand."""
        if self._beginnings.key is None:
            self._beginnings.learn(self.rest + feed.data[feed.at : feed.at + KEPT + 1])
        yield from self._take(feed)
        if self._size > self._patience and not self.closed:
            self._patience *= 2
            yield from self._mend(feed, at_end=False)

    def end(self, feed: Feed) -> Iterator[Elements]:
        """Yield what can be told from the rest of a list whose end is missing."""
        if not self.closed:
            yield from self._mend(feed, at_end=True)

    @property
    def is_settled(self) -> bool:
        """Whether little is known beside what belongs to no element so far."""
        return not self._skips and self._size <= ELEMENT_LIMIT

    @property
    def state(self) -> dict[str, Any]:
        """Where this is between two pieces, for another one that goes on."""
        return {
            "closed": self.closed,
            "place": self.place,
            "waiting": np.frombuffer(self.rest, np.uint8),
            "structure": self._structure.state,
            "patience": self._patience,
            "mends": self._mends,
            "mended_bytes": self._mended_bytes,
            "key": self._beginnings.state,
        }

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self.closed, self.place = state["closed"], state["place"]
        self._waiting = [state["waiting"].tobytes()]
        self._size = len(self._waiting[0])
        self._structure.state = state["structure"]
        self._patience, self._mends = state["patience"], state["mends"]
        self._mended_bytes = state["mended_bytes"]
        self._beginnings.state = state["key"]

    def give_up(self, feed: Feed) -> None:
        """Let the feed have what waits of an element that is too long."""
        feed.go_back(self.rest, self.place)
        self._waiting, self._size = [], 0

    def go_on(self, feed: Feed) -> None:
        """Go on behind that element."""
        self.place = feed.place
        self._structure.begin(1)
        self._patience = _PATIENCE

    def _mend(self, feed: Feed, at_end: bool) -> Iterator[Elements]:
        """Give up elements that do not end where something looks like the beginning of the next."""
        while not self.closed and not self._skips and self._mends:
            data = self.rest
            self._mends -= 1
            self._mended_bytes += len(data)
            if self._mended_bytes > _MENDED_BYTES:
                return
            comma = self._beginnings.next_comma(data, at_end)
            if comma is None:
                return
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
                elements = Elements(whole, places, self.place, torn=self._structure.torn)
                swallowed = self._beginnings.swallowed(elements) if self._mends else None
                if swallowed is not None:
                    yield from self._torn_off(feed, elements, last, *swallowed)
                    return
                yield elements
        self.place = feed.start + last + 1
        self._waiting, self._size = [], 0
        self.closed = end is not None
        if not self.closed:
            self._wait(data[last + 1 :])
            self._structure.torn = self._structure.torn and is_torn(data[last + 1 :])

    def _torn_off(
        self, feed: Feed, elements: Elements, last: int, number: int, comma: int
    ) -> Iterator[Elements]:
        """Yield the elements up to one that has taken others in; these are read again."""
        self._mends -= 1
        data, start = elements.data, int(elements.places[number])
        if number:
            places = elements.places[:number]
            yield Elements(data[: start - 1], places, elements.start, torn=elements.torn)
        one = data[start:comma]
        yield Elements(one, np.zeros(1, np.int64), elements.start + start, torn=True)
        self.place = elements.start + comma + 1
        self._waiting, self._size = [], 0
        self._structure.begin(1)
        feed.go_back(data[comma + 1 :] + feed.data[last:], self.place)

    def _wait(self, data: bytes) -> None:
        if self._size <= ELEMENT_LIMIT:
            self._waiting.append(data)
        elif len(self._waiting) > 1:
            self._waiting = [self.rest[:KEPT]]
        self._size += len(data)

    def _bounds(self, data: bytes, at: int) -> tuple[Places, int | None]:
        """Return where the commas between elements are, and where the list ends."""
        found = []
        for marks, kinds, depths in self._structure.windows(data, at):
            end = None
            while len(ends := np.flatnonzero(depths <= 0)[:1]):
                end = int(ends[0])
                if not self._mends or not self._beginnings.goes_on(data, int(marks[end])):
                    break
                self._mends -= 1
                depths[end:] += 1
                self._structure.depth += 1
                end = None
            commas = marks[:end][(kinds[:end] == COMMA) & (depths[:end] == 1)]
            found.append(commas)
            if end is not None:
                return np.concatenate(found), int(marks[end])
        return np.concatenate(found) if found else np.zeros(0, np.int64), None
