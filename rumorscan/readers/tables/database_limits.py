"""What a database of unknown hands must not do: SQLite with its dangerous parts shut.

A database file may hold views, triggers, virtual tables and generated columns, which run when a
table is read. Only reading of plain tables is let through.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path, PurePosixPath

from rumorscan.errors import DumpError
from rumorscan.readers.containers.archives import Member, name_of

VALUE_BYTES = 16 << 20
"""A longer text or blob costs its row, before memory is taken for it."""
CACHE_BYTES = 64 << 20
SECONDS = 600.0
"""How long the engine may work for one row, such as on a table that never ends."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 50,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_FUNCTIONS = frozenset({"count", "min", "max", "like", "length"})
_PRAGMAS = frozenset({"table_info", "quick_check", "query_only", "trusted_schema"})
_STEPS = 1_000_000


def guard(connection: sqlite3.Connection) -> None:
    """Shut what a hostile database could use, and let the rest be read only.

    Statements that do more than read plain tables raise `sqlite3.DatabaseError` from then on.

    Example:
        >>> connection = sqlite3.connect(":memory:")
        >>> guard(connection)
        >>> connection.execute("CREATE TABLE a (b)")
        Traceback (most recent call last):
            ...
        sqlite3.DatabaseError: not authorized
    """
    for category, limit in _LIMITS.items():
        connection.setlimit(category, limit)
    for pragma in (
        *("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"),
        *("temp_store = MEMORY", f"cache_size = -{CACHE_BYTES >> 10}"),
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_allow)
    watch = _Watch()
    connection.set_progress_handler(watch.is_over, _STEPS)


class _Watch:
    """Ends a statement that has worked for too long without a pause."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def is_over(self) -> bool:
        now = time.monotonic()
        if now - self._last > 1.0:  # rows were fetched meanwhile
            self._began = now
        self._last = now
        return now - self._began > SECONDS


def _allow(action: int, first: str | None, *rest: str | None) -> int:
    allowed = (
        action in _ALLOWED
        or (action == sqlite3.SQLITE_FUNCTION and (rest[0] or "").lower() in _FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def check_alone(given: Path | Member) -> None:
    """Refuse a database of which a part still lies in a log beside it.

    An immutable database is read without its log, so that rows would be lost in silence.

    Raises:
        DumpError: there is such a log, in the folder or in the archive.
    """
    for ending in ("-wal", "-journal"):
        name = f"{given.name}{ending}"
        if _bytes_beside(given, name):
            raise DumpError(
                f"{given}: '{name}' beside it holds rows that are not in it yet; close the "
                "program that writes it, or scan a copy made with .backup"
            )


def _bytes_beside(given: Path | Member, name: str) -> int:
    if isinstance(given, Member):
        place = given.place.with_name(name)
        infos = given.archive.members
        return sum(info.file_size for info in infos if PurePosixPath(name_of(info)) == place)
    log = given.with_name(name)
    return log.stat().st_size if log.is_file() else 0
