"""Files of a published set, found and parsed; what is missing is told in one line."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rumorscan.errors import LabeledError
from rumorscan.training.tables import read_text

csv.field_size_limit(2**24)


def find_root(folder: Path, names: Sequence[str], nested: Sequence[str] = ()) -> Path:
    """Return the folder that holds all of the names: the one given, or one below it.

    Args:
        folder: what the user named.
        names: files and folders that the layout has.
        nested: where a checkout of the publication keeps them.

    Raises:
        LabeledError: no such folder, or another layout.
    """
    if not folder.is_dir():
        raise LabeledError(f"{folder}: no such folder; expected one that holds {_listed(names)}")
    roots = [folder, *(folder / place for place in nested)]
    for root in roots:
        if all((root / name).exists() for name in names):
            return root
    missing = [name for name in names if not (folder / name).exists()]
    raise LabeledError(
        f"{folder}: has no {_listed(missing)}; expected the published layout with {_listed(names)}"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def list_files(folder: Path, suffix: str) -> list[Path]:
    """Return a folder's files of that suffix, in order of name, without those of a file manager."""
    return sorted(path for path in folder.glob(f"*{suffix}") if not path.name.startswith("."))


def read_object(path: Path) -> Any:
    """Return what a JSON file holds, or None where it is missing or damaged."""
    try:
        content, _ = read_text(path)
        # the standard parser, since some sets hold NaN, which is no JSON
        return json.loads(content)
    except (LabeledError, ValueError, RecursionError):
        return None


def read_array(path: Path) -> list[Any]:
    """Return the array that a JSON file holds.

    Raises:
        LabeledError: the file is missing or damaged, or holds something else.
    """
    content, _ = read_text(path)
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LabeledError(f"{path}: is not JSON: {error}") from error
    if not isinstance(rows, list):
        raise LabeledError(f"{path}: is not a JSON array; expected one object a row")
    return rows


def read_lines(path: Path) -> list[str]:
    r"""Return a file's lines; only `\n` ends one, since posts hold other separators.

    Raises:
        LabeledError: the file cannot be read.
    """
    content, _ = read_text(path)
    lines = [line.removesuffix("\r") for line in content.split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield line numbers from 1 with the object of each line, None where it holds none.

    Raises:
        LabeledError: the file cannot be read.
    """
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        yield number, row if isinstance(row, dict) else None


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a CSV file with a header, from 1; as `.zip` too.

    A cell that is missing is an empty text; a row with too many has the rest under `None`.

    Raises:
        LabeledError: the file cannot be read or lacks a column.
    """
    reader = csv.DictReader(io.StringIO(_read_packed(path), newline=""), restval="")
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        found = _listed(reader.fieldnames or ()) or "no header"
        raise LabeledError(f"{path}: has no column {_listed(missing)}; found {found}")
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        raise LabeledError(f"{path}: is not CSV: {error}") from error


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV file without a header, from 1.

    Raises:
        LabeledError: the file cannot be read.
    """
    try:
        yield from enumerate(csv.reader(io.StringIO(_read_packed(path), newline="")), 1)
    except csv.Error as error:
        raise LabeledError(f"{path}: is not CSV: {error}") from error


def _read_packed(path: Path) -> str:
    if path.suffix != ".zip":
        return read_text(path)[0]
    try:
        with zipfile.ZipFile(path) as packed:
            return packed.read(path.name.removesuffix(".zip")).decode("utf-8-sig")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise LabeledError(
            f"{path}: cannot be unpacked: {error}; expected '{path.stem}' in it, as UTF-8"
        ) from error
