"""The stages of a run: how long each took, and over how many items."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

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
        finished: name, seconds and items of each stage so far, as in `run.json`.
    """

    progress: Progress | None
    finished: list[dict[str, Any]] = field(default_factory=list)

    @contextlib.contextmanager
    def stage(self, name: str, items: int = 0) -> Iterator[Stage]:
        """Time a stage."""
        stage = Stage(items)
        if self.progress:
            self.progress.stage(name, items or None)
        started = time.perf_counter()
        yield stage
        seconds = round(time.perf_counter() - started, 3)
        self.finished.append({"name": name, "seconds": seconds, "items": stage.items})
        if self.progress:
            self.progress.done(f"{stage.items:,}")

    def advance(self, count: int) -> None:
        """Say that so many more items of the stage are done."""
        if self.progress:
            self.progress.advance(count)
