import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from tests.readers.samples import build

NESTED = [
    *("weibospider", "weibospider-comments", "weibo-archiver", "weibo-crawler-json"),
    *("twarc-flat", "twarc-pages", "twitter-v1", "tieba-json"),
]


def objects_of(path):
    text = path.read_text(encoding="utf-8-sig")
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    found = found if isinstance(found, list) else [found]
    names = dict.fromkeys(name for row in found for name in row)
    return [{name: row.get(name) for name in names} for row in found]


def meaning(posts):
    table = posts.table.drop_columns(["source_file", "source_row"])
    return table.to_pylist(), posts.inputs[0].notes, posts.rows


@pytest.mark.parametrize("case", NESTED)
@pytest.mark.parametrize("kind", ["parquet", "arrow", "pandas"])
def test_posts_in_the_cells_of_a_table_are_found_as_in_json(tmp_path, case, kind):
    path = build(case, tmp_path)
    rows = objects_of(path)
    source = pd.DataFrame(rows) if kind == "pandas" else pa.Table.from_pylist(rows)
    if kind == "parquet":
        pq.write_table(source, tmp_path / "dump.parquet")
        source = tmp_path / "dump.parquet"
    posts = read_posts(source)
    assert meaning(posts) == meaning(read_posts(path))
    assert posts.rows == len(posts) + posts.rejects.num_rows
    assert meaning(read_posts(source, batch_rows=1)) == meaning(posts)
    (look,) = inspect(source).inputs
    assert look.report.rows == posts.rows


def post(name, **rest):
    own = {"_id": name, "content": f"帖子{name}", "created_at": "2026-03-02 09:14:07"}
    return {**own, "user": {"_id": "7", "nick_name": "小禾"}, "retweet": None, **rest}


def write(tmp_path, rows):
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "dump.parquet")
    return tmp_path / "dump.parquet"


def test_what_was_found_in_a_row_of_a_table_has_its_number(tmp_path):
    inner = {key: value for key, value in post("9").items() if key != "retweet"}
    posts = read_posts(write(tmp_path, [post("1"), post("2", retweet=inner), post("3")]))
    assert posts.column("post_id").to_pylist() == ["1", "2", "3", "9"]
    assert posts.column("source_row").to_pylist() == [1, 2, 3, 2]
    assert posts.column("repost_of").to_pylist() == [None, "9", None, None]


def test_bytes_in_an_object_that_are_no_utf8_are_mended(tmp_path):
    wrong = pa.array(["城东".encode("gb18030"), "停电".encode()]).view(pa.string())
    tags = pa.ListArray.from_arrays([0, 1, 2], wrong)
    columns = {
        "_id": pa.array(["1", "2"]),
        "content": pa.array(["停水", "停电"]),
        "created_at": pa.array(["2026-03-02", "2026-03-02"]),
        "user": pa.StructArray.from_arrays([pa.array(["7", "8"]), wrong], ["_id", "nick_name"]),
        "tags": tags,
    }
    pq.write_table(pa.table(columns), tmp_path / "dump.parquet")
    posts = read_posts(tmp_path / "dump.parquet")
    assert posts.column("account_name").to_pylist() == ["城东", "停电"]
    assert posts.inputs[0].notes["values that were no UTF-8, mended"] == 2


def test_a_list_of_far_too_many_values_is_refused(tmp_path, monkeypatch):
    rows = [post("1", comments=[{"_id": str(place)} for place in range(50)])]
    path = write(tmp_path, [*rows, post("2", comments=None)])
    assert len(read_posts(path)) == 2
    monkeypatch.setattr("rumorscan.readers.tables.nested.VALUES_AT_ONCE", 20)
    with pytest.raises(DumpError, match="a row holds more than 20 values"):
        read_posts(path)
    monkeypatch.setattr("rumorscan.readers.tables.parquet_limits.FREE_ROWS", 10)
    monkeypatch.setattr("rumorscan.readers.tables.parquet_limits.VALUES_A_BYTE", 0)
    with pytest.raises(DumpError, match="claims 51 values in lists"):
        read_posts(path)
