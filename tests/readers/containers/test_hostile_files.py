"""Files that are made to do harm: one line of error, and no more memory than is allowed."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.containers.archives import METHODS
from rumorscan.readers.containers.finding import find_files
from rumorscan.readers.encodings import decoding
from tests.readers import bombs

LINES = "\n".join(
    json.dumps({"post_id": f"p{i}", "account_id": "a", "text": f"城东水厂停水{i}天"})
    for i in range(300)
).encode()
MEMORY = 512 << 20
"""What reading may take beyond what the program itself takes."""

MEASURE = """
import resource, sys, tempfile
from rumorscan.errors import DumpError
from rumorscan.readers import read_posts

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

with tempfile.TemporaryDirectory() as spool:
    read_posts([{"account_id": "a", "text": "x"}])
    before = peak()
    for path in sys.argv[1:]:
        try:
            read_posts(path, spool=spool)
            print("read", peak() - before, path)
        except DumpError as error:
            print("refused", peak() - before, error)
"""


def read_apart(*paths):
    """Read files in a process of its own; return what came of each, and the memory it took."""
    words = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout.splitlines()
    scale = 1 if sys.platform == "darwin" else 1024
    found = [line.split(" ", 2) for line in words]
    return [(fate, int(grown) * scale, message) for fate, grown, message in found]


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_decompression_bombs_are_refused_before_memory_grows(tmp_path):
    contents = {f"b.jsonl.{ending}": data for ending, data in bombs.bombs(12).items()}
    contents["zeros.jsonl.zst"] = bombs.zeros_in_one_frame(4 << 30)
    contents["window.jsonl.zst"] = bombs.frame_with_a_large_window()
    contents["dictionary.jsonl.xz"] = bombs.xz_with_a_large_dictionary()
    contents["b.zip"] = bombs.archive([("b.jsonl", bytes(80 << 20))])
    contents["inner.zip"] = bombs.archive([("b.jsonl.gz", contents["b.jsonl.gz"])])
    contents["pages.json.gz"] = gzip.compress(b"[" + b"[]," * (20 << 20) + b"[]]", 1)
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    for fate, grown, message in read_apart(*(tmp_path / name for name in contents)):
        assert fate == "refused", message
        assert grown < MEMORY, message


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_one_long_text_named_many_times_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "b.parquet"
    path.write_bytes(bombs.wide_dictionary())
    [(fate, grown, message)] = read_apart(path)
    assert "unpacks to more than" in message
    assert fate == "refused", message
    assert grown < MEMORY


def test_a_table_that_claims_far_too_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("rumorscan.readers.tables.parquet_limits.FREE_ROWS", 1_000)
    path = tmp_path / "b.parquet"
    rows = 1_000_000
    columns = {name: pa.repeat("a", rows) for name in ("account_id", "text")}
    pq.write_table(pa.table(columns), path, row_group_size=rows)
    with pytest.raises(DumpError, match=r"claims 1,000,000 rows in .* bytes"):
        read_posts(path, maximum_ratio=10)


def test_a_limit_may_be_raised_for_a_file_that_is_sound(tmp_path):
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(gzip.compress(bombs.LINE * 40_000))
    with pytest.raises(DumpError, match=r"more than 250 times .* raise reading\.maximum_ratio"):
        read_posts(path)
    assert len(read_posts(path, maximum_ratio=2_000)) == 40_000
    with pytest.raises(DumpError, match=r"1,000 bytes; .* raise reading\.maximum_unpacked_bytes"):
        read_posts(path, maximum_ratio=2_000, maximum_unpacked_bytes=1_000)


FLAWS = [
    ([("../a.jsonl", LINES)], {}, "leads out of the archive"),
    ([("/etc/a.jsonl", LINES)], {}, "leads out of the archive"),
    ([("C:/a.jsonl", LINES)], {}, "leads out of the archive"),
    ([("x\\..\\..\\a.jsonl", LINES)], {}, "leads out of the archive"),
    ([("a.jsonl", b"/etc/passwd")], {"external_attr": 0o120777 << 16}, "is a link or a device"),
    ([("a.jsonl", LINES)], {"flag_bits": 1}, "is encrypted; unpack the archive"),
    ([("in.zip", bombs.archive([("a.jsonl", LINES)]))], {}, "is an archive in an archive"),
    ([("notes.md", b"x")], {}, "holds no dump"),
    ([], {}, "holds no dump"),
]


@pytest.mark.parametrize(("members", "changes", "message"), FLAWS)
def test_a_hostile_archive_is_refused_in_one_line(tmp_path, members, changes, message):
    path = tmp_path / "dump.zip"
    data = bombs.archive(members)
    if "flag_bits" in changes:  # Python writes no encrypted members
        data = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
        data = data.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    elif changes:
        data = bombs.archive(members, **changes)
    path.write_bytes(data)
    with pytest.raises(DumpError, match=message) as caught:
        read_posts(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_name_twice_in_an_archive_is_refused(tmp_path):
    path = tmp_path / "dump.zip"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(bombs.archive([("a.jsonl", LINES), ("a.jsonl", LINES)]))
    with pytest.raises(DumpError, match=r"'a\.jsonl' is there twice"):
        read_posts(path)


def test_members_that_overlap_are_refused(tmp_path):
    data = bombs.archive([(f"{i}.jsonl", os.urandom(5_000)) for i in range(9)])
    listed = data.index(b"PK\x01\x02")
    kept = data.index(b"PK\x03\x04", 1)  # the first member, which every entry shall point to
    tail = data[listed:]
    for i in range(9):
        place = i * (tail.index(b"PK\x05\x06") // 9) + 42
        tail = tail[:place] + bytes(4) + tail[place + 4 :]
    path = tmp_path / "dump.zip"
    path.write_bytes(data[:kept] + tail[:-6] + kept.to_bytes(4, "little") + bytes(2))
    with pytest.raises(DumpError, match=r"members overlap"):
        read_posts(path)


def test_a_list_of_millions_of_members_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "dump.zip"
    entries = bombs.archive([("a.jsonl", b"")]).split(b"PK\x01\x02")[1].split(b"PK\x05\x06")[0]
    many = (b"PK\x01\x02" + entries) * 400_000
    end = (
        b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(many).to_bytes(4, "little") + bytes(6)
    )
    path.write_bytes(b"PK\x03\x04" + many + end)
    with pytest.raises(DumpError, match=r"lists 65,535 members in .* bytes; unpack it"):
        read_posts(path)


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.98])
def test_an_archive_cut_short_is_refused(tmp_path, keep):
    data = bombs.archive([("a.jsonl", LINES)])
    path = tmp_path / "dump.zip"
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(DumpError, match="damaged or cut short"):
        read_posts(path)


def packed_files():
    packed = {f"a.jsonl.{ending}": pack(LINES) for ending, pack in bombs.PACK.items()}
    packed["checked.jsonl.zst"] = bombs.checked_zstd(LINES)
    packed["a.zip"] = bombs.archive([("a.jsonl", LINES)])
    half = LINES[: LINES.index(b"\n", len(LINES) // 2) + 1]
    packed |= {
        f"two.jsonl.{ending}": pack(half) + pack(LINES[len(half) :])
        for ending, pack in bombs.PACK.items()
    }
    return packed


@pytest.mark.parametrize("name", packed_files())
def test_a_flipped_bit_never_gives_half_of_the_rows_in_silence(tmp_path, name):
    data = packed_files()[name]
    path = tmp_path / name
    for place in range(0, len(data), max(1, len(data) // 60)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        try:
            posts = read_posts(path)
        except DumpError as error:
            assert "\n" not in str(error)
        else:  # a byte that nothing depends on; or of Zstandard without its checksum
            assert posts.rows == len(posts) + posts.rejects.num_rows
            assert posts.rows == 300 or (name.endswith(".zst") and posts.rejects.num_rows)


def test_an_archive_is_read_like_the_folder_that_was_packed(tmp_path):
    folder = tmp_path / "dumps"
    (folder / "deep").mkdir(parents=True)
    contents = {
        "b.csv": b"account_id,text\na,\xe5\x81\x9c\n",
        "deep/c.jsonl.gz": gzip.compress(LINES),
        "a.jsonl": LINES,
        "notes.md": b"x",
        ".hidden.jsonl": b"x",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    run = {f"run/{name}": b"{}" for name in ("manifest.json", "run.json", "x.jsonl")}
    mac = {"__MACOSX/._a.jsonl": b"x"}
    (tmp_path / "dumps.zip").write_bytes(bombs.archive((contents | run | mac).items()))
    packed, plain = read_posts(tmp_path / "dumps.zip"), read_posts(folder)
    assert packed.table.equals(plain.table)
    names = ["a.jsonl", "b.csv", "deep/c.jsonl.gz"]
    assert [report.path for report in packed.inputs] == [
        f"{tmp_path / 'dumps.zip'}/{name}" for name in names
    ]
    for one, other in zip(packed.inputs, plain.inputs, strict=True):
        assert (one.sha256, one.bytes, one.rows) == (other.sha256, other.bytes, other.rows)
        assert one.archive_sha256 is not None
        assert other.archive_sha256 is None


def test_an_archive_in_a_folder_stands_where_its_name_does(tmp_path):
    (tmp_path / "b.zip").write_bytes(bombs.archive([("x.jsonl", LINES)]))
    for name in ("a.jsonl", "c.jsonl"):
        (tmp_path / name).write_bytes(LINES)
    assert [given.name for given in find_files(tmp_path)] == ["a.jsonl", "x.jsonl", "c.jsonl"]
    assert len(read_posts(tmp_path)) == 900


def test_chinese_names_in_an_archive_of_old_windows_are_read(tmp_path):
    path = tmp_path / "dump.zip"
    name = "水厂.jsonl".encode("gbk")
    data = bombs.archive([("x" * len(name), LINES)]).replace(b"x" * len(name), name)
    path.write_bytes(data)
    assert read_posts(path).column("source_file")[0].as_py() == "水厂.jsonl"


def test_lzma_in_an_archive_is_refused_for_its_memory():
    assert 14 not in METHODS


unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@unix
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/zero"), tmp_path, str(tmp_path / "*.jsonl")):
        with pytest.raises(DumpError, match="is no regular file"):
            read_posts(path)


@unix
def test_links_are_followed_where_they_stay_in_the_folder_or_are_named(tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_bytes(LINES)
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(LINES)
    (folder / "b.jsonl").symlink_to("a.jsonl")
    assert len(read_posts(folder)) == 600
    link = folder / "c.jsonl"
    for target, message in (
        (secret, "leads out of its folder"),
        (Path("nowhere"), "leads nowhere"),
        (link, "leads nowhere"),
    ):
        link.symlink_to(target)
        for source in (folder, str(folder / "*.jsonl")):
            with pytest.raises(DumpError, match=rf"c\.jsonl: is a symbolic link that {message}"):
                read_posts(source)
        link.unlink()
    link.symlink_to(secret)
    assert len(read_posts(link)) == 300


@pytest.mark.parametrize("change", ["grows", "shrinks", "is written anew"])
def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path, monkeypatch, change):
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", 20_000)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 20_000)
    path = tmp_path / "dump.jsonl"
    path.write_bytes((LINES + b"\n") * 20)
    size = path.stat().st_size

    def interfere(rows):
        if change == "grows":
            with path.open("ab") as file:
                file.write(LINES)
        elif change == "shrinks":
            os.truncate(path, size // 2)
        else:
            os.utime(path, (1, 1))

    with pytest.raises(DumpError, match="the file changed while it was read"):
        read_posts(path, progress=interfere)
