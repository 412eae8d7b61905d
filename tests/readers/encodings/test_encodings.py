import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.readers import read_posts
from rumorscan.readers.encodings import decoding
from rumorscan.readers.encodings.charsets import COMMON, guess_encoding, is_utf8
from rumorscan.readers.encodings.decoding import LineBlocks
from rumorscan.readers.encodings.garbling import likely_reading

PLAIN = (
    "城东水厂今天停水三天，大家快去超市买水，家里有老人和孩子的先准备好，不要等到没有水的时候再说。"
)
SCRIPT = {
    "big5": "城東水廠今天停水三天，大家快去超市買水，家裡有老人和孩子的先準備好，不要等到沒有水。"
}
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-32"]


def rows_of(count, text):
    return [
        {"post_id": f"p{i}", "account_id": "a", "text": f"{text}{i}", "posted_at": "2026-03-02"}
        for i in range(count)
    ]


def dump(rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def read_bytes(tmp_path, data):
    path = tmp_path / "dump.jsonl"
    path.write_bytes(data)
    return read_posts(path)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_recognized_and_read_without_loss(tmp_path, encoding):
    rows = rows_of(50, SCRIPT.get(encoding, PLAIN))
    posts = read_bytes(tmp_path, dump(rows).encode(encoding))
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]
    assert not posts.inputs[0].notes


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("gb18030", "短"), ("gb18030", "谣，"), ("gb18030", "旱灾"), ("big5", "短"), ("big5", "騙！")],
)
def test_few_characters_that_are_not_the_commonest_are_read_without_loss(tmp_path, encoding, text):
    posts = read_bytes(tmp_path, dump(rows_of(1, text)).encode(encoding))
    assert posts.column("text").to_pylist() == [f"{text}0"]


@pytest.mark.parametrize("text", ["café", "über", "naïve à l'été", "Ærø"])
def test_western_tables_are_not_taken_for_chinese_ones(text):
    assert guess_encoding(text.encode("latin-1")).name == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_a_sample_cut_in_mid_character_is_still_recognized(encoding):
    data = (SCRIPT.get(encoding, PLAIN) * 3).encode(encoding)
    for end in range(60, 90):
        assert guess_encoding(data[:end]).name == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("bad", [b"\xff", b"\x80", b"\xc3"])
def test_one_bad_byte_costs_at_most_its_own_row_and_is_counted(tmp_path, encoding, bad):
    rows = rows_of(50, PLAIN)
    data = dump(rows).encode(encoding)
    middle = data.index("超市".encode(encoding), len(data) // 2)
    posts = read_bytes(tmp_path, data[:middle] + bad + data[middle:])
    assert posts.rows == 50
    kept = posts.column("text").to_pylist()
    assert sum(row["text"] in kept for row in rows) >= 49
    assert posts.inputs[0].encoding == encoding
    assert (
        posts.inputs[0].notes.keys()
        & {
            "characters lost in decoding",
            "lines in another encoding",
        }
        or len(kept) == 49
    )


def test_a_line_in_another_encoding_is_read_by_itself_and_counted(tmp_path):
    rows = rows_of(60, PLAIN)
    lines = [dump([row]).encode("gb18030" if i == 30 else "utf-8") for i, row in enumerate(rows)]
    posts = read_bytes(tmp_path, b"\n".join(lines))
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]
    assert posts.inputs[0].notes == {"lines in another encoding": 1}


def test_chinese_that_comes_after_a_long_plain_beginning_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", 1_000)
    rows = rows_of(50, "plain ") + rows_of(20, PLAIN)
    posts = read_bytes(tmp_path, dump(rows).encode("gb18030"))
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]


@given(st.binary(max_size=60))
def test_utf8_is_what_python_says_it_is(data):
    try:
        data.decode()
        expected = True
    except UnicodeDecodeError:
        expected = False
    assert is_utf8(data) == expected


@given(st.binary(max_size=200), st.sampled_from([3, 7, 64]))
def test_any_bytes_become_whole_lines_of_utf8(data, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "SAMPLE_BYTES", size)
        patch.setattr(decoding, "BLOCK_BYTES", size)
        blocks = list(LineBlocks(io.BytesIO(data)))
    for block in blocks:
        block.data.decode()
    for block in blocks[:-1]:
        assert block.data.endswith(b"\n")


@given(st.lists(st.text("ab城", max_size=12), max_size=8), st.sampled_from([3, 8, 1_000]))
def test_lines_over_the_limit_are_cut_and_the_others_whole(lines, size):
    data = "\n".join(lines).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "SAMPLE_BYTES", size)
        patch.setattr(decoding, "BLOCK_BYTES", size)
        blocks = list(LineBlocks(io.BytesIO(data), line_limit=20))
    kept = [line for block in blocks if not block.overlong for line in block.data.split(b"\n")]
    lengths = [len(line.encode()) for line in lines]
    short = [line.encode() for line in lines if 0 < len(line.encode()) < 20]
    assert [line for line in kept if 0 < len(line) < 20] == short
    assert sum(block.overlong for block in blocks) <= sum(length >= 20 for length in lengths)


def codecs_without_marks():
    return ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", codecs_without_marks())
def test_wide_encodings_without_a_mark_are_recognized(tmp_path, encoding):
    rows = rows_of(50, PLAIN)
    posts = read_bytes(tmp_path, dump(rows).encode(encoding))
    assert posts.inputs[0].encoding == encoding
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]
    table = "\n".join(["帐号,正文", *(f"七〇〇〇，{PLAIN}" for _ in range(50))])
    assert guess_encoding(table.encode(encoding)).name == encoding  # hardly a zero in it
    assert guess_encoding(b"\0" * 4_000).name not in codecs_without_marks()


@pytest.mark.parametrize("encoding", codecs_without_marks())
@pytest.mark.parametrize("text", ["plain English", "café", "七〇〇〇", "水😀"])
def test_wide_encodings_are_told_in_the_right_order_of_bytes_whatever_the_text(
    tmp_path, encoding, text
):
    rows = rows_of(5, text)
    posts = read_bytes(tmp_path, dump(rows).encode(encoding))
    assert posts.inputs[0].encoding == encoding
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]


@settings(max_examples=80)
@given(
    st.sampled_from(codecs_without_marks()),
    st.sampled_from(["lost", "added", "changed"]),
    st.one_of(st.integers(0, 300), st.integers(0, 6_000)),
    st.binary(min_size=1, max_size=1),
)
def test_wide_encodings_without_a_mark_are_found_in_spite_of_a_damaged_byte(
    tmp_path_factory, encoding, what, place, new
):
    rows = rows_of(20, PLAIN)
    data = dump(rows).encode(encoding)
    gone = 0 if what == "added" else 1
    damaged = data[:place] + (b"" if what == "lost" else new) + data[place + gone :]
    posts = read_bytes(tmp_path_factory.mktemp("w"), damaged)
    assert posts.inputs[0].encoding == encoding
    kept = posts.column("text").to_pylist()
    assert sum(row["text"] in kept for row in rows) >= 19
    assert posts.rows == len(kept) + posts.rejects.num_rows in (20, 21)


@given(
    st.text(min_size=20, max_size=200).filter(lambda text: "\0" not in text),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le"]),
)
def test_other_encodings_are_never_taken_for_four_bytes_a_character(text, encoding):
    data = text.encode(encoding, "replace") * 3
    assert not guess_encoding(data).name.startswith("utf-32")


@pytest.mark.parametrize("order", ["little", "big"])
def test_numbers_are_not_taken_for_characters_of_four_bytes(order):
    data = b"".join(number.to_bytes(2, order) for number in range(20)) * 100
    assert not guess_encoding(data).name.startswith("utf-32")


WIDE = ["utf-16", "utf-16-be", "utf-32", "utf-32-be"]
CHANGES = {"lost": (1, b""), "added": (0, b"\x5a"), "changed": (1, b"\xd9")}


@settings(max_examples=100)
@given(
    st.sampled_from(["utf-8", "gb18030", "big5", *WIDE]),
    st.sampled_from(list(CHANGES)),
    st.floats(0, 1),
)
def test_a_byte_lost_added_or_changed_costs_at_most_one_row(tmp_path_factory, encoding, what, at):
    rows = rows_of(20, SCRIPT.get(encoding, PLAIN))
    data = dump(rows).encode(encoding)
    newline = "\n".encode(guess_encoding(data).codec)
    start = data.index(newline) + len(newline)  # the first row tells the columns
    place = start + int(at * (len(data) - start - 1))
    gone, new = CHANGES[what]
    posts = read_bytes(tmp_path_factory.mktemp("b"), data[:place] + new + data[place + gone :])
    kept = posts.column("text").to_pylist()
    assert sum(row["text"] in kept for row in rows) >= 19
    # a byte behind a row is set aside by itself
    assert posts.rows == len(kept) + posts.rejects.num_rows in (20, 21)


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_lines_of_utf8_in_another_file_are_not_taken_for_odd_characters(tmp_path, encoding):
    rows = rows_of(60, SCRIPT.get(encoding, PLAIN))
    others = {7: "utf-8", 30: "utf-8", 31: "utf-8"}
    lines = [dump([row]).encode(others.get(i, encoding)) for i, row in enumerate(rows)]
    posts = read_bytes(tmp_path, b"\n".join(lines))
    assert posts.inputs[0].encoding == encoding
    assert posts.column("text").to_pylist() == [row["text"] for row in rows]
    assert posts.inputs[0].notes == {"lines in another encoding": 3}


def test_three_encodings_in_one_file_are_told_apart_line_by_line(tmp_path):
    texts = [PLAIN, SCRIPT["big5"], PLAIN]
    kinds = ["utf-8", "big5", "gb18030"]
    rows = [{**rows_of(1, texts[i % 3])[0], "post_id": str(i)} for i in range(30)]
    lines = [dump([row]).encode(kinds[i % 3]) for i, row in enumerate(rows)]
    posts = read_bytes(tmp_path, b"\n".join([dump(rows_of(1, PLAIN)).encode()] * 30 + lines))
    assert posts.column("text").to_pylist()[30:] == [row["text"] for row in rows]
    assert posts.inputs[0].notes["lines in another encoding"] == 20


def test_what_was_lost_before_is_not_counted_as_lost_here(tmp_path):
    rows = rows_of(3, "停\ufffd水")
    posts = read_bytes(tmp_path, dump(rows).encode())
    assert not posts.inputs[0].notes
    data = dump(rows).encode().replace(b"\xe6\xb0\xb4", b"\xe6\xb0\xff", 1)
    assert read_bytes(tmp_path, data).inputs[0].notes == {"characters lost in decoding": 2}


def test_texts_that_were_garbled_before_are_kept_as_they_are_and_counted(tmp_path):
    garbled = PLAIN.encode().decode("gb18030", "replace")
    assert garbled != PLAIN
    posts = read_bytes(tmp_path, dump([*rows_of(3, garbled), *rows_of(3, PLAIN)]).encode())
    assert posts.column("text").to_pylist()[0] == f"{garbled}0"
    assert posts.inputs[0].notes["texts that look like UTF-8 read as GB18030, kept so"] == 3
    assert posts.inputs[0].notes["row of the first garbled text"] == 1
    reading = likely_reading(garbled)
    assert reading is not None
    assert sum(one == other for one, other in zip(reading, PLAIN, strict=False)) > 10


def test_a_repair_stands_beside_the_text_and_only_where_nothing_was_lost(tmp_path):
    said = "城东水厂停水城东水厂停水"
    whole = said.encode().decode("gb18030", "replace")
    assert whole.encode("gb18030").decode() == said
    cut = whole[:-1]
    rows = [{"account_id": "a", "text": text} for text in (whole, cut, said)]
    posts = read_bytes(tmp_path, dump(rows).encode())
    assert posts.column("text").to_pylist() == [whole, cut, said]
    assert posts.column("text_repaired").to_pylist() == [said, None, None]
    notes = posts.inputs[0].notes
    assert notes["texts that look like UTF-8 read as GB18030, kept so"] == 2
    assert notes["garbled texts with a repair beside them, in text_repaired"] == 1


@given(st.lists(st.sampled_from(sorted(COMMON)), max_size=40))
def test_ordinary_text_does_not_look_garbled(characters):
    assert likely_reading("".join(characters)) is None
