"""Packed bytes unpacked while they are read: a piece at a time, and to the end of the stream.

Each way notices a stream that is cut short or damaged, and none takes more memory than
`WINDOW_BYTES` and a few pieces, whatever the stream asks for.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from rumorscan.errors import DumpError
from rumorscan.readers.containers.files import CHUNK

MAGIC = {
    "gz": b"\x1f\x8b",
    "xz": b"\xfd7zXZ\x00",
    "bz2": b"BZh",
    "zst": b"\x28\xb5\x2f\xfd",
    "zst-skip": b"\x2a\x4d\x18",
}
"""First bytes of the packings; the content decides, not the name."""
DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error)
"""What unpacking raises."""
WINDOW_BYTES = 256 << 20
"""Memory that a stream may ask for; Zstandard's own limit is 128 MB."""
MAXIMUM_RATIO = 250
MAXIMUM_UNPACKED_BYTES = 1 << 36
UNWATCHED_BYTES = 64 << 20
"""Up to here the ratio does not matter: a few identical lines pack very well."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far packed data may unpack.

    Attributes:
        ratio: times the packed bytes; not asked of the first `UNWATCHED_BYTES`.
        unpacked_bytes: of one file.
    """

    ratio: int = MAXIMUM_RATIO
    unpacked_bytes: int = MAXIMUM_UNPACKED_BYTES

    def check(self, where: str, packed: int, unpacked: int) -> None:
        """Refuse data that unpack too far.

        Raises:
            DumpError: a limit is passed; the message names the setting.

        Example:
            >>> Limits().check("a.gz", 1_000, 1_000_000_000)
            Traceback (most recent call last):
                ...
            rumorscan.errors.DumpError: a.gz: unpacks to more than 250 times its size, ...
        """
        if unpacked > max(self.ratio * packed, UNWATCHED_BYTES):
            raise DumpError(
                f"{where}: unpacks to more than {self.ratio} times its size, as a decompression "
                "bomb does; if it is sound, raise reading.maximum_ratio"
            )
        if unpacked > self.unpacked_bytes:
            raise DumpError(
                f"{where}: unpacks to more than {self.unpacked_bytes:,} bytes; "
                "if it is sound, raise reading.maximum_unpacked_bytes"
            )


class Packed(Protocol):
    """A binary file that holds packed bytes."""

    def read(self, count: int = -1, /) -> bytes:
        """Return the next bytes, fewer only at the end."""


def packing_of(start: bytes) -> str:
    """Return how data that begin so are packed: `gz`, `xz`, `bz2`, `zst` or empty.

    Example:
        >>> packing_of(gzip.compress(b"")), packing_of(b"{}")
        ('gz', '')
    """
    if start[:1] and 0x50 <= start[0] <= 0x5F and start[1:4] == MAGIC["zst-skip"]:
        return "zst"  # a frame to be skipped, as parallel packers put first
    return next((name for name, magic in MAGIC.items() if start.startswith(magic)), "")


def unpack(file: Any, packing: str) -> Any:
    """Return a stream of the unpacked bytes of a file; the file itself without a packing."""
    if packing == "gz":
        return gzip.GzipFile(fileobj=io.BufferedReader(file, CHUNK), mode="rb")
    if packing == "bz2":
        return Pieces(_streams(file, bz2.BZ2Decompressor))
    if packing == "xz":
        return Pieces(_streams(file, _xz_stream))
    if packing == "zst":
        return Pieces(_zst_pieces(file))
    return file


class Pieces:
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready = b""

    def read(self, count: int) -> bytes:
        """Return the next bytes, perhaps fewer; none at the end."""
        if not self._ready:
            self._ready = next(self._pieces, b"")
        piece, self._ready = self._ready[:count], self._ready[count:]
        return piece

    def close(self) -> None:
        """Forget the rest."""
        self._ready = b""


def _xz_stream() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW_BYTES)


def _streams(file: Packed, begin: Callable[[], Any]) -> Iterator[bytes]:
    """Yield what streams hold that lie one after the other.

    Python's own file objects pass over whatever follows the first stream and is damaged, and
    set no limit to the memory that a stream asks for.
    """
    packed = file.read(CHUNK)
    while packed:
        stream = begin()
        while not stream.eof:
            if stream.needs_input:
                packed = packed or file.read(CHUNK)
                if not packed:
                    raise EOFError("the last stream is not finished")
            if piece := stream.decompress(packed if stream.needs_input else b"", CHUNK):
                yield piece
            packed = b""
        packed = (stream.unused_data or file.read(CHUNK)).lstrip(b"\0")  # padding is allowed
        packed = packed or file.read(CHUNK).lstrip(b"\0")


def _zst_pieces(file: Any) -> Iterator[bytes]:
    """Yield what Zstandard frames hold; Arrow notices one that is not finished."""
    import pyarrow as pa  # looking for files needs no Arrow

    stream = pa.CompressedInputStream(pa.PythonFile(_KeptOpen(file), mode="r"), "zstd")
    while piece := stream.read(CHUNK):
        yield piece


class _KeptOpen:
    """A file for Arrow, which would close it; it is still to be hashed."""

    closed = False

    def __init__(self, file: Packed) -> None:
        self.read = file.read

    def close(self) -> None:
        pass
