"""Campaigns found in a dump held against those that people know of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorscan.errors import LabeledError
from rumorscan.rehearsal.measures import Figures, TrueCampaign, Truth, measure
from rumorscan.rehearsal.selftest import found_in
from rumorscan.rehearsal.summary import averages, summarize

if TYPE_CHECKING:
    from rumorscan.records import Progress
    from rumorscan.reports import Run
    from rumorscan.settings import Settings

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_LISTS = ("account_ids", "post_ids")


@dataclass(frozen=True, slots=True)
class Judgment:
    """How well the campaigns found in a dump agree with those of a truth file.

    Attributes:
        truth: path of the truth file.
        posts: posts of the dump.
        figures: accounts that the truth does not name count as innocent.
        unknown_ids: ids of the truth that the dump does not have; they are left out.
    """

    truth: str
    posts: int
    figures: Figures
    unknown_ids: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the judgment as JSON data."""
        return {
            "kind": "truth",
            "truth": self.truth,
            "posts": self.posts,
            "unknown_ids": self.unknown_ids,
            "averages": averages([self.figures]),
            "figures": self.figures.to_dict(),
        }

    def to_text(self) -> str:
        """Return the judgment in Chinese and English, for a terminal."""
        head = [
            f"已知行动 known campaigns {self.figures.campaigns.of:,}（{self.truth}）"
            f" ｜ 帖子 posts {self.posts:,}"
        ]
        if self.unknown_ids:
            head.append(f"数据中没有的 id ids that the dump lacks: {self.unknown_ids:,}")
        return "\n".join([*head, "", summarize([self.figures])])


def is_truth(path: str | Path) -> bool:
    """Tell whether a file is a truth file: JSON rows with lists of accounts or posts.

    Example:
        >>> is_truth("weibo.csv")
        False
    """
    file = Path(path)
    if file.suffix.lower() not in _SUFFIXES or not file.is_file():
        return False
    try:
        first = next(iter(_rows(file, only_first=True)), None)
    except LabeledError:
        return False
    return (
        isinstance(first, dict)
        and "text" not in first
        and any(isinstance(first.get(name), list) for name in _LISTS)
    )


def judge_campaigns(
    source: Any,
    truth: str | Path,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Judgment:
    """Scan a dump, or take a finished run, and hold what is found against a truth file.

    Args:
        source: a run folder, or whatever `read_posts` takes.
        truth: JSON lines, or a JSON list, of objects with `account_ids`, `post_ids` or both;
            `campaign_id`, `operator` and `tempo_seconds` are taken where they are given.
        settings: those of the scan; defaults where not given.
        progress: told of every stage of the scan.

    Raises:
        LabeledError: the truth file cannot be read, or names nothing that is in the dump.
        DumpError: the dump cannot be read.
        RunError: the run folder is damaged.
    """
    rows = read_truth(truth)
    run = _run_of(source, settings, progress)
    known, unknown = _resolve(rows, run)
    if not known.campaigns:
        raise LabeledError(f"{truth}: none of its accounts and posts is in the dump")
    return Judgment(str(truth), known.posts, measure(known, found_in(run)), unknown)


def read_truth(path: str | Path) -> list[dict[str, Any]]:
    """Return the campaigns of a truth file, each with lists of ids as text.

    Raises:
        LabeledError: the file cannot be read, is empty, or a row has no list of ids.
    """
    file = Path(path)
    rows = []
    for number, row in enumerate(_rows(file), start=1):
        where = f"{path}, row {number}"
        if not isinstance(row, dict):
            raise LabeledError(f"{where}: is no object; expected 'account_ids' or 'post_ids'")
        ids = {name: row.get(name) or [] for name in _LISTS}
        if not all(isinstance(value, list) for value in ids.values()) or not any(ids.values()):
            raise LabeledError(f"{where}: 'account_ids' or 'post_ids' must be a list of ids")
        tempo = row.get("tempo_seconds")
        rows.append(
            {
                "campaign_id": str(row.get("campaign_id") or f"truth-{number}"),
                "operator": str(row.get("operator") or ""),
                "tempo_seconds": tempo if isinstance(tempo, int) else 0,
                **{name: [str(each) for each in value] for name, value in ids.items()},
            }
        )
    if not rows:
        raise LabeledError(f"{path}: holds no campaign")
    names = [row["campaign_id"] for row in rows]
    if len(set(names)) < len(names):
        raise LabeledError(f"{path}: two rows have the same 'campaign_id'")
    return rows


def _rows(file: Path, *, only_first: bool = False) -> list[Any]:
    import orjson

    try:
        with file.open("rb") as stream:
            start = stream.read(64).lstrip(b"\xef\xbb\xbf").lstrip()
            stream.seek(0)
            if start.startswith(b"["):
                rows = orjson.loads(stream.read().removeprefix(b"\xef\xbb\xbf"))
                return rows if isinstance(rows, list) else []
            lines = (line.removeprefix(b"\xef\xbb\xbf").strip() for line in stream)
            kept = (orjson.loads(line) for line in lines if line)
            return [next(kept, None)] if only_first else list(kept)
    except OSError as error:
        raise LabeledError(f"{file}: {error.strerror or error}") from error
    except ValueError as error:
        raise LabeledError(f"{file}: is neither JSON lines nor a JSON list: {error}") from error


def _run_of(source: Any, settings: Settings | None, progress: Progress | None) -> Run:
    from rumorscan.pipeline import campaigns
    from rumorscan.reports import load_run

    given = source[0] if isinstance(source, (list, tuple)) and len(source) == 1 else source
    if isinstance(given, (str, Path)) and (Path(given) / "run.json").is_file():
        return load_run(given)
    return campaigns(source, settings=settings, progress=progress)


def _resolve(rows: list[dict[str, Any]], run: Run) -> tuple[Truth, int]:
    """Return the truth by ids that the dump has, and how many it has not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = run.posts.to_arrow().select(["post_id", "account_id"])
    wanted = sorted({post for row in rows for post in row["post_ids"]})
    named = table.filter(pc.is_in(table["post_id"], value_set=pa.array(wanted, pa.string())))
    author: Mapping[str, str] = dict(
        zip(named["post_id"].to_pylist(), named["account_id"].to_pylist(), strict=True)
    )
    accounts = sorted({account for row in rows for account in row["account_ids"]})
    present = pc.is_in(
        pa.array(accounts, pa.string()), value_set=table["account_id"].combine_chunks()
    )
    known = {name for name, there in zip(accounts, present.to_pylist(), strict=True) if there}
    campaigns = []
    for row in rows:
        posts = frozenset(post for post in row["post_ids"] if post in author)
        members = known.intersection(row["account_ids"]) or {author[post] for post in posts}
        if members:
            campaigns.append(
                TrueCampaign(
                    row["campaign_id"],
                    frozenset(members),
                    posts,
                    row["operator"],
                    row["tempo_seconds"],
                )
            )
    truth = Truth(
        tuple(campaigns),
        planted_post_ids=frozenset().union(*(campaign.post_ids for campaign in campaigns)),
        posts=table.num_rows,
    )
    return truth, len(wanted) - len(author) + len(accounts) - len(known)
