"""JSON documents and rows that are dictionaries already.

The row number is the position in the list; the first item is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.encodings.decoding import LineBlocks
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.layouts.finding import OTHER_LAYOUT, layout_of
from rumorscan.readers.objects.allowances import Allowance
from rumorscan.readers.objects.elements import ElementScanner
from rumorscan.readers.objects.faults import Fault
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.lists import ListReader
from rumorscan.readers.objects.long_lists import ElementStore, LongList, Part, Whole
from rumorscan.readers.objects.nesting import opening_of
from rumorscan.readers.objects.outlines import Outline, Placed, settled
from rumorscan.readers.objects.paths import keys_of, value_at
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects
from rumorscan.readers.objects.structure import Feed, Watch

MapMaker = Callable[[list[Any]], ObjectMap]
DOCUMENT_LIMIT = 1 << 29
"""Bytes that a JSON document may hold beside its lists; they are held in memory."""
_BLANK = b" \t\r\n\v\f\0"


def read_document(
    blocks: LineBlocks, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[ObjectMap]:
    """Read the list of posts in a JSON document into the intake.

    The list is read a piece at a time, whether it is the document or lies in it; an element that
    is broken costs itself.

    Raises:
        DumpError: the document holds no list of objects, holds too much beside it, or a row is
            bad and the intake is strict.
    """
    watch = Watch()
    mark = blocks.encoding.mark
    feed = Feed(watch.over(blocks.pieces(), mark), mark)
    reader = ListReader(intake, make_map, batch_rows, watch.offset)
    faults: list[Placed] = []
    if _first(feed) == b"[":
        feed.at += 1
        yield from reader.read(_elements(feed, faults), faults)
        return
    where = intake.door.path
    with ElementStore(where, blocks.place, lambda: blocks.is_exact) as store:
        yield from reader.read(_outlined(feed, store, where, blocks.packed, faults), faults)


def _first(feed: Feed) -> bytes:
    """Go to the first character that is no white space, and return it."""
    while feed.more():
        rest = feed.data[feed.at :].lstrip(_BLANK)
        feed.at = len(feed.data) - len(rest)
        if rest:
            return rest[:1]
    return b""


def _elements(feed: Feed, faults: list[Placed]) -> Iterator[Part]:
    """Yield the elements of a document that is a list; the faults are those of its end."""
    scanner = ElementScanner(feed.place)
    yield from scanner.cut(feed)
    if scanner.closed:
        _look_behind(feed, "list", faults)
    else:
        detail = "the document is cut short: its list does not end"
        faults.append((scanner.place, Fault("bad-json", detail, scanner.rest)))


def _look_behind(feed: Feed, what: str, faults: list[Placed]) -> bytes:
    """Tell if something follows the end of the document; return how it begins."""
    first = _first(feed)
    if first:
        rest = feed.data[feed.at :]
        faults.append((feed.place, Fault("bad-json", f"stands behind the end of the {what}", rest)))
    return first


def _outlined(
    feed: Feed, store: ElementStore, where: str, packed: bool, faults: list[Placed]
) -> Iterator[Part]:
    """Yield the posts of a document that is an object, or the page that holds them.

    Raises:
        DumpError: it holds none, or too much beside them, or further documents follow.
    """
    if _first(feed) != b"{":
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
    if not outline.is_cut and _look_behind(feed, "document", faults) in (b"{", b"["):
        raise DumpError(
            f"{where}: is not JSON: several documents follow each other; "
            "turn them into JSON lines (jq -c .)"
        )
    items = find_items(value)
    is_broken = outline.is_cut or bool(outline.why)
    if is_broken and not isinstance(items, LongList) and not _is_page(items):
        why = faults[0][1].detail if outline.is_cut else outline.why
        raise DumpError(f"{where}: is not JSON: {why}")
    if items is None:
        raise _no_list(value, where)
    if isinstance(items, LongList):
        yield from items.parts()
        return
    if len(items) == 1 and isinstance(items[0], dict):
        items = [settled(items[0], allowance, faults)]
    yield Whole(items, [start] * len(items))


def _is_page(items: Any) -> bool:
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


def find_items(value: Any, depth: int = 2) -> list[Any] | LongList | None:
    """Return the posts of a document, or the pages that hold them; None where there are none.

    A document that is itself a page or a post is the only one. Else the posts are the longest
    list of objects at its top.

    Example:
        >>> find_items({"tags": ["x"], "rows": [{"id": 1}]})
        [{'id': 1}]
        >>> find_items({"_id": "1", "content": "停水", "created_at": "", "user": {"_id": "7"}})
        [{'_id': '1', 'content': '停水', 'created_at': '', 'user': {'_id': '7'}}]
    """
    if isinstance(value, LongList):
        return value if value.has_objects else None
    if isinstance(value, list):
        return value if any(isinstance(item, dict) for item in value) else None
    if not isinstance(value, dict) or not depth:
        return None
    if opening_of(value) or layout_of(set(keys_of([value]))) is not OTHER_LAYOUT:
        return [value]
    found = [items for inner in value.values() if (items := find_items(inner, depth - 1))]
    return max(found, key=len, default=None)


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
