"""What was read from one input, as a later process may take it over.

The rows lie in files of the spool; what is kept here says which, and with which seals.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from rumorscan.keeping import NO_STEPS, Steps
from rumorscan.readers.containers.files import Hashes
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.holds import SCHEMA, Hold, UnkeptError
from rumorscan.readers.intake.spool import Spool
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
        waiting: the files that tell what waits for the end of the input, while it is read.
    """

    report: InputReport
    fields: tuple[str, ...]
    empty: str
    accepted: tuple[SpoolFile, ...]
    rejected: tuple[SpoolFile, ...]
    waiting: tuple[SpoolFile, ...] = ()

    def is_whole(self, folder: Path) -> bool:
        """Return whether its files lie in the folder as they were written."""
        files = (*self.accepted, *self.rejected, *self.waiting)
        return all(_read(folder / file.name) == file for file in files)

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
        self._asked: Callable[[], Any] | None = None
        self._holds: list[Hold[Any]] = []
        self._waiting = Spool(folder, f"waiting-{intake.door.index:05}")
        self._waits: Sequence[int] = ()
        self.hashes = Hashes(lasting=steps is not NO_STEPS)
        state = steps.state
        if state is not None and folder is not None and self._restore(state["shelf"], folder):
            intake.state = state["intake"]
            self.hashes.go_on(state["hashes"])
            self._skipped, self._reader = state["blocks"], state["reader"]
            self._waits = state["waits"]
        self.follow(intake.carriers.hold)

    @property
    def skipped(self) -> int:
        """Blocks whose rows were taken by an earlier process."""
        return self._skipped

    @property
    def known(self) -> Any:
        """What the reader of an earlier process knew where it was cut; None at the beginning."""
        return self._reader

    def follow(self, hold: Hold[Any]) -> None:
        """Keep what waits for the end of the input, and give back what an earlier process kept."""
        number = len(self._holds)
        self._holds.append(hold)
        if self._waits:
            kept = self._waiting.finish(SCHEMA)
            hold.fill(kept.filter(pc.equal(kept["hold"], number)), self._waits[number])

    def skips(self) -> bool:
        """Tell of each block in turn whether its rows were taken already."""
        return self._blocks < self._skipped

    def passed(self, reader: Callable[[], Any] | None = None) -> Any:
        """Say that the rows of a block were taken, or that it was skipped.

        Args:
            reader: returns what the reader itself must know to go on; None means that this is
                the same as before, and what was never told is not kept.

        Returns:
            What it returned where the block was the last that is skipped; else None.
        """
        self._blocks += 1
        self._asked = reader or self._asked
        if self._blocks == self._skipped:
            self._asked = self._asked or (lambda: self._reader)
            return self._reader
        if self._blocks > self._skipped and (asked := self._asked) is not None:
            try:
                self._steps.passed(lambda: self._state(asked()))
            except UnkeptError:  # the last bookmark is the last one
                self._steps = NO_STEPS
        return None

    def passed_all(self) -> Any:
        """Skip all blocks that are skipped, and return what the reader must know behind them."""
        known = None
        while self.skips():
            known = self.passed()
        return known

    def shelf(self, report: InputReport, empty: NoRowsError | None) -> Shelf:
        """Return what was read so far; the spools begin new files."""
        intake = self._intake
        intake.close()
        accepted, rejected = (
            tuple(file for path in spool.files if (file := self._file(path)))
            for spool in (intake.accepted, intake.rejected)
        )
        return Shelf(report, tuple(sorted(intake.fields)), str(empty or ""), accepted, rejected)

    def _told(self) -> tuple[SpoolFile, ...]:
        """Keep what waits, as far as it is new, and return all files that tell of it."""
        for number, hold in enumerate(self._holds):
            fresh = hold.fresh(number)
            if fresh.num_rows:
                self._waiting.add(fresh)
        self._waiting.close()
        return tuple(file for path in self._waiting.files if (file := self._file(path)))

    def _state(self, reader: Any) -> dict[str, Any]:
        intake = self._intake
        waiting = self._told()
        report = InputReport(
            intake.door.path, posts=intake.accepted.rows, rejected=intake.rejected.rows
        )
        return {
            "shelf": replace(self.shelf(report, None), waiting=waiting),
            "waits": [hold.count for hold in self._holds],
            "intake": intake.state,
            "hashes": self.hashes.state,
            "blocks": self._blocks,
            "reader": reader,
        }

    def _restore(self, shelf: Shelf, folder: Path) -> bool:
        if not shelf.is_whole(folder):
            return False
        shelf.fill(self._intake, folder)
        self._waiting.restore(0, [folder / file.name for file in shelf.waiting])
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
