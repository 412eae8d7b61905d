"""A look at a dump before it is scanned: what it is, how it would be read, what would be lost."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.readers.containers.packings import MAXIMUM_RATIO, MAXIMUM_UNPACKED_BYTES, Limits
from rumorscan.readers.dumps import posts_schema, require_rows
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.repeats import note_repeats
from rumorscan.readers.options import ReadOptions
from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport
from rumorscan.readers.reading import Reading
from rumorscan.readers.screens import screen_of
from rumorscan.readers.sources import Memory, inputs_of, laid_down, named_files, names_of
from rumorscan.shell import quoted

SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class InputInspection:
    """What one input looks like.

    Attributes:
        report: what a scan would write down about it.
        format_why: what the syntax was told by.
        layout_why: the columns that gave the layout away; empty where none did.
        encoding_why: what the encoding was told by; empty for binary formats.
        delimiter: what stands between cells; empty where there are none.
        examples: canonical field to the first value that is not empty.
        given: fields that no column holds, and what they are in every row.
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
    layout_why: str
    encoding_why: str
    delimiter: str
    examples: dict[str, str]
    given: dict[str, str]
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
        return "\n".join(screen_of(self.inputs, self.command))


def inspect(
    source: Any,
    *,
    format: str = "",  # noqa: A002 - the name of the setting
    mapping: Mapping[str, str] | None = None,
    tz: str = "",
    crawled_at: str = "",
    maximum_text_characters: int = 100_000,
    maximum_ratio: int = MAXIMUM_RATIO,
    maximum_unpacked_bytes: int = MAXIMUM_UNPACKED_BYTES,
) -> Inspection:
    """Return how a dump would be read. Everything is read once; nothing is written or kept.

    Args:
        source: as for `read_posts`.
        format: a layout, a syntax, or both; empty means told by the file.
        mapping: canonical field to the column that holds it, where it is not recognized.
        tz: zone of times that carry none; empty means the format's own, else Asia/Shanghai.
        crawled_at: as for `read_posts`.
        maximum_text_characters: as for `read_posts`.
        maximum_ratio: as for `read_posts`.
        maximum_unpacked_bytes: as for `read_posts`.

    Raises:
        DumpError: an input is missing, empty or of no known format, or cannot be mapped.
    """
    limits = Limits(maximum_ratio, maximum_unpacked_bytes)
    options = ReadOptions.asked(
        format,
        mapping,
        tz,
        crawled_at,
        maximum_text_characters=maximum_text_characters,
        limits=limits,
    )
    with laid_down(source, options.limits) as laid:
        inputs = inputs_of(laid, options.limits)
        names = pa.array(names_of(inputs), pa.string())
        named = named_files(laid)
        readings = []
        for index, given in enumerate(inputs):
            door = options.door(given, names, index)
            reading = Reading(Intake(door, None, limit=SHOWN_ROWS), options)
            for _ in reading.run(given, found=not isinstance(given, Memory) and given not in named):
                pass
            readings.append(reading)
    require_rows(readings)
    note_repeats(
        [reading.report for reading in readings], [reading.intake.keys() for reading in readings]
    )
    return Inspection(
        [_look(reading) for reading in readings],
        _command(source, format, mapping or {}, tz, crawled_at),
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
        layout_why=_layout_why(reading),
        encoding_why=reading.encoding_why,
        delimiter=reading.delimiter,
        examples=examples,
        given=_given(reading),
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


def _layout_why(reading: Reading) -> str:
    if reading.options.wanted.layout is not None:
        return "layout as asked"
    if reading.taken is not None and len(reading.taken.layouts) > 1:
        return f"{len(reading.taken.layouts)} layouts by the columns of their tables"
    marks = reading.fields.layout.marks if reading.fields else ()
    there = [mark for mark in marks if not mark.startswith("!")]
    return f"columns {', '.join(there)}" if there else ""


def _given(reading: Reading) -> dict[str, str]:
    fields = reading.fields
    if fields is None:
        return {}
    account = {"account_id": f"{fields.account} (the file's name)"} if fields.account else {}
    return {**account, **fields.constants}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _command(source: Any, form: str, mapping: Mapping[str, str], tz: str, crawled_at: str) -> str:
    sources = source if isinstance(source, (list, tuple)) else [source]
    if not all(isinstance(given, (str, Path)) for given in sources):
        return "rumorscan.scan(posts)"
    names = [str(given) for given in sources]
    # a file whose name begins like an option is none
    names = [f"./{name}" if re.match(r"-.", name) else name for name in names]
    words = ["rumorscan", "scan", *names, "-o", f"runs/{_run_name(Path(sources[0]))}"]
    for name, column in mapping.items():
        words += ["--map", f"{name}={column}"]
    words += ["--format", form] if form else []
    words += ["--tz", tz] if tz else []
    words += ["--crawled-at", crawled_at] if crawled_at else []
    return " ".join(quoted(word) for word in words)


def _run_name(path: Path) -> str:
    """Return what a run may be called: the file's name, or that of the folder before a pattern."""
    if not path.exists():
        path = next((part for part in (path, *path.parents) if not glob.has_magic(str(part))), path)
    return re.sub(r"[^\w-]+", "-", path.name.split(".")[0]).strip("-") or "dump"
