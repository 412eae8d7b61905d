"""The posts that are to be added to a dump, and the columns that they become."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.columns import pick_rows
from rumorscan.readers.posts import Posts
from rumorscan.records import Precision
from rumorscan.rehearsal.ground import Ground, Ids
from rumorscan.rehearsal.players import PROFILE, Player

_DAY = 86_400
_EMPTY = ("title", "url", "repost_of", "hashtags", "parent_id")
_REPLY_WITH_PARENT = 0.5


@dataclass(slots=True, eq=False)
class Draft:
    """One post that is to be added.

    Attributes:
        player: who posts it.
        text: what it says.
        seconds: when, UTC seconds since 1970.
        thread: the existing thread that it stands in, or None.
        opener: the added post whose thread it stands in, or None; with neither it has a thread
            of its own.
        values: columns in which it differs from the post whose place it is put beside.
        post_id: given at the end.
    """

    player: Player
    text: str
    seconds: int
    thread: int | None = None
    opener: Draft | None = None
    values: dict[str, Any] = field(default_factory=dict)
    post_id: str = ""


def add_to(ground: Ground, drafts: Sequence[Draft], chance: random.Random) -> pa.Table:
    """Return the dump with the drafts among its rows; gives every draft its id.

    A row is put beside the post of its thread that is nearest in time and takes from it what
    nobody chose. In a dump that stands in order of time the rows stay in order; elsewhere a
    post with a thread of its own goes anywhere. Rows are numbered again in each source file.
    """
    posts = ground.posts
    if not drafts:
        return posts
    donors = np.array([_donor(ground, draft, chance) for draft in drafts], dtype=np.int64)
    for draft, donor in zip(drafts, donors.tolist(), strict=True):
        draft.seconds = _as_precise(ground, draft.seconds, donor)
    maker = Ids(posts["post_id"], ground.seconds)
    ids = maker.make(chance, len(drafts), [draft.seconds for draft in drafts])
    for draft, post_id in zip(drafts, ids, strict=True):
        draft.post_id = post_id
    values = _values(ground, drafts, donors, chance)
    order = _order(ground, drafts, donors, chance)
    columns = {}
    for name in posts.column_names:
        kind = posts.schema.field(name).type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        added = pa.array(values[name], plain)
        both = pa.chunked_array([*posts[name].cast(plain).chunks, added], plain)
        column = pick_rows(both, order)
        columns[name] = column.dictionary_encode().cast(kind) if plain != kind else column
    return _numbered(pa.table(columns, schema=posts.schema))


def as_posts(table: pa.Table) -> Posts:
    """Return a table of posts as what a scan takes without reading it again.

    Example:
        >>> import rumorscan as rs
        >>> len(as_posts(rs.read_posts([{"account_id": "a", "text": "停水"}]).table))
        1
    """
    from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport

    report = InputReport("<rehearsal>", rows=len(table), posts=len(table))
    return Posts(table, [report], REJECTS_SCHEMA.empty_table())


def _donor(ground: Ground, draft: Draft, chance: random.Random) -> int:
    if draft.thread is not None:
        return ground.nearest(draft.seconds, draft.thread)
    if ground.in_order:
        return ground.nearest(draft.seconds)
    return int(ground.openers[chance.randrange(len(ground.openers))])


def _as_precise(ground: Ground, seconds: int, donor: int) -> int:
    """Return the time as precise as that of the row beside which the post stands."""
    precision = ground.value("precision", donor) if ground.has("precision") else Precision.SECOND
    if precision == Precision.MINUTE:
        return seconds // 60 * 60
    if precision == Precision.DAY:
        known = int(ground.seconds[donor])  # its midnight is that of the dump's zone
        return known + (seconds - known) // _DAY * _DAY
    return seconds


def _values(
    ground: Ground, drafts: Sequence[Draft], donors: np.ndarray, chance: random.Random
) -> dict[str, list[Any]]:
    """Return the values of every column, one a draft."""
    rows = np.array([draft.player.row for draft in drafts], dtype=np.int64)
    values: dict[str, list[Any]] = {}
    for name in ground.posts.column_names:
        column = ground.posts[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if name in PROFILE:
            shown = pick_rows(column, rows).to_pylist()
            values[name] = [
                draft.player.profile.get(name, value)
                for draft, value in zip(drafts, shown, strict=True)
            ]
        elif name in _EMPTY and name != "parent_id":
            values[name] = [None] * len(drafts)
        else:
            values[name] = pick_rows(column, donors).to_pylist()
    values["post_id"] = [draft.post_id for draft in drafts]
    values["account_id"] = [draft.player.account_id for draft in drafts]
    values["text"] = [draft.text for draft in drafts]
    values["posted_at"] = _times(ground, drafts)
    if ground.has("root_id"):
        values["root_id"] = _roots(ground, drafts, values["root_id"], chance)
    if ground.has("parent_id"):
        values["parent_id"] = [
            _parent(draft, value, chance)
            for draft, value in zip(drafts, values["parent_id"], strict=True)
        ]
    for place, draft in enumerate(drafts):
        for name, value in draft.values.items():
            if name in values:
                values[name][place] = value
    return values


def _times(ground: Ground, drafts: Sequence[Draft]) -> pa.Array:
    seconds = pa.array([draft.seconds for draft in drafts], pa.int64())
    times = seconds.cast(pa.timestamp("s", tz="UTC")).cast(
        ground.posts.schema.field("posted_at").type
    )
    return times if len(ground.timed) else pa.nulls(len(drafts), times.type)


def _roots(
    ground: Ground, drafts: Sequence[Draft], beside: list[Any], chance: random.Random
) -> list[Any]:
    """Return the roots: that of the thread, or what the dump has in a post that opens one."""
    fresh: dict[int, str] = {}
    own = [draft for draft in drafts if draft.thread is None and draft.opener is None]
    if ground.root_style == "fresh":
        made = Ids(ground.posts["root_id"]).make(chance, len(own))
        fresh = {id(draft): root for draft, root in zip(own, made, strict=True)}

    def root(draft: Draft, value: Any) -> Any:
        if draft.thread is not None:
            return value
        opener = draft.opener or draft
        if ground.root_style == "fresh":
            return fresh[id(opener)]
        return None if ground.root_style == "none" and opener is draft else opener.post_id

    return [root(draft, value) for draft, value in zip(drafts, beside, strict=True)]


def _parent(draft: Draft, beside: Any, chance: random.Random) -> Any:
    if draft.thread is not None:
        return beside
    if draft.opener is not None and chance.random() < _REPLY_WITH_PARENT:
        return draft.opener.post_id
    return None


def _order(
    ground: Ground, drafts: Sequence[Draft], donors: np.ndarray, chance: random.Random
) -> np.ndarray:
    """Return the rows of dump and drafts in the order in which they shall stand."""
    count = len(ground)
    seconds = np.array([draft.seconds for draft in drafts])
    if ground.in_order:
        beside = np.array([ground.nearest(draft.seconds) for draft in drafts])
        after = np.where(seconds >= ground.seconds[beside], beside + 0.5, beside - 0.5)
    else:
        is_open = np.array([draft.thread is None for draft in drafts])
        anywhere = np.array([chance.randrange(count) for _ in drafts])
        after = np.where(is_open, anywhere, donors) + 0.5
    keys = np.concatenate([np.arange(count, dtype=np.float64), after])
    times = np.concatenate([np.zeros(count, dtype=np.int64), seconds])
    order: np.ndarray = np.lexsort((times, keys))
    return order


def _numbered(table: pa.Table) -> pa.Table:
    """Return the table with `source_row` counted anew in each source file."""
    if not {"source_file", "source_row"} <= set(table.column_names):
        return table
    files = table["source_file"].cast(pa.string()).combine_chunks().dictionary_encode().indices
    codes = files.fill_null(-1).to_numpy(zero_copy_only=False)
    numbers = np.zeros(len(table), dtype=np.int64)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        numbers[rows] = np.arange(1, len(rows) + 1)
    place = table.column_names.index("source_row")
    return table.set_column(place, table.schema.field("source_row"), pa.array(numbers))
