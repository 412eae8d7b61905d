"""How well what was found agrees with what was planted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rumorscan.records import Tier
from rumorscan.rehearsal.agreement import Agreement, Share, agreement, b_cubed
from rumorscan.rehearsal.truths import (
    FLAGGED_TIERS,
    Found,
    FoundCampaign,
    TrueCampaign,
    Truth,
)

__all__ = [
    "FLAGGED_TIERS",
    "Figures",
    "Found",
    "FoundCampaign",
    "TrueCampaign",
    "Truth",
    "measure",
    "size_class",
]

SIZE_CLASSES = ((3, 9), (10, 49), (50, 300))
"""Accounts of a campaign, both ends counted; the last class is open above."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well what was found agrees with the truth.

    Attributes:
        suspected: accounts of campaigns that are `suspected` or better against the members.
        confirmed: the same of `confirmed` campaigns.
        campaigns: planted campaigns that are found: at least half of the members stand in one
            found campaign that is `suspected` or better.
        b_cubed: agreement of posts with their campaigns; see `b_cubed`. None where the truth
            names no posts.
        negatives: flagged share of the accounts of each kind of hard negative, and of `all`.
        false_campaigns: campaigns that are `suspected` or better and have less than half of
            their accounts among the members.
        false_confirmed: those of them that are `confirmed`.
        false_from_negatives: those of them that consist of hard negatives for half or more.
        organic_posts: posts of the dump that were not planted.
        by_operator: recall of accounts, and campaigns found, by how the text is varied.
        by_tempo: the same by the window in seconds.
        by_size: the same by size class, such as `10-49`.
        set_aside: flagged accounts that are not members but were flagged in the untouched dump
            already; they count neither as right nor as wrong.
        campaigns_set_aside: campaigns that consist of such accounts for the most part.
    """

    suspected: Agreement
    confirmed: Agreement
    campaigns: Share
    b_cubed: Agreement | None
    negatives: dict[str, Share]
    false_campaigns: int
    false_confirmed: int
    false_from_negatives: int
    organic_posts: int
    by_operator: dict[str, dict[str, Share]]
    by_tempo: dict[str, dict[str, Share]]
    by_size: dict[str, dict[str, Share]]
    set_aside: int = 0
    campaigns_set_aside: int = 0

    @property
    def false_campaigns_per_100k(self) -> float:
        """False campaigns in 100,000 organic posts."""
        return _per_100k(self.false_campaigns, self.organic_posts)

    @property
    def organic_campaigns_per_100k(self) -> float:
        """False campaigns without those of hard negatives in 100,000 organic posts."""
        return _per_100k(self.false_campaigns - self.false_from_negatives, self.organic_posts)

    @property
    def false_confirmed_per_100k(self) -> float:
        """False `confirmed` campaigns in 100,000 organic posts."""
        return _per_100k(self.false_confirmed, self.organic_posts)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON data."""

        def shares(table: Mapping[str, Share]) -> dict[str, Any]:
            return {name: share.to_dict() for name, share in table.items()}

        return {
            "accounts_suspected": self.suspected.to_dict(),
            "accounts_confirmed": self.confirmed.to_dict(),
            "campaigns_found": self.campaigns.to_dict(),
            "b_cubed": None if self.b_cubed is None else self.b_cubed.to_dict(),
            "negatives_flagged": shares(self.negatives),
            "false_campaigns": self.false_campaigns,
            "false_campaigns_per_100k": self.false_campaigns_per_100k,
            "organic_campaigns_per_100k": self.organic_campaigns_per_100k,
            "false_confirmed": self.false_confirmed,
            "false_from_negatives": self.false_from_negatives,
            "false_confirmed_per_100k": self.false_confirmed_per_100k,
            "organic_posts": self.organic_posts,
            "set_aside_accounts": self.set_aside,
            "set_aside_campaigns": self.campaigns_set_aside,
            "by_operator": {name: shares(row) for name, row in self.by_operator.items()},
            "by_tempo": {name: shares(row) for name, row in self.by_tempo.items()},
            "by_size": {name: shares(row) for name, row in self.by_size.items()},
        }


def measure(truth: Truth, found: Found, already: Collection[str] = ()) -> Figures:
    """Return how well what was found agrees with the truth.

    Args:
        truth: what is known of the dump.
        found: what a detector found in it.
        already: accounts that the detector flags in the untouched dump; such of them as are no
            members are set aside, since nobody knows whether they are innocent.

    Example:
        >>> planted = TrueCampaign("t1", frozenset("abcd"), frozenset({"1", "2", "3", "4"}))
        >>> truth = Truth((planted,), posts=100, planted_post_ids=planted.post_ids)
        >>> caught = FoundCampaign("f1", "suspected", frozenset("abcx"), frozenset({"1", "2", "3"}))
        >>> figures = measure(truth, Found((caught,)))
        >>> figures.suspected.precision, figures.suspected.recall, figures.campaigns.value
        (0.75, 0.75, 1.0)
    """
    members = truth.members
    apart = frozenset(already) - members
    flagged = found.of_tiers(FLAGGED_TIERS)
    is_caught = {
        campaign.campaign_id: any(
            2 * len(campaign.account_ids & other.account_ids) >= campaign.size for other in flagged
        )
        for campaign in truth.campaigns
    }
    suspects = found.accounts(FLAGGED_TIERS)
    wrong, known = _false_campaigns(flagged, members, apart)
    innocents = frozenset().union(*truth.negatives.values())

    def split(name_of: Callable[[TrueCampaign], str]) -> dict[str, dict[str, Share]]:
        return _split(truth.campaigns, name_of, suspects, is_caught)

    return Figures(
        suspected=agreement(suspects - apart, members),
        confirmed=agreement(found.accounts((Tier.CONFIRMED,)) - apart, members),
        campaigns=Share(sum(is_caught.values()), len(is_caught)),
        b_cubed=_agree_on_posts(truth, found, apart),
        negatives=_count_negatives(truth, suspects, apart),
        false_campaigns=len(wrong),
        false_confirmed=sum(campaign.tier == Tier.CONFIRMED for campaign in wrong),
        false_from_negatives=sum(
            2 * len(campaign.account_ids & innocents) >= len(campaign.account_ids)
            for campaign in wrong
        ),
        organic_posts=truth.posts - len(truth.planted_post_ids),
        by_operator=split(lambda campaign: campaign.operator),
        by_tempo=split(lambda campaign: str(campaign.tempo_seconds or "")),
        by_size=split(lambda campaign: size_class(campaign.size)),
        set_aside=len(suspects & apart),
        campaigns_set_aside=len(known),
    )


def size_class(accounts: int) -> str:
    """Return the class of a campaign of so many accounts.

    Example:
        >>> [size_class(count) for count in (3, 9, 10, 49, 50, 500)]
        ['3-9', '3-9', '10-49', '10-49', '50-300', '50-300']
    """
    for low, high in SIZE_CLASSES:
        if accounts <= high:
            return f"{low}-{high}"
    low, high = SIZE_CLASSES[-1]
    return f"{low}-{high}"


def _per_100k(count: int, posts: int) -> float:
    return 100_000 * count / posts if posts > 0 else 0.0


def _false_campaigns(
    flagged: Sequence[FoundCampaign], members: frozenset[str], apart: frozenset[str]
) -> tuple[list[FoundCampaign], list[FoundCampaign]]:
    """Return the campaigns with few members, and those of them that were there before."""
    strange = [one for one in flagged if 2 * len(one.account_ids & members) < len(one.account_ids)]
    known = [one for one in strange if 2 * len(one.account_ids & apart) > len(one.account_ids)]
    return [one for one in strange if one not in known], known


def _agree_on_posts(truth: Truth, found: Found, apart: frozenset[str]) -> Agreement | None:
    true = {
        post: campaign.campaign_id for campaign in truth.campaigns for post in campaign.post_ids
    }
    if not true:
        return None
    _, known = _false_campaigns(found.of_tiers(FLAGGED_TIERS), truth.members, apart)
    names = {campaign.campaign_id for campaign in known}
    shown = {
        post: name
        for post, name in found.flagged_posts().items()
        if name not in names or post in true
    }
    return b_cubed(shown, true)


def _count_negatives(truth: Truth, suspects: set[str], apart: frozenset[str]) -> dict[str, Share]:
    kinds = {kind: accounts - apart for kind, accounts in sorted(truth.negatives.items())}
    shares = {
        kind: Share(len(accounts & suspects), len(accounts)) for kind, accounts in kinds.items()
    }
    if shares:
        everyone = frozenset().union(*kinds.values())
        shares["all"] = Share(len(everyone & suspects), len(everyone))
    return shares


def _split(
    campaigns: Sequence[TrueCampaign],
    name_of: Callable[[TrueCampaign], str],
    suspects: set[str],
    is_caught: Mapping[str, bool],
) -> dict[str, dict[str, Share]]:
    """Return recall of memberships, and campaigns found, for each part that has a name.

    An account that serves in several campaigns counts once in each.
    """
    parts: dict[str, list[TrueCampaign]] = {}
    for campaign in campaigns:
        if name := name_of(campaign):
            parts.setdefault(name, []).append(campaign)
    return {
        name: {
            "accounts": Share(
                sum(len(one.account_ids & suspects) for one in part),
                sum(one.size for one in part),
            ),
            "campaigns": Share(sum(is_caught[one.campaign_id] for one in part), len(part)),
        }
        for name, part in sorted(parts.items(), key=lambda part: _natural(part[0]))
    }


def _natural(name: str) -> tuple[int, str]:
    start = name.partition("-")[0]
    return (int(start) if start.isdecimal() else 0, name)
