"""Descriptions: the campaign that some posts and accounts make, with all that is said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.coordination.activity import NEVER, Activity
from rumorscan.coordination.background import Background
from rumorscan.coordination.codes import Codes, distinct_codes
from rumorscan.coordination.evidence import (
    Evidence,
    common_client_share,
    find_counter_evidence,
    weigh_evidence,
    without_client,
)
from rumorscan.coordination.frames import SharedWording, frame_cues
from rumorscan.coordination.framing import Framing
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.naming import digest_of
from rumorscan.coordination.rework import Rework, compare_texts
from rumorscan.coordination.suspects import Suspects
from rumorscan.coordination.templates import find_template
from rumorscan.coordination.tiers import grade
from rumorscan.records import THREADS_LISTED, Campaign, Reason
from rumorscan.settings import CampaignSettings
from rumorscan.text.keys import MatchKeys

_FEW_TEXTS, _TEXTS = 5, 40  # texts of a wording that are held against its most frequent one
_MOSTLY_REWORKED = 0.6  # from this share on, a text does not go around, it is made

_BUTTONS = {"frame-share-button", "frame-shared-wording"}  # frames that a program may have put
_ONE_CLIENT = 0.8  # of the accounts, from which on one program put the frame


@dataclass(frozen=True, slots=True)
class Words:
    """What a description needs besides behavior."""

    memberships: Memberships
    wording: SharedWording
    group_ids: pa.Array
    keys: MatchKeys
    framing: Framing
    disguised: npt.NDArray[np.bool_]
    community_ids: dict[int, str]


def describe_campaign(
    activity: Activity,
    suspects: Suspects,
    variants: list[str],
    background: Background,
    words: Words,
    settings: CampaignSettings,
) -> Campaign:
    """Return the campaign that some posts and accounts make, weighed."""
    rework, evidence = _weigh(activity, suspects, background, words, settings)
    goes_around = rework.reworked < _MOSTLY_REWORKED and not evidence["time"]["strong"]
    if suspects.visitors is not None and goes_around:
        # the reappearing accounts only visit a text that goes around; the others are bystanders
        suspects = suspects.visitors
        rework, evidence = _weigh(activity, suspects, background, words, settings)
    counter = find_counter_evidence(activity, suspects, rework)
    counter += _find_frames(activity, suspects, words, variants)
    if any(reason.code.startswith("frame-") for reason in counter):
        evidence["infrastructure"] = without_client(evidence["infrastructure"])
    tier, coordination = grade(evidence, counter)
    in_time = _in_time(activity, suspects.rows)
    _, first = np.unique(activity.account[in_time], return_index=True)
    accounts = activity.account[in_time[np.sort(first)]]
    known = activity.posted_at[in_time]
    known = known[known != NEVER]
    account_ids = tuple(activity.account_ids.take(accounts).to_pylist())
    group_ids = _groups_of(activity, suspects, words)
    return Campaign(
        campaign_id="c" + digest_of(*sorted(account_ids), *sorted(group_ids)),
        tier=tier,
        coordination=coordination,
        q_value=suspects.q_value,
        account_ids=account_ids,
        post_ids=tuple(activity.post_ids.take(in_time).to_pylist()),
        group_ids=group_ids,
        template=find_template(variants),
        started_at=_iso(known[0]) if len(known) else None,
        ended_at=_iso(known[-1]) if len(known) else None,
        evidence=evidence,
        counter_evidence=tuple(counter),
        community_id=words.community_ids.get(suspects.community),
        first_post_id=activity.post_ids[int(in_time[0])].as_py(),
        threads=_threads_of(activity, suspects, background),
        rows=tuple(suspects.rows.tolist()),
    )


def _weigh(
    activity: Activity,
    suspects: Suspects,
    background: Background,
    words: Words,
    settings: CampaignSettings,
) -> tuple[Rework, Evidence]:
    threads = distinct_codes(activity.thread[suspects.rows])
    # a handful of accounts in one thread is no campaign by its wording, whatever that is
    is_small = len(suspects.accounts) < 5 and len(threads) < 3 and suspects.community < 0
    rework = compare_texts(
        words.keys,
        words.framing,
        words.disguised,
        activity.text[suspects.rows],
        most=_FEW_TEXTS if is_small else _TEXTS,
    )
    return rework, weigh_evidence(activity, suspects, rework, background, settings)


def _in_time(activity: Activity, rows: Codes) -> Codes:
    """Return rows in order of time, those without a known time last."""
    times = activity.posted_at[rows]
    ordered: Codes = rows[np.lexsort((rows, times, times == NEVER))]
    return ordered


def _threads_of(
    activity: Activity, suspects: Suspects, background: Background
) -> tuple[dict[str, Any], ...]:
    """Return what share of each thread a campaign wrote, the threads that it filled most first."""
    rows = suspects.rows[activity.threaded[suspects.rows]]
    threads, counts = np.unique(activity.thread[rows], return_counts=True)
    sizes = background.thread_bounds[threads + 1] - background.thread_bounds[threads]
    names = np.array(activity.root_ids.take(threads).to_pylist(), dtype=str)
    order = np.lexsort((names, -counts))
    order = order[sizes[order] > 1][:THREADS_LISTED]
    return tuple(
        {
            "root_id": activity.root_ids[int(threads[place])].as_py(),
            "posts": int(counts[place]),
            "of": int(sizes[place]),
        }
        for place in order
    )


def _groups_of(activity: Activity, suspects: Suspects, words: Words) -> tuple[str, ...]:
    """Return the ids of the groups in a campaign, the largest first."""
    groups, first, sizes = np.unique(
        activity.group[suspects.rows], return_index=True, return_counts=True
    )
    order = np.lexsort((groups, -sizes))
    names = words.group_ids.take(suspects.rows[first[order]]).to_pylist()
    return tuple(name for name in names if name)


def _iso(seconds: np.int64) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _find_frames(
    activity: Activity, suspects: Suspects, words: Words, variants: list[str]
) -> list[Reason]:
    """Return the frames that the wording is, learned from the dump or named by itself."""
    named = Counter(code for variant in variants for code in frame_cues(variant))
    found = {code: 1.0 for code, count in named.items() if 2 * count >= len(variants)}
    position = int(np.searchsorted(words.memberships.wordings, suspects.wording))
    alike = int(words.wording.groups_alike[position])
    if alike:
        found["frame-shared-wording"] = float(alike)
    if found.keys() & _BUTTONS:
        share = common_client_share(activity, suspects)
        if share >= _ONE_CLIENT:
            found["frame-common-client"] = round(share, 4)
    return [Reason(code, value) for code, value in sorted(found.items())]
