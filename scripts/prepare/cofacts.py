"""Cofacts: messages that readers reported, and what volunteers replied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_table
from rumorscan.errors import LabeledError

_MESSAGES, _REPLIES = "articles.csv", "article_replies.csv"
_LABELS = {"RUMOR": 1, "NOT_RUMOR": 0}
# the name in an early description of the files
_OTHER_NAMES = {"NON_RUMOR": "NOT_RUMOR"}


def read_cofacts(folder: Path) -> Iterator[Entry]:
    """Yield the messages that all replies that count call a rumor, or all call none.

    A reply counts where its link to the message stands (`NORMAL`) and no more readers found it
    useless than useful.

    Raises:
        LabeledError: the folder has another layout.
    """
    messages, replies = _find(folder, _MESSAGES), _find(folder, _REPLIES)
    linked, counting = _read_replies(replies)
    for number, row in read_table(messages, ("id", "text", "createdAt")):
        where = f"{_MESSAGES}, row {number}"
        if not row["id"]:
            yield Reject(where, "no id")
        elif row.get("articleType") not in (None, "", "TEXT"):
            yield Reject(where, "picture, sound or video")
        elif row.get("status") not in (None, "", "NORMAL"):
            yield Reject(where, "message was blocked")
        elif row["id"] not in linked:
            yield Reject(where, "no reply")
        elif (kind := _agreed(counting.get(row["id"], set()))) in _LABELS:
            yield Labeled(
                where,
                id=row["id"],
                text=row["text"],
                label=_LABELS[kind],
                posted_at=row["createdAt"],
                account=row.get("userIdsha256") or row.get("userIdsha") or "",
            )
        else:
            yield Reject(where, kind)


def _find(folder: Path, name: str) -> Path:
    """Return a table, unpacked or as the `.zip` that is published."""
    for form in (name, f"{name}.zip"):
        try:
            return find_root(folder, (form,), ("data",)) / form
        except LabeledError as error:
            refused = error
    raise refused


def _read_replies(path: Path) -> tuple[set[str], dict[str, set[str]]]:
    """Return the messages with a standing link to a reply, and the kinds of those that count."""
    needed = ("articleId", "replyType", "status", "negativeFeedbackCount", "positiveFeedbackCount")
    linked: set[str] = set()
    counting: dict[str, set[str]] = {}
    for _, row in read_table(path, needed):
        if row["status"] != "NORMAL":
            continue
        linked.add(row["articleId"])
        if _number(row["negativeFeedbackCount"]) <= _number(row["positiveFeedbackCount"]):
            kind = _OTHER_NAMES.get(row["replyType"], row["replyType"])
            counting.setdefault(row["articleId"], set()).add(kind)
    return linked, counting


def _number(cell: str) -> int:
    return int(cell) if cell.isdecimal() else 0


def _agreed(kinds: set[str]) -> str:
    """Return the one kind that all replies are of, or why there is no label."""
    if not kinds:
        return "readers rejected every reply"
    if len(kinds) > 1:
        return "replies disagree"
    (kind,) = kinds
    return {"OPINIONATED": "an opinion", "NOT_ARTICLE": "not for checking"}.get(
        kind, kind if kind in _LABELS else "reply of an unknown kind"
    )
