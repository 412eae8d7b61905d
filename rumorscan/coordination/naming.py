"""Names: ids of groups and communities, made from what they hold and not from where it stood."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import distinct_codes
from rumorscan.coordination.suspects import RowsOf, Suspects
from rumorscan.text.keys import MatchKeys


def digest_of(*parts: str) -> str:
    """Return twelve hexadecimal digits that name some texts.

    Example:
        >>> digest_of("a", "b") == digest_of("a", "b"), len(digest_of("a"))
        (True, 12)
    """
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=6).hexdigest()


def name_groups(activity: Activity, keys: MatchKeys) -> tuple[pa.Array, int]:
    """Return each post's group id, made from its members' keys; null where it is alone."""
    rows = np.flatnonzero(activity.group >= 0)
    roots, codes, sizes = np.unique(activity.group[rows], return_inverse=True, return_counts=True)
    shared = np.flatnonzero(sizes >= 2)
    texts_of = RowsOf(codes)
    names = np.full(len(roots), None, dtype=object)
    for position in shared.tolist():
        texts = distinct_codes(activity.text[rows[texts_of.find(position)]])
        # the smallest key, so that the order of the posts does not change the name
        names[position] = "g" + digest_of(min(keys.plain.key(text) for text in texts.tolist()))
    result = np.full(len(activity), None, dtype=object)
    result[rows] = names[codes]
    return pa.array(result, type=pa.string()), len(shared)


def name_communities(activity: Activity, possible: list[Suspects]) -> dict[int, str]:
    """Return an id for each community, made from the accounts that reappear in it."""
    cores: dict[int, set[int]] = {}
    for suspects in possible:
        if suspects.community >= 0:
            cores.setdefault(suspects.community, set()).update(suspects.core.tolist())
    return {
        name: "k" + digest_of(*sorted(activity.account_ids.take(sorted(core)).to_pylist()))
        for name, core in cores.items()
    }
