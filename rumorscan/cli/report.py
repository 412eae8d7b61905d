"""`rumorscan report`: the page of a finished run, rendered again."""

from __future__ import annotations

import click

from rumorscan.cli.words import say


@click.command(name="report")
@click.argument("run", metavar="RUN")
@click.option("-o", "--out", metavar="FILE", help="网页文件 Page to write [RUN/report.html].")
def command(run: str, out: str | None) -> None:
    """重新生成运行目录的网页报告。

    Render the HTML report of a finished run again, in its place or to FILE.
    """
    from rumorscan.reports import report

    say(str(report(run, out)))
