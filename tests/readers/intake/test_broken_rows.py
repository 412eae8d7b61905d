"""Rows that are broken: set aside with file, row, byte and reason, and nothing else is lost."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.encodings import decoding
from rumorscan.readers.inspection import inspect
from rumorscan.readers.intake.rows import COLUMN_LIMIT, RAW_LIMIT

HEADER = "post_id,account_id,text,posted_at"


def row(**changes):
    fields = {"post_id": "p", "account_id": "a", "text": "城东水厂停水三天"}
    return json.dumps({**fields, **changes}, ensure_ascii=False)


def read(tmp_path, content, name="dump.jsonl", encoding="utf-8", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    posts = read_posts(path, **options)
    assert posts.rows == len(posts) + posts.rejects.num_rows
    return posts


def reasons(posts):
    return [(item["source_row"], item["reason"]) for item in posts.rejects.to_pylist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32-be"])
@pytest.mark.parametrize("block", [100, 1 << 20])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_rejected_row_tells_the_byte_at_which_it_begins(
    tmp_path, monkeypatch, encoding, block, kind
):
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", 800)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", block)
    if kind == "jsonl":
        lines = [row(post_id=f"p{i}", text=None if i % 5 == 0 else "停水") for i in range(40)]
    else:
        lines = [HEADER]
        for i in range(60):
            lines.append(f'p{i},{"" if i % 5 == 0 else "a"},"停水{",真的" * (i % 3)}",')
            lines.append(f'm{i},a,"第一行\n第二行",')
            if i % 7 == 0:
                lines.append(f"r{i},太短")
    posts = read(tmp_path, "\n".join(lines), f"dump.{kind}", encoding)
    data = (tmp_path / f"dump.{kind}").read_bytes()
    rejects = posts.rejects.to_pylist()
    assert len(rejects) >= 8
    for item in rejects:
        raw = item["raw"].encode(encoding.replace("-sig", ""))
        raw = raw.removeprefix(b"\xff\xfe")
        assert data[item["byte_offset"] :].startswith(raw)


@pytest.mark.parametrize("indent", [None, 1])
def test_the_offset_in_a_document_is_that_of_the_element(tmp_path, indent):
    bad = [{"text": "水", "n": n} for n in range(9)]
    rows = [{"account_id": "a", "text": '"}, {\\'}, *bad, ["停水"], {"account_id": "a", "text": ""}]
    posts = read(tmp_path, json.dumps(rows, indent=indent, ensure_ascii=False), "dump.json")
    data = (tmp_path / "dump.json").read_bytes()
    found = [data[place:] for place in posts.rejects.column("byte_offset").to_pylist()]
    decode = json.JSONDecoder().raw_decode
    assert [decode(rest.decode())[0] for rest in found] == [*bad, ["停水"]]


def test_the_offset_is_empty_where_there_is_none():
    posts = read_posts([{"account_id": "a", "text": "水"}, {}])
    assert posts.rejects.column("byte_offset").to_pylist() == [None]


def test_the_offset_in_a_list_of_a_document_is_that_of_the_element(tmp_path):
    document = {"weibo": [{"account_id": "a", "text": "水"}, {}]}
    posts = read(tmp_path, json.dumps(document), "dump.json")
    assert posts.rejects.column("byte_offset").to_pylist() == [json.dumps(document).index("{}")]


def test_a_raw_row_is_cut_at_4_kb(tmp_path):
    posts = read(tmp_path, row() + "\n" + row(text=None, other="水" * 5_000))
    assert 4_090 < len(posts.rejects.column("raw")[0].as_py().encode()) <= RAW_LIMIT


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.csv"])
def test_strict_stops_at_the_first_bad_row_and_tells_where(tmp_path, name):
    lines = {"dump.jsonl": [row(), row(text=None)], "dump.csv": [HEADER, "p,a,水,", "p,,水,"]}
    with pytest.raises(DumpError, match=r"dump\.\w+, row 2 \(byte \d+\): there is no"):
        read(tmp_path, "\n".join(lines[name]), name, strict=True)


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("closed", [True, False])
def test_a_runaway_quote_swallows_no_row_in_silence(tmp_path, width, closed):
    tail = ",2026-03-02" * (width == 4)
    start = "p," * (width == 4)
    header = HEADER if width == 4 else "account_id,text"
    lines = [f"{start}a{i},第{i}条{tail}" for i in range(300)]
    lines[100] = f'{start}a100,"第100条{tail}'
    if closed:  # another one, by accident, 150 rows on
        lines[250] = f'{start}a250,第250条"{tail}'
    posts = read(tmp_path, "\n".join([header, *lines]), "dump.csv")
    assert reasons(posts) == [(101, "open-quote")]
    assert posts.rows == 300


def test_headers_and_marks_in_mid_file_are_where_files_were_joined(tmp_path):
    part = f"\ufeff{HEADER}\n1,a,停水,\n"
    posts = read(tmp_path, part + part + "\ufeff2,a,停电,\n", "dump.csv")
    assert posts.column("post_id").to_pylist() == ["1", "1", "2"]
    assert posts.inputs[0].notes["repeated headers dropped"] == 1
    posts = read(tmp_path, f"{row()}\n\ufeff{row()}\n\ufeff{row()}\n")
    assert (len(posts), posts.rejects.num_rows) == (3, 0)


def test_ten_megabytes_on_one_line_cost_only_that_row(tmp_path):
    posts = read(tmp_path, "\n".join([row(), row(text="水" * 3_500_000), row()]))
    assert reasons(posts) == [(2, "text-too-long")]
    posts = read(tmp_path, "\n".join([row(), row(other="x" * 10_000_000), row()]))
    assert len(posts) == 3
    table = [HEADER, "1,a,水,", f"2,a,{'水' * 3_500_000},", "3,a,水,"]
    posts = read(tmp_path, "\n".join(table), "dump.csv")
    assert reasons(posts) == [(2, "text-too-long")]


def test_a_text_that_grows_over_the_limit_when_normalized_is_set_aside(tmp_path):
    posts = read(
        tmp_path, "\n".join([row(), row(text="\ufdfa" * 5_556), row(text="\ufdfa" * 5_555)])
    )
    assert reasons(posts) == [(2, "text-too-long")]
    assert len(posts) == 2


def test_a_wide_cell_that_is_not_read_costs_nothing_whatever_stands_beside_it(tmp_path):
    for other in ("", ",,,,,,\n"):
        table = f"{HEADER},x\n1,a,水,,{'x' * 200_000}\n{other}2,a,水,,\n"
        posts = read(tmp_path, table, "dump.csv")
        assert posts.column("post_id").to_pylist() == ["1", "2"]


def test_a_hundred_thousand_levels_cost_only_their_row(tmp_path):
    deep = "[" * 100_000 + "]" * 100_000
    for bad in (f'{{"text": {deep}}}', row()[:-1] + f', "other": {deep}}}', deep):
        posts = read(tmp_path, "\n".join([row(), bad, row()]))
        assert reasons(posts) == [(2, "bad-json")]
    posts = read(tmp_path, f'[{row()}, {{"text": {deep}}}, {row()}]', "dump.json")
    assert reasons(posts) == [(2, "bad-json")]


@pytest.mark.parametrize("depth", [100, 300, 900])
def test_levels_that_can_be_read_are_no_text(tmp_path, depth):
    deep = json.loads("[" * depth + "]" * depth)
    posts = read(tmp_path, "\n".join([row(), row(text=deep), row(account_id=deep)]))
    assert reasons(posts) == [(2, "bad-text"), (3, "bad-id")]


def test_a_number_of_5000_digits_is_an_id_digit_for_digit_and_no_count(tmp_path):
    digits = "9" * 5_000
    for text in (f'"account_id": "a", "post_id": {digits}', f'"account_id": {digits}'):
        posts = read(tmp_path, f'{{{text}, "text": "水", "likes": {digits}}}')
        assert digits in (posts.column("post_id")[0].as_py(), posts.column("account_id")[0].as_py())
        assert posts.column("likes").to_pylist() == [None]
        assert posts.inputs[0].notes["unreadable likes, left empty"] == 1
    posts = read(tmp_path, f'{row()}\n{{"account_id": "a", "text": "水", "posted_at": {digits}}}')
    assert posts.column("posted_at")[1].as_py() is None
    assert posts.column("posted_at_text")[1].as_py() == digits[:200]


def test_not_a_number_and_infinity_are_read_as_what_they_can_be(tmp_path):
    lines = [row(likes=value) for value in (float("nan"), float("inf"), -float("inf"))]
    posts = read(tmp_path, "\n".join(lines))
    assert posts.column("likes").to_pylist() == [None] * 3
    assert posts.inputs[0].notes["unreadable likes, left empty"] == 2
    lines = [row(), row(text=float("inf")), row(account_id=float("nan")), row(post_id=float("inf"))]
    posts = read(tmp_path, "\n".join([*lines, row(posted_at=float("inf"))]))
    assert reasons(posts) == [
        (2, "bad-text"),
        (3, "missing-account"),
        (4, "bad-id"),
    ]
    assert posts.column("posted_at_text").to_pylist() == [None, "inf"]


def test_half_characters_are_replaced_and_counted(tmp_path):
    lines = [
        json.dumps({"account_id": "a", "text": text}) for text in ("停\ud800水", "😀", "\udc00")
    ]
    posts = read(tmp_path, "\n".join(lines))
    assert posts.column("text").to_pylist() == ["停\ufffd水", "😀", "\ufffd"]
    assert posts.inputs[0].notes["texts with half characters, replaced"] == 2


def test_half_characters_in_ids_are_counted_too(tmp_path):
    posts = read(
        tmp_path, json.dumps({"post_id": "1\ud800", "account_id": "a\ud83d", "text": "停"})
    )
    assert posts.column("post_id").to_pylist() == ["1\ufffd"]
    notes = posts.inputs[0].notes
    assert notes["post_id with half characters, replaced"] == 1
    assert notes["account_id with half characters, replaced"] == 1


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.csv"])
def test_a_stretch_of_zeros_after_a_crash_costs_one_row(tmp_path, name):
    lines = {"dump.jsonl": [row()] * 50, "dump.csv": [HEADER, *["1,a,水,"] * 50]}[name]
    posts = read(tmp_path, "\n".join(lines).encode() + b"\n" + bytes(4_096), name)
    assert len(posts) == 50
    assert posts.rejects.num_rows == 1


def test_a_zero_in_a_text_is_kept(tmp_path):
    assert read(tmp_path, row(text="停\0水")).column("text").to_pylist() == ["停\0水"]
    posts = read(tmp_path, f"{HEADER}\n1,a,停\0水,\n", "dump.csv")
    assert posts.column("text").to_pylist() == ["停\0水"]


def test_ids_that_are_there_twice_are_kept_counted_and_told_apart(tmp_path):
    first = [row(post_id="1", text="停水"), row(post_id="2"), row(post_id="1", text="停水")]
    second = [row(post_id="1", text="停电"), row(post_id="02"), row(post_id="x"), row(post_id="x")]
    for name, lines in (("a.jsonl", first), ("b.jsonl", second)):
        (tmp_path / name).write_text("\n".join(lines), "utf-8")
    posts = read_posts(tmp_path)
    assert len(posts) == 7
    before, changed = "post ids that stood before", "post ids that stood before with another text"
    assert posts.inputs[0].notes[before] == 1
    assert changed not in posts.inputs[0].notes
    assert posts.inputs[1].notes[before] == 2
    assert posts.inputs[1].notes[changed] == 1
    places = zip(posts.column("source_file"), posts.column("source_row"), strict=True)
    assert len(set(places)) == 7
    assert [look.report.notes[before] for look in inspect(tmp_path).inputs] == [1, 2]


def test_a_million_columns_are_refused_or_set_aside(tmp_path):
    wide = {f"k{i}": 1 for i in range(1_000_000)}
    posts = read(tmp_path, "\n".join([row(), row(**wide), row(post_id="q")]))
    assert reasons(posts) == [(2, "too-wide")]
    with pytest.raises(DumpError, match="has 1,000,002 columns, at most 10,000 are read"):
        read(tmp_path, f"account_id,text,{','.join(wide)}\n", "dump.csv")
    path = tmp_path / "dump.parquet"
    names = ["account_id", "text", *list(wide)[: COLUMN_LIMIT + 1]]
    pq.write_table(pa.table({name: ["x"] for name in names}), path)
    with pytest.raises(DumpError, match="columns, at most 10,000 are read"):
        read_posts(path)


def test_keys_that_are_new_in_every_row_do_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("rumorscan.readers.objects.rows._KNOWN_LIMIT", 100)
    lines = [row(**{f"k{i}-{j}": 1 for j in range(10)}) for i in range(400)]
    posts = read(tmp_path, "\n".join([*[row()] * 1_000, *lines, row(likes=3)]), batch_rows=50)
    assert posts.column("likes").to_pylist()[-1] == 3
