import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.values.recency import told_from
from rumorscan.records import Precision

SHANGHAI = ZoneInfo("Asia/Shanghai")
CRAWLED = 1_772_414_100  # 2026-03-02 09:15:00 +08:00


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("刚刚", "2026-03-02 09:15", Precision.MINUTE),
        ("30秒前", "2026-03-02 09:14", Precision.MINUTE),
        ("5分钟前", "2026-03-02 09:10", Precision.MINUTE),
        ("5分钟前 来自 网页版", "2026-03-02 09:10", Precision.MINUTE),
        ("3小时前", "2026-03-02 00:00", Precision.DAY),
        ("10小时前", "2026-03-01 00:00", Precision.DAY),
        ("2天前", "2026-02-28 00:00", Precision.DAY),
        ("今天 09:14", "2026-03-02 09:14", Precision.MINUTE),
        ("今天09:14:07", "2026-03-02 09:14:07", Precision.SECOND),
        ("昨天 21:05", "2026-03-01 21:05", Precision.MINUTE),
        ("昨天", "2026-03-01 00:00", Precision.DAY),
        ("前天 21:05", "2026-02-28 21:05", Precision.MINUTE),
        ("03月02日 09:14", "2026-03-02 09:14", Precision.MINUTE),
        ("3月2日", "2026-03-02 00:00", Precision.DAY),
        ("03-01 09:14", "2026-03-01 09:14", Precision.MINUTE),
        ("12月31日 23:59", "2025-12-31 23:59", Precision.MINUTE),
        ("03月04日 09:14", "2025-03-04 09:14", Precision.MINUTE),
        ("02月29日 08:00", "2024-02-29 08:00", Precision.MINUTE),
    ],
)
def test_a_time_told_from_the_crawl_is_known_as_finely_as_it_was_told(text, local, precision):
    expected = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    assert told_from(text, CRAWLED, SHANGHAI) == (int(expected.timestamp()), precision)


@pytest.mark.parametrize(
    "text", ["", "很久以前", "13月01日 09:14", "02月30日", "昨天 25:00", "后天"]
)
def test_what_is_no_such_time_stays_unknown(text):
    assert told_from(text, CRAWLED, SHANGHAI) is None


@given(st.integers(1_500_000_000, 2_000_000_000), st.integers(0, 300))
def test_a_day_without_a_year_lies_in_the_year_before_the_crawl(crawled, days):
    moment = datetime.fromtimestamp(crawled, SHANGHAI) - timedelta(days=days)
    text = moment.strftime("%m月%d日 %H:%M")
    found = told_from(text, crawled, SHANGHAI)
    assert found == (int(moment.replace(second=0).timestamp()), Precision.MINUTE)


def dump(tmp_path, *times, name="dump.csv"):
    path = tmp_path / name
    rows = "".join(f"a,停水,{time}\n" for time in times)
    path.write_text(f"account_id,text,posted_at\n{rows}", encoding="utf-8")
    return path


def test_the_time_of_the_crawl_can_be_told_by_hand(tmp_path):
    path = dump(tmp_path, "5分钟前", "昨天", "2026-03-02 09:14", "2026-03-20 09:14", "")
    posts = read_posts(path, crawled_at="2026-03-02T09:15:00+08:00")
    assert [time and time.isoformat() for time in posts.column("posted_at").to_pylist()] == [
        "2026-03-02T01:10:00+00:00",
        "2026-02-28T16:00:00+00:00",
        "2026-03-02T01:14:00+00:00",
        None,
        None,
    ]
    assert posts.column("posted_at_text").to_pylist() == [
        *("5分钟前", "昨天", None, "2026-03-20 09:14", None)
    ]
    assert posts.inputs[0].notes == {
        "post ids made from file and row": 5,
        "times after the crawl, left empty": 1,
        "times not known": 2,
        "times told from the crawl": 2,
    }


def test_without_it_such_a_time_is_empty_and_counted_never_1970(tmp_path):
    posts = read_posts(dump(tmp_path, "5分钟前", "03月02日 09:14", "昨天 09:14", "0", "1970-01-01"))
    assert posts.column("posted_at").null_count == 5
    assert posts.inputs[0].notes["times not known"] == 5
    assert posts.column("precision").to_pylist() == [Precision.UNKNOWN] * 5


def test_the_crawl_time_of_a_row_goes_before_that_of_the_file(tmp_path):
    path = tmp_path / "tweets.jsonl"
    row = {
        "_id": "1",
        "content": "停水",
        "created_at": "5分钟前",
        "user": {"_id": "7"},
        "crawl_time": CRAWLED,
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    posts = read_posts(path, crawled_at="2020-01-01")
    assert posts.column("posted_at").to_pylist() == [datetime(2026, 3, 2, 1, 10, tzinfo=UTC)]


def test_a_crawl_time_that_is_none_is_refused(tmp_path):
    with pytest.raises(DumpError, match="crawled_at is '昨天'; expected ISO 8601"):
        read_posts(dump(tmp_path, ""), crawled_at="昨天")
