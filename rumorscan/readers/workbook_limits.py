"""What a workbook must not do before it is handed to the library that reads it.

A workbook is a zip archive of XML. The library holds a sheet as a rectangle and copies every
text into every cell that names it, so both are measured first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.archives import Archive, Member, MemberFile
from rumorscan.readers.packings import Limits

MEMORY_LIMIT = 400 << 20
"""Bytes that the cells may take, unless the file itself is large."""
MEMORY_RATIO = 40
"""Times the file's size that they may take in any case."""
CELL_BYTES = 32

_PIECE = 1 << 20
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,3})([0-9]{1,9})\s*["']""")
_SHARED = re.compile(
    rb"""\bt\s*=\s*["']s["'][^>]*>(?:\s|<(?:\w+:)?f\b[^>]*>[^<]*(?:</[^>]*>)?)*"""
    rb"""<(?:\w+:)?v\b[^>]*>\s*([0-9]{1,9})"""
)
_TEXTS = re.compile(rb"<(?:\w+:)?si\b")


@dataclass(slots=True)
class _Extent:
    """How large a sheet is."""

    rows: int = 1
    columns: int = 1
    text_bytes: int = 0


def check_workbook(path: Path, where: str = "", limits: Limits | None = None) -> None:
    """Refuse a workbook that would do harm or take far too much memory.

    Args:
        path: an XLSX file.
        where: what the file is called in messages, if not by its path.
        limits: how far it may unpack.

    Raises:
        DumpError: it is damaged, encrypted, or beyond the limits; it declares entities; its
            cells would take more memory than `MEMORY_LIMIT` and `MEMORY_RATIO` times its size.
    """
    where = where or str(path)
    archive = Archive(path, limits, where)
    parts = [info for info in archive.members if info.filename.endswith((".xml", ".rels"))]
    lengths = np.zeros(0, np.int64)
    for info in sorted(parts, key=lambda info: "sharedStrings" not in info.filename):
        if "sharedStrings" in info.filename:
            lengths = np.asarray(list(_text_lengths(_pieces(archive, info, where))), np.int64)
        elif info.filename.startswith("xl/worksheets/"):
            extent = _measure(_pieces(archive, info, where), lengths)
            cost = extent.rows * extent.columns * CELL_BYTES + extent.text_bytes
            _check_cost(cost, path.stat().st_size, where, extent)
        else:
            for _ in _pieces(archive, info, where):
                pass


def _check_cost(cost: int, size: int, where: str, extent: _Extent) -> None:
    if cost > max(MEMORY_LIMIT, MEMORY_RATIO * size):
        raise DumpError(
            f"{where}: a sheet of {extent.rows:,} rows and {extent.columns:,} columns would take "
            f"about {cost / 1e9:.1f} GB of memory; export as CSV (UTF-8)"
        )


def _pieces(archive: Archive, info: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    """Yield a part in pieces that begin at tags, and refuse what no spreadsheet writes."""
    rest = b""
    with MemberFile(Member(archive, info)) as file:
        try:
            if b"\0" in file.peek(64):
                raise DumpError(f"{where}: {info.filename} is no UTF-8; save the workbook anew")
            while piece := file.read(_PIECE):
                rest += piece
                if _FORBIDDEN.search(rest):
                    raise DumpError(
                        f"{where}: {info.filename} declares entities, as an attack does; "
                        "it is not read"
                    )
                cut = rest.rfind(b"<c ") if b"<c " in rest else rest.rfind(b"<")
                cut = cut if cut > 0 else len(rest)
                yield rest[:cut]
                rest = rest[cut:]
        except EOFError as error:
            raise DumpError(
                f"{where}: the workbook is damaged or cut short ({error}); fetch the file again"
            ) from error
    yield rest


def _text_lengths(pieces: Iterator[bytes]) -> Iterator[int]:
    """Yield about how many bytes each shared text has, its tags among them."""
    length = -1
    for piece in pieces:
        start = 0
        for hit in _TEXTS.finditer(piece):
            if length >= 0:
                yield length + hit.start() - start
            length, start = 0, hit.start()
        if length >= 0:
            length += len(piece) - start
    if length >= 0:
        yield length


def _measure(
    pieces: Iterator[bytes], lengths: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> _Extent:
    extent = _Extent()
    for piece in pieces:
        extent.text_bytes += len(piece) // 4  # texts may stand in the cells themselves
        for letters, digits in set(_PLACE.findall(piece)):
            extent.rows = max(extent.rows, int(digits))
            if letters:
                extent.columns = max(extent.columns, _column(letters.upper()))
        named = np.asarray(_SHARED.findall(piece), np.int64)
        extent.text_bytes += int(lengths[named[named < len(lengths)]].sum())
    return extent


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
