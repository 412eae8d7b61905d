"""Regular files, hashed while they are read, and watched for changes.

What is no regular file (a FIFO, a device, a socket) is never waited for: it is refused at once.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rumorscan.errors import DumpError

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NONBLOCK", "O_CLOEXEC"))
CHUNK = 1 << 20


class Hashes:
    """SHA-256 and, where this Python has it, SM3 of bytes that pass by.

    Args:
        lasting: whether the state may be asked for; the SM3 is then slower.

    Example:
        >>> hashes = Hashes()
        >>> hashes.update("停水".encode())
        >>> hashes.digests()[0][:8]
        '4c799187'
    """

    def __init__(self, *, lasting: bool = False) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3: Any = None
        self._known = 0  # bytes that the SM3 has taken before they pass by
        if "sm3" in hashlib.algorithms_available:
            self._sm3 = _lasting_sm3() if lasting else hashlib.new("sm3")

    @property
    def state(self) -> dict[str, Any] | None:
        """What lasting hashes of the same file need to go on; None where there is no SM3."""
        return self._sm3 and dict(self._sm3.state)

    def go_on(self, state: Mapping[str, Any] | None) -> None:
        """Take over the SM3 of the beginning of the file, which passes by once more."""
        if state is not None and self._sm3 is not None:
            self._sm3 = _lasting_sm3(state)
            self._known = state["count"]

    def update(self, data: bytes) -> None:
        """Take further bytes."""
        self._sha256.update(data)
        if self._sm3 is not None:
            new = memoryview(data)[self._known :]
            self._known = max(0, self._known - len(data))
            self._sm3.update(new)

    def digests(self) -> tuple[str, str | None]:
        """Return SHA-256 and SM3, or None in its place, as hexadecimal digits."""
        return self._sha256.hexdigest(), self._sm3.hexdigest() if self._sm3 else None


def _lasting_sm3(state: Mapping[str, Any] | None = None) -> Any:
    from rumorscan.readers.containers.sm3 import Sm3  # compiled loops are for scans only

    return Sm3(state)


class RegularFile(io.RawIOBase):
    """A regular file that hashes what is read from it and notices when it changes.

    Args:
        path: the file.
        hashes: that take what is read; its own where None.

    Attributes:
        path: the file.
        size: bytes at the time of opening.
        taken: bytes read so far.

    Raises:
        DumpError: it cannot be opened, or is no regular file.
    """

    def __init__(self, path: Path, hashes: Hashes | None = None) -> None:
        self.path = path
        self._raw = open_regular(path)
        self._opened = os.fstat(self._raw.fileno())
        self.size = self._opened.st_size
        self.taken = 0
        self._hashes = hashes or Hashes()

    def peek(self, count: int) -> bytes:
        """Return the next bytes, at most a few thousand, without taking them."""
        return self._raw.peek(count)[:count]

    def readable(self) -> bool:
        """Return True, as `io` asks for it."""
        return True

    def fileno(self) -> int:
        """Return the number that the system has for the open file."""
        return self._raw.fileno()

    def read(self, count: int | None = -1) -> bytes:
        """Return the next bytes, fewer only at the end.

        Raises:
            DumpError: the file has grown since it was opened.
        """
        data = self._raw.read(-1 if count is None else count)
        self.taken += len(data)
        if self.taken > self.size:
            raise self._changed()
        self._hashes.update(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer and return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def hashes(self) -> tuple[str, str | None]:
        """Return SHA-256 and SM3 (None where missing) of the whole file.

        Raises:
            DumpError: the file is not what it was when it was opened.
        """
        while self.read(CHUNK):
            pass
        self.check_unchanged()
        return self._hashes.digests()

    def check_unchanged(self) -> None:
        """Make sure that nobody has written to the file since it was opened.

        Raises:
            DumpError: somebody has.
        """
        now = os.fstat(self._raw.fileno())
        same = (now.st_size, now.st_mtime_ns) == (self.size, self._opened.st_mtime_ns)
        if not same or (self.taken and self._raw.peek(1) == b"" and self.taken != self.size):
            raise self._changed()

    def _changed(self) -> DumpError:
        now = os.fstat(self._raw.fileno()).st_size
        return DumpError(
            f"{self.path}: the file changed while it was read (it had {self.size:,} bytes, "
            f"now {now:,}); wait until it is complete, or scan a copy of it"
        )

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


def open_regular(path: Path) -> io.BufferedReader:
    """Open a file for reading if it is a regular one.

    Raises:
        DumpError: it cannot be opened, or is no regular file.

    Example:
        >>> open_regular(Path("."))
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: .: is no regular file; give a file, a folder or a glob
    """
    try:
        number = os.open(path, _FLAGS)  # without O_NONBLOCK a FIFO would wait for a writer
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise DumpError(f"{path}: is no regular file; give a file, a folder or a glob")
        return open(number, "rb")  # noqa: PTH123 - a number, not a path
    except OSError as error:
        raise DumpError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # such as a NUL in the path
        raise DumpError(f"{str(path)!r}: cannot be read: {error}") from error
