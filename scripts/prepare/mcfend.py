"""MCFEND: a table of news from many sites, judged by several fact-checkers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_table

_FILE = "news.csv"
_COLUMNS = ("news_id", "content", "label", "platform")
_LABELS = {"谣言": 1, "事实": 0}


def read_mcfend(folder: Path) -> Iterator[Entry]:
    """Yield the rows of MCFEND that are judged 谣言 or 事实; the platform is part of the source.

    Other judgments, such as half true or unproven, are neither false nor true.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, (_FILE,), ("MCFEND", "mcfend"))
    for number, row in read_table(root / _FILE, _COLUMNS):
        where, label = f"{_FILE}, row {number}", row["label"].strip()
        if not row["news_id"].strip():
            yield Reject(where, "no id")
        elif not label:
            yield Reject(where, "no label")
        elif label not in _LABELS:
            yield Reject(where, "judged neither 谣言 nor 事实")
        else:
            yield Labeled(
                where,
                id=row["news_id"].strip(),
                text=row["content"].strip() or row.get("title", ""),
                label=_LABELS[label],
                posted_at=row.get("publish_time", ""),
                topic=row.get("hashtag", "").strip(),
                source=row["platform"].strip(),
            )
