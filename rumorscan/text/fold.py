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
from rumorscan.text.structure import (
    AT,
    OPEN,
    SLASH,
    chain_begins,
    decode,
    emoticon_end,
    link_end,
    mention_end,
    narrow,
    text_bytes,
)

COUNTED = ("ignorable", "traditional", "width", "link", "mention", "emoticon", "chain")
"""What the fold undoes or removes and counts, in the order of `Folded.counts`' columns."""

_LINK, _MENTION, _EMOTICON, _CHAIN = 3, 4, 5, 6
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
        codes = gather_codes(self.codes, self.offsets[rows], offsets)
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
        return join_folded([_fold_array(chunk) for chunk in texts.chunks])
    if isinstance(texts, pa.Array):
        return _fold_array(texts)
    return _fold_array(pa.array(texts, type=pa.string()))


def _fold_array(texts: Any, *, normalized: bool = False) -> Folded:
    """Fold one Arrow array; rows that need their neighbors go through Python's NFKC."""
    table = character_table()
    data, bounds = text_bytes(texts)
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
    both = join_folded([folded, Folded(mended.codes, mended.offsets, counts[rows])])
    return both.take(order)


def join_folded(parts: list[Folded]) -> Folded:
    """Return the keys of several parts, one part after the other."""
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


@compiled
def gather_codes(
    codes: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint32]:
    """Return stretches of codes, one after the other, that begin at starts and fill offsets."""
    taken = np.empty(offsets[-1], dtype=np.uint32)
    for row in range(len(starts)):
        base = starts[row] - offsets[row]
        for position in range(offsets[row], offsets[row + 1]):
            taken[position] = codes[base + position]
    return taken


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
        stop = decode(data, bounds[row], bounds[row + 1], text)
        position = int(np.int64(0))  # a plain 0 would have every loop below compiled twice
        while position < stop:
            code = text[position]
            sign = narrow(code)
            if sign == SLASH and chain_begins(text, position, stop):
                counts[row, _CHAIN] += 1
                break
            end = position
            kind = 0
            if sign == AT:
                end, kind = mention_end(text, position, stop, target), _MENTION
                if (
                    written == begin + 2
                    and codes[begin] == _REPLY_FIRST
                    and codes[begin + 1] == _REPLY_SECOND
                ):
                    written = begin
            elif sign == OPEN:
                end, kind = emoticon_end(text, position, stop), _EMOTICON
            elif sign < 0x7F:
                end, kind = link_end(text, position, stop), _LINK
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
