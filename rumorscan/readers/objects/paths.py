"""Ways into objects: keys, joined by dots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

_DEPTH = 3
_PLAIN = frozenset({str, int, float, bool, type(None), list})
"""Types of values that hold no keys."""


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a mapping; to ask the abstract class only takes ten times as long.

    Example:
        >>> is_object({}), is_object([])
        (True, False)
    """
    return type(value) is dict or isinstance(value, Mapping)


def keys_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of objects in order of appearance; those of objects within by dotted path.

    Example:
        >>> keys_of([{"id": 1, "user": {"name": "小禾"}}, {"text": ""}])
        ['id', 'user', 'user.name', 'text']
    """
    found: dict[str, None] = {}
    met: set[tuple[str, ...]] = set()

    def walk(row: Mapping[str, Any], path: str, depth: int) -> None:
        for key, value in row.items():
            name = f"{path}{key}"
            found.setdefault(name)
            if isinstance(value, Mapping) and depth < _DEPTH:
                walk(value, f"{name}.", depth + 1)

    for row in rows:
        keys = tuple(row)
        if keys not in met or not _PLAIN.issuperset(map(type, row.values())):
            walk(row, "", 1)
            met.add(keys)
    return list(found)


def value_at(row: Any, path: Sequence[str]) -> Any:
    """Return what lies at a path of keys, or None.

    Example:
        >>> value_at({"user": {"id": "7"}}, ("user", "id"))
        '7'
    """
    for key in path:
        if not is_object(row):
            return None
        row = row.get(key)
    return row
