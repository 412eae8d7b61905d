"""A run folder is written whole or not at all.

Everything goes into a hidden folder beside the target, `.NAME.unfinished-PID`; the manifest is
written last, then the folder is moved into place. What a killed scan leaves behind is that
hidden folder, never something that looks like a finished run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rumorscan.errors import RunError
from rumorscan.readers.containers import RUN_MARKS
from rumorscan.reports.manifest import MANIFEST, chained, verify
from rumorscan.reports.sheets import write_sheet

if TYPE_CHECKING:
    from rumorscan.reports.run import Run

FILES = (
    "posts.parquet",
    "flags.csv",
    "accounts.csv",
    "campaigns.jsonl",
    "edges.csv",
    "rejects.jsonl",
    "report.html",
    "run.json",
)
"""The files of a run in the order of the manifest."""

_ROW_GROUP = 131_072
# a dictionary of ids and probabilities is built in vain: they hardly repeat
_REPEATING = [
    "source_file",
    "stance",
    "claim_id",
    "campaign_id",
    "triage",
    "reasons.list.element.code",
    "reasons.list.element.detail",
]
# Windows has no quota of its own
_OVER_QUOTA = getattr(errno, "EDQUOT", errno.ENOSPC)


def claim(path: str | Path, *, overwrite: bool = False) -> Path:
    """Check, before any work, that a run can be written there; nothing stays behind.

    Args:
        path: the run folder that is to be.
        overwrite: a finished run that it holds may be replaced.

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
    with _one_line(shown):
        if target.exists():
            _check_taken(shown, target, overwrite=overwrite)
        # a scan that begins beside this one may take new folders away: they are made again
        with _parents(target, keep=False):
            probe = _beside(target, "probe")
            probe.mkdir(parents=True, exist_ok=True)
            probe.rmdir()
    return target


def write_run(run: Run, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a run folder as one transaction.

    Args:
        run: what to write.
        path: a folder that is absent or empty.
        overwrite: replace the run that the folder holds.

    Returns:
        The path as given.

    Raises:
        RunError: the folder is taken or cannot be written; nothing is left behind.
    """
    shown = Path(path)
    target = claim(shown, overwrite=overwrite)
    unfinished = _beside(target, "unfinished")
    with _one_line(shown), _parents(target):
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            _write_files(run, unfinished)
            for name in FILES:
                _flush(unfinished / name)
            (unfinished / MANIFEST).write_bytes(chained(unfinished, FILES))
            _flush(unfinished / MANIFEST)
            _flush(unfinished)
            _move(unfinished, target)
            _flush(target.parent)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return shown


def report(path: str | Path, out: str | Path | None = None) -> Path:
    """Render the HTML report of a finished run again.

    Args:
        path: a run folder.
        out: where to write the page; by default `report.html` of the run itself, whose
            manifest is then renewed.

    Returns:
        The file that was written.

    Raises:
        RunError: another file of the run differs from its manifest, or the page cannot be
            written.

    Example:
        >>> report("runs/none")
        Traceback (most recent call last):
            ...
        rumorscan.errors.RunError: runs/none: there is no such run folder
    """
    folder = Path(path)
    verify(folder, skip=["report.html"])
    from rumorscan.reports.page import render_page

    page = render_page(folder).encode()
    with _one_line(Path(out or folder)):
        if out is not None:
            _replace(Path(out), page)
            return Path(out)
        _replace(folder / "report.html", page)
        _replace(folder / MANIFEST, chained(folder, FILES))
    return folder / "report.html"


def _write_files(run: Run, folder: Path) -> None:
    from rumorscan.reports.page import render_page

    started = time.perf_counter()
    posts = run.posts.to_arrow()
    pq.write_table(
        posts,
        folder / "posts.parquet",
        compression="zstd",
        row_group_size=_ROW_GROUP,
        use_dictionary=_REPEATING,
    )
    for name in ("flags", "accounts", "edges"):
        write_sheet(getattr(run, name).to_arrow(), folder / f"{name}.csv")
    _write_lines(run.campaigns, folder / "campaigns.jsonl")
    _write_lines(run.rejects, folder / "rejects.jsonl")
    seconds = round(time.perf_counter() - started, 3)
    stage = {"name": "write", "seconds": seconds, "items": posts.num_rows}
    about = {**run.about, "stages": [*run.about.get("stages", []), stage]}
    (folder / "run.json").write_bytes(
        orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    (folder / "report.html").write_bytes(render_page(folder).encode())


def _write_lines(rows: Any, path: Path) -> None:
    with path.open("wb") as sink:
        for row in rows:
            sink.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _beside(target: Path, state: str) -> Path:
    return target.with_name(f".{target.name}.{state}-{os.getpid()}")


@contextlib.contextmanager
def _parents(target: Path, *, keep: bool = True) -> Iterator[None]:
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


def _move(unfinished: Path, target: Path) -> None:
    """Move the finished folder into place, an older run out of the way first."""
    replaced = _beside(target, "replaced")
    if target.is_dir() and any(target.iterdir()):
        target.replace(replaced)
    elif target.is_dir():
        # Windows does not move a folder over another one, not even over an empty one
        target.rmdir()
    try:
        unfinished.replace(target)
    except OSError:
        if replaced.is_dir():
            replaced.replace(target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def _replace(path: Path, content: bytes) -> None:
    fresh = _beside(path.absolute(), "unfinished")
    try:
        fresh.write_bytes(content)
        _flush(fresh)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _flush(path: Path) -> None:
    """Ask the system to put a file or folder on the disk, where it can."""
    with contextlib.suppress(OSError):
        # Windows flushes only what is open for writing, and no folders
        handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _one_line(shown: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        full = getattr(error, "errno", None) in (None, errno.ENOSPC, _OVER_QUOTA)
        mend = "free the space or choose another folder" if full else "choose another folder"
        raise RunError(f"{shown}: cannot be written: {reason}; {mend}") from error
