"""`rumorscan score`: texts in, one line of JSON a text out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import click

from rumorscan.errors import DumpError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".parquet", ".json")
_PACKINGS = (".gz", ".xz", ".bz2", ".zst", ".zip")
Row = dict[str, Any]


@click.command(name="score")
@click.argument("file", metavar="[FILE]", default="-")
@click.option(
    "--model", metavar="NAME|DIR", default="default", help="模型 Bundled model, or a model folder."
)
@click.option(
    "--base-rate",
    metavar="R",
    default=0.05,
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    help="先验 Share of false posts to calibrate for; 0.5 = balanced [0.05].",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["auto", "text", "jsonl"]),
    default="auto",
    help="格式 One text a line, or JSON objects; auto: by the first line.",
)
@click.option(
    "--device", metavar="NAME", default="", help="设备 Run the encoder by torch: cuda or cpu."
)
def command(file: str, model: str, base_rate: float, layout: str, device: str) -> None:
    """逐条评分：每行一条文本或 JSON 对象，输出 JSONL，顺序不变。

    Score texts: one a line, or JSON lines with `text` and perhaps `post_id`, from FILE or from
    stdin (-), as UTF-8 or GB18030. One row of JSON a text goes to stdout, in order: post_id as
    given, or else the row number as text; rumor_probability; reasons.

    Of plain text every line is a row, empty lines too; empty JSON lines are skipped. A JSON line
    that cannot be read, or has no text, ends the work with status 1 and its row number, after the
    rows before it. Rows are scored in batches of 4,096.

    A file named like a table (.csv, .tsv, .xlsx, .parquet, .json) or like a packed one (.gz) is
    refused, unless it holds JSON lines or --format says how to read it: scan it instead.
    """
    from orjson import dumps

    from rumorscan.rumors import score_each
    from rumorscan.training.classifier import load_model

    fitted = load_model(model, device=device)
    out, shown = sys.stdout.buffer, sys.stdout.isatty()
    with _open(file) as source:
        texts = _rows(source, "stdin" if file == "-" else file, layout)
        for row in score_each(texts, model=fitted, base_rate=base_rate):
            # a terminal gets every character beyond ASCII spelled out
            out.write(json.dumps(row).encode() + b"\n" if shown else dumps(row) + b"\n")
    out.flush()


def _open(file: str) -> Any:
    """Return an open binary file; stdin stays open afterwards."""
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise DumpError(f"{file}: cannot be read: {error.strerror}") from error


def _rows(source: BinaryIO, name: str, layout: str) -> Iterator[Row]:
    """Yield a mapping with `post_id` and `text` for each row."""
    first = source.readline().removeprefix(_BYTE_ORDER_MARK)
    lines: Iterable[bytes] = chain([first] if first else [], source)
    is_json = layout == "jsonl" or (layout == "auto" and _is_object(first))
    if layout == "auto" and not is_json and name.lower().endswith((*_TABLES, *_PACKINGS)):
        raise DumpError(
            f"{name}: is a table or packed, not one text a line; write JSON lines with 'text', "
            "use rumorscan scan, or pass --format text to score its lines as they stand"
        )
    for number, line in enumerate(lines, 1):
        text = _decode(line, f"{name}, row {number}").rstrip("\r\n")
        if not is_json:
            yield {"post_id": str(number), "text": text}
        elif text.strip():
            row = _parse(text, f"{name}, row {number}")
            given = row.get("post_id")
            yield {"post_id": str(number if given is None else given), "text": row["text"]}


def _decode(line: bytes, where: str) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DumpError(f"{where}: is neither UTF-8 nor GB18030; save the file as UTF-8")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(_decode(line, "")), dict)
    except (ValueError, DumpError):
        return False


def _parse(line: str, where: str) -> Row:
    """Return a JSON line that has a text.

    `json`, not orjson: ids are text, and whole numbers of any length must come through.
    """
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DumpError(f"{where}: is not JSON ({error}); expected an object with 'text'") from None
    if not isinstance(row, dict):
        raise DumpError(f"{where}: is no JSON object; expected one with 'text'")
    if not isinstance(row.get("text"), str):
        shown = "missing" if "text" not in row else repr(row["text"])
        raise DumpError(f"{where}: 'text' is {shown}; expected a text")
    return row
