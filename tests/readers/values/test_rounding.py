import csv

import pyarrow.parquet as pq
import pytest

import rumorscan
from rumorscan.readers import read_posts
from tests.readers.samples import write_workbook

HEADER = ["post_id", "account_id", "text", "posted_at"]
NINETEEN = [str(5_099_000_000_000_000_001 + 37 * number) for number in range(40)]
WARNING = "post ids that end in 0: most do, as if a spreadsheet had rounded them"


def write(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_ids_of_nineteen_digits_survive_digit_for_digit(tmp_path):
    rows = [[f"{name}\t", name, "停水", ""] for name in NINETEEN]
    posts = read_posts(write(tmp_path / "a.csv", rows))
    assert posts.column("post_id").to_pylist() == NINETEEN
    assert posts.column("account_id").to_pylist() == NINETEEN
    assert not any("rounded" in note for note in posts.inputs[0].notes)


def test_ids_of_nineteen_digits_typed_as_text_survive_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    write_workbook(path, {"a": [HEADER, *([name, name, "停水", None] for name in NINETEEN)]})
    assert read_posts(path).column("post_id").to_pylist() == NINETEEN


@pytest.mark.parametrize("digits", [16, 19])
def test_ids_that_a_spreadsheet_rounded_are_warned_of(tmp_path, digits):
    rows = [[f"{name[:15]:0<{digits}}", "a", "停水", ""] for name in NINETEEN]
    posts = read_posts(write(tmp_path / "a.csv", rows))
    assert posts.inputs[0].notes[WARNING] == 40
    assert len(posts) == 40


def test_numbers_of_nineteen_digits_in_a_workbook_are_no_ids_any_more(tmp_path):
    path = tmp_path / "a.xlsx"
    write_workbook(path, {"a": [HEADER, *([float(name), 7, "停水", None] for name in NINETEEN)]})
    posts = read_posts(path)
    assert posts.column("post_id").to_pylist()[0] == "a.xlsx:1"
    note = "post ids rounded by a spreadsheet, replaced by file and row"
    assert posts.inputs[0].notes[note] == 40


def test_a_few_round_ids_are_no_reason_to_warn(tmp_path):
    rows = [
        [name if place else "5099000000000000000", "a", "停水", ""]
        for place, name in enumerate(NINETEEN)
    ]
    assert WARNING not in read_posts(write(tmp_path / "a.csv", rows)).inputs[0].notes


def test_ids_of_nineteen_digits_survive_a_scan_into_its_tables(tmp_path):
    rows = [[name, name, f"停水第{place}天", ""] for place, name in enumerate(NINETEEN)]
    run = rumorscan.campaigns(write(tmp_path / "a.csv", rows))
    run.write(tmp_path / "run")
    assert pq.read_table(tmp_path / "run" / "posts.parquet")["post_id"].to_pylist() == NINETEEN
    with (tmp_path / "run" / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["account_id"] for row in csv.DictReader(file)) == NINETEEN
