"""Files whose posts carry others along, documents and workbooks are read on from their middle."""

import contextlib
import csv
import io
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rumorscan as rs
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.errors import RunError
from rumorscan.readers.intake.holds import Hold, UnkeptError
from rumorscan.settings import Settings
from tests.readers.intake.test_carried import NAMES, cells, original, repost
from tests.readers.samples import write_workbook
from tests.test_resume import StopAt, cut_and_resumed, files_of, keep_all, rows_taken

USER = {"uid": "8", "name": "小粟"}


def post(name: object, **rest: Any) -> dict[str, Any]:
    return {
        "id": f"p{name}",
        "mblogid": f"m{name}",
        "userId": "7",
        "text": f"第{name}号水厂停水三天",
        "createdAt": "Mon Mar 02 09:14:07 +0800 2026",
        **rest,
    }


def nested() -> list[dict[str, Any]]:
    """Posts that carry others along which stand before them, behind them and nowhere."""
    rows = []
    for number in range(300):
        rest: dict[str, Any] = {}
        if number % 3 == 0:
            other = (number * 7) % 300 if number % 2 else f"x{number % 50}"
            rest["retweet"] = {**post(other), "user": USER, "likes": number}
        if number % 5 == 0:
            told = {"id": f"c{number}", "text": "真的吗", "createdAt": "", "user": USER}
            rest["comments"] = [told]
        if number % 7 == 0:  # waits, and carries along another one that waits
            inner = {**post(f"z{number}"), "user": USER, "n": float("inf")}
            rest["retweet"] = {**post(f"y{number}"), "user": USER, "retweet": inner}
        rows.append(post(number, **rest))
    rows[100].pop("text")
    return rows


def lines(rows: list[dict[str, Any]]) -> bytes:
    found = [orjson.dumps(row) for row in rows]
    found[40] = b"{broken"
    found[70] = found[70].replace(b'"m70"', b"123456789012345678901234567890")
    return b"\n".join(found)


def carrying() -> list[list[str]]:
    rows = [repost(str(n), str((n * 7) % 300 if n % 2 else 1_000 + n % 90)) for n in range(300)]
    rows[10], rows[200] = original("10"), original("200")
    return cells(rows)


def _carrying_csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([NAMES, *carrying()])
    return text.getvalue().encode("gb18030")


def _carrying_lines() -> bytes:
    rows = [dict(zip(NAMES, row, strict=True)) for row in carrying()]
    rows[150]["源微博点赞数"] = "12"
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _carrying_parquet() -> bytes:
    stream = io.BytesIO()
    columns = [list(column) for column in zip(*carrying(), strict=True)]
    pq.write_table(pa.table(columns, NAMES), stream, row_group_size=20)
    return stream.getvalue()


def _nested_parquet() -> bytes:
    stream = io.BytesIO()
    rows = [row for row in nested() if "n" not in row.get("retweet", {}).get("retweet", {})]
    pq.write_table(pa.Table.from_pylist(rows * 2, NESTED), stream, row_group_size=200)
    return stream.getvalue()


def _workbook() -> bytes:
    """Three sheets, one of other things; headers repeat in their middle and at an end."""
    names = ["post_id", "account_id", "text", "posted_at"]
    rows = [[f"p{n}", f"a{n % 9}", f"第{n}号水厂停水三天", "2026-03-02 09:14"] for n in range(330)]
    rows[90][2] = ""
    first = [names, *rows[:35], names, *rows[35:130], names, names]
    sheets = {"一": first, "说明": [["备注"], ["x"]], "二": [names, *rows[130:]]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts.xlsx"
        write_workbook(path, sheets)
        return path.read_bytes()


def _carrying_workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts.xlsx"
        write_workbook(path, {"微博": [list(NAMES), *carrying()]})
        return path.read_bytes()


def _carrying_database() -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        named = ", ".join(f'"{name}" TEXT' for name in NAMES)
        connection.execute(f"CREATE TABLE weibo ({named})")
        asked = ", ".join("?" * len(NAMES))
        connection.executemany(f"INSERT INTO weibo VALUES ({asked})", carrying())
        connection.commit()
        return connection.serialize()


_TEXT = pa.string()
_USER = pa.struct({"uid": _TEXT, "name": _TEXT})
_POST = dict.fromkeys(("id", "mblogid", "userId", "text", "createdAt"), _TEXT)
_COMMENT = pa.struct({"id": _TEXT, "text": _TEXT, "createdAt": _TEXT, "user": _USER})
NESTED = pa.schema(
    {**_POST, "retweet": pa.struct({**_POST, "user": _USER}), "comments": pa.list_(_COMMENT)}
)


def flat() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"post_id": f"p{n}", "account_id": f"a{n % 9}", "text": f"第{n}号“水厂”\\停水 [三天], {n}"}
        for n in range(400)
    ]
    rows[60]["likes"] = 5
    rows[90]["likes"] = "1.2万"  # from here on one by one
    return rows


def listed(rows: list[dict[str, Any]], broken: bool = True) -> bytes:
    """Return a list in JSON, elements of which are broken, long, joined, or lack their end."""
    found = [orjson.dumps(row) for row in rows]
    if broken:
        found[33] = found[33].replace(b'"', b"", 1)
        found[120] = found[120][:-1]
        found[200] = found[200].replace(b"}", b"}}")
        found[250] = b'{"text": "' + b"\\\\" * 6_000 + b'"}'
        found[260] = b"7"
        for place in (220, 140):
            found[place : place + 2] = [found[place] + found[place + 1]]
    return b"[" + b", \n ".join(found) + b"]"


def _lossy(data: bytes) -> bytes:
    """Return the same in GB18030, with bytes that are no characters in the first and last post."""
    first, *inner, last = data.decode().encode("gb18030").split("水厂".encode("gb18030"))
    lost = b"\xff\xff"
    return lost.join([first, "水厂".encode("gb18030").join(inner), last])


def paged() -> bytes:
    """A page of posts, as Weibo-archiver writes it."""
    rows = listed(nested(), broken=False)
    return '{"user": {"uid": "7", "name": "小禾"}, "weibo": '.encode() + rows + b"}"


def chats() -> bytes:
    """What Telegram writes: chats with messages each."""
    found = []
    for chat in range(6):
        told = {"type": "message", "date": "2026-03-02T09:14:07", "from": "小禾"}
        messages = [
            {**told, "id": n, "from_id": f"user{n % 9}", "text": ["第", {"text": f"{n}号"}]}
            for n in range(70)
        ]
        found.append({"name": f"群{chat}", "type": "group", "id": chat, "messages": messages})
    return orjson.dumps({"about": "x", "chats": {"about": "y", "list": found}})


FILES: dict[str, Callable[[], bytes]] = {
    "weibo.jsonl": lambda: lines(nested()),
    "weibo-18030.jsonl": lambda: _lossy(lines(nested())),
    "7000000001.csv": _carrying_csv,
    "7000000002.jsonl": _carrying_lines,
    "7000000003.parquet": _carrying_parquet,
    "7000000004.db": _carrying_database,
    "weibo.parquet": _nested_parquet,
    "posts.xlsx": _workbook,
    "7000000005.xlsx": _carrying_workbook,
    "flat.json": lambda: listed(flat()),
    "flat-18030.json": lambda: listed(flat()).decode().encode("gb18030"),
    "list.json": lambda: listed(nested(), broken=False),
    "list-18030.json": lambda: _lossy(listed(nested(), broken=False)),
    "list-broken.json": lambda: listed(nested())[:-900],
    "rows.json": lambda: b'{"more": [1, {"id": 7}], "rows": ' + listed(flat()) + b', "n": 1}',
    "page.json": paged,
    "chats.json": chats,
}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each batch has that is read, in small blocks of which all is kept."""
    for name in ("BLOCK_BYTES", "SAMPLE_BYTES"):
        monkeypatch.setattr(f"rumorscan.readers.encodings.decoding.{name}", 4_000)
    for module in ("reading", "objects.line_readers", "objects.lists", "tables.nested"):
        monkeypatch.setattr(f"rumorscan.readers.{module}.REST_ROWS", 10)
    monkeypatch.setattr("rumorscan.readers.objects.lists.SAMPLE_ROWS", 30)
    monkeypatch.setattr("rumorscan.readers.objects.scanners._PATIENCE", 2_000)
    monkeypatch.setattr("rumorscan.readers.objects.scanners.ELEMENT_LIMIT", 9_000)
    for module in ("line_readers", "lists"):
        monkeypatch.setattr(f"rumorscan.readers.objects.{module}.NESTED_LINES", 9)
    keep_all(monkeypatch)
    return rows_taken(monkeypatch)


LOSSY = ("list-18030.json", "weibo-18030.jsonl")
BLOCK_ROWS = 100
"""Rows that a block of 4,000 bytes has at most."""
SMALL = Settings().replace({"reading": {"batch_rows": 20}})


def stopped(dump: Path, out: Path, at: int, **options: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        rs.scan(dump, model="", out=out, progress=StopAt(at), settings=SMALL, **options)


@pytest.mark.parametrize("name", FILES)
def test_a_file_whose_posts_carry_others_along_is_read_on(
    name: str, tmp_path: Path, taken: list[int]
) -> None:
    dump = tmp_path / name
    dump.write_bytes(FILES[name]())
    rs.scan(dump, model="", out=tmp_path / "plain", settings=SMALL)
    whole, batches = files_of(tmp_path / "plain"), list(taken)
    assert len(batches) > 12
    notes = whole["run.json"]["inputs"][0]["notes"]
    assert ("characters lost in decoding" in notes) == (name in LOSSY)
    for at in {3, 7, len(batches) // 2, len(batches) - 6, len(batches) - 1}:
        found = cut_and_resumed(dump, tmp_path / f"run-{at}", at, taken, SMALL)
        assert found == whole
        assert sum(taken) <= sum(batches[at - 1 :]) + BLOCK_ROWS


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_on_however_often_it_is_cut(
    name: str, tmp_path: Path, taken: list[int]
) -> None:
    dump = tmp_path / name
    dump.write_bytes(FILES[name]())
    rs.scan(dump, model="", out=tmp_path / "plain", settings=SMALL)
    whole, all_rows = files_of(tmp_path / "plain"), sum(taken)
    out = tmp_path / "run"
    taken.clear()
    stopped(dump, out, 5)
    for at in range(8, 10_000, 5):  # what is skipped counts as well
        with contextlib.suppress(KeyboardInterrupt):
            rs.scan(dump, model="", out=out, progress=StopAt(at), settings=SMALL, resume=True)
            break
    assert at > 12
    assert files_of(out) == whole
    assert sum(taken) < 3 * all_rows


def test_what_waits_is_kept_as_far_as_it_is_new() -> None:
    hold: Hold[Any] = Hold()
    tables = []

    def keep() -> None:
        tables.append(hold.fresh(0))
        other: Hold[Any] = Hold()
        other.fill(pa.Table.from_batches(tables), hold.count)
        assert list(other.own) == list(hold.own)
        assert list(other.waiting) == list(hold.waiting)
        left = [thing for name, thing in hold.waiting.items() if name not in hold.own]
        assert list(other.unload()) == left

    hold.own |= {"a": None, "\ud800": None}
    hold.waiting |= {"b": {"n": 10**40}, "c": [0.1, -0.0, float("inf"), "\ud800", 2**63]}
    keep()
    keep()
    hold.own["c"] = None
    hold.waiting["d"] = "停水"
    keep()
    assert [table.num_rows for table in tables] == [4, 0, 2]
    rest = hold.unload()
    assert next(rest) == {"n": 10**40}
    keep()
    hold.waiting["e"] = None
    assert next(rest) == "停水"
    keep()
    hold.waiting["f"] = {}
    keep()
    assert list(rest) == [None, {}]
    keep()


def test_what_is_no_json_cannot_be_kept() -> None:
    hold: Hold[Any] = Hold()
    hold.waiting["a"] = {"posted_at": object()}
    with pytest.raises(UnkeptError):
        hold.fresh(0)


def test_what_cannot_be_kept_ends_the_bookmarks_and_not_the_scan(
    tmp_path: Path, taken: list[int]
) -> None:
    rows = [post(n) for n in range(60)]
    rows[30]["retweet"] = {**post("deep"), "user": USER, "deep": "@"}
    dump = tmp_path / "weibo.jsonl"
    depth = 985  # of at most 1,000, and the readers stand on each other as well
    text = b"\n".join(map(orjson.dumps, rows)).replace(b'"@"', b"[" * depth + b"]" * depth)
    dump.write_bytes(text)
    rs.scan(dump, model="", out=tmp_path / "plain", settings=SMALL)
    batches = len(taken)
    for at in (2, batches - 1):
        stopped(dump, tmp_path / f"run-{at}", at)
        taken.clear()
        rs.scan(dump, model="", out=tmp_path / f"run-{at}", resume=True, settings=SMALL)
        assert sum(taken) > 30
        assert files_of(tmp_path / f"run-{at}") == files_of(tmp_path / "plain")


def test_a_workbook_is_not_checked_again_unless_it_is_another_one(
    tmp_path: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "posts.xlsx"
    dump.write_bytes(_workbook())
    rs.scan(dump, model="", out=tmp_path / "plain", settings=SMALL)
    stopped(dump, tmp_path / "run", 1)
    status = dump.stat()
    checked = []
    monkeypatch.setattr(
        "rumorscan.readers.tables.workbooks.check_workbook", lambda *given: checked.append(given)
    )
    stopped(dump, tmp_path / "run", 5, resume=True)
    assert not checked
    data = bytearray(dump.read_bytes())
    data[10] ^= 1  # the time at which a member was packed
    dump.write_bytes(data)
    os.utime(dump, ns=(status.st_atime_ns, status.st_mtime_ns))
    with contextlib.suppress(RunError):
        rs.scan(dump, model="", out=tmp_path / "run", settings=SMALL, resume=True)
    assert checked


@pytest.mark.parametrize("name", ["weibo.jsonl", "7000000002.jsonl", "flat.json", "page.json"])
def test_a_file_of_one_block_is_gone_on_with_behind_its_end(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / name
    dump.write_bytes(FILES[name]())
    keep_all(monkeypatch)
    rs.scan(dump, model="", out=tmp_path / "plain")
    whole = files_of(tmp_path / "plain")
    step, left = Checkpoints.step, 0

    def killed(self: Checkpoints, *given: Any) -> bool:
        nonlocal left
        kept, left = step(self, *given), left - 1
        if not left:
            raise KeyboardInterrupt
        return kept

    for at in range(1, 5):
        out, left = tmp_path / f"run-{at}", at
        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            patch.setattr(Checkpoints, "step", killed)
            rs.scan(dump, model="", out=out, resume=True)
        rs.scan(dump, model="", out=out, resume=True)
        assert files_of(out) == whole
