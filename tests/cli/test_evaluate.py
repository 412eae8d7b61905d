"""Tests of `rumorscan evaluate`."""

import json

import pytest
from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.errors import RumorscanError
from rumorscan.rumors.linear import LinearModel

TEXTS = {1: "城东水厂要停水三天快囤水", 0: "城东水厂今天起检修供水正常"}


@pytest.fixture
def model(tmp_path):
    fitted = LinearModel(bits=12).fit([*TEXTS.values()] * 3, [*TEXTS] * 3)
    return str(fitted.save(tmp_path / "model"))


@pytest.fixture
def labeled(tmp_path):
    path = tmp_path / "labeled.csv"
    lines = [f"{text}{n},{label}\n" for n in range(3) for label, text in TEXTS.items()]
    path.write_text("text,label\n" + "".join(lines), encoding="utf-8-sig")
    return str(path)


def test_the_figures_come_as_tables(model, labeled):
    result = CliRunner().invoke(cli, ["evaluate", model, labeled, "--against", "none"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("6 posts, 3 of them false, ")
    assert lines[3].startswith("accuracy at .5 ") and lines[3].endswith("1.000 [1.000, 1.000]")
    assert "measuring" in result.stderr


def test_the_figures_come_as_json(model, labeled, tmp_path):
    ordinary = tmp_path / "ordinary.txt"
    ordinary.write_text("今天下雨了没带伞好烦\n晚饭吃了一大碗牛肉面\n", encoding="utf-8")
    result = CliRunner().invoke(
        cli, ["evaluate", model, labeled, "--json", "--ordinary", str(ordinary)]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["metrics"]["all"]["n"] == 6
    assert found["ordinary"]["ordinary.txt"]["n"] == 2
    assert found["base_rate"] == 0.5


def test_another_base_rate_moves_the_probabilities(model, labeled):
    calls = [
        ["evaluate", model, labeled, "--json", "--base-rate", rate] for rate in ("0.5", "0.01")
    ]
    balanced, rare = (json.loads(CliRunner().invoke(cli, call).stdout) for call in calls)
    assert rare["metrics"]["all"]["auc"] == balanced["metrics"]["all"]["auc"]
    assert rare["metrics"]["all"]["brier"] != balanced["metrics"]["all"]["brier"]


def test_posts_that_the_model_saw_are_set_aside(model, labeled):
    result = CliRunner().invoke(cli, ["evaluate", model, labeled, "--seen", labeled])
    assert isinstance(result.exception, RumorscanError)
    assert "every post has a near-duplicate" in str(result.exception)


@pytest.mark.parametrize("which", ["model", "labeled"])
def test_a_missing_model_or_file_is_an_error_of_ours(model, labeled, which):
    given = {"model": model, "labeled": labeled} | {which: "nowhere.jsonl"}
    result = CliRunner().invoke(cli, ["evaluate", given["model"], given["labeled"]])
    assert isinstance(result.exception, RumorscanError)
    assert "nowhere.jsonl" in str(result.exception)


def test_the_linear_model_stands_beside_unless_told_otherwise(model, labeled):
    calls = [[], ["--against", "none"], ["--against", model]]
    found = [
        json.loads(
            CliRunner().invoke(cli, ["evaluate", model, labeled, "--json", "-q", *call]).stdout
        )
        for call in calls
    ]
    assert found[0]["against"]["model"] == "linear"
    assert set(found[0]["against"]["figures"]["auc"]) == {"theirs", "difference", "better"}
    assert found[1]["against"] is None and found[2]["against"] is None


def test_a_page_is_written_beside_the_figures(model, labeled, tmp_path):
    page = tmp_path / "evaluation.html"
    call = ["evaluate", model, labeled, "--html", str(page), "--no-evasions", "-q", "--seed", "3"]
    result = CliRunner().invoke(cli, call)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("6 posts") and result.stderr == ""
    written = page.read_bytes()
    assert written.startswith(b"<!doctype html>") and b"model" in written
    CliRunner().invoke(cli, call)
    assert page.read_bytes() == written


def test_disguises_are_measured_unless_they_are_not_wanted(model, labeled):
    call = ["evaluate", model, labeled, "--json", "-q", "--against", "none"]
    with_them, without = (
        json.loads(CliRunner().invoke(cli, [*call, *more]).stdout)
        for more in ([], ["--no-evasions"])
    )
    assert "combined" in with_them["evasions"] and without["evasions"] == {}
