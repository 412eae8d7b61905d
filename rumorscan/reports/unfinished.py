"""A run that is not finished: the folder beside its place where it is made by one writer.

    .NAME.unfinished/
        UNFINISHED.json   what this is, of which run, and what the scan works with
        lock              held by the process that writes
        columns/          the columns of the dump
        kept/             checkpoints, for a scan that goes on
        run/              the files of the run, moved into place when the manifest is there

What a killed scan leaves behind is this folder, never something that looks like a finished run.
It holds what the dump holds, so that nobody else may read it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import orjson

from rumorscan import __version__
from rumorscan.errors import RumorscanError, RunError
from rumorscan.reports.places import (
    MARKER,
    claim,
    exchange,
    flush,
    one_line,
    parents,
    unfinished_place,
)

_WHAT = (
    "未完成的扫描：加 --resume 重跑原命令即可继续；不需要时整个删除。"
    " An unfinished scan: give its command again with --resume to go on, or delete this folder."
)


class Unfinished:
    """The folder in which a run is made; a context manager.

    After an error of ours the folder is gone, unless it was there before; after anything else,
    such as an interruption or a full disk, it stays if there are checkpoints in it.

    Args:
        path: the run folder that is to be.
        overwrite: replace the run that the folder holds.
        resume: go on with what an earlier process left; else that is deleted.

    Attributes:
        shown: the path as given.
        job: what the earlier process worked with; None where there was none.
        started_at: when it began.
        columns: where the columns of the dump may lie.
        kept: where checkpoints lie.
        run: where the files of the run lie until it is finished.

    Raises:
        RunError: the place is taken or cannot be written, or another process writes there.
    """

    def __init__(self, path: str | Path, *, overwrite: bool = False, resume: bool = False) -> None:
        self.shown = Path(path)
        self._target = claim(path, overwrite=overwrite, probe=False)
        self._folder = unfinished_place(path)
        self._resume = resume
        self.columns, self.kept, self.run = (
            self._folder / name for name in ("columns", "kept", "run")
        )
        self.job: dict[str, Any] | None = None
        self.started_at: str | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Unfinished:
        with one_line(self.shown), contextlib.ExitStack() as cleanup:
            cleanup.enter_context(parents(self._target))
            if self._folder.is_symlink():
                raise RunError(f"{self._folder}: is a link, and no scan made it; remove it")
            self._folder.mkdir(mode=0o700, exist_ok=True)
            lock = cleanup.enter_context(_locked(self._folder / "lock", self.shown))
            self._bring_back()
            if self._resume:
                self._read_marker()
            if self.job is None:
                self._empty(but=lock)
                self.begin(None, None)
            for folder in (self.columns, self.kept, self.run):
                folder.mkdir(exist_ok=True)
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        gone = not (error and self._is_worth_keeping(error))
        lock = self._folder / "lock"
        if gone:
            # who deletes a lock must hold it; but Windows deletes nothing that is open
            self._empty(but=lock if os.name == "nt" else None)
        try:
            # after an error new parents go as well, where nothing is in them
            self._cleanup.__exit__(kind, error, trace)
        finally:
            if gone:
                with contextlib.suppress(OSError):
                    if os.name == "nt":
                        lock.unlink(missing_ok=True)
                        self._folder.rmdir()

    def begin(self, job: dict[str, Any] | None, started_at: str | None) -> None:
        """Write what the scan works with, for the process that may go on."""
        about = {
            "what": _WHAT,
            "run": self._target.name,
            "version": __version__,
            "started_at": started_at,
            "job": job,
        }
        with one_line(self.shown):
            fresh = self._folder / f".{MARKER}"
            fresh.write_bytes(
                orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            )
            fresh.replace(self._folder / MARKER)

    def finish(self) -> None:
        """Move the files of the run, all of them there, into place.

        Raises:
            RunError: they cannot be moved; an older run is still in its place.
        """
        with one_line(self.shown):
            flush(self.run)
            self._move()
            flush(self._target.parent)

    def _move(self) -> None:
        target, replaced = self._target, self._folder / "replaced"
        if target.is_dir() and any(target.iterdir()):
            if exchange(self.run, target):
                return
            target.replace(replaced)
        elif target.is_dir():
            # Windows does not move a folder over another one, not even over an empty one
            target.rmdir()
        try:
            self.run.replace(target)
        except OSError:
            if replaced.is_dir():
                replaced.replace(target)
            raise

    def _bring_back(self) -> None:
        """Undo the replacing of an older run that was cut between its two moves."""
        replaced = self._folder / "replaced"
        if replaced.is_dir() and not self._target.exists():
            replaced.replace(self._target)

    def _read_marker(self) -> None:
        path = self._folder / MARKER
        try:
            about = orjson.loads(path.read_bytes())
            self.job, self.started_at = about["job"], about["started_at"]
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"{path}: is damaged; scan again without --resume") from error

    def _is_worth_keeping(self, error: BaseException) -> bool:
        # what was there before is not deleted for what this process was asked to do
        ours = isinstance(error, RumorscanError) and not isinstance(error.__cause__, OSError)
        if ours and self.job is None:
            return False
        return self.kept.is_dir() and any(self.kept.glob("[!.]*"))

    def _empty(self, but: Path | None) -> None:
        for entry in self._folder.iterdir() if self._folder.is_dir() else ():
            if entry == but:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    entry.unlink()
        if but is None:
            with contextlib.suppress(OSError):
                self._folder.rmdir()


@contextlib.contextmanager
def _locked(path: Path, shown: Path) -> Iterator[Path]:
    """Hold a file that only one process may hold; the system lets go of it when that dies."""
    while True:
        handle = path.open("a+b")
        if not _take(handle):
            handle.seek(0)
            writer = handle.read(20).decode(errors="replace").strip()
            handle.close()
            by = f" (process {writer})" if writer.isdecimal() else ""
            raise RunError(
                f"{shown}: another scan is writing it{by}; wait for it, or choose another folder"
            )
        # whoever held it before may have deleted it since it was opened here
        if path.exists() and os.path.samestat(path.stat(), os.fstat(handle.fileno())):
            break
        handle.close()
        path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        handle.truncate(0)
        handle.write(str(os.getpid()).encode())
        handle.flush()
        yield path
    finally:
        handle.close()


def _take(handle: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(1 << 30)  # beyond what is read of it
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # a disk without locks is written without one
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True
