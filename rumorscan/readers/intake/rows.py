"""Rows as a reader met them, on their way to the door, and why one is set aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.posts import REJECTS_SCHEMA
from rumorscan.readers.values.arrays import Column, plain_text

RAW_LIMIT = 4_096
"""Bytes of a rejected row that are kept."""
COLUMN_LIMIT = 10_000
"""Columns of a table, keys of an object; more are no post's."""

JOINED = "rows that shared the line of another, read alone"
"""What is counted where damage has joined rows."""

REASONS = {
    "bad-json": "the line is not JSON",
    "not-an-object": "the row is not an object",
    "ragged-row": "the row has more or fewer cells than the header",
    "open-quote": "a quotation mark is not closed",
    "too-long": "the row is too long to be read",
    "too-wide": f"the row has more than {COLUMN_LIMIT:,} columns",
    "not-a-post": "the row is no post, but a notice of the service",
    "missing-text": "there is no text",
    "bad-text": "the text is a list, an object or a flag",
    "text-too-long": "the text is longer than the limit, as it stands or normalized",
    "missing-account": "there is no account",
    "bad-id": "an id is not exact: a fraction, or rounded by a spreadsheet",
    "bad-time": "the time cannot be read",
}
"""Stable codes of why a row is set aside."""


def _unknown(row: int) -> int | None:
    """Return no offset: the rows lie in no file, or not as bytes of their own."""
    del row
    return None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row set aside before it became part of a column."""

    row: int
    reason: str
    detail: str
    raw: str


@dataclass(slots=True)
class RawRows:
    """A batch of rows as a reader met them.

    Attributes:
        columns: canonical field to its values, all of one length; an absent field is absent.
        rows: int64 row number within the file of each row, ascending.
        raw: position in this batch to the row as it stood in the file.
        broken: rows that never became columns.
        offset: row number to where the row begins in the unpacked file, in bytes, or None.
    """

    columns: dict[str, Column]
    rows: np.ndarray[Any, Any]
    raw: Callable[[int], str]
    broken: list[Reject] = field(default_factory=list)
    offset: Callable[[int], int | None] = _unknown


def table_of(
    rejects: Sequence[Reject], name: str, offset: Callable[[int], int | None]
) -> pa.RecordBatch:
    """Return rows that were set aside as columns.

    Args:
        rejects: the rows.
        name: of the input.
        offset: as of `RawRows`.
    """
    return pa.RecordBatch.from_pydict(
        {
            "source_file": [name] * len(rejects),
            "source_row": [reject.row for reject in rejects],
            "byte_offset": [offset(reject.row) for reject in rejects],
            "reason": [reject.reason for reject in rejects],
            "detail": [cut(reject.detail, 200) for reject in rejects],
            "raw": [cut(reject.raw, RAW_LIMIT) for reject in rejects],
        },
        schema=REJECTS_SCHEMA,
    )


def check_width(names: Sequence[str], where: str) -> None:
    """Refuse a table that is far too wide for posts.

    Raises:
        DumpError: it has more than `COLUMN_LIMIT` columns.
    """
    if len(names) > COLUMN_LIMIT:
        raise DumpError(
            f"{where}: has {len(names):,} columns, at most {COLUMN_LIMIT:,} are read; "
            "write one post a row"
        )


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text that is at most so many bytes of UTF-8.

    Example:
        >>> cut("停水三天", 7)
        '停水'
    """
    encoded = plain_text(text).encode()
    return encoded.decode() if len(encoded) <= limit else encoded[:limit].decode(errors="ignore")
