"""Lists that are too long for memory, and the bytes of their elements.

What the file itself holds so is read there once more; anything else is laid into a temporary
file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from rumorscan.errors import DumpError
from rumorscan.readers.containers.files import open_regular
from rumorscan.readers.objects.elements import Elements
from rumorscan.readers.objects.faults import parse_elements
from rumorscan.readers.objects.pages import KeptRows

HELD_BYTES = 32 << 20
"""Bytes that are held in memory before a temporary file is used."""
_HEAD_BYTES = 16 << 20
"""Bytes of the first elements that are looked at in a list that lies in an object."""
_OPENING = ord("{")


@dataclass(frozen=True, slots=True)
class Whole:
    """Elements that are held in memory, while long lists in them may be not.

    Attributes:
        values: what they say.
        starts: where each begins in the document, if that is known.
    """

    values: list[Any]
    starts: list[int | None]


Part = Elements | Whole
"""Some elements of a list."""


def parse_part(part: Part) -> tuple[Sequence[int | None], list[Any]]:
    """Return where the elements of a part begin in the document, and what they say.

    Example:
        >>> parse_part(Whole([{"id": 1}], [None]))
        ([None], [{'id': 1}])
        >>> parse_part(Elements(b'{"id": 1}, 2', np.array([0, 10]), 1))
        ([1, 12], [{'id': 1}, 2])
    """
    if isinstance(part, Whole):
        return part.starts, part.values
    return parse_elements(part)


@dataclass(frozen=True, slots=True)
class _Slip:
    """Where elements are kept: their bytes, and where each begins in these."""

    data: int
    size: int
    places: int
    count: int
    start: int
    lies_in_file: bool
    overlong: bool
    torn: bool


class ElementStore:
    """Keeps elements until they are read; a context manager.

    Args:
        where: the file, for messages.
        path: the file, where it is not packed.
        lies_there: tells whether the document so far lies in that file as it is.
    """

    def __init__(
        self, where: str, path: Path | None = None, lies_there: Callable[[], bool] = lambda: False
    ) -> None:
        self._where = where
        self._source: Any = None if path is None else open_regular(path)
        self._lies_there = lies_there
        self._file: Any = tempfile.SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115 - see __exit__
        self._end = 0

    def keep(self, elements: Elements) -> _Slip:
        """Keep elements.

        Raises:
            DumpError: there is no room for them.
        """
        in_file = self._source is not None and self._lies_there()
        data = elements.start if in_file else self._laid(elements.data)
        places = self._laid(elements.places.astype(np.uint32).tobytes())
        return _Slip(
            data,
            len(elements.data),
            places,
            len(elements.places),
            elements.start,
            in_file,
            elements.overlong,
            elements.torn,
        )

    def fetch(self, slip: _Slip) -> Elements:
        """Return elements that were kept.

        Raises:
            DumpError: the file has changed meanwhile.
        """
        file = self._source if slip.lies_in_file else self._file
        file.seek(slip.data)
        data = file.read(slip.size)
        self._file.seek(slip.places)
        places = np.frombuffer(self._file.read(4 * slip.count), np.uint32).astype(np.int64)
        if len(data) != slip.size:
            raise DumpError(f"{self._where}: the file changed while it was read; scan a copy of it")
        return Elements(data, places, slip.start, slip.overlong, slip.torn)

    def _laid(self, data: bytes) -> int:
        place = self._end
        try:
            self._file.seek(place)
            self._file.write(data)
        except OSError as error:
            raise DumpError(
                f"{self._where}: no room for its posts in {tempfile.gettempdir()}: {error}"
            ) from error
        self._end += len(data)
        return place

    def __enter__(self) -> ElementStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._source is not None:
            self._source.close()


class LongList(KeptRows):
    """A list of JSON whose elements are kept elsewhere.

    Attributes:
        has_objects: whether some element is an object, or looks like one.

    Example:
        >>> with ElementStore("a.json") as store:
        ...     rows = LongList(store)
        ...     rows.add(Elements(b'{"id": 1}, 2', np.array([0, 10]), 9))
        ...     len(rows), rows.has_objects, list(rows.numbered())
        (2, True, [(9, {'id': 1}), (20, 2)])
    """

    def __init__(self, store: ElementStore) -> None:
        self.has_objects = False
        self._store = store
        self._kept: list[_Slip | Whole] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, part: Part) -> None:
        """Add elements at the end."""
        if isinstance(part, Whole):
            self._kept.append(part)
            self._count += len(part.values)
            self.has_objects = True
            return
        self._kept.append(self._store.keep(part))
        self._count += len(part.places)
        if not self.has_objects:
            codes = np.frombuffer(part.data + b" ", np.uint8)
            self.has_objects = bool((codes[part.begins()] == _OPENING).any())

    def parts(self, start: int = 0) -> Iterator[Part]:
        """Yield the elements, some at a time, but so many of the first parts."""
        for kept in self._kept[start:]:
            yield kept if isinstance(kept, Whole) else self._store.fetch(kept)

    def numbered(self) -> Iterator[tuple[int | None, Any]]:
        """Yield where each element begins in the document, and what it says or its fault."""
        for part in self.parts():
            yield from zip(*parse_part(part), strict=True)

    def __iter__(self) -> Iterator[Any]:
        """Yield what each element says, or its fault."""
        return (value for _, value in self.numbered())

    def head(self, count: int) -> list[Any]:
        """Return the first elements, fewer where they are long."""
        found: list[Any] = []
        size = 0
        for part in self.parts():
            found += islice(parse_part(part)[1], count - len(found))
            size += 0 if isinstance(part, Whole) else len(part.data)
            if len(found) >= count or size > _HEAD_BYTES:
                break
        return found


def shortened(value: Any, count: int) -> Any:
    """Return a value with only the first elements of its long lists, as plain lists.

    Example:
        >>> shortened({"id": 1}, 10)
        {'id': 1}
    """
    if isinstance(value, LongList):
        return [shortened(item, count) for item in value.head(count)]
    if type(value) is dict:
        return {key: shortened(item, count) for key, item in value.items()}
    return value
