"""Where accepted rows wait: in memory, or in a file that is mapped back.

With a folder, memory does not grow with the dump: batches are appended to Arrow IPC files and
the finished table is a view of the files. A file holds one set of columns; when a batch brings
another set, the next file begins, and the parts are put together at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.errors import DumpError


class Spool:
    """Collects record batches in order and gives them back as one table.

    Args:
        folder: where the files go, or None to keep the batches in memory.
        name: beginning of the files' names.
        limit: rows that are kept; those after are only counted.
    """

    def __init__(self, folder: Path | None, name: str, limit: int | None = None) -> None:
        self.rows = 0
        self._limit = limit
        self._folder = folder
        self._name = name
        self._batches: list[Any] = []
        self._parts: list[Path] = []
        self._schema: Any = None
        self._sink: Any = None
        self._writer: Any = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch.

        Raises:
            DumpError: the file cannot be written.
        """
        before = self.rows
        self.rows += batch.num_rows
        if self._limit is not None:
            if before >= self._limit:
                return
            batch = batch.slice(0, self._limit - before)
        if self._folder is None:
            self._batches.append(batch)
            return
        try:
            if self._writer is None or batch.schema != self._schema:
                self._begin(batch.schema)
            self._writer.write_batch(batch)
        except OSError as error:
            raise DumpError(f"{self._folder}: cannot be written: {error}") from error

    @property
    def files(self) -> list[Path]:
        """The files in which the batches lie, in order; none where they are in memory."""
        return list(self._parts)

    def restore(self, rows: int, files: Sequence[Path]) -> None:
        """Take over the files that another spool has filled."""
        self.rows = rows
        self._parts = list(files)

    def finish(self, schema: pa.Schema) -> pa.Table:
        """Return everything added as one table with the columns of the schema.

        A column that a batch does not have is null there.
        """
        if self._folder is None:
            tables = [pa.Table.from_batches([batch]) for batch in self._batches]
        else:
            self.close()
            tables = [
                pa.ipc.open_file(pa.memory_map(str(part), "r")).read_all() for part in self._parts
            ]
        return pa.concat_tables(
            [schema.empty_table(), *(_with_columns(table, schema) for table in tables)]
        )

    def close(self) -> None:
        """Close the file that is being written; what was added stays, and more may follow."""
        if self._writer is not None:
            self._writer.close()
            self._sink.close()
            self._writer = None

    def _begin(self, schema: pa.Schema) -> None:
        self.close()
        assert self._folder is not None
        part = self._folder / f"{self._name}-{len(self._parts):03}.arrow"
        self._parts.append(part)
        self._schema = schema
        self._sink = pa.OSFile(str(part), "wb")
        self._writer = pa.ipc.new_file(self._sink, schema)


def _with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema):
        return table
    columns = [
        table.column(field.name)
        if field.name in table.column_names
        else pa.chunked_array([pa.nulls(table.num_rows, field.type)], field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
