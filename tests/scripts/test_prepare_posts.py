"""Scripts for sets of Weibo posts read their layouts, on invented and on damaged files."""

from pathlib import Path

import pytest

from tests.scripts.test_prepare import lines, prepare, table, write

OLD_ID, NEW_ID = "10000000001", "4500000000000000"


# --- CED


def ced(folder: Path) -> Path:
    posts = {
        "0_aBc_7000000001": ({"text": "城东水厂停水三天", "time": 1347334462, "user": {}}, "rumor"),
        "1_dEf_7000000002": ({"text": "今天下雨了", "time": 1347334463, "user": ""}, "non-rumor"),
        "2_gHi_7000000003": ("{cut", "rumor"),
        "3_jKl_7000000004": ({"text": "无人知道", "time": 1}, None),
    }
    for name, (post, kind) in posts.items():
        write(folder / "original-microblog" / f"{name}.json", post)
        if kind:
            write(folder / f"{kind}-repost" / f"{name}.json", [])
    write(folder / "original-microblog" / "._0_aBc_7000000001.json", "finder")
    return folder


@pytest.mark.parametrize("place", ["", "CED_Dataset"])
def test_ced_takes_label_and_account_from_the_names_of_files(tmp_path, place):
    ced(tmp_path / "set" / place)
    done = prepare("ced", tmp_path / "set", "--salt", "s")
    assert done.labels == {"ced:aBc": 1, "ced:dEf": 0}
    assert [row["posted_at"] for row in done.rows] == [
        "2012-09-11T03:34:22Z",
        "2012-09-11T03:34:23Z",
    ]
    assert len({row["account"] for row in done.rows}) == 2
    assert done.reasons == ["not a JSON object", "in no repost folder"]


def test_ced_shows_no_account_where_it_tells_of_a_reject(tmp_path):
    done = prepare("ced", ced(tmp_path / "set"))
    assert "original-microblog/2_gHi" in done.said
    assert "70000000" not in done.said + str(done.rejects)


def test_ced_rejects_a_post_that_is_in_both_repost_folders_or_named_otherwise(tmp_path):
    folder = ced(tmp_path / "set")
    write(folder / "non-rumor-repost" / "0_aBc_7000000001.json", [])
    write(folder / "original-microblog" / "7000000001.json", {})
    reasons = prepare("ced", folder).reasons
    assert {"in both repost folders", "file is not named number_post_account"} <= set(reasons)


# --- Ma et al. 2016


def ma2016(folder: Path) -> Path:
    reply = {"mid": "9", "parent": OLD_ID, "text": "假的吧", "t": 1304404800, "uid": "7000000009"}
    first = {
        "mid": OLD_ID,
        "parent": None,
        "original_text": "城东水厂停水三天 @小禾",
        "text": "城东水厂停水三天",
        "t": 1304404747,
        "uid": "7000000001",
    }
    write(folder / "Weibo" / f"{OLD_ID}.json", [reply, first])
    write(folder / "Weibo" / f"{NEW_ID}.json", [{"text": "今天下雨", "t": 1441009300, "uid": 7}])
    write(folder / "Weibo" / "3.json", [])
    write(
        folder / "Weibo.txt",
        lines(
            f"eid:{OLD_ID}\tlabel:1\t{OLD_ID} 9 ",
            f"eid:{NEW_ID}\tlabel:0\t{NEW_ID}",
            "eid:3 label:0",
            "eid:4\tlabel:1\t4",
            "nonsense",
        ),
    )
    return folder


def test_ma2016_takes_the_post_that_opened_the_event(tmp_path):
    done = prepare("ma2016", ma2016(tmp_path / "rumdect"))
    assert done.labels == {f"ma2016:{OLD_ID}": 1, f"ma2016:{NEW_ID}": 0}
    assert done.rows[0]["text"] == "城东水厂停水三天 @用户"
    assert done.rows[0]["posted_at"] == "2011-05-03T06:39:07Z"


def test_ma2016_counts_events_without_a_file_or_a_post(tmp_path):
    assert prepare("ma2016", ma2016(tmp_path / "set")).reasons == [
        "file holds no first post",
        "event has no file",
        "line is not 'eid:… label:…'",
    ]


# --- Weibo16


def head(mid: str, moment: str, account: str = "7000000001") -> str:
    about = ["0", "10", "20", "30", "网页版"]
    link = "http://weibo.example/"
    return "|".join([mid, "小禾", link, link, moment, "true", "1", "2", "3", account, *about])


def weibo16(folder: Path) -> Path:
    images = "http://a.example/1.jpg|null"
    false = head(NEW_ID, "2012-11-13 16:55")
    true = head("4500000000000001", "1441009300000", "null")
    write(folder / "train_rumor.txt", lines(false, images, "停水\u2028三天"))
    write(folder / "train_nonrumor.txt", lines(true, images, "今天下雨"))
    write(
        folder / "test_rumor.txt",
        lines(
            head("4500000000000002", "2012-11-13 16:55"),
            images,
            head("4500000000000003", "2012-11-13 16:55"),
            images,
            "城东停水",
            head("4500000000000004", "昨天"),
            images,
            "城西停水",
            "",
        ),
    )
    blank, fine = (true.replace("0001", number) for number in ("0005", "0006"))
    write(folder / "test_nonrumor.txt", lines("stray", blank, images, " ", fine, images, "天晴了"))
    return folder


@pytest.mark.parametrize("place", ["tweets", "weibo/tweets"])
def test_weibo16_reads_three_lines_a_post(tmp_path, place):
    weibo16(tmp_path / "set" / place)
    done = prepare("weibo16", tmp_path / "set")
    assert done.labels == {
        f"weibo16:{NEW_ID}": 1,
        "weibo16:4500000000000001": 0,
        "weibo16:4500000000000003": 1,
        "weibo16:4500000000000006": 0,
    }
    assert [row.get("posted_at") for row in done.rows[:2]] == [
        "2012-11-13T08:55:00Z",
        "2015-08-31T08:21:40Z",
    ]
    assert ["account" in row for row in done.rows] == [True, False, True, False]


def test_weibo16_loses_one_post_to_a_lost_line_and_not_the_file(tmp_path):
    weibo16(tmp_path / "set" / "tweets")
    assert prepare("weibo16", tmp_path / "set").reasons == [
        "post is not three lines",
        "time cannot be read",
        "lines before the first post",
        "no text",
    ]


# --- Weibo20


def weibo20(folder: Path) -> Path:
    folds = {
        1: [[NEW_ID, "停水三天link sep 假的吧 sep link", "1"], [OLD_ID, "今天下雨", "0"]],
        2: [["4500000000000002", "Boomlinklink新歌LinkedIn linker", "0"]],
        3: [["4500000000000003", " sep 只有评论", "1"], ["4500000000000004", "停电", "2"]],
        4: [["abc", "停电", "1"], ["4500000000000005", "停电"]],
        5: [[NEW_ID, "停水三天", "1"]],
    }
    for fold, rows in folds.items():
        write(folder / str(fold) / "chronological_order" / "test.csv", table(rows))
    return folder


@pytest.mark.parametrize("place", ["", "processed_datasets/Weibo20"])
def test_weibo20_keeps_the_post_without_comments_and_without_link(tmp_path, place):
    weibo20(tmp_path / "set" / place)
    done = prepare("weibo20", tmp_path / "set")
    assert [(row["text"], row["label"]) for row in done.rows] == [
        ("停水三天", 1),
        ("今天下雨", 0),
        ("Boom新歌LinkedIn linker", 0),
    ]


def test_weibo20_takes_the_time_from_the_post_id(tmp_path):
    rows = prepare("weibo20", weibo20(tmp_path / "set")).rows
    assert rows[0]["posted_at"] == "2020-05-01T21:04:28Z"
    assert "posted_at" not in rows[1]


def test_weibo20_counts_rows_that_are_no_posts(tmp_path):
    assert prepare("weibo20", weibo20(tmp_path / "set")).reasons == [
        "no text",
        "label is neither 0 nor 1",
        "post id is not a number",
        "row has not three cells",
        "id was there before",
    ]


# --- Weibo21


def weibo21(folder: Path) -> Path:
    base = {"comments": ["评论"], "timestamp": 1583463780, "category": "科技"}
    false = {**base, "id": "a", "content": "停水三天", "label": 1}
    nan = '{"id": "b", "content": "停电", "timestamp": "2020-03-06 11:03", "piclists": NaN}'
    wrong = {**base, "id": "c", "content": "停气", "label": "real"}
    write(folder / "fake_release_all.json", lines(false, nan, wrong, "{cut"))
    unsure = {"id": "d", "content": "今天下雨", "label": "real", "category": "无法确定"}
    write(folder / "real_release_all.json", lines(unsure, "", {"content": "没有编号"}))
    return folder


def test_weibo21_takes_the_label_from_the_file_and_the_category_as_topic(tmp_path):
    done = prepare("weibo21", weibo21(tmp_path / "set"))
    assert done.labels == {"weibo21:a": 1, "weibo21:b": 1, "weibo21:d": 0}
    assert [row.get("topic") for row in done.rows] == ["科技", None, None]
    assert [row.get("posted_at") for row in done.rows] == ["2020-03-06T03:03:00Z"] * 2 + [None]
    assert done.reasons == ["label contradicts the file", "not a JSON object", "no id"]


def test_weibo21_never_loads_a_pickle(tmp_path):
    folder = write(tmp_path / "set" / "data" / "train.pkl", "cos\nsystem\n").parents[1]
    done = prepare("weibo21", folder)
    assert done.status == 1
    assert "never loaded" in done.said and done.said.count("\n") == 1
