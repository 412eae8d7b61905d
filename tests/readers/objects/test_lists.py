"""JSON documents that are lists: read a piece at a time, and broken ones as far as they go."""

import io
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from rumorscan.readers.encodings import decoding
from rumorscan.readers.objects import scanners
from rumorscan.readers.objects.scanners import ElementScanner
from rumorscan.readers.objects.structure import Feed
from tests.readers import bombs
from tests.readers.containers.test_hostile_files import MEMORY, read_apart

ROWS = [{"post_id": f"p{n}", "account_id": "a", "text": f"停水{n}天"} for n in range(6)]
WORDS = st.text(alphabet='水"\\,[]{} \n', max_size=6)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 1]), st.lists(st.integers(0, 200)))
def test_elements_are_found_wherever_the_document_is_cut(values, indent, cuts):
    document = json.dumps(values, indent=indent, ensure_ascii=False).encode() + b"\n"
    stream = io.BytesIO(document[1:])
    pieces = [*(stream.read(count) for count in cuts), stream.read()]
    scanner, feed = ElementScanner(1), Feed(pieces, 1)
    found = []
    for part in scanner.cut(feed):
        for place, element in zip(part.begins().tolist(), part, strict=True):
            assert document[part.start + place :].startswith(element.lstrip())
            found.append(json.loads(element))
    assert found == values
    assert scanner.closed
    assert document[feed.place :] == b"\n"


def read(tmp_path, document, **options):
    path = tmp_path / "dump.json"
    path.write_bytes(document if isinstance(document, bytes) else document.encode())
    posts = read_posts(path, **options)
    assert posts.rows == len(posts) + posts.rejects.num_rows
    assert inspect(path).inputs[0].report.rows == posts.rows
    return posts.column("post_id").to_pylist(), [
        (row["source_row"], row["reason"], row["detail"]) for row in posts.rejects.to_pylist()
    ]


CUT = "the document is cut short: its list does not end"
LINES = [json.dumps(row, ensure_ascii=False) for row in ROWS]
ALL = [row["post_id"] for row in ROWS]


@pytest.mark.parametrize("between", [",", ",\n", " ,\r\n  "])
@pytest.mark.parametrize("size", [7, 64, 1 << 20])
def test_a_list_that_is_cut_short_keeps_what_came_before(tmp_path, monkeypatch, between, size):
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", size)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", size)
    whole = f"[{between.join(LINES)}]"
    assert read(tmp_path, whole) == (ALL, [])
    for end in (whole[:-1], whole[:-5], whole[: whole.rindex("{")], whole[: -len(LINES[-1])]):
        assert read(tmp_path, end) == (ALL[:5], [(6, "bad-json", CUT)])
    with pytest.raises(DumpError, match=r"row 6 .byte .*: its list does not end"):
        read(tmp_path, whole[:-5], strict=True)


BROKEN = {
    "a word without quotes": ('{"post_id": p9}', 1),
    "nothing": ("", 1),
    "two without a comma": ("{} {}", 1),
    "no object": ("7", 1),
    "not a number": ('{"account_id": "a", "text": "停水", "n": NaN, "post_id": "x"}', 0),
    "half a character": ('{"account_id": "a", "text": "停\\\\ud800", "post_id": "x"}', 0),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_element_costs_itself(tmp_path, case):
    element, lost = BROKEN[case]
    posts, rejects = read(tmp_path, f"[{LINES[0]}, {element}, {', '.join(LINES[1:])}]")
    assert [name for name in posts if name != "x"] == ALL
    assert len(rejects) == lost


@pytest.mark.parametrize("between", [",\n", ",", ", "])
def test_a_quotation_mark_that_is_missing_costs_its_element(tmp_path, between):
    bad = '{"account_id": "a, "text": "停水"}'
    posts, rejects = read(tmp_path, "[" + between.join([LINES[0], bad, *LINES[1:]]) + "]")
    assert posts == ALL
    assert [reason for _, reason, _ in rejects] == ["bad-json"]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("mark", [b"\xff", b"x", b'"', b"}", b"]", b"[", b"{", b","])
def test_a_bad_byte_costs_one_element_at_most(tmp_path, indent, mark):
    rows = [json.loads(line) | {"tags": [{"a": 1}, {"b": [2]}]} for line in LINES]
    document = json.dumps(rows, ensure_ascii=False, indent=indent).encode()
    begin, end = document.index(b'"p2"'), document.index(b'"p3"')
    for at in range(begin, end, 3):
        damaged = document[:at] + mark + document[at + 1 :]
        posts, _ = read(tmp_path, damaged)
        assert len(posts) >= len(ALL) - 1, damaged


def test_elements_that_lose_their_ends_take_no_time_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(scanners, "_MENDS", 20)
    lines = ["[" + LINES[0], LINES[1], *['{"text": {"a": "}'] * 5_000, LINES[2]]
    posts, rejects = read(tmp_path, ",\n".join(lines))
    assert posts == ALL[:2]
    assert len(rejects) == 21


def test_blanks_around_elements_take_no_time_without_end(tmp_path):
    blank = " " * 3_000_000
    document = f"[{blank}{LINES[0]}{blank},{blank}{LINES[1]}{blank}, {blank} ,{LINES[2]}"
    posts, rejects = read(tmp_path, document)
    assert posts == ALL[:2]
    assert [(number, reason) for number, reason, _ in rejects] == [(3, "bad-json"), (4, "bad-json")]
    parts = list(ElementScanner(1).cut(Feed([f"1{' ' * 99}, {' ' * 99}2 ,]".encode()], 1)))
    assert [part.begins().tolist() for part in parts] == [[0, 201, 204]]
    assert [part.ends().tolist() for part in parts] == [[1, 202, 204]]
    assert read(tmp_path, "[ " + " " * 20_000_000 + ",".join([*LINES, ""]))[0] == ALL[1:]


def test_what_stands_behind_the_list_is_set_aside(tmp_path):
    document = f"[{','.join(LINES)}]"
    expected = [(7, "bad-json", "stands behind the end of the list")]
    assert read(tmp_path, document + "}" + document) == (ALL, expected)
    assert read(tmp_path, document + " \n\0\0") == (ALL, [])


def test_an_element_over_the_limit_costs_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(scanners, "ELEMENT_LIMIT", 5_000)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", 1_000)
    for long in (json.dumps({"text": "水" * 9_000}), "[" * 9_000 + "]" * 9_000):
        posts, rejects = read(tmp_path, f"[{LINES[0]}, {long}, {', '.join(LINES[1:])}]")
        assert posts == ALL
        assert rejects == [(2, "too-long", "over 16 MB")]


def test_many_columns_cost_their_element(tmp_path):
    wide = json.dumps({f"c{n}": n for n in range(20_000)})
    assert read(tmp_path, f"[{LINES[0]}, {wide}]")[1] == [(2, "too-wide", "20,000 keys")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_lists_in_other_encodings_are_read(tmp_path, encoding):
    document = f"[{','.join(LINES * 50)}]".encode(encoding)
    assert read(tmp_path, document) == (ALL * 50, [])


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_memory_does_not_grow_with_the_list(tmp_path):
    path = tmp_path / "a.json"
    row = json.dumps({"account_id": "a", "text": "城东水厂停水三天" * 40, "n": [1] * 40})
    with path.open("w") as file:
        file.write("[" + ",".join([row] * 1_000))
        for _ in range(250):
            file.write("," + ",".join([row] * 1_000))
        file.write("]")
    assert path.stat().st_size > 500_000_000
    (tmp_path / "b.json.zst").write_bytes(bombs.PACK["zst"](b"[" + b"[]," * (9 << 20) + b"{}]"))
    [list_of_posts, empty] = read_apart(path, tmp_path / "b.json.zst")
    assert list_of_posts[0] == "read"
    assert empty[0] == "refused"
    assert max(list_of_posts[1], empty[1]) < MEMORY


@pytest.mark.parametrize("more", [{}, {"likes": [1]}, {"user": {"_id": "7"}, "content": "停水"}])
@pytest.mark.parametrize("frame", ["[%s]", '{"page": 1, "rows": [%s]}', "[%s"])
def test_posts_that_a_lost_comma_has_joined_are_counted(tmp_path, more, frame):
    posts = [json.dumps({"_id": row["post_id"], **row, **more}) for row in ROWS]
    path = tmp_path / "dump.json"
    path.write_text(frame % ("".join(posts[:2]) + "," + "".join(posts[2:5]) + "," + posts[5]))
    found = read_posts(path)
    assert found.column("post_id").to_pylist() == ALL[: len(found)]
    assert found.inputs[0].notes["rows that shared the line of another, read alone"] == 3


@pytest.mark.parametrize("between", [", ", ",\n ", ",\n"])
def test_a_list_is_one_whatever_the_name_says(tmp_path, between):
    path = tmp_path / "dump.jsonl"
    for start, end in (("[", "]"), ("[\n", "\n]\n")):
        path.write_text(f"{start}{between.join(LINES)}{end}", encoding="utf-8")
        posts = read_posts(path)
        assert posts.column("post_id").to_pylist() == ALL
        assert posts.inputs[0].format == "canonical/json"


@pytest.mark.parametrize("line", ["[1, 2]", '[{"post_id": "x"}]', '[{"post_id": "x"', "[" * 2_000])
def test_a_list_on_a_line_is_a_bad_line(tmp_path, line):
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join([line, *LINES]), encoding="utf-8")
    posts = read_posts(path)
    assert posts.column("post_id").to_pylist() == ALL
    assert posts.rejects.num_rows == 1
