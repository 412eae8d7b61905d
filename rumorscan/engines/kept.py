"""A value of a stage as one sealed file, and back: arrays, columns and frozen records.

    MAGIC | length of the head | head (JSON) | arrays, each at a multiple of 64 bytes | seal

Nothing in such a file is code: records are built from a fixed list of classes, arrays have plain
number types. The seal is the CRC-32 of the bytes before it; a file that has another one is no
such file. That tells what a crash or a disk has damaged, at a third of what a digest costs; who
could forge such a file could forge a digest in it as well.
"""

from __future__ import annotations

import dataclasses
import json
import math
import mmap
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

_MAGIC = b"rumorscan kept 2\n"
_ALIGNED = 64
_SEAL_BYTES = 4
_KINDS = "biufM"  # truth, numbers, times; never objects
_PLAIN = {type(None), bool, int, float, str}
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Packed:
    """The content of a file to be.

    Attributes:
        pieces: all of it but the seal; views of the value's arrays.
        size: of the file in bytes.
    """

    pieces: list[bytes | memoryview]
    size: int

    def sealed(self) -> list[bytes | memoryview]:
        """Return the pieces with the seal that ends the file."""
        seal = 0
        for piece in self.pieces:
            seal = zlib.crc32(piece, seal)
        return [*self.pieces, seal.to_bytes(_SEAL_BYTES, "little")]


class Kinds:
    """The classes whose values may be kept.

    Example:
        >>> from rumorscan.records import Reason
        >>> kinds = Kinds([Reason])
        >>> packed = kinds.pack({"found": (Reason("same-text", 3.0), np.arange(2))}, seconds=1.5)
        >>> value, seconds = kinds.unpack(np.frombuffer(b"".join(packed.sealed()), np.uint8))
        >>> value["found"][0], value["found"][1].tolist(), seconds
        (Reason(code='same-text', value=3.0, detail=''), [0, 1], 1.5)
    """

    def __init__(self, classes: Sequence[type]) -> None:
        self._classes = {one.__name__: one for one in classes}

    def pack(self, value: Any, seconds: float) -> Packed:
        """Return the value, and the seconds that it took, as the content of a file.

        Raises:
            TypeError: it holds something that is not among the kinds.
        """
        packer = _Packer(self._classes)
        packed = packer.pack(value)
        head = _as_json({"value": packed, "seconds": seconds, "arrays": packer.about})
        pieces: list[bytes | memoryview] = [_MAGIC, len(head).to_bytes(8, "little"), head]
        place = sum(map(len, pieces))
        for data in packer.data:
            gap = -place % _ALIGNED
            pieces += [bytes(gap), data]
            place += gap + len(data)
        return Packed(pieces, place + _SEAL_BYTES)

    def unpack(self, content: npt.NDArray[np.uint8]) -> tuple[Any, float]:
        """Return the value and the seconds; its arrays are views of the content.

        Raises:
            ValueError: the content was not made by `pack`, or is damaged.
        """
        body = content[:-_SEAL_BYTES]
        if body[: len(_MAGIC)].tobytes() != _MAGIC:
            raise ValueError("is no kept value")
        if zlib.crc32(body.data) != int.from_bytes(content[-_SEAL_BYTES:].tobytes(), "little"):
            raise ValueError("is damaged")
        start = len(_MAGIC) + 8
        stop = start + int.from_bytes(body[len(_MAGIC) : start].tobytes(), "little")
        head = _of_json(body[start:stop].tobytes())
        arrays = _arrays(body, stop, head["arrays"])
        try:
            return _Unpacker(self._classes, arrays).unpack(head["value"]), head["seconds"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"another version kept it: {error}") from error

    def read(self, path: Path) -> tuple[Any, float]:
        """Return the value and the seconds of a file.

        Raises:
            OSError: the file cannot be read.
            ValueError: as `unpack`.
        """
        if os.name == "nt":  # which removes no file that is mapped
            return self.unpack(np.fromfile(path, dtype=np.uint8))
        with path.open("rb") as source:
            # what is written to such a page stays in this process
            mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_COPY)
        return self.unpack(np.frombuffer(mapped, dtype=np.uint8))


class _Packer:
    """Takes a value apart into JSON and arrays."""

    def __init__(self, classes: dict[str, type]) -> None:
        self._classes = classes
        self.about: list[dict[str, Any]] = []
        self.data: list[memoryview] = []

    def pack(self, value: Any) -> Any:
        """Return the value as JSON; its arrays are put aside."""
        if _is_plain(value):
            return value
        if type(value) in (int, float):
            return {type(value).__name__: repr(value)}
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value))}
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, pa.Table):
            return {"table": self._columns(value)}
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            kind = "column" if isinstance(value, pa.Array) else "chunks"
            return {kind: self._columns(pa.table({"": value}))}
        if isinstance(value, (tuple, list)) and type(value) in (tuple, list):
            return {
                type(value).__name__: list(value)
                if _are_plain(value)
                else [self.pack(item) for item in value]
            }
        if type(value) is dict:
            if _is_json(value):
                return {"json": value}
            if set(map(type, value)) <= {str}:
                return {"map": {key: self.pack(item) for key, item in value.items()}}
            return {"dict": [[self.pack(key), self.pack(item)] for key, item in value.items()]}
        name = type(value).__name__
        if self._classes.get(name) is not type(value):
            raise TypeError(f"{name} is not among what can be kept")
        if isinstance(value, Enum):
            return {"enum": [name, value.value]}
        names = [one.name for one in dataclasses.fields(cast(Any, value))]
        return {"record": [name, {each: self.pack(getattr(value, each)) for each in names}]}

    def _array(self, array: npt.NDArray[Any]) -> int:
        if array.dtype.kind not in _KINDS:
            raise TypeError(f"an array of {array.dtype} cannot be kept")
        by_column = array.flags.f_contiguous and not array.flags.c_contiguous
        self.about.append(
            {
                "dtype": array.dtype.str,
                "shape": array.shape,
                "order": "F" if by_column else "C",
                # a compiled loop is compiled anew for what may be written where it was not
                "writable": array.flags.writeable,
            }
        )
        plain = np.ascontiguousarray(array.T if by_column else array)
        self.data.append(plain.reshape(-1).view(np.uint8).data)
        return len(self.data) - 1

    def _columns(self, table: pa.Table) -> int:
        counted = pa.MockOutputStream()  # room that grows would be copied again and again
        _write_columns(table, counted)
        room = np.empty(counted.size(), np.uint8)
        _write_columns(table, pa.FixedSizeBufferWriter(pa.py_buffer(room)))
        return self._array(room)


class _Unpacker:
    """Puts a value together again."""

    def __init__(self, classes: dict[str, type], arrays: list[npt.NDArray[Any]]) -> None:
        self._classes = classes
        self._arrays = arrays

    def unpack(self, given: Any) -> Any:
        if type(given) in _PLAIN:
            return given
        ((kind, about),) = given.items()
        if kind == "json":
            return about
        if kind in ("int", "float"):
            return (int if kind == "int" else float)(about)
        if kind == "array":
            return self._arrays[about]
        if kind == "scalar":
            return self._arrays[about][()]
        if kind in ("table", "column", "chunks"):
            table = pa.ipc.open_stream(pa.py_buffer(self._arrays[about])).read_all()
            if kind == "table":
                return table
            column = table.column(0)
            return column if kind == "chunks" else column.combine_chunks()
        if kind in ("tuple", "list"):
            items = about if _are_plain(about) else [self.unpack(item) for item in about]
            return tuple(items) if kind == "tuple" else items
        if kind == "map":
            return self._values(about)
        if kind == "dict":
            return {self.unpack(key): self.unpack(item) for key, item in about}
        name, values = about
        known = self._classes[name]
        if kind == "enum":
            return known(values)
        return known(**self._values(values))

    def _values(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            name: item if type(item) in _PLAIN else self.unpack(item)
            for name, item in given.items()
        }


def _is_plain(value: Any) -> bool:
    """Tell whether JSON holds a value as it is; it has no NaN, and no more than 64 bits."""
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    return kind in _PLAIN and (kind is not int or _LEAST <= value <= _MOST)


def _are_plain(values: Sequence[Any]) -> bool:
    types = set(map(type, values))
    if types == {int}:
        return bool(min(values) >= _LEAST and max(values) <= _MOST)
    return types <= _PLAIN and (types <= {str} or all(map(_is_plain, values)))


def _is_json(value: Any) -> bool:
    """Tell whether JSON holds a value with all in it as it is: no tuples, keys are text."""
    if type(value) is dict:
        return set(map(type, value)) <= {str} and all(map(_is_json, value.values()))
    if type(value) is list:
        return all(map(_is_json, value))
    return _is_plain(value)


def _as_json(head: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(head)
    except TypeError:  # half characters, such as in the name of a file
        return json.dumps(head).encode()


def _of_json(head: bytes) -> Any:
    try:
        return orjson.loads(head)
    except ValueError:
        return json.loads(head)


def _write_columns(table: pa.Table, sink: Any) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _arrays(
    body: npt.NDArray[np.uint8], place: int, about: list[dict[str, Any]]
) -> list[npt.NDArray[Any]]:
    arrays = []
    for one in about:
        dtype, shape = np.dtype(one["dtype"]), tuple(one["shape"])
        place += -place % _ALIGNED
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        array = body[place : place + size].view(dtype).reshape(shape, order=one["order"])
        array.flags.writeable = one["writable"] and array.flags.writeable
        arrays.append(array)
        place += size
    return arrays
