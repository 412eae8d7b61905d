"""Workbooks, databases and archives of them that are made to do harm, as a dump is read."""

import gzip
import io
import os
import sqlite3
import struct
import zipfile
from contextlib import closing

import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from tests.readers import bombs
from tests.readers.containers.test_hostile_files import MEMORY, read_apart
from tests.readers.samples import old_workbook, write_workbook
from tests.readers.tables.test_guards import ENTITIES

HEADER = ["编号", "用户名", "内容"]
SHEET = "xl/worksheets/sheet1.xml"


def workbook_with(**changes):
    """Return a workbook of one post, in which parts stand as given instead."""
    stream = io.BytesIO()
    write_workbook(stream, {"a": [HEADER, ["1", "小禾", "停水"]]})
    parts = {}
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            parts[info.filename] = archive.read(info)
    sheet = changes.pop("sheet", lambda data: data)
    parts[SHEET] = sheet(parts[SHEET])
    parts |= {name.replace("__", "."): data for name, data in changes.items()}
    return bombs.archive(parts.items())


def with_rows(rows):
    """Return a change of a sheet: further rows at its end."""
    return lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>")


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
UNNAMED = b"<row/>" * 1_000_000 + b"<row>" + b"<c/>" * 16_000 + b"<c><v>1</v></c></row>"
WORKBOOKS = {
    "entities": (workbook_with(sheet=lambda data: ENTITIES.encode() + data), "declares entities"),
    "other entities": (
        workbook_with(**{"xl/styles__xml": ENTITIES.encode() + b"<styleSheet/>"}),
        "declares entities",
    ),
    "far cell": (workbook_with(sheet=with_rows(FAR)), r"1,048,57\d rows and 16,38\d columns"),
    "a cell beyond all columns": (
        workbook_with(sheet=with_rows(b'<row r="3"><c r="ZZZZZ1000"><v>1</v></c></row>')),
        r"1,00\d rows and 12,356,6\d\d columns would take",
    ),
    "cells without names": (
        workbook_with(sheet=with_rows(UNNAMED)),
        "rows and 16,00[0-9] columns would take",
    ),
    "elsewhere": (
        workbook_with(**{"xl/other/sheet__foo": b"<row r='900000'><c r='ZZ900000'/></row>"}),
        "900,000 rows and 702 columns",
    ),
    "many sheets": (
        workbook_with(
            **{f"xl/worksheets/s{n}__xml": b"<c r='J999999'/>" for n in range(9)},
        ),
        "would take about",
    ),
    "texts elsewhere": (
        workbook_with(**{"xl/texts__xml": b"<sst><si><t>x</t></si></sst>"}),
        "in an unusual place",
    ),
    "another kind": (workbook_with(**{"xl/workbook__bin": b"x"}), "is no XLSX"),
    "a sheet as another kind": (workbook_with(content__xml=b"<x/>"), "is no XLSX"),
    "link": (workbook_with(**{"../x__xml": b"<x/>"}), "leads out of the archive"),
}


@pytest.mark.parametrize("case", WORKBOOKS)
def test_a_hostile_workbook_is_refused_plain_packed_and_in_an_archive(tmp_path, case):
    data, message = WORKBOOKS[case]
    contents = {
        "a.xlsx": data,
        "b.xlsx.gz": gzip.compress(data),
        "c.zip": bombs.archive([("c.xlsx", data)]),
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        for read in (read_posts, inspect):
            with pytest.raises(DumpError, match=message) as caught:
                read(path)
            assert str(path) in str(caught.value)
            assert "\n" not in str(caught.value)


OLD_ROWS = [HEADER, ["1", "小禾", "停水"], ["2", "小穗", "停水" * 5_000]]
NAMED = [(0xFD, struct.pack("<HHHI", row, 0, 0, 9)) for row in range(5, 20_005)]
OLD_WORKBOOKS = {
    "far cell": (
        old_workbook(OLD_ROWS, [(0x203, struct.pack("<HHHd", 65_535, 65_535, 0, 1.0))]),
        "would take about 137.4 GB",
    ),
    "far cells in one": (
        old_workbook(OLD_ROWS, [(0xBD, struct.pack("<HHHIH", 65_535, 60_000, 0, 0, 60_000))]),
        "would take about",
    ),
    "a text named often": (
        old_workbook(OLD_ROWS, NAMED, shared=["水" * 32_000]),
        "would take about 3.8 GB",
    ),
    "a claim": (
        old_workbook(OLD_ROWS, [(0x200, struct.pack("<IIHHH", 0, 65_536, 0, 65_535, 0))]),
        "would take about",
    ),
    "cut short": (old_workbook(OLD_ROWS)[:1_000], "damaged|cannot be read as a workbook"),
}


@pytest.mark.parametrize("case", OLD_WORKBOOKS)
def test_a_hostile_old_workbook_is_refused(tmp_path, case):
    data, message = OLD_WORKBOOKS[case]
    contents = {"a.xls": data, "b.xls.gz": gzip.compress(data)}
    contents["c.zip"] = bombs.archive([("c.xls", data)])
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DumpError, match=message) as caught:
            read_posts(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_an_old_workbook_is_read(tmp_path):
    rows = [*OLD_ROWS, *([str(n), "小禾", f"停水{n}天" * (n % 90)] for n in range(3, 2_000))]
    (tmp_path / "a.xls").write_bytes(old_workbook(rows))
    posts = read_posts(tmp_path / "a.xls")
    assert posts.inputs[0].format == "other/xls"
    assert posts.column("text").to_pylist() == [row[2] for row in rows[1:] if row[2]]
    assert posts.rows == len(rows) - 1


def test_sectors_in_a_circle_end(tmp_path):
    data = bytearray(old_workbook(OLD_ROWS))
    data[512 + 4 * 4 : 512 + 4 * 5] = struct.pack("<I", 2)
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(DumpError, match="damaged or cut short"):
        read_posts(tmp_path / "a.xls")


def test_a_panic_of_the_library_is_one_line_and_nothing_else(tmp_path, capfd, monkeypatch):
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbook(OLD_ROWS)[: 512 * 2 + 140])  # ends within an entry
    monkeypatch.setattr(
        "rumorscan.readers.tables.workbooks.check_old_workbook", lambda path, where: None
    )
    with pytest.raises(DumpError, match=r"a\.xls: is a damaged workbook") as caught:
        read_posts(path)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_a_size_that_a_sheet_only_claims_takes_no_memory(tmp_path):
    claims = {
        "dimension": lambda data: data.replace(
            b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
        ),
        "merged": lambda data: data.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        ),
    }
    for name, claim in claims.items():
        (tmp_path / f"{name}.xlsx").write_bytes(workbook_with(sheet=claim))
    for fate, grown, message in read_apart(*(tmp_path / f"{name}.xlsx" for name in claims)):
        assert (fate, grown < MEMORY) == ("read", True), message


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_workbooks_are_refused_before_memory_grows(tmp_path):
    paths = []
    for place, (data, _) in enumerate((*WORKBOOKS.values(), *OLD_WORKBOOKS.values())):
        paths.append(tmp_path / f"{place}.xlsx")
        paths[-1].write_bytes(data)
    for fate, grown, message in read_apart(*paths):
        assert fate == "refused", message
        assert grown < MEMORY, message


def test_a_workbook_with_pictures_and_any_ending_is_read(tmp_path):
    data = workbook_with(**{"xl/media/image1__png": b"\x89PNG\r\n\x1a\n\0\0<si>"})
    for name in ("a.xlsx", "b.xls", "c.csv", "d.xlsx.xz"):
        packed = bombs.PACK["xz"](data) if name.endswith("xz") else data
        (tmp_path / name).write_bytes(packed)
        assert read_posts(tmp_path / name).column("text").to_pylist() == ["停水"]


@pytest.mark.parametrize("name", ["a.zip.gz", "b.zip"])
def test_an_archive_in_something_packed_is_refused(tmp_path, name):
    inner = bombs.archive([("a.jsonl", b'{"account_id": "a", "text": "x"}')])
    packed = gzip.compress(inner) if name.endswith("gz") else bombs.archive([("a.csv", inner)])
    (tmp_path / name).write_bytes(packed)
    with pytest.raises(DumpError, match="is a zip archive; unpack it and give the files in it"):
        read_posts(tmp_path / name)


def database(*statements):
    connection = sqlite3.connect(":memory:")
    connection.executescript(";".join(statements))
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


POSTS = (
    "CREATE TABLE posts (post_id TEXT, account_id TEXT, text TEXT)",
    "INSERT INTO posts VALUES ('1', 'a', '停水')",
)


def rewritten(data, before, after):
    """Return a database whose schema was written by hand."""
    assert len(before) == len(after)
    return data.replace(before, after)


DATABASES = {
    "posts that are a view without end": (
        database(
            "CREATE TABLE a (b)",
            "CREATE VIEW posts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS post_id, 'a' AS account_id, 'x' AS text FROM n",
        ),
        "no column holds",
    ),
    "a table that became a virtual one": (
        rewritten(
            database("CREATE TABLE posts (account_id, text, of_some_kind_or_other_that_is_long)"),
            b"CREATE TABLE posts (account_id, text, of_some_kind_or_other_that_is_long)",
            b"CREATE VIRTUAL TABLE posts USING fts3(account_id, text)".ljust(73),
        ),
        r"holds no table|cannot be read as SQLite",
    ),
    "a name that is no text": (
        rewritten(database(*POSTS), b"account_id TEXT", b"account_i\xff TEXT"),
        "account_id|cannot be read as SQLite",
    ),
}


@pytest.mark.parametrize("case", DATABASES)
def test_a_hostile_database_is_refused_plain_packed_and_in_an_archive(tmp_path, case):
    data, message = DATABASES[case]
    contents = {
        "a.db": data,
        "b.db.gz": gzip.compress(data),
        "c.zip": bombs.archive([("c.db", data)]),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DumpError, match=message) as caught:
            read_posts(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("count", [1, 4_500])
def test_a_value_over_the_limit_costs_its_row(tmp_path, count):
    rows = [f"INSERT INTO posts VALUES ('p{n}', 'a', '停水')" for n in range(count)]
    large = "INSERT INTO posts VALUES ('{}', 'a', zeroblob(20000000))"
    (tmp_path / "a.db").write_bytes(
        database(POSTS[0], large.format("first"), *rows, large.format("last"))
    )
    posts = read_posts(tmp_path / "a.db")
    assert posts.column("post_id").to_pylist() == [f"p{n}" for n in range(count)]
    rejects = posts.rejects.to_pylist()
    assert [row["source_row"] for row in rejects] == [1, count + 2]
    assert {row["reason"] for row in rejects} == {"too-long"}
    assert rejects[0]["raw"] == '{"post_id":"first","account_id":"a","text":null}'
    with pytest.raises(DumpError, match=r"row 1: the row is too long to be read \(too-long\)"):
        read_posts(tmp_path / "a.db", strict=True)


KEYED = {
    "without row ids": "CREATE TABLE posts (post_id PRIMARY KEY, account_id, text) WITHOUT ROWID",
    "own column rowid": "CREATE TABLE posts (post_id, account_id, text, rowid)",
    "all names taken": "CREATE TABLE posts (post_id, account_id, text, rowid, _rowid_, oid)",
}


@pytest.mark.parametrize("table", KEYED.values(), ids=list(KEYED))
@pytest.mark.parametrize("bad", [(0,), (1,), (2_500,), (2_999,), (0, 1, 7, 2_999), (5, 6)])
def test_a_value_over_the_limit_costs_its_row_where_row_ids_are_hidden(tmp_path, table, bad):
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute(table)
        connection.executemany(
            "INSERT INTO posts (post_id, account_id, text) VALUES (?, 'a', '停水')",
            ((f"p{n:04}",) for n in range(3_000)),
        )
        for n in bad:
            large = "UPDATE posts SET text = zeroblob(17000000) WHERE post_id = ?"
            connection.execute(large, (f"p{n:04}",))
        connection.commit()
    posts = read_posts(tmp_path / "a.db")
    assert posts.column("post_id").to_pylist() == [f"p{n:04}" for n in range(3_000) if n not in bad]
    rejects = posts.rejects.to_pylist()
    assert [row["source_row"] - 1 for row in rejects] == list(bad)
    assert f'"post_id":"p{bad[0]:04}"' in rejects[0]["raw"]


@pytest.mark.parametrize("where", ["post", "comment", "both"])
def test_a_value_over_the_limit_costs_its_row_where_tables_are_joined(tmp_path, where):
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute(
            "CREATE TABLE post (id INTEGER PRIMARY KEY, floor, content, time, thread_id, author)"
        )
        connection.execute(
            "CREATE TABLE comment (id INTEGER PRIMARY KEY, content, time, post_id, author)"
        )
        for n in range(1, 6):
            connection.execute("INSERT INTO post VALUES (?, 1, '停水', 1772414047, 77, 'a')", (n,))
            connection.execute(
                "INSERT INTO comment VALUES (?, '真?', 1772414047, ?, 'b')", (10 + n, n)
            )
        for table, n in (("post", 3), ("comment", 12)):
            if where in (table, "both"):
                large = f"UPDATE {table} SET content = zeroblob(17000000) WHERE id = {n}"
                connection.execute(large)
        connection.commit()
    posts = read_posts(tmp_path / "a.db")
    gone = {"post": ["3"], "comment": ["12"], "both": ["12", "3"]}[where]
    every = [str(n) for n in (11, 12, 13, 14, 15, 1, 2, 3, 4, 5)]
    assert posts.column("post_id").to_pylist() == [name for name in every if name not in gone]
    assert posts.rejects.column("reason").to_pylist() == ["too-long"] * len(gone)
    roots = dict(
        zip(posts.column("post_id").to_pylist(), posts.column("root_id").to_pylist(), strict=True)
    )
    assert roots["11"] == roots["15"] == "77"


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_long_values_are_read_a_few_at_a_time(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute(POSTS[0])
        rows = ((str(n), "a", "水" * 2_000_000) for n in range(150))
        connection.executemany("INSERT INTO posts VALUES (?, ?, ?)", rows)
        connection.commit()
    [(fate, grown, message)] = read_apart(tmp_path / "a.db")
    assert (fate, grown < MEMORY) == ("read", True), (grown, message)


def test_what_is_no_plain_table_is_left_out_and_the_posts_are_read(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(
        database(
            *POSTS,
            "CREATE VIEW other AS SELECT * FROM posts",
            "CREATE TABLE log (x)",
            "CREATE TRIGGER t AFTER INSERT ON posts BEGIN INSERT INTO log VALUES (1); END",
            "CREATE VIRTUAL TABLE found USING fts4(account_id, text)",
            "INSERT INTO found VALUES ('b', '停电')",
            "ALTER TABLE posts ADD COLUMN title AS (printf('%.*c', 200000000, 'x'))",
        )
    )
    posts = read_posts(path)
    assert posts.column("text").to_pylist() == ["停水"]
    assert "title" not in posts.inputs[0].mapping


def test_rows_in_a_log_beside_a_database_in_an_archive_are_not_lost(tmp_path):
    members = [("x/a.db", database(*POSTS)), ("x/a.db-wal", b"rows")]
    (tmp_path / "a.zip").write_bytes(bombs.archive(members))
    with pytest.raises(DumpError, match=r"x/a\.db: 'a\.db-wal' beside it holds rows"):
        read_posts(tmp_path / "a.zip")
    (tmp_path / "b.zip").write_bytes(bombs.archive([members[0], ("a.db-wal", b"rows")]))
    assert len(read_posts(tmp_path / "b.zip")) == 1


def test_a_page_that_hides_its_rows_is_an_error_and_not_half_of_the_rows(tmp_path):
    rows = [f"INSERT INTO posts VALUES ('{n}', 'a', '{'停水' * 40}')" for n in range(2, 99)]
    data = database(*POSTS, *rows, "CREATE TABLE log (x)")
    leaves = [at for at in range(4096, len(data), 4096) if data[at] == 0x0D and data[at + 4] > 2]
    assert len(leaves) > 2
    path = tmp_path / "a.db"
    for at in leaves:
        damaged = bytearray(data)
        damaged[at + 4] //= 2  # how many rows the page has
        path.write_bytes(damaged)
        with pytest.raises(DumpError, match="cannot be read as SQLite: table 'posts' is damaged"):
            read_posts(path)
    for end in (len(data) - 10, len(data) - 4096):
        path.write_bytes(data[:end])
        with pytest.raises(DumpError, match=r"cut short|cannot be read as SQLite"):
            read_posts(path)


def test_values_that_break_a_rule_of_their_table_are_read_all_the_same(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(
        database(
            "CREATE TABLE posts (post_id, account_id, text, likes INT CHECK (likes < 10))",
            "PRAGMA ignore_check_constraints = ON",
            "INSERT INTO posts VALUES ('1', 'a', '停水', 12)",
        )
    )
    assert read_posts(path).column("likes").to_pylist() == [12]
