"""`scan`, `campaigns` and `demo`: options become settings, a run becomes a folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.cli.progress import Bars, Lines
from rumorscan.errors import DumpError, HistoryError, RunError, SettingsError
from rumorscan.reports import verify
from rumorscan.settings import Settings
from tests.reports.small_run import POSTS, small_run, use_plain_page


def written(run, *, progress, out, overwrite, **_):
    """Write a run as the pipeline does."""
    progress.stage("write")
    run.write(out, overwrite=overwrite)
    progress.done("4")
    return run


@pytest.fixture
def calls(monkeypatch, tmp_path_factory):
    """Put a pipeline that returns a small run in the place of the real one."""
    use_plain_page(monkeypatch)
    monkeypatch.chdir(tmp_path_factory.mktemp("dumps"))
    for name in ("a.csv", "b.csv", "a.jsonl"):
        Path(name).write_bytes(b"x")
    recorded = []

    def scan(sources=None, **named):
        recorded.append({"sources": sources, **named})
        named["progress"].stage("read", 4)
        named["progress"].advance(4)
        named["progress"].done("4")
        return written(small_run(), **named)

    pipeline = ModuleType("rumorscan.pipeline")
    pipeline.scan = pipeline.campaigns = pipeline.demo = scan
    monkeypatch.setitem(sys.modules, "rumorscan.pipeline", pipeline)
    return recorded


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.parametrize("command", [["scan", "a.jsonl"], ["campaigns", "a.jsonl"], ["demo"]])
def test_a_command_writes_a_run_and_prints_its_summary(command, calls, tmp_path):
    result = invoke(*command, "-o", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert result.stdout == small_run().summary(tmp_path / "run") + "\n"
    verify(tmp_path / "run")


def test_the_command_line_is_laid_over_the_settings_file(calls, tmp_path):
    file = tmp_path / "s.toml"
    file.write_text(
        '[reading]\ntz = "UTC"\nmap = {text = "内容", url = "链接"}\n[scoring]\nbase_rate = 0.2\n',
        encoding="utf-8",
    )
    invoke(
        "scan", "a.csv", "b.csv", "-o", tmp_path / "run", "--settings", file, "--map", "text=正文",
        "--format", "csv", "--strict", "--workers", 2, "--model", "models/mine", "--known", "k1",
        "--known", "k2", "--base-rate", 0.5, "--as-of", "2026-03-02", "--pseudonymize", "key",
        "--engine", "local", "--history", "hist",
    )  # fmt: skip
    (call,) = calls
    settings = Settings().replace(
        {
            "reading": {
                "tz": "UTC",
                "map": {"text": "正文", "url": "链接"},
                "format": "csv",
                "strict": True,
            },
            "scoring": {"model": "models/mine", "base_rate": 0.5},
            "claims": {"known": ["k1", "k2"]},
            "run": {"workers": 2, "engine": "local"},
        }
    )
    assert call["settings"] == settings
    assert call["sources"] == ["a.csv", "b.csv"]
    assert (call["as_of"], call["pseudonymize"]) == ("2026-03-02", "key")
    assert call["history"] == "hist"


def test_campaigns_remembers_runs_in_the_same_folder_as_scan(calls, tmp_path):
    invoke("campaigns", "a.csv", "-o", tmp_path / "run", "--history", tmp_path / "history")
    assert calls[0]["history"] == str(tmp_path / "history")
    invoke("campaigns", "a.csv", "-o", tmp_path / "other")
    assert calls[1]["history"] is None


def test_a_history_that_cannot_be_used_is_one_line_and_no_run(tmp_path):
    (tmp_path / "dump.csv").write_text("account_id,text\na1,城东水厂停水三天\n", encoding="utf-8")
    (tmp_path / "thesis.txt").write_bytes(b"x")
    result = invoke("scan", tmp_path / "dump.csv", "-o", tmp_path / "run", "--history", tmp_path)
    assert isinstance(result.exception, HistoryError)
    assert "holds files that are no history" in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_without_options_the_settings_are_the_defaults(calls, tmp_path):
    invoke("scan", "a.csv", "-o", tmp_path / "run")
    assert calls[0]["settings"] == Settings()


@pytest.mark.parametrize(
    ("rows", "fail_on", "status"),
    [
        (POSTS, "urgent", 3),
        (POSTS, "review", 3),
        (POSTS[:1], "urgent", 0),
        (POSTS[:1], "review", 3),
        (POSTS[1:2], "review", 0),
        (POSTS[2:3], "review", 3),
    ],
)
def test_fail_on_is_status_3_after_the_run_is_written(calls, tmp_path, rows, fail_on, status):
    run = small_run(rows)
    sys.modules["rumorscan.pipeline"].scan = lambda *_, **named: written(run, **named)
    result = CliRunner().invoke(
        cli,
        ["scan", "a.csv", "-o", str(tmp_path / "run"), "--fail-on", fail_on],
        standalone_mode=False,
    )
    assert result.return_value == status
    verify(tmp_path / "run")


def test_json_is_one_object_and_nothing_else(calls, tmp_path):
    result = invoke("scan", "a.csv", "-o", tmp_path / "run", "--json")
    printed = json.loads(result.stdout)
    assert printed["counts"]["posts"] == 4
    assert printed["run"] == str(tmp_path / "run")
    assert result.stderr == ""


def test_progress_is_plain_lines_when_redirected(calls, tmp_path):
    result = invoke("scan", "a.csv", "-o", tmp_path / "run")
    read, write = result.stderr.splitlines()
    assert re.fullmatch(r"读取 read 4 \d+\.\ds", read)
    assert re.fullmatch(r"写出 write 4 \d+\.\ds", write)
    assert "\x1b" not in result.stderr
    assert invoke("scan", "a.csv", "-o", tmp_path / "run2", "-q").stderr == ""


def test_a_taken_folder_is_refused_before_any_work(calls, tmp_path):
    invoke("scan", "a.csv", "-o", tmp_path / "run")
    result = invoke("scan", "a.csv", "-o", tmp_path / "run")
    assert isinstance(result.exception, RunError)
    assert len(calls) == 1
    assert invoke("scan", "a.csv", "-o", tmp_path / "run", "--overwrite").exit_code == 0


def test_a_failed_scan_leaves_no_folder(calls, tmp_path):
    def fails(*_, **__):
        raise DumpError("a.csv: holds no row")

    sys.modules["rumorscan.pipeline"].scan = fails
    assert isinstance(invoke("scan", "a.csv", "-o", tmp_path / "run").exception, DumpError)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_dump_is_told_before_anything_is_loaded(tmp_path):
    code = (
        "import sys\n"
        "from rumorscan.cli import main\n"
        f"try: main(['scan', 'none.csv', '-o', {str(tmp_path / 'new' / 'run')!r}])\n"
        "except SystemExit as error: assert error.code == 1\n"
        "assert not {'numpy', 'pyarrow', 'rumorscan.pipeline'} & sys.modules.keys()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stderr == b"rumorscan: none.csv: no such file; check the path\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "option",
    [["--map", "text"], ["--map", "=正文"], ["--base-rate", "0"], ["--base-rate", "1"],
     ["--workers", "-1"], ["--fail-on", "pass"], ["--engine", "odd"]],
)  # fmt: skip
def test_an_unfit_option_is_wrong_usage(calls, tmp_path, option):
    assert invoke("scan", "a.csv", "-o", tmp_path / "run", *option).exit_code == 2
    assert calls == []


def test_an_unknown_setting_is_our_error(calls, tmp_path):
    file = tmp_path / "s.toml"
    file.write_text("[reading]\nzone = 'UTC'\n", encoding="utf-8")
    result = invoke("scan", "a.csv", "-o", tmp_path / "run", "--settings", file)
    assert isinstance(result.exception, SettingsError)


@pytest.mark.parametrize("kind", [Bars, Lines])
@pytest.mark.parametrize("advanced", [0, 43_000])
def test_a_count_is_shown_once(kind, advanced, capsys):
    with kind() as progress:
        progress.stage("read")
        progress.advance(advanced)
        progress.done("43,000")
    *_, shown = capsys.readouterr().err.strip().splitlines()
    assert len(re.findall(r"43,?000", shown.replace("43000/43000", "43000"))) == 1, shown
    assert " 1/1" not in shown


@pytest.mark.parametrize("kind", [Bars, Lines])
def test_a_reporter_bears_any_order_of_calls(kind, capsys):
    with kind() as progress:
        progress.advance(3)
        progress.done()
        progress.stage("read")
        progress.stage("[red]odd[/red]", 10)
        progress.advance(20)
        progress.done("ends")
        progress.done("again")
    assert "[red]odd[/red]" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("variables", "bar"), [({"NO_COLOR": "1"}, "━━━━"), ({"PYTHONIOENCODING": "gbk"}, "----")]
)
def test_a_terminal_without_color_or_of_gbk_shows_bars(variables, bar):
    import pty

    program = (
        "from rumorscan.cli.progress import reporter\n"
        "with reporter() as progress:\n"
        "    progress.stage('read', 3); progress.advance(3); progress.done('3 posts')\n"
    )
    reading, writing = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", program],
        stderr=writing,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **variables},
        timeout=60,
        check=True,
    )
    os.close(writing)
    shown = os.read(reading, 1 << 16).decode(variables.get("PYTHONIOENCODING", "utf-8"))
    os.close(reading)
    assert "读取 read" in shown and bar in shown and "3 posts" in shown
    if "NO_COLOR" in variables:
        assert not re.search(r"\x1b\[[0-9;]*m", shown)
