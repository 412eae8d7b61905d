"""Tests of training and evaluation as a whole, on invented posts."""

import json
import re

import numpy as np
import pytest

import rumorscan as rs
from rumorscan.errors import LabeledError, ModelError
from rumorscan.training import evaluate, read_labeled, train
from rumorscan.training.cards import RETRAIN
from rumorscan.training.clusters import cluster_texts, find_clusters, mark_twins
from rumorscan.training.recipes import balance, choose_rows

PLACES = [first + last for first in "城河山桥" for last in "东西南北"]
THINGS = [first + last for first in "水面药书" for last in "厂店站馆"]
ENDS = [first + last for first in "停关起漏" for last in "了门火水"]
SCARES = ["速看", "快转", "内部消息", "千万当心", "马上囤货", "朋友亲眼所见"]
CALMS = ["记者获悉", "公告称", "昨日通报", "据统计", "经核实", "会议指出"]


def labeled_rows(count, *, seed=0, **fields):
    """Return invented rows, no two near-duplicates; a field is a function of row and label."""
    random = np.random.default_rng(seed)
    rows = []
    for row in range(count):
        label = row % 2
        parts = [PLACES, THINGS, [CALMS, SCARES][label], ENDS, THINGS, ENDS]
        text = "".join(part[int(random.integers(len(part)))] for part in parts)
        rows.append({"text": f"{text}{random.integers(10**6)}", "label": label})
        for name, value in fields.items():
            rows[-1][name] = value(row, label)
    return rows


def ordinary_texts(count, *, seed=1):
    """Return invented posts that claim nothing checkable."""
    random = np.random.default_rng(seed)
    words = ["今天", "好困", "想吃", "火锅", "哈哈", "晚安", "早上", "真好", "周末", "猫咪", "可爱"]
    return [
        "".join(words[place] for place in random.permutation(len(words))[:8]) + str(number)
        for number in range(count)
    ]


FIELDS = {
    "id": lambda row, _: f"p{row}",
    "source": lambda row, _: ["报", "台"][row // 2 % 2],
    "posted_at": lambda row, _: f"2020-{row % 12 + 1:02d}-{row % 27 + 1:02d}",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "mine"
    rows = labeled_rows(240, **FIELDS)
    lines = []
    training = train(
        rows,
        folder,
        kind="linear",
        ordinary={"论坛": ordinary_texts(60), "群聊": ordinary_texts(60, seed=2)},
        folds=3,
        progress=lines.append,
    )
    return training, rows, lines


def test_a_model_folder_holds_weights_metrics_card_and_digests(trained):
    training, _, lines = trained
    names = {path.name for path in training.path.iterdir()}
    assert names == {
        "README.md",
        "config.json",
        "digests.json",
        "metrics.json",
        "profile.json",
        "weights.safetensors",
    }
    assert set(json.loads((training.path / "digests.json").read_text())) == names - {"digests.json"}
    assert lines[0].startswith("finding near-duplicates")
    assert len(lines) >= 3 + 2


def test_every_trial_is_measured_with_n_and_interval(trained):
    training, rows, _ = trained
    report = json.loads((training.path / "metrics.json").read_text())
    assert set(report["trials"]) == {"grouped", "later", "left_out"}
    assert set(report["trials"]["grouped"]) == {"all", "报", "台"}
    assert set(report["trials"]["left_out"]) == {"报", "台"}
    whole = report["trials"]["grouped"]["all"]
    assert (whole["n"], whole["positives"]) == (len(rows), len(rows) // 2)
    assert whole["accuracy"]["low"] <= whole["accuracy"]["value"] <= whole["accuracy"]["high"]
    assert whole["auc"]["value"] > 0.95
    assert set(report["ordinary"]) == {"held_out", "left_out"}
    for alarms in report["ordinary"]["left_out"].values():
        assert alarms["n"] == 60
        shares = alarms["over_half_at_base_rate"]
        assert shares["0.05"]["value"] <= shares["0.5"]["value"]
    assert report["leaks"]["all"]["twins_found"] == 0
    assert report["settings"]["seed"] == 0


def test_the_card_says_what_must_be_said_and_quotes_nobody(trained):
    training, rows, _ = trained
    card = (training.path / "README.md").read_text(encoding="utf-8")
    assert RETRAIN in card
    for title in ("## Data", "## Metrics", "## Ordinary posts", "## Leaks", "## Known failures"):
        assert title in card
    assert not any(row["text"] in card or re.search(rf"\b{row['id']}\b", card) for row in rows)
    widths = {}
    for line in card.splitlines():
        if line.startswith("|"):
            widths.setdefault(line.count("|"), []).append(line)
    assert all(len(lines) >= 3 for lines in widths.values())


def test_the_same_seed_gives_the_same_bytes(trained, tmp_path):
    training, rows, _ = trained
    again = train(
        rows,
        tmp_path / "again",
        kind="linear",
        ordinary={"论坛": ordinary_texts(60), "群聊": ordinary_texts(60, seed=2)},
        folds=3,
    )
    for path in training.path.iterdir():
        assert path.read_bytes() == (again.path / path.name).read_bytes(), path.name


def test_a_trained_model_is_evaluated_without_the_twins_of_what_it_saw(trained):
    training, rows, _ = trained
    new = labeled_rows(60, seed=9)
    found = evaluate(
        training.path, [*rows[:20], *new], seen=rows, ordinary={"论坛": ordinary_texts(30, seed=5)}
    )
    assert found.twins == 20
    assert found.metrics["all"].n == 60
    assert found.metrics["all"]["auc"].value > 0.9
    assert found.ordinary["论坛"].over_half[0.5].value < 0.5
    assert "format" in found.leaks.auc
    assert json.loads(json.dumps(found.to_dict()))["twins_set_aside"] == 20
    assert "AUC" in found.to_text()


def test_a_fitted_model_is_evaluated_as_a_folder_is(trained):
    training, _, _ = trained
    new = labeled_rows(40, seed=4)
    assert (
        evaluate(training.model, new).metrics["all"] == evaluate(training.path, new).metrics["all"]
    )


def test_evaluating_on_nothing_but_what_was_seen_is_an_error(trained):
    training, rows, _ = trained
    with pytest.raises(LabeledError, match="every post has a near-duplicate"):
        evaluate(training.model, rows[:10], seen=rows)


def test_without_times_and_sources_the_card_says_what_was_not_measured(tmp_path):
    training = train(labeled_rows(120), tmp_path / "mine", kind="linear", folds=2)
    assert set(training.trials) == {"grouped"}
    assert "has no times" in training.missing["later"]
    card = (training.path / "README.md").read_text(encoding="utf-8")
    assert "## Not measured" in card
    assert "No ordinary posts were given" in card
    assert "later: not measured" in training.to_text()


def test_a_leaky_set_is_warned_of_in_the_card(tmp_path):
    rows = labeled_rows(120, account=lambda row, label: f"{label}{row % 4}")
    training = train(rows, tmp_path / "mine", kind="linear", folds=2)
    assert any(line.startswith("account") for line in training.warnings)
    assert "**Warnings**" in (training.path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "encoder"}, "kind 'encoder' is unknown; expected one of stacked, linear"),
        ({"base": "bert"}, "bert: is no encoder; expected encoder-small or a folder"),
    ],
)
def test_what_cannot_be_trained_is_said(tmp_path, options, message):
    with pytest.raises(ModelError, match=message):
        train(labeled_rows(120), tmp_path / "mine", **options)
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (labeled_rows(30), "15 posts with label 1"),
        ([{"text": f"城东水厂{n}停水", "label": 1} for n in range(90)], "0 posts with label 0"),
        (
            [{"text": "城东水厂停水" + "啊" * (n % 3), "label": n % 2} for n in range(120)],
            "near-duplicates of 3 texts; expected at least 10",
        ),
    ],
)
def test_too_few_posts_are_an_error_and_leave_nothing_behind(tmp_path, rows, message):
    with pytest.raises(LabeledError, match=message):
        train(rows, tmp_path / "mine", kind="linear")
    assert list(tmp_path.iterdir()) == []


def test_evasions_and_groups_are_of_one_cluster():
    texts = [
        "城东水厂要停水三天，大家快囤水",
        "城東水廠要停水三天！大家快囤水http://t.cn/a",
        "今天下雨",
    ]
    assert cluster_texts(texts).tolist() == [0, 0, 1]
    rows = [{"text": text, "label": 1, "group": "水"} for text in texts]
    assert find_clusters(read_labeled(rows)).tolist() == [0, 0, 0]
    assert cluster_texts(["", "！", "好", "好"]).tolist() == [0, 1, 2, 2]


def test_twins_are_marked_by_wording_and_not_by_place():
    assert mark_twins(["今天下雨了吗你们那里", "晚饭"], ["今天下雨了吗，你们那里？"]).tolist() == [
        True,
        False,
    ]


def test_of_a_cluster_with_both_labels_the_rarer_is_left_out():
    texts = ["停水一", "停水二", "停水三", "下雨一", "下雨二"]
    labels = [1, 1, 0, 1, 0]
    corpus = read_labeled(
        [{"text": text, "label": label} for text, label in zip(texts, labels, strict=True)]
    )
    chosen = choose_rows(corpus, np.array([0, 0, 0, 1, 1]), np.arange(5), 9)
    assert chosen.tolist() == [0, 1]


def test_weights_balance_labels_within_a_source_and_copies_within_a_cluster():
    rows = labeled_rows(12, source=lambda row, _: "大" if row < 8 else "小")
    corpus = read_labeled(rows)
    clusters = np.array([0, 1, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    weights = balance(corpus, clusters)
    assert weights.mean() == pytest.approx(1.0)
    for source in ("大", "小"):
        mine = corpus.sources == source
        false = weights[mine & (corpus.labels == 1)].sum()
        assert false == pytest.approx(weights[mine & (corpus.labels == 0)].sum())
    assert weights[0] == pytest.approx(weights[4] / 2)


def test_the_python_twins_of_the_commands_are_public():
    assert rs.train is train
    assert rs.evaluate is evaluate


def test_further_claims_teach_falsehood_and_are_measured_nowhere(tmp_path):
    rows = labeled_rows(120, **FIELDS)
    claims = labeled_rows(40, seed=5)
    options = {"kind": "linear", "folds": 2, "ordinary": {"talk": ordinary_texts(60)}}
    alone = train(rows, tmp_path / "alone", **options)
    taught = train(rows, tmp_path / "taught", further=[*claims, rows[0]], **options)
    assert taught.settings["further"] == len(claims), "a twin of a labeled post is passed over"
    assert taught.data["posts"] == alone.data["posts"] == len(rows)
    assert taught.model.fitted_.rows["labeled"] == alone.model.fitted_.rows["labeled"] + len(claims)
    assert taught.trials["grouped"]["all"].n == len(rows)


def test_further_claims_that_are_all_twins_change_nothing(tmp_path):
    rows = labeled_rows(120, **FIELDS)
    alone = train(rows, tmp_path / "alone", kind="linear", folds=2)
    taught = train(rows, tmp_path / "taught", kind="linear", folds=2, further=rows[:3])
    assert taught.to_dict() == alone.to_dict()
