"""What waits for the end of an input: posts that others carry along, beside the input's own ids.

Both grow until the end, so that a bookmark keeps only what is new since the one before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar, cast

import orjson
import pyarrow as pa

T = TypeVar("T")
_NEEDS_OWN_PARSER = re.compile(r"[0-9]{19}")
"""Whole numbers of more than 64 bits, which become doubles elsewhere."""

SCHEMA = pa.schema({"hold": pa.int8(), "id": pa.large_binary(), "post": pa.large_string()})
"""What is kept of a hold: its number, and an id of the input's own or of a post that waits."""


class _Kept(str):
    """What waits, as another process has kept it."""

    __slots__ = ()


class UnkeptError(Exception):
    """Something waits that cannot be kept as it is; never shown to anybody."""


class Hold(Generic[T]):
    """Posts that were carried along, until the end tells which the input has itself.

    Args:
        pack: returns what waits as a value of JSON.
        unpack: returns it from that value.

    Attributes:
        own: the ids that the input has itself, in the order in which they were met.
        waiting: what was carried along, by the id of its post; in that order as well.

    Example:
        >>> hold = Hold()
        >>> hold.waiting |= {"1": ["停水"], "2": ["停电"]}
        >>> hold.own["1"] = None
        >>> kept, other = pa.Table.from_batches([hold.fresh(0)]), Hold()
        >>> other.fill(kept, hold.count)
        >>> list(other.unload()), list(hold.unload()), hold.count
        ([['停电']], [['停电']], 0)
    """

    def __init__(
        self, pack: Callable[[T], Any] | None = None, unpack: Callable[[Any], T] | None = None
    ) -> None:
        self.own: dict[str, None] = {}
        self.waiting: dict[str, T | _Kept] = {}
        self._pack = pack or _as_it_is
        self._unpack = unpack or _as_it_is
        self._taken = 0  # of what waited since something was kept
        self._kept = 0, 0  # how many ids there were then, and how many posts waited

    @property
    def count(self) -> int:
        """How many posts wait."""
        return len(self.waiting)

    def unload(self) -> Iterator[T]:
        """Yield what waits and the input does not have itself, in order; more may be added."""
        while self.waiting:
            for name in list(self.waiting):
                found = self.waiting.pop(name)
                self._taken += 1
                if name in self.own:
                    continue
                yield self._unpack(_parsed(found)) if isinstance(found, _Kept) else found

    def fresh(self, number: int) -> pa.RecordBatch:
        """Return what is new since this was last asked, in columns of `SCHEMA`.

        Args:
            number: of the hold among those of the input.

        Raises:
            UnkeptError: something is no value of JSON, or nested too deep.
        """
        own, waiting = self._kept
        names = _last(self.own, len(self.own) - own)
        old = max(waiting - self._taken, 0)
        added = _last(self.waiting, len(self.waiting) - old)
        try:
            posts = [json.dumps(self._pack(cast("T", self.waiting[name]))) for name in added]
        except (TypeError, ValueError, RecursionError) as error:
            raise UnkeptError(str(error)) from error
        self._kept, self._taken = (len(self.own), len(self.waiting)), 0
        count = len(names) + len(added)
        columns = [
            pa.array([number] * count, pa.int8()),
            pa.array([_bytes(name) for name in (*names, *added)], pa.large_binary()),
            pa.array([*([None] * len(names)), *posts], pa.large_string()),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    def fill(self, rows: pa.Table, count: int) -> None:
        """Take over what another hold has kept.

        Args:
            rows: all that it told, in order.
            count: how many posts waited; those before them were taken.
        """
        names = [name.decode("utf-8", "surrogatepass") for name in rows["id"].to_pylist()]
        posts = rows["post"].to_pylist()
        pairs = list(zip(names, posts, strict=True))
        self.own = dict.fromkeys(name for name, post in pairs if post is None)
        told = {name: post for name, post in pairs if post is not None}
        # most are never needed, and as many objects would keep Python's collector busy
        self.waiting = {name: _Kept(told[name]) for name in _last(told, count)}
        self._kept = len(self.own), len(self.waiting)


def _last(named: dict[str, Any], count: int) -> list[str]:
    """Return the last keys, in order; those before them are not looked at."""
    return list(islice(reversed(named), count))[::-1]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _parsed(text: str) -> Any:
    """Return what `json.dumps` has written, by the quicker parser where it gives the same."""
    if _NEEDS_OWN_PARSER.search(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _as_it_is(value: Any) -> Any:
    return value
