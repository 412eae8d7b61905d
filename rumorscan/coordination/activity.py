"""Who posted what, where and when, as codes: the columns that coordination is found in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.coordination.groups import Groups
from rumorscan.text.distinct import Distinct

NEVER = np.iinfo(np.int64).min
"""A time that is not known."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Activity:
    """The n posts of a dump as arrays of codes; -1 means none or not known.

    Attributes:
        post_ids: the posts' ids, shape (n,).
        account_ids: the distinct account ids, in order of first post; codes point into it.
        account: int64, shape (n,).
        thread: int64, shape (n,); posts under one root share it, others are alone in theirs.
        threaded: bool, shape (n,); whether the dump names the thread.
        posted_at: int64 seconds since 1970 UTC, shape (n,); `NEVER` where unknown.
        precision_seconds: int64, shape (n,); the unit in which each time is known.
        group: int64, shape (n,); root text of the near-duplicate group, -1 for short texts.
        quotes: bool, shape (n,); the post repeats the post that it answers or reposts.
        shared: for each of device and ip that the dump has, int64 codes, shape (n,).
        created_at: int64 seconds, one an account; `NEVER` where unknown.
        verified: bool, one an account.
    """

    post_ids: pa.Array
    account_ids: pa.Array
    account: Codes
    thread: Codes
    threaded: npt.NDArray[np.bool_]
    posted_at: Codes
    precision_seconds: Codes
    group: Codes
    quotes: npt.NDArray[np.bool_]
    shared: dict[str, Codes]
    created_at: Codes
    verified: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.account)

    @property
    def account_count(self) -> int:
        """Distinct accounts in the dump."""
        return len(self.account_ids)


def distinct_codes(codes: Codes) -> Codes:
    """Return the distinct codes, ascending; NumPy's own way hashes and is many times slower.

    Example:
        >>> distinct_codes(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    ordered = np.sort(codes)
    is_first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    distinct: Codes = ordered[is_first]
    return distinct


def account_things(account: Codes, thing: Codes) -> tuple[Codes, Codes]:
    """Return the distinct pairs of an account and what it uses, in order of the account.

    Args:
        account: codes, shape (n,).
        thing: codes of the device or address of each post, -1 for none.

    Example:
        >>> who, what = account_things(np.array([1, 0, 1, 1]), np.array([5, 7, 5, -1]))
        >>> who.tolist(), what.tolist()
        ([0, 1], [7, 5])
    """
    known = np.flatnonzero(thing >= 0)
    width = np.int64(thing.max(initial=0) + 1)
    pairs = distinct_codes(account[known] * width + thing[known])
    return pairs // width, pairs % width


def stretches(starts: Codes, lengths: Codes) -> Codes:
    """Return the positions of consecutive stretches, one stretch after the other.

    Example:
        >>> stretches(np.array([7, 2]), np.array([2, 3])).tolist()
        [7, 8, 2, 3, 4]
    """
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


def gather_activity(posts: pa.Table, distinct: Distinct, groups: Groups) -> Activity:
    """Return the activity of a dump.

    Args:
        posts: the dump's columns, one row a post.
        distinct: its distinct fold keys.
        groups: the near-duplicates among them.
    """
    account, account_ids = _encode(posts["account_id"])
    thread, threaded, original = _threads(posts)
    group = groups.root_of[distinct.key_of_row]
    known = np.flatnonzero(original >= 0)
    quotes = np.zeros(len(posts), dtype=bool)
    quotes[known] = (group[known] >= 0) & (group[known] == group[original[known]])
    names = {"device": "device_id", "ip": "ip"}
    return Activity(
        post_ids=posts["post_id"].combine_chunks(),
        account_ids=account_ids,
        account=account,
        thread=thread,
        threaded=threaded,
        posted_at=_seconds(posts["posted_at"]),
        precision_seconds=_precision_seconds(posts["precision"]),
        group=group,
        quotes=quotes,
        shared={
            layer: _encode(posts[name])[0]
            for layer, name in names.items()
            if name in posts.column_names
        },
        created_at=_of_accounts(_optional_seconds(posts), account, len(account_ids)),
        verified=_verified(posts, account, len(account_ids)),
    )


def _encode(column: Any) -> tuple[Codes, Any]:
    """Return codes (-1 for null or empty) and the distinct values, in order of appearance."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    known = pc.if_else(pc.equal(whole, ""), pa.scalar(None, whole.type), whole)
    encoded = known.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary


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


def _threads(posts: pa.Table) -> tuple[Codes, npt.NDArray[np.bool_], Codes]:
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
    codes, names = _encode(pc.coalesce(named, ids))
    # a post whose id names a thread is that thread's original, whatever it answers itself
    heads = pc.index_in(ids, value_set=names).fill_null(-1)
    heads = heads.to_numpy(zero_copy_only=False).astype(np.int64)
    thread = np.where(threaded, codes, np.where(heads >= 0, heads, codes))
    return thread, threaded, original
