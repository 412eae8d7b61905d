"""Campaigns, hard negatives and camouflage planted in a copy of a dump."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from rumorscan.rehearsal.drafts import Draft, add_to
from rumorscan.rehearsal.ground import Ground
from rumorscan.rehearsal.measures import TrueCampaign, Truth
from rumorscan.rehearsal.negatives import draft_negatives
from rumorscan.rehearsal.operators import OPERATORS, expand, settle
from rumorscan.rehearsal.plans import Plan
from rumorscan.rehearsal.players import Casting, Player
from rumorscan.rehearsal.tables import Message, Tables

_TIMES_POSTED = (1, 2, 3)
_TIMES_WEIGHTS = (80, 14, 6)
_CAMOUFLAGE_MOST = 3
_CAMOUFLAGE_COPIED = 0.5  # of the ordinary posts: short ones of the dump, said again
_COPIED_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class Planted:
    """A dump with something planted in it, and the truth about that.

    Attributes:
        table: the columns of the dump; all of its rows, and the planted ones among them.
        truth: what was planted.
        plans: what was to be planted, in the order of the campaigns in the truth.
        negative_post_ids: posts of the hard negatives, by kind.
        camouflage_post_ids: ordinary posts of the new accounts of campaigns.
    """

    table: pa.Table
    truth: Truth
    plans: tuple[Plan, ...]
    negative_post_ids: dict[str, frozenset[str]] = field(default_factory=dict)
    camouflage_post_ids: frozenset[str] = frozenset()


def plant(
    posts: pa.Table,
    plans: Sequence[Plan],
    tables: Tables,
    seed: int,
    *,
    negatives: int | None = None,
    crowd: int = 40,
) -> Planted:
    """Plant campaigns and hard negatives in a copy of a dump.

    Ids are made in the dump's own style, times lie inside its span and follow its hours, and
    what else a post has is taken from its neighbors.

    Args:
        posts: the columns as `read_posts(...).table` has them, one row at least.
        plans: the campaigns.
        tables: what is said.
        seed: the same seed and dump give the same table.
        negatives: how many crowds of each kind of hard negative; None means all of the tables.
        crowd: accounts of a hard negative at most.

    Example:
        >>> import rumorscan as rs
        >>> from rumorscan.rehearsal.plans import draw_plans
        >>> from rumorscan.rehearsal.tables import load_tables
        >>> rows = [
        ...     {"account_id": f"a{n}", "text": "早", "posted_at": 1_700_000_000 + 60 * n}
        ...     for n in range(50)
        ... ]
        >>> plans = draw_plans(1, 2, largest=6)
        >>> planted = plant(rs.read_posts(rows).table, plans, load_tables(), 1, negatives=0)
        >>> len(planted.truth.campaigns), planted.truth.posts == len(planted.table)
        (2, True)
    """
    chance = random.Random(f"{seed}/planting")  # noqa: S311 - a dump, not a key
    ground = Ground(posts)
    casting = Casting(ground, chance)
    casts = _cast(plans, casting, chance)
    drafted = [
        _draft_campaign(plan, players, message, (ground, tables, chance))
        for plan, players, message in zip(
            plans, casts, _messages(plans, tables, chance), strict=True
        )
    ]
    fresh = {player for players in casts for player in players if player.fresh}
    camouflage = [
        draft
        for player in sorted(fresh, key=lambda player: player.account_id)
        for draft in _draft_camouflage(player, (ground, tables, chance))
    ]
    crowds = draft_negatives(ground, casting, tables.negatives, chance, negatives, crowd)
    everything = [*itertools.chain.from_iterable(drafted), *camouflage]
    everything += itertools.chain.from_iterable(crowds.values())
    table = add_to(ground, everything, chance)
    return Planted(
        table,
        Truth(
            campaigns=tuple(
                TrueCampaign(
                    f"planted-{number}",
                    frozenset(player.account_id for player in players),
                    _ids(drafts),
                    plan.operator,
                    plan.tempo_seconds,
                )
                for number, (plan, players, drafts) in enumerate(
                    zip(plans, casts, drafted, strict=True), start=1
                )
            ),
            negatives={
                kind: frozenset(draft.player.account_id for draft in drafts)
                for kind, drafts in crowds.items()
            },
            planted_post_ids=_ids(everything),
            posts=len(table),
        ),
        tuple(plans),
        {kind: _ids(drafts) for kind, drafts in crowds.items()},
        _ids(camouflage),
    )


def _ids(drafts: Sequence[Draft]) -> frozenset[str]:
    return frozenset(draft.post_id for draft in drafts)


def _cast(plans: Sequence[Plan], casting: Casting, chance: random.Random) -> list[list[Player]]:
    """Return the members of each campaign; those of a pool serve in several."""
    largest: dict[int, int] = {}
    shares: dict[int, float] = {}
    for plan in plans:
        if plan.pool is not None:
            largest[plan.pool] = max(largest.get(plan.pool, 0), plan.accounts)
            shares[plan.pool] = plan.hijacked
    pools = {
        pool: [casting.draw(shares[pool]) for _ in range(size)] for pool, size in largest.items()
    }
    casts = []
    for plan in plans:
        members: list[Player] = []
        if plan.pool is not None:
            members += chance.sample(pools[plan.pool], round(plan.accounts * plan.pool_share))
        members += [casting.draw(plan.hijacked) for _ in range(plan.accounts - len(members))]
        casts.append(members)
    return casts


def _messages(plans: Sequence[Plan], tables: Tables, chance: random.Random) -> list[Message]:
    """Return a message for each campaign: a new one as long as there are any.

    Campaigns that vary slots get messages that have some; one that is not slots keeps to one
    filling of them.
    """
    left: list[Message] = []
    chosen: dict[int, Message] = {}
    for number in sorted(range(len(plans)), key=lambda place: plans[place].operator != "slots"):
        wants_slots = plans[number].operator == "slots"
        if not left:
            left = chance.sample(tables.messages, len(tables.messages))
        fitting = [message for message in left if bool(message.slots) or not wants_slots]
        message = (fitting or left)[0]
        left.remove(message)
        chosen[number] = message if wants_slots else settle(chance, message)
    return [chosen[number] for number in range(len(plans))]


Means = tuple[Ground, Tables, random.Random]


def _draft_campaign(
    plan: Plan, players: Sequence[Player], message: Message, means: Means
) -> list[Draft]:
    """Return the posts of a campaign; every member has one at least."""
    ground, tables, chance = means
    times = chance.choices(_TIMES_POSTED, weights=_TIMES_WEIGHTS, k=len(players))
    threads: list[int | None] = list(ground.pick_threads(chance, plan.threads))
    if not plan.in_threads or not threads:
        threads = [None]
    starts = {thread: ground.start(chance, plan.tempo_seconds, thread) for thread in threads}
    vary = OPERATORS[plan.operator]
    drafts = []
    for player, count in zip(players, times, strict=True):
        places = chance.sample(threads, min(count, len(threads)))
        places += chance.choices(threads, k=count - len(places))
        for thread in places:
            moment = ground.moment(chance, starts[thread], plan.tempo_seconds, thread)
            drafts.append(Draft(player, vary(chance, message, tables), moment, thread))
    return drafts


def _draft_camouflage(player: Player, means: Means) -> list[Draft]:
    """Return a few ordinary posts of a new account, anywhere in the dump."""
    ground, tables, chance = means
    drafts = []
    for _ in range(chance.randint(0, _CAMOUFLAGE_MOST)):
        text = expand(chance, chance.choice(tables.camouflage))
        if chance.random() < _CAMOUFLAGE_COPIED:
            said = ground.value("text", chance.randrange(len(ground)))
            text = said if len(said) <= _COPIED_CHARACTERS else text
        row = chance.randrange(len(ground))
        thread = int(ground.thread_of_row[row])
        place = thread if thread >= 0 else None
        start = int(ground.seconds[row])
        if start == np.iinfo(np.int64).min:
            start = ground.start(chance, 0, place)
        moment = ground.moment(chance, start, 3_600, place)
        drafts.append(Draft(player, text, moment, place))
    return drafts
