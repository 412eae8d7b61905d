"""A run in memory and the run that is loaded from its folder say the same."""

import builtins
import json

import pyarrow.parquet as pq
import pytest

from rumorscan.errors import RumorscanError, RunError
from rumorscan.records import FLAGS_SCHEMA, FOUND_FIELDS, POSTS_SCHEMA, Campaign
from rumorscan.reports import folder, load_run
from tests.reports.small_run import POSTS, small_campaign, small_run, use_plain_page


@pytest.fixture(autouse=True)
def plain_page(monkeypatch):
    use_plain_page(monkeypatch)


def test_flags_are_the_reviewed_posts_the_most_pressing_first():
    flags = small_run().flags
    assert [row["post_id"][-1] for row in flags] == ["3", "4", "1"]
    assert flags.column_names == FLAGS_SCHEMA.names
    assert [row["text"] for row in flags] == [POSTS[2]["text"], "", POSTS[0]["text"]]


def test_counts_follow_from_the_tables():
    assert small_run().about["counts"] == {
        "rows": 5,
        "posts": 4,
        "rejected": 1,
        "campaigns": 1,
        "campaigns_confirmed": 1,
        "campaigns_suspected": 0,
        "campaigns_spread": 0,
        "flagged_urgent": 1,
        "flagged_review": 2,
        "distinct_texts": 4,
        "groups": 1,
    }


def test_a_loaded_run_equals_the_one_that_was_written(tmp_path):
    run = small_run()
    loaded = load_run(run.write(tmp_path / "run"))
    for name in ("posts", "flags", "accounts", "edges", "rejects"):
        assert getattr(loaded, name).to_arrow().equals(getattr(run, name).to_arrow()), name
    assert loaded.campaigns.items == run.campaigns.items
    assert loaded.campaigns.to_arrow().equals(run.campaigns.to_arrow())
    assert loaded.about["counts"] == run.about["counts"]
    assert loaded.summary() == run.summary()


def test_the_written_values_are_those_of_the_contract(tmp_path):
    path = small_run().write(tmp_path / "run")
    about = json.loads((path / "run.json").read_bytes())
    assert about["stages"][-1]["name"] == "write"
    campaign = json.loads((path / "campaigns.jsonl").read_bytes())
    assert campaign == small_campaign().to_dict()
    assert json.loads((path / "rejects.jsonl").read_bytes())["source_row"] == 5


def test_what_is_only_looked_up_stands_in_posts_and_not_in_flags(tmp_path):
    found = {"posted_at_text": "前几天", "text_repaired": "城东", "keyword": "停水"}
    small_run([{**POSTS[0], **found}, *POSTS[1:]]).write(tmp_path / "run")
    row = load_run(tmp_path / "run").posts.to_arrow().to_pylist()[0]
    assert {name: row[name] for name in FOUND_FIELDS} == {**found, "reposted_from": None}
    assert load_run(tmp_path / "run").flags.to_arrow().schema == FLAGS_SCHEMA


def test_a_run_of_a_version_without_fields_to_look_up_is_loaded(tmp_path, monkeypatch):
    def write_posts(posts, path):
        pq.write_table(posts.drop_columns(list(FOUND_FIELDS)), path)

    monkeypatch.setattr(folder, "_write_posts", write_posts)
    small_run().write(tmp_path / "run")
    run = load_run(tmp_path / "run")
    assert run.posts.to_arrow().schema == POSTS_SCHEMA
    assert run.flags.to_arrow().schema == FLAGS_SCHEMA


def test_a_run_of_nothing_is_written_and_loaded(tmp_path):
    run = small_run(rows=[], accounts=None, edges=None, rejects=None, campaigns=[])
    loaded = load_run(run.write(tmp_path / "run"))
    assert [len(each) for each in (loaded.posts, loaded.flags, loaded.accounts)] == [0, 0, 0]
    assert loaded.campaigns.items == []


def test_frames_go_to_pandas_and_polars():
    run = small_run()
    assert list(run.flags.to_pandas()["post_id"]) == run.flags["post_id"].to_pylist()
    assert run.accounts.to_polars()["posts"].to_list() == [1, 2, 1]
    assert run.campaigns.to_pandas()["campaign_id"].tolist() == ["c1"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_is_named(library, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == library:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RumorscanError, match=f"^{library} is not installed; run: pip install"):
        getattr(small_run().flags, f"to_{library}")()


def test_an_unknown_column_names_those_there_are():
    with pytest.raises(KeyError, match="no column 'nick'; there are: account_id, posts"):
        small_run().accounts["nick"]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("run.json", b"[]", "about"),
        ("posts.parquet", b"PAR1", "posts"),
        ("campaigns.jsonl", b'{"campaign_id": "c1"}\n', "campaigns"),
        ("rejects.jsonl", b"{", "rejects"),
        ("accounts.csv", b"a,b\r\n", "accounts"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, name, content, part):
    path = small_run().write(tmp_path / "run")
    size = (path / name).stat().st_size
    # the size is kept, or loading would end at the manifest
    (path / name).write_bytes(content.ljust(size, b" ")[:size])
    with pytest.raises(RunError, match=f"{name}: is damaged: "):
        getattr(load_run(path), part)


def test_flags_of_another_run_are_refused(tmp_path):
    path = small_run().write(tmp_path / "run")
    text = (path / "flags.csv").read_bytes()
    (path / "flags.csv").write_bytes(text.replace(b"5000000000000000001", b"5000000000000000009"))
    with pytest.raises(RunError, match=r"other posts than in posts\.parquet"):
        load_run(path).flags  # noqa: B018 - loading happens on access


def test_a_file_of_another_size_is_found_on_loading(tmp_path):
    path = small_run().write(tmp_path / "run")
    (path / "edges.csv").write_bytes(b"")
    with pytest.raises(RunError, match=r"edges\.csv: differs: holds 0 bytes"):
        load_run(path)


def test_every_field_of_a_campaign_is_a_column():
    written = set(small_campaign().to_dict())
    assert written == set(Campaign.__slots__) - {"rows"}
    assert set(small_run().campaigns.column_names) == written
