"""Suspects: which posts and accounts could be one campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.communities import Communities
from rumorscan.coordination.memberships import Memberships
from rumorscan.settings import CampaignSettings

# share of a wording's accounts up to which its core only visits; in one thread people repeat what
# the thread is about, in unrelated places they hardly can
_PEOPLE_APART, _PEOPLE_OF_ONE_THREAD, _APART = 0.08, 0.2, 3
_LEADING = 0.3  # share of a wording's accounts from which on the core sets its hours
_MARGIN, _MARGIN_SHARE = 3_600, 0.25  # seconds, and share of the core's hours, around them
_VISITED = 40  # a wording of fewer accounts has no bystanders to speak of


@dataclass(frozen=True, slots=True)
class Suspects:
    """The posts and accounts of one possible campaign.

    Attributes:
        rows: int64 rows of its posts, ascending.
        accounts: int64 codes of its accounts, ascending.
        core: int64 codes of those that stand in another wording of the community too.
        wording: first text of its wording.
        community: position of the community's first wording, -1 for none.
        shared: most members that it has in common with another wording of the community.
        q_value: smallest corrected chance of such an overlap; 1.0 where it stands alone.
        device_q: the same of the devices and addresses of its accounts.
        devices_shared: most of them that it has in common with another wording.
        visitors: the same without all but the core, where the core is a small part of a crowd.
    """

    rows: Codes
    accounts: Codes
    core: Codes
    wording: int
    community: int
    shared: int
    q_value: float
    device_q: float = 1.0
    devices_shared: int = 0
    visitors: Suspects | None = None


class RowsOf:
    """Finds the posts that have a code."""

    def __init__(self, codes: Codes) -> None:
        self._rows = np.argsort(codes, kind="stable")
        self._codes = codes[self._rows]

    def find(self, code: int) -> Codes:
        """Return the rows with a code, ascending."""
        start = np.searchsorted(self._codes, code, side="left")
        stop = np.searchsorted(self._codes, code, side="right")
        return self._rows[start:stop]


def gather_suspects(
    activity: Activity,
    memberships: Memberships,
    communities: Communities,
    settings: CampaignSettings,
) -> list[Suspects]:
    """Return the wordings that have enough accounts, each with what its community adds."""
    rows_of = RowsOf(activity.wording)
    cores = _cores(memberships, communities)
    suspects = []
    for position, wording in enumerate(memberships.wordings.tolist()):
        if memberships.sizes[position] < settings.minimum_accounts:
            continue
        community = int(communities.of_wording[position])
        core = cores.get(community, np.zeros(0, dtype=np.int64))
        rows = rows_of.find(wording)
        accounts = distinct_codes(activity.account[rows])
        if len(accounts) >= settings.minimum_accounts:
            found = Suspects(
                rows=rows,
                accounts=accounts,
                core=accounts[np.isin(accounts, core)],
                wording=wording,
                community=community,
                shared=int(communities.shared[position]),
                q_value=float(communities.q_value[position]),
                device_q=float(communities.device_q[position]),
                devices_shared=int(communities.device_shared[position]),
            )
            found = _without_latecomers(activity, found, settings)
            suspects.append(_with_visitors(activity, found, settings))
    return suspects


def _without_latecomers(
    activity: Activity, found: Suspects, settings: CampaignSettings
) -> Suspects:
    """Return the suspects without those who wrote the text outside the hours of the core.

    Where the same accounts stand behind a wording, others may have written it too, before they
    were hired to or long after.
    """
    if len(found.core) < max(settings.minimum_accounts, _LEADING * len(found.accounts)):
        return found
    times = activity.posted_at[found.rows]
    is_core = np.isin(activity.account[found.rows], found.core)
    known = times[is_core & (times != NEVER)]
    if len(known) == 0:
        return found
    margin = max(_MARGIN, int(_MARGIN_SHARE * (known.max() - known.min())))
    is_inside = (times >= known.min() - margin) & (times <= known.max() + margin)
    rows = found.rows[is_core | is_inside | (times == NEVER)]
    return replace(found, rows=rows, accounts=distinct_codes(activity.account[rows]))


def _with_visitors(activity: Activity, found: Suspects, settings: CampaignSettings) -> Suspects:
    """Return the suspects with those that only visit the wording told apart."""
    is_apart = len(distinct_codes(activity.thread[found.rows])) >= _APART
    share = _PEOPLE_APART if is_apart else _PEOPLE_OF_ONE_THREAD
    few = len(found.core) < share * len(found.accounts)
    if len(found.accounts) < _VISITED or len(found.core) < settings.minimum_accounts or not few:
        return found
    rows = found.rows[np.isin(activity.account[found.rows], found.core)]
    return replace(found, visitors=replace(found, rows=rows, accounts=found.core))


def _cores(memberships: Memberships, communities: Communities) -> dict[int, npt.NDArray[np.int64]]:
    """Return the members that stand in two wordings or more of each community."""
    cores: dict[int, npt.NDArray[np.int64]] = {}
    inside = np.flatnonzero(communities.of_wording >= 0)
    order = inside[np.argsort(communities.of_wording[inside], kind="stable")]
    names = communities.of_wording[order]
    bounds = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if len(names) else names
    for members in np.split(order, bounds[1:]) if len(order) else []:
        people, standings = np.unique(memberships.matrix[members].indices, return_counts=True)
        name = int(communities.of_wording[members[0]])
        cores[name] = people[standings >= 2].astype(np.int64)
    return cores
