"""Scripts for sets of checked claims and news read their layouts, damaged files among them."""

import zipfile
from pathlib import Path

import pytest

from tests.scripts.test_prepare import prepare, table, write

# --- CHECKED


@pytest.mark.parametrize("place", ["", "dataset"])
def test_checked_leaves_out_analysis_comments_and_reposts(tmp_path, place):
    folder = tmp_path / "set" / place
    false = {"id": "a", "label": "fake", "date": "2020-04-02 08:52", "text": "停水三天"}
    write(folder / "fake_news" / "a.json", {**false, "analysis": "谣言", "comments": [{"c": 1}]})
    write(folder / "real_news" / "b.json", {"label": "real", "text": "今天下雨", "user_id": "u"})
    write(folder / "real_news" / "c.json", {"label": "fake", "text": "放错了"})
    write(folder / "real_news" / "d.json", "[]")
    done = prepare("checked", tmp_path / "set")
    assert done.labels == {"checked:a": 1, "checked:b": 0}
    assert done.reasons == ["label contradicts the folder", "not a JSON object"]
    assert set(done.rows[0]) == {"id", "text", "label", "posted_at", "source", "topic"}


# --- LTCR


def ltcr(folder: Path, *rows: list[str]) -> Path:
    columns = ["id", "title", "summary", "text", "provement", "label", "time"]
    write(folder / "data" / "LTCR.csv", table([columns, *rows]))
    return folder


def test_ltcr_codes_false_as_0_and_sets_the_undecided_aside(tmp_path):
    folder = ltcr(
        tmp_path / "set",
        ["1", "停水", "停水", "城东水厂停水三天", "['x']", "0", "2020/3/6 11:03"],
        ["2", "下雨", "下雨", "今天下雨", "[]", "1", "2020/3/6 11:03"],
        ["3", "停电", "停电", "也许停电", "[]", "2", "2020/3/6 11:03"],
        ["4", "停气", "停气", "停气", "[]", "假", "2020/3/6 11:03"],
        ["5", "太短"],
    )
    done = prepare("ltcr", folder)
    assert done.labels == {"ltcr:1": 1, "ltcr:2": 0}
    assert done.rows[0]["posted_at"] == "2020-03-06T03:03:00Z"
    assert done.reasons == ["undecided", "label is not 0, 1 or 2", "label is not 0, 1 or 2"]


def test_ltcr_takes_the_question_where_the_text_is_the_answer(tmp_path):
    answer = ["1", "停水三天？", "", "水厂说没有停水，是谣言", "", "0", "2020/3/6 11:03"]
    asked = ["2", "真的停水？", "", "真的停水？已经三天了", "['x']", "0", "2020/3/6 11:03"]
    texts = [row["text"] for row in prepare("ltcr", ltcr(tmp_path / "set", answer, asked)).rows]
    assert texts == ["停水三天？", "真的停水？已经三天了"]


def test_ltcr_without_a_column_is_an_error_that_names_it(tmp_path):
    write(tmp_path / "set" / "LTCR.csv", "id,text,label\n1,停水,0\n")
    done = prepare("ltcr", tmp_path / "set")
    assert done.status == 1
    assert "has no column 'title', 'provement', 'time'; found 'id', 'text', 'label'" in done.said


# --- CHEF


def test_chef_sets_aside_claims_without_enough_evidence(tmp_path):
    folder = tmp_path / "set"
    evidence = {"gold evidence": {"0": {"text": "水厂的公告"}}}
    write(
        folder / "train.json",
        [
            {"claimId": 1, "claim": "城东水厂停水三天", "label": 1, "domain": "社会", **evidence},
            {"claimId": 2, "claim": "也许停电", "label": 2, "domain": "社会"},
            {"claimId": 3, "claim": "停气", "label": True},
            "停气",
        ],
    )
    write(folder / "dev.json", [{"claimId": 1, "title": "今天下雨", "label": 0}])
    write(folder / "test.json", [])
    done = prepare("chef", folder)
    assert done.labels == {"chef:train-1": 1, "chef:dev-1": 0}
    assert done.rows[0]["topic"] == "社会"
    assert done.reasons == [
        "not enough evidence for a judgment",
        "label is not 0, 1 or 2",
        "not a JSON object",
    ]


@pytest.mark.parametrize(("content", "told"), [("[{", "is not JSON"), ("{}", "not a JSON array")])
def test_chef_with_a_damaged_file_is_one_line(tmp_path, content, told):
    for name in ("train", "dev", "test"):
        write(tmp_path / "set" / f"{name}.json", content)
    done = prepare("chef", tmp_path / "set")
    assert done.status == 1
    assert told in done.said and done.said.count("\n") == 1


# --- MCFEND


def test_mcfend_keeps_what_is_judged_false_or_true_with_its_platform(tmp_path):
    columns = ["news_id", "title", "content", "label", "platform", "publish_time", "hashtag"]
    rows = [
        ["1", "停水", "城东水厂停水三天", "谣言", "微博", "2020-03-06 11:03:00", "社会生活"],
        ["2", "今天下雨", "", "事实", "论坛", "", ""],
        ["3", "停电", "停电", "半真半假", "论坛", "", ""],
        ["4", "停气", "停气", "", "论坛", "", ""],
        ["", "停气", "停气", "谣言", "论坛", "", ""],
    ]
    write(tmp_path / "set" / "news.csv", "\ufeff" + table([columns, *rows]))
    done = prepare("mcfend", tmp_path / "set")
    assert done.labels == {"mcfend:1": 1, "mcfend:2": 0}
    assert [row["source"] for row in done.rows] == ["mcfend/微博", "mcfend/论坛"]
    assert done.rows[0]["topic"] == "社会生活" and done.rows[1]["text"] == "今天下雨"
    assert done.reasons == ["judged neither 谣言 nor 事实", "no label", "no id"]


# --- Cofacts


REPLIES = {
    "rumor": [("RUMOR", "NORMAL", 0, 2), ("RUMOR", "NORMAL", 0, 0)],
    "fact": [("NON_RUMOR", "NORMAL", 0, 0), ("NOT_RUMOR", "NORMAL", 1, 1)],
    "outvoted": [("RUMOR", "NORMAL", 0, 1), ("NOT_RUMOR", "NORMAL", 3, 1)],
    "deleted": [("RUMOR", "DELETED", 0, 5)],
    "rejected": [("RUMOR", "NORMAL", 2, 1)],
    "torn": [("RUMOR", "NORMAL", 0, 1), ("OPINIONATED", "NORMAL", 0, 1)],
    "opinion": [("OPINIONATED", "NORMAL", 0, 1)],
    "spam": [("NOT_ARTICLE", "NORMAL", 0, 1)],
    "odd": [("HOAX", "NORMAL", 0, 1)],
}


def cofacts(folder: Path, *, packed: bool, more: tuple[str, ...] = ()) -> Path:
    messages = [["id", "userIdsha256", "text", "createdAt", *more]]
    replies = [
        [
            "articleId",
            "replyType",
            "status",
            "negativeFeedbackCount",
            "positiveFeedbackCount",
        ]
    ]
    for name, given in REPLIES.items():
        messages.append([name, f"u-{name}", f"停水：\n{name}", "2019-01-02T03:04:05.678Z"])
        replies += [[name, kind, status, str(no), str(yes)] for kind, status, no, yes in given]
    messages.append(["alone", "u", "无人回复", "2019-01-02T03:04:05.678Z"])
    messages.append(["", "u", "没有编号", "2019-01-02T03:04:05.678Z"])
    for name, rows in (("articles.csv", messages), ("article_replies.csv", replies)):
        if packed:
            folder.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.writestr(name, table(rows))
        else:
            write(folder / name, table(rows))
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_cofacts_labels_what_all_replies_that_count_agree_on(tmp_path, packed):
    done = prepare("cofacts", cofacts(tmp_path / "set" / "data", packed=packed).parent)
    assert done.labels == {"cofacts:rumor": 1, "cofacts:fact": 0, "cofacts:outvoted": 1}
    assert done.rows[0]["posted_at"] == "2019-01-02T03:04:05Z"
    assert done.rows[0]["text"] == "停水：\nrumor" and done.rows[0]["account"] != "u-rumor"
    assert done.reasons == [
        "no reply",
        "readers rejected every reply",
        "replies disagree",
        "an opinion",
        "not for checking",
        "reply of an unknown kind",
        "no reply",
        "no id",
    ]


def test_cofacts_sets_aside_pictures_and_blocked_messages(tmp_path):
    folder = cofacts(tmp_path / "set", packed=False)
    columns = ["id", "text", "createdAt", "articleType", "status"]
    rows = [
        ["rumor", "停水", "2019-01-02T03:04:05Z", "TEXT", "NORMAL"],
        ["fact", "图中文字", "2019-01-02T03:04:05Z", "IMAGE", "NORMAL"],
        ["outvoted", "广告", "2019-01-02T03:04:05Z", "TEXT", "BLOCKED"],
    ]
    write(folder / "articles.csv", table([columns, *rows]))
    done = prepare("cofacts", folder)
    assert done.labels == {"cofacts:rumor": 1}
    assert done.reasons == ["picture, sound or video", "message was blocked"]


def test_cofacts_with_a_damaged_archive_is_one_line(tmp_path):
    folder = cofacts(tmp_path / "set", packed=True)
    write(folder / "article_replies.csv.zip", "no archive")
    done = prepare("cofacts", folder)
    assert done.status == 1
    assert "cannot be unpacked" in done.said and done.said.count("\n") == 1
