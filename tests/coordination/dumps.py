"""Small invented dumps, and what coordination finds in them."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.coordination.activity import Activity, find_threads, gather_activity
from rumorscan.coordination.campaigns import Coordination, find_campaigns
from rumorscan.coordination.wordings import find_wordings
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS
from rumorscan.settings import Settings
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.text.keys import MatchKeys
from rumorscan.text.matching import make_match_keys

DAY = 86_400
PLACES = ["城东", "城西", "河口", "北山", "南湾", "老街", "新区", "码头", "车站", "书院"]
THINGS = ["水管", "路灯", "公交", "菜市", "学校", "医院", "桥面", "花市", "球场", "展览"]
DOINGS = ["今天修好了", "又开始排队", "换了新牌子", "听说要搬走", "下午有人唱歌", "门口种了树"]
FEELINGS = ["真不容易", "有点意外", "大家去看看吧", "我拍了照片", "孩子很高兴", "明天再去一次"]


def background(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return ordinary posts: different words, accounts, threads and times."""
    chance = random.Random(seed)
    return [
        {
            "account_id": f"o{chance.randrange(count)}",
            "text": "".join(map(chance.choice, (PLACES, THINGS, DOINGS, FEELINGS)))
            + "".join(chance.choices("风雨云山河湖花草春夏秋冬早晚大小", k=8)),
            "posted_at": chance.randrange(14 * DAY),
            "root_id": f"t{chance.randrange(max(1, count // 20))}",
            "account_created_at": -chance.randrange(2_000) * DAY,
            "device_id": f"d{chance.randrange(10 * count)}",
        }
        for _ in range(count)
    ]


def posts_table(posts: Iterable[dict[str, Any]]) -> pa.Table:
    """Return the columns of some posts; ids and times are filled in."""
    rows = [{"post_id": f"p{row}", **post} for row, post in enumerate(posts)]
    kinds = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    names = {name for row in rows for name in row}
    columns: dict[str, pa.Array] = {
        name: pa.array([row.get(name) for row in rows], kinds[name]) for name in sorted(names)
    }
    columns.setdefault("posted_at", pa.nulls(len(rows), CORE_FIELDS["posted_at"]))
    known = np.asarray(columns["posted_at"].is_valid())
    columns["precision"] = pa.array(np.where(known, 3, 0), pa.uint8())
    return pa.table(columns)


def coordinate(posts: Iterable[dict[str, Any]]) -> tuple[Activity, Coordination]:
    """Return the activity of some posts and what is found in it."""
    return coordinate_table(posts_table(posts))


def coordinate_table(table: pa.Table) -> tuple[Activity, Coordination]:
    """Return the same of columns."""
    settings = Settings()
    keys, displays = make_match_keys(table["text"], find_distinct(fold_texts(table["text"])))
    threads = find_threads(table)
    wordings = find_wordings(keys, threads.original_texts(displays), settings.groups)
    activity = gather_activity(table, threads, displays, wordings)
    found = find_campaigns(activity, keys, wordings.framing, table["text"], settings.campaigns)
    return activity, found


def match_keys(texts: Sequence[str]) -> MatchKeys:
    """Return the keys of some display texts, all different."""
    column = pa.chunked_array([pa.array(texts, pa.string())])
    keys, displays = make_match_keys(column, find_distinct(fold_texts(column)))
    assert len(displays) == len(texts)
    return keys
