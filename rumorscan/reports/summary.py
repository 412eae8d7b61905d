"""What a scan found, in at most 25 lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorscan.records import Campaign, Tier, Triage
from rumorscan.reports import phrases
from rumorscan.reports.folder import FILES
from rumorscan.reports.manifest import MANIFEST
from rumorscan.reports.variants import plain

if TYPE_CHECKING:
    from rumorscan.reports.run import Run

_TOP = 3
_ID_CHARACTERS = 40
_TEMPLATE_CHARACTERS = 36
_PATH_CHARACTERS = 200
_QUANTITIES = 2


def summarize(run: Run, path: str | Path | None = None) -> str:
    """Return what a run found, Chinese and English, safe to print on any terminal.

    Args:
        run: the run.
        path: its folder, if it was written: the files and the next command are then named.

    Returns:
        At most 25 lines, without a line feed at the end.

    Example:
        >>> from rumorscan.records import POSTS_SCHEMA
        >>> from rumorscan.reports.run import Run
        >>> import pyarrow as pa
        >>> run = Run.build(
        ...     POSTS_SCHEMA.empty_table(), pa.chunked_array([], pa.string()), about={}
        ... )
        >>> print(summarize(run).splitlines()[0])
        帖子 posts 0 ｜ 行 rows 0 ｜ 搁置 rejected 0
    """
    lines = _counted(run.about.get("counts", {}))
    top = [item for item in run.campaigns.items if item.tier in (Tier.CONFIRMED, Tier.SUSPECTED)]
    if top:
        lines += ["", "最突出的行动 top campaigns"]
        for place, campaign in enumerate(top[:_TOP], start=1):
            lines += _told(place, campaign)
    if path is not None:
        lines += ["", *_next(run, path)]
    return "\n".join(lines)


def _counted(counts: dict[str, Any]) -> list[str]:
    def listed(*labels: tuple[str, str]) -> str:
        shown = [f"{label} {counts[name]:,}" for label, name in labels if name in counts]
        return " ｜ ".join(shown)

    tiers = list(Tier)[:0:-1]
    lines = [
        listed(("帖子 posts", "posts"), ("行 rows", "rows"), ("搁置 rejected", "rejected")),
        listed(("不同文本 distinct texts", "distinct_texts"), ("近重组 groups", "groups")),
        listed(
            ("行动 campaigns", "campaigns"),
            *((_words(phrases.TIERS, tier), f"campaigns_{tier}") for tier in tiers),
        ),
        listed(
            (_words(phrases.TRIAGES, Triage.URGENT), "flagged_urgent"),
            (_words(phrases.TRIAGES, Triage.REVIEW), "flagged_review"),
        ),
    ]
    return [line for line in lines if line]


def _words(table: dict[str, phrases.Phrase], code: str) -> str:
    return " ".join(phrases.words_for(table, code))


def _told(place: int, campaign: Campaign) -> list[str]:
    head = (
        f"{place}. {plain(campaign.campaign_id, _ID_CHARACTERS)}"
        f" {_words(phrases.TIERS, campaign.tier)}"
        f" ｜ 协同度 coordination {phrases.fraction(campaign.coordination)}"
        f" ｜ 账号 accounts {len(campaign.account_ids):,}"
        f" ｜ 帖子 posts {len(campaign.post_ids):,}"
    )
    because = [
        f"   {word} {plain(separator.join(_reasons(campaign, language)))}"
        for word, separator, language in (("因为", "；", 0), ("because", "; ", 1))
    ]
    return [head, f"   “{plain(campaign.template, _TEMPLATE_CHARACTERS)}”", *because]


def _reasons(campaign: Campaign, language: int) -> Iterator[str]:
    """Yield the strong families of evidence, the strongest first, then the known rumors.

    Args:
        campaign: what is told about; where no family is strong, the weak ones are told.
        language: 0 for Chinese, 1 for English.
    """
    brackets, comma, known = (
        (("（", "）"), "，", "已知谣言") if language == 0 else ((" (", ")"), ", ", "known rumor")
    )
    evidence = campaign.evidence
    strong = [family for family in evidence if evidence[family].get("strong")]
    told = strong or [family for family in evidence if evidence[family].get("strength")]
    for family in sorted(told, key=lambda family: -evidence[family].get("strength", 0.0)):
        quantities = [
            phrases.quantity(name, value)
            for name, value in evidence[family].items()
            if name not in ("strength", "strong") and value not in (None, "", [], {})
        ][:_QUANTITIES]
        behind = comma.join(f"{each.name[language]} {each.value}" for each in quantities)
        name = phrases.words_for(phrases.FAMILIES, family)[language]
        yield f"{name}{behind.join(brackets)}" if behind else name
    if campaign.claim_ids:
        yield f"{known} {plain(campaign.claim_ids[0], _ID_CHARACTERS)}"


def _next(run: Run, path: str | Path) -> list[str]:
    folder = plain(str(path), _PATH_CHARACTERS)
    lines = [
        f"文件 files in {folder}: {', '.join([*FILES, MANIFEST])}",
        f"报告 report: {plain(str(Path(path, 'report.html')), _PATH_CHARACTERS)}",
    ]
    example = _example(run)
    if example:
        lines.append(f"下一步 next: rumorscan explain {folder} {example}")
    return lines


def _example(run: Run) -> str:
    """Return an id worth explaining: the first campaign, or the most pressing post."""
    for campaign in run.campaigns.items[:1]:
        return plain(campaign.campaign_id, _ID_CHARACTERS)
    if len(run.flags):
        return plain(str(run.flags["post_id"][0].as_py()), _ID_CHARACTERS)
    return ""
