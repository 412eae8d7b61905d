"""What a reader of a published set yields: one entry a row of the source, usable or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Labeled:
    """One row of the source that carries a judgment.

    Attributes:
        where: file and place in it, for messages; without the id of an account.
        id: the source's own id of the text; unique within the set.
        text: as published; masked when it is written.
        label: 1 = false information, 0 = not.
        posted_at: as published, any spelling that `parse_time` reads; None where unknown.
        account: as published; written as a pseudonym.
        topic: event or category; empty where the source names none.
        source: site that the text comes from, where the set gathers several.
    """

    where: str
    id: str
    text: Any
    label: int
    posted_at: Any = None
    account: str = ""
    topic: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row of the source that is not written, and the reason that it is counted under.

    A reason is a class of rows, so it names no value; the place tells which row it was.
    """

    where: str
    reason: str


Entry = Labeled | Reject
Reader = Callable[[Path], Iterator[Entry]]
