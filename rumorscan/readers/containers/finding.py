"""Dumps on the disk: which files are meant by a path, a glob, a folder or an archive."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import BEGINNINGS, Archive, Member
from rumorscan.readers.containers.files import open_regular
from rumorscan.readers.containers.packings import Limits

DUMP_ENDINGS = (
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet",
    ".xlsx", ".xlsm", ".xls", ".db", ".sqlite", ".sqlite3",
)  # fmt: skip
PACKING_ENDINGS = (".gz", ".xz", ".bz2", ".zst")
ARCHIVE_ENDING = ".zip"
RUN_MARKS = ("manifest.json", "run.json")
"""Files that together give a run folder away."""


def find_files(source: str | Path, limits: Limits | None = None) -> list[Path | Member]:
    """Return the dumps that a path, a glob or a folder stands for, in sorted order.

    Of a folder those are taken, also in folders below, that end like a dump; names that begin
    with a dot are passed over, and so are run folders. A zip archive is read like a folder.

    Args:
        source: a file, a folder or a glob.
        limits: how far archives may unpack.

    Raises:
        DumpError: nothing is there, a link leads out of the folder, or an archive is damaged,
            hostile, or beyond the limits.

    Example:
        >>> find_files("nowhere.jsonl")
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: nowhere.jsonl: no such file; check the path
    """
    return [given for file in list_files(source) for given in dumps_in(file, limits)]


def list_files(source: str | Path) -> list[Path]:
    """Return the files on the disk that `find_files` takes dumps from; none is opened.

    Raises:
        DumpError: nothing is there, or a link leads out of the folder.
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(_dumps_below(path))
        if not files:
            raise DumpError(
                f"{source}: the folder holds no dump; expected files that end in "
                f"{', '.join(DUMP_ENDINGS)} (also packed as {', '.join(PACKING_ENDINGS)})"
            )
    elif path.exists():
        files = [path]
    elif glob.has_magic(str(source)):
        files = sorted(Path(hit) for hit in glob.glob(str(source), recursive=True))  # noqa: PTH207 - a glob may be absolute
        files = [file for file in files if not file.is_dir()]
        if not files:
            raise DumpError(f"{source}: no file fits this pattern; check the folder and the ending")
        for file in files:
            _check_link(file, file.parent)
    else:
        raise DumpError(f"{source}: no such file; check the path")
    return files


def dumps_in(file: Path, limits: Limits | None, shown: str = "") -> list[Path | Member]:
    """Return the dumps in a file that is an archive, or the file itself.

    Args:
        file: the file.
        limits: how far archives may unpack.
        shown: what the file is called, if not by its path.

    Raises:
        DumpError: it cannot be read, or is an archive that is damaged, hostile, or beyond the
            limits, or holds no dump.
    """
    with open_regular(file) as stream:
        if not stream.read(4).startswith(BEGINNINGS):
            return [file]
    archive = Archive(file, limits, shown)
    return [file] if archive.is_workbook else list(_dumps_in(archive))


def _dumps_in(archive: Archive) -> list[Member]:
    """Return the dumps in an archive, as if it were a folder."""
    members = {member.place: member for member in map(partial(Member, archive), archive.members)}
    beside: dict[PurePosixPath, set[str]] = {}
    for place in members:
        beside.setdefault(place.parent, set()).add(place.name)
    runs = {folder for folder, names in beside.items() if is_run(names)}
    found = [
        member
        for place, member in sorted(members.items())
        if not any(part.startswith(".") or part == "__MACOSX" for part in place.parts)
        and not runs & {*place.parents}
    ]
    for member in found:
        if member.suffix.lower() == ARCHIVE_ENDING:
            raise DumpError(f"{member}: is an archive in an archive; unpack the outer one first")
    found = [member for member in found if _is_dump(member)]
    if not found:
        raise DumpError(
            f"{archive.shown}: the archive holds no dump; expected files that end in "
            f"{', '.join(DUMP_ENDINGS)}"
        )
    return found


def _dumps_below(folder: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        if is_run(names):
            if Path(place) == folder:
                raise DumpError(f"{folder}: is a run folder; give the dump that was scanned")
            inner.clear()
            continue
        for name in (*inner, *names):
            file = Path(place, name)
            if file.is_symlink():
                _check_link(file, folder)
        files = (Path(place, name) for name in names if not name.startswith("."))
        yield from (file for file in files if _is_dump(file) or file.suffix == ARCHIVE_ENDING)


def _check_link(file: Path, folder: Path) -> None:
    """Refuse a symbolic link that leads out of the folder it was found in, or nowhere.

    Whoever filled the folder may have wanted another file to be read.
    """
    if not file.is_symlink():
        return
    try:
        target = file.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise DumpError(f"{file}: is a symbolic link that leads nowhere; remove it") from error
    if not target.is_relative_to(folder.resolve()):
        raise DumpError(
            f"{file}: is a symbolic link that leads out of its folder; "
            "remove it, and give the file that is meant by its own name"
        )


def is_run(names: Iterable[str]) -> bool:
    """Return whether a folder that holds these names is a run, not a dump.

    Example:
        >>> is_run(["manifest.json", "posts.parquet", "run.json"]), is_run(["run.json"])
        (True, False)
    """
    return set(RUN_MARKS) <= set(names)


def _is_dump(path: Path | Member) -> bool:
    name = bare_name(path).lower()
    # what Windows and its spreadsheets leave beside files ends like a dump and is none
    return name.endswith(DUMP_ENDINGS) and name != "thumbs.db" and not name.startswith("~$")


def bare_name(path: Path | Member) -> str:
    """Return the file's name without the ending of a packing.

    Example:
        >>> bare_name(Path("dumps/weibo.jsonl.xz"))
        'weibo.jsonl'
    """
    return path.name.removesuffix(path.suffix) if path.suffix in PACKING_ENDINGS else path.name


class NoRowsError(DumpError):
    """A file that is empty, or holds a header and nothing else."""
