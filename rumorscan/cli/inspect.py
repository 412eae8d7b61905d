"""`rumorscan inspect`: how a dump would be read."""

from __future__ import annotations

from dataclasses import replace

import click

from rumorscan.cli.documents import print_json
from rumorscan.cli.scan import pairs
from rumorscan.cli.words import say
from rumorscan.settings import Settings, load_settings
from rumorscan.shell import quoted


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
@click.option(
    "--settings", "settings_file", metavar="FILE", help="设置 Settings (TOML), as of scan."
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON Print JSON.")
def command(
    dumps: tuple[str, ...],
    mapping: dict[str, str],
    format: str,
    tz: str,
    crawled_at: str,
    settings_file: str | None,
    as_json: bool,
) -> None:
    """查看每份导出数据会被怎样读取：格式、编码、字段、时间、坏行。不写任何文件。

    Say how each dump would be read: format, encoding, fields, times, bad rows. Writes nothing.
    DUMP is a file, a folder, a pattern, or - for standard input.
    """
    from rumorscan.readers import inspect

    reading = (load_settings(settings_file) if settings_file else Settings()).reading
    look = inspect(
        list(dumps),
        format=format or reading.format,
        mapping={**reading.map, **mapping},
        tz=tz or reading.tz,
        crawled_at=crawled_at or reading.crawled_at,
        maximum_text_characters=reading.maximum_text_characters,
        maximum_ratio=reading.maximum_ratio,
        maximum_unpacked_bytes=reading.maximum_unpacked_bytes,
    )
    if settings_file:
        look = replace(look, command=f"{look.command} --settings {quoted(settings_file)}")
    if as_json:
        print_json(look.to_dict(), indent=2)
    else:
        say(look.render())
