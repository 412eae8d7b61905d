"""Lineups: the armies of earlier runs side by side, ready to be compared with new campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.codes import Codes
from rumorscan.coordination.rosters import Army, Digests, Roster, Scheme, Signatures


@dataclass(frozen=True, slots=True)
class Lineup:
    """The s campaigns of earlier runs, and the u units by which accounts are compared.

    A unit is a campaign, or a community of several: a small campaign may share one account with
    each of them. An army is what has one name in one run.

    Attributes:
        armies: the campaigns, in order of run.
        runs: the run of each.
        army: int64, shape (s,); number of the army that each campaign belongs to.
        first_of_army: int64; the first campaign of each army.
        unit_army: int64, shape (u,); the army of each unit. The first s units are the campaigns.
        members: sparse 0/1 matrix, shape (u, s); the campaigns of each unit.
        sizes: int64, shape (u,); accounts of each unit.
        population: int64, shape (u,); equally busy accounts of its dump.
        usable: bool, shape (s,); whether there are signatures that can be compared.
        other_schemes: how many runs have signatures of another scheme.
    """

    armies: list[Army]
    runs: list[str]
    army: Codes
    first_of_army: Codes
    unit_army: Codes
    members: Any
    sizes: Codes
    population: Codes
    usable: npt.NDArray[np.bool_]
    other_schemes: int

    def signatures(self) -> list[Signatures]:
        """Return the signatures of each campaign, none where they cannot be compared."""
        return [
            army.signatures if usable else army.signatures[:0]
            for army, usable in zip(self.armies, self.usable.tolist(), strict=True)
        ]

    def meet(self, ours: Sequence[Army]) -> tuple[Any, Any, Digests]:
        """Return who stands in the new campaigns and in the units, and which account is which.

        Returns:
            Two sparse 0/1 matrices, shapes (n, a) and (u, a), and the digests of the a accounts
            of the new campaigns, ascending.
        """
        digests = np.unique(_joined(ours))
        return _stand(ours, digests), self.stand(digests), digests

    def stand(self, digests: Digests) -> Any:
        """Return which of some accounts stand in which unit: a sparse 0/1 matrix, shape (u, a).

        Args:
            digests: of the accounts, ascending.
        """
        units = self.members @ _stand(self.armies, digests)
        units.data[:] = 1
        return units


def line_up(rosters: Sequence[Roster], scheme: Scheme) -> Lineup:
    """Return the campaigns of some rosters side by side.

    Args:
        rosters: in order of run.
        scheme: of the signatures that they are to be compared with.
    """
    owners = [roster for roster in rosters for _ in roster.armies]
    armies = [army for roster in rosters for army in roster.armies]
    numbers: dict[tuple[str, str], int] = {}
    army = [
        numbers.setdefault((owner.run, each.name), len(numbers))
        for owner, each in zip(owners, armies, strict=True)
    ]
    belongs: list[list[int]] = [[] for _ in numbers]
    for position, number in enumerate(army):
        belongs[number].append(position)
    several = [number for number, members in enumerate(belongs) if len(members) > 1]
    units = [*([position] for position in range(len(army))), *(belongs[each] for each in several)]
    rows = np.repeat(np.arange(len(units)), [len(members) for members in units])
    columns = _integers(member for members in units for member in members)
    cells = np.ones(len(rows), dtype=np.int32), (rows, columns)
    return Lineup(
        armies,
        [owner.run for owner in owners],
        _integers(army),
        _integers(members[0] for members in belongs),
        _integers([*army, *several]),
        sp.csr_matrix(cells, (len(units), len(armies))),
        _integers(len(np.unique(_joined([armies[each] for each in unit]))) for unit in units),
        _integers(owners[unit[0]].population for unit in units),
        np.array(
            [
                owner.scheme == scheme and len(each.signatures) > 0
                for owner, each in zip(owners, armies, strict=True)
            ],
            dtype=bool,
        ),
        sum(roster.scheme != scheme for roster in rosters),
    )


def _integers(values: Any) -> Codes:
    return np.array(list(values), dtype=np.int64)


def _joined(armies: Sequence[Army]) -> Digests:
    return np.concatenate([np.zeros(0, np.uint64), *(army.accounts for army in armies)])


def _stand(armies: Sequence[Army], digests: Digests) -> Any:
    """Return which of some accounts stand in which campaign: a sparse 0/1 matrix."""
    accounts = _joined(armies)
    rows = np.repeat(np.arange(len(armies)), [len(army.accounts) for army in armies])
    columns = np.searchsorted(digests, accounts)
    inside = np.flatnonzero(columns < len(digests))
    inside = inside[digests[columns[inside]] == accounts[inside]]
    cells = np.ones(len(inside), dtype=np.int32), (rows[inside], columns[inside])
    return sp.csr_matrix(cells, (len(armies), len(digests)))
