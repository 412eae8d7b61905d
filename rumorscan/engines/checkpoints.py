"""Checkpoints: what a scan has found so far, on the disk, for one that goes on after a kill.

What is kept follows from what it would cost to lose it: once the work that no file covers is
more than a certain share of all, the next piece is kept. So a kill costs that share and the piece
under way, and a scan that nobody kills writes little.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rumorscan.engines.kept import Kinds
from rumorscan.engines.local import map_parts

T = TypeVar("T")

_ENDING = ".kept"
_SO_FAR = "-so-far"
_BARE_SHARE = 0.02
_LEAST_GAIN = 0.006  # of all work; for less no file is written
_BYTES_A_SECOND = 1.6e9  # that are sealed and written, and as many read again
_DEAR = 2.0  # times as much as to write it must it cost to do a piece again


@dataclass(slots=True)
class _Inside:
    """What happened inside a piece of work that is under way.

    Attributes:
        elapsed: seconds that pieces inside took in this process.
        seconds: what they took when they were done, now or before.
        bare: how much of that no file covers.
    """

    elapsed: float = 0.0
    seconds: float = 0.0
    bare: float = 0.0


class Checkpoints:
    """A keeper with a folder; without one it only does the work.

    Args:
        folder: where the files lie; None keeps nothing.
        kinds: what can be kept.
        workers: threads for parts; 0 means one a processor.
        bare_share: largest share of the work that no file shall cover.

    Attributes:
        seconds: work so far, that of earlier runs among it.
        restored: how much of it was done by earlier runs.
        count: files that this run wrote.
        bytes: their size.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> Checkpoints(folder, Kinds([]), 1).once("sum", lambda: 1 + 1, always=True)
        2
        >>> Checkpoints(folder, Kinds([]), 1).once("sum", lambda: 1 // 0)
        2
    """

    def __init__(
        self, folder: Path | None, kinds: Kinds, workers: int, bare_share: float = _BARE_SHARE
    ) -> None:
        self._folder = folder
        self._kinds = kinds
        self._workers = workers
        self._share = bare_share
        self._bare = 0.0
        self._open = [_Inside()]
        self.seconds = 0.0
        self.restored = 0.0
        self.count = 0
        self.bytes = 0

    def once(
        self,
        name: str,
        work: Callable[[], T],
        *,
        check: Callable[[T], bool] | None = None,
        always: bool = False,
    ) -> T:
        """Return what was kept under that name, else what the work returns."""
        found = self.find(name)
        if found is not None and (check is None or check(found[0])):
            self._restore(found[1])
            value: T = found[0]
            return value
        inside = _Inside()
        self._open.append(inside)
        started = time.perf_counter()
        try:
            value = work()
        finally:
            self._open.pop()
        elapsed = time.perf_counter() - started
        own = elapsed - inside.elapsed
        self._settle(name, value, own, inside, always=always)
        self._open[-1].elapsed += elapsed
        return value

    def parts(
        self,
        name: str,
        work: Callable[[int, int], T],
        count: int,
        *,
        part: int,
        threads: bool = True,
    ) -> Iterator[T]:
        """Yield the results of work on consecutive parts of a range, in order."""
        start = 0
        while start < count and (found := self.find(_place(name, start))) is not None:
            self._restore(found[1])
            start, values = found[0]
            yield from values
        first = start
        results = map_parts(
            lambda low, high: work(first + low, first + high),
            count - first,
            part=part,
            workers=self._workers if threads else 1,
        )
        waiting: list[T] = []
        took = 0.0
        stop = start
        while stop < count:
            started = time.perf_counter()
            value = next(results)
            took += time.perf_counter() - started
            stop = min(stop + part, count)
            waiting.append(value)
            if stop == count or self._is_due(took, took):
                self._open[-1].elapsed += took
                self._settle(_place(name, start), (stop, tuple(waiting)), took, _Inside())
                waiting, took, start = [], 0.0, stop
            yield value

    def steps(self, name: str) -> _Steps:
        """Return how far a piece of work has come."""
        found = self.find(f"{name}{_SO_FAR}")
        if found is not None:
            self._restore(found[1])
        return _Steps(self, name, *(found or (None, 0.0)))

    def find(self, name: str) -> tuple[Any, float] | None:
        """Return what was kept under a name, and its seconds; None where nothing usable was."""
        if self._folder is None:
            return None
        try:
            return self._kinds.read(self._folder / f"{name}{_ENDING}")
        except (OSError, ValueError):  # what is damaged is done again
            return None

    def step(self, name: str, state: Callable[[], Any], before: float, took: float) -> bool:
        """Keep a state, and count the work since the last one, if that is due."""
        if self._folder is None or not self._is_due(took, took):
            return False
        if not self._write(name, state(), before + took):
            return False
        self.seconds += took
        self._open[-1].elapsed += took
        self._open[-1].seconds += took
        return True

    def _restore(self, seconds: float) -> None:
        self.seconds += seconds
        self.restored += seconds
        self._open[-1].seconds += seconds

    def _settle(
        self, name: str, value: Any, own: float, inside: _Inside, *, always: bool = False
    ) -> None:
        """Count a piece of work that is done, and keep it where its loss would cost too much."""
        gain = own + inside.bare
        self.seconds += own
        self._bare += own
        self._open[-1].seconds += own + inside.seconds
        due = always or self._is_due(0.0, gain)
        if due and self._write(name, value, own + inside.seconds, 0.0 if always else gain):
            self._bare -= gain
        else:
            self._open[-1].bare += gain

    def _is_due(self, more: float, gain: float) -> bool:
        total = self.seconds + more
        return self._bare + more >= self._share * total and gain >= _LEAST_GAIN * total

    def _write(self, name: str, value: Any, seconds: float, gain: float = 0.0) -> bool:
        """Write a file, unless that costs about as much as it gains; tell whether it is there."""
        if self._folder is None:
            return False
        packed = self._kinds.pack(value, seconds)
        if gain and gain < _DEAR * packed.size / _BYTES_A_SECOND:
            return False
        pieces = packed.sealed()
        fresh = self._folder / f".{name}.unfinished"
        try:
            with fresh.open("wb") as sink:
                sink.writelines(pieces)
            fresh.replace(self._folder / f"{name}{_ENDING}")
        except OSError:
            # a scan that is nearly done shall not end for want of room for what is only kept
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            return False
        self.count += 1
        self.bytes += packed.size
        return True


class _Steps:
    """How far a piece of work has come; one file, written anew whenever it is due."""

    def __init__(self, keeper: Checkpoints, name: str, state: Any, seconds: float) -> None:
        self.state = state
        self._keeper = keeper
        self._name = name
        self._seconds = seconds
        self._since = time.perf_counter()

    def passed(self, state: Callable[[], Any]) -> None:
        """Keep the state if the work since then is worth it."""
        took = time.perf_counter() - self._since
        if self._keeper.step(f"{self._name}{_SO_FAR}", state, self._seconds, took):
            self._seconds += took
            self._since = time.perf_counter()


def _place(name: str, start: int) -> str:
    return f"{name}-{start:09}"
