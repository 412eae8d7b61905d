"""`rumorscan scan`: a dump in, a run folder out; also what `campaigns` and `demo` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rumorscan.cli import TerminatedError, signals_kept
from rumorscan.cli.documents import print_json
from rumorscan.cli.progress import reporter, teller
from rumorscan.cli.words import say
from rumorscan.settings import Settings, load_settings

if TYPE_CHECKING:
    from rumorscan.records import Progress
    from rumorscan.reports import Run

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]

FAIL_ON_MET = 3


def pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Return `FIELD=COLUMN` pairs, such as `text=正文`, as a field map."""
    mapping = {}
    for value in values:
        field, equals, column = value.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{value!r} is not FIELD=COLUMN, such as text=正文")
        mapping[field] = column
    return mapping


def reading_options(function: Command) -> Command:
    """Add the options of every command that scans a dump."""
    options: list[Decorator] = [
        click.argument("dumps", metavar="DUMP...", nargs=-1, required=True),
        click.option("-o", "--out", metavar="RUN", required=True, help="运行目录 Run folder."),
        click.option("--settings", "settings_file", metavar="FILE", help="设置 Settings (TOML)."),
        click.option(
            "--map",
            metavar="FIELD=COLUMN",
            callback=pairs,
            multiple=True,
            help="字段对应 Column that holds a field, such as text=正文; may be repeated.",
        ),
        click.option("--format", metavar="NAME", help="格式 Layout; default: recognized."),
        click.option(
            "--tz", metavar="ZONE", help="时区 Zone of times without one [Asia/Shanghai]."
        ),
        click.option(
            "--crawled-at",
            metavar="TIME",
            help="抓取时间 When the dump was fetched; 5分钟前 is counted from there.",
        ),
        click.option("--strict", is_flag=True, help="遇坏行即停 Stop at the first bad row."),
        click.option(
            "--pseudonymize",
            metavar="KEYFILE",
            help="化名 Replace account ids and names by keyed digests (HMAC-SHA256).",
        ),
        click.option(
            "--history",
            metavar="DIR",
            help="历史目录 Folder that remembers earlier runs: known armies are named.",
        ),
        click.option(
            "--workers", type=click.IntRange(min=0), help="线程数 Threads; 0 = one a processor."
        ),
        click.option(
            "--resume", is_flag=True, help="续扫 Go on with a scan into RUN that was cut."
        ),
        click.option("--engine", type=click.Choice(["local"]), help="引擎 Where the work runs."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def output_options(function: Command) -> Command:
    """Add the options that say what becomes of a finished run."""
    options: list[Decorator] = [
        click.option("--overwrite", is_flag=True, help="覆盖旧结果 Replace the run in RUN."),
        click.option(
            "--fail-on",
            type=click.Choice(["review", "urgent"]),
            help="有此级别则退出码 3 Exit with 3 if a post has this triage or a higher one.",
        ),
        click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 run.json on stdout."),
        click.option("-q", "--quiet", is_flag=True, help="不显示进度 Show no progress."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.command(name="scan")
@reading_options
@click.option("--model", metavar="NAME|DIR", help="模型 Bundled model, or a model folder.")
@click.option(
    "--known",
    metavar="FILE",
    multiple=True,
    help="已知谣言 File of known rumors; may be repeated.",
)
@click.option(
    "--base-rate",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    help="先验 Share of false posts to calibrate for; 0.5 = balanced.",
)
@click.option("--device", metavar="NAME", help="设备 Run the encoder by torch: cuda or cpu.")
@click.option("--as-of", metavar="TIME", help="时点 Leave out known rumors judged after this time.")
@output_options
def command(**options: Any) -> int:
    """扫描帖子：协同发帖、虚假信息、已知谣言，写出运行目录。

    Find coordinated posting, score every post for false information, match known rumors, and
    write the run folder with its report. DUMP is a file, a folder, a pattern, or - for standard
    input.
    """
    settings = chosen_settings(options)

    def work(progress: Progress, **place: Any) -> Run:
        from rumorscan.pipeline import scan

        return scan(
            list(options["dumps"]),
            settings=settings,
            pseudonymize=options["pseudonymize"],
            as_of=options["as_of"],
            history=options["history"],
            progress=progress,
            **place,
        )

    return finish(work, options)


def chosen_settings(options: dict[str, Any]) -> Settings:
    """Return the defaults, over them the settings file, over that the command line.

    Args:
        options: of a command that reads dumps; what it does not offer is not chosen.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown or unfit.
    """
    file = options["settings_file"]
    settings = load_settings(file) if file else Settings()
    given = {
        "reading": {
            "format": options["format"],
            "tz": options["tz"],
            "crawled_at": options["crawled_at"],
            "strict": options.get("strict") or None,
            "map": {**settings.reading.map, **options["map"]} or None,
        },
        "scoring": {name: options.get(name) for name in ("model", "base_rate", "device")},
        "claims": {"known": options.get("known") or None},
        "run": {name: options.get(name) for name in ("workers", "engine")},
    }
    return settings.replace(
        {
            section: {name: value for name, value in values.items() if value is not None}
            for section, values in given.items()
        }
    )


def finish(work: Callable[..., Run], options: dict[str, Any]) -> int:
    """Do the work, which writes its run, and print the summary; return the exit status.

    Args:
        work: takes a progress, and the run folder as the options `out`, `overwrite` and, where
            the command has it, `resume`.
        options: of the command line.
    """
    from rumorscan.readers.containers.finding import list_files
    from rumorscan.readers.containers.pipes import STANDARD_INPUT

    # a missing file is told before the libraries are loaded, which takes seconds
    for dump in options.get("dumps", ()):
        if dump != STANDARD_INPUT:
            list_files(dump)
    from rumorscan.reports.places import claim, is_unfinished

    out = Path(options["out"])
    resume = options.get("resume", False)
    claim(out, overwrite=options["overwrite"] or resume)
    quiet = options["quiet"] or options["as_json"]
    if is_unfinished(out) and not resume:
        teller(silent=quiet)(f"{out}: an unfinished scan is given up; --resume goes on")
    place = {name: options[name] for name in ("overwrite", "resume") if name in options}
    try:
        with reporter(silent=quiet) as progress, signals_kept():
            run = work(progress, out=out, **place)
    except (KeyboardInterrupt, TerminatedError):
        if is_unfinished(out):
            teller(silent=False)(f"{out}: unfinished; give the command again with --resume")
        raise
    if options["as_json"]:
        print_json({"run": str(out), **run.about})
    else:
        say(run.summary(out))
    counts = run.about["counts"]
    met = {
        "urgent": counts["flagged_urgent"],
        "review": counts["flagged_urgent"] + counts["flagged_review"],
    }
    return FAIL_ON_MET if options["fail_on"] and met[options["fail_on"]] else 0
