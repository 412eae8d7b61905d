"""From bytes to UTF-8: which encoding a file has, and lines that break it.

The ladder: a byte order mark; strict UTF-8; GB18030 against Big5 by how common the characters
are; at last a tolerant reading whose losses are counted. A file has one encoding; a line that
does not fit it is read by the ladder for itself, so that one bad byte costs at most one row.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

BLOCK_BYTES = 8 << 20
"""Unpacked bytes that are looked at together."""
SAMPLE_BYTES = 1 << 20
STRIP_BYTES = 256 << 10
"""A block with a bad row is read anew in strips of about this size."""
LINE_LIMIT = 16 << 20
"""A longer line is set aside unread."""
KEPT_OF_LONG_LINE = 4_096

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运，。！？：、“”的個們來這為國說時會對過後發經麼學現當沒動還進樣開從實軍無與長機業將兩間問並戰頭體應話產號點關"
)
"""The most frequent characters and signs of both scripts."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are read.

    Attributes:
        name: a codec's name; `utf-8-sig` for UTF-8 with a byte order mark.
        why: what it was told by.
        mark: bytes of the byte order mark.
    """

    name: str
    why: str
    mark: int = 0

    @property
    def codec(self) -> str:
        """The codec for what follows the byte order mark."""
        return "utf-8" if self.name == "utf-8-sig" else self.name


class Readable(Protocol):
    """What gives bytes."""

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer only at the end."""


def guess_encoding(sample: bytes) -> Encoding:
    """Return the encoding of a file by its beginning, which may be cut in mid-character.

    Example:
        >>> guess_encoding("城东水厂停水三天".encode("gb18030")[:-1]).name
        'gb18030'
        >>> guess_encoding("城东水厂停水三天".encode()[:-1]).name
        'utf-8'
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, "its byte order mark", len(mark))
    even, odd = (sample[place:4_000:2].count(0) for place in (0, 1))
    if max(even, odd) > max(20 * min(even, odd), len(sample[:4_000]) // 20):
        return Encoding("utf-16-be" if even > odd else "utf-16-le", "zeros in every other byte")
    if _decodes(sample, "utf-8"):
        return Encoding("utf-8", "every byte fits" if not sample.isascii() else "plain ASCII")
    broken, whole = _utf8_damage(sample)
    if whole > 4 * broken:
        return Encoding("utf-8", f"{whole} characters fit, {broken} bytes do not")
    best = max(("gb18030", "big5"), key=lambda name: _commonness(sample, name))
    if _commonness(sample, best) > 0:
        return Encoding(best, "no UTF-8, and the characters are common ones in it")
    return Encoding("utf-8", "nothing fits better; what does not fit is replaced")


def _decodes(data: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_damage(data: bytes) -> tuple[int, int]:
    """Count the bytes that break UTF-8 and the characters beyond ASCII that are whole."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(character > "\x7f" for character in text) - broken
    return broken, whole


def _commonness(data: bytes, name: str) -> float:
    """Share of common ones among the characters beyond ASCII, less what cannot be decoded."""
    text = codecs.getincrementaldecoder(name)("replace").decode(data[:200_000])
    wide = [character for character in text if character > "\x7f"]
    if not wide:
        return 0.0
    common = sum(character in _COMMON for character in wide)
    return (common - 5 * text.count("\ufffd")) / len(wide)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file in UTF-8.

    Attributes:
        data: valid UTF-8; ends with a newline except at the end of the file.
        overlong: the block is the beginning of one line over `LINE_LIMIT`.
    """

    data: bytes
    overlong: bool = False


class LineBlocks:
    """Iterates over a byte stream as blocks of whole lines in valid UTF-8.

    Attributes:
        encoding: how the file is read.
        packed: whether the stream is unpacked from something smaller.
        replaced: bytes or characters that were lost and stand as U+FFFD.
        other_lines: lines that were read in another encoding than the file's.
    """

    def __init__(self, stream: Readable, line_limit: int = LINE_LIMIT) -> None:
        self._stream = stream
        self._line_limit = line_limit
        self._start = stream.read(SAMPLE_BYTES)
        self.encoding = guess_encoding(self._start)
        self.packed = bool(getattr(stream, "packing", ""))
        self.replaced = 0
        self.other_lines = 0

    def __iter__(self) -> Iterator[Block]:
        wide = self.encoding.codec.startswith(("utf-16", "utf-32"))
        for data, overlong in self._cut(self._recoded() if wide else self._raw()):
            yield Block(data if wide else self._as_utf8(data), overlong)

    def _raw(self) -> Iterator[bytes]:
        yield self._start[self.encoding.mark :]
        while piece := self._stream.read(BLOCK_BYTES):
            yield piece

    def _recoded(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding.codec)("replace")
        for piece in self._raw():
            yield self._counted(decoder.decode(piece))
        yield self._counted(decoder.decode(b"", final=True))

    def _counted(self, text: str) -> bytes:
        self.replaced += text.count("\ufffd")
        return text.encode("utf-8", "replace")

    def _cut(self, pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Cut at line ends; of a line over the limit only the beginning is kept."""
        waiting: list[bytes] = []
        waiting_bytes = 0
        skipping = False
        for piece in pieces:
            rest = piece
            if skipping:
                end = rest.find(b"\n")
                if end < 0:
                    continue
                rest, skipping = rest[end + 1 :], False
            end = rest.rfind(b"\n") + 1
            if end:
                first = rest.find(b"\n") + 1
                if waiting_bytes + first > self._line_limit:
                    yield _beginning(waiting), True
                    waiting, end, rest = [], end - first, rest[first:]
                if end:
                    yield b"".join((*waiting, rest[:end])), False
                waiting, rest = [], rest[end:]
                waiting_bytes = 0
            if rest:
                waiting.append(rest)
                waiting_bytes += len(rest)
            if waiting_bytes > self._line_limit:
                yield _beginning(waiting), True
                waiting, waiting_bytes, skipping = [], 0, True
        if waiting:
            yield b"".join(waiting), False

    def _as_utf8(self, data: bytes) -> bytes:
        codec = self.encoding.codec
        if codec == "utf-8":
            return data if is_utf8(data) else self._line_by_line(data)
        try:
            return data.decode(codec).encode()
        except UnicodeError:
            return self._line_by_line(data)

    def _line_by_line(self, data: bytes) -> bytes:
        codec = self.encoding.codec
        lines = data.split(b"\n")
        for place, line in enumerate(lines):
            try:
                lines[place] = line.decode(codec).encode()
            except UnicodeError:
                lines[place] = self._mended(line)
        return b"\n".join(lines)

    def _mended(self, line: bytes) -> bytes:
        own = guess_encoding(line)
        if own.codec != self.encoding.codec and not own.mark and _decodes(line, own.codec):
            try:
                text = line.decode(own.codec)
            except UnicodeDecodeError:
                pass
            else:
                self.other_lines += 1
                return text.encode("utf-8", "replace")
        return self._counted(line.decode(self.encoding.codec, "replace"))


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


def _beginning(pieces: list[bytes]) -> bytes:
    return b"".join(pieces)[:KEPT_OF_LONG_LINE]


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are strict UTF-8; faster than decoding them.

    Example:
        >>> is_utf8("城东".encode()), is_utf8("城东".encode("gb18030"))
        (True, False)
    """
    offsets = pa.py_buffer(len(data).to_bytes(4, "little").rjust(8, b"\0"))
    array = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
