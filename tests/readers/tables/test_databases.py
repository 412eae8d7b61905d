import gzip
import sqlite3

import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts

POSTS = "post_id TEXT, account_id TEXT, text TEXT, posted_at TEXT"


def database(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_a_table_of_canonical_columns_is_read_in_the_order_of_its_rows(tmp_path):
    path = database(
        tmp_path / "a.db",
        f"CREATE TABLE posts ({POSTS})",
        "INSERT INTO posts VALUES ('2', 'a', '停水', '2026-03-02'), ('1', 'b', '水', NULL)",
    )
    posts = read_posts(path)
    assert posts.column("post_id").to_pylist() == ["2", "1"]
    assert posts.inputs[0].format == "canonical/sqlite"
    assert posts.inputs[0].encoding == ""


def test_nothing_is_written_beside_a_database(tmp_path):
    path = database(
        tmp_path / "a.db",
        f"CREATE TABLE posts ({POSTS})",
        "INSERT INTO posts VALUES ('1', 'a', '停水', NULL)",
    )
    before = path.read_bytes()
    read_posts(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.db"]
    assert path.read_bytes() == before


def test_a_packed_database_is_read(tmp_path):
    path = database(
        tmp_path / "a.db",
        f"CREATE TABLE posts ({POSTS})",
        "INSERT INTO posts VALUES ('1', 'a', '停水', NULL)",
    )
    packed = tmp_path / "a.db.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_posts(packed).column("text").to_pylist() == ["停水"]


def test_names_that_would_end_a_statement_are_names(tmp_path):
    name = 'po"sts; DROP TABLE x --'.replace('"', '""')
    path = database(
        tmp_path / "a?b#c.db",
        f'CREATE TABLE "{name}" (account_id, text, "te""xt" TEXT)',
        f"INSERT INTO \"{name}\" VALUES ('a', '停水', '')",
        "CREATE TABLE keyless (account_id TEXT PRIMARY KEY, text) WITHOUT ROWID",
        "INSERT INTO keyless VALUES ('b', '水')",
    )
    assert sorted(read_posts(path).column("text").to_pylist()) == ["停水", "水"]


def test_views_and_virtual_tables_are_not_opened(tmp_path):
    path = database(
        tmp_path / "a.db",
        f"CREATE TABLE posts ({POSTS})",
        "INSERT INTO posts VALUES ('1', 'a', '停水', NULL)",
        "CREATE VIEW endless AS WITH RECURSIVE n(account_id, text) AS "
        "(SELECT 'a', 'b' UNION ALL SELECT account_id, text FROM n) SELECT * FROM n",
    )
    assert len(read_posts(path)) == 1


def test_bytes_that_are_no_text_are_counted(tmp_path):
    path = database(
        tmp_path / "a.db",
        f"CREATE TABLE posts ({POSTS})",
        "INSERT INTO posts VALUES ('1', 'a', CAST(x'e5819cff' AS TEXT), NULL)",
    )
    posts = read_posts(path)
    assert posts.column("text").to_pylist() == ["停\ufffd"]
    assert posts.inputs[0].notes["characters lost in decoding"] == 1


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ((), "file is empty|no table"),
        (("CREATE TABLE x (a)",), "no column holds 'account_id'"),
        ((f"CREATE TABLE posts ({POSTS})",), "holds no row"),
    ],
)
def test_a_database_without_posts_is_refused_by_name(tmp_path, statements, message):
    path = database(tmp_path / "a.db", *statements)
    with pytest.raises(DumpError, match=message) as caught:
        read_posts(path)
    assert str(path) in str(caught.value)


def test_rows_of_a_table_are_joined_once_each(tmp_path):
    # a user that stands there twice must not double the posts
    path = database(
        tmp_path / "a.db",
        "CREATE TABLE user (id TEXT, nickname TEXT, followers INT)",
        "INSERT INTO user VALUES ('7', '小禾', 51), ('7', '小禾二', 52)",
        "CREATE TABLE weibo (id TEXT, user_id TEXT, content TEXT, publish_time TEXT, "
        "publish_tool TEXT)",
        "INSERT INTO weibo VALUES ('P0a', '7', '停水', '2026-03-02 09:14', '网页版'), "
        "('P0b', '8', '水', '2026-03-02 09:15', '网页版')",
    )
    posts = read_posts(path)
    assert posts.column("post_id").to_pylist() == ["P0a", "P0b"]
    assert posts.column("account_name").to_pylist() == ["小禾", None]
    assert posts.column("followers").to_pylist() == [51, None]


def test_a_layout_and_a_column_can_be_asked_for(tmp_path):
    path = database(
        tmp_path / "a.db",
        "CREATE TABLE 帖 (编号 INT, 谁 TEXT, 说 TEXT)",
        "INSERT INTO 帖 VALUES (5099000000000001, '小禾', '停水')",
        "CREATE TABLE 别的 (a)",
    )
    with pytest.raises(DumpError, match="name it with --map account_id=COLUMN"):
        read_posts(path)
    posts = read_posts(path, mapping={"account_id": "谁", "text": "说"}, format="other/sqlite")
    assert posts.column("post_id").to_pylist() == ["5099000000000001"]
    assert posts.inputs[0].mapping == {"post_id": "编号", "account_id": "谁", "text": "说"}
