"""Tests of `rumorscan train`."""

import json

import pytest
from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.errors import RumorscanError


def rows(count=120):
    words = ["快囤快转", "公告已发"]
    return [
        {
            "text": f"{'东西南北'[n // 2 % 4]}{'水电气路桥'[n // 8 % 5]}{words[n % 2]}{n}",
            "label": 1 - n % 2,
        }
        for n in range(count)
    ]


def write(path, some):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), "utf-8")
    return str(path)


def test_training_writes_a_model_says_figures_on_stdout_and_steps_on_stderr(tmp_path):
    labeled = write(tmp_path / "labeled.jsonl", rows())
    out = tmp_path / "mine"
    result = CliRunner().invoke(
        cli, ["train", labeled, "-o", str(out), "--kind", "linear", "--folds", "2"]
    )
    assert result.exit_code == 0, result.output
    assert (out / "weights.safetensors").is_file()
    assert result.stdout.startswith("grouped:")
    assert "fold 1 of 2" in result.stderr
    assert f"模型 model: {out}" in result.stderr


def test_rows_set_aside_are_said(tmp_path):
    labeled = write(tmp_path / "labeled.jsonl", [*rows(), {"text": "停水", "label": "谣言"}])
    result = CliRunner().invoke(
        cli,
        ["train", labeled, "-o", str(tmp_path / "mine"), "--kind=linear", "--folds=2", "--quiet"],
    )
    assert result.exit_code == 0, result.output
    assert "fold 1" not in result.stderr
    assert "1 of 121 rows were set aside" in result.stderr
    assert "row 121: 'label' is '谣言'; expected 1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.jsonl", "--kind", "linear"], "missing.jsonl: cannot be read"),
        (["{labeled}", "--kind", "forest"], "kind 'forest' is unknown"),
        (["{labeled}", "--base", "nowhere"], "nowhere: is no encoder"),
        (
            ["{labeled}", "--kind", "linear", "--ordinary", "nowhere.txt"],
            "nowhere.txt: cannot be read",
        ),
    ],
)
def test_what_cannot_be_done_is_an_error_of_ours(tmp_path, arguments, message):
    labeled = write(tmp_path / "labeled.jsonl", rows())
    given = [one.format(labeled=labeled) for one in arguments]
    result = CliRunner().invoke(cli, ["train", *given, "-o", str(tmp_path / "mine")])
    assert isinstance(result.exception, RumorscanError)
    assert message in str(result.exception)
    assert not (tmp_path / "mine").exists()


def test_training_without_a_place_for_the_model_is_wrong_usage(tmp_path):
    result = CliRunner().invoke(cli, ["train", "labeled.jsonl"])
    assert result.exit_code == 2
