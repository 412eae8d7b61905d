"""Weibo16 (Jin et al. 2017): four text files, three lines a post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from prepare.entries import Entry, Labeled, Reject
from prepare.files import find_root, read_lines

_FOLDER = "tweets"
_LABELS = {
    "train_rumor.txt": 1,
    "train_nonrumor.txt": 0,
    "test_rumor.txt": 1,
    "test_nonrumor.txt": 0,
}
_HEAD = re.compile(r"\d{9,20}\|(?:[^|]*\|){8}")
_TIME, _ACCOUNT = 4, 9


def read_weibo16(folder: Path) -> Iterator[Entry]:
    """Yield the posts of Weibo16.

    The first line of a post has 15 fields between `|`: post, name, two links, time, whether
    original, three counts, account, and more about the account; the second links to images;
    the third is the text.

    Raises:
        LabeledError: the folder has another layout.
    """
    root = find_root(folder, tuple(_LABELS), (_FOLDER, f"weibo/{_FOLDER}"))
    for name, label in _LABELS.items():
        yield from _read_file(root / name, label)


def _read_file(path: Path, label: int) -> Iterator[Entry]:
    """Yield a file's posts; lines lost or doubled cost one post, not the rest of the file."""
    lines = read_lines(path)
    heads = [row for row, line in enumerate(lines) if _HEAD.match(line)]
    if lines and (not heads or heads[0] > 0):
        yield Reject(f"{path.name}, line 1", "lines before the first post")
    for start, stop in zip(heads, [*heads[1:], len(lines)], strict=True):
        where = f"{path.name}, line {start + 1}"
        if stop - start != 3:
            yield Reject(where, "post is not three lines")
            continue
        fields = lines[start].split("|")
        yield Labeled(
            where,
            id=fields[0],
            text=lines[start + 2],
            label=label,
            posted_at=fields[_TIME].strip(),
            account=fields[_ACCOUNT].strip(),
        )
