from datetime import UTC, datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import Posts, read_posts

NINE = datetime(2026, 3, 2, 1, 14, 7, tzinfo=UTC)


def test_posts_are_returned_as_they_are():
    posts = read_posts([{"account_id": "a", "text": "停水"}])
    assert read_posts(posts) is posts
    assert isinstance(posts, Posts)
    assert repr(posts).startswith("Posts(1 posts, 0 rejected, 1 inputs")


def test_typed_columns_of_parquet_become_the_canonical_types(tmp_path):
    table = pa.table(
        {
            "id": pa.array([5_099_000_000_000_000_001, 2], pa.int64()),
            "user": pa.array([{"id": 7, "verified": True}, {"id": 8, "verified": None}]),
            "text": pa.array(["停水", "水"]).dictionary_encode(),
            "created_at": pa.array([NINE, None], pa.timestamp("us", "UTC")),
            "likes": pa.array([3.0, None]),
            "topics": pa.array([["停水", "城东"], []]),
        }
    )
    path = tmp_path / "dump.parquet"
    pq.write_table(table, path)
    posts = read_posts(path, mapping={"account_id": "user.id"})
    assert posts.column("post_id").to_pylist() == ["5099000000000000001", "2"]
    assert posts.column("account_id").to_pylist() == ["7", "8"]
    assert posts.column("text").to_pylist() == ["停水", "水"]
    assert posts.column("posted_at").to_pylist() == [NINE, None]
    assert posts.column("likes").to_pylist() == [3, None]
    assert posts.column("verified").to_pylist() == [True, None]
    assert posts.column("hashtags").to_pylist() == ["停水 城东", None]
    assert posts.inputs[0].tz_assumed is None


def test_a_pandas_frame_with_mixed_columns_and_gaps_is_read():
    frame = pd.DataFrame(
        {
            "account_id": [1, "a2", None, 4.5],
            "text": ["停水", 12, "水", "x"],
            "posted_at": [pd.Timestamp("2026-03-02 09:14:07"), None, None, None],
            "followers": [1.0, None, 2.0, 3.0],
        }
    )
    posts = read_posts(frame)
    assert posts.column("account_id").to_pylist() == ["1", "a2"]
    assert posts.column("text").to_pylist() == ["停水", "12"]
    assert posts.column("posted_at").to_pylist() == [NINE, None]
    assert posts.column("followers").to_pylist() == [1, None]
    assert posts.rejects.column("reason").to_pylist() == ["missing-account", "bad-id"]
    assert posts.rejects.column("source_row").to_pylist() == [3, 4]
    assert posts.inputs[0].path == "<pandas>"


def test_post_ids_that_pandas_turned_into_doubles_are_exact_or_made_anew():
    frame = pd.DataFrame(
        {"account_id": ["a", "a"], "text": "x", "post_id": [5099000000000001.0, 5.1e18]}
    )
    posts = read_posts(frame)
    assert posts.column("post_id").to_pylist() == ["5099000000000001", "<pandas>:2"]
    assert posts.rejects.num_rows == 0


def test_lazy_and_eager_polars_frames_are_read():
    frame = pl.DataFrame({"account_id": ["a"], "text": ["停水"], "posted_at": [NINE]})
    for source in (frame, frame.lazy()):
        posts = read_posts(source)
        assert posts.column("posted_at").to_pylist() == [NINE]
        assert posts.column("source_file").to_pylist() == ["<polars>"]


def test_record_batches_and_readers_are_read():
    table = pa.table({"account_id": ["a", "b"], "text": ["停", "水"]})
    for source in (table, table.to_batches()[0], table.to_reader()):
        assert read_posts(source).column("text").to_pylist() == ["停", "水"]


def test_inputs_with_different_columns_are_put_together(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"account_id": "a", "text": "停", "likes": 1}\n')
    (tmp_path / "b.csv").write_text("account_id,text,client\nb,水,网页版\n", encoding="utf-8")
    for spool in (None, tmp_path / "spool"):
        if spool is not None:
            spool.mkdir()
        posts = read_posts([str(tmp_path / "*.jsonl"), tmp_path / "b.csv"], spool=spool)
        assert posts.column("likes").to_pylist() == [1, None]
        assert posts.column("client").to_pylist() == [None, "网页版"]
        assert posts.column("source_file").to_pylist() == ["a.jsonl", "b.csv"]
        assert [report.rows for report in posts.inputs] == [1, 1]


def test_a_spool_keeps_no_file_open_for_each_input(tmp_path):
    resource = pytest.importorskip("resource", reason="limits of open files are POSIX")
    (tmp_path / "spool").mkdir()
    (tmp_path / "dump").mkdir()
    rows = '{"account_id": "a", "text": "停水"}\n{"account_id": "a"}\n'
    for number in range(150):
        (tmp_path / "dump" / f"{number:03}.jsonl").write_text(rows, encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        posts = read_posts(tmp_path / "dump", spool=tmp_path / "spool")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (len(posts), posts.rejects.num_rows) == (150, 150)


def test_rows_that_are_no_dictionaries_are_set_aside():
    posts = read_posts([{"account_id": "a", "text": "停"}, 5, None])
    assert posts.rejects.column("reason").to_pylist() == ["not-an-object"] * 2


@pytest.mark.parametrize("source", [[], {}, 5, None, b"x", iter(())])
def test_nothing_to_read_is_refused(source):
    with pytest.raises(DumpError):
        read_posts(source)


def test_a_column_of_lone_surrogates_and_bytes_is_read():
    posts = read_posts([{"account_id": "a\ud800", "text": "停\ud83d\ude00"}])
    assert posts.table.to_pylist()[0]["account_id"] == "a\ufffd"
    assert posts.column("text").to_pylist() == ["停😀"]
    table = pa.table({"account_id": ["a"], "text": pa.array(["停".encode()], pa.binary())})
    assert read_posts(table).column("text").to_pylist() == ["停"]
