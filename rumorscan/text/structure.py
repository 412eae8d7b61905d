"""What in a post is not its author's words: links, mentions, emoji in brackets, earlier posts.

These loops walk over the code points of one display text; full-width forms count as their
ASCII ones. The fold key and the stance both read a post through them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.kernels import compiled
from rumorscan.text.characters import TABLE_SIZE

MENTION_LIMIT = 30
"""Characters of the longest account name that Weibo allows."""
EMOTICON_LIMIT = 8
"""Characters of the longest name of an emoji in brackets."""

AT, SLASH, OPEN, CLOSE, SPACE = 0x40, 0x2F, 0x5B, 0x5D, 0x20


def text_bytes(texts: Any) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of an Arrow string array and the bounds of its rows."""
    if texts.null_count:
        texts = texts.fill_null("")
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, bounds, data = texts.buffers()
    content = np.frombuffer(data or b"", dtype=np.uint8).view()
    content.flags.writeable = False  # loops are compiled anew for each kind of array
    if bounds is None or len(texts) == 0:
        return content, np.zeros(len(texts) + 1, dtype=np.int64)
    edges = np.frombuffer(bounds, dtype=width, count=texts.offset + len(texts) + 1)[texts.offset :]
    return content, edges.astype(np.int64)


@compiled
def decode(data: npt.NDArray[np.uint8], start: int, stop: int, into: npt.NDArray[np.uint32]) -> int:
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
def narrow(code: np.uint32) -> np.uint32:
    """Return the ASCII form of a full-width character, others unchanged."""
    if np.uint32(0xFF01) <= code <= np.uint32(0xFF5E):
        return np.uint32(code - np.uint32(0xFEE0))
    if code == np.uint32(0x3000):
        return np.uint32(SPACE)
    return code


@compiled
def lower(code: np.uint32) -> np.uint32:
    """Return an ASCII capital in lower case, others unchanged, full width made narrow."""
    letter = narrow(code)
    if np.uint32(0x41) <= letter <= np.uint32(0x5A):
        return np.uint32(letter + np.uint32(0x20))
    return letter


@compiled
def link_end(text: npt.NDArray[np.uint32], start: int, stop: int) -> int:
    """Return where a link that begins at start ends; start where none begins."""
    first = lower(text[start])
    head = start
    if first == 0x68:  # http:// and https://
        if stop - start < 8 or lower(text[start + 1]) != 0x74 or lower(text[start + 2]) != 0x74:
            return start
        head = start + 4
        if lower(text[start + 3]) != 0x70:
            return start
        if lower(text[head]) == 0x73:
            head += 1
        if head + 2 >= stop or lower(text[head]) != 0x3A:
            return start
        if lower(text[head + 1]) != SLASH or lower(text[head + 2]) != SLASH:
            return start
        head += 3
    elif first == 0x77:  # www.
        if stop - start < 5 or lower(text[start + 1]) != 0x77 or lower(text[start + 2]) != 0x77:
            return start
        if lower(text[start + 3]) != 0x2E:
            return start
        head = start + 4
    elif first == 0x74:  # t.cn/, Weibo's own shortener, is often written without a scheme
        if stop - start < 6 or lower(text[start + 1]) != 0x2E or lower(text[start + 2]) != 0x63:
            return start
        if lower(text[start + 3]) != 0x6E or lower(text[start + 4]) != SLASH:
            return start
        head = start + 5
    else:
        return start
    while head < stop:
        code = lower(text[head])
        if code <= SPACE or code > 0x7E or code in (0x22, 0x3C, 0x3E, OPEN, CLOSE):
            break
        head += 1
    return head


@compiled
def chain_begins(text: npt.NDArray[np.uint32], start: int, stop: int) -> bool:
    """Tell whether `//@` begins at start, spaces before the sign allowed."""
    if start + 2 >= stop or narrow(text[start + 1]) != SLASH:
        return False
    head = start + 2
    while head < stop and narrow(text[head]) == SPACE:
        head += 1
    return head < stop and narrow(text[head]) == AT


@compiled
def mention_end(
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
    return head if head - start - 1 <= MENTION_LIMIT else start + 1


@compiled
def emoticon_end(text: npt.NDArray[np.uint32], start: int, stop: int) -> int:
    """Return where a bracketed emoji that begins at start ends; start where none begins."""
    for head in range(start + 1, min(stop, start + EMOTICON_LIMIT + 2)):
        code = narrow(text[head])
        if code == CLOSE:
            return head + 1 if head > start + 1 else start
        if code == OPEN or code < SPACE:
            return start
    return start
