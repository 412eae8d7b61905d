"""The benchmark of campaigns runs on a small dump and says what it promises."""

import importlib
import json
import sys
from collections import Counter
from pathlib import Path

import orjson
import pyarrow.compute as pc
import pytest

from tests.rehearsal.invented import dump, ordinary
from tests.scripts.test_bench import PROJECT, run_script


@pytest.fixture(scope="module")
def bench():
    """Return the rooms of the benchmark by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT / "scripts"))
        names = ("backgrounds", "detectors", "evasions", "tables")
        rooms = {name: importlib.import_module(f"bench.campaigns.{name}") for name in names}
        rooms["script"] = importlib.import_module("bench_campaigns")
        yield rooms
        for name in [name for name in sys.modules if name.partition(".")[0].startswith("bench")]:
            del sys.modules[name]


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, ordinary(400, threads=8))))
    return path


def test_planted_campaigns_are_measured_over_seeds(posts, tmp_path):
    out = tmp_path / "figures.json"
    arguments = ["--dump", str(posts), "--threads", "6", "--campaigns", "6", "--seeds", "2"]
    done = run_script(
        "bench_campaigns.py", *arguments, "--cache", str(tmp_path), "--misses", "--json", str(out)
    )
    assert done.returncode == 0, done.stderr
    for title in ("F1, worst", "by operator", "by tempo in seconds", "by accounts", "lottery"):
        assert title in done.stdout
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert [(row["seed"], row["detector"]) for row in rows] == [(1, "ours"), (2, "ours")]
    assert rows[0]["figures"]["campaigns_found"]["n"] == 6
    assert len(rows[0]["misses"]) == 6
    assert len(list(tmp_path.glob("rumorscan-bench-*.parquet"))) == 1


def test_shuffled_dumps_are_measured(posts, tmp_path):
    done = run_script(
        "bench_campaigns.py", "--shuffled", "--dump", str(posts), "--cache", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert "confirmed by chance" in done.stdout


def test_evasion_pairs_are_counted_by_device(tmp_path):
    path = tmp_path / "pairs.toml"
    path.write_text(
        '[[pair]]\ndevice = "same"\nplain = "城东水厂停水三天，大家快去超市囤水"\n'
        'evasive = "城东水厂停水三天，大家快去超市囤水"\n'
        '[[apart]]\nkind = "other"\nfirst = "老街面馆今天开业，牛肉面半价"\n'
        'second = "河口的桥明天开始检修三个月"\n',
        encoding="utf-8",
    )
    done = run_script("bench_campaigns.py", "pairs", "--pairs-file", str(path))
    assert done.returncode == 0, done.stderr
    assert "numbers that went wrong: none" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--detectors", "nobody", "pairs"], "no detector begins with 'nobody'"),
        (["--seeds", "0"], "must be 1 or more"),
        (["pairs", "--pairs-file", "nowhere.toml"], "nowhere.toml: no usable list of pairs"),
        ([], "--dump FILE"),
    ],
)
def test_a_wrong_option_is_named(arguments, words):
    done = run_script("bench_campaigns.py", *arguments)
    assert done.returncode != 0
    assert words in done.stderr


def test_options_have_the_figures_of_the_issue(bench):
    options = bench["script"].parse([])
    assert (options.what, options.threads, options.campaigns) == ("plant", 160, 50)
    assert bench["script"].parse(["--pairs"]).what == "pairs"
    assert bench["script"].parse(["shuffled", "--set", "frozen"]).set == "frozen"


def test_detectors_are_chosen_by_how_their_names_begin(bench):
    assert list(bench["detectors"].choose_detectors("ours")) == ["ours"]
    assert "ours" in bench["detectors"].choose_detectors("all")


def test_threads_are_drawn_whole_and_in_their_order(bench):
    table = dump(400, threads=8)
    drawn = bench["backgrounds"].draw_threads(table, 3, seed=1)
    roots = set(drawn["root_id"].to_pylist())
    assert len(roots) == 3
    kept = [row for row in table.to_pylist() if row["root_id"] in roots]
    assert drawn.to_pylist() == kept
    assert bench["backgrounds"].draw_threads(table, 99, seed=1).num_rows == 400


def test_a_shuffle_keeps_threads_hours_and_texts_and_moves_what_was_said(bench):
    table = dump(600, threads=3)
    shuffled = bench["backgrounds"].shuffle_texts(table, seed=1)
    assert shuffled.drop_columns("text").equals(table.drop_columns("text"))
    assert shuffled["text"].to_pylist() != table["text"].to_pylist()
    parts = [
        Counter(
            zip(
                each["root_id"].to_pylist(),
                pc.hour(each["posted_at"]).to_pylist(),
                each["text"].to_pylist(),
                strict=True,
            )
        )
        for each in (table, shuffled)
    ]
    assert parts[0] == parts[1]


def test_a_cached_dump_is_what_was_read(bench, posts, tmp_path):
    from rumorscan.readers import read_posts

    read = read_posts(posts).table
    for _ in range(2):
        table = bench["backgrounds"].load_dump(posts, tmp_path / "cache")
        assert table.schema == read.schema
        assert table.to_pylist() == read.to_pylist()


def test_every_text_of_a_pair_has_its_own_account_and_thread(bench):
    evasions = bench["evasions"]
    pairs = [evasions.Pair("a", "甲", "乙", True), evasions.Pair("b", "丙", "丁", False)]
    table = evasions.pairs_dump(pairs, ("{早|晚}安",), 1)
    assert len(set(table["account_id"].to_pylist())) == len(table) == 504
    assert len(set(table["root_id"].to_pylist())) == len(table)
    groups = {"0-first": "g", "0-second": "g", "1-first": None, "1-second": None}
    rows = evasions.judge_pairs(pairs, groups)
    assert [row["joined"] for row in rows] == [True, False]
    assert evasions.count_by_kind(rows, together=True) == [["a", 1, 1], ["all", 1, 1]]
    assert evasions.count_by_kind(rows, together=False) == [["b", 1, 0], ["all", 1, 0]]


def test_the_pairs_of_the_benchmark_can_be_read(bench):
    pairs = bench["evasions"].load_pairs()
    assert sum(pair.together for pair in pairs) >= 70
