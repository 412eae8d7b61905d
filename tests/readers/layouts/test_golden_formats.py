"""Each format has an invented file, and the posts that it must become."""

import csv
import gzip
import json
import sqlite3

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from rumorscan.readers.layouts.finding import LAYOUTS
from rumorscan.records import Precision
from tests.readers import bombs
from tests.readers.samples import CASES, GOLDEN, build, write_workbook


def shown(posts):
    """Return what was read as plain data, empty fields left out."""
    rows = []
    for row in posts.table.to_pylist():
        filled = {name: value for name, value in row.items() if value is not None}
        for name in ("posted_at", "account_created_at"):
            if name in filled:
                filled[name] = filled[name].isoformat()
        filled["precision"] = Precision(filled["precision"]).name.lower()
        del filled["source_file"]
        rows.append(filled)
    report = posts.inputs[0]
    return {
        "format": report.format,
        "tz_assumed": report.tz_assumed,
        "posts": rows,
        "rejects": [[row["source_row"], row["reason"]] for row in posts.rejects.to_pylist()],
        "notes": report.notes,
    }


@pytest.mark.parametrize("case", CASES)
def test_an_invented_file_becomes_the_expected_posts(tmp_path, case):
    path = build(case, tmp_path)
    expected = json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))
    posts = read_posts(path)
    assert shown(posts) == expected
    assert posts.rows == len(posts) + posts.rejects.num_rows


@pytest.mark.parametrize("case", CASES)
def test_the_same_file_packed_or_in_an_archive_becomes_the_same_posts(tmp_path, case):
    path = build(case, tmp_path / "plain")
    expected = json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))
    place = path.relative_to(tmp_path / "plain")
    (tmp_path / "dump.zip").write_bytes(bombs.archive([(str(place), path.read_bytes())]))
    packed = tmp_path / "packed" / f"{place}.gz"
    packed.parent.mkdir(parents=True)
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for given in (tmp_path / "dump.zip", packed):
        posts = read_posts(given)
        found = shown(posts)
        for post in found["posts"]:  # an id may be made from the file's name
            for name in ("post_id", "account_id"):
                for sign in ":/":
                    made = (f"{packed.name}{sign}", f"{place.name}{sign}")
                    post[name] = post[name].replace(*made)
        assert found == expected
        (look,) = inspect(given).inputs
        assert look.report.rows == posts.rows
        assert (look.report.archive_sha256 is None) == (given is packed)


@pytest.mark.parametrize("case", CASES)
def test_an_inspection_names_the_format_and_counts_as_the_reading_does(tmp_path, case):
    path = build(case, tmp_path)
    expected = json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))
    (look,) = inspect(path).inputs
    assert look.report.format == expected["format"]
    counted = (look.report.rows, look.report.posts, look.report.rejected)
    posts, rejects = len(expected["posts"]), len(expected["rejects"])
    assert counted == (posts + rejects, posts, rejects)


def test_every_layout_of_the_catalog_has_a_golden_file():
    formats = [
        json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))["format"]
        for case in CASES
    ]
    covered = {name for form in formats for name in form.partition("/")[0].split("+")}
    assert {layout.name for layout in LAYOUTS if layout.holds == "posts"} <= covered


def test_a_golden_file_read_in_small_batches_is_the_same(tmp_path):
    for case in CASES:
        path = build(case, tmp_path / case)
        posts = read_posts(path, batch_rows=1)
        assert posts.table.to_pylist() == read_posts(path).table.to_pylist(), case


def test_a_folder_of_every_format_adds_up(tmp_path):
    for case in CASES:
        build(case, tmp_path / case)
    posts = read_posts(tmp_path)
    assert len(posts.inputs) == len(CASES)
    for report in posts.inputs:
        assert report.rows == report.posts + report.rejected
    assert posts.rows == len(posts) + posts.rejects.num_rows


def test_an_archive_of_every_format_is_read_like_the_folder(tmp_path):
    for case in CASES:
        build(case, tmp_path / "plain" / case)
    files = sorted(path for path in (tmp_path / "plain").rglob("*") if path.is_file())
    members = [(str(path.relative_to(tmp_path / "plain")), path.read_bytes()) for path in files]
    (tmp_path / "dump.zip").write_bytes(bombs.archive(members))
    packed, plain = read_posts(tmp_path / "dump.zip"), read_posts(tmp_path / "plain")
    assert len(packed.inputs) == len(CASES)
    dropped = ["source_file"]
    made = plain.table.filter(pc.invert(pc.match_substring(plain.table["post_id"], "/")))
    same = packed.table.filter(pc.invert(pc.match_substring(packed.table["post_id"], "/")))
    assert same.drop_columns(dropped).equals(made.drop_columns(dropped))
    for one, other in zip(packed.inputs, plain.inputs, strict=True):
        assert (one.rows, one.notes, one.sha256) == (other.rows, other.notes, other.sha256)


def test_a_file_of_accounts_beside_the_posts_is_passed_over_and_noted(tmp_path):
    build("mediacrawler-xhs", tmp_path)
    creators = tmp_path / "data" / "xhs" / "json" / "search_creators_2026-03-02.json"
    creators.write_text('[{"user_id": "u7", "nickname": "小禾", "fans": 5, "follows": 6}]', "utf-8")
    posts = read_posts(tmp_path)
    assert [report.posts for report in posts.inputs] == [2, 0]
    assert posts.inputs[1].notes == {"no row, passed over": 1}
    with pytest.raises(DumpError, match=r"holds accounts \(mediacrawler-creators\), no posts"):
        read_posts(creators)


ROWS = [
    {
        "note_id": f"65f0{place}",
        "title": "停水",
        "desc": "" if place % 3 == 1 else f"城东水厂停水第{place}天",
        "time": 1772414047000 + place,
        "liked_count": ("1.2万", "10万+", "", "3")[place % 4],
        "tag_list": "停水,城东",
        "user_id": "" if place % 2 else f"u{place}",
        "creator_hash": f"0f1e2d3c4b5a69{place:02}" if place % 2 else "",
        "last_modify_ts": 1772414200000,
    }
    for place in range(12)
]


def as_jsonl(path):
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")


def as_csv(path):
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)


def as_parquet(path):
    pq.write_table(pa.Table.from_pylist(ROWS), path)


def as_workbook(path):
    write_workbook(path, {"a": [list(ROWS[0]), *(list(row.values()) for row in ROWS)]})


def as_database(path):
    connection = sqlite3.connect(path)
    names = ", ".join(f'"{name}"' for name in ROWS[0])
    connection.execute(f"CREATE TABLE xhs_note ({names})")
    marks = ", ".join("?" * len(ROWS[0]))
    connection.executemany(
        f"INSERT INTO xhs_note VALUES ({marks})", [tuple(row.values()) for row in ROWS]
    )
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.jsonl", as_jsonl),
        ("a.csv", as_csv),
        ("a.parquet", as_parquet),
        ("a.xlsx", as_workbook),
        ("a.db", as_database),
    ],
)
def test_a_layout_means_the_same_posts_in_whatever_it_is_written(tmp_path, name, write):
    write(tmp_path / name)
    posts, plain = read_posts(tmp_path / name), read_posts(list(ROWS))
    assert posts.inputs[0].format.startswith("mediacrawler-xhs/")
    dropped = ["source_file"]
    assert posts.table.drop_columns(dropped).equals(plain.table.drop_columns(dropped))
    assert posts.inputs[0].notes == plain.inputs[0].notes
