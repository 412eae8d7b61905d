"""Which syntax a file is written in, told by its content first and its name second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import bare_name
from rumorscan.readers.encodings.charsets import guess_encoding
from rumorscan.readers.layouts.finding import OTHER_LAYOUT, Layout, known_layouts, layout_named
from rumorscan.readers.objects.extended import plain
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.pages import opening_of
from rumorscan.readers.objects.post_lists import is_row
from rumorscan.readers.objects.sequences import goes_over_lines

SYNTAXES = ("jsonl", "json", "csv", "tsv", "parquet", "xlsx", "xls", "sqlite")
"""What a file may be written in."""
_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `--format` asks for; an empty part is told by the file.

    Attributes:
        syntax: one of `SYNTAXES`, or empty.
        layout: a layout, or None.
    """

    syntax: str = ""
    layout: Layout | None = None


def wanted_format(name: str) -> Wanted:
    """Return what a format's name asks for: a layout, a syntax, or `layout/syntax`.

    Raises:
        DumpError: no format has this name.

    Example:
        >>> wanted_format("weibo-search/csv").syntax, wanted_format("jsonl").layout
        ('csv', None)
    """
    layout, syntax = None, ""
    for part in filter(None, name.split("/")):
        if part in SYNTAXES:
            syntax = part
        elif (layout := layout_named(part)) is None:
            known = ", ".join((*SYNTAXES, *(row.name for row in (*known_layouts(), OTHER_LAYOUT))))
            raise DumpError(f"format '{part}' is not known; expected one of {known}")
    return Wanted(syntax, layout)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a file is written, and what told so."""

    name: str
    why: str


def detect_syntax(head: bytes, path: Path) -> Syntax:
    r"""Return the syntax of a file by its first bytes, unpacked, and its name.

    Raises:
        DumpError: the content is of no kind that is read.

    Example:
        >>> detect_syntax(b'{"text": "a"}\n{"text": "b"}\n', Path("a.txt")).name
        'jsonl'
        >>> detect_syntax(b'{"posts": [{"text": "a"}]}', Path("a.json")).why
        'it begins with an object'
    """
    name = bare_name(path).lower()
    if head.startswith(b"PAR1"):
        return Syntax("parquet", "its first bytes are PAR1")
    if head.startswith(b"SQLite format 3\0"):
        return Syntax("sqlite", "its first bytes are SQLite format 3")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Syntax("xls", "its first bytes are those of a workbook")
    if head.startswith(b"PK\x03\x04"):
        return Syntax("xlsx", "it is a zip archive that holds a workbook")
    encoding = guess_encoding(head)
    text = head[encoding.mark :].decode(encoding.codec, "replace").lstrip()
    if text.startswith("[") and not (name.endswith(_LINES) and _is_line(text)):
        return Syntax("json", "it begins with a list")
    if text.startswith("{") or name.endswith((*_LINES, ".json")):
        return _json_kind(text, name)
    if name.endswith(".parquet"):
        raise DumpError(f"{path}: is no Parquet file in spite of its name; check the file")
    start = text[:4_096].rstrip("\0")  # as a crash leaves them
    strange = sum(character < " " and character not in "\t\r\n" for character in start)
    strange += start.count("\ufffd")
    if strange * (3 if name.endswith((".csv", ".tsv")) else 50) > len(start):
        raise DumpError(
            f"{path}: is in no format that is read; expected JSONL, JSON, CSV, TSV, Parquet, XLSX "
            "or SQLite"
        )
    kind = "tsv" if name.endswith(".tsv") else "csv"
    return Syntax(kind, "its name" if name.endswith(f".{kind}") else "its lines look like a table")


def _is_line(text: str) -> bool:
    """Whether what begins like a list is a line of its own, maybe a broken one."""
    first, _, rest = (part.strip() for part in text.partition("\n"))
    if first == "[" or first.endswith(",") or not rest:
        return False
    first_one, next_one = (
        parse_line(line.encode(errors="replace")) for line in (first, rest.partition("\n")[0])
    )
    return not isinstance(first_one, Broken) or isinstance(next_one, dict)


def _json_kind(text: str, name: str) -> Syntax:
    first, _, rest = text.partition("\n")
    row = plain(parse_line(first.encode(errors="replace")))
    if name.endswith(_LINES):
        if isinstance(row, Broken) and goes_over_lines(text):
            return Syntax("json", "its objects do not keep to lines")
        return Syntax("jsonl", "its name")
    if isinstance(row, dict):
        if rest.strip():
            return Syntax("jsonl", "every line is an object")
        if opening_of(row) is None and is_row(row):
            return Syntax("jsonl", "its only line is a post")
    return Syntax("json", "it begins with an object" if text.startswith("{") else "its name")
