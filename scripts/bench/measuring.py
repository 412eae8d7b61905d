"""CPU seconds, memory, and the tables that they are shown in."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_LIBRARIES = ("numpy", "numba", "pyarrow", "orjson", "jieba", "datasketch", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work cost.

    Attributes:
        cpu_seconds: user and system time, all threads; None where the platform does not tell.
        wall_seconds: time on the clock.
        peak_bytes: most resident memory; None where the platform does not tell.
    """

    cpu_seconds: float | None
    wall_seconds: float
    peak_bytes: int | None = None


class Stopwatch:
    """A progress reporter that notes the CPU seconds of each stage.

    Attributes:
        cpu_seconds: by stage, in order of first begin.
    """

    def __init__(self) -> None:
        self.cpu_seconds: dict[str, float] = {}
        self._name = ""
        self._began = 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; one still open ends."""
        del total
        self.done()
        self._name, self._began = name, time.process_time()

    def advance(self, count: int = 1) -> None:
        """Count nothing."""

    def done(self, note: str = "") -> None:
        """End the stage."""
        del note
        if self._name:
            spent = time.process_time() - self._began
            self.cpu_seconds[self._name] = self.cpu_seconds.get(self._name, 0.0) + spent
        self._name = ""


def cpu_of(work: Callable[[], T], repeats: int = 1) -> tuple[float, T]:
    """Return the median CPU seconds of some work in this process, and its last result."""
    spent = []
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        spent.append(time.process_time() - began)
    return statistics.median(spent), result


def run_program(arguments: Sequence[str]) -> Cost:
    """Run a program with this Python, as a user would, and return what it cost.

    Raises:
        SystemExit: the program failed; its words are shown.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    words = process.stderr.read() if process.stderr else b""
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        cost = Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, peak)
    else:
        process.wait()
        cost = Cost(None, time.perf_counter() - began)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: failed\n{words.decode(errors='replace')}")
    return cost


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Return the medians of some costs, and the largest peak."""
    cpu = [cost.cpu_seconds for cost in costs if cost.cpu_seconds is not None]
    peaks = [cost.peak_bytes for cost in costs if cost.peak_bytes is not None]
    return Cost(
        statistics.median(cpu) if cpu else None,
        statistics.median(cost.wall_seconds for cost in costs),
        max(peaks, default=None),
    )


def conditions(**more: Any) -> dict[str, Any]:
    """Return the date, the machine in words and the versions, and whatever else is given."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        **more,
    }


def draw_table(title: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table with aligned columns; numbers stand to the right."""
    cells = [list(headers), *([_show(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    numeric = [
        any(not isinstance(row[column], str) for row in rows) for column in range(len(headers))
    ]
    ruler = [
        "-" * (width - 1) + (":" if right else "-")
        for width, right in zip(widths, numeric, strict=True)
    ]
    lines = [
        "| "
        + " | ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        + " |"
        for row in [cells[0], ruler, *cells[1:]]
    ]
    return "\n".join([f"\n{title}\n", *lines])


def _show(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        size = abs(value)
        return f"{value:,.{0 if size >= 1000 else 2 if size >= 1.5 else 4}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def package_folder() -> Path:
    """Return the project's root."""
    return Path(__file__).parents[2]
