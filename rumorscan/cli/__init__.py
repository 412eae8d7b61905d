"""The command line: a file a command, each a thin caller of the Python API.

Only click is loaded until a command runs, so that help and completion are quick.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from rumorscan import __version__
from rumorscan.errors import RumorscanError
from rumorscan.shell import inert

COMMANDS = {
    "demo": "演示：扫描自带样本 Scan the bundled sample and show what comes out.",
    "inspect": "查看：格式、编码、字段、时间 Say how a dump would be read; write nothing.",
    "scan": "扫描：协同发帖与虚假信息 Find coordinated posting and false information.",
    "campaigns": "协同：只查水军，不需模型 Find coordinated posting only; needs no model.",
    "score": "评分：逐条文本的谣言概率 Score texts, one a line, to JSONL.",
    "train": "训练：用标注数据训练模型 Fit a model to labeled texts.",
    "pretrain": "预训练：用无标注文本训练编码器 Pretrain an encoder on unlabeled texts.",
    "evaluate": "评估：带区间的指标 Measure a model on labeled texts.",
    "explain": "解释：为什么标记 Say why a post, account or campaign was flagged.",
    "report": "报告：重新生成网页 Render the HTML report of a run again.",
    "verify": "核验：逐个文件校验 Recompute every digest of a run.",
}
"""Each command with its line of help; the module `rumorscan.cli.NAME` holds it as `command`."""

DEBUG_VARIABLE = "RUMORSCAN_DEBUG"
INTERRUPTED = 130
TERMINATED = 143


class LazyGroup(click.Group):
    """The commands of the table above, each imported when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rumorscan.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing a command."""
        with formatter.section("命令 Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rumorscan")
def cli() -> None:
    """在中文帖子导出数据中查找协同发帖与虚假信息，离线运行，正反证据俱列。

    Find coordinated posting and false information in dumps of Chinese posts, offline, with
    the evidence for and against each item. People decide; the program only flags.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit status: 0 fine, 1 an error of ours (one line on stderr), 2 wrong usage, 3 what
    `--fail-on` names was found, 130 interrupted, 143 terminated. With the environment variable
    `RUMORSCAN_DEBUG` set, an error shows where it was raised.
    """
    _prepare_streams()
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    before = _heed_termination()
    try:
        with signals_kept():
            result = cli.main(arguments, prog_name="rumorscan", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(result if isinstance(result, int) else 0)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(inert(shown.getvalue()), nl=False, err=True)  # it quotes what was given
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _quit_quietly()
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        sys.exit(INTERRUPTED)
    except TerminatedError:
        _say("terminated")
        sys.exit(TERMINATED)
    except Exception as error:
        if debug:
            raise
        _say(_one_line(error))
        sys.exit(1)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


class TerminatedError(BaseException):
    """Somebody asked the program to end (SIGTERM); like Ctrl-C it is no error to recover from."""


@contextmanager
def signals_kept() -> Iterator[None]:
    """Let through a signal that came while compiled code was entered or left.

    That code then fails with a `SystemError`, which has the signal's exception for its cause,
    or for the cause of its cause.
    """
    try:
        yield
    except SystemError as error:
        cause = error.__cause__
        while isinstance(cause, SystemError):
            cause = cause.__cause__
        if isinstance(cause, (KeyboardInterrupt, TerminatedError)):
            raise cause from None
        raise


def _heed_termination() -> Any:
    """Let SIGTERM clean up like Ctrl-C does; return what it did before, None if left alone."""

    def stop(*_: object) -> NoReturn:
        raise TerminatedError

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:  # a thread of somebody else's program runs the command
        return None


def _prepare_streams() -> None:
    """Let no character that a console cannot show stop the program; data leaves as UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        chosen = os.environ.get("PYTHONIOENCODING") or stream.isatty()
        reconfigure(errors="replace", **({} if chosen else {"encoding": "utf-8"}))


def _one_line(error: Exception) -> str:
    if isinstance(error, RumorscanError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory; scan fewer posts at once, or with fewer --workers"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return (
        f"internal error: {type(error).__name__}: {error}; "
        f"set {DEBUG_VARIABLE}=1 to see where, and report it"
    )


def _say(message: str) -> None:
    """Write one line to stderr, whatever a file name or a header in it holds."""
    shown = "".join(character if character.isprintable() else " " for character in message.strip())
    with suppress(OSError):
        click.echo(f"rumorscan: {shown}", err=True)


def _quit_quietly() -> NoReturn:
    """Leave as a reader of our output did: without a word, now or when Python closes."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    sys.exit(1)
