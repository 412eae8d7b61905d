"""A file as a stream of unpacked bytes; what lies on the disk is hashed in the same pass."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import Member, MemberFile
from rumorscan.readers.containers.files import CHUNK, Hashes, RegularFile
from rumorscan.readers.containers.packings import DAMAGE, Limits, packing_of, unpack


class ByteSource:
    """A file as a stream of unpacked bytes that is hashed on the way; a context manager.

    Args:
        given: the file.
        limits: how far it may unpack.
        hashes: that take what is read of a file on the disk; its own where None.

    Attributes:
        path: the file, as it is shown.
        packing: `gz`, `xz`, `bz2`, `zst`, `zip` for a member of an archive, or empty.
        size: bytes on the disk; of a member, of what it holds.
        place: where the file lies if it can be read there as it is, else None.

    Raises:
        DumpError: the file cannot be opened.
    """

    def __init__(
        self, given: Path | Member, limits: Limits | None = None, hashes: Hashes | None = None
    ) -> None:
        self.path = str(given)
        self.limits = limits or Limits()
        self._member = given if isinstance(given, Member) else None
        self._file: Any = (
            RegularFile(given, hashes) if isinstance(given, Path) else MemberFile(given)
        )
        self.packing = "zip" if self._member else ""
        self._ahead = b""
        self._unpacked = 0
        self._stream: Any = self._file
        try:
            start = self._file.peek(8)
        except DAMAGE as error:
            self.close()
            raise self._damaged(error) from error
        self.size: int = self._file.size
        if packing := packing_of(start):
            self.packing = packing
            self._stream = unpack(self._file, packing)
        self.place = given if isinstance(given, Path) and not self.packing else None
        self._copy: Any = None

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them.

        Raises:
            DumpError: the packing is damaged or cut short, or unpacks too far.
        """
        if len(self._ahead) < count:
            self._ahead += self._pull(count - len(self._ahead))
        return self._ahead[:count]

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer only at the end, where they are empty.

        Raises:
            DumpError: the packing is damaged or cut short, or unpacks too far, or the file has
                grown since it was opened.
        """
        if not self._ahead:
            return self._pull(count)
        piece, self._ahead = self._ahead[:count], self._ahead[count:]
        return piece if len(piece) == count else piece + self._pull(count - len(piece))

    def local_path(self) -> Path:
        """Return a path that holds the unpacked bytes, for libraries that read paths only.

        That is the file itself where it is not packed; else a private copy, which goes when the
        source is closed.

        Raises:
            DumpError: the packing is damaged or cut short, or unpacks too far, or there is no
                room for the copy.
        """
        if self.place is not None:
            return self.place
        if self._copy is None:
            try:
                self._copy = tempfile.TemporaryDirectory(prefix="rumorscan-")
                # closed again, since Windows opens no file twice
                with Path(self._copy.name, "unpacked").open("wb") as file:
                    while piece := self.read(CHUNK):
                        file.write(piece)
            except OSError as error:
                raise DumpError(
                    f"{self.path}: no room to unpack it in {tempfile.gettempdir()}: {error}"
                ) from error
        return Path(self._copy.name, "unpacked")

    def _pull(self, count: int) -> bytes:
        pieces = []
        while count > 0:
            try:
                piece = self._stream.read(min(count, CHUNK) if self.packing else count)
            except DAMAGE as error:
                raise self._damaged(error) from error
            if not piece:
                break
            pieces.append(piece)
            count -= len(piece)
            if self.packing:
                self._unpacked += len(piece)
                self.limits.check(self.path, self._packed(), self._unpacked)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _packed(self) -> int:
        return self._member.info.compress_size if self._member else int(self._file.taken)

    def _damaged(self, error: Exception) -> DumpError:
        what = f"the {self.packing} data are" if self.packing else "the file is"
        why = " ".join(str(error).split())
        return DumpError(f"{self.path}: {what} damaged or cut short ({why}); fetch the file again")

    def hashes(self) -> tuple[str, str | None]:
        """Return SHA-256 and SM3 (None where missing) of the whole file.

        They are those of the file on the disk, packed as it may be; of a member of an archive,
        those of the bytes that it holds.

        Raises:
            DumpError: the file is not what it was when it was opened.
        """
        try:
            hashes: tuple[str, str | None] = self._file.hashes()
        except DAMAGE as error:
            raise self._damaged(error) from error
        return hashes

    def close(self) -> None:
        """Close the file."""
        if self._stream is not self._file:
            self._stream.close()
        self._file.close()
        if getattr(self, "_copy", None) is not None:
            self._copy.cleanup()

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
