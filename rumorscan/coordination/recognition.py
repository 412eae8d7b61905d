"""Recognition: campaigns whose accounts or wording are known from earlier runs.

Accounts are the decisive sign: who served in an army before and acts together again, in another
action, is no coincidence where chance does not explain it. A wording alone travels by itself; it
is named, and changes nothing.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.bystanders import crowd_populations
from rumorscan.coordination.campaigns import Coordination, put_in_order
from rumorscan.coordination.codes import Codes, distinct_codes, runs_of
from rumorscan.coordination.histories import History
from rumorscan.coordination.likeness import Likeness, find_alike
from rumorscan.coordination.lineups import Lineup, line_up
from rumorscan.coordination.rosters import (
    REMEMBERED,
    Army,
    Digests,
    Roster,
    Scheme,
    muster,
    population,
    remembered,
)
from rumorscan.coordination.significance import Floats, corrected, overlap_chance
from rumorscan.coordination.tiers import grade
from rumorscan.records import Campaign
from rumorscan.settings import Settings
from rumorscan.text.keys import MatchKeys

_LEAST_SHARED = 2
_NAMED = 5
_CELLS_AT_ONCE = 4_000_000
_PAIRS_AT_ONCE = 100_000
_ROWS_AT_ONCE = 256
# known accounts, and the share of a campaign that they make up: as for reuse inside a dump
_STRONG = ((2, 0.5), (3, 0.2), (10, 0.0))


@dataclass(frozen=True, slots=True)
class Recognized:
    """What a history says of a dump, and what it is to remember of it.

    Attributes:
        found: the campaigns with `known_as`, tiers and order weighed again.
        roster: what is to be kept of the run.
        about: of `run.json`: what was looked at and how much of it was known.
    """

    found: Coordination
    roster: Roster
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Overlaps:
    """Pairs of a new campaign and a unit that share two accounts or more."""

    campaign: Codes
    unit: Codes
    shared: Codes
    q_value: Floats

    def take(self, places: Codes) -> _Overlaps:
        return _Overlaps(
            self.campaign[places], self.unit[places], self.shared[places], self.q_value[places]
        )


def recognize(
    found: Coordination,
    activity: Activity,
    keys: MatchKeys,
    history: History,
    run: str,
    settings: Settings,
) -> Recognized:
    """Return the campaigns of a dump, those named that earlier runs know.

    The chance that a campaign shares so many accounts with an army is the hypergeometric tail
    over the accounts of the larger dump (if the two have few accounts in common, overlap is
    rarer than that) or over what the bystanders make likely, whichever makes it likelier;
    Benjamini-Hochberg over all pairs of campaigns and units.

    Args:
        found: from `find_campaigns`.
        activity: of the dump.
        keys: the keys that text numbers point into.
        history: an open history folder; nothing is written.
        run: name of this run.
        settings: of signatures, and the largest q-value.
    """
    rosters = history.before(run)
    scheme = Scheme.of(settings.groups)
    ours = muster(found.campaigns, activity, keys, history.key, settings.groups)
    known = line_up(rosters, scheme)
    people = population(activity)
    new, old, digests = known.meet(ours)
    populations = np.maximum(known.population, people)
    overlaps = _overlaps(new, old, known.sizes, populations)
    alike = find_alike([army.signatures for army in ours], known.signatures())
    kept = overlaps.take(np.flatnonzero(overlaps.q_value <= settings.campaigns.q_value))
    if len(kept.unit):
        pairs = kept.campaign, kept.unit
        crowds = crowd_populations(activity, found.campaigns, known, history.key, pairs)
        kept = _test(kept, new, known.sizes, np.minimum(crowds, populations[kept.unit]))
        kept = kept.take(np.flatnonzero(kept.q_value <= settings.campaigns.q_value))
    names = _name_armies(kept, alike, known)
    repeated = _same_actions(ours, known, overlaps, alike)
    served = _served(new, old, kept, known, repeated)
    campaigns: list[Campaign] = []
    raised: dict[int, Digests] = {}
    for position, campaign in enumerate(found.campaigns):
        places = served.indices[served.indptr[position] : served.indptr[position + 1]]
        weighed = _weigh(campaign, len(places), tuple(names.get(position, ())))
        campaigns.append(weighed)
        if weighed.tier in REMEMBERED and campaign.tier not in REMEMBERED:
            raised[position] = np.sort(digests[places])
    earlier = tuple(sorted(roster.run for roster in rosters))
    roster = Roster(run, earlier, people, scheme, remembered(ours, raised))
    about = {
        "runs": list(earlier),
        "campaigns": len(known.armies),
        "known": len(names),
        "known_by_accounts": len(distinct_codes(kept.campaign)),
        "other_signatures": known.other_schemes,
        "passed_over": history.passed_over,
    }
    campaigns, campaign_of_row = put_in_order(campaigns, len(activity))
    again = dataclasses.replace(found, campaigns=campaigns, campaign_of_row=campaign_of_row)
    return Recognized(again, roster, about)


def _overlaps(new: Any, old: Any, sizes: Codes, population: Codes) -> _Overlaps:
    """Return the pairs that share accounts, a bounded block of new campaigns at a time."""
    nothing = np.zeros(0, dtype=np.int64)
    parts = [(nothing, nothing, nothing)]
    transposed = old.T.tocsr()
    cost = new @ np.asarray(old.sum(axis=0)).ravel()
    for start, stop in zip(*runs_of(np.cumsum(cost) // _CELLS_AT_ONCE), strict=True):
        shared = (new[start:stop] @ transposed).tocoo()
        enough = shared.data >= _LEAST_SHARED
        rows = shared.row[enough].astype(np.int64) + start
        parts.append((rows, shared.col[enough].astype(np.int64), shared.data[enough]))
    campaign, unit, both = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((unit, campaign))
    campaign, unit, both = campaign[order], unit[order], both[order].astype(np.int64)
    untested = _Overlaps(campaign, unit, both, np.ones(len(both)))
    return _test(untested, new, sizes, population[unit])


def _test(overlaps: _Overlaps, new: Any, sizes: Codes, population: Codes) -> _Overlaps:
    """Return the pairs with their q-values over all pairs; `population` has one a pair."""
    ours = np.diff(new.indptr).astype(np.int64)
    chances = np.ones(len(population))
    for start in range(0, len(population), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        chances[part] = overlap_chance(
            overlaps.shared[part],
            ours[overlaps.campaign[part]],
            sizes[overlaps.unit[part]],
            population[part],
        )
    return dataclasses.replace(overlaps, q_value=corrected(chances, new.shape[0] * len(sizes)))


def _name_armies(
    kept: _Overlaps, alike: Likeness, known: Lineup
) -> dict[int, list[dict[str, Any]]]:
    """Return the armies that each campaign resembles, the nearest first."""
    count = int(known.army.max(initial=0)) + 1
    by_accounts, by_text = kept.campaign * count + known.unit_army[kept.unit], alike.new * count
    by_text = by_text + known.army[alike.old]
    pairs = distinct_codes(np.concatenate([by_accounts, by_text]))
    q_value, shared = np.ones(len(pairs)), np.zeros(len(pairs), dtype=np.int64)
    similarity = np.zeros(len(pairs))
    place, text_place = np.searchsorted(pairs, by_accounts), np.searchsorted(pairs, by_text)
    np.minimum.at(q_value, place, kept.q_value)
    np.maximum.at(shared, place, kept.shared)
    np.maximum.at(similarity, text_place, alike.similarity)
    # the campaign of the army that stands for it: most accounts, else the nearest text
    example = known.first_of_army[pairs % count]
    order = np.lexsort((-alike.old, alike.similarity))
    example[text_place[order]] = alike.old[order]
    single = np.flatnonzero(kept.unit < len(known.armies))
    order = single[np.lexsort((-kept.unit[single], kept.shared[single]))]
    example[place[order]] = kept.unit[order]
    names: dict[int, list[dict[str, Any]]] = {}
    for pair in np.lexsort((pairs, -similarity, -shared, q_value, pairs // count)).tolist():
        entries = names.setdefault(int(pairs[pair]) // count, [])
        if len(entries) < _NAMED:
            army = known.armies[example[pair]]
            entries.append(
                {
                    "run": known.runs[example[pair]],
                    "campaign_id": army.campaign_id,
                    "community_id": army.community_id,
                    "template": army.template,
                    "ended_at": army.ended_at,
                    "shared_accounts": int(shared[pair]),
                    "q_value": float(q_value[pair]),
                    "similarity": round(float(similarity[pair]), 4),
                }
            )
    return names


def _same_actions(
    ours: list[Army], known: Lineup, overlaps: _Overlaps, alike: Likeness
) -> npt.NDArray[np.bool_]:
    """Tell which of the s earlier campaigns this dump has in it.

    Dumps that overlap show the same action twice: the same wording by the same accounts at the
    same time. That it is known says nothing about them.
    """
    count = len(known.armies)
    single = overlaps.unit < count
    new, old = overlaps.campaign[single], overlaps.unit[single]
    same = np.isin(new * count + old, alike.new * count + alike.old)
    silent = np.array([len(army.signatures) == 0 for army in ours], dtype=bool)
    same |= silent[new] | ~known.usable[old]
    (starts, ends), (known_starts, known_ends) = _spans(ours), _spans(known.armies)
    same &= (starts[new] <= known_ends[old]) & (known_starts[old] <= ends[new])
    repeated = np.zeros(count, dtype=bool)
    repeated[old[same]] = True
    return repeated


def _spans(armies: list[Army]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return when campaigns began and ended; what is not known may be any time."""
    starts = np.array([army.started_at or "" for army in armies], dtype="U20")
    return starts, np.array([army.ended_at or "~" for army in armies], dtype="U20")


def _served(
    new: Any, old: Any, kept: _Overlaps, known: Lineup, repeated: npt.NDArray[np.bool_]
) -> Any:
    """Return which accounts of each campaign served in an army that knows it: a sparse matrix."""
    tainted = known.members @ repeated.astype(np.int32) > 0
    pairs = np.flatnonzero(~tainted[kept.unit])
    cells = np.ones(len(pairs), dtype=np.int32), (kept.campaign[pairs], kept.unit[pairs])
    matches = sp.csr_matrix(cells, (new.shape[0], old.shape[0]))
    blocks = [
        (matches[start : start + _ROWS_AT_ONCE] @ old).multiply(new[start : start + _ROWS_AT_ONCE])
        for start in range(0, new.shape[0], _ROWS_AT_ONCE)
    ]
    served = sp.vstack(blocks).tocsr() if blocks else new.copy()
    served.sort_indices()
    return served


def _weigh(campaign: Campaign, count: int, known_as: tuple[dict[str, Any], ...]) -> Campaign:
    """Return a campaign of which so many accounts served a known army, weighed again."""
    share = count / len(campaign.account_ids)
    reuse = {**campaign.evidence["reuse"], "known_accounts": count}
    if any(count >= least and share >= part for least, part in _STRONG):
        strength = max(reuse["strength"], min(1.0, round(0.5 + share, 4)))
        reuse |= {"strength": strength, "strong": True}
    evidence = {**campaign.evidence, "reuse": reuse}
    tier, coordination = grade(evidence, campaign.counter_evidence)
    return dataclasses.replace(
        campaign, tier=tier, coordination=coordination, evidence=evidence, known_as=known_as
    )
