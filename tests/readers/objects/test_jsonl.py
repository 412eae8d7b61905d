import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.objects import line_readers

GOOD = {
    "post_id": "p1",
    "account_id": "a1",
    "text": "城东水厂停水三天",
    "posted_at": "2026-03-02 09:14:07",
}


def line(**changes):
    return json.dumps({**GOOD, **changes}, ensure_ascii=False).encode()


def read_bytes(tmp_path, data, name="dump.jsonl", **options):
    path = tmp_path / name
    path.write_bytes(data)
    return read_posts(path, **options)


def reasons(posts):
    return list(
        zip(
            posts.rejects.column("source_row").to_pylist(),
            posts.rejects.column("reason").to_pylist(),
            strict=True,
        )
    )


def test_a_row_number_is_the_number_of_the_line_and_blank_lines_count(tmp_path):
    posts = read_bytes(tmp_path, b"\n" + line() + b"\n\r\n  \n" + line(post_id="p2"))
    assert posts.column("source_row").to_pylist() == [2, 5]
    assert posts.rows == 2


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "bad-json"),
        (b"[1]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"{" + b'"a":{' * 100_000 + b"}" * 100_001, "bad-json"),
        (line(text=None), "missing-text"),
        (line(text=True), "bad-text"),
        (line(text=["停水"]), "bad-text"),
        (line(text="水" * 100_001), "text-too-long"),
        (line(account_id=None), "missing-account"),
        (line(account_id="  "), "missing-account"),
        (line(account_id=1.5), "bad-id"),
        (line(account_id=5.1e18), "bad-id"),
        (line(account_id="5.1E+15"), "bad-id"),
        (line(post_id=["p"]), "bad-id"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_rest_goes_on(tmp_path, bad, reason):
    posts = read_bytes(tmp_path, b"\n".join([line(), bad, line(post_id="p3")]) + b"\n")
    assert reasons(posts) == [(2, reason)]
    assert posts.column("post_id").to_pylist() == ["p1", "p3"]
    assert posts.rejects.column("raw")[0].as_py() == bad[:4096].decode(errors="ignore")
    assert (posts.inputs[0].rows, posts.inputs[0].posts, posts.inputs[0].rejected) == (3, 2, 1)


@pytest.mark.parametrize("joint", [b"", b" ", b"x", b"\0", b'"', b",", b"\xff", b"\r"])
def test_rows_whose_line_end_is_lost_are_read_both(tmp_path, joint):
    data = line() + b"\n" + line(post_id="p2") + joint + line(post_id="p3") + b"\n"
    posts = read_bytes(tmp_path, data + line(post_id="p4"))
    assert reasons(posts) == []
    assert posts.column("post_id").to_pylist() == ["p1", "p2", "p3", "p4"]
    assert posts.column("source_row").to_pylist() == [1, 2, 2, 3]
    assert posts.inputs[0].notes["rows that shared the line of another, read alone"] == 1


def test_rows_of_one_line_without_ids_get_ids_of_their_own(tmp_path):
    data = line(post_id=None) + line(post_id="p2") + line(post_id=None) + b"\n"
    posts = read_bytes(tmp_path, data + line(post_id=None))
    ids = ["dump.jsonl:1", "p2", "dump.jsonl:1.3", "dump.jsonl:2"]
    assert posts.column("post_id").to_pylist() == ids


def test_a_row_that_was_cut_does_not_take_the_next_one_along(tmp_path):
    data = line() + b"\n" + line(post_id="p2")[:-40] + line(post_id="p3") + b"\n"
    posts = read_bytes(tmp_path, data + line(post_id="p4"))
    assert reasons(posts) == [(2, "bad-json")]
    assert posts.column("post_id").to_pylist() == ["p1", "p3", "p4"]
    cut = line(post_id="p2")[:-40].decode(errors="replace")
    assert posts.rejects.column("raw")[0].as_py() == cut


def test_what_stands_behind_a_row_is_set_aside_without_it(tmp_path):
    posts = read_bytes(tmp_path, line() + b"\n" + line(post_id="p2") + b" seen\n")
    assert reasons(posts) == [(2, "bad-json")]
    assert posts.column("post_id").to_pylist() == ["p1", "p2"]
    assert posts.rejects.column("raw")[0].as_py() == " seen"


def test_a_row_that_closes_too_early_is_set_aside_as_a_whole(tmp_path):
    early = line(post_id="p2").replace(b', "text"', b'}, "text"')
    posts = read_bytes(tmp_path, line() + b"\n" + early + line(post_id="p3") + b"\n")
    assert reasons(posts) == [(2, "bad-json")]
    assert posts.column("post_id").to_pylist() == ["p1", "p3"]
    assert posts.rejects.column("raw")[0].as_py() == early.decode()


def test_a_post_within_a_broken_one_is_no_row(tmp_path):
    outer = line(repost_of=GOOD)[:-1]
    posts = read_bytes(tmp_path, line() + b"\n" + outer + b"\n")
    assert reasons(posts) == [(2, "bad-json")]


COSTLY = [
    line() + b" " * 1_000_000 + b"x",
    (line(text="停水" * 9) + line()[:-40]) * 60_000,
    b'{"post_id":' + (b" " * 70 + b'{"post_id":') * 70 + b"[" + b"0," * 4_000_000,
]


@pytest.mark.parametrize("bad", COSTLY, ids=["blanks", "cut", "nested"])
def test_a_long_line_of_joined_rows_takes_no_time_without_end(tmp_path, bad):
    posts = read_bytes(tmp_path, b"\n".join([line(), bad, line(post_id="p3")]))
    assert {row for row, _ in reasons(posts)} == {2}
    assert posts.column("source_row").to_pylist()[-1] == 3


@pytest.mark.parametrize("length", [4_000, 4_090, 65_530, 70_000])
def test_long_objects_that_are_joined_are_read_both(tmp_path, length):
    for more in range(12):
        long = "\\u505c" * (length // 6) + "x" * (length % 6 + more)
        rows = line(post_id="p2").replace("城东".encode(), long.encode()) + line(post_id="p3")
        posts = read_bytes(tmp_path, line() + b"\n" + rows)
        assert reasons(posts) == []
        assert posts.column("post_id").to_pylist() == ["p1", "p2", "p3"]


def test_a_key_that_is_half_a_character_costs_no_row(tmp_path):
    data = b"".join(line(post_id=f"p{n}", other="x") + b"\n" for n in range(9))
    posts = read_bytes(tmp_path, data.replace(b"other", b"\\ud800"))
    assert len(posts) == 9


def test_joined_rows_keep_the_digits_of_their_ids(tmp_path):
    ids = [5099000000000000001, 50990000000000000012345678]
    joined = b"".join(line(post_id=each) for each in ids)
    posts = read_bytes(tmp_path, line(post_id=1.5) + b"\n" + joined + b"\n")
    assert posts.column("post_id").to_pylist() == [str(each) for each in ids]


def test_strict_reading_stops_at_the_first_bad_row_and_names_it(tmp_path):
    with pytest.raises(
        DumpError, match=r"dump.jsonl, row 2 .byte 110.: the time cannot be read .*'昨天'"
    ):
        read_bytes(tmp_path, line() + b"\n" + line(posted_at="昨天") + b"\n{", strict=True)


def test_an_empty_text_is_a_post_and_an_unknown_time_is_never_1970(tmp_path):
    data = b"\n".join(
        line(text="", posted_at=value)
        for value in (None, "", 0, "0", "1970-01-01 00:00:00", "02月06日 17:45", "5分钟前")
    )
    posts = read_bytes(tmp_path, data)
    assert len(posts) == 7
    assert posts.column("posted_at").null_count == 7
    assert posts.inputs[0].notes["times not known"] == 7


@pytest.mark.parametrize("written", ["前几天", "2026-02-30 00:00:00", 17, "9999-12-31", True])
def test_a_time_that_cannot_be_read_costs_the_time_and_not_the_post(tmp_path, written):
    data = b"\n".join([line(), line(post_id="p2", posted_at=written), line(post_id="p3")])
    posts = read_bytes(tmp_path, data)
    assert posts.column("post_id").to_pylist() == ["p1", "p2", "p3"]
    assert posts.column("posted_at")[1].as_py() is None
    assert posts.column("posted_at_text").to_pylist() == [None, str(written), None]
    assert posts.inputs[0].notes["times that cannot be read, left empty"] == 1


def test_how_a_time_was_written_is_there_only_where_the_time_does_not_tell_it(tmp_path):
    data = b"\n".join([line(posted_at="2026-03-02 09:14"), line(posted_at="")])
    assert read_bytes(tmp_path, data).column("posted_at_text") is None
    again = read_bytes(tmp_path, line(posted_at="", posted_at_text="前几天"))
    assert again.column("posted_at_text").to_pylist() == ["前几天"]


def test_numbers_as_ids_keep_every_digit(tmp_path):
    digits = "123456789012345678901234567890"
    data = b'{"post_id": %s, "account_id": 5099000000000001, "text": "a"}' % digits.encode()
    posts = read_bytes(tmp_path, data)
    assert posts.column("post_id").to_pylist() == [digits]
    assert posts.column("account_id").to_pylist() == ["5099000000000001"]


def test_a_missing_post_id_is_made_from_file_and_row(tmp_path):
    posts = read_bytes(tmp_path, line(post_id=None) + b"\n" + line())
    assert posts.column("post_id").to_pylist() == ["dump.jsonl:1", "p1"]


def test_what_only_pythons_writer_makes_is_read(tmp_path):
    posts = read_bytes(
        tmp_path, b'{"account_id": "a", "text": "\\ud83d\\ude00 \\ud800 \\u0000", "likes": NaN}'
    )
    assert posts.column("text").to_pylist() == ["😀 \ufffd \0"]
    assert posts.column("likes").to_pylist() == [None]


def test_a_canonical_key_that_appears_late_becomes_a_column(tmp_path):
    early = b"\n".join(line(post_id=f"p{i}") for i in range(3_000))
    posts = read_bytes(tmp_path, early + b"\n" + line(post_id="late", likes="1.2万"))
    assert posts.column("likes").to_pylist()[-2:] == [None, 12_000]


def test_optional_counts_and_flags_that_cannot_be_read_are_left_empty_and_counted(tmp_path):
    posts = read_bytes(tmp_path, line(likes="很多", verified="是", ip_region=" 浙江 "))
    assert posts.column("likes").to_pylist() == [None]
    assert posts.column("verified").to_pylist() == [True]
    assert posts.column("ip_region").to_pylist() == ["浙江"]
    assert posts.inputs[0].notes["unreadable likes, left empty"] == 1


def test_a_line_over_the_limit_is_set_aside_unread(tmp_path, monkeypatch):
    long = b'{"text": "' + b"a" * (17 << 20) + b'"}'
    posts = read_bytes(tmp_path, b"\n".join([line(), long, line(post_id="p3")]))
    assert reasons(posts) == [(2, "too-long")]
    assert posts.column("source_row").to_pylist() == [1, 3]


def test_nesting_is_judged_the_same_both_ways(tmp_path, monkeypatch):
    for depth in (900, 2_000):
        deep = line()[:-1] + b', "other": ' + b"[" * depth + b"]" * depth + b"}"
        fast, slow = both_ways(tmp_path, monkeypatch, line(other=[]) + b"\n" + deep)
        assert fast.table.equals(slow.table)
        assert len(fast) == (2 if depth < 1_000 else 1)


def test_a_file_without_any_object_is_refused(tmp_path):
    with pytest.raises(DumpError, match="no line is a JSON object"):
        read_bytes(tmp_path, b"hello\nworld\n")


def test_a_single_post_and_a_list_and_an_object_with_a_list_are_documents(tmp_path):
    rows = [GOOD, {**GOOD, "post_id": "p2"}]
    for data, count in ((GOOD, 1), (rows, 2), ({"user": {"id": 1}, "weibo": rows}, 2)):
        text = json.dumps(data, ensure_ascii=False, indent=1)
        if count == 1:
            text = json.dumps(data)
        posts = read_bytes(tmp_path, text.encode(), "dump.json")
        assert len(posts) == count
        assert posts.column("source_row").to_pylist() == list(range(1, count + 1))


VALUES = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.booleans(),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(["2026-03-02", "2026-03-02 09:14", "1772414047", 1772414047123, "1.2万"]),
)
ROWS = st.dictionaries(
    st.sampled_from(["post_id", "account_id", "text", "posted_at", "likes", "verified", "other"]),
    VALUES,
)
LINES = st.one_of(
    ROWS.map(lambda row: json.dumps(row).encode()),
    st.just(line()),
    st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"")),
)


def both_ways(tmp_path, monkeypatch, data):
    fast = read_bytes(tmp_path, data)
    with monkeypatch.context() as patch:
        patch.setattr(line_readers.LineReader, "_fast", lambda *_: None)
        slow = read_bytes(tmp_path, data)
        patch.setattr(line_readers, "_OBJECTS_AT_ONCE", 2)
        few = read_bytes(tmp_path, data)
    assert few.table.to_pylist() == slow.table.to_pylist()
    assert few.rejects.equals(slow.rejects)
    assert few.inputs == slow.inputs
    with monkeypatch.context() as patch:
        patch.setattr(line_readers, "STRIP_BYTES", 40)
        strips = read_bytes(tmp_path, data)
    assert strips.table.equals(fast.table)
    assert strips.rejects.equals(fast.rejects)
    return fast, slow


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_rows_are_posts_and_rejects_and_the_fast_way_agrees_with_the_slow_one(
    tmp_path_factory, lines
):
    data = b"\n".join([line(), *lines])
    with pytest.MonkeyPatch.context() as monkeypatch:
        fast, slow = both_ways(tmp_path_factory.mktemp("j"), monkeypatch, data)
    met = sum(bool(item.strip()) for item in lines) + 1
    assert fast.rows == len(fast) + fast.rejects.num_rows == met
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejects.to_pylist() == slow.rejects.to_pylist()
    numbers = fast.column("source_row").to_pylist()
    assert numbers == sorted(numbers)


SAME_TYPE = st.fixed_dictionaries(
    {"account_id": st.text(min_size=1, max_size=5), "text": st.text(max_size=10)},
    optional={
        "post_id": st.integers(0, 2**63 - 1),
        "likes": st.integers(0, 100),
        "posted_at": st.sampled_from(["2026-03-02 09:14:07", "2026-03-02T09:14:07Z", ""]),
        "user": st.fixed_dictionaries({"followers_count": st.integers(0, 9)}),
        "ignored": VALUES,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SAME_TYPE, min_size=1, max_size=12))
def test_columns_of_one_type_are_the_same_both_ways(tmp_path_factory, rows):
    data = b"\n".join(json.dumps(row).encode() for row in [GOOD, *rows])
    with pytest.MonkeyPatch.context() as monkeypatch:
        fast, slow = both_ways(tmp_path_factory.mktemp("j"), monkeypatch, data)
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejects.to_pylist() == slow.rejects.to_pylist()
    assert fast.inputs == slow.inputs


SPOILS = st.sampled_from(
    [
        lambda data: data[:-9],  # cut short
        lambda data: data.replace(b'"text"', b'text"'),
        lambda data: data[:-1] + b" x}",
        lambda data: data[:-1] + b",}",
        lambda data: data + data,
        lambda data: data + b" ",
        lambda data: b"  " + data,
        lambda data: data + b"\r",
        lambda data: data[:-1] + b', "text": "again"}',
        lambda data: data[:-1] + b', "likes": "12"}',
        lambda data: data[:-1] + b', "likes": 1.5}',
        lambda data: data[:-1] + b', "other": 5}',
        lambda data: data[:-1] + b', "new": 5}',
        lambda data: data[:-1] + b', "parent_id": "p"}',
        lambda data: data.replace(b"p", b"\xff", 1),
        lambda data: data.replace(b"09:14", b"09:\t14"),
        lambda data: b"{}",
        lambda data: b"}{",
        lambda data: b"",
        lambda data: b"[1]",
        lambda data: b'{"text": {"a": ' + b"[" * 999 + b"]" * 999 + b"}}",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(0, 79), SPOILS, max_size=5), st.booleans())
def test_spoiled_lines_among_many_good_ones_are_judged_the_same_both_ways(
    tmp_path_factory, spoils, ended
):
    lines = [line(post_id=f"p{place}", likes=place, other="x") for place in range(80)]
    for place, spoil in spoils.items():
        lines[place] = spoil(lines[place])
    data = b"\n".join([line(likes=0, other="x"), *lines]) + b"\n" * ended
    with pytest.MonkeyPatch.context() as monkeypatch:
        fast, slow = both_ways(tmp_path_factory.mktemp("j"), monkeypatch, data)
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejects.to_pylist() == slow.rejects.to_pylist()
    assert fast.inputs == slow.inputs


@pytest.mark.parametrize(
    "bad", [line()[:-9], line().replace(b'"text"', b'text"'), line()[:-1] + b"x}"]
)
def test_broken_lines_do_not_slow_the_others(tmp_path, monkeypatch, bad):
    monkeypatch.delattr(line_readers.LineReader, "_slow")
    lines = [line(post_id=f"p{place}") for place in range(200)]
    lines[50] = lines[51] = lines[199] = bad
    posts = read_bytes(tmp_path, b"\n".join(lines) + b"\n")
    assert reasons(posts) == [(51, "bad-json"), (52, "bad-json"), (200, "bad-json")]
    assert len(posts) == 197


@pytest.mark.parametrize("unread", [{"user": {"id": 1, "x": []}}, {"new": 1}, {"other": [2]}])
def test_keys_that_nobody_reads_do_not_slow_the_rows(tmp_path, monkeypatch, unread):
    monkeypatch.delattr(line_readers.LineReader, "_slow")
    lines = [line(other="x") for _ in range(1_500)]
    posts = read_bytes(tmp_path, b"\n".join([*lines, line(**unread)]))
    assert len(posts) == 1_501


@pytest.mark.parametrize("words", ["not json", "  你好", "<html>", "nul"])
def test_a_line_of_words_is_said_to_be_no_json(tmp_path, words):
    path = tmp_path / "dump.jsonl"
    path.write_text('{"account_id": "a", "text": "停水"}\n' + words, encoding="utf-8")
    assert read_posts(path).rejects.column("detail").to_pylist() == ["is not JSON"]
