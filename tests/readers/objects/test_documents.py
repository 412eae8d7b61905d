"""JSON documents that are objects: their lists are read a piece at a time, as lists are."""

import json
import os
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import DumpError, RumorscanError
from rumorscan.readers import inspect, read_posts
from rumorscan.readers.encodings import decoding
from rumorscan.readers.objects import long_lists, outlines, scanners, structure
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.post_lists import choose_lists, find_lists
from tests.readers import bombs
from tests.readers.containers.test_hostile_files import MEMORY, read_apart

CUT = "unexpected end: the document is cut short"
WORDS = st.text(alphabet='水天"\\,[]{} \n', max_size=8)
USER = {"id": "7000000001", "screen_name": "小禾", "followers_count": 9}


def message(number, text):
    return {
        "id": number,
        "type": "message",
        "date": "2026-03-02T09:14:07",
        "date_unixtime": "1772414047",
        "from_id": "user7",
        "reply_to_message_id": 1,
        "text": ["转发:", {"type": "link", "text": "http://x.test"}, text],
    }


def status(number, text):
    return {
        "id": number,
        "user_id": 7000000001,
        "screen_name": "小禾",
        "text": text,
        "created_at": "2026-03-02T09:14:07",
        "attitudes_count": number,
        "retweet": {"id": 900 + number % 2, "user_id": 8, "text": f"源{number % 2}"},
    }


def archived(number, text):
    comment = {"id": f"c{number}", "text": text, "user": {"uid": "8"}}
    return {
        "id": number,
        "mblogid": f"P{number}",
        "text": text,
        "createdAt": "Mon Mar 02 09:14:07 +0800 2026",
        "comments": [comment, comment],
    }


def tweet(number, text):
    return {"id": str(number), "author_id": "7", "created_at": "2026-03-02T09:14:07Z", "text": text}


def plain(number, text):
    return {"post_id": f"p{number}", "account_id": "a", "text": text, "likes": number}


def chat(number, rows):
    return {"name": "群", "type": "private_group", "id": number, "messages": rows}


def page(rows):
    users = [{"id": "7", "username": "xiaohe"}]
    cited = [tweet(900, "被引")]
    return {"includes": {"tweets": cited, "users": users}, "data": rows, "meta": {"n": [1]}}


SHAPES = {
    "weibo-crawler": (status, lambda rows: {"user": USER, "weibo": rows}),
    "weibo-archiver": (archived, lambda rows: {"weibo": rows, "user": USER}),
    "telegram": (message, lambda rows: chat(5, rows)),
    "telegram, all chats": (
        message,
        lambda rows: {
            "about": "…",
            "contacts": {"list": [{"first_name": "禾"}] * 9},
            "chats": {"about": "…", "list": [chat(5, rows), chat(6, rows[:2]), chat(7, [])]},
        },
    ),
    "twarc": (tweet, page),
    "data.list": (plain, lambda rows: {"code": 0, "data": {"total": 9, "list": rows, "n": [1]}}),
    "rows": (plain, lambda rows: {"tags": ["x"], "rows": rows, "others": [{"id": 1}]}),
    "several lists": (
        plain,
        lambda rows: {"a": {"first": rows[:2], "n": [{"id": 1}] * 9}, "b": rows[2:], "c": {}},
    ),
    "posts by their ids": (
        lambda number, text: {**plain(number, text), "tags": [{"a": [1]}, 2]},
        lambda rows: {"code": 0, "posts": {row["post_id"]: row for row in rows}},
    ),
    "nothing but posts by their ids": (
        lambda number, text: {**plain(number, text), "tags": [{"a": [1]}, 2]},
        lambda rows: {row["post_id"]: row for row in rows},
    ),
    "one post": (plain, lambda rows: {**plain(1, "停水"), "rows": rows, "n": [1, [2]]}),
    "a page in a page": (status, lambda rows: {"data": {"user": USER, "weibo": rows}}),
}


def in_pieces(size):
    """Return a context in which documents are read in small pieces."""
    stack = ExitStack()
    for module, name in (
        (decoding, "SAMPLE_BYTES"),
        (decoding, "BLOCK_BYTES"),
        (structure, "_WINDOW"),
        (long_lists, "HELD_BYTES"),
    ):
        stack.enter_context(patch.object(module, name, size))
    return stack


def read(path, document, size=1 << 20, **options):
    path.write_bytes(document if isinstance(document, bytes) else document.encode())
    with in_pieces(size):
        posts = read_posts(path, **options)
        assert inspect(path).inputs[0].report.rows == posts.rows
    assert posts.rows == len(posts) + posts.rejects.num_rows
    for place, raw in zip(*map(posts.rejects.column, ("byte_offset", "raw")), strict=True):
        if place.as_py() is not None and raw.as_py():
            assert document.encode()[place.as_py() :].lstrip()[:1] == raw.as_py()[:1].encode()
    return posts


def ids(posts):
    return posts.column("post_id").to_pylist()


def faults(posts):
    return [(row["source_row"], row["reason"], row["detail"]) for row in posts.rejects.to_pylist()]


def told(posts):
    """Return everything that does not depend on where the posts came from."""
    rows = posts.table.drop_columns(["source_file"]).to_pylist()
    rejects = [(row["source_row"], row["reason"]) for row in posts.rejects.to_pylist()]
    return rows, rejects, {k: v for k, v in posts.inputs[0].notes.items() if "file" not in k}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.lists(WORDS, max_size=6),
    st.sampled_from([None, 0, 1, 4]),
    st.sampled_from([9, 40, 300, 1 << 20]),
    st.booleans(),
)
def test_a_document_is_read_as_if_it_were_parsed_at_once(
    tmp_path_factory, shape, texts, indent, size, is_turned
):
    make, around = SHAPES[shape]
    value = around([make(number, text) for number, text in enumerate(texts, 1)])
    if is_turned:
        value = dict(reversed(value.items()))
    path = tmp_path_factory.mktemp("d") / "d.json"
    document = json.dumps(value, ensure_ascii=False, indent=indent)
    chosen, others = choose_lists(find_lists(value))
    try:
        rows, rejects, notes = told(read_posts([item for items in chosen for item in items]))
    except DumpError:
        with pytest.raises(DumpError):
            read(path, document, size)
        return
    for name, items in others.items():
        notes[f"objects of list '{name}', which is of another kind"] = len(items)
    assert told(read(path, document, size)) == (rows, rejects, notes)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from([None, 1]),
    st.sampled_from([9, 300]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), max_size=3),
    st.floats(0, 1),
)
def test_a_damaged_document_is_our_error_or_counted_rows(
    tmp_path_factory, shape, texts, indent, size, flips, end
):
    make, around = SHAPES[shape]
    value = around([make(number, text) for number, text in enumerate(texts, 1)])
    data = bytearray(json.dumps(value, ensure_ascii=False, indent=indent).encode())
    for place, bit in flips:
        data[int(place * (len(data) - 1))] ^= 1 << bit
    path = tmp_path_factory.mktemp("d") / "d.json"
    kept = 1 + int(end * len(data))
    path.write_bytes(data[:kept])
    with in_pieces(size):
        try:
            posts = read_posts(path, format="json")
        except RumorscanError as error:
            assert "\n" not in str(error)
            return
    assert posts.rows == len(posts) + posts.rejects.num_rows
    assert posts.rejects.num_rows or flips or kept >= len(data), "a cut is never silent"


STREAMED = ["weibo-crawler", "telegram", "data.list", "rows"]


@pytest.mark.parametrize("shape", STREAMED)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_a_document_that_is_cut_keeps_the_posts_before_the_cut(tmp_path, shape, indent, size):
    make, around = SHAPES[shape]
    rows = [make(number, f"停水{number}天") for number in range(1, 6)]
    path = tmp_path / "d.json"
    document = json.dumps(around(rows), ensure_ascii=False, indent=indent)
    whole = read(path, document, size).table.select(["post_id", "text", "account_id"]).to_pylist()
    for number in (2, 3, 4):
        short = document[: document.index(f"停水{number + 1}天")]
        posts = read(path, short, size)
        kept = posts.table.select(["post_id", "text", "account_id"]).to_pylist()
        assert [row for row in whole if row in kept] == kept
        assert sum("停水" in row["text"] for row in kept) == number
        assert [(reason, detail) for _, reason, detail in faults(posts)] == [("bad-json", CUT)]
    with pytest.raises(DumpError, match=r"row \d .byte \d+.*cut short"):
        read(path, short, strict=True)


def test_a_cut_behind_the_list_keeps_all_posts_and_what_was_whole(tmp_path):
    rows = [{**archived(n, "停水"), "comments": []} for n in range(3)]
    document = json.dumps({"weibo": rows, "user": USER, "n": {"a": 1, "b": 2}})
    for end in ("2}}", '"b": 2}}', ', "n": {"a": 1, "b": 2}}', "}"):
        posts = read(tmp_path / "d.json", document[: -len(end)])
        assert ids(posts) == ["0", "1", "2"]
        assert posts.column("account_id").to_pylist() == ["7000000001"] * 3
        assert faults(posts) == [(4, "bad-json", CUT)]


BROKEN = {
    "a word without quotes": ('{"post_id": p9}', "bad-json"),
    "nothing": ("", "bad-json"),
    "no object": ("7", "not-an-object"),
    "closed twice": ('{"n": 1}}', "bad-json"),
    "a number that is none": ('{"n": 1e}', "bad-json"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("shape", ["telegram", "weibo-crawler", "data.list"])
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_a_broken_element_costs_itself(tmp_path, case, shape, size):
    element, reason = BROKEN[case]
    make, around = SHAPES[shape]
    rows = [{**make(number, "停水"), "retweet": None} for number in range(1, 6)]
    value = around([*rows[:2], "BROKEN", *rows[2:]])
    posts = read(tmp_path / "d.json", json.dumps(value).replace('"BROKEN"', element), size)
    assert len(posts) == 5
    assert [(number, why) for number, why, _ in faults(posts)] == [(3, reason)]
    assert posts.rejects.column("byte_offset").to_pylist() != [None]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("mark", [b"\xff", b"x", b'"', b"}", b"]", b"[", b"{", b","])
@pytest.mark.parametrize("shape", ["weibo-crawler", "several lists"])
def test_a_bad_byte_in_a_list_costs_one_element_at_most(tmp_path, shape, indent, mark):
    make, around = SHAPES[shape]
    rows = [make(number, f"停水{number}天") for number in range(1, 9)]
    rows = [{**row, "retweet": None, "tags": [{"a": 1}, {"b": [2]}]} for row in rows]
    document = json.dumps(around(rows), ensure_ascii=False, indent=indent).encode()
    begin, end = (document.index(f"停水{number}天".encode()) for number in (5, 6))
    path = tmp_path / "d.json"
    for at in range(begin, end, 3):
        path.write_bytes(document[:at] + mark + document[at + 1 :])
        assert len(read_posts(path)) >= 7, path.read_bytes()


def test_a_long_post_that_holds_what_begins_like_posts_is_one(tmp_path):
    comments = [{"post_id": n, "n": "水" * 9} for n in range(200)]
    rows = [{**plain(n, "停水"), "comments": comments} for n in range(4)]
    for value in (rows, {"rows": rows}):
        document = json.dumps(value, ensure_ascii=False)
        with patch.object(scanners, "_PATIENCE", 500):
            posts = read(tmp_path / "d.json", document, 300)
        assert ids(posts) == [row["post_id"] for row in rows]
        assert posts.rows == 4


def test_a_member_that_is_broken_costs_itself(tmp_path):
    rows = json.dumps([plain(n, "停水") for n in range(3)])
    path = tmp_path / "d.json"
    posts = read(path, f'{{"n": zero, "data": {{"total": , "list": {rows}}}, "x": 1}}')
    assert ids(posts) == ["p0", "p1", "p2"]
    assert [reason for _, reason, _ in faults(posts)] == ["bad-json"] * 2
    with pytest.raises(DumpError, match="is not JSON"):
        read(path, '{"post_id": "p1", "account_id": "a", "text": "停水", "n": zero}')


def test_what_is_broken_among_the_accounts_of_a_page_is_counted(tmp_path):
    value = page([tweet(1, "停水")])
    value["includes"]["users"].insert(0, "BROKEN")
    posts = read(tmp_path / "d.json", json.dumps(value).replace('"BROKEN"', '{"id": 7-}'))
    assert posts.column("account_name").to_pylist()[0] == "xiaohe"
    assert [reason for _, reason, _ in faults(posts)] == ["missing-account", "bad-json"][1:]


def test_what_follows_the_document_is_set_aside_or_refused(tmp_path):
    path = tmp_path / "d.json"
    document = json.dumps({"rows": [plain(n, "停水") for n in range(3)]}, indent=1)
    assert faults(read(path, document + "\n\0\0")) == []
    expected = [(4, "bad-json", "stands behind the end of the document")]
    assert faults(read(path, document + "]")) == expected
    with pytest.raises(DumpError, match="several documents follow each other"):
        read(path, document + document)


@pytest.mark.parametrize("name", ["d.json", "d.jsonl"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("between", ["", " ", "\n", "\r\n\r\n", ",", " ,\n"])
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_posts_one_behind_the_other_are_a_list(tmp_path, name, indent, between, size):
    rows = [{**plain(n, "停水 } , {"), "tags": [{"a": [1]}]} for n in range(1, 40)]
    document = between.join(json.dumps(row, ensure_ascii=False, indent=indent) for row in rows)
    posts = read(tmp_path / name, document, size)
    assert ids(posts) == [row["post_id"] for row in rows]
    assert posts.rows == len(rows)
    worse = document.replace('"p7",', '"p7"')
    posts = read(tmp_path / name, worse, size)
    assert ids(posts) == [row["post_id"] for row in rows if row["post_id"] != "p7"]
    assert [reason for _, reason, _ in faults(posts)] == ["bad-json"]


def test_a_post_of_several_lines_that_is_cut_short_costs_itself(tmp_path):
    rows = [json.dumps(plain(n, "停水"), indent=1) for n in range(1, 40)]
    posts = read(tmp_path / "d.json", "\n".join(rows)[:-9])
    assert len(posts) == 38
    assert [reason for _, reason, _ in faults(posts)] == ["bad-json"]
    for size in (9, 1 << 20):
        document = "\n".join([*rows[:9], rows[9][:-2], *rows[10:]])
        with patch.object(scanners, "_PATIENCE", 300):
            posts = read(tmp_path / "d.json", document, size)
        assert len(posts) == 38
        assert posts.rejects.num_rows == 1


def test_pages_over_several_lines_are_read_one_behind_the_other(tmp_path):
    pages = [json.dumps(page([tweet(n, "停水")]), indent=2) for n in (1, 2, 3)]
    assert len(ids(read(tmp_path / "d.jsonl", "\n".join(pages)))) >= 3


@pytest.mark.parametrize("between", ["", "\n", ",", "\n,\n"])
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_lists_one_behind_the_other_are_one(tmp_path, between, size):
    rows = [plain(n, "停水") for n in range(1, 7)]
    document = json.dumps(rows[:3]) + between + json.dumps(rows[3:], indent=1)
    posts = read(tmp_path / "d.json", document, size)
    assert ids(posts) == [row["post_id"] for row in rows]
    assert posts.rows == len(rows)


@pytest.mark.parametrize("behind", ["x", "]", ', {"a": 1}'])
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_what_is_no_list_behind_a_list_is_set_aside(tmp_path, behind, size):
    document = json.dumps([plain(n, "停水") for n in range(1, 7)])
    posts = read(tmp_path / "d.json", document + behind, size)
    assert len(posts) == 6
    assert [reason for _, reason, _ in faults(posts)] == ["bad-json"]


@pytest.mark.parametrize("size", [64, 700])
def test_chats_that_are_too_long_for_memory_are_read_like_short_ones(tmp_path, size):
    around = SHAPES["telegram, all chats"][1]
    rows = [message(number, "停水" * 9) for number in range(1, 90)]
    document = json.dumps(around(rows), ensure_ascii=False, indent=1)
    whole = told(read(tmp_path / "d.json", document, size))
    with (
        patch.object(scanners, "ELEMENT_LIMIT", 5_000),
        patch.object(outlines, "ELEMENT_LIMIT", 5_000),
        patch.object(scanners, "_PATIENCE", 3_000),
    ):
        assert told(read(tmp_path / "d.json", document, size)) == whole
        for bad in ('{"x": "%s"}' % ("水" * 9_000), "[" * 9_000 + "]" * 9_000):
            worse = document.replace('"list": [\n   {\n    "name"', f'"list": [{bad}, {{"name"')
            assert worse != document
            posts = read(tmp_path / "d.json", worse, size)
            assert ids(posts) == [row["post_id"] for row in whole[0]]
            assert faults(posts) == [(1, "too-long", "over 16 MB")]


def test_more_lists_than_are_kept_apart_are_read_all_the_same(tmp_path):
    rows = [plain(n, "停水") for n in range(3)]
    document = json.dumps({"a": [1], "b": [2], "c": [3], "rows": rows})
    with patch.object(outlines, "LIST_LIMIT", 2):
        assert ids(read(tmp_path / "d.json", document)) == ["p0", "p1", "p2"]


def test_numbers_that_stand_for_lists_are_no_numbers_of_the_document(tmp_path):
    with patch.object(outlines, "sha256") as digest:
        digest.return_value.hexdigest.return_value = "0" * 12
        taken = {str(n): (10**15 + n) * 10_000 for n in range(5)}
        document = json.dumps({**taken, "rows": [plain(1, "停水")]})
        assert ids(read(tmp_path / "d.json", document)) == ["p1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "big5", "utf-16", "utf-32"])
@pytest.mark.parametrize("size", [40, 1 << 20])
def test_documents_without_line_ends_are_read_in_any_encoding(tmp_path, encoding, size):
    rows = [plain(n, "城東水廠今天停水三天，大家快去超市買水" * 3) for n in range(50)]
    for value in (rows, {"rows": rows, "n": 1}):
        path = tmp_path / "d.json"
        path.write_bytes(json.dumps(value, ensure_ascii=False).encode(encoding))
        with patch.object(decoding, "BLOCK_BYTES", size):
            posts = read_posts(path)
        assert posts.column("text").to_pylist() == [row["text"] for row in rows]
        assert posts.inputs[0].notes == {"times not known": 50}


def test_a_lost_byte_in_one_line_of_gb18030_costs_little(tmp_path):
    rows = [plain(n, "城东水厂今天停水三天") for n in range(200)]
    data = json.dumps(rows, ensure_ascii=False).encode("gb18030")
    place = data.index("停水".encode("gb18030"), len(data) // 2)
    path = tmp_path / "d.json"
    path.write_bytes(data[:place] + data[place + 1 :])
    with patch.object(decoding, "BLOCK_BYTES", 400), patch.object(decoding, "SAMPLE_BYTES", 4_000):
        posts = read_posts(path)
    assert posts.rows == 200
    assert sum(text == rows[0]["text"] for text in posts.column("text").to_pylist()) >= 195


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path):
    path = tmp_path / "d.json"
    data = json.dumps({"text": "水" * 50_000}).encode()
    path.write_bytes(b'{"rows": [%b]}' % data)
    part = Elements(data, np.zeros(1, np.int64), 10)
    with long_lists.ElementStore("d.json", path, lambda: True) as store:
        slip = store.keep(part)
        assert store.fetch(slip).data == part.data
        path.write_bytes(b"{}")
        with pytest.raises(DumpError, match=r"d\.json: the file changed while it was read"):
            store.fetch(slip)


def test_a_long_element_that_is_no_page_is_told_once(tmp_path):
    long = '{"n": zero, "x": "' + "水" * 3_000 + '"}'
    document = f'{{"rows": [{json.dumps(plain(1, "停水"))}, {long}]}}'
    with (
        patch.object(scanners, "ELEMENT_LIMIT", 5_000),
        patch.object(outlines, "ELEMENT_LIMIT", 50_000),
    ):
        posts = read(tmp_path / "d.json", document, 64)
    assert faults(posts) == [(2, "too-long", "over 16 MB")]


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_memory_does_not_grow_with_the_list_in_a_document(tmp_path):
    row = json.dumps({**message(1, "停水"), "n": "城东水厂停水三天" * 50})
    with (tmp_path / "a.json").open("w") as file:
        file.write(
            '{"name": "群", "type": "private_group", "messages": [' + ",".join([row] * 1_000)
        )
        for _ in range(250):
            file.write("," + ",".join([row] * 1_000))
        file.write('], "id": 5}')
    assert (tmp_path / "a.json").stat().st_size > 500_000_000
    row = json.dumps({**plain(1, "停水"), "n": "城东水厂停水三天" * 120}, ensure_ascii=False)
    with (tmp_path / "b.json").open("w", encoding="gb18030") as file:
        file.write("[" + ",".join([row] * 1_000))
        for _ in range(250):
            file.write("," + ",".join([row] * 1_000))
        file.write("]")
    assert (tmp_path / "b.json").stat().st_size > 450_000_000
    bomb = b'{"rows": [' + b"[]," * (9 << 20) + b"{}]}"
    (tmp_path / "c.json.zst").write_bytes(bombs.PACK["zst"](bomb))
    (tmp_path / "d.json.zst").write_bytes(bombs.PACK["zst"](b'{"a":' * 2 + b'{"a":[],' * (9 << 20)))
    for (fate, grown, said), wanted in zip(
        read_apart(*(tmp_path / name for name in ("a.json", "b.json", "c.json.zst", "d.json.zst"))),
        ("read", "read", "refused", "refused"),
        strict=True,
    ):
        assert fate == wanted, said
        assert grown < MEMORY, said
