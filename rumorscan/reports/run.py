"""One scan's results in memory: what `scan` returns and what a run folder holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan import __version__
from rumorscan.columns import pick_rows
from rumorscan.readers.posts import REJECTS_SCHEMA
from rumorscan.records import (
    ACCOUNTS_SCHEMA,
    EDGES_SCHEMA,
    FLAGS_SCHEMA,
    POSTS_SCHEMA,
    Campaign,
    Tier,
    Triage,
)
from rumorscan.reports import folder, summary
from rumorscan.reports.tables import Campaigns, Frame
from rumorscan.verdicts import pressing_order

_ABOUT: dict[str, Any] = {
    "version": __version__,
    "started_at": None,
    "finished_at": None,
    "settings": {},
    "model": {"name": None, "sha256": None},
    "drift": None,
    "inputs": [],
    "counts": {},
    "stages": [],
    "peak_memory_bytes": None,
}


class Run:
    """The results of a scan; every table is loaded when it is first asked for.

    Attributes:
        about: `run.json`: version, settings, model, inputs, counts, stages.

    Example:
        >>> run = Run.build(
        ...     POSTS_SCHEMA.empty_table(), pa.chunked_array([], pa.string()), about={}
        ... )
        >>> len(run.posts), len(run.flags), run.about["counts"]["posts"]
        (0, 0, 0)
    """

    def __init__(
        self,
        about: Mapping[str, Any],
        tables: Mapping[str, Callable[[], pa.Table]],
        campaigns: Callable[[], Sequence[Campaign]],
    ) -> None:
        self.about = dict(about)
        self._tables = tables
        self._campaigns = campaigns

    @classmethod
    def build(
        cls,
        posts: pa.Table,
        texts: pa.ChunkedArray,
        *,
        about: Mapping[str, Any],
        accounts: pa.Table | None = None,
        edges: pa.Table | None = None,
        campaigns: Sequence[Campaign] = (),
        rejects: pa.Table | None = None,
    ) -> Run:
        """Return a run of columns that a scan has computed.

        Args:
            posts: columns of `POSTS_SCHEMA`, one row an accepted post, in input order.
            texts: the posts' texts as they were posted, aligned with `posts`.
            about: what `run.json` shall hold; a key of the contract that is absent is filled
                with nothing, the counts with those that follow from the other arguments.
            accounts: columns of `ACCOUNTS_SCHEMA`.
            edges: columns of `EDGES_SCHEMA`.
            campaigns: most pressing first.
            rejects: columns of `REJECTS_SCHEMA`, in input order.
        """
        posts = posts.select(POSTS_SCHEMA.names).cast(POSTS_SCHEMA)
        accounts = _shaped(accounts, ACCOUNTS_SCHEMA)
        edges = _shaped(edges, EDGES_SCHEMA)
        rejects = _shaped(rejects, REJECTS_SCHEMA)
        counts = _counts(posts, campaigns, rejects.num_rows)
        return cls(
            {**_ABOUT, **about, "counts": {**counts, **about.get("counts", {})}},
            {
                "posts": lambda: posts,
                "flags": lambda: _flags(posts, texts),
                "accounts": lambda: accounts,
                "edges": lambda: edges,
                "rejects": lambda: rejects,
            },
            lambda: campaigns,
        )

    def __repr__(self) -> str:
        counts = self.about.get("counts", {})
        return f"<Run: {counts.get('posts', 0):,} posts, {counts.get('campaigns', 0):,} campaigns>"

    @cached_property
    def posts(self) -> Frame:
        """Every accepted post, in input order."""
        return Frame(self._tables["posts"]())

    @cached_property
    def flags(self) -> Frame:
        """The posts for people to look at, most pressing first, with their texts."""
        return Frame(self._tables["flags"]())

    @cached_property
    def accounts(self) -> Frame:
        """Every account, most coordinated first."""
        return Frame(self._tables["accounts"]())

    @cached_property
    def edges(self) -> Frame:
        """Pairs of accounts tied by more than chance."""
        return Frame(self._tables["edges"]())

    @cached_property
    def rejects(self) -> Frame:
        """The rows that were set aside, in input order."""
        return Frame(self._tables["rejects"]())

    @cached_property
    def campaigns(self) -> Campaigns:
        """Accounts that act together; `.items` holds them as `Campaign` values."""
        return Campaigns(self._campaigns())

    def write(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the run folder; it appears whole or not at all.

        Args:
            path: a folder that is absent or empty.
            overwrite: replace the run that the folder holds.

        Returns:
            The folder.

        Raises:
            RunError: the folder is taken or cannot be written.
        """
        return folder.write_run(self, path, overwrite=overwrite)

    def summary(self, path: str | Path | None = None) -> str:
        """Return at most 25 lines for a terminal.

        Args:
            path: the run folder that was written, if any: its files and the next command.
        """
        return summary.summarize(self, path)


def _flags(posts: pa.Table, texts: pa.ChunkedArray) -> pa.Table:
    rows = pressing_order(posts)
    columns = [pick_rows(posts.column(name), rows) for name in FLAGS_SCHEMA.names[:-1]]
    return pa.table([*columns, pick_rows(texts, rows)], schema=FLAGS_SCHEMA)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.to_numpy()
    return values


def _shaped(table: pa.Table | None, schema: pa.Schema) -> pa.Table:
    if table is None:
        return schema.empty_table()
    return table.select(schema.names).cast(schema)


def _counts(posts: pa.Table, campaigns: Sequence[Campaign], rejected: int) -> dict[str, int]:
    triages = {
        str(row["values"]): int(row["counts"])
        for row in pc.value_counts(posts.column("triage").cast(pa.string())).to_pylist()
    }
    tiers = [campaign.tier for campaign in campaigns]
    return {
        "rows": posts.num_rows + rejected,
        "posts": posts.num_rows,
        "rejected": rejected,
        "campaigns": len(campaigns),
        **{f"campaigns_{tier}": tiers.count(tier) for tier in list(Tier)[:0:-1]},
        "flagged_urgent": triages.get(Triage.URGENT, 0),
        "flagged_review": triages.get(Triage.REVIEW, 0),
    }
