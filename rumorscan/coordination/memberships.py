"""Which accounts stand in which wordings: the table that reuse is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.layers import Layer
from rumorscan.coordination.significance import effective_count


@dataclass(frozen=True, slots=True)
class Memberships:
    """The w wordings that at least two members share, and who stands in them.

    A member is an account, or a device or address that accounts share.

    Attributes:
        wordings: int64, shape (w,); first texts of the wordings, ascending.
        sizes: int64, shape (w,); distinct members of each.
        matrix: sparse 0/1 matrix, shape (w, members).
        member_population: how many equally busy members could have stood in them: all who
            wrote own words of some length, the tireless counted for less.
        wording_population: how many equally popular texts a member could have chosen: all that
            were written, the popular counted for less.
    """

    wordings: Codes
    sizes: npt.NDArray[np.int64]
    matrix: Any
    member_population: int
    wording_population: int


def find_memberships(activity: Activity, member: Codes, member_count: int) -> Memberships:
    """Return who stands in which wording; quotes of an original do not count.

    Args:
        activity: the dump's posts.
        member: int64 code of each post's member, -1 for none.
        member_count: how many codes there are.
    """
    rows = np.flatnonzero((activity.wording >= 0) & (member >= 0) & ~activity.quotes)
    pairs = distinct_codes(activity.wording[rows] * member_count + member[rows])
    wording, who = pairs // max(member_count, 1), pairs % max(member_count, 1)
    wordings, sizes = np.unique(wording, return_counts=True)
    wide = sizes >= 2
    kept = np.isin(wording, wordings[wide])
    position = np.searchsorted(wordings[wide], wording[kept])
    matrix = sp.csr_matrix(
        (np.ones(int(kept.sum()), dtype=np.int32), (position, who[kept])),
        shape=(int(wide.sum()), member_count),
    )
    return Memberships(
        wordings[wide],
        sizes[wide].astype(np.int64),
        matrix,
        effective_count(np.bincount(who) if len(who) else sizes),
        effective_count(sizes),
    )


def through_layer(memberships: Memberships, layer: Layer, largest_crowd: int) -> Memberships:
    """Return which devices or addresses stand in the wordings, through the accounts on them.

    Args:
        memberships: which accounts stand in them.
        layer: who has which.
        largest_crowd: one that more accounts have is a relay and left out.
    """
    # one that a single account has says nothing that the account does not
    is_shared = (layer.crowd >= 2) & (layer.crowd <= largest_crowd)
    kept = is_shared[layer.thing]
    shape = (memberships.matrix.shape[1], len(layer.crowd))
    has = sp.csr_matrix(
        (np.ones(int(kept.sum()), dtype=np.int32), (layer.who[kept], layer.thing[kept])), shape
    )
    matrix = (memberships.matrix @ has).tocsr()
    matrix.data[:] = 1
    sizes = np.diff(matrix.indptr).astype(np.int64)
    return Memberships(
        memberships.wordings,
        sizes,
        matrix,
        effective_count(layer.crowd[is_shared]),
        memberships.wording_population,
    )
