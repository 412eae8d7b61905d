"""Tests of the bundled models and of the data that they came from."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from rumorscan.rumors import load_model
from rumorscan.rumors.folders import read_model_folder
from rumorscan.training import evaluate, read_labeled
from rumorscan.training.cards import RETRAIN
from rumorscan.training.clusters import find_clusters
from rumorscan.training.measuring.metrics import NAMES

MODELS = Path(__file__).parents[2] / "models"
KINDS = {"linear": ("linear", 5_000_000), "default": ("stacked", 25_000_000)}
"""Name of a bundled model to its kind and the bytes that it may have."""
SCRIPTS = {"linear": "train_linear.py", "default": "train_classifier.py"}
DATA = os.environ.get("RUMORSCAN_DATA", "")
MAY_TRAIN = {"ced", "ma2016", "weibo16", "weibo_unk10k", "weibo20"}

needs_data = pytest.mark.skipif(
    not (Path(DATA) / "labeled").is_dir() or not DATA,
    reason="RUMORSCAN_DATA names no folder of real data",
)


def read_metrics(name):
    return json.loads((MODELS / name / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", KINDS)
def test_every_file_is_what_was_written_and_the_folder_is_small(name):
    kind, most = KINDS[name]
    found = read_model_folder(MODELS / name)
    assert found.config["kind"] == kind
    assert sum(path.stat().st_size for path in (MODELS / name).iterdir()) < most


def test_all_bundled_models_together_are_small():
    files = (path for path in MODELS.rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 60_000_000


def test_no_file_of_a_bundled_model_names_a_folder_of_the_machine():
    for path in (path for path in MODELS.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"site-packages" not in content, path
        assert b"_name_or_path" not in content, path


@pytest.mark.parametrize("name", KINDS)
def test_the_card_states_terms_limits_and_that_it_must_be_retrained(name):
    card = (MODELS / name / "README.md").read_text(encoding="utf-8")
    assert RETRAIN in card
    for said in ("Song et al. 2018", "Ma et al. 2016", "Jin et al. 2017", "Rao et al. 2021"):
        assert said in card
    assert "provenance unstated" in card


@pytest.mark.parametrize("name", KINDS)
def test_it_learned_only_from_sets_that_may_be_shipped(name):
    data = read_metrics(name)["data"]
    assert set(data["sources"]) == MAY_TRAIN
    assert {one["file"].split(".")[0] for one in data["inputs"]} == MAY_TRAIN


@pytest.mark.parametrize("name", KINDS)
def test_every_figure_has_its_n_and_interval(name):
    metrics = read_metrics(name)
    assert {"grouped", "later", "left_out", "alone", "beside"} <= set(metrics["trials"])
    for parts in metrics["trials"].values():
        for one in parts.values():
            assert one["n"] > 0
            for figure in NAMES:
                assert one[figure]["low"] <= one[figure]["high"]
    assert metrics["leaks"]["all"]["twins_found"] == 0
    assert metrics["command"].startswith(f"python scripts/{SCRIPTS[name]}")


@pytest.mark.parametrize("name", KINDS)
def test_invented_rumors_outrank_invented_news_and_small_talk(name):
    texts = [
        "紧急扩散！城东水厂被人投毒，已经死了很多人，政府不让报道，请大家赶快转发，千万不要喝自来水",
        "城东区供水公司今日发布公告，因管道检修，5月3日8时至18时部分街道暂停供水，请市民做好准备",
        "今天下班路上买了一杯奶茶，好喝到飞起，周末一起再去吧",
    ]
    rumor, news, talk = load_model(name).predict_proba(texts)[:, 1]
    assert rumor > 0.5 > news
    assert talk < 0.5


@needs_data
@pytest.mark.real_data
def test_labeled_sets_are_read_whole():
    corpus = read_labeled(sorted((Path(DATA) / "labeled").glob("ced.jsonl.xz")))
    assert len(corpus) == 3387
    assert int(corpus.labels.sum()) == 1538
    assert corpus.inputs[0].rejected == {}
    assert not np.isnat(corpus.posted_at).any()


@needs_data
@pytest.mark.real_data
def test_our_clusters_hold_nearly_every_pair_of_the_given_ones():
    corpus = read_labeled(Path(DATA) / "labeled" / "ced.jsonl.xz")
    with (Path(DATA) / "labeled" / "near_duplicate_clusters.tsv").open(encoding="utf-8") as stream:
        given = {row["id"]: row["cluster"] for row in csv.DictReader(stream, delimiter="\t")}
    ours = find_clusters(corpus)
    members = {}
    for row, post_id in enumerate(corpus.ids):
        members.setdefault(given[post_id], []).append(ours[row])
    pairs = kept = 0
    for clusters in members.values():
        values = np.array(clusters)
        pairs += len(values) * (len(values) - 1) // 2
        kept += int(np.triu(values[:, None] == values[None, :], 1).sum())
    assert pairs > 100
    assert kept / pairs > 0.98


@needs_data
@pytest.mark.real_data
@pytest.mark.slow
def test_the_model_ranks_a_set_that_it_never_saw():
    labeled = Path(DATA) / "labeled"
    found = evaluate(
        "linear",
        labeled / "checked.jsonl.xz",
        seen=[labeled / f"{name}.jsonl.xz" for name in sorted(MAY_TRAIN)],
        draws=50,
    )
    assert found.metrics["all"]["auc"].value > 0.85
