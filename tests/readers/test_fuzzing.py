"""Damaged files of every kind: our own errors or counted rows, and nothing else.

`crashers/` holds the files that once broke a reader; the name before `--` is the file's own.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import RumorscanError
from rumorscan.readers import read_posts
from rumorscan.readers.inspection import inspect
from tests.readers import bombs
from tests.readers.fuzzing import KINDS, PARTS, TOKENS, Damage, damage, sound_files

FILES = sound_files()
KINDS_OF_NAMES = ["a.jsonl", "a.json", "a.csv", "a.parquet", "a.zip", "a.xlsx", "a.db", "a"]
CRASHERS = sorted(Path(__file__).parent.glob("crashers/*"))
DAMAGES = st.lists(
    st.builds(
        Damage,
        st.sampled_from(KINDS),
        st.floats(0, 1),
        st.integers(1, 40),
        st.integers(0, len(TOKENS) - 1),
    ),
    min_size=1,
    max_size=4,
)


def check(path):
    """Read a file and look at it; both come to the same rows, or to an error in one line."""
    try:
        posts = read_posts(path)
    except RumorscanError as error:
        assert "\n" not in str(error)
        with pytest.raises(RumorscanError):
            inspect(path)
        return
    assert posts.rows == len(posts) + posts.rejects.num_rows
    for report in posts.inputs:
        assert report.rows == report.posts + report.rejected
    looks = inspect(path)
    assert [look.report.rows for look in looks.inputs] == [item.rows for item in posts.inputs]
    assert "\x1b" not in looks.render()


@settings(max_examples=250)
@given(st.sampled_from(sorted(FILES)), DAMAGES)
def test_a_damaged_file_is_an_error_in_one_line_or_counted_rows(tmp_path_factory, name, changes):
    path = tmp_path_factory.mktemp("f") / name
    path.write_bytes(damage(FILES[name], changes))
    check(path)


@settings(max_examples=150)
@given(st.integers(0, len(PARTS) - 1), DAMAGES)
def test_a_workbook_with_a_damaged_part_is_an_error_in_one_line_or_counted_rows(
    tmp_path_factory, place, changes
):
    # packed anew, since the digest of a part would tell first
    parts = list(PARTS)
    parts[place] = (parts[place][0], damage(parts[place][1], changes))
    path = tmp_path_factory.mktemp("f") / "a.xlsx"
    path.write_bytes(bombs.archive(parts))
    check(path)


@settings(max_examples=100)
@given(st.sampled_from(KINDS_OF_NAMES), st.binary())
def test_any_bytes_are_an_error_in_one_line_or_counted_rows(tmp_path_factory, name, data):
    path = tmp_path_factory.mktemp("f") / name
    path.write_bytes(data)
    check(path)


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: path.name)
def test_what_broke_a_reader_once_breaks_none_again(tmp_path, path):
    again = tmp_path / path.name.partition("--")[0]
    again.write_bytes(path.read_bytes())
    check(again)
