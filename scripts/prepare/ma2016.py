"""Ma et al. 2016: a list of events with labels, and a JSON file of posts for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_lines, read_object

_LIST, _POSTS = "Weibo.txt", "Weibo"
_EVENT = re.compile(r"eid:(?P<id>\d+)\s+label:(?P<label>[01])(?:\s|$)")


def read_ma2016(folder: Path) -> Iterator[Entry]:
    """Yield the first post of every event; `label:1` is a rumor.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, (_LIST, _POSTS), ("rumdect",))
    for number, line in enumerate(read_lines(root / _LIST), 1):
        event = _EVENT.match(line)
        if event is None:
            yield Reject(f"{_LIST}, line {number}", "line is not 'eid:… label:…'")
            continue
        yield _read_event(root / _POSTS / f"{event['id']}.json", int(event["label"]))


def _read_event(path: Path, label: int) -> Entry:
    where = f"{_POSTS}/{path.name}"
    if not path.is_file():
        return Reject(where, "event has no file")
    posts = read_object(path)
    root = _root_of(posts, path.stem) if isinstance(posts, list) else None
    if root is None:
        return Reject(where, "file holds no first post")
    return Labeled(
        where,
        id=path.stem,
        # 'text' lacks the names and links that 'original_text' has
        text=root.get("original_text") or root.get("text"),
        label=label,
        posted_at=root.get("t"),
        account=str(root.get("uid") or ""),
    )


def _root_of(posts: list[Any], event_id: str) -> dict[str, Any] | None:
    """Return the post that opened the event: by id, else the first without a parent."""
    found = [post for post in posts if isinstance(post, dict)]
    named = [post for post in found if str(post.get("mid")) == event_id]
    return next(iter(named or [post for post in found if not post.get("parent")]), None)
