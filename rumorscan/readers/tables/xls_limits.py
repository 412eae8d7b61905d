"""What an old workbook (XLS) must not do before it is handed to the library that reads it.

The file is a compound one [MS-CFB] with a stream of records [MS-XLS]. As with XLSX, the library
holds a sheet as a rectangle and copies every shared text into every cell that names it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rumorscan.errors import DumpError

FILE_LIMIT = 256 << 20
"""Bytes of a file; it is held in memory, and its format cannot fill many more."""
MEMORY_LIMIT = 400 << 20
"""Bytes that the cells may take."""
CELL_BYTES = 32
CLAIMED_CELLS = 1 << 26
"""Cells that a sheet may claim to have; memory is set aside for them, and mostly not used."""

_STREAMS = ("workbook", "book")
_MOST_SHEETS = 4_096
_EOF, _SHEET, _TEXTS, _MORE, _CLAIM, _NAMED_TEXT = 0x0A, 0x85, 0xFC, 0x3C, 0x200, 0xFD
_CELLS = frozenset({0x06, 0xBD, 0xBE, 0x201, 0x203, 0x204, 0x205, 0x27E, _NAMED_TEXT, 0xD6})
_SEVERAL = frozenset({0xBD, 0xBE})
_UNUSED = 0xFFFFFFFA
"""Numbers of sectors from here on are none."""
Record = tuple[int, bytes]
_Numbers = npt.NDArray[np.uint32]


def check_old_workbook(path: Path, where: str) -> None:
    """Refuse a workbook that would take far too much memory.

    Args:
        path: an XLS file.
        where: what the file is called in messages.

    Raises:
        DumpError: it is damaged, very large, or its cells would take more than `MEMORY_LIMIT`.
    """
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise DumpError(f"{where}: an XLS of {size:,} bytes is not read; export as CSV (UTF-8)")
    try:
        cost = sum(map(_cost_of, _streams(path.read_bytes())))
    except (struct.error, IndexError, ValueError) as error:
        raise DumpError(
            f"{where}: cannot be read as a workbook: damaged or cut short; fetch the file again"
        ) from error
    if cost > MEMORY_LIMIT:
        raise DumpError(
            f"{where}: its cells would take about {cost / 1e9:.1f} GB of memory; "
            "export as CSV (UTF-8)"
        )


def _streams(data: bytes) -> Iterator[bytes]:
    """Yield the streams of a compound file that may be the workbook's."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if not (7 <= shift <= 16 and small_shift < shift):
        raise ValueError("the sectors have no sound size")
    _, folder, _, cutoff, small, _, more, _ = struct.unpack_from("<8I", data, 44)

    def sector(number: int) -> bytes:
        return data[(number + 1) << shift : (number + 2) << shift]

    tables = list(struct.unpack_from("<109I", data, 76))
    for _ in range(len(data) >> shift):
        if more >= _UNUSED:
            break
        *further, more = np.frombuffer(sector(more), "<u4").tolist()
        tables += further
    following = _numbers(b"".join(sector(number) for number in tables if number < _UNUSED))

    def chained(first: int) -> bytes:
        return b"".join(map(sector, _chain(first, following)))

    entries = chained(folder)
    root = b""
    for place in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, place + 64)[0]
        name = entries[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, size = struct.unpack_from("<II", entries, place + 116)
        if place == 0:
            root = chained(first) if first < _UNUSED else b""
        elif name.lower() in _STREAMS:
            if size >= cutoff:
                yield chained(first)[:size]
            else:
                numbers = _chain(first, _numbers(chained(small)))
                step = 1 << small_shift
                yield b"".join(root[at * step : (at + 1) * step] for at in numbers)[:size]


def _numbers(data: bytes) -> _Numbers:
    return np.frombuffer(data[: len(data) // 4 * 4], "<u4")


def _chain(first: int, following: _Numbers) -> list[int]:
    """Return the sectors of a stream, in order."""
    chain: list[int] = []
    while first < _UNUSED:
        if len(chain) > len(following):
            raise ValueError("the sectors go in a circle")
        chain.append(first)
        first = int(following[first])
    return chain


def _records(data: bytes, place: int) -> Iterator[Record]:
    """Yield the records from a place to the next end of a part."""
    while place + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, place)
        yield kind, data[place + 4 : place + 4 + length]
        if kind == _EOF:
            return
        place += 4 + length


def _cost_of(data: bytes) -> int:
    """Return about how many bytes the sheets of a stream take, once they are read."""
    sheets: set[int] = set()
    texts: list[bytes] = []
    goes_on = False
    for kind, body in _records(data, 0):
        if kind == _SHEET:
            sheets.add(struct.unpack_from("<I", body)[0])
        goes_on = kind == _TEXTS or (kind == _MORE and goes_on)
        if goes_on:
            texts.append(body)
    if len(sheets) > _MOST_SHEETS:
        raise ValueError("it names far too many sheets")
    lengths = np.fromiter(_text_lengths(texts), np.int64)
    return sum(_sheet_cost(data, place, lengths) for place in sheets)


def _sheet_cost(data: bytes, place: int, lengths: npt.NDArray[np.int64]) -> int:
    low, high = [1 << 16, 1 << 16], [-1, -1]
    taken = 0
    for kind, body in _records(data, place):
        if kind == _CLAIM and len(body) >= 8:
            form = "<IIHH" if len(body) >= 12 else "<HHHH"
            first, last, left, right = struct.unpack_from(form, body)
            if max(0, last - first) * max(0, right - left) > CLAIMED_CELLS:
                return MEMORY_LIMIT * 1_000
        if kind not in _CELLS or len(body) < 6:
            continue
        row, column = struct.unpack_from("<HH", body)
        if kind in _SEVERAL:
            last = struct.unpack_from("<H", body, len(body) - 2)[0]
            last = max(last, column + len(body) // 2)
        else:
            last = column
        low = [min(low[0], row), min(low[1], column)]
        high = [max(high[0], row), max(high[1], last)]
        taken += len(body)
        if kind == _NAMED_TEXT and len(body) >= 10:
            text = struct.unpack_from("<I", body, 6)[0]
            taken += int(lengths[text]) if text < len(lengths) else 0
    return max(0, high[0] - low[0] + 1) * max(0, high[1] - low[1] + 1) * CELL_BYTES + 2 * taken


def _text_lengths(parts: list[bytes]) -> Iterator[int]:
    """Yield about how many bytes each shared text takes; `parts` are a record and its sequels."""
    if not parts:
        return
    left, place = parts[0], 8
    sequels = iter(parts[1:])
    while True:
        if place >= len(left):
            place -= len(left)
            left = next(sequels, b"")
            if not left:
                return
            continue
        if place + 3 > len(left):
            return
        count, flags = struct.unpack_from("<HB", left, place)
        place += 3
        behind = 0
        if flags & 8:
            behind += 4 * struct.unpack_from("<H", left, place)[0]
            place += 2
        if flags & 4:
            behind += struct.unpack_from("<I", left, place)[0]
            place += 4
        yield 3 * count
        width = 1 + (flags & 1)
        while count * width > len(left) - place:
            count -= max(0, len(left) - place) // width
            left, place = next(sequels, b""), 1
            if not left:
                return
            width = 1 + (left[0] & 1)  # each sequel says anew how wide characters are
        place += count * width + behind
