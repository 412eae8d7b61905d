"""What a workbook must not do before it is handed to the library that reads it.

A workbook is a zip archive of XML. The library holds a sheet as a rectangle and copies every
text into every cell that names it, so both are measured first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import Archive, Member, MemberFile
from rumorscan.readers.containers.packings import Limits

MEMORY_LIMIT = 400 << 20
"""Bytes that the cells may take, unless the file itself is large."""
MEMORY_RATIO = 40
"""Times the file's size that they may take in any case."""
CELL_BYTES = 32

_PIECE = 1 << 20
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,9})([0-9]{1,12})\s*["']""")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_SHARED = re.compile(
    rb"""\bt\s*=\s*["']s["'][^>]*>(?:\s|<(?:\w+:)?f\b[^>]*>[^<]*(?:</[^>]*>)?)*"""
    rb"""<(?:\w+:)?v\b[^>]*>\s*([0-9]{1,9})"""
)
_TEXTS = re.compile(rb"<(?:\w+:)?si\b")
_OTHER_KINDS = ("xl/workbook.bin", "content.xml")
"""Parts of kinds of workbooks that cannot be measured: XLSB and ODS."""


class _Extent:
    """How large a sheet is at most; what has no place of its own follows what was before.

    Attributes:
        text_bytes: what its texts take.
    """

    def __init__(self) -> None:
        self.text_bytes = 0
        self._last = [0, 0]  # row and column that are named
        self._further = [0, 0]  # rows, and cells of a row, that are not
        self._cells = 0

    @property
    def rows(self) -> int:
        """Its rows."""
        return max(1, self._last[0] + self._further[0])

    @property
    def columns(self) -> int:
        """Its columns."""
        return max(1, self._last[1] + self._further[1])

    def add(self, piece: bytes) -> None:
        """Count what is in the next piece."""
        places = _PLACE.findall(piece)
        for letters, digits in set(places):
            self._last[0] = max(self._last[0], int(digits))
            if letters:
                self._last[1] = max(self._last[1], _column(letters.upper()))
        rows, cells = len(_ROW.findall(piece)), len(_CELL.findall(piece))
        named_cells = sum(1 for letters, _ in places if letters)
        if rows > len(places) - named_cells:
            self._further[0] += rows
        if cells > named_cells:
            for place, row in enumerate(_ROW.split(piece)):
                self._cells = len(_CELL.findall(row)) + (0 if place else self._cells)
                self._further[1] = max(self._further[1], self._cells)


def check_workbook(path: Path, where: str = "", limits: Limits | None = None) -> None:
    """Refuse a workbook that would do harm or take far too much memory.

    Args:
        path: an XLSX file.
        where: what the file is called in messages, if not by its path.
        limits: how far it may unpack.

    Raises:
        DumpError: it is damaged, encrypted, no XLSX, or beyond the limits; it declares entities;
            its cells would take more memory than `MEMORY_LIMIT` and `MEMORY_RATIO` times its
            size.
    """
    where = where or str(path)
    archive = Archive(path, limits, where)
    if not archive.is_workbook:
        raise DumpError(f"{where}: is a zip archive; unpack it and give the files in it")
    names = {info.filename.lower() for info in archive.members}
    if names.intersection(_OTHER_KINDS):
        raise DumpError(f"{where}: is no XLSX; save it as XLSX or export as CSV (UTF-8)")
    lengths = np.zeros(0, np.int64)
    cost = 0  # of all sheets, which are held together
    for info in sorted(archive.members, key=lambda info: "sharedStrings" not in info.filename):
        pieces = _pieces(archive, info, where)
        if "sharedStrings" in info.filename:
            found = np.asarray(list(_text_lengths(pieces)), np.int64)
            lengths = np.concatenate([lengths, found])
        else:
            # whatever a part is called, the workbook may use it as a sheet
            extent = _measure(pieces, lengths, where)
            if extent.rows * extent.columns > 1:
                cost += extent.rows * extent.columns * CELL_BYTES + extent.text_bytes
                _check_cost(cost, path.stat().st_size, where, extent)


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
                if not info.filename.lower().endswith((".xml", ".rels")):
                    return  # a picture or the like
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
    pieces: Iterator[bytes], lengths: np.ndarray[tuple[int], np.dtype[np.int64]], where: str
) -> _Extent:
    extent = _Extent()
    for piece in pieces:
        if _TEXTS.search(piece):
            raise DumpError(f"{where}: its texts are in an unusual place; save the workbook anew")
        extent.text_bytes += len(piece) // 4  # texts may stand in the cells themselves
        extent.add(piece)
        named = np.asarray(_SHARED.findall(piece), np.int64)
        extent.text_bytes += int(lengths[named[named < len(lengths)]].sum())
    return extent


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
