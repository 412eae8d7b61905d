"""`rumorscan verify` and `rumorscan report` on a finished run."""

import pytest
from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.errors import RunError
from tests.reports.small_run import small_run, use_plain_page


@pytest.fixture
def run_folder(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    return small_run().write(tmp_path / "run")


def test_an_intact_run_is_said_to_be_so_with_its_head(run_folder):
    result = CliRunner().invoke(cli, ["verify", str(run_folder)])
    intact, head = result.stdout.splitlines()
    assert intact.startswith(f"完好 intact: {run_folder}: 8 files, ")
    assert len(head) == 64


def test_a_changed_file_is_named(run_folder):
    (run_folder / "edges.csv").write_text("", encoding="utf-8")
    result = CliRunner().invoke(cli, ["verify", str(run_folder)])
    assert isinstance(result.exception, RunError)
    assert "edges.csv: differs" in str(result.exception)


def test_the_report_is_rendered_again_in_its_place_or_elsewhere(run_folder, tmp_path):
    result = CliRunner().invoke(cli, ["report", str(run_folder)])
    assert result.stdout.strip() == str(run_folder / "report.html")
    page = tmp_path / "page.html"
    CliRunner().invoke(cli, ["report", str(run_folder), "-o", str(page)])
    assert page.read_bytes() == (run_folder / "report.html").read_bytes()
