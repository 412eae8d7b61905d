"""Ways into objects: keys, joined by dots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_DEPTH = 3


def keys_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of objects in order of appearance; those of objects within by dotted path.

    Example:
        >>> keys_of([{"id": 1, "user": {"name": "小禾"}}, {"text": ""}])
        ['id', 'user', 'user.name', 'text']
    """
    found: dict[str, None] = {}

    def walk(row: Mapping[str, Any], path: str, depth: int) -> None:
        for key, value in row.items():
            name = f"{path}{key}"
            found.setdefault(name)
            if isinstance(value, Mapping) and depth < _DEPTH:
                walk(value, f"{name}.", depth + 1)

    for row in rows:
        walk(row, "", 1)
    return list(found)


def value_at(row: Any, path: Sequence[str]) -> Any:
    """Return what lies at a path of keys, or None.

    Example:
        >>> value_at({"user": {"id": "7"}}, ("user", "id"))
        '7'
    """
    for key in path:
        if not isinstance(row, Mapping):
            return None
        row = row.get(key)
    return row
