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
    items = _posts_of(find_lists(value), intake)
    if not items:
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


def find_items(value: Any) -> list[Any] | None:
    """Return the posts of a document, or the pages that hold them; None where there are none.

    A document that is itself a page or a post is the only one. Else the posts are the longest
    list of objects at its top.

    Example:
        >>> find_items({"tags": ["x"], "rows": [{"id": 1}]})
        [{'id': 1}]
        >>> find_items({"_id": "1", "content": "停水", "created_at": "", "user": {"_id": "7"}})
        [{'_id': '1', 'content': '停水', 'created_at': '', 'user': {'_id': '7'}}]
    """
    return max(find_lists(value).values(), key=len, default=None)


def find_lists(value: Any) -> dict[str, list[Any]]:
    """Return the lists of objects at the top of a document, by the dotted paths to them.

    Posts that stand by their ids are a list as well.

    Example:
        >>> find_lists({"data": {"users": [{"id": 7}], "rows": [{"id": 1}]}})
        {'data.users': [{'id': 7}], 'data.rows': [{'id': 1}]}
        >>> post = {"account_id": "a", "text": "停水"}
        >>> len(find_lists({"posts": {"p1": post, "p2": post}})["posts"])
        2
    """
    kinds: dict[frozenset[str], str] = {}  # a document may have very many objects

    def kind(item: Any) -> str:
        names = frozenset(keys_of([item]) if isinstance(item, dict) else ())
        if names not in kinds:
            kinds[names] = _layout_of([item])
        return kinds[names]

    def walk(value: Any, name: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
        if isinstance(value, list):
            if any(isinstance(item, dict) for item in value):
                yield name, value
        elif isinstance(value, dict):
            inner = list(value.values())
            if opening_of(value) or kind(value):
                yield name, [value]
            elif inner and kind(inner[0]) and len({*map(kind, inner[:SAMPLE_ROWS])}) == 1:
                yield name, inner
            elif depth:
                for key, item in value.items():
                    yield from walk(item, f"{name}.{key}" if name else key, depth - 1)

    return dict(walk(value, "", 2))


def _posts_of(lists: dict[str, list[Any]], intake: Intake) -> list[Any]:
    """Return the longest list of posts and those of its layout; note the others."""
    if len(lists) < 2:
        return [item for items in lists.values() for item in items]
    layouts = {name: _layout_of(items[:SAMPLE_ROWS]) for name, items in lists.items()}
    longest = max(lists, key=lambda name: (layouts[name] != "", len(lists[name])))
    found = []
    for name, items in lists.items():
        if name == longest or layouts[name] == layouts[longest] != "":
            found += items
        else:
            intake.notes[f"objects of list '{name}', which is of another kind"] = len(items)
    return found


def _layout_of(items: list[Any]) -> str:
    """Return the name of the layout of posts that objects have; empty where they have none."""
    layout = layout_of(set(keys_of([item for item in items if isinstance(item, dict)])))
    return "" if layout is OTHER_LAYOUT or layout.holds != "posts" else layout.name


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
