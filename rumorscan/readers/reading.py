"""The reading of one input, whatever holds it, and what was found out about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rumorscan.keeping import Steps
from rumorscan.readers.containers.archives import Member
from rumorscan.readers.containers.finding import NoRowsError, bare_name
from rumorscan.readers.containers.streams import ByteSource
from rumorscan.readers.delimited.csvs import read_csv
from rumorscan.readers.encodings.decoding import SAMPLE_BYTES, LineBlocks
from rumorscan.readers.formats import Syntax, detect_syntax
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, Shelf, no_bookmarks
from rumorscan.readers.layouts.fields import FieldMap, map_fields
from rumorscan.readers.objects.documents import read_document, read_rows
from rumorscan.readers.objects.jsonl import read_jsonl
from rumorscan.readers.objects.nesting import REST_ROWS, Nesting
from rumorscan.readers.objects.rows import ObjectMap
from rumorscan.readers.options import ReadOptions
from rumorscan.readers.posts import InputReport
from rumorscan.readers.sources import Memory
from rumorscan.readers.tables.arrow import Maps, read_pandas, read_table
from rumorscan.readers.tables.database_limits import check_alone
from rumorscan.readers.tables.databases import read_database
from rumorscan.readers.tables.parquet import read_parquet
from rumorscan.readers.tables.sheets import Taken
from rumorscan.readers.tables.workbooks import read_workbook


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
            yield from self._carried()
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

    def _carried(self) -> Iterator[int]:
        """Take what rows carried along; yields the number of rows so far."""
        self.bookmarks.passed_all()
        for rows in self.intake.take_carried(min(self.options.batch_rows, REST_ROWS)):
            yield rows
            self.bookmarks.passed()

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
        with ByteSource(given, self.options.limits, self.bookmarks.hashes) as source:
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
        blocks = LineBlocks(source)
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
            read = read_document if document else read_jsonl
            for objects in read(blocks, self.intake, self._object_map, batch_rows, self.bookmarks):
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
                Maps(self._column_map, self._object_map),
                self.options.batch_rows,
                self.options.limits,
                self.bookmarks,
            )
        )

    def _tables(self, source: ByteSource) -> Iterator[int]:
        read: Any = read_database
        if self.syntax.name != "sqlite":
            read = partial(read_workbook, limits=self.options.limits)
        path = source.local_path()
        asked = path, self.intake, self._column_map, self.options.batch_rows
        for taken in read(*asked, bookmarks=self.bookmarks):
            self.taken, self.fields = taken, taken.fields
            yield self.intake.rows

    def _memory(self, given: Memory) -> Iterator[int]:
        if given.kind == "stdin":
            yield from self._file(given.value)
            return
        self.syntax = Syntax(given.kind, "its type")
        maps = Maps(self._column_map, self._object_map)
        batch_rows = self.options.batch_rows
        if given.kind == "pandas":
            yield from self._columns(read_pandas(given.value, self.intake, maps, batch_rows))
        elif given.kind == "rows":
            for objects in read_rows(given.value, self.intake, self._object_map, batch_rows):
                self.fields = objects.fields
                yield self.intake.rows
        else:
            self.report.bytes = given.value.nbytes
            yield from self._columns(read_table(given.value, self.intake, maps, batch_rows))

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
