"""Reading posts from whatever holds them: the one call that the rest of the house uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from rumorscan.readers.archives import Member
from rumorscan.readers.bytesources import ByteSource
from rumorscan.readers.containers import NoRowsError, bare_name
from rumorscan.readers.csvs import read_csv
from rumorscan.readers.documents import DOCUMENT_LIMIT, read_document, read_rows
from rumorscan.readers.encodings import LINE_LIMIT, SAMPLE_BYTES, LineBlocks
from rumorscan.readers.fields import FieldMap, map_fields
from rumorscan.readers.formats import Syntax, Wanted, detect_syntax, wanted_format
from rumorscan.readers.intake import Door, Intake
from rumorscan.readers.jsonl import read_jsonl
from rumorscan.readers.moments import DEFAULT_ZONE, zone_of
from rumorscan.readers.objects import ObjectMap
from rumorscan.readers.packings import MAXIMUM_RATIO, MAXIMUM_UNPACKED_BYTES, Limits
from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport, Posts
from rumorscan.readers.repeats import find_changed, find_repeats
from rumorscan.readers.sources import Memory, inputs_of, named_files, names_of
from rumorscan.readers.tables import read_pandas, read_parquet, read_table
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read; the names and defaults of `ReadingSettings`."""

    wanted: Wanted = field(default_factory=Wanted)
    mapping: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: zone_of(DEFAULT_ZONE))
    strict: bool = False
    batch_rows: int = 65_536
    maximum_text_characters: int = 100_000
    limits: Limits = field(default_factory=Limits)


def read_posts(
    source: Any,
    *,
    format: str = "",  # noqa: A002 - the name of the setting
    mapping: Mapping[str, str] | None = None,
    tz: str = DEFAULT_ZONE,
    strict: bool = False,
    spool: str | Path | None = None,
    progress: Progress | None = None,
    batch_rows: int = 65_536,
    maximum_text_characters: int = 100_000,
    maximum_ratio: int = MAXIMUM_RATIO,
    maximum_unpacked_bytes: int = MAXIMUM_UNPACKED_BYTES,
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
        maximum_ratio: a packed file that unpacks to more times its size is refused.
        maximum_unpacked_bytes: and so is one that unpacks to more than this.

    Returns:
        The accepted rows in input order. `source_row` counts from 1: the line of JSON lines, the
        record after the header of CSV, the row of anything else. `source_file` is the file's
        name, or its path as given where two inputs have the same name.

    Raises:
        DumpError: an input is missing, empty or of no known format, no column holds the text or
            the account, or a row is bad and `strict` is set. An empty file that was found in a
            folder or by a glob is passed over, unless all are.

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
        Limits(maximum_ratio, maximum_unpacked_bytes),
    )
    inputs = inputs_of(source, options.limits)
    named = named_files(source)
    names = pa.array(names_of(inputs), pa.string())
    folder = None if spool is None else Path(spool)
    done = 0
    readings = []
    for index, given in enumerate(inputs):
        door = Door(str(given), names, index, options.zone, maximum_text_characters, strict)
        reading = Reading(Intake(door, folder), options)
        for rows in reading.run(given, found=not isinstance(given, Memory) and given not in named):
            if progress is not None:
                progress(done + rows)
        reading.intake.close()
        done += reading.intake.rows
        readings.append(reading)
    require_rows(readings)
    return _gather(readings)


class Reading:
    """The reading of one input: its intake, and what was found out about it."""

    def __init__(self, intake: Intake, options: ReadOptions) -> None:
        self.door = intake.door
        self.options = options
        self.intake = intake
        self.report = InputReport(intake.door.path)
        self.syntax = Syntax("", "")
        self.fields: FieldMap | None = None
        self.delimiter = ""
        self.encoding_why = ""
        self.empty: NoRowsError | None = None

    def run(self, given: Any, *, found: bool = False) -> Iterator[int]:
        """Read the input; yields the number of rows so far after each batch.

        Args:
            given: a file, or something in memory.
            found: whether the file was found in a folder or by a glob; it may then be empty.

        Raises:
            DumpError: as `read_posts`.
        """
        try:
            yield from self._memory(given) if isinstance(given, Memory) else self._file(given)
            self._report()
        except NoRowsError as error:
            if not found:
                raise
            self.empty = error
            self.report.notes["no row, passed over"] = 1

    def _report(self) -> None:
        report, fields = self.report, self.fields
        if fields is None or not self.intake.rows:
            raise NoRowsError(f"{self.door.path}: holds no row; expected posts")
        report.format = f"{fields.layout.name}/{self.syntax.name}"
        report.mapping = dict(fields.columns)
        report.tz_assumed = self.intake.zone(fields).key if self.intake.times_assumed else None
        report.rows = self.intake.rows
        report.posts = self.intake.accepted.rows
        report.rejected = self.intake.rejected.rows
        report.notes.update(sorted(self.intake.notes.items()))

    def _file(self, given: Path | Member) -> Iterator[int]:
        path = Path(str(given))
        wanted = self.options.wanted.syntax
        with ByteSource(given, self.options.limits) as source:
            self.report.bytes = source.size
            try:
                head = source.peek(SAMPLE_BYTES)
                if not head:
                    raise NoRowsError(f"{path}: the file is empty; expected posts")
                self.syntax = Syntax(wanted, "as asked") if wanted else detect_syntax(head, path)
                yield from (self._parquet if self.syntax.name == "parquet" else self._text)(source)
            except NoRowsError:
                self.report.sha256, self.report.sm3 = source.hashes()
                raise
            self.report.sha256, self.report.sm3 = source.hashes()
            if isinstance(given, Member):
                self.report.archive_sha256 = given.archive.sha256()

    def _text(self, source: ByteSource) -> Iterator[int]:
        document = self.syntax.name == "json"
        blocks = LineBlocks(source, DOCUMENT_LIMIT if document else LINE_LIMIT)
        self.report.encoding = blocks.encoding.name
        self.encoding_why = blocks.encoding.why
        batch_rows = self.options.batch_rows
        if self.syntax.name in ("csv", "tsv"):
            for header in read_csv(blocks, self.intake, self._column_map, batch_rows):
                self.fields, self.delimiter = header.fields, header.delimiter
                yield self.intake.rows
        else:
            read = read_document if document else read_jsonl
            for objects in read(blocks, self.intake, self._object_map, batch_rows):
                self.fields = objects.fields
                yield self.intake.rows
        for what, count in (
            ("characters lost in decoding", blocks.replaced),
            ("lines in another encoding", blocks.other_lines),
        ):
            if count:
                self.intake.notes[what] = count

    def _parquet(self, source: ByteSource) -> Iterator[int]:
        path = source.local_path()
        yield from self._columns(
            read_parquet(
                path,
                self.intake,
                self._column_map,
                self.options.batch_rows,
                self.options.limits,
            )
        )

    def _memory(self, given: Memory) -> Iterator[int]:
        self.syntax = Syntax(given.kind, "its type")
        batch_rows = self.options.batch_rows
        if given.kind == "pandas":
            yield from self._columns(
                read_pandas(given.value, self.intake, self._column_map, batch_rows)
            )
        elif given.kind == "rows":
            for objects in read_rows(given.value, self.intake, self._object_map, batch_rows):
                self.fields = objects.fields
                yield self.intake.rows
        else:
            self.report.bytes = given.value.nbytes
            yield from self._columns(
                read_table(given.value, self.intake, self._column_map, batch_rows)
            )

    def _columns(self, steps: Iterator[FieldMap]) -> Iterator[int]:
        for self.fields in steps:
            yield self.intake.rows

    def _object_map(self, sample: Sequence[Mapping[str, Any]]) -> ObjectMap:
        return ObjectMap(sample, **self._mapping())

    def _column_map(self, names: Sequence[str]) -> FieldMap:
        return map_fields(names, **self._mapping())

    def _mapping(self) -> dict[str, Any]:
        return {
            "where": self.door.path,
            "stem": Path(bare_name(Path(self.door.path))).stem,
            "layout": self.options.wanted.layout,
            "override": self.options.mapping,
        }


def require_rows(readings: Sequence[Reading]) -> None:
    """Refuse a dump of which every file was passed over.

    Raises:
        DumpError: no input has a row.
    """
    empty = [reading.empty for reading in readings if reading.empty is not None]
    if empty and len(empty) == len(readings):
        raise empty[0]


def _gather(readings: list[Reading]) -> Posts:
    schema = posts_schema(set[str]().union(*(reading.intake.fields for reading in readings)))
    table = pa.concat_tables([reading.intake.accepted.finish(schema) for reading in readings])
    note_repeats(readings, table)
    return Posts(
        table,
        [reading.report for reading in readings],
        pa.concat_tables([reading.intake.rejected.finish(REJECTS_SCHEMA) for reading in readings]),
    )


def note_repeats(readings: Sequence[Reading], posts: pa.Table | None = None) -> None:
    """Count the post ids that stood before, in the same input or in an earlier one.

    Args:
        readings: all inputs, in order.
        posts: their posts, where they were kept, to tell copies from other texts.
    """
    start = 0
    for reading, places in zip(
        readings, find_repeats([reading.intake.keys() for reading in readings]), strict=True
    ):
        notes = reading.report.notes
        if len(places):
            notes["post ids that stood before"] = len(places)
            rows = places + start
            if posts is not None and (changed := np.isin(rows, find_changed(posts, rows)).sum()):
                notes["post ids that stood before with another text"] = int(changed)
        start += reading.intake.accepted.rows


def posts_schema(fields: set[str]) -> pa.Schema:
    """Return the schema of posts that have the core fields and some of the optional ones.

    Example:
        >>> posts_schema({"likes"}).names[-1]
        'likes'
    """
    optional = {name: kind for name, kind in OPTIONAL_FIELDS.items() if name in fields}
    return pa.schema({**CORE_FIELDS, **optional})
