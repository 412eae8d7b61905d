"""The elements of a list in JSON, found without parsing it: a document read a piece at a time.

What is looked for are the commas between elements: those outside of strings and of everything
that is nested deeper. No string of JSON goes over a line end, so that a quotation mark that is
missing costs its own line. Where an element does not end, the next one is looked for that begins
as the first one did: by its indent, or by its first key. What closes nothing is passed over: a `}`,
for a list ends with `]`, and a `]` behind which elements go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

ELEMENT_LIMIT = 16 << 20
"""Bytes of an element; of a longer one only the beginning is kept."""
_KEPT = 4_096
_PATIENCE = 4 << 20
"""Bytes of an element after which it may have lost its end."""
_MENDS = 1_000
_BEGINNING = re.compile(rb"\s*?([ \t]*\r?\n[ \t]*)\{")
_FIRST_KEY = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.){1,256}")\s*:')
_QUOTE, _BACKSLASH, _NEWLINE, _COMMA, _BRACE = b'"\\\n,}'
_STEPS = np.zeros(256, np.int8)
_STEPS[[*b"{["]], _STEPS[[*b"}]"]] = 1, -1
_MARKS = _STEPS != 0
_MARKS[_COMMA] = True
_BLANK = np.zeros(256, bool)
_BLANK[[*b" \t\r\n"]] = True
_Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Elements:
    """Whole elements of a list, one after the other, with the commas between them.

    Attributes:
        data: the elements.
        places: where each begins in `data`.
        start: where they begin in the document.
        overlong: the only one is over `ELEMENT_LIMIT`, and this is its beginning.
    """

    data: bytes
    places: _Places
    start: int
    overlong: bool = False

    def begins(self) -> _Places:
        """Return where each begins in `data`, the white space before it left out."""
        codes = np.frombuffer(self.data, np.uint8)
        places = self.places.copy()
        behind = places < len(codes)
        while behind.any():
            behind &= places < len(codes)
            behind[behind] = _BLANK[codes[places[behind]]]
            places[behind] += 1
        return places

    def __iter__(self) -> Iterator[bytes]:
        """Yield the elements."""
        ends = (*(self.places[1:] - 1).tolist(), len(self.data))
        for place, end in zip(self.places.tolist(), ends, strict=True):
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
        self._waiting: list[bytes] = []
        self._size = 0
        self._depth = 1
        self._is_open = False
        self._skips = False
        self._patience = _PATIENCE
        self._mends = _MENDS
        self._key: bytes | None = None  # with which the first element begins; empty where with none

    @property
    def rest(self) -> bytes:
        """What belongs to no element so far; of much only the beginning."""
        return b"".join(self._waiting)

    def cut(self, pieces: Iterable[bytes]) -> Iterator[Elements]:
        r"""Yield the elements in pieces of a document; the first one begins behind the `[`.

        Example:
            >>> scanner = ElementScanner(1)
            >>> [list(part) for part in scanner.cut([b'{"a": [1, 2]}, "x', b',y", 3]\n'])]
            [[b'{"a": [1, 2]}'], [b' "x,y"', b' 3']]
            >>> scanner.closed, scanner.rest
            (True, b'\n')
        """
        kept = b""
        for piece in pieces:
            data = kept + piece
            if self._key is None:
                beginning = self.rest + data
                first = _FIRST_KEY.match(beginning)
                if first or len(beginning) > _KEPT:
                    self._key = first[1] if first else b""
            # a backslash at the end says something about what follows
            kept = data[len(data.rstrip(b"\\")) :]
            yield from self._take(data[: len(data) - len(kept)])
            if self._size > self._patience:
                self._patience *= 2
                yield from self._mend()
        yield from self._take(kept)
        if not self.closed:
            yield from self._mend()

    def _mend(self) -> Iterator[Elements]:
        """Give up elements that do not end where something looks like the beginning of the next."""
        while not self.closed and not self._skips and self._mends:
            self._mends -= 1  # each looks at what waits once more
            data = self.rest
            comma = self._next_comma(data)
            if comma is None:
                return
            yield Elements(data[:comma], np.zeros(1, np.int64), self.place)
            self.place += comma + 1
            self._waiting, self._size, self._depth, self._is_open = [], 0, 1, False
            self._patience = _PATIENCE
            yield from self._take(data[comma + 1 :])

    def _next_comma(self, data: bytes) -> int | None:
        """Return where an element seems to end that was not closed."""
        hit = None
        if (begins := _BEGINNING.match(data)) is not None:  # what is nested is indented further
            next_one = rb"\}[ \t]*," + re.escape(begins[1]) + rb"(?=\{)"
            hit = re.compile(next_one).search(data, begins.end())
        hit = hit or self._next_element(data, 1)
        return None if hit is None else data.index(b",", hit.start())

    def _next_element(self, data: bytes, start: int) -> re.Match[bytes] | None:
        """Return the comma behind a place before something that begins as the first element."""
        if not self._key:
            return None
        next_one = rb",\s*(?=\{\s*" + re.escape(self._key) + rb"\s*:)"
        return re.compile(next_one).search(data, start)

    def _take(self, data: bytes) -> Iterator[Elements]:
        if self.closed:
            self._wait(data)
            return
        commas, end = self._bounds(data)
        last = end if end is not None else (int(commas[-1]) if len(commas) else None)
        if last is None:
            self._wait(data)
            if self._size > ELEMENT_LIMIT and not self._skips:
                self._skips = True
                yield Elements(self.rest, np.zeros(1, np.int64), self.place, True)
            return
        if self._skips:  # what was too long ends at the first comma
            first = int(commas[0]) if len(commas) else last
            self.place += self._size + first + 1
            data, commas, last = data[first + 1 :], commas[1:] - first - 1, last - first - 1
            self._waiting, self._size, self._skips = [], 0, False
        if last >= 0:
            whole = b"".join((*self._waiting, data[:last]))
            places = np.concatenate(([0], commas[commas < last] + self._size + 1))
            if end is None or whole.strip() or len(places) > 1:
                yield Elements(whole, places, self.place)
            self.place += len(whole) + 1
            data = data[last + 1 :]
        self._waiting, self._size = [], 0
        self.closed = end is not None
        self._wait(data)

    def _wait(self, data: bytes) -> None:
        if self._size <= ELEMENT_LIMIT:
            self._waiting.append(data)
        elif len(self._waiting) > 1:
            self._waiting = [self.rest[:_KEPT]]
        self._size += len(data)

    def _bounds(self, data: bytes) -> tuple[_Places, int | None]:
        """Return where the commas between elements are, and where the list ends."""
        codes = np.frombuffer(data, np.uint8)
        quotes = self._quotes(codes, data)
        marks = np.flatnonzero(_MARKS[codes])
        outside = (np.searchsorted(quotes, marks) + self._is_open) % 2 == 0
        self._is_open = bool((len(quotes) + self._is_open) % 2)
        marks = marks[outside]
        kinds = codes[marks]
        depths = self._depth + np.cumsum(_STEPS[kinds], dtype=np.int64)
        depths, ends = self._without_strays(depths, marks, data)
        if len(ends):
            before = marks <= ends[0]
            marks, kinds, depths = marks[before], kinds[before], depths[before]
        if len(depths):
            self._depth = int(depths[-1])
        commas = marks[(kinds == _COMMA) & (depths == 1)]
        return commas, int(ends[0]) if len(ends) else None

    def _without_strays(
        self, depths: _Places, marks: _Places, data: bytes
    ) -> tuple[_Places, _Places]:
        """Return the depths as if nothing closed what is not open, and where the list ends."""
        while len(places := np.flatnonzero(depths <= 0)[:1]):
            end = int(marks[places[0]])
            if not self._mends or not self._goes_on(data, end):
                break
            self._mends -= 1
            depths[places[0] :] += 1
        return depths, marks[places]

    def _goes_on(self, data: bytes, end: int) -> bool:
        """Tell whether what closes more than is open is not the end of the list."""
        if data[end] == _BRACE:
            return True
        is_list = data[end + 1 : end + 64].lstrip()[:1] == b"["  # another document
        return not is_list and self._next_element(data, end + 1) is not None

    def _quotes(self, codes: np.ndarray[Any, Any], data: bytes) -> _Places:
        """Return where strings begin and end; one that is open at a line end ends there."""
        quotes = np.flatnonzero(codes == _QUOTE)
        if b"\\" in data:
            slashes = np.flatnonzero(codes == _BACKSLASH)
            first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
            lengths = np.diff(first, append=len(slashes))
            escaped = slashes[first] + lengths  # behind each run
            escaped = escaped[(lengths % 2 == 1) & (escaped < len(codes))]
            is_escaped = np.zeros(len(codes), bool)
            is_escaped[escaped] = True
            quotes = quotes[~is_escaped[quotes]]
        if b"\n" in data:
            lines = np.flatnonzero(codes == _NEWLINE)
            counts = np.diff(np.searchsorted(quotes, lines), prepend=0)
            counts[0] += self._is_open
            if (counts % 2).any():
                quotes = np.sort(np.concatenate([quotes, lines[counts % 2 == 1]]))
        return quotes
