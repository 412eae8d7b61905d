"""What the page needs of a run folder, read without holding the run in memory.

The files of a run of a million posts are large; a page shows their heads and their sums.
Every file is read once, in batches, and only the columns that are used.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rumorscan.errors import RunError
from rumorscan.records import ACCOUNTS_SCHEMA, EDGES_SCHEMA, FLAGS_SCHEMA, Tier
from rumorscan.reports.sheets import read_sheet

Row = dict[str, Any]

FULL_CARDS = 20
COMPACT_CAMPAIGNS = 100
FLAG_ROWS = 200
ACCOUNT_ROWS = 100
EDGE_ROWS = 15
REJECT_ROWS = 20
_CARD_TEXTS = 2_000
_TIERS = [str(tier) for tier in Tier][::-1]


@dataclass(slots=True)
class Glimpse:
    """The heads and sums of one run.

    Attributes:
        about: `run.json` as it stands.
        campaigns: strongest first; the first `FULL_CARDS` whole, the others without their ids.
        campaign_tiers: campaigns by tier; communities: campaigns by community.
        flags: the most pressing posts, in order.
        flag_count: how many are flagged in all.
        texts: campaign id to text to how many flagged posts bear it, for the whole cards.
        accounts: the most coordinated accounts.
        account_tiers: accounts by tier.
        edges: the heaviest ties; edge_count: how many there are.
        rejects: the first rows set aside; reject_reasons: how many for each reason.
        posted_at: seconds since 1970 of posts with a time, shape (n,), input order.
        flagged: whether each of them is flagged; undated: posts without a time.
        campaign_times: campaign id to the times of its posts in seconds, for the whole cards.
        flag_axes: coordination and rumor probability of flagged posts that have both, (m, 2).
    """

    about: Row
    campaigns: list[Row] = field(default_factory=list)
    campaign_tiers: Counter[str] = field(default_factory=Counter)
    communities: Counter[str] = field(default_factory=Counter)
    flags: list[Row] = field(default_factory=list)
    flag_count: int = 0
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    accounts: list[Row] = field(default_factory=list)
    account_tiers: Counter[str] = field(default_factory=Counter)
    edges: list[Row] = field(default_factory=list)
    edge_count: int = 0
    rejects: list[Row] = field(default_factory=list)
    reject_reasons: Counter[str] = field(default_factory=Counter)
    posted_at: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    flagged: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    undated: int = 0
    campaign_times: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    flag_axes: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))


def look(folder: Path) -> Glimpse:
    """Return what the page shows of a run folder; files that are absent count as empty.

    Raises:
        RunError: `run.json` is missing or damaged, or another file does not have its columns.
    """
    path = folder / "run.json"
    try:
        about = orjson.loads(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); is this a run?") from error
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path}: is damaged ({error}); scan again") from error
    glimpse = Glimpse(about)
    try:
        _campaigns(folder / "campaigns.jsonl", glimpse)
        cards = [str(campaign["campaign_id"]) for campaign in glimpse.campaigns[:FULL_CARDS]]
        _flags(folder / "flags.csv", glimpse, cards)
        _accounts(folder / "accounts.csv", glimpse)
        _edges(folder / "edges.csv", glimpse)
        _rejects(folder / "rejects.jsonl", glimpse)
        _posts(folder / "posts.parquet", glimpse, cards)
    except (KeyError, pa.ArrowException, ValueError) as error:
        raise RunError(f"{folder}: a file of the run is damaged ({error}); scan again") from error
    return glimpse


def _campaigns(path: Path, glimpse: Glimpse) -> None:
    whole: list[Row] = []
    for campaign in _json_lines(path):
        campaign["account_count"] = len(campaign.get("account_ids") or ())
        campaign["post_count"] = len(campaign.get("post_ids") or ())
        glimpse.campaign_tiers[str(campaign.get("tier", "none"))] += 1
        if campaign.get("community_id"):
            glimpse.communities[str(campaign["community_id"])] += 1
        whole.append(campaign)
        if len(whole) >= 4 * COMPACT_CAMPAIGNS:
            whole = _strongest(whole)
    glimpse.campaigns = _strongest(whole)


def _strongest(campaigns: list[Row]) -> list[Row]:
    def rank(campaign: Row) -> tuple[int, float, int, str]:
        tier = str(campaign.get("tier", "none"))
        return (
            _TIERS.index(tier) if tier in _TIERS else len(_TIERS),
            -(float(campaign.get("coordination") or 0.0)),
            -int(campaign["post_count"]),
            str(campaign["campaign_id"]),
        )

    campaigns.sort(key=rank)
    return campaigns[: FULL_CARDS + COMPACT_CAMPAIGNS]


def _flags(path: Path, glimpse: Glimpse, cards: list[str]) -> None:
    glimpse.flags = _head(path, FLAGS_SCHEMA, FLAG_ROWS)
    glimpse.texts = {campaign_id: Counter() for campaign_id in cards}
    wanted = pa.array(cards, pa.string())
    for batch in _sheet(path, _subset(FLAGS_SCHEMA, "campaign_id", "text")):
        glimpse.flag_count += batch.num_rows
        theirs = batch.filter(pc.is_in(batch["campaign_id"], wanted))
        pairs = zip(theirs["campaign_id"].to_pylist(), theirs["text"].to_pylist(), strict=True)
        for campaign_id, text in pairs:
            counter = glimpse.texts[campaign_id]
            if text in counter or len(counter) < _CARD_TEXTS:
                counter[text] += 1


def _accounts(path: Path, glimpse: Glimpse) -> None:
    glimpse.accounts = _head(path, ACCOUNTS_SCHEMA, ACCOUNT_ROWS)
    if any(row["tier"] != "none" for row in glimpse.accounts):
        glimpse.accounts = [row for row in glimpse.accounts if row["tier"] != "none"]
    for batch in _sheet(path, _subset(ACCOUNTS_SCHEMA, "tier")):
        for pair in pc.value_counts(batch["tier"]).to_pylist():
            glimpse.account_tiers[str(pair["values"])] += int(pair["counts"])


def _edges(path: Path, glimpse: Glimpse) -> None:
    schema = _subset(EDGES_SCHEMA, "account_a", "account_b", "weight", "q_value", "layers")
    best: list[tuple[float, int, Row]] = []
    for batch in _sheet(path, schema):
        weights = np.nan_to_num(batch["weight"].to_numpy(zero_copy_only=False))
        order = np.argsort(-weights, kind="stable")[:EDGE_ROWS].tolist()
        rows = batch.take(pa.array(order, pa.int64())).to_pylist()
        best += [
            (-float(weights[place]), glimpse.edge_count + place, row)
            for place, row in zip(order, rows, strict=True)
        ]
        best = sorted(best, key=lambda item: item[:2])[:EDGE_ROWS]
        glimpse.edge_count += batch.num_rows
    glimpse.edges = [row for _, _, row in best]


def _rejects(path: Path, glimpse: Glimpse) -> None:
    for row in _json_lines(path):
        glimpse.reject_reasons[str(row.get("reason", ""))] += 1
        if len(glimpse.rejects) < REJECT_ROWS:
            glimpse.rejects.append(row)


def _posts(path: Path, glimpse: Glimpse, cards: list[str]) -> None:
    if not path.exists():
        return
    columns = ["posted_at", "triage", "coordination", "rumor_probability", "campaign_id"]
    seconds: list[npt.NDArray[np.int64]] = []
    flagged: list[npt.NDArray[np.bool_]] = []
    axes: list[npt.NDArray[np.float64]] = []
    theirs: dict[str, list[npt.NDArray[np.int64]]] = {campaign_id: [] for campaign_id in cards}
    wanted = pa.array(cards, pa.string())
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1 << 18, columns=columns):
            times = pc.cast(pc.cast(batch["posted_at"], pa.timestamp("s", tz="UTC")), pa.int64())
            dated = pc.is_valid(times).to_numpy(zero_copy_only=False)
            glimpse.undated += int((~dated).sum())
            stamp = pc.fill_null(times, 0).to_numpy(zero_copy_only=False)
            triage = pc.cast(batch["triage"], pa.string())
            pressing = pc.is_in(triage, pa.array(["review", "urgent"])).to_numpy(
                zero_copy_only=False
            )
            seconds.append(stamp[dated])
            flagged.append(pressing[dated])
            pair = [
                pc.cast(batch[name], pa.float64()).to_numpy(zero_copy_only=False)[pressing]
                for name in ("coordination", "rumor_probability")
            ]
            axes.append(np.column_stack(pair))
            ids = pc.cast(batch["campaign_id"], pa.string())
            member = pc.is_in(ids, wanted).to_numpy(zero_copy_only=False) & dated
            names = ids.take(pa.array(np.flatnonzero(member))).to_pylist()
            for name, second in zip(names, stamp[member], strict=True):
                theirs[name].append(second)
    glimpse.posted_at = np.concatenate(seconds) if seconds else glimpse.posted_at
    glimpse.flagged = np.concatenate(flagged) if flagged else glimpse.flagged
    both = np.concatenate(axes) if axes else glimpse.flag_axes
    glimpse.flag_axes = both[np.isfinite(both).all(axis=1)]
    glimpse.campaign_times = {name: np.array(times, np.int64) for name, times in theirs.items()}


def _json_lines(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield _json(line)


def _json(line: bytes) -> Row:
    try:
        parsed = orjson.loads(line)
    except orjson.JSONDecodeError:
        # orjson refuses escaped lone surrogates, which broken dumps do hold
        parsed = json.loads(line)
    return parsed if isinstance(parsed, dict) else {}


def _sheet(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    return read_sheet(path, schema) if path.exists() else iter(())


def _head(path: Path, schema: pa.Schema, rows: int) -> list[Row]:
    """Return the first rows of a sheet; the rest of it is not read."""
    head: list[Row] = []
    for batch in _sheet(path, schema):
        head += batch.slice(0, rows - len(head)).to_pylist()
        if len(head) >= rows:
            break
    return head


def _subset(schema: pa.Schema, *names: str) -> pa.Schema:
    return pa.schema([schema.field(name) for name in names])
