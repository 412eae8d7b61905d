"""JSON documents and rows that are dictionaries already.

The row number is the position in the list; the first item is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import LineBlocks
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks, no_bookmarks
from rumorscan.readers.objects.allowances import Allowance
from rumorscan.readers.objects.faults import Placed
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.lists import ListReader
from rumorscan.readers.objects.long_lists import ElementStore, LongList, Whole
from rumorscan.readers.objects.outlines import Outline, settled
from rumorscan.readers.objects.pages import opening_of
from rumorscan.readers.objects.passages import (
    ListPassages,
    ObjectPassages,
    first_of,
    look_behind,
)
from rumorscan.readers.objects.paths import value_at
from rumorscan.readers.objects.post_lists import choose_lists, find_lists, is_row
from rumorscan.readers.objects.rows import SAMPLE_ROWS, MapMaker, ObjectMap, split_objects
from rumorscan.readers.objects.sequences import as_list, first_of_several
from rumorscan.readers.objects.structure import Feed, Watch

DOCUMENT_LIMIT = 1 << 29
"""Bytes that a JSON document may hold beside its lists; they are held in memory."""
_BEGINNING = 64 << 10
"""Bytes in which the first post must end for others to be looked for behind it."""


def read_document(
    blocks: LineBlocks,
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
) -> Iterator[ObjectMap]:
    """Read the list of posts in a JSON document into the intake.

    Lists are read a piece at a time, whether they are the document or lie in it; an element that
    is broken costs itself. Of a document that is an object all lists of one layout are read. Posts
    one behind the other, and lists, are one list.

    Raises:
        DumpError: the document holds no list of objects, holds too much beside it, or a row is
            bad and the intake is strict.
    """
    watch = Watch()
    mark = blocks.encoding.mark
    pieces = blocks.pieces()
    head = list(_beginning(pieces))
    in_a_row = is_in_a_row(b"".join(data for data, _ in head).decode(errors="ignore"))
    pieces = chain(head, pieces)
    feed = Feed(watch.over(as_list(pieces) if in_a_row else pieces, mark), mark)
    reader = ListReader(intake, make_map, batch_rows, watch.offset)
    # what stands between posts in a row follows from everything before
    marks = no_bookmarks(intake) if in_a_row or bookmarks is None else bookmarks
    faults: list[Placed] = []
    if in_a_row or first_of(feed) == b"[":
        feed.at += not in_a_row
        yield from reader.read(ListPassages(feed, blocks, watch, faults), faults, marks)
        return
    where = intake.door.path
    with ElementStore(where, blocks.place, lambda: blocks.is_exact) as store:
        lists = _outlined(feed, store, intake, blocks.packed, faults)
        yield from reader.read(ObjectPassages(lists), faults, marks)


def _beginning(pieces: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """Yield the first pieces, until they are enough to tell what the document is."""
    size = 0
    while size < _BEGINNING and (piece := next(pieces, None)) is not None:
        size += len(piece[0])
        yield piece


def is_in_a_row(text: str) -> bool:
    r"""Tell whether a document is posts one behind the other, by how it begins.

    Example:
        >>> post = '{"account_id": "7",\n "text": "停水"}'
        >>> is_in_a_row(post + post), is_in_a_row(post), is_in_a_row('{"rows": [{}]}' * 2)
        (True, False, False)
    """
    value = first_of_several(text.lstrip())
    return value is not None and is_row(value)


def _outlined(
    feed: Feed, store: ElementStore, intake: Intake, packed: bool, faults: list[Placed]
) -> list[LongList | Whole]:
    """Return the posts of a document that is an object, or the page that holds them.

    Its lists of another kind are noted.

    Raises:
        DumpError: it holds none, or too much beside them, or further documents follow.
    """
    where = intake.door.path
    if first_of(feed) != b"{":
        raise _plain_error(feed.data[feed.at :], where)
    allowance, start = Allowance(where, packed), feed.place
    outline = Outline(feed, store, allowance, DOCUMENT_LIMIT)
    value = outline.read()
    if outline.is_long:
        raise DumpError(
            f"{where}: the JSON document holds over {DOCUMENT_LIMIT >> 20} MB beside its lists; "
            "turn it into JSON lines (jq -c '.[]')"
        )
    faults += outline.faults
    if not outline.is_cut and look_behind(feed, "document", faults) in (b"{", b"["):
        raise DumpError(
            f"{where}: is not JSON: several documents follow each other; "
            "turn them into JSON lines (jq -c .)"
        )
    found, others = choose_lists(find_lists(value))
    is_broken = outline.is_cut or bool(outline.why)
    if is_broken and not any(isinstance(items, LongList) or _is_page(items) for items in found):
        why = faults[0][1].detail if outline.is_cut else outline.why
        raise DumpError(f"{where}: is not JSON: {why}")
    if not found:
        raise _no_list(value, where)
    for name, items in others.items():
        intake.notes[f"objects of list '{name}', which is of another kind"] = len(items)
    return [
        items if isinstance(items, LongList) else _whole(items, start, allowance, faults)
        for items in found
    ]


def _whole(items: list[Any], start: int, allowance: Allowance, faults: list[Placed]) -> Whole:
    """Return posts, or a page of them, that were parsed with the document that begins there."""
    place = start if len(items) == 1 else None
    values = [
        settled(item, allowance, faults) if isinstance(item, dict) else item for item in items
    ]
    return Whole(values, [place] * len(items))


def _is_page(items: list[Any]) -> bool:
    """Whether the posts are those in a list of a single page."""
    page = items[0] if items else None
    opening = opening_of(page)
    return opening is not None and isinstance(value_at(page, opening.rows.split(".")), LongList)


def _plain_error(data: bytes, where: str) -> DumpError:
    """Return what is wrong with a document that is neither list nor object."""
    value = parse_line(data)
    if isinstance(value, Broken):
        return DumpError(f"{where}: is not JSON{': ' if value.why else ''}{value.why}")
    return _no_list(value, where)


def _no_list(value: Any, where: str) -> DumpError:
    kind = DumpError if value else NoRowsError
    return kind(f"{where}: holds no list of objects; expected a list of posts")


def read_rows(
    rows: Iterable[Any], intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[ObjectMap]:
    """Read dictionaries into the intake.

    Raises:
        DumpError: the keys cannot be mapped, or a row is bad and the intake is strict.
    """
    stream = iter(rows)
    head = list(islice(stream, SAMPLE_ROWS))
    sample = [row for row in head if isinstance(row, Mapping)]
    fields = make_map(sample)
    numbered: Iterator[Any] = enumerate(chain(head, stream), 1)
    if fields.nesting is not None:
        # the rows of a document have no numbers but their own order
        found = chain(fields.nesting.rows(numbered), fields.nesting.rest())
        numbered = ((number, row) for number, (_, row) in enumerate(found, 1))
    while part := list(islice(numbered, batch_rows)):
        intake.take(fields.raw_rows(*split_objects(part)), fields.fields)
        yield fields
