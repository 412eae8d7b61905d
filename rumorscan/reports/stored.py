"""A finished run folder as a `Run` again, each file read when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rumorscan.errors import RunError
from rumorscan.readers.posts import REJECTS_SCHEMA
from rumorscan.records import (
    ACCOUNTS_SCHEMA,
    EDGES_SCHEMA,
    FLAGS_SCHEMA,
    FOUND_FIELDS,
    POSTS_SCHEMA,
    Campaign,
    Reason,
    Tier,
    Triage,
)
from rumorscan.reports.manifest import read_manifest
from rumorscan.reports.run import Run
from rumorscan.reports.sheets import read_sheet

_LATER = ("community_id", "first_post_id", "threads", "known_as")
_PLACE = ("source_file", "source_row", "post_id")


def load_run(path: str | Path) -> Run:
    """Return the run that a folder holds.

    Values in `flags` are those of `posts.parquet`; evidence in `accounts` has the decimals of
    `accounts.csv`. What `verify` does, this does not: the digests are not recomputed.

    Args:
        path: a run folder.

    Raises:
        RunError: the folder holds no finished run, or a file is missing or damaged.

    Example:
        >>> load_run("runs/none")
        Traceback (most recent call last):
            ...
        rumorscan.errors.RunError: runs/none: there is no such run folder
    """
    folder = Path(path)
    read_manifest(folder)
    about = _parsed(folder / "run.json")
    return Run(
        about,
        {
            "posts": lambda: _posts(folder),
            "flags": lambda: _flags(folder),
            "accounts": lambda: _sheet(folder / "accounts.csv", ACCOUNTS_SCHEMA),
            "edges": lambda: _sheet(folder / "edges.csv", EDGES_SCHEMA),
            "rejects": lambda: pa.Table.from_pylist(
                _lines(folder / "rejects.jsonl"), schema=REJECTS_SCHEMA
            ),
        },
        lambda: [_campaign(row, folder) for row in _lines(folder / "campaigns.jsonl")],
    )


def _posts(folder: Path, wanted: Any = None) -> pa.Table:
    path = folder / "posts.parquet"
    try:
        # runs of versions before 0.2 have no fields to look up
        later = set(FOUND_FIELDS).difference(pq.read_schema(path).names)
        names = [name for name in POSTS_SCHEMA.names if name not in later]
        table = pq.read_table(path, columns=names, filters=wanted)
        for name in FOUND_FIELDS:
            if name in later:
                table = table.append_column(name, pa.nulls(len(table), pa.string()))
        return table.select(POSTS_SCHEMA.names).cast(POSTS_SCHEMA)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error


def _sheet(path: Path, schema: pa.Schema) -> pa.Table:
    try:
        return pa.Table.from_batches(read_sheet(path, schema), schema=schema)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error


def _flags(folder: Path) -> pa.Table:
    """Return the flagged posts with their whole values, in the order of `flags.csv`."""
    shown = _sheet(folder / "flags.csv", FLAGS_SCHEMA)
    flagged = _posts(folder, pc.field("triage").cast(pa.string()) != str(Triage.PASS))
    places, wanted = (_places(table) for table in (flagged, shown))
    rows = pc.index_in(wanted, value_set=places)
    if rows.null_count or flagged.num_rows != shown.num_rows:
        raise _damaged(folder / "flags.csv", ValueError("other posts than in posts.parquet"))
    order = np.asarray(rows)
    found = flagged.take(order).append_column(FLAGS_SCHEMA.field("text"), shown.column("text"))
    return found.select(FLAGS_SCHEMA.names)


def _places(table: pa.Table) -> pa.Array:
    columns = [table.column(name).cast(pa.string()) for name in _PLACE]
    return pc.binary_join_element_wise(*columns, "\n").combine_chunks()


def _campaign(row: dict[str, Any], folder: Path) -> Campaign:
    try:
        names = [name for name in Campaign.__slots__ if name != "rows"]
        # runs of versions before 0.2 have fewer
        values = {name: row[name] for name in names if name in row or name not in _LATER}
        for name in ("account_ids", "post_ids", "group_ids", "claim_ids", "threads", "known_as"):
            if name not in values:
                continue
            values[name] = tuple(values[name])
        values["tier"] = Tier(values["tier"])
        values["counter_evidence"] = tuple(Reason(**each) for each in values["counter_evidence"])
        return Campaign(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / "campaigns.jsonl", error) from error


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as source:
            return [orjson.loads(line) for line in source]
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _parsed(path: Path) -> dict[str, Any]:
    try:
        about = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error
    if not isinstance(about, dict):
        raise _damaged(path, TypeError("not an object"))
    return about


def _damaged(path: Path, error: Exception) -> RunError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return RunError(f"{path}: is damaged: {reason}; rumorscan verify says which files differ")
