"""Every error is one line, every exit status means what the contract says."""

import errno
import os
import signal
import subprocess
import sys
import time

import click
import pytest

import rumorscan.cli
from rumorscan.errors import DumpError


def run_main(arguments, monkeypatch, command=None):
    """Run `main` with one command in the place of `verify`; return the exit status."""
    monkeypatch.delenv("RUMORSCAN_DEBUG", raising=False)
    if command is not None:
        monkeypatch.setattr(rumorscan.cli.LazyGroup, "get_command", lambda *_: command)
    with pytest.raises(SystemExit) as caught:
        rumorscan.cli.main(arguments)
    return caught.value.code


def raising(error):
    @click.command
    def command():
        raise error

    return command


def program(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "rumorscan", *arguments],
        capture_output=True,
        env={**os.environ, **variables},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (DumpError("a.jsonl, row 8: 'text' is absent"), "a.jsonl, row 8: 'text' is absent"),
        (OSError(errno.ENOSPC, "No space left", "a.csv"), "a.csv: No space left"),
        (MemoryError(), "out of memory; scan fewer posts at once, or with fewer --workers"),
        (DumpError("一\n二\x1b[31m\u202e三"), "一 二 [31m 三"),
    ],
)
def test_an_error_is_one_line_on_stderr_and_status_1(error, line, monkeypatch, capsys):
    assert run_main(["verify"], monkeypatch, raising(error)) == 1
    assert capsys.readouterr() == ("", f"rumorscan: {line}\n")


def test_an_error_of_ours_to_mend_says_how_to_see_more(monkeypatch, capsys):
    assert run_main(["verify"], monkeypatch, raising(KeyError("x"))) == 1
    line = "rumorscan: internal error: KeyError: 'x'; set RUMORSCAN_DEBUG=1 to see where"
    assert capsys.readouterr().err.startswith(line)


def test_with_the_debug_variable_the_error_passes(monkeypatch):
    monkeypatch.setattr(rumorscan.cli.LazyGroup, "get_command", lambda *_: raising(KeyError("x")))
    monkeypatch.setenv("RUMORSCAN_DEBUG", "1")
    with pytest.raises(KeyError):
        rumorscan.cli.main(["verify"])


@pytest.mark.parametrize(
    ("signaled", "status"), [(KeyboardInterrupt(), 130), (rumorscan.cli.TerminatedError(), 143)]
)
def test_a_signal_in_the_midst_of_compiled_code_is_a_signal(signaled, status, monkeypatch):
    error, inner = (SystemError("a call returned a result with an exception set") for _ in "12")
    error.__cause__, inner.__cause__ = inner, signaled
    assert run_main(["verify"], monkeypatch, raising(error)) == status
    assert run_main(["verify"], monkeypatch, raising(SystemError("x"))) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_status_130(error, monkeypatch, capsys):
    assert run_main(["verify"], monkeypatch, raising(error)) == 130
    assert capsys.readouterr().err.strip() == "rumorscan: interrupted"


@pytest.mark.skipif(os.name != "posix", reason="needs signals as on POSIX")
def test_a_termination_is_status_143_and_the_old_handler_comes_back(monkeypatch, capsys):
    @click.command
    def command():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    before = signal.getsignal(signal.SIGTERM)
    assert run_main(["verify"], monkeypatch, command) == 143
    assert capsys.readouterr().err.strip() == "rumorscan: terminated"
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize("arguments", [["nonsense"], ["verify"], ["verify", "--odd"]])
def test_wrong_usage_is_status_2(arguments, monkeypatch, capsys):
    assert run_main(arguments, monkeypatch) == 2
    assert "Usage: rumorscan" in capsys.readouterr().err


def test_a_status_that_a_command_returns_is_the_exit_status(monkeypatch):
    @click.command
    def command():
        return 3

    assert run_main(["verify"], monkeypatch, command) == 3


def test_the_version_is_that_of_the_package(monkeypatch, capsys):
    assert run_main(["--version"], monkeypatch) == 0
    assert capsys.readouterr().out.strip().endswith(rumorscan.__version__)


def test_a_missing_run_is_one_line(tmp_path):
    done = program("verify", str(tmp_path / "没有"))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == [
        f"rumorscan: {tmp_path}/没有: there is no such run folder"
    ]


def test_a_gbk_console_shows_what_it_can():
    done = program("--help", PYTHONIOENCODING="gbk")
    assert done.returncode == 0
    assert "离线运行" in done.stdout.decode("gbk")
    assert program("--help", PYTHONIOENCODING="ascii").returncode == 0


def test_redirected_output_is_utf_8_whatever_the_locale():
    variables = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert "离线运行" in program("--help", **variables).stdout.decode("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe that closes as on POSIX")
def test_a_reader_that_leaves_early_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "rumorscan", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
