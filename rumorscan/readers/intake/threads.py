"""Threads of comments that name only what they answer: found by way of the answered post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.layouts.finding import layout_named
from rumorscan.readers.posts import InputReport

NOTE = "threads told by the answered post"


def find_roots(
    tables: Sequence[pa.Table], reports: Sequence[InputReport]
) -> list[pa.ChunkedArray | None]:
    """Return `root_id` of each input, completed where the post that a comment answers has one.

    Only layouts that say so are completed; the answered posts may lie in any of the inputs. How
    many were is noted.

    Args:
        tables: the posts of each input; all of one schema.
        reports: of the inputs, in the same order; the notes are written there.

    Returns:
        A column for each input; None where nothing was completed.
    """
    wanted = [place for place, report in enumerate(reports) if _needs(report)]
    names = {"kind", "parent_id", "root_id"}
    found: list[pa.ChunkedArray | None] = [None] * len(tables)
    if not wanted or not names <= set(tables[0].column_names):
        return found
    asked = [_asked(tables[place]) for place in wanted]
    ids, roots = _roots_of(tables, pc.unique(pa.chunked_array(_chunks(asked), pa.string())))
    for place, parents in zip(wanted, asked, strict=True):
        table = tables[place]
        told = pc.take(roots, pc.index_in(parents, ids))
        count = len(table) - told.null_count
        if count:
            reports[place].notes = dict(sorted({**reports[place].notes, NOTE: count}.items()))
            found[place] = pc.coalesce(table["root_id"], told)
    return found


def with_roots(table: pa.Table, roots: pa.ChunkedArray | None) -> pa.Table:
    """Return the posts with `root_id` as it was completed."""
    if roots is None:
        return table
    place = table.column_names.index("root_id")
    return table.set_column(place, table.schema.field("root_id"), roots)


def _needs(report: InputReport) -> bool:
    layouts = map(layout_named, report.format.partition("/")[0].split("+"))
    return report.posts > 0 and any(layout and layout.threads_by_parent for layout in layouts)


def _asked(table: pa.Table) -> pa.ChunkedArray:
    """Return what is answered by comments without a thread, null elsewhere."""
    lacks = pc.and_(pc.is_null(table["root_id"]), pc.equal(table["kind"], "comment"))
    return pc.if_else(pc.fill_null(lacks, False), table["parent_id"], pa.scalar(None, pa.string()))


def _roots_of(tables: Iterable[pa.Table], wanted: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the posts among those wanted whose thread is known, and the threads."""
    ids, roots = [], []
    for table in tables:
        hits = pc.and_(
            pc.is_in(table["post_id"], value_set=wanted.drop_null()), pc.is_valid(table["root_id"])
        )
        rows = pa.array(np.flatnonzero(np.asarray(hits)))
        ids += table["post_id"].take(rows).chunks
        roots += table["root_id"].take(rows).chunks
    return _joined(ids), _joined(roots)


def _joined(chunks: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _chunks(columns: Iterable[pa.ChunkedArray]) -> list[pa.Array]:
    return [chunk for column in columns for chunk in column.chunks]
