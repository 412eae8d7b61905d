"""Places of run folders: whether one can be written there, and how it gets there."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from rumorscan.errors import RunError
from rumorscan.readers.containers.finding import RUN_MARKS

MARKER = "UNFINISHED.json"
"""The file that says that a folder is an unfinished run."""

# Windows has no quota of its own
_OVER_QUOTA = getattr(errno, "EDQUOT", errno.ENOSPC)
_AT_WORKING_FOLDER, _EXCHANGE = -100, 2  # fcntl.h and linux/fs.h


def unfinished_place(path: str | Path) -> Path:
    """Return where the run of that path is made.

    Example:
        >>> unfinished_place("runs/today").name
        '.today.unfinished'
    """
    target = Path(path).resolve()
    return target.with_name(f".{target.name}.unfinished")


def is_unfinished(path: str | Path) -> bool:
    """Return whether a scan of that run was begun and neither finished nor given up."""
    return (unfinished_place(path) / MARKER).is_file()


def holds_run(path: str | Path) -> bool:
    """Return whether a finished run lies there."""
    return all((Path(path) / name).is_file() for name in RUN_MARKS)


def claim(path: str | Path, *, overwrite: bool = False, probe: bool = True) -> Path:
    """Check, before any work, that a run can be written there; nothing stays behind.

    Args:
        path: the run folder that is to be.
        overwrite: a finished run that it holds may be replaced.
        probe: make a folder beside it, and take it away again.

    Returns:
        The folder with links followed.

    Raises:
        RunError: the folder holds something, or its parent cannot be written.

    Example:
        >>> import tempfile
        >>> claim(Path(tempfile.mkdtemp(), "runs", "today")).name
        'today'
    """
    shown, target = Path(path), Path(path).resolve()
    with one_line(shown):
        if target.exists():
            _check_taken(shown, target, overwrite=overwrite)
        if probe:
            _probe(target)
    return target


def _probe(target: Path) -> None:
    # a scan that begins beside this one may take new folders away: they are made again
    with parents(target, keep=False):
        folder = target.with_name(f".{target.name}.probe")
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()


def flush(path: Path) -> None:
    """Ask the system to put a file or folder on the disk, where it can."""
    with contextlib.suppress(OSError):
        # Windows flushes only what is open for writing, and no folders
        handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def one_line(shown: Path) -> Iterator[None]:
    """Turn what the system says about a place into an error of ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error).splitlines()[0]
        full = error.errno in (None, errno.ENOSPC, _OVER_QUOTA)
        raise not_written(shown, reason, full=full) from error


def not_written(shown: Path, reason: str, *, full: bool) -> RunError:
    """Return the error for a run folder that cannot be written."""
    mend = "free the space or choose another folder" if full else "choose another folder"
    return RunError(f"{shown}: cannot be written: {reason}; {mend}")


@contextlib.contextmanager
def parents(target: Path, *, keep: bool = True) -> Iterator[None]:
    """Make the folders above the target; take them away again after an error or if told to."""
    missing = [folder for folder in target.parents if not folder.exists()]
    nearest = next((place for place in target.parents if place.exists()), None)
    if nearest and not nearest.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"'{nearest}' is a file")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except FileNotFoundError as error:
            # what no disk holds, such as /proc
            place = nearest or target.anchor
            raise OSError(errno.ENOENT, f"no folder can be made in '{place}'") from error
        yield
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            for folder in missing:
                with contextlib.suppress(OSError):  # somebody else put something there
                    folder.rmdir()


def _check_taken(shown: Path, target: Path, *, overwrite: bool) -> None:
    if not target.is_dir():
        raise RunError(f"{shown}: is a file; give a folder for the run")
    names = {entry.name for entry in target.iterdir()}
    if not names:
        return
    if not names.issuperset(RUN_MARKS):
        raise RunError(f"{shown}: holds files that are no run; choose another folder")
    if not overwrite:
        raise RunError(f"{shown}: already holds a run; choose another folder or pass --overwrite")


def exchange(one: Path, other: Path) -> bool:
    """Put two folders in each other's place in one step, where the system can."""
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):  # neither Linux nor a library of today
        return False
    places = (_AT_WORKING_FOLDER, os.fsencode(one), _AT_WORKING_FOLDER, os.fsencode(other))
    return int(swap(*places, _EXCHANGE)) == 0
