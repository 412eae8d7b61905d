"""`rumorscan inspect`: how a dump would be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from rumorscan.cli.documents import print_json
from rumorscan.cli.scan import chosen_settings, pairs
from rumorscan.cli.words import say
from rumorscan.shell import quoted


@click.command(name="inspect")
@click.argument("dumps", metavar="DUMP...", nargs=-1, required=True)
@click.option(
    "--map",
    metavar="FIELD=COLUMN",
    multiple=True,
    callback=pairs,
    help="指定字段所在的列 Which column holds a field, such as text=正文; may be repeated.",
)
@click.option("--format", metavar="NAME", help="格式 Layout, syntax, or both.")
@click.option("--tz", metavar="ZONE", help="时区 Zone of times without one [Asia/Shanghai].")
@click.option(
    "--crawled-at",
    metavar="TIME",
    help="抓取时间 When the dump was fetched; 5分钟前 is counted from there.",
)
@click.option(
    "--settings", "settings_file", metavar="FILE", help="设置 Settings (TOML), as of scan."
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON Print JSON.")
def command(**options: Any) -> None:
    """查看每份导出数据会被怎样读取：格式、编码、字段、时间、坏行。不写任何文件。

    Say how each dump would be read: format, encoding, fields, times, bad rows. Writes nothing.
    DUMP is a file, a folder, a pattern, or - for standard input.
    """
    from rumorscan.readers import inspect

    reading = chosen_settings(options).reading.arguments()
    # a look shows the bad rows, and keeps hardly any of the others
    asked = {name: reading[name] for name in reading if name not in ("strict", "batch_rows")}
    look = inspect(list(options["dumps"]), **asked)
    if options["settings_file"]:
        told = quoted(options["settings_file"])
        look = replace(look, command=f"{look.command} --settings {told}")
    if options["as_json"]:
        print_json(look.to_dict(), indent=2)
    else:
        say(look.render())
