"""From bytes to lines of UTF-8, whatever the encoding, with the losses counted.

A file has one encoding; a line that does not fit it is read by the ladder of `charsets` for
itself, so that one bad byte costs at most one row. Where UTF-16 or UTF-32 has a byte too many
or too few, reading falls into step again at the next line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rumorscan.readers.encodings.charsets import guess_encoding, hides_utf8, is_hidden_utf8, is_utf8

BLOCK_BYTES = 4 << 20
"""Unpacked bytes that are looked at together."""
SAMPLE_BYTES = 1 << 20
STRIP_BYTES = 256 << 10
"""A block with a bad row is read anew in strips of about this size."""
LINE_LIMIT = 16 << 20
"""A longer line is set aside unread."""
_NOT_ASCII = bytes(range(128, 256))
_SIGNS = '," '
"""Characters whose bytes are part of no other one, in any encoding that is read."""
KEPT_OF_LONG_LINE = 4_096


class Readable(Protocol):
    """What gives bytes."""

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer only at the end."""


class Block:
    """Whole lines of a file in UTF-8.

    Attributes:
        data: valid UTF-8; ends with a newline except at the end of the file.
        overlong: the block is the beginning of one line over `LINE_LIMIT`.
        start: where it begins in the unpacked file, in bytes.
    """

    def __init__(
        self,
        data: bytes,
        overlong: bool = False,
        start: int = 0,
        raw: bytes | None = None,
        newline: bytes = b"\n",
    ) -> None:
        self.data = data
        self.overlong = overlong
        self.start = start
        self._raw = data if raw is None else raw
        self._newline = newline
        self._starts: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None

    def offset_of_line(self, line: int) -> int | None:
        """Return where a line begins in the unpacked file, in bytes; the first line is 0."""
        return self._offset(line) if line < len(self._line_starts()[1]) else None

    def offset_at(self, place: int) -> int | None:
        """Return the same for the line that begins at a place of `data`; None for other places."""
        starts = self._line_starts()[0]
        line = int(np.searchsorted(starts, place))
        return self._offset(line) if line < len(starts) and starts[line] == place else None

    def _offset(self, line: int) -> int:
        return self.start + int(self._line_starts()[1][line])

    def _line_starts(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return where lines begin in `data` and in the file; both have the same lines."""
        if self._starts is None:
            shown = _after_each(b"\n", self.data)
            own = shown if self._raw is self.data else _after_each(self._newline, self._raw)
            self._starts = shown, own
        return self._starts


def _after_each(newline: bytes, data: bytes) -> np.ndarray[Any, Any]:
    if len(newline) == 1:
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == newline[0]) + 1
    else:
        ends = np.array([hit.end() for hit in re.finditer(re.escape(newline), data)], np.int64)
    return np.concatenate(([0], ends))


class LineBlocks:
    """Iterates over a byte stream as blocks of whole lines in valid UTF-8.

    Attributes:
        encoding: how the file is read.
        packed: whether the stream is unpacked from something smaller.
        place: the file, where it is not packed.
        replaced: bytes or characters that were lost and stand as U+FFFD.
        other_lines: lines that were read in another encoding than the file's.
        unseen: so many blocks, or pieces, nobody will look at; they are empty, but for the first
            block, and for pieces that were asked for before this was known.
    """

    def __init__(self, stream: Readable, line_limit: int = LINE_LIMIT) -> None:
        self._stream = stream
        self._line_limit = line_limit
        self._start = stream.read(SAMPLE_BYTES)
        self.encoding = guess_encoding(self._start)
        self._newline = "\n".encode(self.encoding.codec)
        self.packed = bool(getattr(stream, "packing", ""))
        self.place: Path | None = getattr(stream, "place", None)
        self.replaced = 0
        self.other_lines = 0
        self.unseen = 0

    def __iter__(self) -> Iterator[Block]:
        for number, (start, data, overlong) in enumerate(self._cut(self._raw())):
            if 0 < number < self.unseen:
                shown = b""
            elif overlong:
                shown = data.decode(self.encoding.codec, "ignore").encode("utf-8", "ignore")
            else:
                shown = self._as_utf8(data)
            yield Block(shown, overlong, start, None if shown is data else data, self._newline)

    @property
    def is_exact(self) -> bool:
        """Whether everything so far stands in the file as it is in the blocks or pieces."""
        return self.encoding.codec == "utf-8" and not self.replaced and not self.other_lines

    def pieces(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the file in UTF-8, cut anywhere but in characters, for what has no lines.

        With each piece comes whether it stands in the file as it is here.
        """
        if self.encoding.codec != "utf-8":
            for number, data in enumerate(self._cut_at_signs()):
                yield b"" if number < self.unseen else self._as_utf8(data), False
            return
        kept = b""
        for number, raw in enumerate(chain(self._raw(), [b""])):
            data = kept + raw
            end = len(data.rstrip(_NOT_ASCII)) if raw else len(data)
            end = end or len(data)
            if number < self.unseen:
                yield b"", True
            elif end:
                shown = self._as_utf8(data[:end])
                yield shown, len(shown) == end
            kept = data[end:]

    def _raw(self) -> Iterator[bytes]:
        yield self._start[self.encoding.mark :]
        while piece := self._stream.read(BLOCK_BYTES):
            yield piece

    def _cut_at_signs(self) -> Iterator[bytes]:
        """Yield pieces that end at a line end or, where lines are long, behind a sign."""
        signs = [sign.encode(self.encoding.codec) for sign in _SIGNS]
        kept = b""
        for raw in self._raw():
            data = kept + raw
            end = data.rfind(self._newline) + len(self._newline)
            if 2 * end < len(data):
                end = max(_end_of_last(data, sign) for sign in signs)
            if not end and len(data) > LINE_LIMIT:
                end = len(data) - len(data) % len(self._newline)
            if end:
                yield data[:end]
            kept = data[end:]
        if kept:
            yield kept

    def _cut(self, pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes, bool]]:
        """Cut at line ends; of a line over the limit only the beginning is kept.

        Yields where the lines begin in the file, the lines, and whether they are a beginning.
        """
        newline, size = self._newline, len(self._newline)
        waiting: list[bytes] = []
        waiting_bytes = 0
        skipping = False
        place = self.encoding.mark  # of what waits, or of the rest where nothing does
        for piece in pieces:
            rest = piece
            if skipping:
                end = rest.find(newline)
                if end < 0:
                    place += len(rest)
                    continue
                place += end + size
                rest, skipping = rest[end + size :], False
            end = rest.rfind(newline) + size
            if end >= size:
                first = rest.find(newline) + size
                if waiting_bytes + first > self._line_limit:
                    yield place, _beginning(waiting), True
                    place += waiting_bytes + first
                    waiting, waiting_bytes, end, rest = [], 0, end - first, rest[first:]
                if end:
                    whole = not waiting and end == len(rest)
                    lines = rest if whole else b"".join((*waiting, memoryview(rest)[:end]))
                    yield place, lines, False
                    place += waiting_bytes + end
                waiting, rest = [], rest[end:]
                waiting_bytes = 0
            if rest:
                waiting.append(rest)
                waiting_bytes += len(rest)
            if waiting_bytes > self._line_limit:
                yield place, _beginning(waiting), True
                place += waiting_bytes
                waiting, waiting_bytes, skipping = [], 0, True
        if waiting:
            yield place, b"".join(waiting), False

    def _as_utf8(self, data: bytes) -> bytes:
        codec = self.encoding.codec
        if codec == "utf-8":
            return data if is_utf8(data) else self._line_by_line(data)
        try:
            text = data.decode(codec)
        except UnicodeError:
            return self._line_by_line(data)
        if len(self._newline) > 1:  # a lost byte may still make sense as other characters
            sound = data.count(self._newline) == text.count("\n")
        else:
            sound = not hides_utf8(data, codec)
        return text.encode() if sound else self._line_by_line(data)

    def _line_by_line(self, data: bytes) -> bytes:
        codec = self.encoding.codec
        lines = data.split(self._newline)
        for place, line in enumerate(lines):
            if codec in ("gb18030", "big5") and is_hidden_utf8(line, codec):
                self.other_lines += 1
                continue
            try:
                lines[place] = line.decode(codec).replace("\n", " ").encode()
            except UnicodeError:
                lines[place] = self._mended(line)
        return b"\n".join(lines)

    def _mended(self, line: bytes) -> bytes:
        codec = self.encoding.codec
        own = guess_encoding(line)
        if own.codec != codec and not own.mark and len(self._newline) == 1:
            with suppress(UnicodeDecodeError):
                text = line.decode(own.codec)
                self.other_lines += 1
                return text.replace("\n", " ").encode("utf-8", "replace")
        text = line.decode(codec, "replace")
        # what was lost before stands in the file as U+FFFD itself, and is not lost here
        self.replaced += text.count("\ufffd") - line.decode(codec, "ignore").count("\ufffd")
        return text.replace("\n", " ").encode("utf-8", "replace")


def cut_at_lines(data: bytes, strip_bytes: int = STRIP_BYTES) -> list[bytes]:
    r"""Cut a block after line ends into strips of about that size.

    Example:
        >>> cut_at_lines(b"one\ntwo\nthree\nfour", 6)
        [b'one\ntwo\n', b'three\n', b'four']
    """
    pieces = []
    start = 0
    while len(data) - start > strip_bytes:
        end = data.find(b"\n", start + strip_bytes - 1) + 1
        if not end:
            break
        pieces.append(data[start:end])
        start = end
    return [*pieces, data[start:]] if start < len(data) else pieces


def _end_of_last(data: bytes, sign: bytes) -> int:
    """Return where the last sign ends that stands where characters begin; 0 without one."""
    place = data.rfind(sign)
    while place >= 0 and place % len(sign):
        place = data.rfind(sign, 0, place + len(sign) - 1)
    return place + len(sign) if place >= 0 else 0


def _beginning(pieces: list[bytes]) -> bytes:
    return b"".join(pieces)[:KEPT_OF_LONG_LINE]
