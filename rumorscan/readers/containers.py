"""Files as byte streams: which ones are meant, what packs them, and their hashes.

A stream is unpacked while it is read, and what lies on the disk is hashed in the same pass.
"""

from __future__ import annotations

import bz2
import glob
import gzip
import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from rumorscan.errors import DumpError, MissingExtraError

MAGIC = {
    "gz": b"\x1f\x8b",
    "xz": b"\xfd7zXZ\x00",
    "bz2": b"BZh",
    "zst": b"\x28\xb5\x2f\xfd",
    "zip": b"PK\x03\x04",
}
"""First bytes of the packings; the content decides, not the name."""
DUMP_ENDINGS = (
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet",
    ".xlsx", ".xlsm", ".xls", ".db", ".sqlite", ".sqlite3",
)  # fmt: skip
PACKING_ENDINGS = (".gz", ".xz", ".bz2", ".zst")
RUN_MARKS = ("manifest.json", "run.json")
"""Files that together give a run folder away."""
_DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error)
_CHUNK = 1 << 20


def find_files(source: str | Path) -> list[Path]:
    """Return the files that a path, a glob or a folder stands for, in sorted order.

    Of a folder those are taken, also in folders below, that end like a dump; names that begin
    with a dot are passed over, and so are run folders.

    Raises:
        DumpError: nothing is there.

    Example:
        >>> find_files("nowhere.jsonl")
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: nowhere.jsonl: no such file; check the path
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(_dumps_below(path))
        if not files:
            raise DumpError(
                f"{source}: the folder holds no dump; expected files that end in "
                f"{', '.join(DUMP_ENDINGS)} (also packed as {', '.join(PACKING_ENDINGS)})"
            )
        return files
    if path.exists():
        if not path.is_file():
            raise DumpError(f"{source}: is no regular file; give a file, a folder or a glob")
        return [path]
    if glob.has_magic(str(source)):
        files = sorted(Path(hit) for hit in glob.glob(str(source), recursive=True))  # noqa: PTH207 - a glob may be absolute
        files = [file for file in files if file.is_file()]
        if files:
            return files
        raise DumpError(f"{source}: no file fits this pattern; check the folder and the ending")
    raise DumpError(f"{source}: no such file; check the path")


def _dumps_below(folder: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        if is_run(names):
            if Path(place) == folder:
                raise DumpError(f"{folder}: is a run folder; give the dump that was scanned")
            inner.clear()
            continue
        files = (Path(place, name) for name in names if not name.startswith("."))
        yield from (file for file in files if _is_dump(file) and file.is_file())


def is_run(names: Iterable[str]) -> bool:
    """Return whether a folder that holds these names is a run, not a dump.

    Example:
        >>> is_run(["manifest.json", "posts.parquet", "run.json"]), is_run(["run.json"])
        (True, False)
    """
    return set(RUN_MARKS) <= set(names)


def _is_dump(path: Path) -> bool:
    name = bare_name(path).lower()
    # what Windows and its spreadsheets leave beside files ends like a dump and is none
    return name.endswith(DUMP_ENDINGS) and name != "thumbs.db" and not name.startswith("~$")


def bare_name(path: Path) -> str:
    """Return the file's name without the ending of a packing.

    Example:
        >>> bare_name(Path("dumps/weibo.jsonl.xz"))
        'weibo.jsonl'
    """
    return path.name.removesuffix(path.suffix) if path.suffix in PACKING_ENDINGS else path.name


class NoRowsError(DumpError):
    """A file that is empty, or holds a header and nothing else."""


class ByteSource:
    """A file as a stream of unpacked bytes that is hashed on the way; a context manager.

    Attributes:
        path: the file.
        packing: `gz`, `xz`, `bz2`, `zst` or empty.
        size: bytes on the disk.

    Raises:
        DumpError: the file cannot be opened, or its packing cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = _Hashed(path)
            start = self._file.peek(8)
        except OSError as error:
            raise DumpError(f"{path}: cannot be read: {error.strerror or error}") from error
        self.size = os.fstat(self._file.fileno()).st_size
        self.packing = next((name for name, magic in MAGIC.items() if start.startswith(magic)), "")
        if self.packing == "zip" and _is_workbook(path):
            self.packing = ""  # a workbook is a zip archive that its own reader opens
        self._stream = _unpacked(self._file, self.packing, path)
        self._ahead = b""

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them.

        Raises:
            DumpError: the packing is damaged or cut short.
        """
        if len(self._ahead) < count:
            self._ahead += self._pull(count - len(self._ahead))
        return self._ahead[:count]

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer only at the end, where they are empty.

        Raises:
            DumpError: the packing is damaged or cut short.
        """
        if not self._ahead:
            return self._pull(count)
        piece, self._ahead = self._ahead[:count], self._ahead[count:]
        return piece if len(piece) == count else piece + self._pull(count - len(piece))

    def _pull(self, count: int) -> bytes:
        pieces = []
        while count > 0:
            try:
                piece = self._stream.read(count)
            except _DAMAGE as error:
                what = f"the {self.packing} data are" if self.packing else "the file is"
                raise DumpError(
                    f"{self.path}: {what} damaged or cut short ({error}); fetch the file again"
                ) from error
            if not piece:
                break
            pieces.append(piece)
            count -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def hashes(self) -> tuple[str, str | None]:
        """Return SHA-256 and SM3 (None where missing) of the whole file on the disk."""
        self._file.drain()
        return self._file.sha256.hexdigest(), self._file.sm3.hexdigest() if self._file.sm3 else None

    def close(self) -> None:
        """Close the file."""
        if self._stream is not self._file:
            self._stream.close()
        self._file.close()

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Hashed(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self.sha256 = hashlib.sha256()
        self.sm3 = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else None

    def peek(self, count: int) -> bytes:
        return self._raw.peek(count)[:count]

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def read(self, count: int | None = -1) -> bytes:
        data = self._raw.read(-1 if count is None else count)
        self.sha256.update(data)
        if self.sm3 is not None:
            self.sm3.update(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        while self.read(_CHUNK):
            pass

    def close(self) -> None:
        self._raw.close()
        super().close()


def _unpacked(file: _Hashed, packing: str, path: Path) -> Any:
    if packing == "gz":
        return gzip.GzipFile(fileobj=io.BufferedReader(file, _CHUNK), mode="rb")
    if packing == "xz":
        return lzma.LZMAFile(cast(Any, io.BufferedReader(file, _CHUNK)))
    if packing == "bz2":
        return bz2.BZ2File(cast(Any, io.BufferedReader(file, _CHUNK)))
    if packing == "zst":
        return _Zstd(file, path)
    if packing == "zip":
        file.close()
        raise DumpError(f"{path}: is a zip archive; unpack it and give the files in it")
    return file


def _is_workbook(path: Path) -> bool:
    """Whether a zip archive is a workbook, by what is in it or, where damaged, by its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return path.suffix.lower() in (".xlsx", ".xlsm")


class _Zstd:
    """Frames of Zstandard; unlike the library's stream it notices when one is cut short."""

    def __init__(self, file: _Hashed, path: Path) -> None:
        try:
            import zstandard
        except ImportError as error:
            file.close()
            raise MissingExtraError(f"{path}: zstandard", "zst") from error
        self._file = file
        self._pieces = self._frames(zstandard)
        self._ready = b""

    def read(self, count: int) -> bytes:
        if not self._ready:
            self._ready = next(self._pieces, b"")
        piece, self._ready = self._ready[:count], self._ready[count:]
        return piece

    def close(self) -> None:
        self._ready = b""

    def _frames(self, zstandard: Any) -> Iterator[bytes]:
        packed = self._file.read(_CHUNK)
        while packed:
            frame = zstandard.ZstdDecompressor().decompressobj()
            while True:
                try:
                    piece = frame.decompress(packed)
                except zstandard.ZstdError as error:
                    raise EOFError(str(error)) from error
                if piece:
                    yield piece
                if frame.eof:
                    break
                packed = self._file.read(_CHUNK)
                if not packed:
                    raise EOFError("the last frame is not finished")
            packed = frame.unused_data or self._file.read(_CHUNK)
