"""Posts inside posts, and posts inside pages: each becomes a row of its own.

What a post reposts, quotes or answers is often carried along by many posts. It is read once, and
only where the file does not have it as a post of its own; so it comes after the rows that carry
it, at the end of the file.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rumorscan.readers.intake.holds import Hold
from rumorscan.readers.layouts.aliases import ALIASES
from rumorscan.readers.layouts.catalog import OPENINGS, OTHER_LAYOUT
from rumorscan.readers.layouts.finding import layout_of
from rumorscan.readers.layouts.shapes import Branch, Layout, Opening
from rumorscan.readers.objects.paths import is_object, keys_of, value_at

Numbered = tuple[Any, Any]
"""The number of the row in the file that something comes from, or its place, and the thing."""
PENDING_LIMIT = 100_000
"""Posts that wait for the end of the file at most; further ones are read where they are met."""
REST_ROWS = 4_096
"""Of what waited for the end of the file, so many rows are read together."""
_DEEPEST = 64
_NO_DIGITS = re.compile(r"\D")
_ROOTS = frozenset(opening.marks[0].split(".")[0] for opening in OPENINGS)
"""Of these keys every object has one that holds posts."""


class KeptRows(ABC):
    """Rows of an object that are not held in memory with it."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many they are."""

    @abstractmethod
    def numbered(self) -> Iterator[Numbered]:
        """Yield the rows, each with a number of its own."""


@dataclass(slots=True)
class Found:
    """A row that was found in an object.

    Attributes:
        row: the post; not yet freed of the posts in it.
        number: of the row in the file that it comes from.
        cited: whether others merely refer to it.
    """

    row: Any
    number: int
    cited: bool = False


def opening_of(item: Any) -> Opening | None:
    """Return how an object holds posts, or None where it is no such object.

    Example:
        >>> opening_of({"user": {}, "weibo": []}).rows, opening_of({"text": "停水"})
        ('weibo', None)
    """
    if not is_object(item) or _ROOTS.isdisjoint(item):
        return None
    return next(
        (
            opening
            for opening in OPENINGS
            if all(_has(item, mark) for mark in opening.marks)
            and isinstance(value_at(item, opening.rows.split(".")), (list, Mapping, KeptRows))
        ),
        None,
    )


def _may_open(items: Sequence[Any]) -> bool:
    """Whether the keys of objects, all taken together, are those of some opening."""
    keys = set[str]().union(*(item for item in items if is_object(item)))
    return any(
        all(mark in keys or mark.split(".")[0] in keys for mark in opening.marks)
        for opening in OPENINGS
    )


def _has(item: Mapping[str, Any], mark: str) -> bool:
    return mark in item or ("." in mark and value_at(item, mark.split(".")) is not None)


def opened(item: Any, number: int = 0, several: bool = False, depth: int = 0) -> Iterator[Found]:
    """Yield the posts that an object holds, or the object where it is a post itself.

    Args:
        item: what may hold posts.
        number: of the row that it is; posts of a long list have numbers of their own.
        several: whether it is one of several.
        depth: how many objects it lies in.

    Example:
        >>> page = {"user": {"id": "7"}, "weibo": [{"id": 1}, {"id": 2}]}
        >>> [found.row for found in opened(page)]
        [{'user': {'id': '7'}, 'id': 1}, {'user': {'id': '7'}, 'id': 2}]
    """
    opening = opening_of(item) if depth < _DEEPEST else None
    if opening is None:
        yield Found(item, number)
        return
    given = {
        key: value
        for key, path in opening.above.items()
        if (value := value_at(item, path.split(".")) if path else _plain_values(item))
    }
    scope = f"{item.get('id')}/" if several and opening.scoped else ""
    tables = {
        key: (own, {str(entry.get(other)): entry for entry in _objects(item, path)})
        for key, (path, own, other) in opening.lookups.items()
    }
    lists = [
        (*_inner(value_at(item, path.split(".")) if path else None, number), path == opening.also)
        for path in (opening.rows, *opening.further, opening.also)
    ]
    count = sum(length for length, _, _ in lists)
    for _, rows, cited in lists:
        for own_number, row in rows:
            dressed = row
            if is_object(row):
                dressed = _scoped({**given, **row, **_found(row, tables)}, opening, scope)
            for found in opened(dressed, own_number, count > 1, depth + 1):
                yield Found(found.row, found.number, found.cited or cited)


def _inner(value: Any, number: int) -> tuple[int, Iterable[Numbered]]:
    """Return how many rows an object has, and the rows."""
    if isinstance(value, KeptRows):
        return len(value), value.numbered()
    rows = [value] if is_object(value) else list(value or [])
    return len(rows), ((number, row) for row in rows)


def _found(
    row: Mapping[str, Any], tables: Mapping[str, tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    """Return what the tables of a page have about a row."""
    if not tables:
        return {}
    hits = {key: table.get(str(row.get(own))) for key, (own, table) in tables.items()}
    return {key: hit for key, hit in hits.items() if hit and key not in row}


def _scoped(row: dict[str, Any], opening: Opening, scope: str) -> dict[str, Any]:
    for name in opening.scoped:
        if row.get(name) is not None:
            other = str(row.get(opening.elsewhere.get(name, "")) or "")
            home = f"{_NO_DIGITS.sub('', other)}/" if other else scope  # channel123 has the id 123
            row[name] = f"{home}{row[name]}" if home else row[name]
    return row


def _plain_values(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in item.items() if not isinstance(value, (list, dict, KeptRows))
    }


def _objects(item: Any, path: str) -> list[Any]:
    entries = value_at(item, path.split("."))
    return [entry for entry in entries or [] if is_object(entry)]


class Nesting:
    """Frees posts from the posts in them, for one file.

    Args:
        layout: how the posts are written.

    Attributes:
        hold: what waits for the end of the file: number, offset and row.
        offset: row number to where the row begins that is being read, if that is known.
        offsets: the same for the rows that carried along what `rest` has yielded.

    Example:
        >>> from rumorscan.readers.layouts.finding import layout_named
        >>> nesting = Nesting(layout_named("weibo-archiver"))
        >>> comment = {"id": "c", "text": "真的吗", "user": {"uid": "8"}}
        >>> post = {"id": "p", "userId": "7", "text": "停水", "comments": [comment]}
        >>> rows = [row for _, row in nesting.rows([(1, post)])]
        >>> rows[0]
        {'id': 'p', 'userId': '7', 'text': '停水'}
        >>> [rows[1][name] for name in ("@kind", "@parent_id", "@root_id")]
        ['comment', 'p', 'p']
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._ids = layout.columns.get("post_id", ALIASES["post_id"])
        self._id_paths = [column.split(".") for column in self._ids]
        self._texts = layout.columns.get("text", ALIASES["text"])
        self.hold: Hold[tuple[Any, int | None, Any]] = Hold(list, tuple)
        self.offset: Callable[[int], int | None] = _unknown
        self.offsets: dict[int, int | None] = {}

    @classmethod
    def of(cls, sample: Sequence[Any], layout: Layout | None = None) -> Nesting | None:
        """Return the nesting of a file by its first objects, or None where there is none."""
        opens = _may_open(sample) and any(opening_of(item) for item in sample)
        posts = [found.row for item in sample for found in opened(item)] if opens else sample
        posts = [post for post in posts if is_object(post)]
        chosen = layout or layout_of(set(keys_of(posts))) if posts else OTHER_LAYOUT
        return cls(chosen) if opens or chosen.branches or chosen.keyed else None

    def sampled(self, sample: Iterable[Any]) -> list[Mapping[str, Any]]:
        """Return the rows of the first objects, without remembering them."""
        probe = Nesting(self.layout)
        numbered = ((0, item) for item in sample)
        rows = [row for _, row in (*probe.rows(numbered), *probe.rest())]
        return [row for row in rows if is_object(row)]

    def rows(self, items: Iterable[Numbered]) -> Iterator[Numbered]:
        """Yield the rows of objects; what is no object is yielded as it is."""
        for found in self.found(items):
            yield from self.rows_of(found)

    def found(self, items: Iterable[Numbered]) -> Iterator[Found]:
        """Yield the posts that objects hold, not yet freed of the posts in them."""
        for number, item in items:
            yield from opened(item, number)

    def rows_of(self, found: Found) -> Iterator[Numbered]:
        """Yield the rows of a post that was found; each must be taken before the next one."""
        if found.cited:
            yield from self._later(found.number, found.row, {})
        else:
            yield from self._unrolled(found.number, found.row, {})

    def rest(self) -> Iterator[Numbered]:
        """Yield what others carried along and the file did not have by itself."""
        for part in self.rest_in_parts(1):
            yield from part

    def rest_in_parts(self, count: int) -> Iterator[list[Numbered]]:
        """Yield the same in parts of at least so many rows; between them it can be gone on with."""
        part: list[Numbered] = []
        self.offset = self.offsets.get
        for number, offset, row in self.hold.unload():
            self.offsets[number] = offset
            part += self._unrolled(number, row, row.pop("@told", {}))
            if len(part) >= count:
                yield part
                part = []
        if part:
            yield part

    def _unrolled(self, number: int, row: Any, told: dict[str, Any]) -> Iterator[Numbered]:
        """Yield a row, then the rows in it, with what is told about each."""
        stack = [(row, told, 0)]
        while stack:
            row, told, depth = stack.pop()
            if not is_object(row):
                yield number, row
                continue
            own = {**row, **told}
            self._key_lists(own)
            inner: list[tuple[Any, dict[str, Any], int]] = []
            later: list[tuple[Any, dict[str, Any]]] = []
            name = self._id_of(own)
            for branch in self.layout.branches if depth < _DEEPEST else ():
                self._take(own, branch, name, (inner, later, depth))
            if name is not None:
                self.hold.own[name] = None
            yield number, own
            for carried, about in later:
                yield from self._later(number, carried, about)
            stack.extend(reversed(inner))

    def _take(
        self,
        own: dict[str, Any],
        branch: Branch,
        name: str | None,
        found: tuple[list[tuple[Any, dict[str, Any], int]], list[tuple[Any, dict[str, Any]]], int],
    ) -> None:
        """Take what lies on a branch out of a row."""
        inner, later, depth = found
        path = branch.path.split(".")
        lies = value_at(own, path)
        if not lies or not isinstance(lies, (list, Mapping)):
            return
        if branch.kind in ("source", "cited"):
            self._refer(own, path, lies if is_object(lies) else lies[0])
            carried = [lies] if is_object(lies) else lies
            if branch.kind == "source" and (source := self._id_of(carried[0])) is not None:
                own |= {"@kind": "repost"}
                own |= dict.fromkeys(("@repost_of", "@parent_id", "@root_id"), source)
            later.extend((each, {}) for each in carried if self._is_whole(each))
            return
        own.pop(path[0])
        root = own.get("@root_id") if own.get("@kind") == "comment" else None
        told = {"@kind": branch.kind, "@parent_id": name, "@root_id": root or name}
        if branch.kind == "repost":
            told["@repost_of"] = name
        inner.extend(
            (each, told, depth + 1) for each in (lies if isinstance(lies, list) else [lies])
        )

    def _refer(self, own: dict[str, Any], path: list[str], carried: Any) -> None:
        """Leave of a post in a row only what it is called."""
        names = (*self._ids, "type")
        called = {key: carried[key] for key in names if key in carried} if carried else {}
        parent = own
        for key in path[:-1]:
            parent[key] = dict(parent[key])
            parent = parent[key]
        parent[path[-1]] = called

    def _is_whole(self, post: Any) -> bool:
        return is_object(post) and any(
            value_at(post, column.split(".")) is not None for column in self._texts
        )

    def _later(self, number: int, row: Any, told: dict[str, Any]) -> Iterator[Numbered]:
        name, hold = self._id_of(row), self.hold
        if name is None or (len(hold.waiting) >= PENDING_LIMIT and name not in hold.own):
            yield from self._unrolled(number, row, told)
        elif name not in hold.own and name not in hold.waiting:
            waits = {**row, "@told": told} if told else dict(row)
            hold.waiting[name] = number, self.offset(number), waits

    def _key_lists(self, own: dict[str, Any]) -> None:
        for path, key in self.layout.keyed.items():
            entries = own.get(path)
            if isinstance(entries, list):
                own[path] = {
                    str(entry[key]): dict(entry)
                    for entry in entries
                    if is_object(entry) and key in entry
                }

    def _id_of(self, row: Any) -> str | None:
        if not is_object(row):
            return None
        for first, *further in self._id_paths:
            value = row.get(first)
            if further:
                value = value_at(value, further)
            if value is not None and value != "":
                return str(value)
        return None


def _unknown(number: int) -> int | None:
    """Return no offset: what is read has none, or it is told elsewhere."""
    del number
    return None
