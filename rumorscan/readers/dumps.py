"""Reading posts from whatever holds them: the one call that the rest of the house uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.readers.containers.packings import MAXIMUM_RATIO, MAXIMUM_UNPACKED_BYTES, Limits
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.repeats import note_all_repeats
from rumorscan.readers.intake.shelves import Shelf
from rumorscan.readers.intake.threads import find_roots, with_roots
from rumorscan.readers.options import ReadOptions
from rumorscan.readers.posts import REJECTS_SCHEMA, Posts
from rumorscan.readers.reading import Reading
from rumorscan.readers.sources import (
    Memory,
    inputs_of,
    is_in_memory,
    laid_down,
    named_files,
    names_of,
)
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
    # of posts in memory nobody knows yet whether they are the same as before
    known = not any(is_in_memory(given) for given in inputs)
    return _gather(readings, keeper if known else KEEP_NOTHING)


def _follow(steps: Iterator[int], progress: Progress | None, done: int) -> None:
    for rows in steps:
        if progress is not None:
            progress(done + rows)


def require_rows(readings: Sequence[Reading]) -> None:
    """Refuse a dump of which every file was passed over.

    Raises:
        DumpError: no input has a row.
    """
    empty = [reading.empty for reading in readings if reading.empty is not None]
    if empty and len(empty) == len(readings):
        raise empty[0]


def _gather(readings: list[Reading], keeper: Keeper) -> Posts:
    schema = posts_schema(set[str]().union(*(reading.intake.fields for reading in readings)))
    tables = [reading.intake.accepted.finish(schema) for reading in readings]
    reports = [reading.report for reading in readings]

    def compare() -> tuple[list[dict[str, int]], list[pa.ChunkedArray | None]]:
        # of rows, too, that an earlier process has read
        note_all_repeats(reports, tables)
        roots = find_roots(tables, reports)
        return [report.notes for report in reports], roots

    notes, roots = keeper.once("compare", compare)
    for report, noted in zip(reports, notes, strict=True):
        report.notes = noted
    return Posts(
        pa.concat_tables(map(with_roots, tables, roots)),
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
