"""The elements of a list in JSON, found without parsing it: a document read a piece at a time.

What is looked for are the commas between elements: those outside of strings and of everything
that is nested deeper. Where an element does not end, the next one is looked for that begins as the
first one did: by its indent, or by its first key. What closes nothing is passed over: a `}`, for a
list ends with `]`, and a `]` behind which elements go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rumorscan.readers.objects.structure import (
    COMMA,
    LIST,
    OBJECT,
    OBJECT_END,
    Feed,
    Places,
    Structure,
    is_torn,
)

ELEMENT_LIMIT = 16 << 20
"""Bytes of an element; of a longer one only the beginning is kept."""
_KEPT = 4_096
_PATIENCE = 4 << 20
"""Bytes of an element after which it may have lost its end."""
_MENDS = 1_000
_FIRST_KEY = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.){1,256}")\s*:')
AHEAD = 64 << 10
"""Bytes behind a `]` in which a list that lies in an object may go on."""
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
        self._ahead = ahead
        self._key: bytes | None = None  # with which the first element begins; empty where with none
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
        if self._key is None:
            self._look_for_key(feed)
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
            "key": None if self._key is None else self._key.hex(),
        }

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self.closed, self.place = state["closed"], state["place"]
        self._waiting = [state["waiting"].tobytes()]
        self._size = len(self._waiting[0])
        self._structure.state = state["structure"]
        self._patience, self._mends = state["patience"], state["mends"]
        self._mended_bytes = state["mended_bytes"]
        self._key = None if state["key"] is None else bytes.fromhex(state["key"])

    def give_up(self, feed: Feed) -> None:
        """Let the feed have what waits of an element that is too long."""
        feed.go_back(self.rest, self.place)
        self._waiting, self._size = [], 0

    def go_on(self, feed: Feed) -> None:
        """Go on behind that element."""
        self.place = feed.place
        self._structure.begin(1)
        self._patience = _PATIENCE

    def _look_for_key(self, feed: Feed) -> None:
        beginning = self.rest + feed.data[feed.at : feed.at + _KEPT + 1]
        first = _FIRST_KEY.match(beginning)
        if first or len(beginning) > _KEPT:
            self._key = first[1] if first else b""

    def _mend(self, feed: Feed, at_end: bool) -> Iterator[Elements]:
        """Give up elements that do not end where something looks like the beginning of the next."""
        while not self.closed and not self._skips and self._mends:
            data = self.rest
            self._mends -= 1
            self._mended_bytes += len(data)
            if self._mended_bytes > _MENDED_BYTES:
                return
            comma = self._next_comma(data, at_end)
            if comma is None:
                return
            yield Elements(data[:comma], np.zeros(1, np.int64), self.place, torn=True)
            self.place += comma + 1
            self._waiting, self._size = [], 0
            self._structure.begin(1)
            self._patience = _PATIENCE
            feed.go_back(data[comma + 1 :], self.place)
            yield from self._take(feed)

    def _next_comma(self, data: bytes, at_end: bool) -> int | None:
        """Return where an element seems to end that was not closed."""
        begins = _line_of(data)
        if begins is not None:  # what is nested is indented further
            hit = re.search(rb"," + re.escape(begins) + rb"(?=\{)", data)
            if hit is not None:
                return hit.start()
        hit = self._next_element(data, 1)
        if hit is None or (not at_end and _is_in_list(data[: hit.start()])):
            return None
        return hit.start()

    def _next_element(
        self, data: bytes, start: int, end: int | None = None
    ) -> re.Match[bytes] | None:
        """Return the comma behind a place before something that begins as the first element."""
        if not self._key:
            return None
        next_one = rb",\s*(?=\{\s*" + re.escape(self._key) + rb"\s*:)"
        return re.compile(next_one).search(data, start, len(data) if end is None else end)

    def _goes_on(self, data: bytes, end: int) -> bool:
        """Tell whether what closes more than is open is not the end of the list."""
        if data[end] == OBJECT_END:
            return True
        ahead = None if self._ahead is None else end + 1 + self._ahead
        hit = self._next_element(data, end + 1, ahead)
        return hit is not None and not _opens(data[end + 1 : hit.start()])

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
                swallowed = self._swallowed(elements)
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

    def _swallowed(self, elements: Elements) -> tuple[int, int] | None:
        """Return which element has taken others in, and where the first of these seems to begin.

        Such a one lost its end, took in the end of the list, and ends behind it.
        """
        if self._ahead is None or not self._key or not self._mends:
            return None  # a list that is the document ends where the document does
        codes = np.frombuffer(elements.data + b" ", np.uint8)
        firsts, lasts = codes[elements.begins()], codes[elements.ends() - 1]
        torn = (firsts == OBJECT) & (lasts != OBJECT_END)
        for number in np.flatnonzero(torn | (firsts == LIST)).tolist():
            start = int(elements.places[number])
            behind = elements.places[number + 1 :][:1]
            end = int(behind[0]) - 1 if len(behind) else len(elements.data)
            if firsts[number] == LIST:
                hit = self._stray_opening(elements.data, start, end)
            else:
                hit = self._next_element(elements.data, start + 1, end)
            if hit is not None:
                return number, hit.start()
        return None

    def _stray_opening(self, data: bytes, start: int, end: int) -> re.Match[bytes] | None:
        """Return the `[` that an element begins with, if an object like the others follows."""
        blanks = len(data[start:end]) - len(data[start:end].lstrip(_SPACES))
        stray = rb"\[\s*(?=\{\s*" + re.escape(self._key or b"") + rb"\s*:)"
        return re.compile(stray).match(data, start + blanks, end)

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
            self._waiting = [self.rest[:_KEPT]]
        self._size += len(data)

    def _bounds(self, data: bytes, at: int) -> tuple[Places, int | None]:
        """Return where the commas between elements are, and where the list ends."""
        found = []
        for marks, kinds, depths in self._structure.windows(data, at):
            end = None
            while len(ends := np.flatnonzero(depths <= 0)[:1]):
                end = int(ends[0])
                if not self._mends or not self._goes_on(data, int(marks[end])):
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


def _opens(data: bytes) -> bool:
    """Tell whether something is open at the end of a text that was not at its beginning.

    Example:
        >>> _opens(b', "more": [{"id": 1}'), _opens(b'}], "id": 7}')
        (True, False)
    """
    lowest = depth = 0
    for _, _, depths in Structure().windows(data, 0):
        if len(depths):
            lowest, depth = min(lowest, int(depths.min())), int(depths[-1])
    return depth > lowest


def _is_in_list(data: bytes) -> bool:
    """Tell whether what is open at the end of a text, and was opened last, is a list.

    Example:
        >>> _is_in_list(b'{"id": 1, "tags": [{"id": 2}'), _is_in_list(b'{"id": 1, "tags": [2]')
        (True, False)
    """
    found = list(Structure().windows(data, 0))
    kinds, depths = (np.concatenate([each[place] for each in found]) for place in (1, 2))
    if not len(depths):
        return False
    # the last one that leads from below to where the text ends
    before = np.flatnonzero(depths < depths[-1])
    opener = int(before[-1]) + 1 if len(before) else 0
    return bool(kinds[opener] == LIST)


def _line_of(data: bytes) -> bytes | None:
    """Return the line end and the indentation of an object that begins a line, or None."""
    begins = len(data) - len(data.lstrip(_SPACES))
    line = data.rfind(b"\n", 0, begins)
    if line < 0 or data[begins : begins + 1] != b"{":
        return None
    before = data[:line].removesuffix(b"\r")
    return data[len(before.rstrip(b" \t")) : begins]
