"""Pages: objects that hold posts, and what they say about them.

An answer of an interface, an export of a chat, a user with its posts.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rumorscan.readers.layouts.catalog import OPENINGS
from rumorscan.readers.layouts.shapes import Opening
from rumorscan.readers.objects.paths import is_object, value_at

Numbered = tuple[Any, Any]
"""The number of the row in the file that something comes from, or its place, and the thing."""
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


def may_open(items: Sequence[Any]) -> bool:
    """Whether the keys of objects, all taken together, are those of some opening.

    Example:
        >>> may_open([{"user": {}}, {"weibo": []}]), may_open([{"text": "停水"}])
        (True, False)
    """
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
