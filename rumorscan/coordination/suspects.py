"""Suspects: which groups, posts and accounts could be one campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rumorscan.coordination.activity import Activity, Codes, distinct_codes
from rumorscan.coordination.graph import GroupLinks
from rumorscan.coordination.memberships import Memberships
from rumorscan.settings import CampaignSettings

_PEOPLE_OF_LINKED_GROUP = 0.2


@dataclass(frozen=True, slots=True)
class Suspects:
    """The posts and accounts of one possible campaign.

    Attributes:
        rows: int64 rows of its posts, ascending.
        accounts: int64 codes of its accounts, ascending.
        core: int64 codes of those that stand in two of its groups or more.
        groups: int64 root texts, largest first.
        shared: most members that two of its groups have in common.
        q_value: smallest corrected chance of such an overlap; 1.0 with a single group.
    """

    rows: Codes
    accounts: Codes
    core: Codes
    groups: Codes
    shared: int
    q_value: float


class RowsOfGroups:
    """Finds the posts of a group."""

    def __init__(self, activity: Activity) -> None:
        self._rows = np.argsort(activity.group, kind="stable")
        self._groups = activity.group[self._rows]

    def find(self, group: int) -> Codes:
        """Return the rows of a group, ascending."""
        start = np.searchsorted(self._groups, group, side="left")
        stop = np.searchsorted(self._groups, group, side="right")
        return self._rows[start:stop]


def gather_suspects(
    activity: Activity, memberships: Memberships, links: GroupLinks, settings: CampaignSettings
) -> list[Suspects]:
    """Return the connected sets of linked groups that have enough accounts."""
    count = len(memberships.groups)
    component = _components(count, links)
    rows_of = RowsOfGroups(activity)
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(component[order]) > 0]) if count else order
    pair_component = component[links.first]
    suspects = []
    for members in np.split(order, starts[1:]) if count else []:
        if len(members) == 1 and memberships.sizes[members[0]] < settings.minimum_accounts:
            continue
        here = np.flatnonzero(pair_component == component[members[0]])
        found = _suspect(memberships, members, rows_of, activity)
        if len(found.accounts) >= settings.minimum_accounts:
            shared = int(links.shared[here].max(initial=0))
            q_value = float(links.q_value[here].min(initial=1.0))
            suspects.append(replace(found, shared=shared, q_value=q_value))
    return suspects


def _components(count: int, links: GroupLinks) -> Codes:
    """Return for each group the smallest one that links lead to."""
    parents = list(range(count))

    def find(group: int) -> int:
        while parents[group] != group:
            parents[group] = parents[parents[group]]
            group = parents[group]
        return group

    for first, second in zip(links.first.tolist(), links.second.tolist(), strict=True):
        low, high = sorted((find(first), find(second)))
        parents[high] = low
    return np.array([find(group) for group in range(count)], dtype=np.int64)


def _suspect(
    memberships: Memberships, members: Codes, rows_of: RowsOfGroups, activity: Activity
) -> Suspects:
    """Return who and what belongs to a set of linked groups.

    In a group that the reappearing accounts only visit, the many others are bystanders.
    """
    matrix = memberships.matrix[members]
    people, standings = np.unique(matrix.indices, return_counts=True)
    core = people[standings >= 2].astype(np.int64)
    kept_rows = []
    for position, member in enumerate(members):
        rows = rows_of.find(int(memberships.groups[member]))
        if len(members) > 1:
            here = matrix.indices[matrix.indptr[position] : matrix.indptr[position + 1]]
            if np.isin(here, core).mean() < _PEOPLE_OF_LINKED_GROUP:
                rows = rows[np.isin(activity.account[rows], core)]
        kept_rows.append(rows)
    rows = np.sort(np.concatenate(kept_rows))
    accounts = distinct_codes(activity.account[rows])
    sizes = np.array([len(rows) for rows in kept_rows])
    groups = memberships.groups[members][np.lexsort((memberships.groups[members], -sizes))]
    return Suspects(rows, accounts, core, groups, 0, 1.0)
