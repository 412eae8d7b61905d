"""What was read from one input, as a later process may take it over.

The rows lie in files of the spool; what is kept here says which, and with which seals.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rumorscan.keeping import NO_STEPS, Steps
from rumorscan.readers.containers.files import Hashes
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.posts import InputReport

_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file of a spool.

    Attributes:
        name: in the spool's folder.
        bytes: its size.
        seal: CRC-32 of its bytes, which tells what a crash has damaged.
    """

    name: str
    bytes: int
    seal: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was read from one input.

    Attributes:
        report: of the input.
        fields: the columns that some of its rows have.
        empty: why it was passed over; empty where it was not.
        accepted: the files in which its posts lie.
        rejected: the files in which the rows set aside lie.
    """

    report: InputReport
    fields: tuple[str, ...]
    empty: str
    accepted: tuple[SpoolFile, ...]
    rejected: tuple[SpoolFile, ...]

    def is_whole(self, folder: Path) -> bool:
        """Return whether its files lie in the folder as they were written."""
        return all(_read(folder / file.name) == file for file in (*self.accepted, *self.rejected))

    def fill(self, intake: Intake, folder: Path) -> None:
        """Let the spools of an intake take over the files."""
        for spool, rows, files in (
            (intake.accepted, self.report.posts, self.accepted),
            (intake.rejected, self.report.rejected, self.rejected),
        ):
            spool.restore(rows, [folder / file.name for file in files])

    @property
    def passed_over(self) -> NoRowsError | None:
        """The error for which the input was passed over, if it was."""
        return NoRowsError(self.empty) if self.empty else None


class Bookmarks:
    """Where a reader of blocks is, and where an earlier process was.

    Args:
        steps: of the reading of one input.
        intake: of its rows.
        folder: where its spools have their files.

    Attributes:
        hashes: of the file that is read.
    """

    def __init__(self, steps: Steps, intake: Intake, folder: Path | None) -> None:
        self._steps = steps
        self._intake = intake
        self._files: dict[Path, SpoolFile | None] = {}
        self._blocks = 0
        self._skipped = 0
        self._reader: Any = None
        self.hashes = Hashes(lasting=steps is not NO_STEPS)
        state = steps.state
        if state is None or folder is None or not self._restore(state["shelf"], folder):
            return
        intake.state = state["intake"]
        self.hashes.go_on(state["hashes"])
        self._skipped, self._reader = state["blocks"], state["reader"]

    @property
    def skipped(self) -> int:
        """Blocks whose rows were taken by an earlier process."""
        return self._skipped

    def skips(self) -> bool:
        """Tell of each block in turn whether its rows were taken already."""
        return self._blocks < self._skipped

    def passed(self, reader: Callable[[], Any]) -> Any:
        """Say that the rows of a block were taken, or that it was skipped.

        Args:
            reader: returns what the reader itself must know to go on.

        Returns:
            What it returned where the block was the last that is skipped; else None.
        """
        self._blocks += 1
        if self._blocks == self._skipped:
            return self._reader
        if self._blocks > self._skipped:
            self._steps.passed(lambda: self._state(reader()))
        return None

    def shelf(self, report: InputReport, empty: NoRowsError | None) -> Shelf:
        """Return what was read so far; the spools begin new files."""
        intake = self._intake
        intake.close()
        accepted, rejected = (
            tuple(file for path in spool.files if (file := self._file(path)))
            for spool in (intake.accepted, intake.rejected)
        )
        return Shelf(report, tuple(sorted(intake.fields)), str(empty or ""), accepted, rejected)

    def _state(self, reader: Any) -> dict[str, Any]:
        intake = self._intake
        report = InputReport(
            intake.door.path, posts=intake.accepted.rows, rejected=intake.rejected.rows
        )
        return {
            "shelf": self.shelf(report, None),
            "intake": intake.state,
            "hashes": self.hashes.state,
            "blocks": self._blocks,
            "reader": reader,
        }

    def _restore(self, shelf: Shelf, folder: Path) -> bool:
        if not shelf.is_whole(folder):
            return False
        shelf.fill(self._intake, folder)
        return True

    def _file(self, path: Path) -> SpoolFile | None:
        if path not in self._files:
            self._files[path] = _read(path)
        return self._files[path]


def _read(path: Path) -> SpoolFile | None:
    buffer = bytearray(_AT_ONCE)  # of which what was just read is still at hand
    view, seal = memoryview(buffer), 0
    try:
        with path.open("rb", buffering=0) as source:
            while count := source.readinto(buffer):
                seal = zlib.crc32(view[:count], seal)
            return SpoolFile(path.name, source.tell(), seal)
    except OSError:
        return None


def no_bookmarks(intake: Intake) -> Bookmarks:
    """Return bookmarks of a reading that begins at the beginning and is not gone on with."""
    return Bookmarks(NO_STEPS, intake, None)
