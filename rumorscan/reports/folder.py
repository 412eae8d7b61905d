"""A run folder is written whole or not at all, the manifest last, then moved into place."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.reports.manifest import MANIFEST, chained, digest_of, verify
from rumorscan.reports.places import flush, not_written, one_line
from rumorscan.reports.sheets import write_sheet
from rumorscan.reports.unfinished import Unfinished

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
    "posted_at_text",
    "reposted_from",
    "keyword",
    "reasons.list.element.code",
    "reasons.list.element.detail",
]


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
    with Unfinished(path, overwrite=overwrite) as unfinished:
        fill(unfinished, run)
    return unfinished.shown


def fill(unfinished: Unfinished, run: Run, keeper: Keeper = KEEP_NOTHING) -> None:
    """Write the files of a run, the manifest last, and move them into place.

    Args:
        unfinished: where they are made.
        run: what to write.
        keeper: of the files that an earlier process has written.

    Raises:
        RunError: the files cannot be written or moved.
    """
    with _one_line(unfinished.shown):
        writing = _Writing(unfinished.run, keeper)
        writing.write(run)
        digests = [(name, writing.digests[name]) for name in FILES]
        (unfinished.run / MANIFEST).write_bytes(chained(digests))
        flush(unfinished.run / MANIFEST)
        unfinished.finish()


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
        _replace(folder / MANIFEST, chained((name, digest_of(folder / name)) for name in FILES))
    return folder / "report.html"


class _Writing:
    """The files of a run on their way to the disk, each whole before the next one begins."""

    def __init__(self, folder: Path, keeper: Keeper) -> None:
        self._folder = folder
        self._keeper = keeper
        self.digests: dict[str, tuple[int, str]] = {}

    def write(self, run: Run) -> None:
        started, before = time.perf_counter(), self._keeper.restored
        posts = run.posts.to_arrow()
        self._file("posts.parquet", lambda path: _write_posts(posts, path))
        for name in ("flags", "accounts", "edges"):
            self._file(f"{name}.csv", partial(_write_table, run, name))
        self._file("campaigns.jsonl", partial(_write_lines, run.campaigns))
        self._file("rejects.jsonl", partial(_write_lines, run.rejects))
        seconds = time.perf_counter() - started + self._keeper.restored - before
        stage = {"name": "write", "seconds": round(seconds, 3), "items": posts.num_rows}
        about = {**run.about, "stages": [*run.about.get("stages", []), stage]}
        # never kept: its times are those of the process that finished
        (self._folder / "run.json").write_bytes(
            orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )
        flush(self._folder / "run.json")
        self.digests["run.json"] = digest_of(self._folder / "run.json")
        self._file("report.html", self._write_page)

    def _write_page(self, path: Path) -> None:
        from rumorscan.reports.page import render_page

        path.write_bytes(render_page(self._folder).encode())

    def _file(self, name: str, write: Callable[[Path], object]) -> None:
        path = self._folder / name

        def work() -> tuple[int, str]:
            write(path)
            flush(path)
            return digest_of(path)

        def is_there(kept: tuple[int, str]) -> bool:
            return path.is_file() and digest_of(path) == tuple(kept)

        self.digests[name] = self._keeper.once(f"write-{name}", work, check=is_there, always=True)


def _write_posts(posts: pa.Table, path: Path) -> None:
    pq.write_table(
        posts,
        path,
        compression="zstd",
        row_group_size=_ROW_GROUP,
        use_dictionary=_REPEATING,
    )


def _write_table(run: Run, name: str, path: Path) -> None:
    write_sheet(getattr(run, name).to_arrow(), path)


def _write_lines(rows: Any, path: Path) -> None:
    with path.open("wb") as sink:
        for row in rows:
            sink.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        fresh.write_bytes(content)
        flush(fresh)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _one_line(shown: Path) -> Iterator[None]:
    with one_line(shown):
        try:
            yield
        except pa.ArrowException as error:
            raise not_written(shown, str(error).splitlines()[0], full=True) from error
