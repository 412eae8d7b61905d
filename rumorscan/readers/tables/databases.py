"""SQLite databases, read without ever being written to.

Only plain tables are read, never views or triggers. Rows come in the order of their row ids.
"""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
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
    _keys: dict[str, list[str]] = field(default_factory=dict)

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
            keys = sorted((int(column[5]), str(column[1])) for column in info if column[5])
            self._keys[name] = [key for _, key in keys]
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
            if joins or not self._row_id(name):
                yield from self._by_places(name, joins, passed)
            else:
                yield from (row for _, row in self._by_row_ids(name, passed))

        return Sheet(name, columns, int(count), rows)

    def _by_places(self, name: str, joins: list[Join], passed: int) -> Iterator[Cells | Unread]:
        """Yield the rows of a table without row ids, or of joined ones, as `_by_row_ids` does."""
        query, done, is_mended = self._query(name, joins), passed, not joins
        while True:
            try:
                for row in self.connection.execute(f"{query} LIMIT -1 OFFSET {done:d}"):
                    done += 1
                    yield _values(row)
                return
            except sqlite3.DataError as error:
                _check_size(error)
            if not is_mended:  # what is joined may be the cause, before any row
                query, is_mended = self._query(name, joins, self._overlong(joins)), True
                continue
            for _ in range(2):  # the engine is a row ahead
                place = f"LIMIT 1 OFFSET {done:d}"
                found = self._row(name, f"{query} {place}", f"{self._order(name)} {place}")
                done += 1
                if found is not None:
                    yield found

    def _overlong(self, joins: list[Join]) -> dict[str, list[int]]:
        """Return the row ids of joined rows that have a value over the limit, by table.

        Raises:
            sqlite3.DataError: there is such a value in a table without row ids.
        """
        found: dict[str, list[int]] = {}
        for table in (join.table for join in joins):
            if self._row_id(table):
                rows = self._by_row_ids(table, 0)
                found[table] = [number for number, row in rows if isinstance(row, Unread)]
            else:
                for _ in self.connection.execute(self._query(table, [])):
                    pass
        return found

    def _by_row_ids(self, name: str, passed: int) -> Iterator[tuple[int, Cells | Unread]]:
        """Yield row ids and rows of a table; a row with a value over the limit is set aside."""
        table, row_id = _quoted(name), f"{_quoted(name)}.{self._row_id(name)}"
        columns = [f"{table}.{_quoted(column)}" for column in self._tables[name]]
        # no values but those that were read here come in
        find = f"SELECT {row_id} FROM {table}"  # noqa: S608 - names are quoted
        read = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names are quoted
        order = f"ORDER BY {row_id} LIMIT {_FETCHED:d}"
        behind = ""
        if passed:
            last = f"{find} ORDER BY {row_id} LIMIT 1 OFFSET {passed - 1:d}"
            behind = f"WHERE {row_id} > {self.connection.execute(last).fetchone()[0]:d}"
        while numbers := self.connection.execute(f"{find} {behind} {order}").fetchall():
            done = 0
            try:
                for row in self.connection.execute(f"{read} {behind} {order}"):
                    done += 1
                    yield numbers[done - 1][0], _values(row)
            except sqlite3.DataError as error:
                _check_size(error)
                # the engine is a row ahead, so that the one before may be lost as well
                for [number] in numbers[done:]:
                    where = f"WHERE {row_id} = {number:d}"
                    row = self._row(name, f"{read} {where}", where)
                    if row is not None:
                        yield number, row
            behind = f"WHERE {row_id} > {numbers[-1][0]:d}"

    def _row(self, name: str, query: str, where: str) -> Cells | Unread | None:
        """Return the row of a query, None where it has none; `where` finds it in its own table."""
        try:
            row = self.connection.execute(query).fetchone()
        except sqlite3.DataError as error:
            _check_size(error)
            return Unread("too-long", "a value over 16 MB", self._readable(name, where))
        return None if row is None else _values(row)

    def _readable(self, name: str, where: str) -> dict[str, Any]:
        """Return the cells of a row that are not over the limit."""
        cells = {}
        for column in self._tables[name]:
            find = f"SELECT {_quoted(column)} FROM {_quoted(name)} {where}"  # noqa: S608
            try:
                [cell] = self.connection.execute(find).fetchone()
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

    def _query(
        self, name: str, joins: list[Join], without: Mapping[str, list[int]] | None = None
    ) -> str:
        """Return the query of a table and what is joined to it, some rows of that left out."""
        table = _quoted(name)
        wanted = [f"{table}.{_quoted(column)}" for column in self._tables[name]]
        tables = table
        for join in joins:
            other = _quoted(join.table)
            wanted += [f"{other}.{_quoted(column)}" for column in self._tables[join.table]]
            # one row a key, so that a post stays one row
            first = self._row_id(join.table) or _quoted(join.column)
            left_out = ", ".join(map(str, (without or {}).get(join.table, ())))
            rows = (
                f"SELECT *, MIN({first}) FROM {other} "  # noqa: S608 - names are quoted
                + (f"WHERE {first} NOT IN ({left_out}) " if left_out else "")
                + f"GROUP BY {_quoted(join.column)}"
            )
            tables += (
                f" LEFT JOIN ({rows}) AS {other} "
                f"ON {other}.{_quoted(join.column)} = {table}.{_quoted(join.key)}"
            )
        query = f"SELECT {', '.join(wanted)} FROM {tables}"  # noqa: S608 - names are quoted
        return f"{query} {self._order(name)}"

    def _order(self, name: str) -> str:
        """Return in which order the rows of a table lie: by their ids, else by their keys."""
        names = [self._row_id(name)] if self._row_id(name) else map(_quoted, self._keys[name])
        order = ", ".join(f"{_quoted(name)}.{key}" for key in names)
        return f"ORDER BY {order}" if order else ""

    def _row_id(self, name: str) -> str:
        """Return what the row ids of a table are called; empty where it has none."""
        own = set(map(str.lower, self._tables[name]))
        # a column of that name hides them
        alias = next((one for one in ("rowid", "_rowid_", "oid") if one not in own), "")
        try:
            if alias:
                self.connection.execute(f"SELECT {alias} FROM {_quoted(name)} LIMIT 1")  # noqa: S608
        except sqlite3.OperationalError:
            return ""
        return alias


def _check_size(error: sqlite3.DataError) -> None:
    """Raise the error again unless it is of a value over the limit."""
    if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
        raise error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _values(row: tuple[Any, ...]) -> list[Any]:
    return [cell.decode(errors="replace") if isinstance(cell, bytes) else cell for cell in row]
