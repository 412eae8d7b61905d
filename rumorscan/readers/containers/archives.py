"""Zip archives: looked through before anything is unpacked, and read like a folder.

Nothing is ever written where an archive says, so that no name in it can lead anywhere; names
that try are refused all the same. Workbooks are zip archives too and pass the same checks.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import weakref
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from rumorscan.errors import DumpError
from rumorscan.readers.containers.files import CHUNK, Hashes, open_regular
from rumorscan.readers.containers.packings import Limits

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""First bytes of a zip archive: with members, empty, in parts."""
MEMBER_LIMIT = 65_536
DIRECTORY_LIMIT = 16 << 20
"""Bytes of an archive's list of members; the list is held in memory."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""LZMA is left out: there a member may ask for 4 GB of memory, and no limit can be set."""
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError)
"""What reading a damaged archive raises, and `NotImplementedError`."""

_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_END = _END.size + 0xFFFF


class Archive:
    """An open zip archive that has been looked through.

    Attributes:
        path: the file.
        shown: what it is called in messages and reports.
        members: its files, in the order of the archive's list; folders are left out.

    Raises:
        DumpError: the archive is damaged or encrypted, or a member is hostile.
    """

    def __init__(self, path: Path, limits: Limits | None = None, shown: str = "") -> None:
        self.path = path
        self.shown = shown or str(path)
        self.limits = limits or Limits()
        self._file = file = open_regular(path)
        weakref.finalize(self, file.close)
        self._opened = os.fstat(file.fileno())
        _check_directory(file, self.shown)
        try:
            self._zip = zipfile.ZipFile(file)
            self.members = [
                info for info in self._zip.infolist() if not info.filename.endswith("/")
            ]
        except (*DAMAGE, NotImplementedError, UnicodeError) as error:
            raise _damaged(self.shown, error) from error
        self._check_members(file.seek(0, io.SEEK_END))
        self._digest: str | None = None

    @property
    def is_workbook(self) -> bool:
        """Whether it is a spreadsheet in the form of Office Open XML."""
        return any(info.filename.startswith("xl/") for info in self.members)

    def sha256(self) -> str:
        """Return the digest of the archive as it lies on the disk; computed once.

        Raises:
            DumpError: it is not what it was when it was opened.
        """
        if self._digest is None:
            hashes = Hashes()
            self._file.seek(0)
            while piece := self._file.read(CHUNK):
                hashes.update(piece)
            self._digest = hashes.digests()[0]
        self.check_unchanged()
        return self._digest

    def check_unchanged(self) -> None:
        """Make sure that nobody has written to the archive since it was opened.

        Raises:
            DumpError: somebody has.
        """
        now = os.fstat(self._file.fileno())
        before = self._opened
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise DumpError(
                f"{self.shown}: the archive changed while it was read; wait until it is "
                "complete, or scan a copy of it"
            )

    def open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """Open a member for reading.

        Raises:
            DumpError: the member's beginning is damaged.
        """
        try:
            return self._zip.open(info)
        except (*DAMAGE, NotImplementedError, RuntimeError) as error:
            raise _damaged(self.shown, error, info.filename) from error

    def _check_members(self, size: int) -> None:
        if len(self.members) > MEMBER_LIMIT:
            raise DumpError(
                f"{self.shown}: holds {len(self.members):,} files; unpack it and give the folder"
            )
        if sum(info.compress_size for info in self.members) > size:
            raise DumpError(
                f"{self.shown}: its members overlap, as in a decompression bomb; it is not read"
            )
        names: set[str] = set()
        for info in self.members:
            fault = _fault_of(info) or ("is there twice" if info.filename in names else "")
            if fault:
                raise DumpError(
                    f"{self.shown}: member {info.filename[:100]!r} {fault}; it is not read"
                )
            names.add(info.filename)
            where = f"{self.shown}: {info.filename[:100]}"
            self.limits.check(where, info.compress_size, info.file_size)
        self.limits.check(self.shown, size, sum(info.file_size for info in self.members))


def _check_directory(file: io.BufferedReader, path: str) -> None:
    """Look at the end of the archive, before the list of its members is read into memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read()
    place = len(tail) - _END.size
    if not (tail[place:].startswith(b"PK\x05\x06") and tail.endswith(b"\0\0")):
        place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + _END.size > len(tail):
        raise DumpError(f"{path}: the zip archive is damaged or cut short; fetch the file again")
    _, _, _, _, count, length, _, _ = _END.unpack_from(tail, place)
    before = place - _END64_PLACE.size - _END64.size
    if before >= 0 and tail[before:].startswith(b"PK\x06\x06"):
        record = _END64.unpack_from(tail, before)
        count, length = record[7], record[8]
    if length > DIRECTORY_LIMIT or count > MEMBER_LIMIT:
        raise DumpError(
            f"{path}: lists {count:,} members in {length:,} bytes; unpack it and give the folder"
        )
    file.seek(0)


def _fault_of(info: zipfile.ZipInfo) -> str:
    """Return why a member is not to be read, or an empty string."""
    name = info.filename.replace("\\", "/")
    if not name:
        return "has no name"
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in name:
        return "leads out of the archive"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or a device"
    if info.flag_bits & 0x1:
        return "is encrypted; unpack the archive with its password first"
    if info.compress_type not in METHODS:
        return f"is packed by method {info.compress_type}, which is not known"
    return ""


def _damaged(path: str, error: Exception, name: str = "") -> DumpError:
    member = f": {name[:100]!r}" if name else ""
    return DumpError(
        f"{path}{member}: the zip archive is damaged or cut short "
        f"({' '.join(str(error).split())[:200]}); fetch the file again"
    )


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip archive, as a file in a folder; the archive stays open meanwhile.

    Attributes:
        archive: where it lies.
        info: its entry in the archive's list.
    """

    archive: Archive = field(repr=False)
    info: zipfile.ZipInfo = field(repr=False)

    @property
    def place(self) -> PurePosixPath:
        """Its path in the archive."""
        return PurePosixPath(name_of(self.info))

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.place.name

    @property
    def suffix(self) -> str:
        """The ending of its name."""
        return self.place.suffix

    def __str__(self) -> str:
        return f"{self.archive.shown}/{self.place}"


def name_of(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; Chinese Windows writes it in GBK and does not say so.

    Example:
        >>> name_of(zipfile.ZipInfo("微博.csv".encode("gbk").decode("cp437")))
        '微博.csv'
    """
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for codec in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(codec)
    return info.filename


class MemberFile(io.RawIOBase):
    """The bytes of a member, hashed while they are read; as `RegularFile` for files.

    Attributes:
        size: unpacked bytes.
        taken: bytes read so far.
    """

    def __init__(self, member: Member) -> None:
        self.path = str(member)
        self.size = member.info.file_size
        self.taken = 0
        self._stream = member.archive.open(member.info)
        self._ahead = b""
        self._hashes = Hashes()

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them."""
        if len(self._ahead) < count:
            self._ahead += self._pull(count - len(self._ahead))
        return self._ahead[:count]

    def readable(self) -> bool:
        """Return True, as `io` asks for it."""
        return True

    def read(self, count: int | None = -1) -> bytes:
        """Return the next bytes, fewer only at the end.

        Raises:
            EOFError: the member is damaged or cut short.
        """
        wanted = self.size + 1 if count is None or count < 0 else count
        data, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        data += self._pull(wanted - len(data))
        self.taken += len(data)
        self._hashes.update(data)
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # Buffer is of 3.12
        """Read into a buffer and return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def hashes(self) -> tuple[str, str | None]:
        """Return SHA-256 and SM3 (None where missing) of the unpacked member."""
        while self.read(1 << 20):
            pass
        return self._hashes.digests()

    def close(self) -> None:
        """Close the member; the archive stays open."""
        self._stream.close()
        super().close()

    def _pull(self, count: int) -> bytes:
        try:
            return self._stream.read(count) if count else b""
        except (*DAMAGE, RuntimeError) as error:
            raise EOFError(str(error) or type(error).__name__) from error
