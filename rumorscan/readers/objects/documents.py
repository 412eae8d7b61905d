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
from rumorscan.readers.objects.lines import Broken, parse_line
from rumorscan.readers.objects.lists import ListReader
from rumorscan.readers.objects.nesting import opening_of
from rumorscan.readers.objects.paths import keys_of
from rumorscan.readers.objects.rows import SAMPLE_ROWS, ObjectMap, split_objects

MapMaker = Callable[[list[Any]], ObjectMap]
DOCUMENT_LIMIT = 1 << 29
"""Bytes of a JSON document that is no list; it is held in memory whole."""
MEMORY_LIMIT = 4 << 30
"""Bytes that the parsed document may take."""
PACKED_MEMORY_LIMIT = 400 << 20
"""The same where the document was unpacked from something smaller."""


def read_document(
    blocks: LineBlocks, intake: Intake, make_map: MapMaker, batch_rows: int
) -> Iterator[ObjectMap]:
    """Read the list of posts in a JSON document into the intake.

    A document that is a list is read a piece at a time; an element that is broken costs itself.
    One that is an object is held whole.

    Raises:
        DumpError: the document holds no list of objects, an object is broken or too large, or a
            row is bad and the intake is strict.
    """
    where = intake.door.path
    pieces = blocks.pieces()
    head, is_exact = b"", True
    try:
        while not head.strip():
            piece, same = next(pieces, (b"", True))
            head, is_exact = head + piece, is_exact and same
            if not piece:
                break
        begins = len(head) - len(head.lstrip())
        if head[begins : begins + 1] == b"[":
            start = blocks.encoding.mark + begins + 1
            rest = chain([(head[begins + 1 :], is_exact)], pieces)
            yield from ListReader(intake, make_map, batch_rows).read(rest, start)
            return
        data = _joined(chain([head], (piece for piece, _ in pieces)), where)
    except OverflowError as error:
        raise _too_large(where) from error
    check_cost(data, where, blocks.packed)
    value = parse_line(data)
    if isinstance(value, Broken):
        raise DumpError(f"{where}: is not JSON{': ' if value.why else ''}{value.why}")
    items = find_items(value)
    if items is None:
        kind = DumpError if value else NoRowsError
        raise kind(f"{where}: holds no list of objects; expected a list of posts")
    yield from read_rows(items, intake, make_map, batch_rows)


def _joined(pieces: Iterable[bytes], where: str) -> bytes:
    kept, size = [], 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > DOCUMENT_LIMIT:
            raise _too_large(where)
    return b"".join(kept)


def _too_large(where: str) -> DumpError:
    return DumpError(
        f"{where}: the JSON document is over {DOCUMENT_LIMIT >> 20} MB and no list in UTF-8; "
        "turn it into JSON lines (jq -c '.[]')"
    )


def check_cost(data: bytes, where: str, packed: bool) -> None:
    """Refuse a document that would take too much memory, before it is parsed.

    Raises:
        DumpError: it would; three bytes such as `[],` become a hundred.

    Example:
        >>> check_cost(b"[]," * 10_000_000, "a.json.gz", packed=True)
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: a.json.gz: the JSON document would take about 1.4 GB ...
    """
    lists, objects, commas, quotes = (data.count(sign) for sign in (b"[", b"{", b",", b'"'))
    cost = 2 * len(data) + 100 * lists + 120 * objects + 32 * commas + 30 * quotes
    if cost > (PACKED_MEMORY_LIMIT if packed else MEMORY_LIMIT):
        mend = "unpack it, or turn" if packed else "turn"
        raise DumpError(
            f"{where}: the JSON document would take about {cost / 1e9:.1f} GB of memory; "
            f"{mend} it into JSON lines (jq -c '.[]')"
        )


def find_items(value: Any, depth: int = 2) -> list[Any] | None:
    """Return the posts of a document, or the pages that hold them; None where there are none.

    A document that is itself a page or a post is the only one. Else the posts are the longest
    list of objects at its top.

    Example:
        >>> find_items({"tags": ["x"], "rows": [{"id": 1}]})
        [{'id': 1}]
        >>> find_items({"_id": "1", "content": "停水", "created_at": "", "user": {"_id": "7"}})
        [{'_id': '1', 'content': '停水', 'created_at': '', 'user': {'_id': '7'}}]
    """
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
