from datetime import UTC, date, datetime

import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from tests.readers.samples import write_workbook

HEADER = ["编号", "用户名", "内容", "时间", "转发数"]


def workbook(path, **sheets):
    write_workbook(path, sheets)
    return path


def test_blank_rows_are_no_rows_and_a_row_without_text_is_set_aside(tmp_path):
    rows = [HEADER, ["1", "小禾", "停水", None, "1.2万"], [None] * 5, ["2", "小穗", None, None, 3]]
    posts = read_posts(workbook(tmp_path / "a.xlsx", a=rows))
    assert posts.column("reposts").to_pylist() == [12_000]
    assert posts.rejects.column("reason").to_pylist() == ["missing-text"]
    assert posts.rejects.column("source_row").to_pylist() == [2]


def test_numbers_and_texts_in_one_column_are_the_same_ids(tmp_path):
    rows = [HEADER, [1, 7, "停水", None, None], ["1", "7", 12.5, None, None]]
    posts = read_posts(workbook(tmp_path / "a.xlsx", a=rows))
    assert posts.column("account_id").to_pylist() == ["7", "7"]
    assert posts.column("text").to_pylist() == ["停水", "12.5"]


def test_a_time_in_text_is_in_the_zone_that_is_asked_for(tmp_path):
    rows = [HEADER, ["1", "小禾", "停水", "2026/3/2 9:14", None]]
    path = workbook(tmp_path / "a.xlsx", a=rows)
    for tz, hour in (("", 1), ("UTC", 9)):
        expected = [datetime(2026, 3, 2, hour, 14, tzinfo=UTC)]
        assert read_posts(path, tz=tz).column("posted_at").to_pylist() == expected


def test_cells_that_are_dates_are_in_the_zone_and_as_fine_as_they_are(tmp_path):
    times = [datetime(2026, 3, 2, 9, 14, 7), datetime(2026, 3, 2, 9, 14), date(2026, 3, 2)]
    rows = [HEADER, *([str(place), "小禾", "停水", time, 1] for place, time in enumerate(times))]
    posts = read_posts(workbook(tmp_path / "a.xlsx", a=rows))
    assert [time.isoformat() for time in posts.column("posted_at").to_pylist()] == [
        "2026-03-02T01:14:07+00:00",
        "2026-03-02T01:14:00+00:00",
        "2026-03-01T16:00:00+00:00",
    ]
    assert posts.column("precision").to_pylist() == [3, 3, 1]
    assert posts.inputs[0].tz_assumed == "Asia/Shanghai"


def test_sheets_of_posts_are_read_one_after_another(tmp_path):
    one, two = ([HEADER, [name, "小禾", "停水", None, None]] for name in "12")
    posts = read_posts(workbook(tmp_path / "a.xlsx", 一月=one, 说明=[["导出"], ["三月"]], 二月=two))
    assert posts.column("post_id").to_pylist() == ["1", "2"]
    assert posts.column("source_row").to_pylist() == [1, 2]
    assert posts.inputs[0].mapping["text"] == "一月: 内容; 二月: 内容"
    assert posts.inputs[0].notes["rows of table '说明', which holds no posts"] == 1


def test_a_workbook_without_posts_says_what_it_found(tmp_path):
    with pytest.raises(DumpError, match=r"no column holds 'account_id'; found '导出'"):
        read_posts(workbook(tmp_path / "a.xlsx", 说明=[["导出"], ["三月"]]))
    with pytest.raises(DumpError, match="holds no table"):
        read_posts(workbook(tmp_path / "b.xlsx", 空=[]))
