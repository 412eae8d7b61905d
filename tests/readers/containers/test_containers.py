import bz2
import gzip
import hashlib
import json
import lzma
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.containers.finding import RUN_MARKS, find_files
from rumorscan.readers.containers.streams import ByteSource
from rumorscan.readers.inspection import inspect

LINES = "\n".join(
    json.dumps({"post_id": f"p{i}", "account_id": "a", "text": f"城东水厂停水{i}天"})
    for i in range(2_000)
).encode()
PACK = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor(level=3).compress,
}


@pytest.mark.parametrize("ending", list(PACK))
def test_a_packed_dump_is_read_and_hashed_as_it_lies_on_the_disk(tmp_path, ending):
    path = tmp_path / f"dump.jsonl.{ending}"
    path.write_bytes(PACK[ending](LINES))
    posts = read_posts(path)
    assert len(posts) == 2_000
    report = posts.inputs[0]
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report.bytes == path.stat().st_size
    if "sm3" in hashlib.algorithms_available:
        assert report.sm3 == hashlib.new("sm3", path.read_bytes()).hexdigest()


@pytest.mark.parametrize("ending", list(PACK))
def test_the_content_decides_how_a_file_is_packed(tmp_path, ending):
    path = tmp_path / "dump.jsonl"
    path.write_bytes(PACK[ending](LINES))
    assert len(read_posts(path)) == 2_000


@pytest.mark.parametrize("ending", list(PACK))
@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_stream_cut_short_is_an_error_and_never_a_silent_half(tmp_path, ending, keep):
    packed = PACK[ending](LINES)
    path = tmp_path / f"dump.jsonl.{ending}"
    path.write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(DumpError, match="damaged or cut short"):
        read_posts(path)


@pytest.mark.parametrize("ending", ["gz", "xz", "bz2"])
def test_a_flipped_bit_in_a_packed_file_is_an_error(tmp_path, ending):
    packed = bytearray(PACK[ending](LINES))
    packed[len(packed) // 2] ^= 1
    path = tmp_path / f"dump.jsonl.{ending}"
    path.write_bytes(packed)
    with pytest.raises(DumpError, match="damaged or cut short"):
        read_posts(path)


def test_frames_and_members_one_after_the_other_are_all_read(tmp_path):
    half = len(LINES) // 2
    for ending, pack in PACK.items():
        path = tmp_path / f"dump.jsonl.{ending}"
        path.write_bytes(pack(LINES[:half]) + pack(LINES[half:]))
        assert len(read_posts(path)) == 2_000


def test_reading_ahead_takes_nothing_away(tmp_path):
    path = tmp_path / "dump.jsonl"
    path.write_bytes(LINES)
    with ByteSource(path) as source:
        assert source.peek(10) == source.peek(10) == LINES[:10]
        assert source.read(4) == LINES[:4]
        assert source.peek(20) == LINES[4:24]
        assert source.read(1 << 30) == LINES[4:]
        assert source.read(1) == b""


def test_folders_and_globs_give_files_in_sorted_order(tmp_path):
    names = ["b.jsonl", "a.csv", "sub/c.jsonl.xz", ".hidden.jsonl", "notes.md"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a.csv", "b.jsonl", "sub/c.jsonl.xz"]
    assert [path.name for path in find_files(str(tmp_path / "*.jsonl"))] == ["b.jsonl"]


def test_runs_in_a_folder_of_dumps_are_no_dumps(tmp_path):
    unfinished = tmp_path / ".run.unfinished-7"
    for folder in (tmp_path, tmp_path / "run", tmp_path / "half", unfinished):
        folder.mkdir(exist_ok=True)
        (folder / "a.csv").write_bytes(b"x")
    for mark in RUN_MARKS:
        (tmp_path / "run" / mark).write_bytes(b"{}")
    (tmp_path / "half" / "run.json").write_bytes(b"{}")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a.csv", "half/a.csv", "half/run.json"]
    with pytest.raises(DumpError, match=r"run: is a run folder; give the dump"):
        find_files(tmp_path / "run")


def test_inputs_that_share_a_name_are_told_apart_by_their_paths(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "dump.jsonl").write_bytes(LINES)
    (tmp_path / "other.jsonl").write_bytes(LINES)
    posts = read_posts([tmp_path / "x", tmp_path / "y", tmp_path / "other.jsonl"])
    names = posts.column("source_file").unique().to_pylist()
    assert names == [
        str(tmp_path / "x" / "dump.jsonl"),
        str(tmp_path / "y" / "dump.jsonl"),
        "other.jsonl",
    ]
    assert len(posts) == 6_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.jsonl", None, "no such file"),
        ("missing*.jsonl", None, "no file fits"),
        ("empty.jsonl", b"", "the file is empty"),
        ("blank.jsonl", b"\n\n", "no line is a JSON object"),
        ("packed.jsonl.gz", gzip.compress(b"", mtime=0), "no line is|empty"),
        ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "in no format that is read"),
        ("posts.zip", b"PK\x03\x04" + b"\0" * 40, "zip archive is damaged or cut short"),
        ("posts.db", b"SQLite format 3\0" + b"\0" * 40, "cannot be read as SQLite"),
        ("posts.parquet", b"text", "no Parquet file"),
        ("damaged.parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "cannot be read as Parquet"),
        ("folder", "folder", "holds no dump"),
        ("broken.json", b'{"a": ', "is not JSON: unexpected end"),
        ("words.json", b"not json", r"words\.json: is not JSON$"),
        ("none.json", b'{\n"a": [1, 2]}', "holds no list of objects"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_names_the_file(tmp_path, name, content, message):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(DumpError, match=message) as caught:
        read_posts(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["posts.xlsx", "posts.csv"])
def test_a_damaged_workbook_is_called_one_whatever_its_name(tmp_path, name):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(DumpError, match="cannot be read as a workbook"):
        read_posts(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40)
    with pytest.raises(DumpError, match="cannot be read as a workbook"):
        read_posts(path)


def test_a_format_that_is_not_known_is_refused():
    with pytest.raises(DumpError, match="format 'exel' is not known"):
        read_posts(Path("x"), format="exel")


def test_a_document_on_one_line_is_a_document(tmp_path):
    path = tmp_path / "f.json"
    path.write_text('{"data":{"list":[{"account_id":"a","text":"停水"}]}}', encoding="utf-8")
    posts = read_posts(path)
    assert posts.inputs[0].format.endswith("/json")
    assert posts.column("text").to_pylist() == ["停水"]


def test_a_post_that_is_the_only_line_is_a_post(tmp_path):
    path = tmp_path / "f.json"
    path.write_text('{"account_id":"a","text":"停水","tags":["水"]}', encoding="utf-8")
    assert read_posts(path).inputs[0].format.endswith("/jsonl")


def test_what_windows_leaves_in_a_folder_is_no_dump(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"account_id":"a","text":"停水"}', encoding="utf-8")
    (tmp_path / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "~$表.xlsx").write_bytes(b"\x05lock")
    assert [report.path for report in read_posts(tmp_path).inputs] == [str(tmp_path / "a.jsonl")]


EMPTY = {
    "a.csv": b"",
    "b.csv": b"account_id,text\n",
    "c.jsonl": b"\n \n",
    "d.json": b"[]",
    "e.jsonl.gz": gzip.compress(b""),
    "f.csv": b"\r\n\r\n",
}


def test_a_file_without_rows_in_a_folder_is_passed_over_and_noted(tmp_path):
    for name, content in EMPTY.items():
        (tmp_path / name).write_bytes(content)
    table = pa.table({"account_id": pa.array([], pa.string()), "text": pa.array([], pa.string())})
    pq.write_table(table, tmp_path / "g.parquet")
    for source in (tmp_path, str(tmp_path / "*.*")):
        with pytest.raises(DumpError, match=r"a\.csv: the file is empty"):
            read_posts(source)
    (tmp_path / "z.jsonl").write_text('{"account_id": "a", "text": "停水"}\n{}\n', "utf-8")
    for source in (tmp_path, [str(tmp_path / "*.*")]):
        posts = read_posts(source)
        *passed, read = posts.inputs
        assert [Path(report.path).name for report in passed] == [*EMPTY, "g.parquet"]
        assert all(report.notes == {"no row, passed over": 1} for report in passed)
        assert all((report.rows, report.posts, report.rejected) == (0, 0, 0) for report in passed)
        assert passed[1].sha256 == hashlib.sha256(EMPTY["b.csv"]).hexdigest()
        assert all(report.sha256 for report in passed)
        assert (read.rows, posts.rows, len(posts)) == (2, 2, 1)
        assert posts.column("source_file").to_pylist() == ["z.jsonl"]
    assert [look.report.rows for look in inspect(tmp_path).inputs] == [0] * 7 + [2]
    assert "passed over" in inspect(tmp_path).render()


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_rows_that_is_given_by_name_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(EMPTY[name])
    (tmp_path / "z.jsonl").write_text('{"account_id": "a", "text": "停水"}\n', "utf-8")
    with pytest.raises(DumpError, match=re.escape(name)):
        read_posts([tmp_path / name, tmp_path / "z.jsonl"])
