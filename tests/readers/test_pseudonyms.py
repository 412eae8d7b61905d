"""Accounts and files under a key."""

from rumorscan.readers import read_posts
from rumorscan.readers.pseudonyms import pseudonymize_posts

KEY = b"0123456789abcdef"


def test_a_file_has_one_number_in_its_report_its_posts_and_its_rejects(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"account_id": "a", "text": null}\n', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"account_id": "b", "text": "停水"}\n', encoding="utf-8")
    posts = pseudonymize_posts(read_posts(tmp_path), KEY)
    assert [(report.path, report.posts) for report in posts.inputs] == [
        ("input-1", 0),
        ("input-2", 1),
    ]
    assert posts.column("source_file").to_pylist() == ["input-2"]
    assert posts.column("post_id").to_pylist() == ["input-2:1"]
    assert posts.rejects.column("source_file").to_pylist() == ["input-1"]


def test_files_of_one_name_in_two_folders_have_two_numbers(tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        row = f'{{"account_id": "{name}", "text": "停水"}}\n'
        (tmp_path / name / "a.jsonl").write_text(row, encoding="utf-8")
    posts = pseudonymize_posts(read_posts(tmp_path), KEY)
    assert posts.column("source_file").to_pylist() == ["input-1", "input-2"]


def test_whom_a_post_was_forwarded_from_and_what_was_searched_for_are_left_out():
    for name in ("reposted_from", "keyword"):
        posts = read_posts([{"account_id": "a", "text": "停水", name: "某频道"}])
        assert posts.column(name).to_pylist() == ["某频道"]
        assert pseudonymize_posts(posts, b"0123456789abcdef").column(name) is None
