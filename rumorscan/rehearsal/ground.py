"""The dump as a place to plant in: its threads, hours and accounts, and how it writes ids."""

from __future__ import annotations

import random
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int64]

_SAMPLE = 5_000
_LIVELY = (20, 5)  # posts of a thread worth joining; the second where none has the first
_STYLE_SHARE = 0.01  # a way to name roots that so many posts use is the dump's way
_NIGHT_SECONDS = 7_200  # windows longer than this follow the hours of the day
_TRIES = 40
_DAY = 86_400


class Ids:
    """Makes ids that look like those of a column and are not among them.

    Numbers that grow with time, as those of Weibo do, grow with time here as well.

    Example:
        >>> ids = Ids(pa.chunked_array([["7a01", "7b12", "7c93"]]))
        >>> made = ids.make(random.Random(0), 2)
        >>> [len(one) for one in made], made[0][0], len(set(made))
        ([4, 4], '7', 2)
    """

    def __init__(self, column: pa.ChunkedArray, seconds: Rows | None = None) -> None:
        self._column = column
        self._issued: set[str] = set()
        rows = np.linspace(0, max(len(column) - 1, 0), min(len(column), _SAMPLE)).astype(np.int64)
        taken = column.take(pa.array(rows)).to_pylist()
        known = [(value, row) for value, row in zip(taken, rows.tolist(), strict=True) if value]
        self._samples = [value for value, _ in known] or ["p00000000000"]
        self._seen: dict[int, list[list[str]]] = {}
        self._ladder: list[tuple[int, str]] = []
        if seconds is not None and all(value.isdecimal() for value in self._samples):
            self._ladder = _ladder([(int(seconds[row]), value) for value, row in known])

    def make(
        self, chance: random.Random, count: int, seconds: list[int] | None = None
    ) -> list[str]:
        """Return so many ids, all different, for posts of those times where they matter."""
        made: list[str] = [""] * count
        open_places = list(range(count))
        for turn in range(_TRIES):
            longer = max(0, turn - _TRIES // 2)  # the short ids of a small dump may be used up
            for place in open_places:
                made[place] = self._one(chance, seconds[place] if seconds else None)
                made[place] += "".join(chance.choices("0123456789", k=longer))
            drawn = pa.array([made[place] for place in open_places], pa.string())
            taken = pc.is_in(drawn, value_set=self._column.combine_chunks()).to_pylist()
            again = []
            for place, is_taken in zip(open_places, taken, strict=True):
                if is_taken or made[place] in self._issued:
                    again.append(place)
                else:
                    self._issued.add(made[place])
            open_places = again
            if not open_places:
                break
        return made

    def _one(self, chance: random.Random, moment: int | None) -> str:
        if self._ladder and moment is not None:
            return self._between(chance, moment)
        sample = chance.choice(self._samples)
        return "".join(chance.choice(letters) for letters in self._letters(len(sample)))

    def _between(self, chance: random.Random, moment: int) -> str:
        """Return a number between those of the posts before and after a moment."""
        above = min(max(bisect_left(self._ladder, (moment, "")), 1), len(self._ladder) - 1)
        (before, low), (after, high) = self._ladder[above - 1], self._ladder[above]
        gap = max(int(high) - int(low), 1)
        share = min(max((moment - before) / max(after - before, 1), 0.0), 1.0)
        # a little chance, so that posts of one second differ
        number = int(low) + int(share * gap) + chance.randrange(max(gap // 50, 10))
        return str(number).zfill(len(low))

    def _letters(self, length: int) -> list[list[str]]:
        """Return for each place of an id the characters that the dump has there."""
        if length not in self._seen:
            alike = [value for value in self._samples if len(value) == length]
            self._seen[length] = [sorted(set(letters)) for letters in zip(*alike, strict=True)]
        return self._seen[length]


def _ladder(known: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return times and ids in order of time if the ids grow with it, else nothing."""
    ladder = sorted(known)
    numbers = [int(value) for _, value in ladder]
    rising = sum(first <= second for first, second in pairwise(numbers))
    return ladder if len(ladder) > 20 and rising >= 0.95 * (len(numbers) - 1) else []


class Ground:
    """What is asked of a dump while something is planted in it.

    Attributes:
        posts: the columns.
        seconds: int64, shape (n,), UTC seconds since 1970; the smallest int64 where unknown.
        threads: rows of each lively thread, in order of time; those without a time left out.
        root_style: how a post that opens a thread names it: `own`, `none` or `fresh`.
    """

    UNKNOWN = np.iinfo(np.int64).min

    def __init__(self, posts: pa.Table) -> None:
        self.posts = posts
        moments = posts["posted_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
        self.seconds: Rows = moments.fill_null(self.UNKNOWN).to_numpy()
        self.threads, self.thread_of_row = self._find_threads()
        self.root_style = self._find_style()

    def __len__(self) -> int:
        return int(self.posts.num_rows)

    def has(self, name: str) -> bool:
        """Tell whether the dump has the column."""
        return name in self.posts.column_names

    @cached_property
    def timed(self) -> Rows:
        """The rows whose time is known, in order of time."""
        rows = np.flatnonzero(self.seconds != self.UNKNOWN)
        ordered: Rows = rows[np.argsort(self.seconds[rows], kind="stable")]
        return ordered

    @cached_property
    def timed_seconds(self) -> Rows:
        """The times of `timed`, ascending."""
        return self.seconds[self.timed]

    @cached_property
    def in_order(self) -> bool:
        """Whether the rows of the dump stand in order of time."""
        known = self.seconds[self.seconds != self.UNKNOWN]
        return bool(len(known) > 1 and np.mean(np.diff(known) >= 0) > 0.95)

    @cached_property
    def openers(self) -> Rows:
        """The rows that open a thread, where the dump shows which; else all rows."""
        rows = np.zeros(0, dtype=np.int64)
        if self.root_style == "own":
            own = pc.equal(self.posts["root_id"], self.posts["post_id"]).fill_null(False)
            rows = np.flatnonzero(own.to_numpy())
        elif self.root_style == "none" and self.has("root_id"):
            rows = np.flatnonzero(self.posts["root_id"].is_null().to_numpy())
        return rows if len(rows) else np.arange(len(self))

    @cached_property
    def _rhythm(self) -> npt.NDArray[np.float64]:
        """For each UTC hour, how busy it is beside the busiest."""
        hours = np.bincount(self.timed_seconds % _DAY // 3_600, minlength=24).astype(np.float64)
        smooth: npt.NDArray[np.float64] = (hours + 1) / (hours.max() + 1)
        return smooth

    def start(self, chance: random.Random, window_seconds: int, thread: int | None) -> int:
        """Return when a window begins that holds the time of some post of the thread or dump."""
        times = self.timed_seconds if thread is None else self.seconds[self.threads[thread]]
        if not len(times):
            return 0
        first, last = int(times[0]), int(times[-1])
        middle = int(times[chance.randrange(len(times))])
        begins = middle - chance.randint(0, window_seconds)
        return max(first, min(begins, last - window_seconds))

    def moment(
        self, chance: random.Random, start: int, window_seconds: int, thread: int | None = None
    ) -> int:
        """Return a moment of the window, inside the span of the thread or dump, by the hour."""
        times = self.timed_seconds if thread is None else self.seconds[self.threads[thread]]
        if not len(times):
            return 0
        stop = max(start, min(start + window_seconds, int(times[-1])))
        moment = start
        for _ in range(_TRIES):
            moment = chance.randint(start, stop)
            awake = self._rhythm[moment % _DAY // 3_600]
            if stop - start <= _NIGHT_SECONDS or chance.random() < awake:
                break
        return moment

    def nearest(self, moment: int, thread: int | None = None) -> int:
        """Return the row whose time is next to a moment, in a thread or in the dump."""
        rows = self.timed if thread is None else self.threads[thread]
        times = self.timed_seconds if thread is None else self.seconds[rows]
        if not len(rows):
            return 0
        return int(rows[min(int(np.searchsorted(times, moment)), len(rows) - 1)])

    def pick_threads(self, chance: random.Random, count: int) -> list[int]:
        """Return so many lively threads that were busy at about the same time, or fewer."""
        if not self.threads:
            return []
        begins = [int(self.seconds[rows[0]]) for rows in self.threads]
        order = sorted(range(len(begins)), key=begins.__getitem__)
        breadth = min(len(order), max(count, 3 * count))
        first = chance.randint(0, len(order) - breadth)
        return chance.sample(order[first : first + breadth], min(count, breadth))

    def value(self, name: str, row: int) -> Any:
        """Return one value of the dump."""
        return self.posts[name][row].as_py()

    def _find_threads(self) -> tuple[list[Rows], Rows]:
        codes = np.full(len(self), -1, dtype=np.int64)
        if not self.has("root_id") or not len(self):
            return [], codes
        roots = self.posts["root_id"].combine_chunks().dictionary_encode().indices
        root = roots.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        rows = np.flatnonzero((root >= 0) & (self.seconds != self.UNKNOWN))
        rows = rows[np.lexsort((self.seconds[rows], root[rows]))]
        stops = np.flatnonzero(np.diff(root[rows], append=-2)) + 1
        parts = np.split(rows, stops[:-1]) if len(rows) else []
        for least in _LIVELY:
            lively = [part for part in parts if len(part) >= least]
            if lively:
                for number, part in enumerate(lively):
                    codes[part] = number
                return lively, codes
        return [], codes

    def _find_style(self) -> str:
        if not self.has("root_id") or not len(self):
            return "none"
        roots = self.posts["root_id"]
        own = pc.sum(pc.equal(roots, self.posts["post_id"]).fill_null(False)).as_py() or 0
        if own >= _STYLE_SHARE * len(self):
            return "own"
        return "none" if roots.null_count >= _STYLE_SHARE * len(self) else "fresh"
