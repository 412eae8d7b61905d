"""Reading posts from whatever holds them: the one call that the rest of the house uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.keeping import KEEP_NOTHING, Keeper, Steps
from rumorscan.readers.containers.archives import Member
from rumorscan.readers.containers.finding import NoRowsError, bare_name
from rumorscan.readers.containers.packings import MAXIMUM_RATIO, MAXIMUM_UNPACKED_BYTES, Limits
from rumorscan.readers.containers.streams import ByteSource
from rumorscan.readers.delimited.csvs import read_csv
from rumorscan.readers.encodings.decoding import LINE_LIMIT, SAMPLE_BYTES, LineBlocks
from rumorscan.readers.formats import Syntax, detect_syntax
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.repeats import note_all_repeats
from rumorscan.readers.intake.shelves import Bookmarks, Shelf, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap, map_fields
from rumorscan.readers.objects.documents import DOCUMENT_LIMIT, read_document, read_rows
from rumorscan.readers.objects.jsonl import read_jsonl
from rumorscan.readers.objects.nesting import Nesting
from rumorscan.readers.objects.rows import ObjectMap
from rumorscan.readers.options import ReadOptions
from rumorscan.readers.posts import REJECTS_SCHEMA, InputReport, Posts
from rumorscan.readers.sources import (
    Memory,
    inputs_of,
    is_in_memory,
    laid_down,
    named_files,
    names_of,
)
from rumorscan.readers.tables.arrow import read_pandas, read_parquet, read_table
from rumorscan.readers.tables.database_limits import check_alone
from rumorscan.readers.tables.databases import read_database
from rumorscan.readers.tables.sheets import Taken
from rumorscan.readers.tables.workbooks import read_workbook
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

Progress = Callable[[int], object]


def read_posts(
    source: Any,
    *,
    format: str = "",  # noqa: A002 - the name of the setting
    mapping: Mapping[str, str] | None = None,
    tz: str = "",
    crawled_at: str = "",
    strict: bool = False,
    spool: str | Path | None = None,
    progress: Progress | None = None,
    batch_rows: int = 65_536,
    maximum_text_characters: int = 100_000,
    maximum_ratio: int = MAXIMUM_RATIO,
    maximum_unpacked_bytes: int = MAXIMUM_UNPACKED_BYTES,
    keeper: Keeper = KEEP_NOTHING,
) -> Posts:
    """Return the posts of a dump as columns.

    Args:
        source: a file, a folder, a glob, `-` for standard input, or a list of them; a pandas or
            polars frame, an Arrow table, or an iterable of dictionaries. `Posts` are returned as
            they are.
        format: a layout (`weibo-search`), a syntax (`csv`), or both (`weibo-search/csv`); empty
            means told by the file.
        mapping: canonical field to the column that holds it, where it is not recognized.
        tz: zone of times that carry none; empty means the format's own, else Asia/Shanghai.
        crawled_at: ISO 8601 time at which the dump was fetched, from which times such as
            `5分钟前` are counted where no row tells it.
        strict: raise at the first bad row instead of setting it aside.
        spool: an existing folder; the columns are kept there in files instead of in memory, and
            must stay there as long as the posts are used.
        progress: called after each batch with the number of rows read so far.
        batch_rows: rows that are in memory at once as objects.
        maximum_text_characters: a longer text is set aside.
        maximum_ratio: a packed file that unpacks to more times its size is refused.
        maximum_unpacked_bytes: and so is one that unpacks to more than this.
        keeper: of the files that an earlier process has read into the same spool.

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
    options = ReadOptions.asked(
        format,
        mapping,
        tz,
        crawled_at,
        strict=strict,
        batch_rows=batch_rows,
        maximum_text_characters=maximum_text_characters,
        limits=Limits(maximum_ratio, maximum_unpacked_bytes),
    )
    with laid_down(source, options.limits) as laid:
        inputs = inputs_of(laid, options.limits)
        named = named_files(laid)
        names = pa.array(names_of(inputs), pa.string())
        folder = None if spool is None else Path(spool)
        done = 0
        readings = []
        for index, given in enumerate(inputs):
            reading = Reading(Intake(options.door(given, names, index), folder), options)
            steps = reading.run(given, found=not isinstance(given, Memory) and given not in named)
            if keeper is KEEP_NOTHING or folder is None or is_in_memory(given):
                _follow(steps, progress, done)
                reading.intake.close()
            else:
                name = f"read-{index:05}"
                follow = partial(_follow, steps, progress, done)
                work = partial(reading.shelved, follow, partial(keeper.steps, name), folder)
                check = partial(Shelf.is_whole, folder=folder)
                reading.restore(keeper.once(name, work, check=check, always=True), folder)
            done += reading.intake.rows
            readings.append(reading)
    require_rows(readings)
    return _gather(readings)


def _follow(steps: Iterator[int], progress: Progress | None, done: int) -> None:
    for rows in steps:
        if progress is not None:
            progress(done + rows)


class Reading:
    """The reading of one input: its intake, and what was found out about it."""

    def __init__(self, intake: Intake, options: ReadOptions) -> None:
        self.door = intake.door
        self.options = options
        self.intake = intake
        self.report = InputReport(intake.door.path)
        self.syntax = Syntax("", "")
        self.fields: FieldMap | None = None
        self.taken: Taken | None = None
        self.delimiter = ""
        self.encoding_why = ""
        self.empty: NoRowsError | None = None
        self.bookmarks = no_bookmarks(intake)

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

    def shelved(self, read: Callable[[], None], steps: Callable[[], Steps], folder: Path) -> Shelf:
        """Read the input, and return what a later process needs to take it over."""
        self.bookmarks = Bookmarks(steps(), self.intake, folder)
        read()
        return self.bookmarks.shelf(self.report, self.empty)

    def restore(self, shelf: Shelf, folder: Path) -> None:
        """Take over what was read."""
        self.report, self.empty = shelf.report, shelf.passed_over
        self.intake.fields = set(shelf.fields)
        shelf.fill(self.intake, folder)

    def _report(self) -> None:
        report, fields = self.report, self.fields
        if fields is None or not self.intake.rows:
            raise NoRowsError(f"{self.door.path}: holds no row; expected posts")
        layouts = self.taken.layouts if self.taken else [fields.layout.name]
        report.format = f"{'+'.join(layouts)}/{self.syntax.name}"
        report.mapping = self.taken.mapping if self.taken else fields.mapping
        report.tz_assumed = self.intake.zone(fields).key if self.intake.times_assumed else None
        report.rows = self.intake.rows
        report.posts = self.intake.accepted.rows
        report.rejected = self.intake.rejected.rows
        self.intake.notes.update(self.intake.rounding.notes())
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
                read = {
                    "parquet": self._parquet,
                    "xlsx": self._tables,
                    "xls": self._tables,
                    "sqlite": self._tables,
                }.get(self.syntax.name, self._text)
                if self.syntax.name == "sqlite":
                    check_alone(given)
                yield from read(source)
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
            for header in read_csv(
                blocks, self.intake, self._column_map, batch_rows, self.bookmarks
            ):
                self.fields, self.delimiter = header.fields, header.delimiter
                yield self.intake.rows
        else:
            read = read_document if document else partial(read_jsonl, bookmarks=self.bookmarks)
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
        yield from self._columns(
            read_parquet(
                source.local_path(),
                self.intake,
                self._column_map,
                self.options.batch_rows,
                self.options.limits,
            )
        )

    def _tables(self, source: ByteSource) -> Iterator[int]:
        read = read_database
        if self.syntax.name != "sqlite":
            read = partial(read_workbook, limits=self.options.limits)
        path = source.local_path()
        for taken in read(path, self.intake, self._column_map, self.options.batch_rows):
            self.taken, self.fields = taken, taken.fields
            yield self.intake.rows

    def _memory(self, given: Memory) -> Iterator[int]:
        if given.kind == "stdin":
            yield from self._file(given.value)
            return
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
        mapping = self._mapping()
        nesting = Nesting.of(sample, mapping["layout"])
        if nesting is not None:
            sample = nesting.sampled(sample)
            mapping["layout"] = nesting.layout
        if not sample:
            raise NoRowsError(f"{self.door.path}: holds no row; expected posts")
        return ObjectMap(sample, nesting=nesting, **mapping)

    def _column_map(self, names: Sequence[str], table: str = "") -> FieldMap:
        return map_fields(names, table=table, **self._mapping())

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
    tables = [reading.intake.accepted.finish(schema) for reading in readings]
    reports = [reading.report for reading in readings]
    note_all_repeats(reports, tables)  # of rows, too, that an earlier process has read
    return Posts(
        pa.concat_tables(tables),
        reports,
        pa.concat_tables([reading.intake.rejected.finish(REJECTS_SCHEMA) for reading in readings]),
    )


def posts_schema(fields: set[str]) -> pa.Schema:
    """Return the schema of posts that have the core fields and some of the optional ones.

    Example:
        >>> posts_schema({"likes"}).names[-1]
        'likes'
    """
    optional = {name: kind for name, kind in OPTIONAL_FIELDS.items() if name in fields}
    return pa.schema({**CORE_FIELDS, **optional})
