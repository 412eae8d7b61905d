"""Reading posts from whatever holds them: the one call that the rest of the house uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.containers import ByteSource, bare_name, find_files
from rumorscan.readers.encodings import SAMPLE_BYTES, LineBlocks
from rumorscan.readers.fields import FieldMap
from rumorscan.readers.formats import Syntax, Wanted, detect_syntax, wanted_format
from rumorscan.readers.intake import Door, Intake
from rumorscan.readers.jsonl import read_jsonl
from rumorscan.readers.objects import ObjectMap
from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport, Posts
from rumorscan.readers.times import zone_of
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

Progress = Callable[[int], object]
Source = Any


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read; the names and defaults of `ReadingSettings`."""

    wanted: Wanted = field(default_factory=Wanted)
    mapping: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: zone_of("Asia/Shanghai"))
    strict: bool = False
    batch_rows: int = 65_536
    maximum_text_characters: int = 100_000


def read_posts(
    source: Source,
    *,
    format: str = "",  # noqa: A002 - the name of the setting
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    strict: bool = False,
    spool: str | Path | None = None,
    progress: Progress | None = None,
    batch_rows: int = 65_536,
    maximum_text_characters: int = 100_000,
) -> Posts:
    """Return the posts of a dump as columns.

    Args:
        source: a file, a folder, a glob, or a list of them; a pandas or polars frame, an Arrow
            table, or an iterable of dictionaries. `Posts` are returned as they are.
        format: a layout (`weibo-search`), a syntax (`csv`), or both (`weibo-search/csv`); empty
            means told by the file.
        mapping: canonical field to the column that holds it, where it is not recognized.
        tz: zone of times that carry none.
        strict: raise at the first bad row instead of setting it aside.
        spool: an existing folder; the columns are kept there in files instead of in memory, and
            must stay there as long as the posts are used.
        progress: called after each batch with the number of rows read so far.
        batch_rows: rows that are in memory at once as objects.
        maximum_text_characters: a longer text is set aside.

    Returns:
        The accepted rows in input order. `source_row` counts from 1: the line of JSON lines, the
        record after the header of CSV, the row of anything else. `source_file` is the file's
        name, or its path as given where two inputs have the same name.

    Raises:
        DumpError: an input is missing, empty or of no known format, no column holds the text or
            the account, or a row is bad and `strict` is set.

    Example:
        >>> posts = read_posts([{"post_id": 1, "account_id": "a", "text": "停水"}, {"text": "水"}])
        >>> len(posts), posts.rejects.column("reason").to_pylist()
        (1, ['missing-account'])
    """
    if isinstance(source, Posts):
        return source
    options = ReadOptions(
        wanted_format(format),
        dict(mapping or {}),
        zone_of(tz),
        strict,
        batch_rows,
        maximum_text_characters,
    )
    inputs = _inputs(source)
    names = pa.array(_names(inputs), pa.string())
    folder = None if spool is None else Path(spool)
    done = 0
    readings = []
    for index, given in enumerate(inputs):
        door = Door(str(given), names, index, options.zone, maximum_text_characters, strict)
        reading = Reading(door, folder, options)
        for rows in reading.run(given):
            if progress is not None:
                progress(done + rows)
        done += reading.intake.rows
        readings.append(reading)
    return _gather(readings)


class Reading:
    """The reading of one input: its intake, and what was found out about it."""

    def __init__(self, door: Door, folder: Path | None, options: ReadOptions) -> None:
        self.door = door
        self.options = options
        self.intake = Intake(door, folder)
        self.report = InputReport(door.path)
        self.syntax = Syntax("", "")
        self.fields: FieldMap | None = None

    def run(self, given: Any) -> Iterator[int]:
        """Read the input; yields the number of rows so far after each batch.

        Raises:
            DumpError: as `read_posts`.
        """
        yield from self._file(given)
        report, fields = self.report, self.fields
        if fields is None or not self.intake.rows:
            raise DumpError(f"{self.door.path}: holds no row; expected posts")
        report.format = f"{fields.layout.name}/{self.syntax.name}"
        report.mapping = dict(fields.columns)
        report.tz_assumed = self.options.zone.key if self.intake.times_assumed else None
        report.rows = self.intake.rows
        report.posts = self.intake.accepted.rows
        report.rejected = self.intake.rejected.rows
        report.notes.update(sorted(self.intake.notes.items()))

    def _file(self, path: Path) -> Iterator[int]:
        with ByteSource(path) as source:
            wanted = self.options.wanted.syntax
            self.syntax = (
                Syntax(wanted, "as asked")
                if wanted
                else detect_syntax(source.peek(SAMPLE_BYTES), path)
            )
            blocks = LineBlocks(source)
            self.report.encoding = blocks.encoding.name
            for fields in read_jsonl(
                blocks, self.intake, self._object_map, self.options.batch_rows
            ):
                self.fields = fields.fields
                yield self.intake.rows
            self._note_encoding(blocks)
            self.report.bytes = source.size
            self.report.sha256, self.report.sm3 = source.hashes()

    def _note_encoding(self, blocks: LineBlocks) -> None:
        if blocks.replaced:
            self.intake.notes["characters lost in decoding"] = blocks.replaced
        if blocks.other_lines:
            self.intake.notes["lines in another encoding"] = blocks.other_lines

    def _object_map(self, sample: list[dict[str, Any]]) -> ObjectMap:
        return ObjectMap(
            sample,
            where=self.door.path,
            stem=Path(bare_name(Path(self.door.path))).stem,
            layout=self.options.wanted.layout,
            override=self.options.mapping,
        )


def _inputs(source: Source) -> list[Any]:
    if isinstance(source, (str, Path)):
        return list(find_files(source))
    if (
        isinstance(source, (list, tuple))
        and source
        and all(isinstance(item, (str, Path)) for item in source)
    ):
        return [file for item in source for file in find_files(item)]
    raise DumpError("nothing to read; expected a file, a folder, a glob, a frame or rows")


def _names(inputs: list[Any]) -> list[str]:
    names = [path.name for path in inputs]
    often = Counter(names)
    return [
        str(path) if often[name] > 1 else name for path, name in zip(inputs, names, strict=True)
    ]


def _gather(readings: list[Reading]) -> Posts:
    fields = set(CORE_FIELDS).union(*(reading.intake.fields for reading in readings))
    kinds = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    schema = pa.schema([(name, kind) for name, kind in kinds.items() if name in fields])
    return Posts(
        pa.concat_tables([reading.intake.accepted.finish(schema) for reading in readings]),
        [reading.report for reading in readings],
        pa.concat_tables([reading.intake.rejected.finish(REJECTS_SCHEMA) for reading in readings]),
    )
