"""What an id of a run names: a post, account, campaign, community, group or known rumor."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rumorscan.errors import RunError
from rumorscan.records import FLAGS_SCHEMA, Campaign, Tier
from rumorscan.reports.run import Run
from rumorscan.reports.sheets import read_sheet
from rumorscan.reports.variants import plain

_SAME_POST_ID = 3
_NEAREST = 3
_COUNTED = ("post_id", "account_id", "stance", "triage", "campaign_id")


@dataclass(frozen=True, slots=True)
class Tally:
    """Posts that have something in common.

    Attributes:
        posts: how many.
        accounts: how many different accounts wrote them.
        triages: how many of each triage.
        stances: how many of each stance.
        flagged: ids of some that are flagged, urgent ones first.
        campaigns: ids of their campaigns.
    """

    posts: int
    accounts: int
    triages: dict[str, int]
    stances: dict[str, int]
    flagged: tuple[str, ...]
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that an id names.

    Attributes:
        kind: `post`, `account`, `campaign`, `community`, `group` or `claim`.
        name: the id.
        row: a post's or an account's columns; empty for the others.
        tally: of its posts; None for a post.
        campaigns: those it belongs to, the strongest first; of a campaign, itself and then the
            others of its community.
        ties: an account's ties to others, strongest first.
    """

    kind: str
    name: str
    row: dict[str, Any]
    tally: Tally | None = None
    campaigns: tuple[Campaign, ...] = ()
    ties: tuple[dict[str, Any], ...] = ()


def find_subjects(run: Run, folder: Path, name: str) -> list[Subject]:
    """Return everything that the id names, posts first.

    Raises:
        RunError: it names nothing in the run; the nearest ids are said.
    """
    campaigns = {campaign.campaign_id: campaign for campaign in run.campaigns.items}
    subjects = []
    for row in _select(folder, "post_id", name).slice(0, _SAME_POST_ID).to_pylist():
        own = campaigns.get(row["campaign_id"])
        row["text"] = _text(folder, row) if row["triage"] != "pass" else None
        subjects.append(Subject("post", name, row, campaigns=(own,) if own else ()))
    for row in _accounts(run, name):
        joined = _strongest_first(campaigns, row["campaign_ids"])
        tally = _tally(_select(folder, "account_id", name))
        subjects.append(Subject("account", name, row, tally, joined, _ties(run, name)))
    if name in campaigns:
        tally = _tally(_select(folder, "campaign_id", name))
        own = campaigns[name]
        others = [each for each in _community(campaigns, own.community_id) if each != name]
        joined = (own, *_strongest_first(campaigns, others))
        subjects.append(Subject("campaign", name, {}, tally, joined))
    members = _community(campaigns, name)
    if members:
        joined = _strongest_first(campaigns, members)
        subjects.append(Subject("community", name, {}, campaigns=joined))
    for kind in ("group", "claim"):
        posts = _select(folder, f"{kind}_id", name)
        if posts.num_rows:
            tally = _tally(posts)
            joined = _strongest_first(campaigns, tally.campaigns)
            subjects.append(Subject(kind, name, {}, tally, joined))
    if not subjects:
        raise RunError(_unknown(run, folder, name, list(campaigns)))
    return subjects


def _community(campaigns: dict[str, Campaign], name: str | None) -> list[str]:
    """Return the ids of the campaigns of a community."""
    if not name:
        return []
    return [each.campaign_id for each in campaigns.values() if each.community_id == name]


def _strongest_first(campaigns: dict[str, Campaign], names: Iterable[str]) -> tuple[Campaign, ...]:
    tiers = list(Tier)
    found = [campaigns[name] for name in names if name in campaigns]
    found.sort(key=lambda each: (-tiers.index(each.tier), -each.coordination, each.campaign_id))
    return tuple(found)


def _select(folder: Path, column: str, name: str) -> pa.Table:
    """Return the posts whose column has the value, without reading the others' reasons."""
    columns = None if column == "post_id" else list(dict.fromkeys([*_COUNTED, column]))
    path = folder / "posts.parquet"
    try:
        return pq.read_table(path, columns=columns, filters=pc.field(column) == name)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"{path}: is damaged: {reason}; rumorscan verify says more") from error


def _accounts(run: Run, name: str) -> list[dict[str, Any]]:
    table = run.accounts.to_arrow()
    rows: list[dict[str, Any]] = table.filter(
        pc.equal(table.column("account_id"), name)
    ).to_pylist()
    return rows


def _ties(run: Run, name: str) -> tuple[dict[str, Any], ...]:
    edges = run.edges.to_arrow()
    is_tied = pc.or_(
        pc.equal(edges.column("account_a"), name), pc.equal(edges.column("account_b"), name)
    )
    own = edges.filter(is_tied).sort_by(
        [("weight", "descending"), ("account_a", "ascending"), ("account_b", "ascending")]
    )
    return tuple(own.to_pylist())


def _text(folder: Path, post: dict[str, Any]) -> str | None:
    """Return the text of a flagged post."""
    try:
        for batch in read_sheet(folder / "flags.csv", FLAGS_SCHEMA):
            found = batch.filter(
                pc.and_(
                    pc.equal(batch.column("post_id"), post["post_id"]),
                    pc.equal(batch.column("source_row"), post["source_row"]),
                )
            )
            if found.num_rows:
                text: str | None = found.column("text")[0].as_py()
                return text
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{folder / 'flags.csv'}: is damaged: {error}") from error
    return None


def _tally(posts: pa.Table) -> Tally:
    triage = posts.column("triage").cast(pa.string())
    flagged: list[str] = []
    for wanted in ("urgent", "review"):
        flagged += posts.filter(pc.equal(triage, wanted)).column("post_id").to_pylist()[:5]
    return Tally(
        posts=posts.num_rows,
        accounts=pc.count_distinct(posts.column("account_id")).as_py(),
        triages=_counts(triage),
        stances=_counts(posts.column("stance").cast(pa.string())),
        flagged=tuple(flagged[:5]),
        campaigns=tuple(pc.unique(posts.column("campaign_id").drop_null()).to_pylist()),
    )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(column).to_pylist()
    return {each["values"]: each["counts"] for each in counted if each["values"] is not None}


def _unknown(run: Run, folder: Path, name: str, campaigns: list[str]) -> str:
    communities = {each.community_id for each in run.campaigns.items if each.community_id}
    known = [*campaigns, *sorted(communities)]
    nearest = difflib.get_close_matches(name, known, n=_NEAREST, cutoff=0.6)
    if not nearest and name:
        ids = pq.read_table(folder / "posts.parquet", columns=["post_id", "account_id"])
        for length in range(len(name) - 1, max(2, len(name) - 5), -1):
            for column in ids.columns:
                alike = column.filter(pc.starts_with(column, name[:length]))
                nearest += pc.unique(alike).to_pylist()[: _NEAREST - len(nearest)]
            if nearest:
                break
    hint = ", ".join(f"'{plain(each, 40)}'" for each in nearest)
    return (
        f"{folder}: no post, account, campaign, community, group or known rumor has the id "
        f"'{plain(name, 60)}'; "
        + (f"the nearest are {hint}" if hint else "ids stand in posts.parquet and campaigns.jsonl")
    )
