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

from rumorscan.reasons import CONTENT, COORDINATION, EVIDENCE_CODES, REASON_CODES, RECORD
from rumorscan.records import POSTS_SCHEMA, Campaign, Reason, Stance, Tier, Triage
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
    """

    rumor_probability: Floats
    claim: npt.NDArray[Any]
    claim_similarity: Floats
    claim_ids: Sequence[str]
    stance: npt.NDArray[np.int8]
    lengths: npt.NDArray[Any]
    campaign: npt.NDArray[Any]
    campaigns: Sequence[Campaign] = ()


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
            posts: with the core fields, one row a post.
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
    order = np.lexsort((rows, *keys, -_count_families(flagged.column("reasons")), is_review))
    pressing: Rows = rows[order]
    return pressing


def _count_families(reasons: pa.ChunkedArray) -> Rows:
    """Return how many families of evidence the reasons of each row name."""
    lists = reasons.combine_chunks()
    if isinstance(lists, pa.ChunkedArray):
        return np.zeros(0, dtype=np.int64)
    rows = pc.list_parent_indices(lists).to_numpy()
    codes = pc.struct_field(lists.flatten(), "code").dictionary_encode()
    names = codes.dictionary.to_pylist()
    family = np.array([REASON_CODES[name].family if name in REASON_CODES else "" for name in names])
    counts = np.zeros(len(lists), dtype=np.int64)
    if len(names):
        family_of_reason = family[codes.indices.to_numpy()]
        for name in FAMILY_BITS:
            counts[np.unique(rows[family_of_reason == name])] += 1
    return counts


def _of_campaigns(evidence: Evidence, value: Callable[[Campaign], float]) -> Floats:
    """Return a value of each post's campaign, 0.0 for none."""
    values = np.array([*map(value, evidence.campaigns), 0.0], dtype=np.float64)
    of_rows: Floats = values[evidence.campaign]
    return of_rows


@dataclass(frozen=True, slots=True)
class _Part:
    """Reasons of some rows: their code, value and the position of their detail."""

    rows: Rows
    codes: npt.NDArray[np.int32]
    values: Floats
    details: npt.NDArray[np.int32]


class _Words:
    """Numbers for the codes and details that reasons name; details begin with the claims' ids."""

    def __init__(self, claim_ids: Sequence[str]) -> None:
        self.codes: dict[str, int] = {}
        self.details = list(claim_ids)
        self._numbers: dict[str, int] = {"": -1}

    def code(self, name: str) -> int:
        return self.codes.setdefault(name, len(self.codes))

    def detail(self, text: str) -> int:
        number = self._numbers.setdefault(text, len(self.details))
        if number == len(self.details):
            self.details.append(text)
        return number


def _reasons(
    evidence: Evidence,
    families: npt.NDArray[np.uint8],
    kept: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
) -> pa.ListArray:
    """Return the reasons of flagged posts, and of those that a denial spares."""
    flagged, spared = kept
    words = _Words(evidence.claim_ids)
    record, content = (families & FAMILY_BITS[name] for name in (RECORD, CONTENT))
    denies = (evidence.stance == _DENIES) & (flagged | spared)
    asks = (evidence.stance == _ASKS) & flagged
    short = (evidence.lengths < SHORT_LENGTH) & flagged
    members = np.flatnonzero(families & FAMILY_BITS[COORDINATION])
    of_members = evidence.campaign[members]
    marks, claim = np.ones(len(flagged)), evidence.claim
    nothing = np.full(len(flagged), -1)
    parts = [
        _part(words.code("known-rumor"), record, evidence.claim_similarity, claim),
        _spread(members, of_members, [_support(each) for each in evidence.campaigns], words),
        _part(words.code("rumor-probability"), content, evidence.rumor_probability, nothing),
        _part(words.code("stance-denies"), denies, marks, claim),
        _part(words.code("stance-asks"), asks, marks, claim),
        _part(words.code("short-text"), short, evidence.lengths, nothing),
        _spread(members, of_members, [each.counter_evidence for each in evidence.campaigns], words),
    ]
    return _gather(parts, len(flagged), words)


def _part(
    code: int, mask: npt.NDArray[Any], values: npt.NDArray[Any], details: npt.NDArray[Any]
) -> _Part:
    """Return one reason of each row that the mask holds."""
    rows = np.flatnonzero(mask)
    return _Part(
        rows,
        np.full(len(rows), code, dtype=np.int32),
        values[rows].astype(np.float64),
        details[rows].astype(np.int32),
    )


def _spread(
    rows: Rows, campaign: npt.NDArray[Any], lists: Sequence[Sequence[Reason]], words: _Words
) -> _Part:
    """Return the reasons of each row's campaign.

    Args:
        rows: of posts in campaigns.
        campaign: of these rows, same shape.
        lists: the reasons of every campaign.
        words: numbers for what they name.
    """
    flat = [reason for reasons in lists for reason in reasons]
    sizes = np.array([len(reasons) for reasons in lists] or [0], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    counts = sizes[campaign]
    ends = np.cumsum(counts)
    within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
    picked = np.repeat(starts[campaign], counts) + within
    return _Part(
        np.repeat(rows, counts),
        np.array([words.code(reason.code) for reason in flat], dtype=np.int32)[picked],
        np.array([reason.value for reason in flat], dtype=np.float64)[picked],
        np.array([words.detail(reason.detail) for reason in flat], dtype=np.int32)[picked],
    )


def _support(campaign: Campaign) -> list[Reason]:
    """Return what the posts of a campaign bear for it: its tier, and its strong families."""
    if campaign.tier not in (Tier.SUSPECTED, Tier.CONFIRMED):
        return []
    code = f"campaign-{campaign.tier}"
    reasons = [Reason(code, campaign.coordination, campaign.campaign_id)]
    for family, name in EVIDENCE_CODES.items():
        found = campaign.evidence.get(family, {})
        if found.get("strong"):
            reasons.append(Reason(name, float(found["strength"]), campaign.campaign_id))
    return reasons


def _gather(parts: list[_Part], n: int, words: _Words) -> pa.ListArray:
    """Return the parts as one list a row, in the order of the parts."""
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    bounds = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=n), out=bounds[1:])
    detail = np.concatenate([part.details for part in parts])[order]
    columns = [
        _texts(list(words.codes)).take(pa.array(np.concatenate([p.codes for p in parts])[order])),
        pa.array(np.concatenate([part.values for part in parts])[order]),
        pc.fill_null(_texts(words.details).take(_nullable(detail, detail < 0)), ""),
    ]
    structs = pa.StructArray.from_arrays(columns, names=["code", "value", "detail"])
    return pa.ListArray.from_arrays(pa.array(bounds), structs)


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(list(values), type=pa.string())


def _nullable(values: npt.NDArray[Any], is_null: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=is_null)


def _named(codes: npt.NDArray[np.int8], names: Any) -> pa.Array:
    labels = _texts([str(name) for name in names])
    return pa.DictionaryArray.from_arrays(pa.array(codes, type=pa.int8()), labels)
