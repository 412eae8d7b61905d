"""Documents that are objects: what they hold beside their lists, and the lists kept apart.

The lists that lie in the object, or in objects in it, are cut into elements as those of a list;
an element of theirs that is too long is an object with lists itself, or set aside. All else is
parsed as a whole.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import numpy as np

from rumorscan.readers.objects.allowances import Allowance
from rumorscan.readers.objects.beginnings import AHEAD
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.extended import is_extended, plain
from rumorscan.readers.objects.faults import Fault, Placed
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.long_lists import ElementStore, LongList, Part, Whole
from rumorscan.readers.objects.pages import opening_of
from rumorscan.readers.objects.scanners import ELEMENT_LIMIT, ElementScanner
from rumorscan.readers.objects.structure import COMMA, LIST, Feed, Structure

LIST_LIMIT = 1_000
"""Lists of an object that are kept apart; further ones are held in memory."""
_LEVELS = 2
"""Lists are kept apart in the object, and in objects in it."""
_DEEPEST = 3
"""So deep an element that is too long may lie in others and be opened itself."""
_CUT = "unexpected end: the document is cut short"
_MEMBER = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:\s*\{(.*)\}\s*', re.DOTALL)


class Outline:
    """Reads one object, and leaves its lists in a store.

    Args:
        feed: the document from the object on.
        store: keeps the elements of lists.
        allowance: of memory.
        limit: bytes that the object may have beside its lists.

    Attributes:
        faults: what is wrong with the object.
        is_cut: whether the document ends before the object does.
        is_long: whether the object is over the limit; it is then empty.
        why: why it is not JSON, where it is not.

    Example:
        >>> feed = Feed([b'{"name": "x", "rows": [{"id": 1}, {"id": 2}]}'], 0)
        >>> with ElementStore("a.json") as store:
        ...     value = Outline(feed, store, Allowance("a.json", False), 100).read()
        ...     value["name"], list(value["rows"])
        ('x', [{'id': 1}, {'id': 2}])
    """

    def __init__(
        self, feed: Feed, store: ElementStore, allowance: Allowance, limit: int, level: int = 0
    ) -> None:
        self.faults: list[Placed] = []
        self.is_cut = False
        self.is_long = False
        self.why = ""
        self._feed, self._store, self._allowance = feed, store, allowance
        self._limit, self._level = limit, level
        self._text: list[bytes] = []
        self._size = 0
        self._lists: list[tuple[int, LongList]] = []
        self._structure = Structure()
        self._sound = 0, 1  # how much of the text is whole, and how deep it is there

    def read(self) -> dict[str, Any]:
        """Return the object, with a `LongList` for each of its lists.

        Raises:
            DumpError: it would take too much memory.
        """
        ended = False
        while not ended and not self.is_cut:
            if self._feed.more():
                ended = self._take()
            else:
                self._cut(self._feed.place, b"")
        if self.is_long:
            return {}
        text = b"".join(self._text)
        self._allowance.spend(text)
        depth = 0 if ended else self._structure.depth
        value = self._parsed(text, depth)
        if isinstance(value, Broken) and not ended:
            size, depth = self._sound
            text = text[:size]  # the member that is not finished goes
            value = self._parsed(text, depth)
        if isinstance(value, Broken):
            self.why = value.why or "is not JSON"
            marked, lists = self._marked(text)
            value = _filled(self._salvaged(marked[1:] + b"}" * depth, 1), lists)
        return value if isinstance(value, dict) else {}

    def _take(self) -> bool:
        """Take the text up to the next list, and the list; return whether the object ends."""
        feed = self._feed
        data, at = feed.data, feed.at
        for places, kinds, depths in self._structure.windows(data, at):
            stops = depths <= 0
            if len(self._lists) < LIST_LIMIT:
                stops |= (kinds == LIST) & (depths <= _LEVELS + 1) & (depths > 1)
            hits = np.flatnonzero(stops)[:1]
            before = int(hits[0]) if len(hits) else len(places)
            commas = np.flatnonzero((kinds[:before] == COMMA) & (depths[:before] <= _LEVELS))[-1:]
            if len(commas):
                self._sound = self._size + int(places[commas[0]]) - at, int(depths[commas[0]])
            if not len(hits):
                continue
            stop, depth = int(places[hits[0]]), int(depths[hits[0]])
            feed.at = stop + 1
            self._add(data[at : stop + (depth <= 0)])
            if depth > 0:
                self._structure.begin(depth - 1)
                self._take_list()
                self._sound = self._size, depth - 1
            return depth <= 0
        feed.at = len(data)
        self._add(data[at:])
        return False

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        self.is_long = self.is_long or self._size > self._limit
        if self.is_long:
            self._text.clear()
        else:
            self._text.append(data)

    def _cut(self, place: int, rest: bytes) -> None:
        self.is_cut = True
        self.faults.append((place, Fault("bad-json", _CUT, rest)))

    def _take_list(self) -> None:
        feed = self._feed
        rows = LongList(self._store)
        # behind a page that lies in a list another page may begin as its posts do
        scanner = ElementScanner(feed.place, 0 if self._level else AHEAD)
        for part in scanner.cut(feed):
            is_long = part.overlong and self._level < _DEEPEST
            rows.add(self._opened(part, scanner) if is_long else part)
        self._lists.append((self._size, rows))
        if not scanner.closed and not self.is_cut:
            self._cut(scanner.place, scanner.rest)

    def _opened(self, part: Elements, scanner: ElementScanner) -> Part:
        """Return an element that is too long as an object whose lists are kept apart.

        It stays what it is where it is no such object.
        """
        begins = len(part.data) - len(part.data.lstrip())
        if part.data[begins : begins + 1] != b"{":
            return part
        feed = self._feed
        scanner.give_up(feed)
        feed.at += begins
        place = feed.place
        inner = Outline(feed, self._store, self._allowance, ELEMENT_LIMIT, self._level + 1)
        value = inner.read()
        scanner.go_on(feed)
        self.is_cut = inner.is_cut
        if inner.is_long or opening_of(value) is None:
            if self.is_cut:
                self._cut(place, b"")
            return part
        self.faults += inner.faults
        return Whole([settled(value, self._allowance, self.faults)], [place])

    def _parsed(self, text: bytes, depth: int) -> Any:
        """Return what a text says with the objects closed that are open at its end."""
        marked, lists = self._marked(text)
        value = parse_line(marked + b"}" * depth)
        if isinstance(value, Broken):
            return value
        return _filled(plain(value) if is_extended(marked) else value, lists)

    def _marked(self, text: bytes) -> tuple[bytes, dict[int, LongList]]:
        """Return a text with a number where each list was, and the lists by these numbers."""
        first = int(sha256(text).hexdigest()[:12], 16) + 10**15
        while b"%d" % first in text:
            first += 1
        pieces, lists, start = [], {}, 0
        for count, (place, rows) in enumerate(self._lists):
            if place > len(text):
                break
            number = first * 10_000 + count
            pieces += [text[start:place], b"%d" % number]
            lists[number] = rows
            start = place
        return b"".join((*pieces, text[start:])), lists

    def _salvaged(self, text: bytes, level: int) -> dict[str, Any]:
        """Return an object without its broken members, which are faults.

        Args:
            text: the object behind its first brace.
            level: how deep it lies.
        """
        found: dict[str, Any] = {}
        for part in ElementScanner(0).cut(Feed([text.rstrip()[:-1] + b"]"], 0)):
            for member in part:
                value = parse_line(b"{%b}" % member)
                inner = _MEMBER.fullmatch(member)
                if isinstance(value, dict):
                    found |= value
                elif inner is not None and level < _LEVELS:
                    key = parse_line(inner[1])
                    found[str(key)] = self._salvaged(inner[2] + b"}", level + 1)
                else:
                    why = value.why if isinstance(value, Broken) else ""
                    self.faults.append((None, Fault("bad-json", why or "is not JSON", member)))
        return found


def _filled(value: Any, lists: dict[int, LongList]) -> Any:
    """Put lists back where their numbers stand."""
    if isinstance(value, dict):
        return {key: _filled(item, lists) for key, item in value.items()}
    return lists.get(value, value) if type(value) is int else value


def settled(value: dict[str, Any], allowance: Allowance, faults: list[Placed]) -> dict[str, Any]:
    """Return a page or a post with those lists in memory that are no list of posts.

    Of a page those go that say nothing about its posts.

    Args:
        value: as `Outline` read it.
        allowance: of memory.
        faults: takes what is wrong with elements of these lists.

    Raises:
        DumpError: the lists would take too much memory.

    Example:
        >>> feed = Feed([b'{"text": "x", "tags": [{"name": "y"}, {"name": yes}]}'], 0)
        >>> allowance, faults = Allowance("a.json", False), []
        >>> with ElementStore("a.json") as store:
        ...     settled(Outline(feed, store, allowance, 100).read(), allowance, faults), len(faults)
        ({'text': 'x', 'tags': [{'name': 'y'}]}, 1)
    """
    opening = opening_of(value)
    stays = () if opening is None else (opening.rows, *opening.further, opening.also)
    needed = None
    if opening is not None:
        needed = (*(path for path, _, _ in opening.lookups.values()), *opening.above.values())

    def taken(item: Any, path: str) -> Any:
        if isinstance(item, dict):
            return {key: taken(inner, f"{path}{key}.") for key, inner in item.items()}
        if not isinstance(item, LongList) or path[:-1] in stays:
            return item
        if needed is not None and not any(path.startswith(f"{name}.") for name in needed if name):
            return []
        return _in_memory(item, allowance, faults)

    settled_value: dict[str, Any] = taken(value, "")
    return settled_value


def _in_memory(rows: LongList, allowance: Allowance, faults: list[Placed]) -> list[Any]:
    """Return the elements of a list, the broken ones left out and told."""
    for part in rows.parts():
        if isinstance(part, Elements):
            allowance.spend(part.data)
    found = []
    for place, item in rows.numbered():
        if isinstance(item, Fault):
            faults.append((place, item))
        else:
            found.append(item)
    return found
