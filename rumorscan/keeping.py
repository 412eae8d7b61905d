"""Keeping what a stage has found, so that a scan that is cut goes on from there.

A stage asks its keeper for a piece of work by name: what was kept is given back, what was not is
done, and perhaps kept. `KEEP_NOTHING` keeps nothing, which suits a stage that is called by
itself; the keeper that writes files is `rumorscan.engines.checkpoints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Steps(Protocol):
    """How far a piece of work has come that can only be done from its beginning to its end.

    Attributes:
        state: what it was when it was last kept; None at the beginning.
    """

    state: Any

    def passed(self, state: Callable[[], Any]) -> None:
        """Say that the work could go on from here.

        Args:
            state: returns what is needed for that; asked only where it is kept.
        """


class Keeper(Protocol):
    """Whoever gives back what was found before.

    Attributes:
        restored: seconds that what was given back took when it was found.
    """

    restored: float

    def once(
        self,
        name: str,
        work: Callable[[], T],
        *,
        check: Callable[[T], bool] | None = None,
        always: bool = False,
    ) -> T:
        """Return what was kept under that name, else what the work returns.

        Args:
            name: of this piece of work, unlike that of any other one in the scan.
            work: gives the same value whenever it is done; may itself ask the keeper.
            check: whether what was kept can still be used.
            always: keep it, however little work it is.
        """

    def parts(
        self,
        name: str,
        work: Callable[[int, int], T],
        count: int,
        *,
        part: int,
        threads: bool = True,
    ) -> Iterator[T]:
        """Yield the results of work on consecutive parts of a range, in order.

        Args:
            name: of this piece of work.
            work: called with the start and the stop of a part.
            count: length of the whole range.
            part: length of a part.
            threads: whether parts may be worked on side by side.
        """

    def steps(self, name: str) -> Steps:
        """Return how far a piece of work has come."""


class _FirstSteps:
    """Steps that are always at the beginning."""

    state = None

    def passed(self, state: Callable[[], Any]) -> None:
        pass


NO_STEPS: Steps = _FirstSteps()
"""Begins at the beginning."""


class _Forgetful:
    """A keeper that keeps nothing."""

    restored = 0.0

    def once(
        self,
        name: str,
        work: Callable[[], T],
        *,
        check: Callable[[T], bool] | None = None,
        always: bool = False,
    ) -> T:
        return work()

    def parts(
        self,
        name: str,
        work: Callable[[int, int], T],
        count: int,
        *,
        part: int,
        threads: bool = True,
    ) -> Iterator[T]:
        for start in range(0, count, part):
            yield work(start, min(start + part, count))

    def steps(self, name: str) -> Steps:
        return NO_STEPS


KEEP_NOTHING: Keeper = _Forgetful()
"""Does all work anew."""
