"""Post ids that are there more than once: kept, counted, and told apart by file and row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.posts import InputReport

Keys: TypeAlias = npt.NDArray[np.int64]
_DIGITS = 18
_AT_ONCE = 65_536


def keys_of_ids(ids: pa.Array) -> Keys:
    """Return a number for each id; the same for the same id, and hardly ever for another.

    Example:
        >>> one, other, again = keys_of_ids(pa.array(["12", "012", "12"]))
        >>> bool(one == again), bool(one == other)
        (True, False)
    """
    plain = pc.and_not(pc.ascii_is_decimal(ids), pc.starts_with(ids, "0"))
    plain = pc.and_(plain, pc.less_equal(pc.binary_length(ids), _DIGITS))
    is_number = np.asarray(plain)
    keys = np.empty(len(ids), np.int64)
    keys[is_number] = np.asarray(ids.filter(plain).cast(pa.int64()))
    others = ids.filter(pc.invert(plain)).to_numpy(zero_copy_only=False)
    keys[~is_number] = np.fromiter(map(hash, others), np.int64, len(others))
    return keys


def find_repeats(parts: Sequence[Keys]) -> list[Keys]:
    """Return for each part the places of keys that stood before, in it or in an earlier part.

    Example:
        >>> places = find_repeats([np.array([5, 6, 5]), np.array([7, 6])])
        >>> [part.tolist() for part in places]
        [[2], [1]]
    """
    keys = np.concatenate([np.zeros(0, np.int64), *parts])
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    repeated = np.sort(order[1:][ordered[1:] == ordered[:-1]])
    starts = np.cumsum([0, *map(len, parts)])
    cuts = np.searchsorted(repeated, starts)
    return [
        repeated[low:high] - start
        for low, high, start in zip(cuts[:-1], cuts[1:], starts[:-1], strict=True)
    ]


def find_changed(posts: pa.Table, repeated: Keys) -> Keys:
    """Return those repeated rows that have another text than the first row with their id.

    Args:
        posts: columns `post_id` and `text`.
        repeated: ascending rows whose ids stood before.

    Example:
        >>> posts = pa.table({"post_id": ["1", "1", "1"], "text": ["停水", "停水", "停电"]})
        >>> find_changed(posts, np.array([1, 2])).tolist()
        [2]
    """
    wanted = pc.unique(posts["post_id"].take(repeated))
    hits = np.flatnonzero(np.asarray(pc.is_in(posts["post_id"], value_set=wanted)))
    first: dict[str, int] = {}
    changed = []
    for start in range(0, len(hits), _AT_ONCE):
        rows = hits[start : start + _AT_ONCE]
        found = posts.select(["post_id", "text"]).take(rows)
        pairs = zip(*(column.to_pylist() for column in found.columns), strict=True)
        for row, (post_id, text) in zip(rows.tolist(), pairs, strict=True):
            if first.setdefault(post_id, hash(text)) != hash(text):
                changed.append(row)
    return np.asarray(changed, np.int64)


def note_repeats(reports: Sequence[InputReport], parts: Sequence[Keys]) -> list[Keys]:
    """Write down of each input how many of its post ids stood before, there or in earlier ones.

    Args:
        reports: of the inputs, in order.
        parts: keys of the post ids of each.

    Returns:
        As `find_repeats`.
    """
    places = find_repeats(parts)
    for report, repeated in zip(reports, places, strict=True):
        if len(repeated):
            report.notes["post ids that stood before"] = len(repeated)
    return places


def note_all_repeats(reports: Sequence[InputReport], tables: Sequence[pa.Table]) -> None:
    """Do the same from the posts themselves, and tell copies from posts with another text.

    Args:
        reports: of the inputs, in order; the notes are written there.
        tables: the posts of each.
    """
    parts = [
        np.concatenate([np.zeros(0, np.int64), *map(keys_of_ids, table["post_id"].chunks)])
        for table in tables
    ]
    places = note_repeats(reports, parts)
    starts = np.cumsum([0, *map(len, parts)])
    repeated = np.concatenate([rows + start for rows, start in zip(places, starts, strict=False)])
    if not len(repeated):
        return
    changed = find_changed(pa.concat_tables(tables), repeated)
    counts = np.histogram(changed, starts)[0] if len(changed) else np.zeros(len(tables), int)
    for report, count in zip(reports, counts.tolist(), strict=True):
        if count:
            report.notes["post ids that stood before with another text"] = count
