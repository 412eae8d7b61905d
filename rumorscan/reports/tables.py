"""Tables as a caller meets them: rows to walk over, columns to hand to another library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa

from rumorscan.errors import RumorscanError
from rumorscan.records import Campaign

CAMPAIGNS_SCHEMA = pa.schema(
    {
        "campaign_id": pa.string(),
        "tier": pa.string(),
        "coordination": pa.float64(),
        "q_value": pa.float64(),
        "account_ids": pa.list_(pa.string()),
        "post_ids": pa.list_(pa.string()),
        "group_ids": pa.list_(pa.string()),
        "template": pa.string(),
        "started_at": pa.string(),
        "ended_at": pa.string(),
        "evidence": pa.string(),
        "counter_evidence": pa.string(),
        "rumor_probability": pa.float64(),
        "claim_ids": pa.list_(pa.string()),
        "community_id": pa.string(),
        "first_post_id": pa.string(),
        "threads": pa.list_(
            pa.struct({"root_id": pa.string(), "posts": pa.int64(), "of": pa.int64()})
        ),
        "known_as": pa.string(),
    }
)
"""`Run.campaigns` as columns; evidence, counter-evidence and known armies are JSON text, since
what stands in them differs from campaign to campaign."""

_ROWS_AT_ONCE = 8_192


class Frame:
    """A table of a run: rows as dicts, or columns for Arrow, pandas or polars.

    Example:
        >>> import pyarrow as pa
        >>> frame = Frame(pa.table({"account_id": ["a1", "a2"], "posts": [3, 1]}))
        >>> len(frame), frame.column_names
        (2, ['account_id', 'posts'])
        >>> [row["posts"] for row in frame]
        [3, 1]
        >>> frame.to_arrow().num_rows
        2
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self._table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            yield from batch.to_pylist()

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        if name not in self._table.column_names:
            raise KeyError(f"no column {name!r}; there are: {', '.join(self.column_names)}")
        return self._table.column(name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} rows of {', '.join(self.column_names)}>"

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self._table.column_names)

    def to_arrow(self) -> pa.Table:
        """Return the Arrow table itself, without a copy."""
        return self._table

    def to_pandas(self) -> Any:
        """Return a pandas frame.

        Raises:
            RumorscanError: pandas is not installed.
        """
        try:
            import pandas  # noqa: F401 - pyarrow makes the frame, pandas must be there
        except ImportError:
            raise _not_installed("pandas") from None
        return self._table.to_pandas()

    def to_polars(self) -> Any:
        """Return a polars frame.

        Raises:
            RumorscanError: polars is not installed.
        """
        try:
            import polars
        except ImportError:
            raise _not_installed("polars") from None
        return polars.from_arrow(self._table)


class Campaigns(Frame):
    """The campaigns of a run, as rows of `campaigns.jsonl` or as `Campaign` values.

    Example:
        >>> campaigns = Campaigns([])
        >>> len(campaigns), campaigns.items
        (0, [])
    """

    def __init__(self, items: Sequence[Campaign]) -> None:
        self.items = list(items)
        rows = []
        for campaign in self.items:
            row = campaign.to_dict()
            for name in ("evidence", "counter_evidence", "known_as"):
                row[name] = orjson.dumps(row[name]).decode()
            rows.append(row)
        super().__init__(pa.Table.from_pylist(rows, schema=CAMPAIGNS_SCHEMA))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for campaign in self.items:
            yield campaign.to_dict()


def _not_installed(library: str) -> RumorscanError:
    return RumorscanError(f"{library} is not installed; run: pip install {library}")
