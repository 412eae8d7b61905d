"""Which accounts stand in which groups: the table that reuse is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity, Codes, distinct_codes
from rumorscan.coordination.significance import effective_count


@dataclass(frozen=True, slots=True)
class Memberships:
    """The g groups that at least two members share, and who stands in them.

    A member is an account, or a device or address that accounts share.

    Attributes:
        groups: int64, shape (g,); root texts of the groups, ascending.
        sizes: int64, shape (g,); distinct members of each.
        matrix: sparse 0/1 matrix, shape (g, members).
        member_population: how many equally busy members could have stood in them: all who
            wrote own words of some length, the tireless counted for less.
        group_population: how many equally popular texts a member could have chosen: all that
            were written, the popular counted for less.
    """

    groups: Codes
    sizes: npt.NDArray[np.int64]
    matrix: Any
    member_population: int
    group_population: int


def find_memberships(activity: Activity, member: Codes, member_count: int) -> Memberships:
    """Return who stands in which group; quotes of an original do not count.

    Args:
        activity: the dump's posts.
        member: int64 code of each post's member, -1 for none.
        member_count: how many codes there are.
    """
    rows = np.flatnonzero((activity.group >= 0) & (member >= 0) & ~activity.quotes)
    pairs = distinct_codes(activity.group[rows] * member_count + member[rows])
    group, who = pairs // max(member_count, 1), pairs % max(member_count, 1)
    groups, sizes = np.unique(group, return_counts=True)
    wide = sizes >= 2
    kept = np.isin(group, groups[wide])
    position = np.searchsorted(groups[wide], group[kept])
    matrix = sp.csr_matrix(
        (np.ones(int(kept.sum()), dtype=np.int32), (position, who[kept])),
        shape=(int(wide.sum()), member_count),
    )
    return Memberships(
        groups[wide],
        sizes[wide].astype(np.int64),
        matrix,
        effective_count(np.bincount(who) if len(who) else sizes),
        effective_count(sizes),
    )
