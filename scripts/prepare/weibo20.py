"""Weibo20 (STANKER): the test file of each of five folds; the post and its comments in one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_cells
from prepare.weibo_ids import time_of

_FOLDS = tuple(f"{fold}/chronological_order/test.csv" for fold in range(1, 6))
_COMMENTS = " sep "
# the publishers put it in place of a link, without spaces and once for each
_LINKS = re.compile(r"(?:link)+(?![A-Za-z])")


def read_weibo20(folder: Path) -> Iterator[Entry]:
    """Yield the posts of Weibo20, without their comments.

    Every post is in the test file of one fold, so the five together are the set; the training
    files and the other order repeat it. The time is that of the post id.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, _FOLDS, ("processed_datasets/Weibo20", "Weibo20"))
    for name in _FOLDS:
        for number, cells in read_cells(root / name):
            yield _read_row(f"{name}, row {number}", cells)


def _read_row(where: str, cells: list[str]) -> Entry:
    if len(cells) != 3:
        return Reject(where, "row has not three cells")
    mid, text, label = (cell.strip() for cell in cells)
    if not re.fullmatch(r"[0-9]{9,18}", mid):
        return Reject(where, "post id is not a number")
    if label not in ("0", "1"):
        return Reject(where, "label is neither 0 nor 1")
    post = f" {text} ".split(_COMMENTS, 1)[0]
    return Labeled(
        where,
        id=mid,
        text=_LINKS.sub("", post).strip(),
        label=int(label),
        posted_at=time_of(mid),
    )
