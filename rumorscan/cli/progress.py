"""How far a scan has come: bars on a terminal, plain lines elsewhere, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rumorscan.cli.words import say

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from rumorscan.records import Progress

STAGES = {
    "read": "读取",
    "fold": "归一",
    "unmask": "还原变体",
    "group": "近重分组",
    "coordinate": "查找协同",
    "recognize": "比对历史",
    "score": "评分",
    "drift": "比对训练数据",
    "match": "比对已知谣言",
    "stance": "判断立场",
    "judge": "分级",
    "write": "写出",
    "plant": "种入",
}
"""Chinese words for the stages that have one; others show their own name only."""


class Reporter(Protocol):
    """A progress reporter that is open for the length of a `with` block."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def reporter(*, silent: bool = False) -> Reporter:
    """Return what suits stderr: bars on a terminal, lines when redirected, or nothing."""
    if silent:
        return Silent()
    return Bars() if sys.stderr.isatty() else Lines()


def teller(*, silent: bool = False) -> Callable[[str], None]:
    """Return a function that writes a line to stderr, or nothing."""

    def tell(line: str) -> None:
        if not silent:
            say(line, err=True)

    return tell


class Silent:
    """Says nothing."""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage."""

    def advance(self, count: int = 1) -> None:
        """Count items."""

    def done(self, note: str = "") -> None:
        """End the stage."""


class Lines(Silent):
    """One plain line when a stage ends: its name, the note or else its items, and its seconds."""

    def __init__(self) -> None:
        self._name = ""
        self._count = 0
        self._started = 0.0

    def __exit__(self, *_: object) -> None:
        self._name = ""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; one still open ends."""
        if self._name:
            self.done()
        self._name, self._count, self._started = name, 0, time.perf_counter()

    def advance(self, count: int = 1) -> None:
        """Count items."""
        self._count += count

    def done(self, note: str = "") -> None:
        """Print the line."""
        if not self._name:
            return
        seconds = time.perf_counter() - self._started
        items = note or (f"{self._count:,}" if self._count else "")
        words = [_label(self._name), *filter(None, [items]), f"{seconds:.1f}s"]
        say(" ".join(words), err=True)
        self._name = ""


class Bars:
    """A bar for each stage, as `rich` draws it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        # a console of GBK has no glyph for every bar; rich falls back to ASCII by encoding
        self._rich: RichProgress = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True, markup=False, highlight=False),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; one still open ends."""
        if self._task is not None:
            self.done()
        self._task = self._rich.add_task(_label(name), total=total, note="")

    def advance(self, count: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            self._rich.advance(self._task, count)

    def done(self, note: str = "") -> None:
        """Fill the bar and show the note, unless it only says what the bar counts."""
        if self._task is None:
            return
        completed = self._rich.tasks[self._rich.task_ids.index(self._task)].completed
        if (digits := note.replace(",", "")).isdecimal():
            completed, note = int(digits), ""
        self._rich.update(self._task, total=completed or 1, completed=completed or 1, note=note)
        self._rich.stop_task(self._task)
        self._task = None


def _label(name: str) -> str:
    return f"{STAGES[name]} {name}" if name in STAGES else name
