"""CED: a JSON file a post; the folder that holds its reposts tells the label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, list_files, read_object

_POSTS = "original-microblog"
_LABELS = {"rumor-repost": 1, "non-rumor-repost": 0}


def read_ced(folder: Path) -> Iterator[Entry]:
    """Yield the posts of CED.

    A file is named `<number>_<post>_<account>.json`. Its content has no account and no label:
    the account is in the name, the label in which of two folders has a file of that name.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, (_POSTS, *_LABELS), ("CED_Dataset",))
    labels: dict[str, set[int]] = {}
    for name, label in _LABELS.items():
        for path in list_files(root / name, ".json"):
            labels.setdefault(path.name, set()).add(label)
    for path in list_files(root / _POSTS, ".json"):
        yield _read_post(path, labels.get(path.name, set()))


def _read_post(path: Path, labels: set[int]) -> Entry:
    place, _, account = path.stem.rpartition("_")
    where = f"{_POSTS}/{place}"
    if place.count("_") != 1:
        return Reject(where, "file is not named number_post_account")
    if len(labels) != 1:
        return Reject(where, "in both repost folders" if labels else "in no repost folder")
    post = read_object(path)
    if not isinstance(post, dict):
        return Reject(where, "not a JSON object")
    return Labeled(
        where,
        id=place.partition("_")[2],
        text=post.get("text"),
        label=labels.pop(),
        posted_at=post.get("time"),
        account=account,
    )
