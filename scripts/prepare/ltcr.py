"""LTCR: one CSV file; 0 is false, 1 true, 2 undecided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_table

_FILE = "LTCR.csv"
_COLUMNS = ("id", "title", "text", "provement", "label", "time")
_LABELS = {"0": 1, "1": 0}
_UNDECIDED = "2"


def read_ltcr(folder: Path) -> Iterator[Entry]:
    """Yield the rows of LTCR that are judged true or false.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, (_FILE,), ("data",))
    for number, row in read_table(root / _FILE, _COLUMNS):
        where, label = f"{_FILE}, row {number}", row["label"].strip()
        if label == _UNDECIDED:
            yield Reject(where, "undecided")
        elif label not in _LABELS:
            yield Reject(where, "label is not 0, 1 or 2")
        else:
            yield Labeled(
                where,
                id=row["id"].strip(),
                text=row["title"] if _is_answered(row) else row["text"],
                label=_LABELS[label],
                posted_at=row["time"],
            )


def _is_answered(row: dict[str, str]) -> bool:
    """Say whether the title asks and the text answers, so that the label speaks of the title.

    About 120 rows come from a page of questions and answers. Their text denies what the label
    calls false: written as a false text it would teach that denials are rumors.
    """
    return not row["provement"].strip() and row["title"].rstrip().endswith(("？", "?"))
