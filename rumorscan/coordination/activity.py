"""Who posted what, where and when, as codes: the columns that coordination is found in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.coordination.codes import Codes, encode_column
from rumorscan.coordination.layers import Layer, gather_layers
from rumorscan.coordination.wordings import Wordings
from rumorscan.text.displays import Displays

NEVER = np.iinfo(np.int64).min
"""A time that is not known."""


@dataclass(frozen=True, slots=True)
class Activity:
    """The n posts of a dump as arrays of codes; -1 means none or not known.

    Attributes:
        post_ids: the posts' ids, shape (n,).
        account_ids: the distinct account ids, in order of first post; codes point into it.
        account: int64, shape (n,).
        thread: int64, shape (n,); posts under one root share it, others are alone in theirs.
        threaded: bool, shape (n,); whether the dump names the thread.
        root_ids: the id of each thread's root, by its code.
        posted_at: int64 seconds since 1970 UTC, shape (n,); `NEVER` where unknown.
        precision_seconds: int64, shape (n,); the unit in which each time is known.
        text: int64, shape (n,); the distinct display text.
        group: int64, shape (n,); first text of the near-duplicate group, -1 for short texts.
        wording: int64, shape (n,); first text of the wording, -1 for short texts.
        quotes: bool, shape (n,); the post repeats the post that it answers or reposts.
        layers: who has which device, ip, client, link, hashtag and registration day, by name,
            where the dump has them.
        created_at: int64 seconds, one an account; `NEVER` where unknown.
        verified: bool, one an account.
        names: the name of each account, null where the dump has none.
    """

    post_ids: pa.Array
    account_ids: pa.Array
    account: Codes
    thread: Codes
    threaded: npt.NDArray[np.bool_]
    root_ids: pa.Array
    posted_at: Codes
    precision_seconds: Codes
    text: Codes
    group: Codes
    wording: Codes
    quotes: npt.NDArray[np.bool_]
    layers: dict[str, Layer]
    created_at: Codes
    verified: npt.NDArray[np.bool_]
    names: pa.Array

    def __len__(self) -> int:
        return len(self.account)

    @property
    def account_count(self) -> int:
        """Distinct accounts in the dump."""
        return len(self.account_ids)


@dataclass(frozen=True, slots=True)
class Threads:
    """Under what the n posts of a dump stand.

    Attributes:
        thread: int64 codes, shape (n,); posts under one root share it, others are alone.
        threaded: bool, shape (n,); whether the dump names the thread.
        original: int64, shape (n,); the row of the post that is answered, -1 for none.
        root_ids: the id of each thread's root, by its code; that of the post itself where it
            stands alone.
    """

    thread: Codes
    threaded: npt.NDArray[np.bool_]
    original: Codes
    root_ids: pa.Array

    def original_texts(self, displays: Displays) -> Codes:
        """Return for each distinct text the text that its first post answers, -1 for none."""
        rows = self.original[displays.first_row]
        texts: Codes = np.where(rows >= 0, displays.of_row[rows], -1)
        texts[texts == np.arange(len(displays))] = -1
        return texts


def gather_activity(
    posts: pa.Table, threads: Threads, displays: Displays, wordings: Wordings
) -> Activity:
    """Return the activity of a dump.

    Args:
        posts: the dump's columns, one row a post.
        threads: where they stand, from `find_threads`.
        displays: its distinct display texts.
        wordings: the near-duplicates and templates among them.
    """
    account, account_ids = encode_column(posts["account_id"])
    group = wordings.group_of[displays.of_row]
    wording = wordings.wording_of[displays.of_row]
    known = np.flatnonzero(threads.original >= 0)
    quotes = np.zeros(len(posts), dtype=bool)
    quotes[known] = (wording[known] >= 0) & (wording[known] == wording[threads.original[known]])
    created_at = _of_accounts(_optional_seconds(posts), account, len(account_ids))
    return Activity(
        post_ids=posts["post_id"].combine_chunks(),
        account_ids=account_ids,
        account=account,
        thread=threads.thread,
        threaded=threads.threaded,
        root_ids=threads.root_ids,
        posted_at=_seconds(posts["posted_at"]),
        precision_seconds=_precision_seconds(posts["precision"]),
        text=displays.of_row,
        group=group,
        wording=wording,
        quotes=quotes,
        layers=gather_layers(posts, account, created_at, int(NEVER)),
        created_at=created_at,
        verified=_verified(posts, account, len(account_ids)),
        names=_names(posts, account, len(account_ids)),
    )


def _seconds(column: Any) -> Codes:
    values = column.cast(pa.int64()).fill_null(int(NEVER))
    return np.asarray(values.to_numpy(), dtype=np.int64)


def _optional_seconds(posts: pa.Table) -> Codes:
    if "account_created_at" not in posts.column_names:
        return np.full(len(posts), NEVER, dtype=np.int64)
    return _seconds(posts["account_created_at"])


def _precision_seconds(precision: Any) -> Codes:
    units: Codes = np.array([1, 86_400, 60, 1], dtype=np.int64)
    in_seconds: Codes = units[precision.to_numpy()]
    return in_seconds


def _of_accounts(values: Codes, account: Codes, count: int) -> Codes:
    """Return each account's first known value."""
    result = np.full(count, NEVER, dtype=np.int64)
    known = np.flatnonzero(values != NEVER)[::-1]
    result[account[known]] = values[known]
    return result


def _verified(posts: pa.Table, account: Codes, count: int) -> npt.NDArray[np.bool_]:
    result = np.zeros(count, dtype=bool)
    if "verified" in posts.column_names:
        flags = posts["verified"].fill_null(False).to_numpy()
        result[account[np.flatnonzero(flags)]] = True
    return result


def find_threads(posts: pa.Table) -> Threads:
    """Return the thread of each post, whether it is named, and the row of its original.

    A thread is named by its root, else by the post that is reposted or answered; the original
    itself belongs to its own thread.
    """
    rows = np.arange(len(posts), dtype=np.int64)
    ids = posts["post_id"].combine_chunks()
    named = pa.nulls(len(posts), pa.string())
    for name in ("parent_id", "repost_of", "root_id"):
        if name in posts.column_names:
            column = posts[name].combine_chunks()
            named = pc.if_else(pc.fill_null(pc.not_equal(column, ""), False), column, named)
    threaded = np.asarray(named.is_valid().to_numpy(zero_copy_only=False))
    original = pc.index_in(named, value_set=ids, skip_nulls=True)
    original = original.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    original[original == rows] = -1
    codes, names = encode_column(pc.coalesce(named, ids))
    # a post whose id names a thread is that thread's original, whatever it answers itself
    heads = pc.index_in(ids, value_set=names).fill_null(-1)
    heads = heads.to_numpy(zero_copy_only=False).astype(np.int64)
    thread = np.where(threaded, codes, np.where(heads >= 0, heads, codes))
    return Threads(thread, threaded, original, names)


def _names(posts: pa.Table, account: Codes, count: int) -> pa.Array:
    """Return the first known name of each account."""
    if "account_name" not in posts.column_names:
        return pa.nulls(count, pa.string())
    codes, names = encode_column(posts["account_name"])
    first = np.full(count, -1, dtype=np.int64)
    known = np.flatnonzero(codes >= 0)[::-1]
    first[account[known]] = codes[known]
    return names.take(pa.array(first, mask=first < 0))
