"""Tables that take long to make, kept as arrays in a folder that only the user can read.

jieba's own habit of a file with a fixed name in the shared temporary folder lets others plant a
dictionary; here a file is read only where nobody else can write, and never with pickle.
"""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

CACHE_VARIABLE = "RUMORSCAN_CACHE"
"""Environment variable that names another folder for the caches."""

Table = TypeVar("Table", bound=tuple[Any, ...])
"""A named tuple of arrays and numbers."""


def load_cached(
    name: str, kind: type[Table], build: Callable[[], Table], is_sound: Callable[[Table], bool]
) -> Table:
    """Return a table from the private cache, or made and put there.

    Args:
        name: of the file; it must change whenever what is built changes.
        kind: the named tuple.
        build: makes the table.
        is_sound: whether the arrays are what the loops rely on.
    """
    folder = private_folder()
    path = folder / f"{name}.npz" if folder else None
    table = read_table(path, kind, is_sound) if path else None
    if table is None:
        table = build()
        if path:
            write_table(path, table)
    return table


def read_table(path: Path, kind: type[Table], is_sound: Callable[[Table], bool]) -> Table | None:
    """Return a cached table, or None where there is none that can be read and is sound."""
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # of a named tuple
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            table = kind(*(arrays[name][()] for name in names))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
    return table if is_sound(table) else None


def write_table(path: Path, table: tuple[Any, ...]) -> None:
    """Write a cache so that a reader sees all of it or nothing; failing is no harm."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **table._asdict())  # type: ignore[attr-defined]  # of a named tuple
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)


def private_folder() -> Path | None:
    """Return the user's own cache folder, made where it is missing.

    Returns:
        A folder that nobody else can write to or read; None where there can be none, and then
        nothing is cached.

    Example:
        >>> folder = private_folder()
        >>> folder is None or folder.is_dir()
        True
    """
    folder = cache_home()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid"):
            status = folder.stat()
            if status.st_uid != os.getuid():
                return None
            if status.st_mode & 0o077:
                folder.chmod(0o700)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def cache_home() -> Path:
    """Return where the caches belong; whether the folder exists or is safe is not asked.

    Example:
        >>> cache_home().is_absolute() or CACHE_VARIABLE in os.environ
        True
    """
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        home = Path(local) if local else Path.home() / "AppData" / "Local"
        return home / "rumorscan" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rumorscan"
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "rumorscan"
