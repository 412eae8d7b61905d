"""`rumorscan demo`: the bundled sample from end to end."""

from __future__ import annotations

from typing import Any

import click

from rumorscan.cli.scan import finish, output_options


@click.command(name="demo")
@click.option(
    "-o",
    "--out",
    metavar="RUN",
    default="runs/demo",
    show_default=True,
    help="运行目录 Run folder.",
)
@output_options
def command(**options: Any) -> int:
    """扫描自带的虚构样本，显示摘要，写出报告。

    Scan the bundled, invented sample with the bundled model and known rumors, print the
    summary and write the report.
    """
    from rumorscan.pipeline import demo

    return finish(lambda progress, **place: demo(progress=progress, **place), options)
