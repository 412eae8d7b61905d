"""The stages of a run: how long each took, and over how many items."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.records import Progress


@dataclass(slots=True)
class Stage:
    """A stage that is under way; it may say better how many items it had."""

    items: int = 0


@dataclass(slots=True)
class Stages:
    """Times the stages and tells whoever wants to know.

    Attributes:
        progress: told of every stage, or nobody.
        keeper: of what an earlier process has found; what that took counts as well.
        finished: name, seconds and items of each stage so far, as in `run.json`.
    """

    progress: Progress | None
    keeper: Keeper = KEEP_NOTHING
    finished: list[dict[str, Any]] = field(default_factory=list)

    @contextlib.contextmanager
    def stage(self, name: str, items: int = 0) -> Iterator[Stage]:
        """Time a stage."""
        stage = Stage(items)
        self.begin(name, items)
        started, before = time.perf_counter(), self.keeper.restored
        yield stage
        seconds = round(time.perf_counter() - started + self.keeper.restored - before, 3)
        self.finished.append({"name": name, "seconds": seconds, "items": stage.items})
        self.end(stage.items, kept=self.keeper.restored > before)

    def begin(self, name: str, items: int) -> None:
        """Tell of a stage that nobody times."""
        if self.progress:
            self.progress.stage(name, items or None)

    def end(self, items: int, *, kept: bool = False) -> None:
        """Tell that the stage is over, and whether some of it was done before."""
        if self.progress:
            self.progress.done(f"{items:,} (resumed)" if kept else f"{items:,}")

    def advance(self, count: int) -> None:
        """Say that so many more items of the stage are done."""
        if self.progress:
            self.progress.advance(count)
