"""Rosters: what is remembered of a run, so that an army is known when it comes back.

Of every campaign that is suspected or confirmed a roster holds who served in it, as digests under
the key of the history folder, and how its texts sound, as MinHash signatures. An account id or a
post is not in it; the template is, as the report shows it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes
from rumorscan.coordination.signatures import SCHEME, sign_texts
from rumorscan.coordination.significance import effective_count
from rumorscan.records import Campaign, Tier
from rumorscan.settings import GroupSettings
from rumorscan.text.keys import MatchKeys

Digests = npt.NDArray[np.uint64]
Signatures = npt.NDArray[np.uint32]

REMEMBERED = (Tier.SUSPECTED, Tier.CONFIRMED)
"""Tiers of the campaigns that a roster holds."""

_TEXTS = 8
_TEXTS_LOOKED_AT = 64
_BUSY = 30  # one account can be shared only once, however much it posts


@dataclass(frozen=True, slots=True)
class Scheme:
    """How signatures were made; those of different schemes are not comparable.

    Attributes:
        name: the family of hash functions.
        seed: what its members were drawn from.
        permutations: values in a signature.
        shingle_length: characters in a shingle.
        keys: what was signed.
    """

    name: str
    seed: int
    permutations: int
    shingle_length: int
    keys: str = "sound"

    @classmethod
    def of(cls, settings: GroupSettings) -> Scheme:
        """Return the scheme that a run with these settings signs by.

        Example:
            >>> Scheme.of(GroupSettings()).permutations
            128
        """
        return cls(SCHEME, settings.seed, settings.permutations, settings.shingle_length)


@dataclass(frozen=True, slots=True)
class Army:
    """One campaign, as it is remembered.

    Attributes:
        campaign_id: in its run.
        community_id: the same for the campaigns of the run that the same accounts serve, or None.
        tier: in its run, without what other runs said of it.
        started_at: ISO 8601 UTC time of its first post, or None.
        ended_at: the same of its last post.
        template: wording shared by its posts.
        accounts: digests of its accounts, ascending, shape (a,).
        signatures: of its most frequent texts, shape (t, permutations), t at most 8.
    """

    campaign_id: str
    community_id: str | None
    tier: Tier
    started_at: str | None
    ended_at: str | None
    template: str
    accounts: Digests
    signatures: Signatures

    @property
    def name(self) -> str:
        """What the accounts are known by in their run: the community, else the campaign."""
        return self.community_id or self.campaign_id


@dataclass(frozen=True, slots=True)
class Roster:
    """What is remembered of one run.

    Attributes:
        run: name of the run, from the digests of its inputs.
        earlier: names of the runs that were there before it, ascending.
        population: how many equally busy accounts its dump had.
        scheme: of the signatures.
        armies: in the order of the campaigns.
    """

    run: str
    earlier: tuple[str, ...]
    population: int
    scheme: Scheme
    armies: tuple[Army, ...]


def name_run(digests: Sequence[str | None], activity: Activity, keys: MatchKeys) -> str:
    """Return a name for a run: the same inputs, in any order, have the same.

    It is the beginning of the SHA-256 of the one input, or of that of all digests; of what was in
    memory, and has no file, the columns are digested.

    Args:
        digests: SHA-256 of each input in hexadecimal digits, None for what was in memory.
        activity: of the dump.
        keys: of its texts.
    """
    known = sorted(digest for digest in digests if digest)
    if not known or len(known) < len(digests):
        whole = hashlib.sha256()
        for codes in (activity.account, activity.posted_at, activity.text, keys.plain.codes):
            whole.update(hashlib.sha256(np.ascontiguousarray(codes).data).digest())
        for ids in (activity.account_ids, activity.post_ids):
            whole.update(hashlib.sha256("\n".join(ids.to_pylist()).encode()).digest())
        known = [whole.hexdigest()]
    if len(known) > 1:
        known = [hashlib.sha256("\n".join(known).encode()).hexdigest()]
    return known[0][:16]


def digest_accounts(account_ids: Sequence[str], key: bytes) -> Digests:
    """Return the digests of some accounts: HMAC-SHA256, 64 bits kept, in their order.

    Example:
        >>> first, again, other = digest_accounts(["甲", "甲", "乙"], b"k" * 32).tolist()
        >>> first == again, first == other
        (True, False)
    """
    digests = b"".join(hmac.digest(key, name.encode(), "sha256")[:8] for name in account_ids)
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def muster(
    campaigns: Sequence[Campaign],
    activity: Activity,
    keys: MatchKeys,
    key: bytes,
    settings: GroupSettings,
) -> list[Army]:
    """Return all campaigns of a dump as they would be remembered, in their order.

    Args:
        campaigns: with the rows of their posts.
        activity: of the dump.
        keys: the keys that text numbers point into.
        key: of the history folder.
        settings: how texts are signed, and how long one must be to be signed.
    """
    texts = [_usual_texts(campaign, activity, keys, settings) for campaign in campaigns]
    chosen = np.concatenate([np.zeros(0, dtype=np.int64), *texts])
    signatures = sign_texts(keys.sound.take(chosen), settings)
    stops = np.cumsum([len(part) for part in texts], dtype=np.int64)
    return [
        Army(
            campaign.campaign_id,
            campaign.community_id,
            campaign.tier,
            campaign.started_at,
            campaign.ended_at,
            campaign.template,
            np.unique(digest_accounts(campaign.account_ids, key)),
            signatures[stop - len(part) : stop],
        )
        for campaign, part, stop in zip(campaigns, texts, stops.tolist(), strict=True)
    ]


def _usual_texts(
    campaign: Campaign, activity: Activity, keys: MatchKeys, settings: GroupSettings
) -> Codes:
    """Return the most frequent texts of a campaign that sound different and are not short."""
    texts, counts = np.unique(activity.text[list(campaign.rows)], return_counts=True)
    long = keys.sound.offsets[texts + 1] - keys.sound.offsets[texts] >= settings.minimum_length
    texts, counts = texts[long], counts[long]
    order = np.argsort(-counts, kind="stable")[:_TEXTS_LOOKED_AT]
    heard: Counter[str] = Counter()
    first: dict[str, int] = {}
    for text, count in zip(texts[order].tolist(), counts[order].tolist(), strict=True):
        sound = keys.sound.key(text)
        heard[sound] += count
        first.setdefault(sound, text)
    return np.array([first[sound] for sound, _ in heard.most_common(_TEXTS)], dtype=np.int64)


def population(activity: Activity) -> int:
    """Return how many equally busy accounts a dump has: the busy ones make overlap likelier."""
    posts = np.bincount(activity.account, minlength=1)
    return effective_count(np.minimum(posts, _BUSY))


def remembered(armies: Sequence[Army], raised: Mapping[int, Digests]) -> tuple[Army, ...]:
    """Return the armies that go into a roster.

    Of a campaign that is suspected only because some of its accounts were known, just those
    accounts are kept: else one match after the other would draw in bystanders.

    Args:
        armies: from `muster`, with the tiers that the dump alone gives them.
        raised: the known accounts of the campaigns that other runs made suspected, by position.
    """
    kept = []
    for position, army in enumerate(armies):
        if army.tier in REMEMBERED:
            kept.append(army)
        elif position in raised:
            changes: dict[str, Any] = {"accounts": raised[position], "tier": Tier.SUSPECTED}
            kept.append(dataclasses.replace(army, **changes))
    return tuple(kept)
