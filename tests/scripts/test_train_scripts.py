"""Tests of the scripts that train the bundled models, on invented sets of the same layout."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.tiny import tiny_encoder

SCRIPTS = Path(__file__).parents[2] / "scripts"
LINEAR, STACKED = SCRIPTS / "train_linear.py", SCRIPTS / "train_classifier.py"
SETS = ("ced", "ma2016", "weibo16", "weibo_unk10k", "weibo20")
BESIDE = ("checked", "chef_claims", "factcheck")
ORDINARY = {
    "dumps/weibo_threads_2011_2015.jsonl.xz": "楼上说得好",
    "dumps/weibo_reposts_2011_2015.jsonl.xz": "转给我妈看看",
    "unlabeled/weibo_covid_2020.txt.xz": "在家待着吃火锅",
    "unlabeled/cold_weibo_zhihu_2022.txt.xz": "这话听着真别扭",
    "unlabeled/weibo_smp2020_ewect.txt.xz": "今天天气很不错",
    "unlabeled/weibo_hot_titles_2020_2026.txt.xz": "某地举办运动会",
}
PLACES = "东西南北上下前后左右"
THINGS = "水电气路桥山河湖店校"


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress("".join(line + "\n" for line in lines).encode()))


def posts(name, count=80):
    """Return invented posts, short enough to be near-duplicates of no other."""
    place = (*SETS, *BESIDE).index(name)
    link = "link" if name == "weibo20" else ""
    ends = ("已通报", "快囤")
    return [
        {
            "id": f"{name}:{row}",
            "text": f"{PLACES[row // 2 % 10]}{THINGS[row // 20]}{place}{ends[row % 2]}{link}",
            "label": row % 2,
            "time": f"201{place}-0{row % 9 + 1}-11T00:00:00+08:00",
            "user": f"u{row}",
            "source": name,
        }
        for row in range(count)
    ]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    every = {name: posts(name) for name in (*SETS, *BESIDE)}
    for name, rows in every.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        write(folder / "labeled" / f"{name}.jsonl.xz", lines)
    clusters = ["id\tsource\tlabel\tcluster"]
    clusters += [f"{row['id']}\t\t\tc{row['id']}" for rows in every.values() for row in rows]
    (folder / "labeled" / "near_duplicate_clusters.tsv").write_text("\n".join(clusters), "utf-8")
    for path, words in ORDINARY.items():
        texts = [f"{words}{number}{words[::-1]}{number * 7}" for number in range(30)]
        if ".jsonl" in path:
            texts = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
        write(folder / path, texts)
    return folder


def test_the_script_writes_a_model_with_every_trial(data, tmp_path):
    out = tmp_path / "linear"
    command = [sys.executable, str(LINEAR), "--data", str(data), "--out", str(out), "--folds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert set(metrics["trials"]) == {"grouped", "later", "left_out", "alone", "beside"}
    assert set(metrics["trials"]["left_out"]) == set(SETS)
    assert set(metrics["data"]["sources"]) == set(SETS)
    assert set(metrics["ordinary"]) == {"held_out", "left_out", "beside"}
    assert metrics["command"] == (
        "python scripts/train_linear.py --data $RUMORSCAN_DATA --folds 2 --seed 0"
    )
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "provenance unstated" in card
    assert str(data) not in card


def test_the_stacked_model_is_measured_beside_its_linear_part(data, tmp_path):
    out = tmp_path / "stacked"
    command = [sys.executable, str(STACKED), "--data", str(data), "--out", str(out)]
    command += ["--base", str(tiny_encoder()), "--work", str(tmp_path / "work"), "--folds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    alone = ", linear part alone"
    assert set(metrics["trials"]) == {"grouped", "later", "left_out", "alone", "seeds", "beside"}
    assert set(metrics["trials"]["left_out"]) == {*SETS, *(name + alone for name in SETS)}
    assert len(metrics["trials"]["seeds"]) == 5
    assert set(metrics["ordinary"]["left_out"]) == set(metrics["data"]["ordinary"])
    assert (out / "encoder.onnx").is_file()


def test_without_data_the_script_says_what_to_name(tmp_path, monkeypatch):
    monkeypatch.delenv("RUMORSCAN_DATA", raising=False)
    done = subprocess.run(
        [sys.executable, str(LINEAR)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert "name the data with --data DIR or RUMORSCAN_DATA" in done.stderr
