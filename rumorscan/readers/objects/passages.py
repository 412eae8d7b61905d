"""The elements of a document in passages: between two of them its reading can be gone on with.

What was read is then neither parsed nor, where the document is a list, cut or decoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

import numpy as np

from rumorscan.readers.encodings.decoding import LineBlocks
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.faults import Fault, Placed
from rumorscan.readers.objects.joints import part_objects
from rumorscan.readers.objects.long_lists import LongList, Part, Whole
from rumorscan.readers.objects.scanners import ElementScanner
from rumorscan.readers.objects.structure import Feed, Watch

_BLANK = b" \t\r\n\v\f\0"


class Passages(Protocol):
    """The elements of a document."""

    def parts(self) -> Iterator[Part | None]:
        """Yield the elements from where this is; None where it can be gone on with."""

    def again(self, head: Sequence[Part], rest: Iterator[Part | None]) -> Iterator[Part | None]:
        """Yield all elements, of which the first parts were looked at already."""

    @property
    def state(self) -> dict[str, Any]:
        """Where this is, for another one of the same document."""

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go to where another one was; what `parts` has returned before is of no use then."""


class ListPassages:
    """The elements of a document that is a list.

    Args:
        feed: the document from behind its first bracket on.
        blocks: of the file.
        watch: of the pieces that the feed is given.
        faults: takes what is wrong with the end of the document.
    """

    def __init__(self, feed: Feed, blocks: LineBlocks, watch: Watch, faults: list[Placed]) -> None:
        self._feed, self._blocks, self._watch, self._faults = feed, blocks, watch, faults
        self._scanner = ElementScanner(feed.place)

    def parts(self) -> Iterator[Part | None]:
        """Yield the elements, also of lists behind it; None between two pieces of the file."""
        feed = self._feed
        while True:
            scanner = self._scanner
            while not scanner.closed and feed.more():
                yield from scanner.advance(feed)
                if feed.is_between and scanner.is_settled:
                    yield None
            yield from scanner.end(feed)
            if not scanner.closed:
                yield from self._cut_short()
                return
            if not self._goes_on():
                look_behind(feed, "list", self._faults)
                return
            feed.at += 1
            self._scanner = ElementScanner(feed.place)

    def _goes_on(self) -> bool:
        """Tell whether another list follows, behind a comma or not, and go to its `[`."""
        if first_of(self._feed) == b",":
            self._feed.at += 1
        return first_of(self._feed) == b"["

    def _cut_short(self) -> Iterator[Part]:
        """Yield what can be told from the rest of a list that does not end."""
        rest, place = self._scanner.rest, self._scanner.place
        if len(part_objects(rest)) > 1:
            yield Elements(rest, np.zeros(1, np.int64), place, torn=True)
        else:
            detail = "the document is cut short: its list does not end"
            self._faults.append((place, Fault("bad-json", detail, rest)))

    def again(self, head: Sequence[Part], rest: Iterator[Part | None]) -> Iterator[Part | None]:
        """Yield all elements, of which the first parts were looked at already."""
        return chain(head, rest)

    @property
    def state(self) -> dict[str, Any]:
        """Where this is between two pieces."""
        return {
            "feed": self._feed.state,
            "scanner": self._scanner.state,
            "watch": self._watch.state,
            "lines": (self._blocks.replaced, self._blocks.other_lines),
        }

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go to where another one was; pieces before that are not decoded."""
        self._blocks.unseen = state["feed"]["count"]
        self._feed.go_on(state["feed"])
        self._blocks.replaced, self._blocks.other_lines = state["lines"]
        self._watch.go_on(state["watch"])
        self._scanner = ElementScanner(self._feed.place)
        self._scanner.state = state["scanner"]


class ObjectPassages:
    """The elements of the lists in a document that is an object.

    Args:
        lists: those lists.
    """

    def __init__(self, lists: Sequence[LongList | Whole]) -> None:
        self._lists = lists
        self._number = self._part = 0

    def parts(self) -> Iterator[Part | None]:
        """Yield the elements of all lists; None behind each part."""
        while self._number < len(self._lists):
            items = self._lists[self._number]
            parts: Iterable[Part] = (
                [items][self._part :] if isinstance(items, Whole) else items.parts(self._part)
            )
            for part in parts:
                yield part
                self._part += 1
                yield None
            self._number, self._part = self._number + 1, 0

    def again(self, head: Sequence[Part], rest: Iterator[Part | None]) -> Iterator[Part | None]:
        """Yield all elements: those that were looked at are fetched once more."""
        del head, rest
        self._number = self._part = 0
        return self.parts()

    @property
    def state(self) -> dict[str, Any]:
        """Which part is read, or is to be read next."""
        return {"list": self._number, "part": self._part}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go to a part."""
        self._number, self._part = state["list"], state["part"]


def first_of(feed: Feed) -> bytes:
    """Go to the first character that is no white space, and return it.

    Example:
        >>> first_of(Feed([b" ", b" [1]"], 0)), first_of(Feed([b" "], 0))
        (b'[', b'')
    """
    while feed.more():
        rest = feed.data[feed.at :].lstrip(_BLANK)
        feed.at = len(feed.data) - len(rest)
        if rest:
            return rest[:1]
    return b""


def look_behind(feed: Feed, what: str, faults: list[Placed]) -> bytes:
    """Return how what follows the end of the document begins; empty where nothing does.

    Args:
        feed: behind that end.
        what: the document is, for messages.
        faults: takes what follows.

    Example:
        >>> faults = []
        >>> look_behind(Feed([b" ]"], 7), "list", faults), faults[0][0], faults[0][1].detail
        (b']', 8, 'stands behind the end of the list')
    """
    first = first_of(feed)
    if first:
        rest = feed.data[feed.at :]
        faults.append((feed.place, Fault("bad-json", f"stands behind the end of the {what}", rest)))
    return first
