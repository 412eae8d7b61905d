"""Which lists of a parsed document are its posts, and which are of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rumorscan.readers.layouts.finding import OTHER_LAYOUT, layout_of
from rumorscan.readers.objects.long_lists import LongList
from rumorscan.readers.objects.pages import opening_of
from rumorscan.readers.objects.paths import keys_of
from rumorscan.readers.objects.rows import SAMPLE_ROWS

Items = list[Any] | LongList
"""The elements of a list, or what stands for them."""


def is_row(value: dict[str, Any]) -> bool:
    """Whether an object is a post or a page of posts, and not what holds a list of them.

    Example:
        >>> is_row({"account_id": "7", "text": "停水"}), is_row({"rows": [{"text": "停水"}]})
        (True, False)
    """
    return opening_of(value) is not None or find_items(value) in (None, [value])


def find_items(value: Any) -> Items | None:
    """Return the posts of a document, or the pages that hold them; None where there are none.

    A document that is itself a page or a post is the only one. Else the posts are the longest
    list of objects at its top.

    Example:
        >>> find_items({"tags": ["x"], "rows": [{"id": 1}]})
        [{'id': 1}]
        >>> find_items({"_id": "1", "content": "停水", "created_at": "", "user": {"_id": "7"}})
        [{'_id': '1', 'content': '停水', 'created_at': '', 'user': {'_id': '7'}}]
    """
    return max(find_lists(value).values(), key=len, default=None)


def find_lists(value: Any) -> dict[str, Items]:
    """Return the lists of objects at the top of a document, by the dotted paths to them.

    Posts that stand by their ids are a list as well.

    Example:
        >>> find_lists({"data": {"users": [{"id": 7}], "rows": [{"id": 1}]}})
        {'data.users': [{'id': 7}], 'data.rows': [{'id': 1}]}
        >>> post = {"account_id": "a", "text": "停水"}
        >>> len(find_lists({"posts": {"p1": post, "p2": post}})["posts"])
        2
    """
    kinds: dict[frozenset[str], str] = {}  # a document may have very many objects

    def kind(item: Any) -> str:
        names = frozenset(keys_of([item]) if isinstance(item, dict) else ())
        if names not in kinds:
            kinds[names] = _layout_of([item])
        return kinds[names]

    def walk(value: Any, name: str, depth: int) -> Iterator[tuple[str, Items]]:
        if isinstance(value, LongList):
            if value.has_objects:
                yield name, value
        elif isinstance(value, list):
            if any(isinstance(item, dict) for item in value):
                yield name, value
        elif isinstance(value, dict):
            inner = list(value.values())
            if opening_of(value) or kind(value):
                yield name, [value]
            elif inner and kind(inner[0]) and len({*map(kind, inner[:SAMPLE_ROWS])}) == 1:
                yield name, inner
            elif depth:
                for key, item in value.items():
                    yield from walk(item, f"{name}.{key}" if name else key, depth - 1)

    return dict(walk(value, "", 2))


def choose_lists(lists: dict[str, Items]) -> tuple[list[Items], dict[str, Items]]:
    """Return the longest list of posts and those of its layout; and the others by their paths.

    Example:
        >>> post = {"account_id": "a", "text": "停水"}
        >>> choose_lists({"users": [{"id": 7}, {"id": 8}], "rows": [post]})
        ([[{'account_id': 'a', 'text': '停水'}]], {'users': [{'id': 7}, {'id': 8}]})
    """
    if len(lists) < 2:
        return list(lists.values()), {}
    layouts = {name: _layout_of(_head(items)) for name, items in lists.items()}
    longest = max(lists, key=lambda name: (layouts[name] != "", len(lists[name])))
    others = {
        name: items
        for name, items in lists.items()
        if name != longest and not layouts[name] == layouts[longest] != ""
    }
    return [items for name, items in lists.items() if name not in others], others


def _head(items: Items) -> list[Any]:
    """Return the first elements."""
    return items.head(SAMPLE_ROWS) if isinstance(items, LongList) else items[:SAMPLE_ROWS]


def _layout_of(items: list[Any]) -> str:
    """Return the name of the layout of posts that objects have; empty where they have none."""
    layout = layout_of(set(keys_of([item for item in items if isinstance(item, dict)])))
    return "" if layout is OTHER_LAYOUT or layout.holds != "posts" else layout.name
