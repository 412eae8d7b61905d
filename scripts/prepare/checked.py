"""CHECKED: a JSON file a post, in a folder of false and one of true posts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, list_files, read_object

_LABELS = {"fake_news": ("fake", 1), "real_news": ("real", 0)}
_TOPIC = "COVID-19"


def read_checked(folder: Path) -> Iterator[Entry]:
    """Yield the posts of CHECKED; folder and the field `label` must agree.

    The field `analysis` says why a post is false. It stands beside false posts only and is left
    out, as are comments and reposts.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, tuple(_LABELS), ("dataset",))
    for name, (word, label) in _LABELS.items():
        for path in list_files(root / name, ".json"):
            yield _read_post(path, word, label)


def _read_post(path: Path, word: str, label: int) -> Entry:
    where = f"{path.parent.name}/{path.name}"
    post = read_object(path)
    if not isinstance(post, dict):
        return Reject(where, "not a JSON object")
    if post.get("label") != word:
        return Reject(where, "label contradicts the folder")
    return Labeled(
        where,
        id=str(post.get("id") or path.stem),
        text=post.get("text"),
        label=label,
        posted_at=post.get("date"),
        account=str(post.get("user_id") or ""),
        topic=_TOPIC,
    )
