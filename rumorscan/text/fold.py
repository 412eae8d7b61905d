"""The fold key: the private form of a text that is matched on and never shown.

A fold key holds the author's own words as lower-case letters and digits, simplified, with
nothing between them: links, mentions, the `//@` chain of earlier posts, bracketed emoji,
ignorable characters and punctuation are gone. Folding twice is folding once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.kernels import compiled
from rumorscan.text.characters import COMPLEX, TABLE_SIZE, character_table

COUNTED = ("ignorable", "traditional", "width", "link", "mention", "emoticon", "chain")
"""What the fold undoes or removes and counts, in the order of `Folded.counts`' columns."""

_LINK, _MENTION, _EMOTICON, _CHAIN = 3, 4, 5, 6
_MENTION_LIMIT = 30  # the longest account name that Weibo allows
_EMOTICON_LIMIT = 8
_AT, _SLASH, _OPEN, _CLOSE, _SPACE = 0x40, 0x2F, 0x5B, 0x5D, 0x20
_REPLY_FIRST, _REPLY_SECOND = ord("回"), ord("复")


@dataclass(frozen=True, slots=True)
class Folded:
    """The fold keys of n texts, end to end.

    Attributes:
        codes: uint32 code points of all keys, shape (total,).
        offsets: int64, shape (n + 1,); key i is `codes[offsets[i]:offsets[i + 1]]`.
        counts: uint16, shape (n, len(COUNTED)); how often each thing was undone or removed.
    """

    codes: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Characters in each key, shape (n,)."""
        return np.diff(self.offsets)

    def key(self, row: int) -> str:
        """Return the key at a position as text."""
        piece = self.codes[self.offsets[row] : self.offsets[row + 1]]
        return piece.tobytes().decode("utf-32-le")

    def keys(self) -> Iterator[str]:
        """Yield all keys as text, in order."""
        return (self.key(row) for row in range(len(self)))

    def part(self, start: int, stop: int) -> Folded:
        """Return the keys from start to stop without copying any."""
        return Folded(self.codes, self.offsets[start : stop + 1], self.counts[start:stop])

    def take(self, rows: npt.NDArray[np.int64]) -> Folded:
        """Return the keys at the given positions, in the given order."""
        lengths = self.lengths[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        codes = _gather(self.codes, self.offsets[rows], offsets)
        return Folded(codes, offsets, self.counts[rows])


def fold_key(text: str) -> str:
    """Return the fold key of one text.

    Example:
        >>> fold_key("城東水廠，停水３天！http://t.cn/AbC [泪] //@某人:真的？")
        '城东水厂停水3天'
    """
    return fold_texts([text]).key(0)


def fold_texts(texts: pa.Array | pa.ChunkedArray | Iterable[str]) -> Folded:
    r"""Return the fold keys of many texts, in order.

    Args:
        texts: strings; nulls fold to the empty key.

    Example:
        >>> folded = fold_texts(["转发微博", "", "热\u200b水"])
        >>> list(folded.keys()), int(folded.counts[2, COUNTED.index("ignorable")])
        (['转发微博', '', '热水'], 1)
    """
    if isinstance(texts, pa.ChunkedArray):
        return _join([_fold_array(chunk) for chunk in texts.chunks])
    if isinstance(texts, pa.Array):
        return _fold_array(texts)
    return _fold_array(pa.array(texts, type=pa.string()))


def _fold_array(texts: Any, *, normalized: bool = False) -> Folded:
    """Fold one Arrow array; rows that need their neighbors go through Python's NFKC."""
    table = character_table()
    data, bounds = _utf8(texts)
    codes, offsets, counts, is_complex = _fold_kernel(
        data, bounds, table.target, table.change, normalized
    )
    folded = Folded(codes, offsets, counts)
    rows = np.flatnonzero(is_complex)
    if len(rows) == 0:
        return folded
    normal = [unicodedata.normalize("NFKC", texts[int(row)].as_py()) for row in rows]
    mended = _fold_array(pa.array(normal, type=pa.string()), normalized=True)
    order = np.arange(len(folded), dtype=np.int64)
    order[rows] = len(folded) + np.arange(len(rows), dtype=np.int64)
    # the first pass counted ignorables, widths and traditional forms before NFKC hid them
    both = _join([folded, Folded(mended.codes, mended.offsets, counts[rows])])
    return both.take(order)


def _join(parts: list[Folded]) -> Folded:
    if not parts:
        return Folded(
            np.zeros(0, dtype=np.uint32),
            np.zeros(1, dtype=np.int64),
            np.zeros((0, len(COUNTED)), dtype=np.uint16),
        )
    if len(parts) == 1:
        return parts[0]
    lengths = np.concatenate([part.lengths for part in parts])
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    codes = np.concatenate([part.codes for part in parts])
    return Folded(codes, offsets, np.concatenate([part.counts for part in parts]))


def _utf8(texts: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of an Arrow string array and the bounds of its rows."""
    if texts.null_count:
        texts = texts.fill_null("")
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, bounds, data = texts.buffers()
    if bounds is None or len(texts) == 0:
        return np.zeros(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    edges = np.frombuffer(bounds, dtype=width, count=texts.offset + len(texts) + 1)[texts.offset :]
    content = np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, dtype=np.uint8)
    return content, edges.astype(np.int64)


@compiled
def _gather(
    codes: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint32]:
    taken = np.empty(offsets[-1], dtype=np.uint32)
    for row in range(len(starts)):
        base = starts[row] - offsets[row]
        for position in range(offsets[row], offsets[row + 1]):
            taken[position] = codes[base + position]
    return taken


@compiled
def _decode(
    data: npt.NDArray[np.uint8], start: int, stop: int, into: npt.NDArray[np.uint32]
) -> int:
    """Decode valid UTF-8 into code points; full-width ASCII stays as it is."""
    count = 0
    position = start
    while position < stop:
        first = np.uint32(data[position])
        if first < 0x80:
            into[count] = first
            position += 1
        elif first < 0xE0:
            into[count] = ((first & np.uint32(0x1F)) << np.uint32(6)) | (
                np.uint32(data[position + 1]) & np.uint32(0x3F)
            )
            position += 2
        elif first < 0xF0:
            into[count] = (
                ((first & np.uint32(0x0F)) << np.uint32(12))
                | ((np.uint32(data[position + 1]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[position + 2]) & np.uint32(0x3F))
            )
            position += 3
        else:
            into[count] = (
                ((first & np.uint32(0x07)) << np.uint32(18))
                | ((np.uint32(data[position + 1]) & np.uint32(0x3F)) << np.uint32(12))
                | ((np.uint32(data[position + 2]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[position + 3]) & np.uint32(0x3F))
            )
            position += 4
        count += 1
    return count


@compiled
def _narrow(code: np.uint32) -> np.uint32:
    """Return the ASCII form of a full-width character, others unchanged."""
    if np.uint32(0xFF01) <= code <= np.uint32(0xFF5E):
        return np.uint32(code - np.uint32(0xFEE0))
    if code == np.uint32(0x3000):
        return np.uint32(_SPACE)
    return code


@compiled
def _lower(code: np.uint32) -> np.uint32:
    """Return an ASCII capital in lower case, others unchanged, full width made narrow."""
    narrow = _narrow(code)
    if np.uint32(0x41) <= narrow <= np.uint32(0x5A):
        return np.uint32(narrow + np.uint32(0x20))
    return narrow


@compiled
def _link_end(text: npt.NDArray[np.uint32], start: int, stop: int) -> int:
    """Return where a link that begins at start ends; start where none begins."""
    first = _lower(text[start])
    head = start
    if first == 0x68:  # http:// and https://
        if stop - start < 8 or _lower(text[start + 1]) != 0x74 or _lower(text[start + 2]) != 0x74:
            return start
        head = start + 4
        if _lower(text[start + 3]) != 0x70:
            return start
        if _lower(text[head]) == 0x73:
            head += 1
        if head + 2 >= stop or _lower(text[head]) != 0x3A:
            return start
        if _lower(text[head + 1]) != _SLASH or _lower(text[head + 2]) != _SLASH:
            return start
        head += 3
    elif first == 0x77:  # www.
        if stop - start < 5 or _lower(text[start + 1]) != 0x77 or _lower(text[start + 2]) != 0x77:
            return start
        if _lower(text[start + 3]) != 0x2E:
            return start
        head = start + 4
    elif first == 0x74:  # t.cn/, Weibo's own shortener, is often written without a scheme
        if stop - start < 6 or _lower(text[start + 1]) != 0x2E or _lower(text[start + 2]) != 0x63:
            return start
        if _lower(text[start + 3]) != 0x6E or _lower(text[start + 4]) != _SLASH:
            return start
        head = start + 5
    else:
        return start
    while head < stop:
        code = _lower(text[head])
        if code <= _SPACE or code > 0x7E or code in (0x22, 0x3C, 0x3E, _OPEN, _CLOSE):
            break
        head += 1
    return head


@compiled
def _chain_begins(text: npt.NDArray[np.uint32], start: int, stop: int) -> bool:
    """Tell whether `//@` begins at start, spaces before the sign allowed."""
    if start + 2 >= stop or _narrow(text[start + 1]) != _SLASH:
        return False
    head = start + 2
    while head < stop and _narrow(text[head]) == _SPACE:
        head += 1
    return head < stop and _narrow(text[head]) == _AT


@compiled
def _mention_end(
    text: npt.NDArray[np.uint32], start: int, stop: int, target: npt.NDArray[np.uint32]
) -> int:
    """Return where the account name after the sign at start ends; start + 1 where it is none."""
    head = start + 1
    while head < stop:
        code = text[head]
        is_name = code in (0x2D, 0x5F, 0xB7) or (code < TABLE_SIZE and target[code] != 0)
        if not is_name:
            break
        head += 1
    return head if head - start - 1 <= _MENTION_LIMIT else start + 1


@compiled
def _emoticon_end(text: npt.NDArray[np.uint32], start: int, stop: int) -> int:
    """Return where a bracketed emoji that begins at start ends; start where none begins."""
    for head in range(start + 1, min(stop, start + _EMOTICON_LIMIT + 2)):
        code = _narrow(text[head])
        if code == _CLOSE:
            return head + 1 if head > start + 1 else start
        if code == _OPEN or code < _SPACE:
            return start
    return start


@compiled
def _fold_kernel(
    data: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.int64],
    target: npt.NDArray[np.uint32],
    change: npt.NDArray[np.uint8],
    normalized: bool,
) -> tuple[
    npt.NDArray[np.uint32],
    npt.NDArray[np.int64],
    npt.NDArray[np.uint16],
    npt.NDArray[np.bool_],
]:
    """Fold every row: one walk over its code points, structure first, then the table."""
    n = len(bounds) - 1
    widest = 0
    for row in range(n):
        widest = max(widest, bounds[row + 1] - bounds[row])
    text = np.empty(widest, dtype=np.uint32)
    codes = np.empty(bounds[n] - bounds[0], dtype=np.uint32)
    offsets = np.zeros(n + 1, dtype=np.int64)
    counts = np.zeros((n, 7), dtype=np.uint16)
    is_complex = np.zeros(n, dtype=np.bool_)
    written = 0
    for row in range(n):
        begin = written
        stop = _decode(data, bounds[row], bounds[row + 1], text)
        position = 0
        while position < stop:
            code = text[position]
            narrow = _narrow(code)
            if narrow == _SLASH and _chain_begins(text, position, stop):
                counts[row, _CHAIN] += 1
                break
            end = position
            kind = 0
            if narrow == _AT:
                end, kind = _mention_end(text, position, stop, target), _MENTION
                if (
                    written == begin + 2
                    and codes[begin] == _REPLY_FIRST
                    and codes[begin + 1] == _REPLY_SECOND
                ):
                    written = begin
            elif narrow == _OPEN:
                end, kind = _emoticon_end(text, position, stop), _EMOTICON
            elif narrow < 0x7F:
                end, kind = _link_end(text, position, stop), _LINK
            if end > position:
                counts[row, kind] = min(counts[row, kind] + 1, 65_535)
                position = end
                continue
            position += 1
            if code >= TABLE_SIZE:
                # tags and variation selectors beyond the table are ignorable as well
                if 0xE0000 <= code <= 0xE0FFF:
                    counts[row, 0] = min(counts[row, 0] + 1, 65_535)
                continue
            if change[code]:
                counts[row, change[code] - 1] = min(counts[row, change[code] - 1] + 1, 65_535)
            folded = target[code]
            if folded == COMPLEX:
                is_complex[row] = not normalized
            elif folded:
                codes[written] = folded
                written += 1
        offsets[row + 1] = written
    return codes[:written].copy(), offsets, counts, is_complex
