import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.readers import read_posts
from rumorscan.readers.layouts.finding import layout_named
from rumorscan.readers.objects import line_readers
from rumorscan.readers.objects.nesting import Nesting

USER = {"uid": "8", "name": "小粟"}


def comment(name, *inner):
    row = {"id": name, "text": f"评论{name}", "createdAt": "", "user": USER}
    return {**row, "comments": list(inner)} if inner else row


def post(name, **rest):
    return {
        "id": name,
        "mblogid": f"m{name}",
        "userId": "7",
        "text": f"帖子{name}",
        "createdAt": "Mon Mar 02 09:14:07 +0800 2026",
        **rest,
    }


def read(tmp_path, rows, name="weibo.json"):
    path = tmp_path / name
    text = (
        json.dumps({"weibo": rows, "user": {"uid": "7", "name": "小禾"}})
        if name.endswith(".json")
        else "\n".join(map(json.dumps, rows))
    )
    path.write_text(text, encoding="utf-8")
    return read_posts(path)


def threads(posts):
    names = ("post_id", "kind", "parent_id", "root_id", "repost_of")
    return [tuple(row.get(name) for name in names) for row in posts.table.to_pylist()]


def test_comments_of_any_depth_know_what_they_answer_and_the_thread(tmp_path):
    posts = read(tmp_path, [post("1", comments=[comment("2", comment("3", comment("4")))])])
    assert threads(posts) == [
        ("1", "post", None, None, None),
        ("2", "comment", "1", "1", None),
        ("3", "comment", "2", "1", None),
        ("4", "comment", "3", "1", None),
    ]


def test_comments_below_a_repost_belong_to_the_thread_of_the_repost(tmp_path):
    inner = {**post("0"), "user": USER}
    posts = read(tmp_path, [post("1", retweet=inner, comments=[comment("2")])])
    assert threads(posts) == [
        ("1", "repost", "0", "0", "0"),
        ("2", "comment", "1", "1", None),
        ("0", "post", None, None, None),
    ]


@pytest.mark.parametrize("name", ["weibo.json", "weibo.jsonl"])
def test_what_many_carry_along_is_read_once_and_not_beside_its_own_row(tmp_path, name):
    carried = post("9")
    rows = [post("1", retweet=carried), post("2", retweet=carried), post("9"), post("3")]
    posts = read(tmp_path, rows, name)
    assert posts.column("post_id").to_pylist() == ["1", "2", "9", "3"]
    posts = read(tmp_path, [rows[0], rows[1], rows[3]], name)
    assert posts.column("post_id").to_pylist() == ["1", "2", "3", "9"]
    assert posts.rows == 4 == len(posts) + posts.rejects.num_rows


def test_rows_found_in_a_line_have_the_number_of_the_line(tmp_path):
    rows = [post("1", comments=[comment("2")]), post("3", retweet=post("4")), post("5")]
    posts = read(tmp_path, rows, "weibo.jsonl")
    assert posts.column("source_row").to_pylist() == [1, 1, 2, 3, 2]


def test_what_lies_among_comments_and_is_none_is_set_aside(tmp_path):
    posts = read(tmp_path, [post("1", comments=[comment("2"), "删除", None])])
    assert posts.rejects.column("reason").to_pylist() == ["not-an-object"] * 2
    assert posts.rows == 4


def test_a_reference_without_a_text_is_no_row(tmp_path):
    posts = read(tmp_path, [post("1", retweet={"id": "0"}), post("2", retweet={}, comments=None)])
    assert threads(posts)[0] == ("1", "repost", "0", "0", "0")
    assert len(posts) == 2 == posts.rows


def test_posts_nested_deeper_than_anybody_answers_do_not_overflow():
    inner = comment("0")
    for number in range(1, 900):
        inner = comment(str(number), inner)
    nesting = Nesting(layout_named("weibo-archiver"))
    assert len(list(nesting.rows([(1, post("p", comments=[inner]))]))) >= 64


def test_the_objects_themselves_are_left_as_they_were(tmp_path):
    rows = [post("1", comments=[comment("2")], retweet=post("9"))]
    before = json.dumps(rows)
    read_posts(rows)
    assert json.dumps(rows) == before


def test_one_page_in_one_line_is_a_document(tmp_path):
    path = tmp_path / "page.json"
    page = {
        "data": [{"id": "1", "author_id": "7", "created_at": "2026-03-02T01:14:07Z", "text": "停"}],
        "includes": {"users": [{"id": "7", "username": "xiaohe"}]},
        "meta": {"result_count": 1},
    }
    path.write_text(json.dumps(page), encoding="utf-8")
    posts = read_posts(path)
    assert posts.column("account_name").to_pylist() == ["xiaohe"]
    assert posts.inputs[0].format == "twarc/json"


def test_rows_set_aside_tell_the_byte_of_the_line_that_carried_them(tmp_path, monkeypatch):
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.SAMPLE_BYTES", 300)
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.BLOCK_BYTES", 300)
    silent = {**comment("c"), "text": None}
    nameless = {**post("0"), "userId": None}
    rows = [
        *(post("1"), post("2", comments=[silent]), post("3", retweet=nameless)),
        *(post(str(name)) for name in range(4, 12)),
    ]
    lines = [json.dumps(row).encode() for row in rows]
    lines.insert(1, b"{broken")
    path = tmp_path / "weibo.jsonl"
    path.write_bytes(b"\n".join(lines))
    posts = read_posts(path)
    starts = [sum(len(line) + 1 for line in lines[:place]) for place in range(len(lines))]
    found = [
        (row["source_row"], row["reason"], row["byte_offset"]) for row in posts.rejects.to_pylist()
    ]
    assert found == [
        (2, "bad-json", starts[1]),
        (3, "missing-text", starts[2]),
        (4, "missing-account", starts[3]),
    ]
    assert posts.rows == len(posts) + len(found)


def test_a_repost_of_weibospider_carries_its_source_under_a_common_name(tmp_path):
    own = {"created_at": "2026-03-02 09:14:07", "user": {"_id": "7", "nick_name": "小禾"}}
    source = {"_id": "9", "content": "帖子9", **own}
    posts = read(tmp_path, [{"_id": "1", "content": "转", **own, "retweet": source}], "a.jsonl")
    assert threads(posts) == [("1", "repost", "9", "9", "9"), ("9", "post", None, None, None)]


PLAIN = {"account_id": "a", "text": "停水"}


def of_document(tmp_path, document):
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_posts(path)


@pytest.mark.parametrize("wrap", [lambda posts: posts, lambda posts: {"code": 0, "posts": posts}])
def test_posts_that_stand_by_their_ids_are_all_read(tmp_path, wrap):
    posts = of_document(tmp_path, wrap({name: {"post_id": name, **PLAIN} for name in "123"}))
    assert posts.column("post_id").to_pylist() == ["1", "2", "3"]


def test_lists_of_one_layout_are_read_together_and_others_are_noted(tmp_path):
    lists = {
        "users": [{"uid": "7", "name": "小禾"}] * 3,
        "first": [{"post_id": "1", **PLAIN}],
        "more": [{"post_id": "2", **PLAIN}, {"post_id": "3", **PLAIN}],
    }
    posts = of_document(tmp_path, {"code": 0, "data": lists})
    assert posts.column("post_id").to_pylist() == ["1", "2", "3"]
    note = "objects of list 'data.users', which is of another kind"
    assert posts.inputs[0].notes[note] == 3


def message(number, **more):
    return {"id": number, "type": "message", "date": "2026-03-02", "from_id": "user7", **more}


def test_chats_that_were_left_are_read_as_well_whether_there_are_others_or_not(tmp_path):
    chats = [{"name": "x", "type": "private_group", "id": 1, "messages": [message(9, text="停水")]}]
    left = [{**chats[0], "id": 2}]
    path = tmp_path / "result.json"
    for document, ids in (
        ({"chats": {"list": chats}, "left_chats": {"list": left}}, ["1/9", "2/9"]),
        ({"left_chats": {"about": "x", "list": left}}, ["9"]),
        ({"left_chats": {"list": left}, "chats": {"list": []}}, ["9"]),
    ):
        path.write_text(json.dumps(document), encoding="utf-8")
        assert read_posts(path).column("post_id").to_pylist() == ids


def test_what_is_answered_in_another_chat_is_no_message_of_this_one(tmp_path):
    answer = message(10, text="真的吗", reply_to_message_id=9, reply_to_peer_id="channel22")
    chat = {"name": "x", "type": "private_group", "id": 1}
    path = tmp_path / "result.json"
    path.write_text(json.dumps({**chat, "messages": [message(9, text="停水"), answer]}), "utf-8")
    assert read_posts(path).column("parent_id").to_pylist() == [None, "22/9"]


@pytest.mark.parametrize("indent", [None, 1])
def test_control_characters_as_telegram_writes_them_cost_no_message(tmp_path, indent):
    chat = {"name": "x", "type": "private_group", "id": 1}
    texts = ["停\x0b水", "停\\\\x0B水\x1f", "城东"]
    messages = [message(number, text=text) for number, text in enumerate(texts)]
    written = json.dumps({**chat, "messages": messages}, ensure_ascii=False, indent=indent)
    for code in (0x0B, 0x1F):
        written = written.replace(f"\\u00{code:02x}", f"\\x{code:02X}")
    with pytest.raises(json.JSONDecodeError):
        json.loads(written)
    path = tmp_path / "result.json"
    path.write_text(written, encoding="utf-8")
    posts = read_posts(path)
    assert posts.column("text").to_pylist() == texts
    assert posts.rows == 3


CARRIED = st.one_of(
    st.sampled_from([{}, {"retweet": None}, {"retweet": {}}, {"comments": []}]),
    st.integers(0, 30).map(lambda n: {"retweet": {**post(f"p{n}"), "user": USER}}),
    st.integers(0, 30).map(lambda n: {"comments": [comment(f"c{n}")]}),
)
CHANGES = st.one_of(
    st.just({}),
    st.sampled_from([{"likesCount": 3}, {"likesCount": "1.2万"}, {"userId": None}, {"text": None}]),
    st.sampled_from(
        [{"regionName": "发布于 浙江"}, {"user": USER}, {"user": {"uid": 8}}, {"new": 1}]
    ),
)
NESTED_LINES = st.one_of(
    st.tuples(st.integers(0, 30), CARRIED, CHANGES).map(
        lambda each: json.dumps({**post(f"p{each[0]}"), **each[1], **each[2]}, ensure_ascii=False)
    ),
    st.sampled_from(['{"id": ', "[1]", "", "null"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NESTED_LINES, max_size=30), st.sampled_from([2, 5, 2_048]))
def test_lines_that_carry_nothing_are_read_as_rows_with_the_same_result(
    tmp_path_factory, lines, count
):
    path = tmp_path_factory.mktemp("n") / "weibo.jsonl"
    path.write_text("\n".join([json.dumps(post("p0", comments=[])), *lines]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_readers, "NESTED_LINES", count)
        fast = read_posts(path)
        patch.setattr(line_readers.LineReader, "_are_rows", lambda *_: False)
        slow = read_posts(path)
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.inputs == slow.inputs
    rejects = [posts.rejects.drop_columns("raw").to_pylist() for posts in (fast, slow)]
    assert rejects[0] == rejects[1]


def test_lines_that_carry_nothing_are_not_taken_apart(tmp_path, monkeypatch):
    monkeypatch.delattr(line_readers.LineReader, "_slow")
    rows = [post(str(n), retweet=None, comments=[], likesCount=n) for n in range(5_000)]
    assert len(read(tmp_path, rows, "weibo.jsonl")) == 5_000
