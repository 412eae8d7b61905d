"""Weibo21: two files of JSON lines, one of false and one of true posts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_json_lines
from rumorscan.errors import LabeledError

_LABELS = {"fake_release_all.json": 1, "real_release_all.json": 0}
_WORDS = {"fake": 1, "real": 0}
_UNSURE = "无法确定"


def read_weibo21(folder: Path) -> Iterator[Entry]:
    """Yield the posts of Weibo21; the category is the topic.

    The file tells the label, for the coding of the field `label` is nowhere documented; where
    the field is a word, it must agree.

    Raises:
        LabeledError: the folder has another layout, or only pickled files.
    """
    if any(folder.rglob("*.pkl")) and not any(folder.rglob("*_release_all.json")):
        raise LabeledError(
            f"{folder}: holds pickled files, which can run code and are never loaded; "
            f"ask the publishers for the release with '{next(iter(_LABELS))}'"
        )
    root = find_root(folder, tuple(_LABELS), ("origin", "data"))
    for name, label in _LABELS.items():
        for number, row in read_json_lines(root / name):
            yield _read_row(f"{name}, line {number}", row, label)


def _read_row(where: str, row: dict[str, Any] | None, label: int) -> Entry:
    if row is None:
        return Reject(where, "not a JSON object")
    if not row.get("id"):
        return Reject(where, "no id")
    if _WORDS.get(str(row.get("label")).lower(), label) != label:
        return Reject(where, "label contradicts the file")
    category = row.get("category")
    return Labeled(
        where,
        id=str(row["id"]),
        text=row.get("content"),
        label=label,
        posted_at=row.get("timestamp"),
        topic=category if isinstance(category, str) and category != _UNSURE else "",
    )
