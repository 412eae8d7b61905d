"""Posts inside posts: each becomes a row of its own.

What a post reposts, quotes or answers is often carried along by many posts. It is read once, and
only where the file does not have it as a post of its own; so it comes after the rows that carry
it, at the end of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.intake.holds import Hold
from rumorscan.readers.layouts.aliases import ALIASES
from rumorscan.readers.layouts.catalog import OPENINGS, OTHER_LAYOUT
from rumorscan.readers.layouts.finding import layout_of
from rumorscan.readers.layouts.shapes import Branch, Layout
from rumorscan.readers.objects.pages import Found, Numbered, may_open, opened, opening_of
from rumorscan.readers.objects.paths import is_object, keys_of, value_at
from rumorscan.readers.values.arrays import Column

PENDING_LIMIT = 100_000
"""Posts that wait for the end of the file at most; further ones are read where they are met."""
REST_ROWS = 4_096
"""Of what waited for the end of the file, so many rows are read together."""
_DEEPEST = 64
_VALUE = rb'\s*+:\s*+(?!null|""|\[\s*\]|\{\s*\})'


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
        opens = may_open(sample) and any(opening_of(item) for item in sample)
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

    def holds_none(self, data: bytes) -> bool:
        r"""Tell whether no object of some lines of JSON holds others, by its keys.

        Example:
            >>> from rumorscan.readers.layouts.finding import layout_named
            >>> nesting = Nesting(layout_named("weibospider"))
            >>> nesting.holds_none(b'{"_id": "1", "retweet": null}\n{"_id": "2"}\n')
            True
            >>> nesting.holds_none(b'{"_id": "1", "retweet": {"_id": "3"}}\n')
            False
        """
        branches = {branch.path.split(".")[0] for branch in self.layout.branches}
        if any(_has_value(data, key) for key in {*branches, *self.layout.keyed}):
            return False
        return not any(
            all(b'"%b"' % mark.split(".")[0].encode() in data for mark in opening.marks)
            for opening in OPENINGS
        )

    def knows(self, names: Iterable[str]) -> bool:
        """Tell whether the ids of posts lie in columns of those names, as far as is known here."""
        return {*names} <= {*self._ids}

    def know(self, columns: Mapping[str, Column]) -> None:
        """Remember the ids of rows that hold no others.

        Args:
            columns: what is read of the rows, by the names of `FieldMap.reads`.
        """
        ids = [columns[name] for name in columns if name.split("~")[0] == "post_id"]
        texts = [pc.cast(values, pa.string()) for values in ids]
        if texts:
            texts = [pc.if_else(pc.equal(values, ""), None, values) for values in texts]
            names = pc.coalesce(*texts).drop_null().to_pylist()
            self.hold.own |= dict.fromkeys(names)

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


def _has_value(data: bytes, key: str) -> bool:
    """Tell whether a key has a value that is not empty somewhere in JSON."""
    name = b'"%b"' % key.encode()
    return name in data and re.search(re.escape(name) + _VALUE, data) is not None


def _unknown(number: int) -> int | None:
    """Return no offset: what is read has none, or it is told elsewhere."""
    del number
    return None
