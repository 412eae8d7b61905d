import json
from datetime import UTC, datetime
from importlib.metadata import EntryPoint

import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from rumorscan.readers.layouts import finding
from rumorscan.readers.layouts.fields import map_fields
from rumorscan.readers.layouts.finding import LAYOUTS, OTHER_LAYOUT, layout_named
from rumorscan.readers.values.days import DAY_NUMBERS
from tests.readers.samples import write_workbook

TEXT = "城东水厂停水三天大家快囤水"


def test_times_without_a_year_are_counted(tmp_path):
    path = tmp_path / "导出.csv"
    times = ["03月02日 09:14", "今天09:14", "5分钟前", "2026年03月02日 09:14"]
    rows = [f"小禾,{TEXT},{time},\n" for time in times]
    path.write_text("标题,txt,from1,图片\n" + "".join(rows), encoding="gb18030")
    posts = read_posts(path)
    assert posts.inputs[0].notes["times not known"] == 3
    assert posts.column("posted_at").null_count == 3


def test_a_column_of_numbers_names_the_posts(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("编号,用户名,内容\n0017,小禾,停水\n", encoding="utf-8")
    assert read_posts(path).column("post_id").to_pylist() == ["0017"]


@pytest.mark.parametrize(
    "header",
    [
        ["POST_ID", "ACCOUNT_ID", "TEXT", "POSTED_AT"],
        ["Post-Id", "Account Id", " text ", "Created-At"],
        [" PostID", "User_ID\u3000", "Content", "Publish Time"],
        ["MID", "UID", "Full_Text", "Date"],
        ["微博ID ", "用户 ID", "微博 正文", " 发布时间"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "xlsx"])
def test_columns_are_found_whatever_their_case_blanks_and_separators(tmp_path, header, kind):
    row = ["0017", "7", TEXT, "2026-03-02 09:14"]
    path = tmp_path / f"表.{kind}"
    if kind == "csv":
        path.write_text(",".join(header) + "\n" + ",".join(row) + "\n", "utf-8")
    elif kind == "xlsx":
        write_workbook(path, {"表": [header, row]})
    else:
        rows = dict(zip(header, row, strict=True))
        path.write_text(json.dumps([rows, rows] if kind == "json" else rows), "utf-8")
    posts = read_posts(path)
    names = ["post_id", "account_id", "text"]
    assert [posts.column(name)[0].as_py() for name in names] == row[:3]
    assert posts.column("posted_at")[0].as_py() == datetime(2026, 3, 2, 1, 14, tzinfo=UTC)
    mapping = inspect(path).inputs[0].report.mapping
    shown = [mapping[name].strip() for name in (*names, "posted_at")]
    assert shown == [name.strip() for name in header]


def test_a_column_of_that_very_name_comes_before_one_that_is_like_it(tmp_path):
    fields = map_fields(["TEXT", "text", "Account_ID", "uid"], where="a.csv").columns
    assert fields == {"text": "text", "account_id": "uid"}
    canonical = map_fields(["text", "account_id", "Posted-At", "Date"], where="a.csv").columns
    assert canonical == {"text": "text", "account_id": "account_id", "posted_at": "Posted-At"}


def test_of_two_columns_that_are_alike_none_is_taken():
    names = ["uid", "text", "Post_ID", "POST-ID"]
    assert map_fields(names, where="a.csv").columns == {"account_id": "uid", "text": "text"}
    with pytest.raises(DumpError, match="no column holds 'text'; found 'uid', 'Text', 'TEXT'"):
        map_fields(["uid", "Text", "TEXT"], where="a.csv")


def test_columns_of_a_known_layout_are_taken_by_their_very_names():
    names = ["tweetid", "userid", "tweet_text", "tweet_time", "Followers", "Likes"]
    fields = map_fields(names, where="a.csv")
    assert fields.layout.name == "twitter-io"
    assert fields.unread == ("Followers", "Likes")


def test_a_map_takes_the_true_name_of_a_column_with_or_without_its_blanks(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(f"Account_ID, Note , Text\n7,{TEXT},-\n", encoding="utf-8")
    for column in (" Note ", "Note"):
        posts = read_posts(path, mapping={"text": column, "account_id": "Account_ID"})
        assert posts.column("text").to_pylist() == [TEXT]
    with pytest.raises(DumpError, match="no column is named 'note'"):
        read_posts(path, mapping={"text": "note"})


def test_a_layout_can_be_asked_for_by_name(tmp_path):
    path = tmp_path / "7000000001.csv"
    path.write_text("id,正文,日期\n1,停水,2026-03-02\n", encoding="utf-8")
    posts = read_posts(path, format="weibo-crawler")
    assert posts.inputs[0].format == "weibo-crawler/csv"
    assert posts.column("account_id").to_pylist() == ["7000000001"]


IO_LINE = "1234567890123456789,h7,停水,{time}\n"


@pytest.mark.parametrize(
    ("time", "tz", "hour", "assumed"),
    [
        ("2026-03-02 09:14", "", 9, "UTC"),
        ("2026-03-02 09:14", "Asia/Shanghai", 1, "Asia/Shanghai"),
        ("2026-03-02 09:14", "America/New_York", 14, "America/New_York"),
        ("2026-03-02T09:14:00Z", "Asia/Shanghai", 9, None),
        ("2026-03-02T09:14:00+08:00", "UTC", 1, None),
    ],
)
def test_a_zone_that_is_asked_for_holds_for_times_that_carry_none(
    tmp_path, time, tz, hour, assumed
):
    # the archive states UTC without writing a zone
    path = tmp_path / "tweets.csv"
    path.write_text("tweetid,userid,tweet_text,tweet_time\n" + IO_LINE.format(time=time), "utf-8")
    posts = read_posts(path, tz=tz)
    assert posts.column("posted_at").to_pylist() == [datetime(2026, 3, 2, hour, 14, tzinfo=UTC)]
    assert posts.inputs[0].tz_assumed == assumed


def test_the_names_of_layouts_are_their_own():
    names = [layout.name for layout in (*LAYOUTS, OTHER_LAYOUT)]
    assert len(names) == len(set(names))


def test_the_columns_that_a_layout_names_stand_in_row_by_row(tmp_path):
    path = tmp_path / "search_contents.jsonl"
    rows = [
        {"note_id": "1", "content": "停水", "create_time": 1772414047, "user_id": "u7"},
        {"note_id": "2", "content": "停水", "create_time": 1772414047, "creator_hash": "0f1e"},
    ]
    lines = [json.dumps(row) for row in (rows[0], rows[1], rows[0])]
    path.write_text("\n".join(lines), "utf-8")
    posts = read_posts(path)
    assert posts.column("account_id").to_pylist() == ["u7", "0f1e", "u7"]
    assert posts.inputs[0].mapping["account_id"] == "user_id, creator_hash"


def test_a_second_generation_that_begins_late_is_read_as_well(tmp_path):
    path = tmp_path / "search_contents.jsonl"
    old = {"note_id": "1", "content": "停水", "create_time": 1772414047, "user_id": "u7", "x": 1}
    new = {"note_id": "2", "content": "停水", "create_time": 1772414047, "creator_hash": "0f1e"}
    lines = [json.dumps(old)] * 2_000 + [json.dumps(new)]
    path.write_text("\n".join(lines), "utf-8")
    posts = read_posts(path)
    assert posts.column("account_id").to_pylist()[-2:] == ["u7", "0f1e"]
    assert posts.rejects.num_rows == 0


@pytest.fixture
def installed(monkeypatch):
    """Return a function that pretends that distributions with these entry points are there."""

    def install(*points):
        found = [EntryPoint(name, value, finding.ENTRY_POINTS) for name, value in points]
        monkeypatch.setattr(finding, "entry_points", lambda group: found)
        finding.extensions.cache_clear()

    yield install
    monkeypatch.undo()
    finding.extensions.cache_clear()


def invent(tmp_path, monkeypatch, body):
    """Write a module that another distribution could bring."""
    (tmp_path / "invented_club.py").write_text(
        f"from rumorscan.readers.layouts import Layout\n{body}\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "invented_club", raising=False)


def test_another_distribution_adds_a_format_by_an_entry_point(tmp_path, monkeypatch):
    # a real distribution: its metadata lies on the path, nothing is pretended
    invent(
        tmp_path,
        monkeypatch,
        'CLUB = Layout("club", ("楼层", "网友", "说了"), constants={"platform": "club"},\n'
        '    columns={"post_id": ("楼层",), "account_id": ("网友",), "text": ("说了",)})',
    )
    info = tmp_path / "invented_club-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: invented-club\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rumorscan.layouts]\nclub = invented_club:CLUB\n")
    path = tmp_path / "dump.csv"
    path.write_text("楼层,网友,说了\n12,小禾,停水\n", encoding="utf-8")
    finding.extensions.cache_clear()
    try:
        look = inspect(path).inputs[0]
        posts = read_posts(path)
        assert layout_named("club").marks == ("楼层", "网友", "说了")
    finally:
        finding.extensions.cache_clear()
    assert look.report.format == posts.inputs[0].format == "club/csv"
    row = posts.table.to_pylist()[0]
    assert (row["post_id"], row["account_id"], row["platform"]) == ("12", "小禾", "club")


def test_an_entry_point_may_name_several_layouts(tmp_path, monkeypatch, installed):
    invent(tmp_path, monkeypatch, 'BOTH = [Layout("a", ("甲",)), Layout("b", ("乙",))]')
    installed(("both", "invented_club:BOTH"))
    assert [layout_named(name).name for name in "ab"] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("X = 5", "gives a int; expected"),
        ('X = Layout("canonical", ("a",))', "'canonical' is taken"),
        ("raise OSError('broken')", "cannot be loaded: broken"),
    ],
)
def test_an_entry_point_that_brings_no_layout_is_named(
    tmp_path, monkeypatch, installed, body, message
):
    invent(tmp_path, monkeypatch, body)
    installed(("x", "invented_club:X"))
    with pytest.raises(DumpError, match=message):
        read_posts([{"account_id": "a", "text": "停水"}])


def test_pseudonyms_and_masked_names_of_two_files_never_join(tmp_path):
    rows = "id,thread_id,author,body,timestamp\n9,8,5f2b9c,停水,2026-03-02 01:14:07\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    posts = read_posts(tmp_path)
    assert posts.column("account_id").to_pylist() == ["a.csv/5f2b9c", "b.csv/5f2b9c"]
    (remark,) = (note for note in posts.inputs[0].notes if "pseudonyms" in note)
    assert posts.inputs[0].notes[remark] == 1
    row = {"note_id": "1", "desc": "停水", "title": "", "publish_time": "2026-03-02 09:14"}
    masked = [{**row, "user_nickname": name} for name in ("小***禾", "小禾", "**星**")]
    posts = read_posts(masked)
    assert posts.column("account_id").to_pylist() == ["<rows>/小***禾", "小禾", "**星**"]
    note = "accounts known by a masked name, which hold within this file only"
    assert posts.inputs[0].notes[note] == 1


POST = "id,floor,author,content,time,thread_id\n"
COMMENT = "id,author,content,time,post_id\n"


def test_comments_of_tieba_beside_their_posts_know_the_thread(tmp_path):
    (tmp_path / "comment.csv").write_text(
        COMMENT + "11,小禾,真的,2026-03-02 09:21,2\n12,小粟,假的,2026-03-02 09:22,5\n", "utf-8"
    )
    alone = read_posts(tmp_path / "comment.csv")
    assert alone.column("root_id") is None
    (tmp_path / "post.csv").write_text(POST + "2,1,小穗,停水,2026-03-02 09:20,900\n", "utf-8")
    (tmp_path / "spool").mkdir()
    for options in ({}, {"batch_rows": 1, "spool": tmp_path / "spool"}):
        posts = read_posts(tmp_path, **options)
        assert posts.column("post_id").to_pylist() == ["11", "12", "2"]
        assert posts.column("root_id").to_pylist() == ["900", None, "900"]
        assert posts.inputs[0].notes["threads told by the answered post"] == 1


def test_sheets_of_tieba_in_one_workbook_know_the_thread(tmp_path):
    sheets = {
        "comment": [COMMENT.strip().split(","), ["11", "小禾", "真的", "2026-03-02 09:21", "2"]],
        "post": [POST.strip().split(","), ["2", "1", "小穗", "停水", "2026-03-02 09:20", "900"]],
    }
    write_workbook(tmp_path / "tieba.xlsx", sheets)
    assert read_posts(tmp_path / "tieba.xlsx").column("root_id").to_pylist() == ["900", "900"]


def test_accounts_and_followers_of_bilibili_do_not_stop_a_folder(tmp_path):
    folder = tmp_path / "data" / "bilibili" / "jsonl"
    folder.mkdir(parents=True)
    post = {"video_id": "1", "desc": TEXT, "create_time": 1772414047, "user_id": "7"}
    rows = {
        "contents": {**post, "nickname": "小禾", "video_danmaku": "1"},
        "creators": {"user_id": "7", "nickname": "小禾", "sign": "", "total_fans": 5},
        "contacts": {"up_id": "7", "fan_id": "8", "up_name": "小禾", "fan_name": "小粟"},
    }
    for name, row in rows.items():
        (folder / f"creator_{name}_2026-03-02.jsonl").write_text(json.dumps(row), "utf-8")
    posts = read_posts(tmp_path)
    assert posts.column("text").to_pylist() == [TEXT]
    assert sum("no row, passed over" in report.notes for report in posts.inputs) == 2


def test_comments_of_tieba_are_known_by_the_link_and_by_the_misspelled_parent(tmp_path):
    path = tmp_path / "comments.jsonl"
    row = {
        "comment_id": "2",
        "parment_comment_id": "1",
        "content": "真的吗",
        "user_link": "https://tieba.test/home/main?id=tb.1.x",
        "user_nickname": "小粟",
        "publish_time": "2026-03-02 09:14",
        "note_id": "9",
        "tieba_name": "城东吧",
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    posts = read_posts(path)
    assert posts.inputs[0].format == "mediacrawler-tieba-comments/jsonl"
    assert posts.column("parent_id").to_pylist() == ["1"]
    assert posts.column("account_id").to_pylist() == ["https://tieba.test/home/main?id=tb.1.x"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_day_numbers_of_a_spreadsheet_become_times_and_are_counted(tmp_path, kind):
    header = ["id", "用户名", "内容", "发布时间", "注册时间"]
    rows = [
        ["1", "小禾", TEXT, 46083.38481, 42095],
        ["2", "小粟", TEXT, 46083.5, 42095.25],
        ["3", "小谷", TEXT, "", ""],
    ]
    path = tmp_path / f"表.{kind}"
    if kind == "csv":
        lines = [",".join(map(str, row)) for row in (header, *rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        write_workbook(path, {"表": [header, *rows]})
    posts = read_posts(path)
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert posts.column("posted_at").to_pylist()[1:] == [noon, None]
    first = posts.column("posted_at")[0].as_py()
    assert abs((first - datetime(2026, 3, 2, 1, 14, 7, tzinfo=UTC)).total_seconds()) <= 1
    look = inspect(path).inputs[0]
    assert look.report.notes[DAY_NUMBERS] == 2
    assert look.report.notes[f"account_created_at: {DAY_NUMBERS}"] == 2
    assert look.report.tz_assumed == "Asia/Shanghai"
    assert DAY_NUMBERS in inspect(path).render()
