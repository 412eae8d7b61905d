"""SQLite databases, read without ever being written to.

Only plain tables are read, never views or triggers. Rows come in the order of their row ids.
"""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.intake.door import Intake
from rumorscan.readers.intake.shelves import Bookmarks
from rumorscan.readers.layouts.finding import known_layouts
from rumorscan.readers.layouts.shapes import Join
from rumorscan.readers.tables.database_limits import guard
from rumorscan.readers.tables.sheets import Cells, MapMaker, Sheet, Taken, Unread, read_sheets

_FETCHED = 2_000
_SHOWN = 1_000
_DAMAGE = ("tree", "page", "freelist", "missing from index", "out of order")
"""What SQLite's check says of damage; it speaks of values that break a rule, too."""


def read_database(
    path: Path,
    intake: Intake,
    make_map: MapMaker,
    batch_rows: int,
    bookmarks: Bookmarks | None = None,
) -> Iterator[Taken]:
    """Read the tables of a database that hold posts into the intake.

    Between batches it can be gone on with: the order of the rows is that of their ids.
    Rows that still lie in a log beside the file are not read; see `check_alone`.

    Raises:
        DumpError: the file is damaged, no table holds posts, or a row is bad and the intake is
            strict.
    """
    where = intake.door.path
    _check_length(path, where)
    try:
        with closing(_opened(path)) as connection:
            # of the names of tables an earlier process has told
            is_begun = bookmarks is not None and bookmarks.skipped > 0
            decoder = _Decoder(Counter() if is_begun else intake.notes)
            connection.text_factory = decoder
            sheets = Database(connection).sheets()
            decoder.notes = intake.notes
            yield from read_sheets(sheets, intake, make_map, batch_rows, bookmarks)
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        # the library fails to decode its own messages where a name is damaged
        why = " ".join(str(error).split())[:200]
        raise DumpError(f"{where}: cannot be read as SQLite: {why}") from error


def _opened(path: Path) -> sqlite3.Connection:
    # immutable: no lock and no journal is written beside what may be evidence
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True)
    guard(connection)
    return connection


def _check_length(path: Path, where: str) -> None:
    """Refuse a file that ends within a page; SQLite reads zeros in the place of the rest."""
    with path.open("rb") as file:
        head = file.read(18)
        length = file.seek(0, io.SEEK_END)
    page = int.from_bytes(head[16:], "big")
    page = 65_536 if page == 1 else page
    if page and length % page:
        raise DumpError(f"{where}: the database is damaged or cut short; fetch the file again")


class _Decoder:
    """Decodes text and counts the characters that are lost."""

    def __init__(self, notes: Counter[str]) -> None:
        self.notes = notes

    def __call__(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            text = data.decode(errors="replace")
            self.notes["characters lost in decoding"] += text.count("\ufffd")
            return text


@dataclass(slots=True)
class Database:
    """The tables of an open database."""

    connection: sqlite3.Connection
    _tables: dict[str, list[str]] = field(default_factory=dict)

    def sheets(self) -> list[Sheet]:
        """Return the tables, in the order of their names.

        Raises:
            NoRowsError: there is none.
        """
        found = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' "
            "ORDER BY name"
        )
        for (name,) in found.fetchall():
            info = self.connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
            self._tables[name] = [str(column[1]) for column in info]
        if not self._tables:
            raise NoRowsError("the database holds no table; expected posts")
        return [self._sheet(name) for name in self._tables]

    def _sheet(self, name: str) -> Sheet:
        joins = self._joins(name)
        columns = list(self._tables[name])
        joined = [(join.table, column) for join in joins for column in self._tables[join.table]]
        columns += [f"{table}.{column}" for table, column in joined]
        counting = f"SELECT COUNT(*) FROM {_quoted(name)}"  # noqa: S608 - names are quoted
        count = self.connection.execute(counting).fetchone()[0]

        def rows(passed: int) -> Iterator[Cells | Unread]:
            # whoever read the first ones has looked at all pages
            for table in () if passed else (name, *(join.table for join in joins)):
                self._check(table)
            if joins or not self._has_row_ids(name):
                query = f"{self._query(name, joins)} LIMIT -1 OFFSET {passed:d}"
                yield from map(_values, self.connection.execute(query))
            else:
                yield from self._by_row_ids(name, passed)

        return Sheet(name, columns, int(count), rows)

    def _by_row_ids(self, name: str, passed: int) -> Iterator[Cells | Unread]:
        """Yield the rows of a table; one with a value over the limit is set aside."""
        table = _quoted(name)
        columns = [f"{table}.{_quoted(column)}" for column in self._tables[name]]
        # no values but those that were read here come in
        find = f"SELECT {table}.rowid FROM {table}"  # noqa: S608 - names are quoted
        read = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names are quoted
        order = f"ORDER BY {table}.rowid LIMIT {_FETCHED:d}"
        behind = ""
        if passed:
            last = f"{find} ORDER BY {table}.rowid LIMIT 1 OFFSET {passed - 1:d}"
            behind = f"WHERE {table}.rowid > {self.connection.execute(last).fetchone()[0]:d}"
        while numbers := self.connection.execute(f"{find} {behind} {order}").fetchall():
            done = 0
            try:
                for row in self.connection.execute(f"{read} {behind} {order}"):
                    done += 1
                    yield _values(row)
            except sqlite3.DataError as error:
                _check_size(error)
                # the engine is a row ahead, so that the one before may be lost as well
                for [number] in numbers[done:]:
                    yield self._row(name, f"{read} WHERE {table}.rowid = {number:d}", number)
            behind = f"WHERE {table}.rowid > {numbers[-1][0]:d}"

    def _row(self, name: str, query: str, number: int) -> Cells | Unread:
        try:
            return _values(self.connection.execute(query).fetchone())
        except sqlite3.DataError as error:
            _check_size(error)
            return Unread("too-long", "a value over 16 MB", self._readable(name, number))

    def _readable(self, name: str, row: int) -> dict[str, Any]:
        """Return the cells of a row that are not over the limit."""
        cells = {}
        for column in self._tables[name]:
            find = f"SELECT {_quoted(column)} FROM {_quoted(name)} WHERE rowid = ?"  # noqa: S608
            try:
                [cell] = self.connection.execute(find, [row]).fetchone()
            except sqlite3.DataError:
                cell = None
            cells[column] = cell[:_SHOWN] if isinstance(cell, (str, bytes)) else cell
        return cells

    def _check(self, name: str) -> None:
        """Look at every page of a table, since a damaged one may hide rows without an error.

        Raises:
            sqlite3.DatabaseError: a page is damaged.
        """
        for (found,) in self.connection.execute(f"PRAGMA quick_check({_quoted(name)})"):
            if any(word in found.lower() for word in _DAMAGE):
                what = " ".join(found.split())[:100]
                raise sqlite3.DatabaseError(f"table '{name}' is damaged ({what})")

    def _joins(self, name: str) -> list[Join]:
        """Return the joins of the layout that fits a table, as far as both sides are there."""
        names = set(self._tables[name])
        layout = next((row for row in known_layouts() if row.fits(names, name)), None)
        return [
            join
            for join in (layout.joins if layout else ())
            if join.table != name
            and join.key in names
            and join.column in self._tables.get(join.table, ())
        ]

    def _query(self, name: str, joins: list[Join]) -> str:
        table = _quoted(name)
        wanted = [f"{table}.{_quoted(column)}" for column in self._tables[name]]
        tables = table
        for join in joins:
            other = _quoted(join.table)
            wanted += [f"{other}.{_quoted(column)}" for column in self._tables[join.table]]
            # one row a key, so that a post stays one row
            rows = (
                f"SELECT *, MIN(rowid) FROM {other} "  # noqa: S608 - names are quoted
                f"GROUP BY {_quoted(join.column)}"
            )
            tables += (
                f" LEFT JOIN ({rows}) AS {other} "
                f"ON {other}.{_quoted(join.column)} = {table}.{_quoted(join.key)}"
            )
        query = f"SELECT {', '.join(wanted)} FROM {tables}"  # noqa: S608 - names are quoted
        return f"{query} ORDER BY {table}.rowid" if self._has_row_ids(name) else query

    def _has_row_ids(self, name: str) -> bool:
        if "rowid" in map(str.lower, self._tables[name]):
            return False  # a column of that name hides them
        try:
            self.connection.execute(f"SELECT rowid FROM {_quoted(name)} LIMIT 1")  # noqa: S608
        except sqlite3.OperationalError:
            return False
        return True


def _check_size(error: sqlite3.DataError) -> None:
    """Raise the error again unless it is of a value over the limit."""
    if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
        raise error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _values(row: tuple[Any, ...]) -> list[Any]:
    return [cell.decode(errors="replace") if isinstance(cell, bytes) else cell for cell in row]
