"""A look at a dump before it is scanned: what it is, how it would be read, what would be lost."""

from __future__ import annotations

import glob
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.readers.formats import wanted_format
from rumorscan.readers.intake import REASONS, Door, Intake
from rumorscan.readers.moments import DEFAULT_ZONE, zone_of
from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport
from rumorscan.readers.reading import Reading, ReadOptions, note_repeats, posts_schema, require_rows
from rumorscan.readers.sources import Memory, inputs_of, named_files, names_of
from rumorscan.shell import quoted

SHOWN_ROWS = 3
SHOWN_CHARACTERS = 60
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class InputInspection:
    """What one input looks like.

    Attributes:
        report: what a scan would write down about it.
        format_why: what the format was told by.
        encoding_why: what the encoding was told by; empty for binary formats.
        delimiter: what stands between cells; empty where there are none.
        examples: canonical field to the first value that is not empty.
        unread: columns that no field is read from.
        precisions: how many posts have a time of each precision.
        earliest: ISO 8601 UTC time of the first post, or None.
        latest: the same of the last one.
        reasons: how many rows would be set aside for each reason.
        first_rows: the first posts.
        first_rejects: the first rows that would be set aside.
    """

    report: InputReport
    format_why: str
    encoding_why: str
    delimiter: str
    examples: dict[str, str]
    unread: list[str]
    precisions: dict[str, int]
    earliest: str | None
    latest: str | None
    reasons: dict[str, int]
    first_rows: list[dict[str, Any]]
    first_rejects: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a dump looks like.

    Attributes:
        inputs: each file of it.
        command: the command that scans it.

    Example:
        >>> look = inspect([{"account_id": "a", "text": "城东停水", "posted_at": "2026-03-02"}])
        >>> look.inputs[0].precisions, look.inputs[0].report.tz_assumed
        ({'day': 1}, 'Asia/Shanghai')
    """

    inputs: list[InputInspection] = field(default_factory=list)
    command: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as plain data."""
        return asdict(self)

    def render(self) -> str:
        """Return the inspection as lines for a terminal, without control characters."""
        lines = [line for look in self.inputs for line in (*_lines_of(look), "")]
        return "\n".join([*lines, f"下一步 next  {shown(self.command, 2_000)}"])


def inspect(
    source: Any,
    *,
    format: str = "",  # noqa: A002 - the name of the setting
    mapping: Mapping[str, str] | None = None,
    tz: str = DEFAULT_ZONE,
) -> Inspection:
    """Return how a dump would be read. Everything is read once; nothing is written or kept.

    Args:
        source: as for `read_posts`.
        format: a layout, a syntax, or both; empty means told by the file.
        mapping: canonical field to the column that holds it, where it is not recognized.
        tz: zone of times that carry none.

    Raises:
        DumpError: an input is missing, empty or of no known format, or cannot be mapped.
    """
    options = ReadOptions(wanted_format(format), dict(mapping or {}), zone_of(tz))
    inputs = inputs_of(source)
    names = pa.array(names_of(inputs), pa.string())
    named = named_files(source)
    readings = []
    for index, given in enumerate(inputs):
        door = Door(
            str(given), names, index, options.zone, options.maximum_text_characters, strict=False
        )
        reading = Reading(Intake(door, None, limit=SHOWN_ROWS), options)
        for _ in reading.run(given, found=not isinstance(given, Memory) and given not in named):
            pass
        readings.append(reading)
    require_rows(readings)
    note_repeats(readings)
    return Inspection(
        [_look(reading) for reading in readings], _command(source, format, mapping or {}, tz)
    )


def _look(reading: Reading) -> InputInspection:
    intake = reading.intake
    rows = intake.accepted.finish(posts_schema(intake.fields)).to_pylist()
    examples = {
        name: str(value)
        for name in reading.report.mapping
        if (value := next((row[name] for row in rows if row.get(name) not in (None, "")), None))
        is not None
    }
    earliest, latest = intake.span or (None, None)
    return InputInspection(
        report=reading.report,
        format_why=reading.syntax.why,
        encoding_why=reading.encoding_why,
        delimiter=reading.delimiter,
        examples=examples,
        unread=list(reading.fields.unread) if reading.fields else [],
        precisions={
            precision.name.lower(): count for precision, count in sorted(intake.precisions.items())
        },
        earliest=_iso(earliest),
        latest=_iso(latest),
        reasons=dict(intake.reasons.most_common()),
        first_rows=[{name: _plain(value) for name, value in row.items()} for row in rows],
        first_rejects=intake.rejected.finish(REJECTS_SCHEMA).to_pylist(),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _command(source: Any, form: str, mapping: Mapping[str, str], tz: str) -> str:
    sources = source if isinstance(source, (list, tuple)) else [source]
    if not all(isinstance(given, (str, Path)) for given in sources):
        return "rumorscan.scan(posts)"
    words = ["rumorscan", "scan", *map(str, sources), "-o", f"runs/{_run_name(Path(sources[0]))}"]
    for name, column in mapping.items():
        words += ["--map", f"{name}={column}"]
    words += ["--format", form] if form else []
    words += ["--tz", tz] if tz != DEFAULT_ZONE else []
    return " ".join(quoted(word) for word in words)


def _run_name(path: Path) -> str:
    """Return what a run may be called: the file's name, or that of the folder before a pattern."""
    if not path.exists():
        path = next((part for part in (path, *path.parents) if not glob.has_magic(str(part))), path)
    return re.sub(r"[^\w-]+", "-", path.name.split(".")[0]).strip("-") or "dump"


def shown(text: Any, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Return a value for a terminal: no control or direction characters, not too long.

    Example:
        >>> shown("停\x1b[31m水\u202e")
        '停␛[31m水·'
    """
    plain = "".join(
        (chr(0x2400 + ord(character)) if character < " " else "·")
        if unicodedata.category(character) in _CONTROLS
        else character
        for character in str(text)[: limit + 1]
    )
    return plain if len(plain) <= limit else f"{plain[:limit]}…"


def _lines_of(look: InputInspection) -> list[str]:
    report = look.report
    lines = [
        f"文件 file      {shown(report.path, 200)}  ({report.bytes:,} bytes)",
        f"格式 format    {report.format}  ({look.format_why})",
    ]
    if report.encoding:
        lines.append(f"编码 encoding  {report.encoding}  ({look.encoding_why})")
    if look.delimiter:
        lines.append(f"分隔 delimiter {look.delimiter!r}")
    precisions = ", ".join(f"{name} {count:,}" for name, count in look.precisions.items())
    lines += [
        f"时间 times     {look.earliest or '-'} … {look.latest or '-'}  (precision: {precisions})",
        f"时区 zone      {_zone_line(report)}",
        f"行数 rows      {report.rows:,} = {report.posts:,} posts + {report.rejected:,} rejected",
    ]
    lines += [
        f"  搁置 rejected {count:,} × {reason}: {REASONS[reason]}"
        for reason, count in look.reasons.items()
    ]
    lines += [f"  备注 note     {what}: {count:,}" for what, count in report.notes.items()]
    lines.append("字段 fields    (field ← column: example)")
    lines += [
        f"  {name} ← {shown(column)}: {shown(look.examples.get(name, '-'))}"
        for name, column in report.mapping.items()
    ]
    if look.unread:
        lines.append(f"  未读 unread   {shown(', '.join(look.unread), 200)}")
    lines.append("首行 first rows")
    lines += [
        f"  {row['source_row']}. [{shown(row['account_id'], 24)}] {row['posted_at'] or '-'}  "
        f"{shown(row['text'])}"
        for row in look.first_rows
    ]
    lines += [
        f"  ✗ {row['source_row']}. {row['reason']} {shown(row['detail'])}: {shown(row['raw'])}"
        for row in look.first_rejects
    ]
    return lines


def _zone_line(report: InputReport) -> str:
    if report.tz_assumed is None:
        return "无需假定 none had to be assumed"
    return f"{report.tz_assumed}  (假定 assumed where a time carries none; --tz ZONE)"
