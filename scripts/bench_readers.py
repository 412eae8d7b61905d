"""Time the readers from a file up to columns, and measure the memory that they take.

    python scripts/bench_readers.py
    python scripts/bench_readers.py --rows 1000000 --repeats 5

The posts are invented. All figures are CPU seconds (user and system, all threads), medians;
readers work in one thread, so that rows per CPU second are rows per second and core.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bench.measuring import conditions, cpu_of, draw_table, run_program

from rumorscan.readers import read_posts
from rumorscan.readers.containers.files import RegularFile

TARGETS = {"jsonl": 500_000, "parquet": 500_000, "csv": 250_000}
"""Rows a second and core that are asked for."""
MEASURED = (
    "jsonl",
    "json document",
    "json, a list in an object",
    "json of Telegram",
    "csv in GB18030",
    "parquet",
    "jsonl.zst",
)
"""Files of which the memory is measured."""
_WORDS = "城东水厂今天停水三天大家快去超市买水家里有老人和孩子的先准备好不要等到没有水的时候再说"
_READ = """
import sys, tempfile
from rumorscan.readers import read_posts
with tempfile.TemporaryDirectory() as spool:
    posts = read_posts(sys.argv[1], spool=spool)
    assert len(posts)
    del posts
"""


def invent_rows(count: int) -> list[dict[str, Any]]:
    """Return rows of seven fields as crawlers write them, always the same."""
    chance = random.Random(1)
    return [
        {
            "post_id": str(5_099_000_000_000_001 + row),
            "account_id": str(7_000_000_000 + chance.randrange(50_000)),
            "text": "".join(chance.choices(_WORDS, k=chance.randrange(10, 70))),
            "posted_at": f"2026-03-{chance.randrange(1, 29):02} 09:{row % 60:02}:07",
            "client": "网页版",
            "likes": chance.randrange(100),
            "crawled": "search",
        }
        for row in range(count)
    ]


def write_files(folder: Path, rows: list[dict[str, Any]]) -> dict[str, Path]:
    """Write the rows in every format; return the files by what they are called in the table."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    mixed = [
        json.dumps({**row, "likes": str(row["likes"])} if place % 2 else row, ensure_ascii=False)
        for place, row in enumerate(rows)
    ]
    broken = [line[:-9] if place % 1_000 == 7 else line for place, line in enumerate(lines)]
    plain = _table([*row.values()] for row in rows)
    quoted = _table(
        [value if name != "text" else f"{value}，“真的”\n第二行" for name, value in row.items()]
        for row in rows
    )
    contents = {
        "jsonl": ("a.jsonl", "\n".join(lines).encode()),
        "jsonl, one broken line in 1,000": ("b.jsonl", "\n".join(broken).encode()),
        "jsonl, a field of two types": ("c.jsonl", "\n".join(mixed).encode()),
        "jsonl, two columns without a value": (
            "e.jsonl",
            _lines({**row, "device_id": None, "ip": None} for row in rows),
        ),
        "jsonl of WeiboSpider": ("f.jsonl", _lines(_statuses(rows))),
        "jsonl of WeiboSpider, every tenth a repost": ("g.jsonl", _lines(_statuses(rows, 10))),
        "jsonl in GB18030": ("d.jsonl", "\n".join(lines).encode("gb18030")),
        "csv": ("a.csv", plain.encode()),
        "csv, cells of several lines": ("b.csv", quoted.encode()),
        "csv in GB18030": ("c.csv", plain.encode("gb18030")),
        "csv in UTF-16": ("d.csv", plain.encode("utf-16")),
        "json document": ("a.json", b"[" + ",\n".join(lines).encode() + b"]"),
        "json, a list in an object": (
            "b.json",
            b'{"page": {"posts": [' + ",\n".join(lines).encode() + b']}, "count": 1}',
        ),
        "json of Telegram": ("c.json", _chat(rows)),
    }
    files = {}
    for name, (file, content) in contents.items():
        files[name] = folder / file
        files[name].write_bytes(content)
    table = pa.Table.from_pylist(rows)
    for name, packing in (("parquet", "snappy"), ("parquet, zstd", "zstd")):
        files[name] = folder / f"{packing}.parquet"
        pq.write_table(table, files[name], compression=packing, row_group_size=65_536)
    files["jsonl.zst"] = folder / "a.jsonl.zst"
    with pa.CompressedOutputStream(str(files["jsonl.zst"]), "zstd") as stream:
        stream.write(contents["jsonl"][1])
    return files


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def _statuses(rows: list[dict[str, Any]], step: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows as WeiboSpider writes them; one in so many reposts one that is long gone."""
    for place, row in enumerate(rows):
        status = {
            "_id": row["post_id"],
            "mblogid": "P0aBcDeFg",
            "created_at": row["posted_at"],
            "content": row["text"],
            "ip_location": "发布于 浙江",
            "source": row["client"],
            "attitudes_count": row["likes"],
            "user": {"_id": row["account_id"], "nick_name": "小禾", "followers_count": 10},
            "crawl_time": 1_774_000_000,
        }
        if step and place % step == 0:
            status["retweet"] = {**status, "_id": f"9{row['post_id']}"}
        yield status


def _chat(rows: list[dict[str, Any]]) -> bytes:
    """Return rows as Telegram Desktop exports a chat."""
    messages = [
        {
            "id": place,
            "type": "message",
            "date": row["posted_at"].replace(" ", "T"),
            "from": "小禾",
            "from_id": f"user{row['account_id']}",
            "text": ["转发:", {"type": "link", "text": "http://x.test"}, row["text"]],
        }
        for place, row in enumerate(rows)
    ]
    chat = {"name": "群", "type": "private_supergroup", "id": 5, "messages": messages}
    return json.dumps(chat, ensure_ascii=False, indent=1).encode()


def _written_apart(folder: Path, count: int) -> dict[str, Path]:
    """Write the files in a process of its own, whose memory is gone afterwards."""
    folder.mkdir()
    run_program([__file__, "--write", str(folder), "--rows", str(count)])
    names = json.loads((folder / "files").read_text(encoding="utf-8"))
    return {name: folder / file for name, file in names.items()}


def _table(rows: Any) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    names = ("post_id", "account_id", "text", "posted_at", "client", "likes", "crawled")
    writer.writerows([names, *rows])
    return stream.getvalue()


def _read(path: Path) -> int:
    with tempfile.TemporaryDirectory() as spool:
        posts = read_posts(path, spool=spool)
        return posts.rows


def _hash(path: Path) -> tuple[str, str | None]:
    with RegularFile(path) as file:
        return file.hashes()


def plain_readers(files: dict[str, Path]) -> dict[str, Callable[[], object]]:
    """Return what people write without us: rows as dictionaries, nothing checked."""

    def lines() -> object:
        with files["jsonl"].open(encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def records() -> object:
        with files["csv"].open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return {"json.loads, line by line": lines, "csv.DictReader": records}


def measure_memory(files: dict[str, Path], long: dict[str, Path]) -> list[list[Any]]:
    """Return the peak of a process that reads a file, and one that is four times as long.

    A process begins with the peak of the one that starts it, which so must have read nothing.
    """
    rows = []
    for name in MEASURED:
        costs = [run_program(["-c", _READ, str(path)]) for path in (files[name], long[name])]
        short, four = (cost.peak_bytes or 0 for cost in costs)
        rows.append([name, short / 1e6, four / 1e6])
    return rows


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Return every figure."""
    with tempfile.TemporaryDirectory() as folder:
        files, long = (
            _written_apart(Path(folder, str(count)), count)
            for count in (options.rows, 4 * options.rows)
        )
        memory = measure_memory(files, long)
        speeds = []
        for name, path in files.items():
            _read(path)
            spent, count = cpu_of(lambda path=path: _read(path), options.repeats)
            speeds.append([name, path.stat().st_size / 1e6, spent, count / spent])
        spent, _ = cpu_of(lambda: _hash(files["jsonl"]), options.repeats)
        speeds.append(["of jsonl: SHA-256 and SM3", None, spent, options.rows / spent])
        for name, work in plain_readers(files).items():
            spent, _ = cpu_of(work, options.repeats)
            speeds.append([f"plain: {name}", None, spent, options.rows / spent])
    return {"speeds": speeds, "memory": memory, "conditions": conditions(rows=options.rows)}


def show(result: dict[str, Any]) -> str:
    """Return the tables of a result as text."""
    rates = {name: rate for name, _, _, rate in result["speeds"]}
    asked = [[name, rate, rates[name], rates[name] / rate] for name, rate in TARGETS.items()]
    return "\n".join(
        [
            draw_table("Asked", ["file", "rows/s asked", "rows / CPU s", "ratio"], asked),
            draw_table("Speed", ["file", "MB", "CPU s", "rows / CPU s"], result["speeds"]),
            draw_table(
                "Memory of the whole process",
                ["file", "peak MB", "peak MB, four times the rows"],
                result["memory"],
            ),
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--write", metavar="FOLDER", help="write the files, and no more")
    options = parser.parse_args()
    if options.write:
        folder = Path(options.write)
        files = write_files(folder, invent_rows(options.rows))
        names = {name: path.name for name, path in files.items()}
        (folder / "files").write_text(json.dumps(names), encoding="utf-8")
        return
    result = measure(options)
    if options.json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    else:
        print(show(result))


if __name__ == "__main__":
    main()
