"""The posts that are measured on: a real dump, cut to length, or invented ones."""

from __future__ import annotations

import lzma
import os
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import orjson
import pyarrow as pa

_NAME = Path("dumps") / "weibo_threads_2011_2015.jsonl.xz"
_LETTERS = (
    "的一是了不在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之"
    "停水厂城东西南北天气超市排队管道新闻医院学校检修通知谣言价格蔬菜手机电影明星孩家长专车站地"
)


def find_dump(given: str | None) -> Path:
    """Return the dump to measure on: the one given, or that of RUMORSCAN_DATA.

    Raises:
        SystemExit: there is none.
    """
    folder = os.environ.get("RUMORSCAN_DATA")
    path = Path(given) if given else Path(folder) / _NAME if folder else None
    if path is None:
        raise SystemExit(
            "a dump is needed: give --dump FILE (JSON lines, also .xz), such as "
            "datasets/sample/posts.jsonl, or set RUMORSCAN_DATA to a folder that holds "
            f"{_NAME.as_posix()}"
        )
    if not path.is_file():
        raise SystemExit(f"{path}: no such file; --dump expects a file of JSON lines, also .xz")
    return path


def cut_dump(dump: Path, posts: int, out: Path, *, with_text: bool = False) -> int:
    """Write the first so many lines of a dump, unpacked; return how many there were.

    Args:
        dump: JSON lines, also .xz.
        posts: lines at most.
        out: where to write.
        with_text: leave out rows whose text is empty: bare reposts.
    """
    opener = lzma.open if dump.suffix == ".xz" else open
    with cast("BinaryIO", opener(dump, "rb")) as source, out.open("wb") as target:
        lines = (line for line in source if not with_text or _text(line))
        return sum(target.write(line) > 0 for line in islice(lines, posts))


LAYOUTS = ("lines", "nested", "list", "page")
"""Ways to write the same posts that `lay_out` knows."""


def lay_out(lines: Sequence[bytes], layout: str) -> bytes:
    """Return posts as a dump of another layout.

    Args:
        lines: the posts as JSON lines.
        layout: `lines` as they are; `nested`, every second with the post 1,000 places behind it
            as the one that it reposts; `list`, a JSON document; `page`, an object of one list.
    """
    if layout == "lines":
        return b"".join(lines)
    if layout == "list":
        return b"[" + b",".join(lines) + b"]"
    posts = [
        {
            "id": row.get("post_id"),
            "mblogid": f"m{row.get('post_id')}",
            "userId": row.get("account_id"),
            "text": row.get("text") or "转发微博",
            "createdAt": row.get("posted_at"),
        }
        for row in filter(None, map(_row, lines))
    ]
    user = {"uid": "7", "name": "小禾"}
    if layout == "page":
        return orjson.dumps({"user": user, "weibo": posts})
    for place in range(0, len(posts), 2):
        other = posts[(place + 1_000) % len(posts)]
        if place % 4:  # which the file does not have by itself
            other = {**other, "id": f"x{place}", "mblogid": f"y{place}"}
        inner = {key: value for key, value in other.items() if key != "retweet"}
        posts[place] = {**posts[place], "retweet": {**inner, "user": user}}
    return b"".join(orjson.dumps(post) + b"\n" for post in posts)


def load_texts(dump: Path) -> list[str]:
    """Return the texts of a dump, in order, bad rows left out."""
    opener = lzma.open if dump.suffix == ".xz" else open
    with cast("BinaryIO", opener(dump, "rb")) as source:
        return [text for text in map(_text, source) if text is not None]


def _text(line: bytes) -> str | None:
    """Return the text of a row, or None where the row is bad."""
    row = _row(line)
    text = row.get("text") if row else None
    return text if isinstance(text, str) else None


def _row(line: bytes) -> dict[str, Any] | None:
    """Return a row, or None where it is bad."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None


def invent_posts(
    make_texts: Callable[[np.random.Generator, int], list[str]], posts: int, accounts: int = 0
) -> pa.Table:
    """Return that many posts with the given texts over 30 days.

    Args:
        make_texts: what writes so many texts.
        posts: how many.
        accounts: how many post them; 0 means a fifth as many.
    """
    drawn = np.random.default_rng(1)
    authors = drawn.integers(0, accounts or max(posts // 5, 1), posts)
    threads = drawn.integers(0, max(posts // 400, 1), posts)
    times = 1_700_000_000 + np.sort(drawn.integers(0, 30 * 86_400, posts))
    return pa.table(
        {
            "post_id": pa.array([f"p{row}" for row in range(posts)]),
            "account_id": pa.array([f"a{code}" for code in authors]),
            "root_id": pa.array([f"t{code}" for code in threads]),
            "posted_at": pa.array(times * 1_000_000, pa.timestamp("us", tz="UTC")),
            "text": pa.array(make_texts(drawn, posts), pa.string()),
        }
    )


def different_texts(drawn: np.random.Generator, posts: int) -> list[str]:
    """Return texts of 8 to 40 characters, which hardly ever repeat."""
    lengths = drawn.integers(8, 41, posts)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    letters = np.frombuffer(_LETTERS.encode("utf-32-le"), dtype=np.uint32)
    text = letters[drawn.integers(0, len(letters), bounds[-1])].tobytes().decode("utf-32-le")
    return [text[start:stop] for start, stop in pairwise(bounds)]


def identical_texts(drawn: np.random.Generator, posts: int) -> list[str]:
    """Return the same text over and over."""
    del drawn
    return ["城东水厂停水三天，大家快去超市囤水，听说管道坏了！"] * posts


def one_word_texts(drawn: np.random.Generator, posts: int) -> list[str]:
    """Return replies of one word, of which there are few."""
    words = [
        "转发微博",
        "哈哈",
        "好看",
        "顶",
        "沙发",
        "路过",
        "支持",
        "呵呵",
        "真的吗",
        "求证",
        "[泪]",
        "赞",
    ]
    return [words[place] for place in drawn.integers(0, len(words), posts)]


def slotted_texts(drawn: np.random.Generator, posts: int) -> list[str]:
    """Return one advertisement with another number in each: near-duplicates, none identical."""
    order = drawn.permutation(posts)
    return [
        f"城东新店开业全场五折，加客服号{number:07d}领取优惠券，名额有限先到先得"
        for number in order
    ]
