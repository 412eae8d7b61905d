"""An inspection on one screen of a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rumorscan.readers.intake.rows import REASONS

if TYPE_CHECKING:
    from rumorscan.readers.inspection import InputInspection

SHOWN_CHARACTERS = 60
FIELD_LINES = 12
"""Fields that have a line of their own; the others share one."""
COUNTED_LINES = 4
"""Reasons, and notes, that are shown; the others are summed up."""
FULL_INPUTS = 3
"""Inputs that have a screen each; of more, each has a line."""
INPUT_LINES = 20
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def screen_of(looks: Sequence[InputInspection], command: str) -> list[str]:
    """Return what is known about inputs, and the command that scans them, as lines."""
    if len(looks) <= FULL_INPUTS:
        lines = [line for look in looks for line in (*_lines_of(look), "")]
    else:
        lines = [*_table_of(looks), ""]
        first = next((look for look in looks if look.report.posts), looks[0])
        lines += [f"其中 one of them: {shown(first.report.path, 200)}", *_lines_of(first)[1:], ""]
    return [*lines, f"下一步 next  {shown(command, 2_000)}"]


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


def _table_of(looks: Sequence[InputInspection]) -> list[str]:
    """Return a line for each of many inputs, and their sum."""
    lines = [f"文件 files     {len(looks):,}"]
    for look in looks[:INPUT_LINES]:
        report = look.report
        form = report.format or next(iter(report.notes), "-")
        lines.append(
            f"  {report.rows:>10,} = {report.posts:,} posts + {report.rejected:,} rejected  "
            f"{shown(form, 40)}  {shown(report.path, 80)}"
        )
    if len(looks) > INPUT_LINES:
        lines.append(f"  … {len(looks) - INPUT_LINES:,} more")
    rows, posts, rejected = (
        sum(getattr(look.report, name) for look in looks) for name in ("rows", "posts", "rejected")
    )
    lines.append(f"行数 rows      {rows:,} = {posts:,} posts + {rejected:,} rejected")
    reasons: dict[str, int] = {}
    for look in looks:
        for reason, count in look.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return [*lines, *_reasons(dict(sorted(reasons.items(), key=lambda pair: -pair[1])))]


def _lines_of(look: InputInspection) -> list[str]:
    report = look.report
    told = f"{look.format_why}; {look.layout_why}" if look.layout_why else look.format_why
    lines = [
        f"文件 file      {shown(report.path, 200)}  ({report.bytes:,} bytes)",
        f"格式 format    {shown(report.format, 240)}  ({shown(told, 120)})",
    ]
    if report.encoding:
        lines.append(f"编码 encoding  {report.encoding}  ({look.encoding_why})")
    if look.delimiter:
        lines.append(f"分隔 delimiter {look.delimiter!r}")
    precisions = ", ".join(f"{name} {count:,}" for name, count in look.precisions.items())
    lines += [
        f"时间 times     {look.earliest or '-'} … {look.latest or '-'}  (precision: {precisions})",
        *_future(look),
        f"时区 zone      {_zone_line(report.tz_assumed)}",
        f"行数 rows      {report.rows:,} = {report.posts:,} posts + {report.rejected:,} rejected",
        *_reasons(look.reasons),
        *_counted("备注 note    ", ((what, count) for what, count in report.notes.items())),
        *_fields(report.mapping, look.examples, look.given),
    ]
    if look.unread:
        lines.append(f"  未读 unread   {shown(', '.join(look.unread), 160)}")
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


def _reasons(reasons: Mapping[str, int]) -> list[str]:
    lines = [
        f"  搁置 rejected {count:,} × {reason}: {REASONS[reason]}"
        for reason, count in reasons.items()
    ]
    further = list(reasons.values())[COUNTED_LINES:]
    more = [f"  搁置 rejected {sum(further):,} × {len(further)} other reasons"] if further else []
    return lines[:COUNTED_LINES] + more


def _counted(label: str, counts: Iterable[tuple[str, int]]) -> list[str]:
    lines = [f"  {label} {shown(what, 100)}: {count:,}" for what, count in counts]
    more = len(lines) - COUNTED_LINES
    return lines[:COUNTED_LINES] + ([f"  {label} and {more} more (--json)"] if more > 0 else [])


def _fields(
    mapping: Mapping[str, str], examples: Mapping[str, str], given: Mapping[str, str]
) -> list[str]:
    lines = ["字段 fields    (field ← column: example)"]
    names = list(mapping)
    for name in names[:FIELD_LINES]:
        lines.append(f"  {name} ← {shown(mapping[name])}: {shown(examples.get(name, '-')) or '-'}")
    rest = [f"{name} ← {mapping[name]}" for name in names[FIELD_LINES:]]
    if rest:
        lines.append(f"  {shown('; '.join(rest), 240)}")
    if given:
        told = ", ".join(f"{name} = {value}" for name, value in given.items())
        lines.append(f"  给定 given    {shown(told, 160)}")
    return lines


def _future(look: InputInspection) -> list[str]:
    """Return a warning where posts are later than tomorrow."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    if look.latest is None or datetime.fromisoformat(look.latest) <= tomorrow:
        return []
    return ["  未来 future   the latest time lies ahead of today; a wrong zone, unit or clock?"]


def _zone_line(assumed: str | None) -> str:
    if assumed is None:
        return "无需假定 none had to be assumed"
    return f"{assumed}  (假定 assumed where a time carries none; --tz ZONE)"
