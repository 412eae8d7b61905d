"""Fragments: pieces of one message that text alone does not join, joined by who wrote them.

Where the same accounts stand behind two wordings already, less likeness suffices to call them
one message; and a lone text of such an account that resembles its message belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.communities import Communities
from rumorscan.coordination.memberships import Memberships
from rumorscan.text.keys import MatchKeys

_ALIKE = 0.15  # Jaccard similarity of shingles; unrelated messages share under 0.05
_VARIANTS = 6  # texts of a wording that others are held against
_TEXTS = 5_000  # texts of one community's accounts that are looked at
_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Fragments:
    """What belongs together beyond the wordings.

    Attributes:
        wording: int64, shape (n,); the wording of each post after joining.
        joined: wordings and lone texts that were joined to another wording.
    """

    wording: Codes
    joined: int


def join_fragments(
    activity: Activity, memberships: Memberships, communities: Communities, keys: MatchKeys
) -> Fragments:
    """Return each post's wording with the fragments of communities joined.

    Args:
        activity: the dump's posts.
        memberships: who stands in which wording.
        communities: which wordings the same members serve.
        keys: of the distinct texts.
    """
    wording = activity.wording.copy()
    joined = 0
    by_account = np.argsort(activity.account, kind="stable")
    accounts = activity.account[by_account]
    members_of = _members(communities)
    texts_of = _texts_of_wordings(activity, memberships, communities)
    for members in members_of:
        people = distinct_codes(memberships.matrix[members].indices.astype(np.int64))
        names = memberships.wordings[members]
        rows = by_account[np.isin(accounts, people)]
        target = _join_community(names, rows, activity, texts_of, keys)
        for source, goal in target.items():
            if source >= 0:
                moved = np.flatnonzero(activity.wording == source)
            else:
                moved = rows[activity.text[rows] == -1 - source]
            wording[moved] = goal
            joined += 1
    return Fragments(wording, joined)


def _members(communities: Communities) -> list[Codes]:
    inside = np.flatnonzero(communities.of_wording >= 0)
    order = inside[np.argsort(communities.of_wording[inside], kind="stable")]
    names = communities.of_wording[order]
    bounds = np.flatnonzero(np.diff(names)) + 1
    return [part for part in np.split(order, bounds) if len(part)]


def _texts_of_wordings(
    activity: Activity, memberships: Memberships, communities: Communities
) -> dict[int, Codes]:
    """Return the texts of each wording in a community, most posts first."""
    names = memberships.wordings[communities.of_wording >= 0]
    rows = np.flatnonzero(np.isin(activity.wording, names))
    order = rows[np.lexsort((activity.text[rows], activity.wording[rows]))]
    bounds = np.flatnonzero(np.diff(activity.wording[order])) + 1
    texts = {}
    for part in np.split(order, bounds):
        if len(part):
            found, counts = np.unique(activity.text[part], return_counts=True)
            texts[int(activity.wording[part[0]])] = found[np.argsort(-counts, kind="stable")]
    return texts


def _join_community(
    names: Codes,
    rows: Codes,
    activity: Activity,
    texts_of: dict[int, Codes],
    keys: MatchKeys,
) -> dict[int, int]:
    """Return which wording, or text as -1 - its number, joins which wording of a community."""
    pieces = {
        name: [_pieces(keys, int(text)) for text in texts_of[name][:_VARIANTS]]
        for name in names.tolist()
    }
    order = sorted(pieces, key=lambda name: (-len(texts_of[name]), name))
    goal_of: dict[int, int] = {}
    kept: list[int] = []
    for name in order:
        goal = _nearest(pieces[name], kept, pieces)
        if goal is None:
            kept.append(name)
        else:
            goal_of[name] = goal
    known = set(texts_of)
    loose = distinct_codes(activity.text[rows])
    loose = loose[keys.sound.lengths[loose] >= 8][:_TEXTS]
    wording_of = dict(
        zip(activity.text[rows].tolist(), activity.wording[rows].tolist(), strict=True)
    )
    for text in loose.tolist():
        if wording_of[text] in known:
            continue
        goal = _nearest([_pieces(keys, text)], kept, pieces)
        if goal is not None:
            goal_of[-1 - text] = goal
    return goal_of


def _pieces(keys: MatchKeys, text: int) -> frozenset[bytes]:
    """Return the shingles of a text as it sounds."""
    start, stop = keys.sound.offsets[text], keys.sound.offsets[text + 1]
    codes: npt.NDArray[np.uint32] = keys.sound.codes[start:stop]
    return frozenset(codes[at : at + _LENGTH].tobytes() for at in range(len(codes) - _LENGTH + 1))


def _nearest(
    texts: Sequence[frozenset[bytes]],
    kept: Sequence[int],
    pieces: dict[int, list[frozenset[bytes]]],
) -> int | None:
    """Return the wording that resembles some texts most, None where none does enough."""
    best, nearest = _ALIKE, None
    for name in kept:
        for other in pieces[name]:
            for text in texts:
                shared = len(text & other)
                if shared >= best * (len(text) + len(other) - shared) and shared:
                    similarity = shared / (len(text) + len(other) - shared)
                    if nearest is None or similarity > best:
                        best, nearest = similarity, name
    return nearest
