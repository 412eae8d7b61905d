"""CHEF: three JSON files of claims; 0 is supported, 1 refuted, 2 without enough evidence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_array

_FILES = ("train.json", "dev.json", "test.json")
_NO_EVIDENCE = 2


def read_chef(folder: Path) -> Iterator[Entry]:
    """Yield the claims of CHEF that are supported or refuted; the domain is the topic.

    The id is file and position, since the claim's own number need not be unique over files.

    Raises:
        LabeledError: the folder has another layout, or a file is damaged.
    """
    root = find_root(folder, _FILES, ("CHEF", "data/CHEF", "data"))
    for name in _FILES:
        for number, row in enumerate(read_array(root / name), 1):
            yield _read_claim(f"{name}, row {number}", f"{Path(name).stem}-{number}", row)


def _read_claim(where: str, row_id: str, row: Any) -> Entry:
    if not isinstance(row, dict):
        return Reject(where, "not a JSON object")
    label, domain = row.get("label"), row.get("domain")
    if label == _NO_EVIDENCE:
        return Reject(where, "not enough evidence for a judgment")
    if isinstance(label, bool) or label not in (0, 1):
        return Reject(where, "label is not 0, 1 or 2")
    return Labeled(
        where,
        id=row_id,
        # some rows call the claim a title, and so do the publishers' own scripts
        text=row.get("claim") or row.get("title"),
        label=label,
        topic=domain if isinstance(domain, str) else "",
    )
