"""The self-test on a user's own dump: what would be found if known campaigns were in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rumorscan.errors import DumpError
from rumorscan.rehearsal.drafts import as_posts
from rumorscan.rehearsal.measures import (
    FLAGGED_TIERS,
    Figures,
    Found,
    FoundCampaign,
    measure,
)
from rumorscan.rehearsal.plans import LARGEST, Plan, draw_plans
from rumorscan.rehearsal.planting import Planted, plant
from rumorscan.rehearsal.summary import averages, summarize
from rumorscan.rehearsal.tables import Tables, load_tables

if TYPE_CHECKING:
    import pyarrow as pa

    from rumorscan.records import Progress
    from rumorscan.reports import Run
    from rumorscan.settings import Settings

_SHARE = 0.1  # of the dump is planted at most
_SMALLEST_DUMP = 200
_POSTS_PER_ACCOUNT = 2.4  # with camouflage
_POSTS_PER_CROWD_ACCOUNT = 6  # a round of crowds, one of each kind, by accounts of the largest
_NEGATIVE_SHARE = 0.25  # of what is planted


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a scan would find of campaigns of known kinds in a dump.

    Attributes:
        posts: posts of the untouched dump.
        planted_posts: posts that were added, for each seed.
        figures: for each seed.
        untouched: campaigns found in the untouched dump, by tier.
        untouched_accounts: accounts flagged there; they are set aside in the figures.
    """

    posts: int
    planted_posts: tuple[int, ...]
    figures: tuple[Figures, ...]
    untouched: dict[str, int] = field(default_factory=dict)
    untouched_accounts: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the rehearsal as JSON data."""
        return {
            "kind": "rehearsal",
            "posts": self.posts,
            "planted_posts": list(self.planted_posts),
            "untouched": {"campaigns": self.untouched, "accounts": self.untouched_accounts},
            "averages": averages(self.figures),
            "seeds": [one.to_dict() for one in self.figures],
        }

    def to_text(self) -> str:
        """Return the rehearsal in Chinese and English, for a terminal."""
        planted = " + ".join(f"{count:,}" for count in self.planted_posts)
        found = ", ".join(f"{tier} {count:,}" for tier, count in sorted(self.untouched.items()))
        head = [
            f"预演 rehearsal ｜ 帖子 posts {self.posts:,} ｜ 种入 planted {planted}",
            f"原数据中已标记 flagged in the untouched dump: {found or '0'} ｜ 账号 accounts"
            f" {self.untouched_accounts:,}（不计入下列数字 set aside below）",
        ]
        return "\n".join([*head, "", summarize(self.figures)])


def rehearse(
    source: Any,
    *,
    seeds: int = 1,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Rehearsal:
    """Plant campaigns in a copy of a dump, scan it, and measure what is found of them.

    At most about a tenth of the dump is planted; small dumps get few and small campaigns. What
    is flagged in the untouched dump as well is set aside, because nobody knows whether it is
    innocent. The dump itself is not changed.

    Args:
        source: whatever `read_posts` takes.
        seeds: how many times, each time with other campaigns.
        settings: those of the scan; defaults where not given.
        progress: told of every stage of every scan.

    Raises:
        DumpError: the dump cannot be read or has fewer than 200 posts.

    Example:
        >>> rehearse([{"account_id": "a1", "text": "停水"}])
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: a rehearsal needs 200 posts or more; the dump has 1
    """
    from rumorscan.settings import Settings

    chosen = settings or Settings()
    table = read_table(source, chosen)
    if len(table) < _SMALLEST_DUMP:
        raise DumpError(
            f"a rehearsal needs {_SMALLEST_DUMP} posts or more; the dump has {len(table)}"
        )
    tables = load_tables()
    before = scan_table(table, chosen, progress)
    known = before.accounts(FLAGGED_TIERS)
    planted_posts, figures = [], []
    for seed in range(1, seeds + 1):
        if progress is not None:
            progress.stage("plant", len(table))
        planted = plant_to_scale(table, tables, seed)
        found = scan_table(planted.table, chosen, progress)
        planted_posts.append(len(planted.truth.planted_post_ids))
        figures.append(measure(planted.truth, found, known))
    tiers = Counter(str(campaign.tier) for campaign in before.campaigns)
    return Rehearsal(len(table), tuple(planted_posts), tuple(figures), dict(tiers), len(known))


def read_table(source: Any, settings: Settings) -> pa.Table:
    """Return the columns of a dump, read as a scan with these settings reads them."""
    from rumorscan.readers import read_posts

    return read_posts(source, **settings.reading.arguments()).table


def scan_table(
    table: pa.Table, settings: Settings | None = None, progress: Progress | None = None
) -> Found:
    """Return what `campaigns` finds in the columns of a dump."""
    from rumorscan.pipeline import campaigns

    return found_in(campaigns(as_posts(table), settings=settings, progress=progress))


def found_in(run: Run) -> Found:
    """Return what a run found, as what is measured.

    Example:
        >>> import rumorscan as rs
        >>> posts = [{"account_id": f"a{n}", "text": "城东水厂停水三天"} for n in range(3)]
        >>> found = found_in(rs.campaigns(posts))
        >>> [(campaign.tier, len(campaign.account_ids)) for campaign in found.campaigns]
        [('spread', 3)]
    """
    import pyarrow.compute as pc

    table = run.posts.to_arrow().select(["post_id", "campaign_id"])
    shown = table.filter(pc.is_valid(table["campaign_id"]))
    pairs = zip(shown["post_id"].to_pylist(), shown["campaign_id"].to_pylist(), strict=True)
    return Found(
        tuple(
            FoundCampaign(
                item.campaign_id,
                str(item.tier),
                frozenset(item.account_ids),
                frozenset(item.post_ids),
            )
            for item in run.campaigns.items
        ),
        {post: name for post, name in pairs if name},
    )


def plant_to_scale(table: pa.Table, tables: Tables, seed: int) -> Planted:
    """Plant what a dump of that size can take: a tenth of it at most, or about so."""
    budget = _SHARE * len(table)
    room = _NEGATIVE_SHARE * budget
    crowd = min(40, int(room / _POSTS_PER_CROWD_ACCOUNT) - 5)
    negatives = 1 if crowd >= 6 else 0
    plans = _scaled_plans(seed, len(tables.messages), budget - (room if negatives else 0.0))
    if negatives and crowd == 40:
        negatives = 2
    return plant(table, plans, tables, seed, negatives=negatives, crowd=max(crowd, 6))


def _scaled_plans(seed: int, most: int, budget: float) -> Sequence[Plan]:
    """Return as many plans as there are messages, or fewer and smaller ones that fit."""
    plans: Sequence[Plan] = ()
    for count in (most, most // 2, 3):
        largest = LARGEST
        while largest >= 3:
            plans = draw_plans(seed, count, largest=largest)
            accounts = sum(plan.accounts for plan in plans)
            if accounts * _POSTS_PER_ACCOUNT <= budget and (largest >= 8 or count == 3):
                return plans
            largest = largest * 3 // 4
    return plans
