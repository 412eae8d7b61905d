"""Small invented dumps to plant in."""

import random
from typing import Any

import pyarrow as pa

from rumorscan.readers import read_posts

BEGIN = 1_700_000_000
DAY = 86_400
WORDS = ["早上好", "今天下雨", "面馆排队", "路灯坏了", "孩子放学", "球赛几点", "快递到了", "花开了"]


def ordinary(count: int = 600, threads: int = 12, **more: Any) -> list[dict[str, Any]]:
    """Return ordinary posts in threads, as a crawler of threads leaves them."""
    chance = random.Random(5)
    roots = [f"{chance.randrange(16**12):012x}" for _ in range(threads)]
    rows = []
    for number in range(count):
        thread = number * threads // count
        rows.append(
            {
                "post_id": f"{chance.randrange(16**12):012x}",
                "account_id": f"{chance.randrange(16**12):012x}",
                "root_id": roots[thread],
                "posted_at": BEGIN + thread * DAY + chance.randrange(3 * DAY),
                "text": "".join(chance.choices(WORDS, k=2)) + str(chance.randrange(10_000)),
                **{name: value(chance) for name, value in more.items()},
            }
        )
    return rows


def dump(count: int = 600, threads: int = 12, **more: Any) -> pa.Table:
    """Return the columns of such posts."""
    return read_posts(ordinary(count, threads, **more)).table
