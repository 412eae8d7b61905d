"""Where a document in JSON opens, closes and separates, found without parsing it.

No string of JSON goes over a line end, so that a quotation mark that is missing costs its own
line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

Places = np.ndarray[Any, np.dtype[np.int64]]
COMMA, LIST, OBJECT, OBJECT_END = b",[{}"
_QUOTE, _BACKSLASH, _NEWLINE = b'"\\\n'
_WINDOW = 256 << 10
"""Bytes that are looked at together; their masks fit in a processor's cache."""
_SHOWN = bytes(code if code in b'"\n,{}[]' else 0 for code in range(256))
_STEPS = np.zeros(256, np.int8)
_STEPS[[*b"{["]], _STEPS[[*b"}]"]] = 1, -1


class Feed:
    """A document that comes in pieces, of which each reader takes what it needs.

    Attributes:
        data: the piece at hand; it ends in no character that says something about the next.
        at: how much of it is taken.
        start: where it begins in the document.
        count: how many pieces were fetched.

    Example:
        >>> feed = Feed([b'[1, "', b'x"]'], 0)
        >>> feed.more(), feed.data, feed.place
        (True, b'[1, "', 0)
    """

    def __init__(self, pieces: Iterable[bytes], start: int) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self.data = b""
        self.at = 0
        self.start = start
        self.count = 0
        self._ahead: bytes | None = None  # of the piece that was fetched last

    @property
    def is_between(self) -> bool:
        """Whether all that was fetched is taken."""
        return self.at >= len(self.data) and not self._ahead

    @property
    def state(self) -> dict[str, int]:
        """Where this is between two pieces, for another feed of the same document."""
        return {"count": self.count, "place": self.place}

    def go_on(self, state: Mapping[str, int]) -> None:
        """Go to where another feed was; the pieces up to there may be empty."""
        while self.count < state["count"] and self._fetched() is not None:
            pass
        self.data, self.at, self.start, self._ahead = b"", 0, state["place"], None

    @property
    def place(self) -> int:
        """Where what is not taken begins in the document."""
        return self.start + self.at

    def more(self) -> bool:
        """Fetch the next piece if this one is taken; return whether there is anything."""
        while self.at >= len(self.data):
            piece = self._fetched()
            if piece is None:
                return False
            self.start += len(self.data)
            if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
                # the last one says something about what follows
                self._ahead = self._fetched() or b""
                piece += self._ahead[:1]
                self._ahead = self._ahead[1:]
            self.data, self.at = piece, 0
        return True

    def _fetched(self) -> bytes | None:
        piece = self._ahead
        if piece is None:
            piece = next(self._pieces, None)
            self.count += piece is not None
        self._ahead = None
        return piece

    def go_back(self, data: bytes, place: int) -> None:
        """Read again what was taken; nothing is left of the piece at hand."""
        self.data, self.at, self.start = data, 0, place


class Watch:
    """Remembers up to where a document is the same as in its file.

    Example:
        >>> watch = Watch()
        >>> list(watch.over([(b"[1,", True), (b"2]", False)], 0))
        [b'[1,', b'2]']
        >>> watch.offset(2), watch.offset(3)
        (2, None)
    """

    def __init__(self) -> None:
        self._until: int | None = None
        self._place = 0

    @property
    def state(self) -> dict[str, int | None]:
        """What was told so far, for another watch over the same document."""
        return {"until": self._until, "place": self._place}

    def go_on(self, state: Mapping[str, int | None]) -> None:
        """Go on where another watch was."""
        self._until, self._place = state["until"], state["place"] or 0

    def over(self, pieces: Iterable[tuple[bytes, bool]], start: int) -> Iterator[bytes]:
        """Yield pieces, each of which comes with whether it stands in the file so."""
        self._place = start
        for data, is_exact in pieces:
            if not is_exact and self._until is None:
                self._until = self._place
            self._place += len(data)
            yield data

    def offset(self, place: int) -> int | None:
        """Return where in the file a place of the document is, or None if nobody knows."""
        return place if self._until is None or place < self._until else None


class Structure:
    """Follows how deep a document is nested.

    Attributes:
        depth: at the end of what was looked at.
        torn: whether a line end has closed a string.
    """

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.torn = False
        self._is_open = False

    @property
    def state(self) -> tuple[int, bool, bool]:
        """What another one must know to go on."""
        return self.depth, self.torn, self._is_open

    @state.setter
    def state(self, state: tuple[int, bool, bool]) -> None:
        self.depth, self.torn, self._is_open = state

    def begin(self, depth: int) -> None:
        """Go on outside of strings and at that depth."""
        self.depth, self.torn, self._is_open = depth, False, False

    def windows(self, data: bytes, at: int) -> Iterator[tuple[Places, Places, Places]]:
        """Look at a piece from one place on, some at a time, as long as more is asked for.

        Yields:
            Where brackets and commas stand outside of strings, which they are, and how deep the
            document is behind each; ascending.

        Example:
            >>> [found] = Structure().windows(b'[1, {"a": "]"}]', 0)
            >>> [each.tolist() for each in found]
            [[0, 2, 4, 13, 14], [91, 44, 123, 125, 93], [1, 1, 2, 1, 0]]
        """
        size = max(_WINDOW >> 6, 1)  # what follows may be a short list
        while at < len(data):
            end = min(at + size, len(data))
            while end < len(data) and data[end - 1] == _BACKSLASH:
                end += 1
            places, kinds = self._outside(data[at:end])
            depths = self.depth + np.cumsum(_STEPS[kinds], dtype=np.int64)
            if len(depths):
                self.depth = int(depths[-1])
            yield places + at, kinds, depths
            at, size = end, min(2 * size, _WINDOW)

    def _outside(self, data: bytes) -> tuple[Places, Places]:
        """Return where brackets and commas stand outside of strings, and which they are."""
        codes = np.frombuffer(data.translate(_SHOWN), np.uint8)
        places = np.flatnonzero(codes != 0)
        kinds = codes[places]
        is_quote = kinds == _QUOTE
        if b"\\" in data:
            is_quote &= ~_escaped(data)[places]
        inside = (np.cumsum(is_quote) + self._is_open) & 1
        is_line = kinds == _NEWLINE
        if (inside[is_line]).any():
            self.torn = True
            inside = _closed_at_lines(is_quote, is_line, self._is_open)
        if len(inside):
            self._is_open = bool(inside[-1])
        keep = (inside == 0) & ~is_line & (kinds != _QUOTE)
        return places[keep], kinds[keep]


def is_torn(data: bytes) -> bool:
    r"""Return whether a line end stands in some string.

    Example:
        >>> is_torn(b'{"text": "one\ntwo"}'), is_torn(b'{"text":\n"one"}')
        (True, False)
    """
    structure = Structure()
    for _ in structure.windows(data, 0):
        if structure.torn:
            break
    return structure.torn


def _escaped(data: bytes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mask the characters before which stands a backslash that is none by itself."""
    slashes = np.flatnonzero(np.frombuffer(data, np.uint8) == _BACKSLASH)
    first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    lengths = np.diff(first, append=len(slashes))
    behind = slashes[first] + lengths
    is_escaped = np.zeros(len(data) + 1, bool)
    is_escaped[behind[lengths % 2 == 1]] = True
    return is_escaped


def _closed_at_lines(
    is_quote: np.ndarray[Any, Any], is_line: np.ndarray[Any, Any], is_open: bool
) -> np.ndarray[Any, Any]:
    """Return whether each mark stands in a string; one that is open at a line end ends there."""
    counts = np.cumsum(is_quote) + is_open
    lines = np.flatnonzero(is_line)
    parity = np.diff(counts[lines], prepend=0) & 1
    closes = np.zeros(len(counts), np.int64)
    closes[lines[parity == 1]] = 1
    return (counts + np.cumsum(closes)) & 1
