"""What is to be read: files by their paths, and what is in memory already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import Member
from rumorscan.readers.containers.finding import dumps_in, find_files
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.containers.pipes import STANDARD_INPUT, piped_file


@dataclass(frozen=True, slots=True)
class Memory:
    """Something that has no name of its own: a frame, a table, rows, the file of `stdin`."""

    kind: str
    value: Any

    @property
    def name(self) -> str:
        """What stands for a file's name."""
        return f"<{self.kind}>"

    def __str__(self) -> str:
        return self.name


def is_in_memory(given: Path | Member | Memory) -> bool:
    """Return whether an input is no file, and could not be read again by another process."""
    return isinstance(given, Memory) and given.kind != "stdin"


def inputs_of(source: Any, limits: Limits | None = None) -> list[Path | Member | Memory]:
    """Return the files and things in memory that a source stands for, in order.

    Raises:
        DumpError: there is nothing, or something that cannot hold posts.
    """
    if isinstance(source, (Memory, Member)):
        return [source]
    if isinstance(source, (str, Path)):
        return list(find_files(source, limits))
    kind = _kind_of(source)
    if kind is not None:
        return [kind]
    if isinstance(source, (list, tuple)) and not any(isinstance(item, Mapping) for item in source):
        if source:
            return [given for item in source for given in inputs_of(item, limits)]
    elif isinstance(source, Iterable) and not isinstance(source, (bytes, Mapping)):
        return [Memory("rows", source)]
    raise DumpError(
        f"nothing to read in {type(source).__name__}; expected a file, a folder, a glob, "
        "a frame, an Arrow table or rows that are dictionaries"
    )


@contextmanager
def laid_down(source: Any, limits: Limits) -> Iterator[Any]:
    """Yield a source in which standard input is a file on the disk, or what is in that archive.

    Raises:
        DumpError: there is no room for it, or it is an archive that is not read.
    """
    words = list(source) if isinstance(source, (list, tuple)) else [source]
    if not any(isinstance(word, str) and word == STANDARD_INPUT for word in words):
        yield source
        return
    with piped_file() as path:
        piped = [
            given if isinstance(given, Member) else Memory("stdin", given)
            for given in dumps_in(path, limits, "<stdin>")
        ]
        yield [
            given
            for word in words
            for given in (piped if isinstance(word, str) and word == STANDARD_INPUT else [word])
        ]


def _kind_of(source: Any) -> Memory | None:
    if isinstance(source, pa.Table):
        return Memory("arrow", source)
    if isinstance(source, pa.RecordBatch):
        return Memory("arrow", pa.Table.from_batches([source]))
    if isinstance(source, pa.RecordBatchReader):
        return Memory("arrow", source.read_all())
    library = type(source).__module__.partition(".")[0]
    if library == "pandas" and hasattr(source, "iloc") and hasattr(source, "columns"):
        return Memory("pandas", source)
    if library == "polars" and hasattr(source, "collect_schema"):
        frame = source.collect() if hasattr(source, "collect") else source
        return Memory("polars", frame.to_arrow())
    return None


def named_files(source: Any) -> set[Path]:
    """Return the files of a source that are given by name, not found in a folder or by a glob."""
    if isinstance(source, (str, Path)):
        return {Path(source)} if Path(source).is_file() else set()
    if isinstance(source, (list, tuple)) and not any(isinstance(item, Mapping) for item in source):
        return {path for item in source for path in named_files(item)}
    return set()


def names_of(inputs: Sequence[Path | Member | Memory]) -> list[str]:
    """Return a name of its own for each input: the file's, or the path where names are shared.

    Example:
        >>> names_of([Path("a/x.csv"), Path("b/x.csv"), Path("y.csv")])
        ['a/x.csv', 'b/x.csv', 'y.csv']
    """
    names = [path.name for path in inputs]
    often = Counter(names)
    return [
        str(path) if often[name] > 1 else name for path, name in zip(inputs, names, strict=True)
    ]
