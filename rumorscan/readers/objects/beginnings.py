"""How the elements of a list begin: by this the next one is found where one does not end.

What is nested is indented further, and elements begin with the key that the first one begins with.
"""

from __future__ import annotations

import re

import numpy as np

from rumorscan.readers.objects.elements import SPACES, Elements
from rumorscan.readers.objects.structure import LIST, OBJECT, OBJECT_END, Structure

AHEAD = 64 << 10
"""Bytes behind a `]` in which a list that lies in an object may go on."""
KEPT = 4_096
"""Bytes of the first element in which its first key must stand."""
_FIRST_KEY = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.){1,256}")\s*:')


class Beginnings:
    """Knows how the first element begins.

    Args:
        ahead: bytes behind a `]` in which an element may tell that the list goes on; None means
            all that are at hand, as of a list that is the document.

    Attributes:
        key: with which the first element begins, empty where with none; None before it was seen.

    Example:
        >>> beginnings = Beginnings()
        >>> beginnings.learn(b'{"id": 1}, {"id": 2')
        >>> beginnings.next_comma(b'{"id": 1, "text": "", {"id": 2}', at_end=True)
        20
    """

    def __init__(self, ahead: int | None = None) -> None:
        self.key: bytes | None = None
        self._ahead = ahead

    @property
    def state(self) -> str | None:
        """What was learned, for another one that goes on."""
        return None if self.key is None else self.key.hex()

    @state.setter
    def state(self, state: str | None) -> None:
        self.key = None if state is None else bytes.fromhex(state)

    def learn(self, beginning: bytes) -> None:
        """Look for the key in the first bytes of a list, as many as there are so far."""
        first = _FIRST_KEY.match(beginning)
        if first or len(beginning) > KEPT:
            self.key = first[1] if first else b""

    def next_comma(self, data: bytes, at_end: bool) -> int | None:
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

    def goes_on(self, data: bytes, end: int) -> bool:
        """Tell whether what closes more than is open is not the end of the list."""
        if data[end] == OBJECT_END:
            return True
        ahead = None if self._ahead is None else end + 1 + self._ahead
        hit = self._next_element(data, end + 1, ahead)
        return hit is not None and not _opens(data[end + 1 : hit.start()])

    def swallowed(self, elements: Elements) -> tuple[int, int] | None:
        """Return which element has taken others in, and where the first of these seems to begin.

        Such a one lost its end, took in the end of the list, and ends behind it.
        """
        if self._ahead is None or not self.key:
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

    def _next_element(
        self, data: bytes, start: int, end: int | None = None
    ) -> re.Match[bytes] | None:
        """Return the comma behind a place before something that begins as the first element."""
        if not self.key:
            return None
        next_one = rb",\s*(?=\{\s*" + re.escape(self.key) + rb"\s*:)"
        return re.compile(next_one).search(data, start, len(data) if end is None else end)

    def _stray_opening(self, data: bytes, start: int, end: int) -> re.Match[bytes] | None:
        """Return the `[` that an element begins with, if an object like the others follows."""
        blanks = len(data[start:end]) - len(data[start:end].lstrip(SPACES))
        stray = rb"\[\s*(?=\{\s*" + re.escape(self.key or b"") + rb"\s*:)"
        return re.compile(stray).match(data, start + blanks, end)


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
    begins = len(data) - len(data.lstrip(SPACES))
    line = data.rfind(b"\n", 0, begins)
    if line < 0 or data[begins : begins + 1] != b"{":
        return None
    before = data[:line].removesuffix(b"\r")
    return data[len(before.rstrip(b" \t")) : begins]
