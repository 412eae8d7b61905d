"""Workbooks and databases that are made to do harm are refused before they are read."""

import sqlite3

import pytest

from rumorscan.errors import DumpError
from rumorscan.readers.tables import database_limits
from rumorscan.readers.tables.database_limits import check_alone, guard
from rumorscan.readers.tables.workbook_limits import check_workbook
from tests.readers import bombs

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


def workbook(path, cells, texts=("停水",), before=""):
    parts = {
        "xl/workbook.xml": f"<workbook {SPACE}/>",
        "xl/sharedStrings.xml": f"<sst>{''.join(f'<si><t>{t}</t></si>' for t in texts)}</sst>",
        "xl/worksheets/sheet1.xml": f"{before}<worksheet>{cells}</worksheet>",
    }
    path.write_bytes(bombs.archive(parts.items()))
    return path


def rows(count, shared=0):
    return "".join(
        f'<row r="{i}"><c r="A{i}" t="s"><v>{shared}</v></c><c r="B{i}"><v>1</v></c></row>'
        for i in range(1, count + 1)
    )


def test_an_ordinary_workbook_passes(tmp_path):
    check_workbook(workbook(tmp_path / "a.xlsx", rows(20_000), ["停水" * 50, "x"]))


@pytest.mark.parametrize(
    ("cells", "texts", "before", "message"),
    [
        (rows(2), ["x"], ENTITIES, "declares entities, as an attack does"),
        (rows(2), ["x"], "<!-- -->" * 200_000 + ENTITIES, "declares entities"),
        (rows(2), ["x"], "\0<\0", "is no UTF-8"),
        ('<c r="A1"/><c r="XFD1048576"/>', ["x"], "", "1,048,576 rows and 16,384 columns would"),
        ("<row r='1048576'><c r = 'ZZ1'/></row>", ["x"], "", "1,048,576 rows and 702 columns"),
        (rows(20_000), ["水" * 32_000], "", "would take about 1.9 GB of memory"),
        (rows(2) + " " * (80 << 20), ["x"], "", "unpacks to more than 250 times"),
    ],
)
def test_a_workbook_that_would_do_harm_is_refused(tmp_path, cells, texts, before, message):
    path = workbook(tmp_path / "a.xlsx", cells, texts, before)
    with pytest.raises(DumpError, match=rf"^w\.xlsx: .*{message}"):
        check_workbook(path, "w.xlsx")


@pytest.fixture
def hostile(tmp_path):
    """A database whose parts work when they are read."""
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as writing:
        writing.executescript(
            """
            CREATE TABLE posts (id TEXT, text TEXT, long AS (printf('%.*c', 200000000, 'x')));
            INSERT INTO posts VALUES ('1', '停水');
            CREATE VIEW endless AS
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
            CREATE TABLE large (text TEXT);
            INSERT INTO large VALUES (zeroblob(20000000));
            """
        )
    writing.close()
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    guard(connection)
    yield connection
    connection.close()


def test_plain_tables_can_be_read(hostile):
    assert hostile.execute("SELECT id, text FROM posts ORDER BY rowid").fetchall() == [
        ("1", "停水")
    ]
    assert hostile.execute("SELECT COUNT(*) FROM posts").fetchone() == (1,)
    assert hostile.execute("PRAGMA table_info(posts)").fetchall()
    assert hostile.execute("SELECT name FROM sqlite_master").fetchall()


def test_a_column_that_is_worked_out_takes_no_more_memory_than_a_value_may(hostile):
    [(value,)] = hostile.execute("SELECT long FROM posts").fetchall()
    assert len(value or "") <= database_limits.VALUE_BYTES


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT text FROM large",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = ON",
        "CREATE TEMP TABLE a (b)",
        "DELETE FROM posts",
        "SELECT randomblob(1000000000)",
    ],
)
def test_what_does_more_than_read_plain_tables_is_refused(hostile, statement):
    with pytest.raises(sqlite3.Error):
        hostile.execute(statement).fetchall()


def test_a_statement_that_never_ends_is_ended(hostile, monkeypatch):
    monkeypatch.setattr(database_limits, "SECONDS", 0.2)
    with pytest.raises(sqlite3.Error, match=r"interrupted|not authorized"):
        hostile.execute("SELECT COUNT(*) FROM endless").fetchall()


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_rows_that_lie_in_a_log_beside_the_file_are_not_lost_in_silence(tmp_path, ending):
    path = tmp_path / "a.db"
    path.touch()
    (tmp_path / f"a.db{ending}").touch()
    check_alone(path)
    (tmp_path / f"a.db{ending}").write_bytes(b"x")
    with pytest.raises(DumpError, match=rf"'a\.db{ending}' beside it holds rows"):
        check_alone(path)
