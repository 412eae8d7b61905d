"""Sound files of every kind, and ways to damage them."""

import csv
import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tests.readers import bombs
from tests.readers.samples import old_workbook, write_workbook

ROWS = [
    {
        "post_id": str(5099000000000001 + i),
        "account_id": f"a{i % 3}",
        "text": f"城东水厂停水{i}天，“真的”\n请转发" if i % 2 else f"普通的一天{i}",
        "posted_at": ["2026-03-02 09:14:07", "2026-03-02", "1772414047", ""][i % 4],
        "likes": i,
        "user": {"name": "小禾", "tags": ["水", None]},
    }
    for i in range(12)
]
TOKENS = [
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\r",
        b"\n",
        b"\r\n",
    ),
    *(b'"', b'""', b",", b"\t", b"{", b"}", b"[", b"]", b"[" * 1_200, b":", b"\\", b"\\ud800"),
    *(b"NaN", b"-Infinity", b"1e999", b"null", b"true", b"9" * 5_000, b"-0", b"1.5", b"\x1b[31m"),
    *(
        b'"text"',
        b'"post_id":',
        b"account_id",
        "停水".encode("gb18030"),
        "停水".encode("utf-16-le"),
    ),
    *(b"PAR1", b"PK\x01\x02", b"\x1f\x8b", b"\xff" * 8, b"\x7f\xff\xff\xff", b"x" * 70_000),
]


def _json_lines():
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def _table(delimiter):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([list(ROWS[0])[:5], *([*row.values()][:5] for row in ROWS)])
    return stream.getvalue()


def _parquet(**options):
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), stream, **options)
    return stream.getvalue()


def _workbook():
    """Return a workbook, and the same one as its parts."""
    stream = io.BytesIO()
    rows = [list(row.values())[:5] for row in ROWS]
    write_workbook(stream, {"说明": [["导出"]], "posts": [list(ROWS[0])[:5], *rows]})
    with zipfile.ZipFile(stream) as archive:
        return stream.getvalue(), [(name, archive.read(name)) for name in archive.namelist()]


def _database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE posts (post_id TEXT, account_id, text, posted_at, likes INT)")
    connection.executemany(
        "INSERT INTO posts VALUES (?, ?, ?, ?, ?)", [list(row.values())[:5] for row in ROWS]
    )
    connection.execute("CREATE INDEX by_account ON posts (account_id)")
    connection.execute("CREATE TABLE log (x)")
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def _nested():
    """Return pages of posts that hold comments, reposts and what they repost."""
    comment = {"id": "c", "text": "真的吗", "user": {"uid": "8"}, "createdAt": "2026-03-02"}
    posts = [
        {"id": f"p{i}", "mblogid": f"P{i}", "userId": "7", "text": row["text"], "regionName": "",
         "createdAt": "Mon Mar 02 09:14:07 +0800 2026", "comments": [comment] * (i % 3),
         **({"retweet": {"id": "r", "userId": "9", "text": "停水"}} if i % 4 == 0 else {})}
        for i, row in enumerate(ROWS)
    ]  # fmt: skip
    return json.dumps({"user": {"id": "7"}, "weibo": posts}, ensure_ascii=False)


WORKBOOK, PARTS = _workbook()


def sound_files():
    """Return the content of a sound file of each kind, by name."""
    lines, table = _json_lines(), _table(",")
    files = {
        "a.jsonl": lines.encode(),
        "a.json": json.dumps({"user": {}, "weibo": ROWS}, ensure_ascii=False).encode(),
        "b.json": json.dumps(ROWS, indent=1).encode(),
        "a.csv": table.encode(),
        "a.tsv": _table("\t").encode("utf-8-sig"),
        "gb.csv": table.encode("gb18030"),
        "wide.csv": table.encode("utf-16"),
        "gb.jsonl": lines.encode("gb18030"),
        "wide.jsonl": lines.encode("utf-32-le"),
        "a.parquet": _parquet(),
        "deltas.parquet": _parquet(data_page_version="2.0", use_dictionary=False),
        "plain.parquet": _parquet(compression="none", use_dictionary=False),
        "a.zip": bombs.archive([("a.jsonl", lines), ("b/c.csv", table)]),
        "a.xlsx": WORKBOOK,
        "a.xls": old_workbook([list(ROWS[0])[:5], *(list(row.values())[:5] for row in ROWS)]),
        "a.db": _database(),
        "nested.json": _nested().encode(),
        "nested.jsonl": "\n".join(map(json.dumps, json.loads(_nested())["weibo"])).encode(),
    }
    kinds = ("a.xlsx", "a.xls", "a.db", "nested.json")
    files["kinds.zip"] = bombs.archive([(name, files[name]) for name in kinds])
    files |= {f"a.jsonl.{ending}": pack(lines.encode()) for ending, pack in bombs.PACK.items()}
    return files


@dataclass(frozen=True)
class Damage:
    """One change to a file.

    Attributes:
        kind: `cut`, `put`, `drop`, `swap`, `flip` or `again`.
        place: where, as a share of the file.
        length: bytes that it concerns.
        token: which of `TOKENS` is put there.
    """

    kind: str
    place: float
    length: int
    token: int


KINDS = ("cut", "put", "put", "drop", "swap", "flip", "flip", "again")


def damage(data, changes):
    """Return the data after some changes."""
    for change in changes:
        at = int(change.place * len(data))
        end = at + change.length
        token = TOKENS[change.token % len(TOKENS)]
        if change.kind == "cut":
            data = data[:at]
        elif change.kind == "put":
            data = data[:at] + token + data[at:]
        elif change.kind == "drop":
            data = data[:at] + data[end:]
        elif change.kind == "swap":
            data = data[:at] + token + data[at + len(token) :]
        elif change.kind == "flip" and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << change.length % 8]) + data[at + 1 :]
        elif change.kind == "again":
            data = data[:end] + data[at:]
    return data
