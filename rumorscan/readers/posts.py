"""What reading a dump yields: columns of posts, a report for each input, and the rows set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

REJECTS_SCHEMA = pa.schema(
    {
        "source_file": pa.string(),
        "source_row": pa.int64(),
        "byte_offset": pa.int64(),
        "reason": pa.string(),
        "detail": pa.string(),
        "raw": pa.string(),
    }
)
"""`rejects.jsonl`: one row a row set aside, in input order.

`byte_offset` is where the row begins in the unpacked file; null where that is not known.
"""


@dataclass(slots=True)
class InputReport:
    """What was read from one input, and what was assumed about it.

    Attributes:
        path: as it was given; `<pandas>` and the like for what was already in memory.
        sha256: of the file as it lies on the disk, or None for what was in memory.
        sm3: the same by SM3, or None where this Python cannot compute it.
        archive_sha256: of the zip archive on the disk that the file lies in, or None; then
            `sha256`, `sm3` and `bytes` are those of the unpacked file.
        bytes: size on the disk, or in memory.
        format: layout and syntax, such as `weibo-search/csv`.
        encoding: such as `utf-8`, `utf-8-sig` or `gb18030`; empty for binary formats.
        tz_assumed: zone in which times without one were placed, or None if all carried one.
        rows: data rows met; always posts + rejected.
        posts: rows accepted.
        rejected: rows set aside.
        mapping: canonical field to the column that it was read from.
        notes: what else was counted, such as times that are not known.
    """

    path: str
    sha256: str | None = None
    sm3: str | None = None
    archive_sha256: str | None = None
    bytes: int = 0
    format: str = ""
    encoding: str = ""
    tz_assumed: str | None = None
    rows: int = 0
    posts: int = 0
    rejected: int = 0
    mapping: dict[str, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as one object of `inputs` in `run.json`.

        Example:
            >>> InputReport("a.jsonl", rows=2, posts=2).to_dict()["rows"]
            2
        """
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Posts:
    """The accepted posts of one or more inputs as columns; the row number is the key.

    Attributes:
        table: the columns of `CORE_FIELDS`, then those of `OPTIONAL_FIELDS` that some input
            has; rows in input order.
        inputs: a report for each input, in the order in which they were read.
        rejects: the rows set aside, with `REJECTS_SCHEMA`.

    Example:
        >>> from rumorscan.readers import read_posts
        >>> posts = read_posts([{"account_id": "a1", "text": "城东水厂停水三天"}])
        >>> len(posts), posts.column("text")[0].as_py(), posts.column("likes")
        (1, '城东水厂停水三天', None)
    """

    table: pa.Table
    inputs: list[InputReport]
    rejects: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return (
            f"Posts({len(self):,} posts, {self.rejects.num_rows:,} rejected, "
            f"{len(self.inputs)} inputs, columns {', '.join(self.table.column_names)})"
        )

    @property
    def rows(self) -> int:
        """Data rows met in all inputs: accepted and set aside."""
        return sum(report.rows for report in self.inputs)

    def column(self, name: str) -> Any:
        """Return a column as `pyarrow.ChunkedArray`, or None where no input has it."""
        return self.table.column(name) if name in self.table.column_names else None
