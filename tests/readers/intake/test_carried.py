import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.readers import inspect, read_posts
from rumorscan.readers.layouts.catalog import LAYOUTS
from tests.readers.samples import write_workbook

(CRAWLER,) = (layout for layout in LAYOUTS if layout.name == "weibo-crawler")
NAMES = CRAWLER.generations[0]
DELETED = {"源用户id": "", "源用户昵称": ""}


def original(name, **rest):
    return {"id": name, "bid": f"b{name}", "正文": f"帖子{name}", "日期": "2026-03-02", **rest}


def repost(name, of, **rest):
    source = {
        "源用户id": "7000000009",
        "源用户昵称": "小穗",
        "源微博id": f"{of}\t",
        "源微博bid": f"b{of}",
        "源微博正文": f"帖子{of}",
        "源微博日期": "2026-03-01T09:00:00",
        "源微博转发数": "1.2万",
    }
    return {**original(name), "是否原创": "False", **source, **rest}


def cells(rows):
    return [[row.get(name, "") for name in NAMES] for row in rows]


def as_csv(path, rows):
    text = io.StringIO()
    csv.writer(text).writerows([NAMES, *cells(rows)])
    path.write_text(text.getvalue(), encoding="utf-8-sig")


def as_parquet(path, rows):
    pq.write_table(
        pa.table([list(column) for column in zip(*cells(rows), strict=True)], NAMES), path
    )


def as_workbook(path, rows):
    write_workbook(path, {"微博": [list(NAMES), *cells(rows)]})


def read(tmp_path, rows, write=as_csv, **options):
    path = tmp_path / f"7000000001.{write.__name__.removeprefix('as_')}"
    write(path, rows)
    posts = read_posts(path, **options)
    assert posts.rows == len(posts) + posts.rejects.num_rows
    return posts


def shown(posts, *names):
    return [tuple(row.get(name) for name in names) for row in posts.table.to_pylist()]


@pytest.mark.parametrize("write", [as_csv, as_parquet, as_workbook])
def test_the_source_of_a_repost_is_a_row_of_its_own_whatever_the_table(tmp_path, write):
    posts = read(tmp_path, [original("1"), repost("2", "9"), original("3")], write)
    assert shown(posts, "post_id", "account_id", "kind", "repost_of", "source_row") == [
        ("1", "7000000001", "post", None, 1),
        ("2", "7000000001", "repost", "9", 2),
        ("3", "7000000001", "post", None, 3),
        ("9", "7000000009", "post", None, 2),
    ]
    last = posts.table.to_pylist()[-1]
    assert (last["text"], last["account_name"], last["reposts"]) == ("帖子9", "小穗", 12_000)
    assert last["posted_at"].isoformat() == "2026-03-01T01:00:00+00:00"


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_a_source_of_many_is_read_once_and_not_beside_its_own_row(tmp_path, batch_rows):
    rows = [repost("1", "9"), repost("2", "8"), repost("3", "9"), original("8"), original("4")]
    posts = read(tmp_path, rows, batch_rows=batch_rows)
    assert posts.column("post_id").to_pylist() == ["1", "2", "3", "8", "4", "9"]
    assert posts.column("source_row").to_pylist() == [1, 2, 3, 4, 5, 1]
    assert posts.rows == 6


def test_a_source_that_is_gone_is_set_aside_and_a_bare_reference_is_no_row(tmp_path):
    gone = repost("1", "9", **DELETED)
    bare = repost("2", "8", 源微博正文="", **DELETED)
    posts = read(tmp_path, [gone, bare])
    assert shown(posts, "post_id", "repost_of") == [("1", "9"), ("2", "8")]
    (reject,) = posts.rejects.to_pylist()
    assert (reject["reason"], reject["source_row"]) == ("missing-account", 1)
    assert "帖子9" in reject["raw"]
    assert reject["byte_offset"] == len(("\ufeff" + ",".join(NAMES) + "\r\n").encode())


def test_more_sources_than_can_wait_are_read_where_they_are_met(tmp_path, monkeypatch):
    monkeypatch.setattr("rumorscan.readers.intake.carried.PENDING_LIMIT", 1)
    rows = [repost("1", "9"), repost("2", "8"), repost("3", "1"), original("4")]
    posts = read(tmp_path, rows)
    assert posts.column("post_id").to_pylist() == ["1", "2", "3", "4", "8", "9"]


def test_rows_keep_their_numbers_where_what_they_carry_cannot_wait(tmp_path, monkeypatch):
    monkeypatch.setattr("rumorscan.readers.intake.carried.PENDING_LIMIT", 0)
    rows = [repost(str(n), of=str(100 + n)) for n in range(6)]
    path = tmp_path / "7000000001.parquet"
    table = pa.table([list(column) for column in zip(*cells(rows), strict=True)], NAMES)
    pq.write_table(table, path, row_group_size=1)
    posts = read_posts(path, batch_rows=2)
    numbers = dict(
        zip(
            posts.column("post_id").to_pylist(), posts.column("source_row").to_pylist(), strict=True
        )
    )
    assert [numbers[str(n)] for n in range(6)] == [1, 2, 3, 4, 5, 6]
    assert [numbers[str(100 + n)] for n in range(6)] == [1, 2, 3, 4, 5, 6]


def test_an_inspection_counts_the_sources_and_calls_their_columns_read(tmp_path):
    as_csv(tmp_path / "7000000001.csv", [repost("1", "9")])
    (look,) = inspect(tmp_path / "7000000001.csv").inputs
    assert (look.report.rows, look.report.posts) == (2, 2)
    assert "源微博正文" not in look.unread
    assert "源微博bid" in look.unread


def test_the_same_bytes_come_out_with_the_rows_in_a_spool(tmp_path):
    rows = [repost("1", "9"), original("2"), repost("3", "9", **DELETED)]
    (tmp_path / "spool").mkdir()
    spooled = read(tmp_path, rows, spool=tmp_path / "spool", batch_rows=1)
    assert spooled.table.equals(read(tmp_path, rows).table)
