"""The shapes of what flows through the house: column schemas and a few frozen values.

Inside, a dump is columns; a row number is the join key of every array. These are the names
and types of the columns at the two ends, and the values that a person reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Protocol

import pyarrow as pa

UTC_SECONDS = pa.timestamp("s", tz="UTC")


class Precision(IntEnum):
    """How finely a post's time is known."""

    UNKNOWN = 0
    DAY = 1
    MINUTE = 2
    SECOND = 3


class Tier(StrEnum):
    """How well coordination is shown, weakest first."""

    NONE = "none"
    SPREAD = "spread"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


class Triage(StrEnum):
    """What a person should do with a post, least pressing first."""

    PASS = "pass"  # noqa: S105 - a triage, not a password
    REVIEW = "review"
    URGENT = "urgent"


class Stance(StrEnum):
    """What a post does with the claim that it carries."""

    ASSERTS = "asserts"
    DENIES = "denies"
    ASKS = "asks"
    UNCLEAR = "unclear"


CORE_FIELDS: dict[str, pa.DataType] = {
    "post_id": pa.string(),
    "account_id": pa.string(),
    "text": pa.string(),
    "posted_at": UTC_SECONDS,
    "precision": pa.uint8(),
    "source_file": pa.dictionary(pa.int32(), pa.string()),
    "source_row": pa.int64(),
}
"""The columns that every accepted dump has; `precision` holds a `Precision`."""

OPTIONAL_FIELDS: dict[str, pa.DataType] = {
    "platform": pa.string(),
    "kind": pa.string(),
    "title": pa.string(),
    "account_name": pa.string(),
    "parent_id": pa.string(),
    "root_id": pa.string(),
    "repost_of": pa.string(),
    "url": pa.string(),
    "client": pa.string(),
    "device_id": pa.string(),
    "ip": pa.string(),
    "ip_region": pa.string(),
    "account_created_at": UTC_SECONDS,
    "followers": pa.int64(),
    "following": pa.int64(),
    "account_posts": pa.int64(),
    "verified": pa.bool_(),
    "reposts": pa.int64(),
    "comments": pa.int64(),
    "likes": pa.int64(),
    "views": pa.int64(),
    "hashtags": pa.string(),
    "posted_at_text": pa.string(),
    "reposted_from": pa.string(),
    "keyword": pa.string(),
    "text_repaired": pa.string(),
}
"""The columns that a dump may have; an absent one is absent, not full of nulls."""

REASONS = pa.list_(pa.struct({"code": pa.string(), "value": pa.float64(), "detail": pa.string()}))

FOUND_FIELDS = ("posted_at_text", "reposted_from", "keyword", "text_repaired")
"""Fields that are only to be looked up: no evidence is made of them."""

_FIXED_FIELDS: dict[str, pa.DataType] = {
    "post_id": pa.string(),
    "account_id": pa.string(),
    "source_file": pa.dictionary(pa.int32(), pa.string()),
    "source_row": pa.int64(),
    "posted_at": UTC_SECONDS,
    "rumor_probability": pa.float64(),
    "crowd_probability": pa.float64(),
    "stance": pa.dictionary(pa.int8(), pa.string()),
    "claim_id": pa.string(),
    "claim_similarity": pa.float64(),
    "group_id": pa.string(),
    "campaign_id": pa.string(),
    "coordination": pa.float64(),
    "triage": pa.dictionary(pa.int8(), pa.string()),
    "reasons": REASONS,
}
POSTS_SCHEMA = pa.schema(
    {**_FIXED_FIELDS, **{name: OPTIONAL_FIELDS[name] for name in FOUND_FIELDS}}
)
"""`posts.parquet`: one row an accepted post, in input order; what no dump had is null."""

FLAGS_SCHEMA = pa.schema({**_FIXED_FIELDS, "text": pa.string()})
"""`flags.csv`: the fixed columns of `posts.parquet`, and the text as it was posted."""

ACCOUNTS_SCHEMA = pa.schema(
    {
        "account_id": pa.string(),
        "posts": pa.int64(),
        "tier": pa.string(),
        "coordination": pa.float64(),
        "campaign_ids": pa.list_(pa.string()),
        "evidence": REASONS,
    }
)
"""`accounts.csv`: one row an account, most coordinated first, then by id."""

EDGES_SCHEMA = pa.schema(
    {
        "account_a": pa.string(),
        "account_b": pa.string(),
        "weight": pa.float64(),
        "q_value": pa.float64(),
        "post_ids_a": pa.list_(pa.string()),
        "post_ids_b": pa.list_(pa.string()),
        "layers": pa.list_(pa.string()),
    }
)
"""`edges.csv`: one row a pair of accounts tied by more than chance, `account_a < account_b`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was flagged, or why not: a stable code and its value.

    Attributes:
        code: one of the codes that `rumorscan.verdicts` lists.
        value: the quantity behind it, in the unit that the code states.
        detail: an id or a short word that the value belongs to; may be empty.

    Example:
        >>> Reason("known-rumor", 0.93, "k0007").to_dict()
        {'code': 'known-rumor', 'value': 0.93, 'detail': 'k0007'}
    """

    code: str
    value: float
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the reason as it stands in the run folder."""
        return {"code": self.code, "value": self.value, "detail": self.detail}


THREADS_LISTED = 10
"""Threads that a campaign names at most."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Accounts that act together over one or more groups of near-duplicate text.

    Attributes:
        campaign_id: stable for the same accounts and groups.
        tier: how well coordination is shown.
        coordination: score in [0, 1]; not a probability.
        q_value: smallest corrected chance that its account ties are accidental; 1.0 with none.
        account_ids: in order of their first post, then by id.
        post_ids: in order of time, then of input.
        group_ids: largest first.
        template: wording shared by the posts, variable slots shown as `［…］`.
        started_at: ISO 8601 UTC time of the first post, or None where no time is known.
        ended_at: the same of the last post.
        evidence: for each of the families text, time, reuse, profile and infrastructure an
            object with `strength` in [0, 1], `strong`, and the quantities behind it.
        counter_evidence: what speaks against the reading, as reasons.
        rumor_probability: mean calibrated probability over its distinct texts, or None.
        claim_ids: known rumors that its posts assert, most frequent first.
        community_id: the same for all campaigns that the same accounts serve; None where no
            other one is known to be.
        first_post_id: the first post in the data; not necessarily where it came from.
        threads: threads in which it posted, the fullest first, at most `THREADS_LISTED`: an
            object each with `root_id`, its `posts` there, and how many posts `of` the thread
            the dump has.
        known_as: armies of earlier runs that it resembles, from the roster, nearest first.
        rows: positions of its posts in the dump, ascending; not written to the run folder.
    """

    campaign_id: str
    tier: Tier
    coordination: float
    q_value: float
    account_ids: tuple[str, ...]
    post_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    template: str
    started_at: str | None
    ended_at: str | None
    evidence: dict[str, dict[str, Any]]
    counter_evidence: tuple[Reason, ...] = ()
    rumor_probability: float | None = None
    claim_ids: tuple[str, ...] = ()
    community_id: str | None = None
    first_post_id: str | None = None
    threads: tuple[dict[str, Any], ...] = ()
    known_as: tuple[dict[str, Any], ...] = ()
    rows: tuple[int, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the campaign as one object of `campaigns.jsonl`."""
        return {
            "campaign_id": self.campaign_id,
            "tier": str(self.tier),
            "coordination": self.coordination,
            "q_value": self.q_value,
            "account_ids": list(self.account_ids),
            "post_ids": list(self.post_ids),
            "group_ids": list(self.group_ids),
            "template": self.template,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "evidence": self.evidence,
            "counter_evidence": [reason.to_dict() for reason in self.counter_evidence],
            "rumor_probability": self.rumor_probability,
            "claim_ids": list(self.claim_ids),
            "community_id": self.community_id,
            "first_post_id": self.first_post_id,
            "threads": list(self.threads),
            "known_as": list(self.known_as),
        }


class Progress(Protocol):
    """Whoever wants to be told how far the work has come."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; total is how many items it has, where that is known."""

    def advance(self, count: int = 1) -> None:
        """Say that so many more items of the stage are done."""

    def done(self, note: str = "") -> None:
        """End the stage, with a word on what came out of it."""
