import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers import encodings, read_posts
from rumorscan.readers.encodings import LineBlocks, guess_encoding, is_utf8

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
    monkeypatch.setattr(encodings, "SAMPLE_BYTES", 1_000)
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
        patch.setattr(encodings, "SAMPLE_BYTES", size)
        patch.setattr(encodings, "BLOCK_BYTES", size)
        blocks = list(LineBlocks(io.BytesIO(data)))
    for block in blocks:
        block.data.decode()
    for block in blocks[:-1]:
        assert block.data.endswith(b"\n")


@given(st.lists(st.text("ab城", max_size=12), max_size=8), st.sampled_from([3, 8, 1_000]))
def test_lines_over_the_limit_are_cut_and_the_others_whole(lines, size):
    data = "\n".join(lines).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "SAMPLE_BYTES", size)
        patch.setattr(encodings, "BLOCK_BYTES", size)
        blocks = list(LineBlocks(io.BytesIO(data), line_limit=20))
    kept = [line for block in blocks if not block.overlong for line in block.data.split(b"\n")]
    lengths = [len(line.encode()) for line in lines]
    short = [line.encode() for line in lines if 0 < len(line.encode()) < 20]
    assert [line for line in kept if 0 < len(line) < 20] == short
    assert sum(block.overlong for block in blocks) <= sum(length >= 20 for length in lengths)
