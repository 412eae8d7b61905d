import json
import subprocess
import sys

import pytest

from rumorscan.errors import DumpError, ModelError
from rumorscan.rumors import load_model, score, score_each, scoring
from rumorscan.rumors.linear import LinearModel
from tests.rumors.invented import ORDINARY, claims

FALSE = "听说南门口幼儿园要关门三天大家快囤货"
TEXTS = [FALSE, "南门口幼儿园今天起检修供应照常", "快看", "", FALSE + "！"]


@pytest.fixture(scope="module")
def model():
    texts, labels = claims()
    return LinearModel(bits=12).fit(texts, labels, ordinary=ORDINARY)


def test_rows_come_in_order_with_the_ids_that_were_given(model):
    rows = score([{"post_id": "b", "text": FALSE}, "甲", {"text": "乙", "post_id": 7}], model=model)
    assert [row["post_id"] for row in rows] == ["b", "2", "7"]


def test_the_same_words_get_the_same_row(model):
    rows = score(TEXTS, model=model)
    assert rows[0]["rumor_probability"] == rows[4]["rumor_probability"]


def test_a_row_says_what_speaks_for_and_against(model):
    rows = score([FALSE, "周末和朋友去爬山真开心呀", "快囤货"], model=model, base_rate=0.5)
    codes = [[reason["code"] for reason in row["reasons"]] for row in rows]
    assert codes[0][:2] == ["rumor-probability", "phrase"]
    assert codes[1][:2] == ["rumor-probability", "ordinary-post"]
    assert codes[2] == ["rumor-probability", "short-text"]
    assert rows[0]["reasons"][1]["detail"] in FALSE
    assert all(set(reason) == {"code", "value", "detail"} for reason in rows[0]["reasons"])


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_the_size_of_a_batch_changes_nothing(model, monkeypatch, batch):
    whole = score(TEXTS, model=model)
    monkeypatch.setattr(scoring, "BATCH_ROWS", batch)
    assert score(TEXTS, model=model) == whole


def test_no_text_gives_no_row(model):
    assert score([], model=model) == []


def test_the_rows_before_a_bad_one_are_answered(model):
    rows = score_each([FALSE, {"text": None}], model=model)
    assert next(rows)["post_id"] == "1"
    with pytest.raises(DumpError, match="row 2: 'text' is None; expected a text"):
        next(rows)


def test_a_saved_model_scores_as_before(model, tmp_path):
    folder = model.save(tmp_path / "mine")
    assert score(TEXTS, model=folder) == score(TEXTS, model=model)
    assert score(TEXTS, model=str(folder)) == score(TEXTS, model=load_model(folder))


def test_a_model_of_an_unknown_kind_is_named(tmp_path):
    from rumorscan.rumors.folders import write_model_folder

    write_model_folder(tmp_path / "odd", {"kind": "oracle"}, {}, card="")
    with pytest.raises(ModelError, match="kind is 'oracle'; expected one of stacked, linear"):
        load_model(tmp_path / "odd")


BLOCKED = """
import importlib.abc, json, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {"sklearn", "torch", "transformers", "pandas", "polars"}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Blocker())
from rumorscan.rumors import score
print(json.dumps([score([sys.argv[2]], model=sys.argv[1]), "jieba" in sys.modules]))
"""


def test_scoring_needs_no_library_of_training(model, tmp_path):
    from rumorscan.text.caches import private_folder
    from rumorscan.text.lexicon import load_lexicon

    load_lexicon()
    if private_folder() is None:
        pytest.skip("the dictionary can be cached nowhere, so jieba reads it each time")
    folder = model.save(tmp_path / "mine")
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, str(folder), FALSE],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == [score([FALSE], model=model), False]
