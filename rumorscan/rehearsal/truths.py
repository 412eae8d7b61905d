"""What is known of a dump, and what a detector finds in it, both as plain sets of ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rumorscan.records import Tier

FLAGGED_TIERS = (Tier.SUSPECTED, Tier.CONFIRMED)
"""The tiers under which an account counts as flagged."""


@dataclass(frozen=True, slots=True)
class FoundCampaign:
    """A campaign as some detector reports it.

    Attributes:
        campaign_id: any name that no other campaign of the detector has.
        tier: `spread`, `suspected` or `confirmed`; a detector without tiers says `suspected`.
        account_ids: its accounts.
        post_ids: its posts.
    """

    campaign_id: str
    tier: str
    account_ids: frozenset[str]
    post_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector found in a dump.

    Attributes:
        campaigns: in any order; an account or post may stand in several.
        campaign_of_post: the one campaign that each post is shown under; where it is left out,
            it follows from the campaigns, the first that has a post before the others.

    Example:
        >>> found = Found((FoundCampaign("c1", "suspected", frozenset("ab"), frozenset({"p1"})),))
        >>> found.accounts(FLAGGED_TIERS) == {"a", "b"}, found.flagged_posts()
        (True, {'p1': 'c1'})
    """

    campaigns: tuple[FoundCampaign, ...]
    campaign_of_post: Mapping[str, str] | None = None

    def of_tiers(self, tiers: Collection[str]) -> list[FoundCampaign]:
        """Return the campaigns of those tiers."""
        return [campaign for campaign in self.campaigns if campaign.tier in tiers]

    def accounts(self, tiers: Collection[str]) -> set[str]:
        """Return the accounts of all campaigns of those tiers."""
        return set().union(*(campaign.account_ids for campaign in self.of_tiers(tiers)))

    def flagged_posts(self) -> dict[str, str]:
        """Return the posts of the campaigns that are `suspected` or better, and which it is."""
        flagged = self.of_tiers(FLAGGED_TIERS)
        if self.campaign_of_post is not None:
            names = {campaign.campaign_id for campaign in flagged}
            return {post: name for post, name in self.campaign_of_post.items() if name in names}
        shown: dict[str, str] = {}
        for campaign in flagged:
            for post in campaign.post_ids:
                shown.setdefault(post, campaign.campaign_id)
        return shown


@dataclass(frozen=True, slots=True)
class TrueCampaign:
    """A campaign that is known to be in the dump.

    Attributes:
        campaign_id: any name that no other has.
        account_ids: its members, hijacked accounts among them.
        post_ids: its posts, without what the members wrote beside it.
        operator: how its text is varied; empty where that is not known.
        tempo_seconds: the window in which it posts in a thread; 0 where that is not known.
    """

    campaign_id: str
    account_ids: frozenset[str]
    post_ids: frozenset[str] = frozenset()
    operator: str = ""
    tempo_seconds: int = 0

    @property
    def size(self) -> int:
        """How many accounts it has."""
        return len(self.account_ids)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a dump.

    Attributes:
        campaigns: the planted ones, or those that people have found.
        negatives: accounts that look coordinated and are innocent, by kind; members of a
            campaign are not among them.
        planted_post_ids: all posts that were added to the dump: those of the campaigns, of the
            negatives, and the camouflage.
        posts: how many posts the dump has, with the planted ones.
    """

    campaigns: tuple[TrueCampaign, ...]
    negatives: Mapping[str, frozenset[str]] = field(default_factory=dict)
    planted_post_ids: frozenset[str] = frozenset()
    posts: int = 0

    @property
    def members(self) -> frozenset[str]:
        """The accounts of all campaigns."""
        return frozenset().union(*(campaign.account_ids for campaign in self.campaigns))
