"""Standard input as a dump: it is laid into a file first, where it can be read twice."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rumorscan.errors import DumpError

STANDARD_INPUT = "-"
"""What stands for standard input among dumps."""


@contextmanager
def piped_file() -> Iterator[Path]:
    """Yield a file with everything that comes in on standard input; it is gone afterwards.

    Raises:
        DumpError: the input ends in an error, or there is no room for it. An error about the
            file speaks of `<stdin>`.
    """
    with tempfile.TemporaryDirectory(
        prefix="rumorscan-",
        ignore_cleanup_errors=True,  # Windows removes no file that is open
    ) as folder:
        path = Path(folder) / "stdin"
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise DumpError(f"<stdin>: cannot be read: {error.strerror or error}") from error
        try:
            yield path
        except DumpError as error:
            raise type(error)(str(error).replace(str(path), "<stdin>")) from error
