"""Tests of `rumorscan evaluate --campaigns`."""

import json

import orjson
import pytest
from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.errors import RumorscanError
from tests.rehearsal.invented import ordinary


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, ordinary(300))))
    return str(path)


def test_campaigns_are_planted_and_reported(dump):
    result = CliRunner().invoke(cli, ["evaluate", "--campaigns", dump])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("预演 rehearsal")
    assert "campaigns found" in result.stdout
    assert "plant" in result.stderr


def test_the_figures_come_as_json(dump):
    arguments = ["evaluate", "--campaigns", dump, "--json", "--seeds", "2", "--quiet"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["kind"] == "rehearsal"
    assert len(found["seeds"]) == 2
    assert result.stderr == ""


def test_a_truth_file_comes_first(dump, tmp_path):
    truth = tmp_path / "truth.json"
    accounts = [row["account_id"] for row in ordinary(300)[:5]]
    truth.write_text(json.dumps([{"account_ids": accounts}]), encoding="utf-8")
    result = CliRunner().invoke(cli, ["evaluate", "--campaigns", str(truth), dump, "-q", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["kind"] == "truth"
    assert found["figures"]["accounts_suspected"]["true"] == 5


def test_a_truth_file_alone_is_a_usage_error(tmp_path):
    truth = tmp_path / "truth.json"
    truth.write_text('[{"account_ids": ["a"]}]', encoding="utf-8")
    result = CliRunner().invoke(cli, ["evaluate", "--campaigns", str(truth)])
    assert result.exit_code == 2
    assert "DUMP" in result.stderr


def test_a_model_alone_is_a_usage_error():
    result = CliRunner().invoke(cli, ["evaluate", "default"])
    assert result.exit_code == 2
    assert "LABELED" in result.stderr


def test_a_missing_dump_is_an_error_of_ours():
    result = CliRunner().invoke(cli, ["evaluate", "--campaigns", "nowhere.jsonl", "-q"])
    assert isinstance(result.exception, RumorscanError)
    assert "nowhere.jsonl" in str(result.exception)
