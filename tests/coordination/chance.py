"""Invented dumps in which nobody acts together: what is found in them is a false alarm."""

from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import Codes
from rumorscan.coordination.layers import make_layer

HOUR = 3_600
DAY = 24 * HOUR
RHYTHM = np.array([2, 1, 1, 1, 1, 2, 4, 8, 9, 8, 8, 9, 10, 9, 8, 8, 8, 9, 11, 14, 16, 15, 10, 5.0])


def make_activity(
    account: Codes,
    thread: Codes,
    posted_at: Codes,
    wording: Codes,
    *,
    threaded: bool = True,
    **things: Codes,
) -> Activity:
    """Return the activity of some posts; things are codes of a post's device, link and so on."""
    count = len(account)
    _, account = np.unique(account, return_inverse=True)
    accounts = int(account.max(initial=-1)) + 1
    text = np.where(wording >= 0, wording, wording.max(initial=0) + 1 + np.arange(count))
    return Activity(
        post_ids=pa.array([f"p{row}" for row in range(count)], pa.string()),
        account_ids=pa.array([f"a{code}" for code in range(accounts)], pa.string()),
        account=account.astype(np.int64),
        thread=thread.astype(np.int64),
        threaded=np.full(count, threaded),
        root_ids=pa.array([f"t{code}" for code in range(int(thread.max(initial=0)) + 1)]),
        posted_at=posted_at.astype(np.int64),
        precision_seconds=np.ones(count, dtype=np.int64),
        text=text.astype(np.int64),
        group=wording.astype(np.int64),
        wording=wording.astype(np.int64),
        quotes=np.zeros(count, dtype=bool),
        layers={name: make_layer(account, codes) for name, codes in things.items()},
        created_at=np.zeros(accounts, dtype=np.int64),
        verified=np.zeros(accounts, dtype=bool),
        names=pa.nulls(accounts, pa.string()),
    )


def shuffled_activity(seed: int, posts: int = 4_000, **shape: Any) -> Activity:
    """Return a dump whose accounts are drawn at random and permuted within thread and hour.

    Accounts, threads and repeated texts are as unequal as they are in real dumps (Zipf), posts
    follow the hours of the day, and a text belongs to a few threads.
    """
    draw = np.random.default_rng(seed)
    account = _zipf(draw, posts, shape.get("accounts", 900), shape.get("account_slope", 0.8))
    thread = _zipf(draw, posts, shape.get("threads", 60), 0.7)
    start = draw.integers(0, 7 * DAY, shape.get("threads", 60))
    hour = draw.choice(24, posts, p=RHYTHM / RHYTHM.sum())
    day = (start[thread] // DAY + np.floor(draw.exponential(0.7, posts))).astype(np.int64)
    posted_at = day * DAY + hour * HOUR + draw.integers(0, HOUR, posts)
    # a text is at home in some threads; there it is written again and again
    texts = shape.get("texts", 300)
    home = draw.integers(0, shape.get("threads", 60), (texts, 4))
    wording = _zipf(draw, posts, texts, 0.6)
    at_home = draw.random(posts) < 0.5
    thread = np.where(at_home, home[wording, draw.integers(0, 4, posts)], thread)
    wording = np.where(draw.random(posts) < shape.get("repeated", 0.5), wording, -1)
    if shape.get("loyal"):
        # most accounts keep to a few threads, where they meet each other again and again
        favorites = draw.integers(0, shape.get("threads", 60), (account.max() + 1, 3))
        keeps = draw.random(posts) < shape["loyal"]
        thread = np.where(keeps, favorites[account, draw.integers(0, 3, posts)], thread)
        local = thread[:, None] * 8 + np.minimum(draw.geometric(0.3, (posts, 1)) - 1, 7)
        wording = np.where(wording >= 0, local[:, 0] % texts, -1)
    order = np.lexsort((draw.random(posts), hour, thread))
    target = np.lexsort((np.arange(posts), hour, thread))
    permuted = np.empty(posts, dtype=np.int64)
    permuted[target] = account[order]
    device = np.where(draw.random(posts) < 0.02, draw.integers(0, 40, posts), 40 + permuted)
    client = _zipf(draw, posts, 12, 1.0)
    return make_activity(permuted, thread, posted_at, wording, device=device, client=client)


def _zipf(draw: np.random.Generator, count: int, kinds: int, slope: float) -> Codes:
    weights = 1.0 / np.arange(1, kinds + 1) ** slope
    return draw.choice(kinds, count, p=weights / weights.sum()).astype(np.int64)
