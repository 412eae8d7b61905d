"""`rumorscan inspect`: how a dump would be read."""

from __future__ import annotations

import click

from rumorscan.cli.documents import print_json
from rumorscan.cli.scan import pairs
from rumorscan.cli.words import say


@click.command(name="inspect")
@click.argument("dumps", metavar="DUMP...", nargs=-1, required=True)
@click.option(
    "--map",
    "mapping",
    metavar="FIELD=COLUMN",
    multiple=True,
    callback=pairs,
    help="指定字段所在的列 Which column holds a field, such as text=正文; may be repeated.",
)
@click.option("--format", metavar="NAME", default="", help="格式 Layout, syntax, or both.")
@click.option(
    "--tz", metavar="ZONE", default="", help="时区 Zone of times without one [Asia/Shanghai]."
)
@click.option(
    "--crawled-at",
    metavar="TIME",
    default="",
    help="抓取时间 When the dump was fetched; 5分钟前 is counted from there.",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON Print JSON.")
def command(
    dumps: tuple[str, ...],
    mapping: dict[str, str],
    format: str,
    tz: str,
    crawled_at: str,
    as_json: bool,
) -> None:
    """查看每份导出数据会被怎样读取：格式、编码、字段、时间、坏行。不写任何文件。

    Say how each dump would be read: format, encoding, fields, times, bad rows. Writes nothing.
    DUMP is a file, a folder, a pattern, or - for standard input.
    """
    from rumorscan.readers import inspect

    look = inspect(list(dumps), format=format, mapping=mapping, tz=tz, crawled_at=crawled_at)
    if as_json:
        print_json(look.to_dict(), indent=2)
    else:
        say(look.render())
