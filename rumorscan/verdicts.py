"""Evidence to triage and reasons: where behavior, content and record meet.

Three families of evidence stand side by side, and none alone makes a post urgent:

    record        the post repeats a known rumor, and does not deny it
    coordination  it belongs to a suspected or confirmed campaign
    content       its rumor probability is high, and it does not deny

    record  coordination  content                 triage
    ------  ------------  ----------------------  ------
    yes     any tier      any                     urgent
    no      confirmed     supporting or more      urgent
    no      confirmed     less                    review
    no      suspected     any                     review
    yes     no            any                     review
    no      no            for review              review
    no      no            less                    pass

`supporting` and `for review` are the probabilities of the settings. Record and content read
the same words, so together they are one witness, not two: without coordination such a post is
reviewed. A post that asks is reviewed at most. A post that denies is never flagged for what it
denies, only for coordination. The tier `spread` flags nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.reasons import (
    CONTENT,
    COORDINATION,
    EVIDENCE_CODES,
    RECORD,
    ReasonColumn,
    count_families,
)
from rumorscan.records import FOUND_FIELDS, POSTS_SCHEMA, Campaign, Reason, Stance, Tier, Triage
from rumorscan.settings import VerdictSettings

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

SHORT_LENGTH = 8
"""Fold keys under this length are too short to be alike by more than chance."""

FAMILY_BITS = {RECORD: 1, COORDINATION: 2, CONTENT: 4}
"""A post's families of evidence are the sum of these."""

_DENIES, _ASKS = list(Stance).index(Stance.DENIES), list(Stance).index(Stance.ASKS)
_SUSPECTED, _CONFIRMED = list(Tier).index(Tier.SUSPECTED), list(Tier).index(Tier.CONFIRMED)
_PASS, _REVIEW, _URGENT = range(len(Triage))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of n posts; every array has the shape (n,).

    Attributes:
        rumor_probability: float64, calibrated; NaN where nothing was scored.
        claim: int; position in `claim_ids` of the known rumor that is repeated, -1 for none.
        claim_similarity: float64 in [0, 1].
        claim_ids: ids of the known rumors.
        stance: int8 positions in `Stance`.
        lengths: int; characters of the fold key.
        campaign: int; position in `campaigns`, -1 for none.
        campaigns: with their tiers, coordination, evidence and counter-evidence.
        unsure: where the model had better abstain; None where it never does.
    """

    rumor_probability: Floats
    claim: npt.NDArray[Any]
    claim_similarity: Floats
    claim_ids: Sequence[str]
    stance: npt.NDArray[np.int8]
    lengths: npt.NDArray[Any]
    campaign: npt.NDArray[Any]
    campaigns: Sequence[Campaign] = ()
    unsure: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided of n posts.

    Attributes:
        evidence: what it was decided on.
        triage: int8 positions in `Triage`, shape (n,).
        families: uint8 sums of `FAMILY_BITS`, shape (n,).
        reasons: a list of reasons a post, those against last; empty for most.
    """

    evidence: Evidence
    triage: npt.NDArray[np.int8]
    families: npt.NDArray[np.uint8]
    reasons: pa.ListArray

    def table(self, posts: pa.Table, group_ids: pa.Array) -> pa.Table:
        """Return the columns of `posts.parquet`.

        Args:
            posts: with the core fields, one row a post; those to look up where there are any.
            group_ids: the id of each post's group, null for none.
        """
        evidence = self.evidence
        no_claim = evidence.claim < 0
        campaign_ids = _texts([campaign.campaign_id for campaign in evidence.campaigns])
        columns = {
            "rumor_probability": _nullable(
                evidence.rumor_probability, np.isnan(evidence.rumor_probability)
            ),
            "crowd_probability": pa.nulls(len(posts), pa.float64()),
            "stance": _named(evidence.stance, Stance),
            "claim_id": _texts(evidence.claim_ids).take(_nullable(evidence.claim, no_claim)),
            "claim_similarity": _nullable(evidence.claim_similarity, no_claim),
            "group_id": group_ids,
            "campaign_id": campaign_ids.take(_nullable(evidence.campaign, evidence.campaign < 0)),
            "coordination": _of_campaigns(evidence, lambda campaign: campaign.coordination),
            "triage": _named(self.triage, Triage),
            "reasons": self.reasons,
        }
        for name in ("post_id", "account_id", "source_file", "source_row", "posted_at"):
            columns[name] = posts.column(name)
        for name in FOUND_FIELDS:
            there = name in posts.column_names
            columns[name] = posts.column(name) if there else pa.nulls(len(posts), pa.string())
        return pa.table({name: columns[name] for name in POSTS_SCHEMA.names}).cast(POSTS_SCHEMA)


def decide(evidence: Evidence, settings: VerdictSettings | None = None) -> Decisions:
    """Return triage and reasons of every post, by the table above.

    Example:
        >>> evidence = Evidence(
        ...     rumor_probability=np.array([0.99, 0.99, 0.1]),
        ...     claim=np.array([-1, -1, 0]),
        ...     claim_similarity=np.array([0.0, 0.0, 0.9]),
        ...     claim_ids=["k1"],
        ...     stance=np.array([0, 1, 0], dtype=np.int8),
        ...     lengths=np.array([20, 20, 20]),
        ...     campaign=np.array([-1, -1, -1]),
        ... )
        >>> decisions = decide(evidence)
        >>> [list(Triage)[code].value for code in decisions.triage]
        ['review', 'pass', 'review']
        >>> decisions.reasons[2].as_py()
        [{'code': 'known-rumor', 'value': 0.9, 'detail': 'k1'}]
    """
    settings = settings or VerdictSettings()
    probability = np.nan_to_num(evidence.rumor_probability, nan=-1.0)
    tier = _of_campaigns(evidence, lambda campaign: list(Tier).index(campaign.tier))
    denies, asks = evidence.stance == _DENIES, evidence.stance == _ASKS
    record = (evidence.claim >= 0) & ~denies
    supports = (probability >= settings.supporting_probability) & ~denies
    content = (probability >= settings.review_probability) & ~denies
    coordinated = tier >= _SUSPECTED
    urgent = ((record & coordinated) | (supports & (tier >= _CONFIRMED))) & ~asks
    triage = np.full(len(record), _PASS, dtype=np.int8)
    triage[record | coordinated | content] = _REVIEW
    triage[urgent] = _URGENT
    families = record * np.uint8(1) + coordinated * np.uint8(2) + (supports | content) * np.uint8(4)
    flagged = triage != _PASS
    families = np.where(flagged, families, 0).astype(np.uint8)
    spared = denies & ((evidence.claim >= 0) | (probability >= settings.review_probability))
    reasons = _reasons(evidence, families, (flagged, spared))
    return Decisions(evidence, triage, families, reasons)


def enrich_campaigns(evidence: Evidence, key_of_row: npt.NDArray[Any]) -> list[Campaign]:
    """Return the campaigns with the content and the record of their posts.

    Args:
        evidence: of all posts.
        key_of_row: number of each post's distinct text; a text counts once in the mean.

    Returns:
        The campaigns in the same order, with `rumor_probability` (the mean, to six decimals,
        None where nothing was scored) and `claim_ids` (those not denied, most frequent first).
    """
    enriched = []
    for campaign in evidence.campaigns:
        rows = np.array(campaign.rows, dtype=np.int64)
        _, first = np.unique(key_of_row[rows], return_index=True)
        scored = evidence.rumor_probability[rows[first]]
        scored = scored[~np.isnan(scored)]
        claims = evidence.claim[rows]
        claims = claims[(claims >= 0) & (evidence.stance[rows] != _DENIES)]
        found, counts = np.unique(claims, return_counts=True)
        enriched.append(
            dataclasses.replace(
                campaign,
                rumor_probability=round(float(scored.mean()), 6) if len(scored) else None,
                claim_ids=tuple(
                    evidence.claim_ids[at] for at in found[np.argsort(-counts, kind="stable")]
                ),
            )
        )
    return enriched


def pressing_order(posts: pa.Table) -> Rows:
    """Return the rows to look at, most pressing first.

    Urgent before review; then by the number of families of evidence, coordination, similarity
    to a known rumor and rumor probability, highest first; then in input order.

    Args:
        posts: columns of `POSTS_SCHEMA`.

    Example:
        >>> def post(triage, *codes):
        ...     reasons = [{"code": code, "value": 1.0, "detail": ""} for code in codes]
        ...     return {"triage": triage, "coordination": 0.0, "reasons": reasons}
        >>> posts = pa.Table.from_pylist(
        ...     [post("review", "known-rumor"), post("pass"),
        ...      post("review", "known-rumor", "rumor-probability"), post("urgent")],
        ...     schema=POSTS_SCHEMA,
        ... )
        >>> pressing_order(posts).tolist()
        [3, 2, 0]
    """
    triage = posts.column("triage").cast(pa.string())
    rows = np.flatnonzero(pc.not_equal(triage, Triage.PASS).to_numpy())
    flagged = posts.select(
        ["triage", "coordination", "claim_similarity", "rumor_probability", "reasons"]
    ).take(rows)
    is_review = pc.equal(flagged.column("triage").cast(pa.string()), Triage.REVIEW).to_numpy()
    keys = [
        -np.nan_to_num(pc.fill_null(flagged.column(name), 0.0).to_numpy())
        for name in ("rumor_probability", "claim_similarity", "coordination")
    ]
    order = np.lexsort((rows, *keys, -count_families(flagged.column("reasons")), is_review))
    pressing: Rows = rows[order]
    return pressing


def _of_campaigns(evidence: Evidence, value: Callable[[Campaign], float]) -> Floats:
    """Return a value of each post's campaign, 0.0 for none."""
    values = np.array([*map(value, evidence.campaigns), 0.0], dtype=np.float64)
    of_rows: Floats = values[evidence.campaign]
    return of_rows


def _reasons(
    evidence: Evidence,
    families: npt.NDArray[np.uint8],
    kept: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
) -> pa.ListArray:
    """Return the reasons of flagged posts, and of those that a denial spares."""
    flagged, spared = kept
    column = ReasonColumn(len(flagged), evidence.claim_ids)
    marks, nothing = np.ones(len(flagged)), np.full(len(flagged), -1)

    def add(code: str, mask: Any, values: Any, details: Any) -> None:
        rows = np.flatnonzero(mask)
        column.add(code, rows, values[rows], details[rows])

    members = np.flatnonzero(families & FAMILY_BITS[COORDINATION])
    owners = evidence.campaign[members]
    asks = (evidence.stance == _ASKS) & flagged
    short = (evidence.lengths < SHORT_LENGTH) & flagged
    content = families & FAMILY_BITS[CONTENT]
    add("known-rumor", families & FAMILY_BITS[RECORD], evidence.claim_similarity, evidence.claim)
    column.spread(members, owners, [_support(each) for each in evidence.campaigns])
    add("rumor-probability", content, evidence.rumor_probability, nothing)
    if evidence.unsure is not None:
        unsure = evidence.unsure & (content > 0)
        add("model-unsure", unsure, evidence.rumor_probability, nothing)
    denies = (evidence.stance == _DENIES) & (flagged | spared)
    add("stance-denies", denies, marks, evidence.claim)
    add("stance-asks", asks, marks, evidence.claim)
    add("short-text", short, evidence.lengths, nothing)
    column.spread(members, owners, [each.counter_evidence for each in evidence.campaigns])
    return column.build()


def _support(campaign: Campaign) -> list[Reason]:
    """Return what the posts of a campaign bear for it: its tier, strong families, known army."""
    if campaign.tier not in (Tier.SUSPECTED, Tier.CONFIRMED):
        return []
    code = f"campaign-{campaign.tier}"
    reasons = [Reason(code, campaign.coordination, campaign.campaign_id)]
    for family, name in EVIDENCE_CODES.items():
        found = campaign.evidence.get(family, {})
        if found.get("strong"):
            reasons.append(Reason(name, float(found["strength"]), campaign.campaign_id))
    text = campaign.evidence.get("text", {})
    if text.get("made"):
        reasons.append(Reason("reworked-text", float(text["reworked"]), campaign.campaign_id))
    reasons.extend(_known_army(army) for army in campaign.known_as[:1])  # nearest first
    return reasons


def _known_army(army: dict[str, Any]) -> Reason:
    name = army.get("community_id") or army.get("campaign_id") or ""
    return Reason("known-army", float(army.get("similarity") or 1.0), str(name))


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(list(values), type=pa.string())


def _nullable(values: npt.NDArray[Any], is_null: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=is_null)


def _named(codes: npt.NDArray[np.int8], names: Any) -> pa.Array:
    labels = _texts([str(name) for name in names])
    return pa.DictionaryArray.from_arrays(pa.array(codes, type=pa.int8()), labels)
