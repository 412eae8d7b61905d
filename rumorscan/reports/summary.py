"""What a scan found, in at most 25 lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorscan.records import Campaign, Tier
from rumorscan.reports.folder import FILES
from rumorscan.reports.manifest import MANIFEST
from rumorscan.reports.variants import plain

if TYPE_CHECKING:
    from rumorscan.reports.run import Run

_TOP = 3
_ID_CHARACTERS = 40
_TEMPLATE_CHARACTERS = 36
_PATH_CHARACTERS = 200
_TIERS = {Tier.CONFIRMED: "确证", Tier.SUSPECTED: "疑似", Tier.SPREAD: "传播", Tier.NONE: "无"}
_FAMILIES = {
    "text": "文本",
    "time": "时间",
    "reuse": "账号复用",
    "profile": "资料",
    "infrastructure": "设备网络",
}
_SPANS = ((86_400.0, "天 days"), (3_600.0, "小时 h"), (60.0, "分钟 min"), (1.0, "秒 s"))


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
        帖子 posts 0 ｜ 行 rows 0 ｜ 剔除 rejected 0
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

    lines = [
        listed(("帖子 posts", "posts"), ("行 rows", "rows"), ("剔除 rejected", "rejected")),
        listed(("不同文本 distinct texts", "distinct_texts"), ("近重组 groups", "groups")),
        listed(
            ("行动 campaigns", "campaigns"),
            *((f"{_TIERS[tier]} {tier}", f"campaigns_{tier}") for tier in list(Tier)[:0:-1]),
        ),
        listed(("优先 urgent", "flagged_urgent"), ("复核 review", "flagged_review")),
    ]
    return [line for line in lines if line]


def _told(place: int, campaign: Campaign) -> list[str]:
    name = plain(campaign.campaign_id, _ID_CHARACTERS)
    template = plain(campaign.template, _TEMPLATE_CHARACTERS)
    head = (
        f"{place}. {name} {_TIERS[campaign.tier]} {campaign.tier}"
        f" ｜ 协同度 coordination {campaign.coordination:.2f}"
        f" ｜ 账号 accounts {len(campaign.account_ids):,}"
        f" ｜ 帖子 posts {len(campaign.post_ids):,}"
    )
    return [head, f"   {template}", f"   因为 because: {'；'.join(_reasons(campaign))}"]


def _reasons(campaign: Campaign) -> Iterable[str]:
    families = sorted(
        (
            (bool(values.get("strong")), float(values.get("strength") or 0.0), family)
            for family, values in campaign.evidence.items()
            if family in _FAMILIES
        ),
        key=lambda item: (-item[0], -item[1], list(_FAMILIES).index(item[2])),
    )
    strong = [
        f"{_FAMILIES[family]} {family} {strength:.2f}"
        for is_strong, strength, family in families
        if is_strong or (not families[0][0] and strength > 0)
    ]
    if strong:
        yield ", ".join(strong)
    if len(campaign.group_ids) > 1:
        yield f"{len(campaign.group_ids):,} 组文本 groups"
    if span := _span(campaign.started_at, campaign.ended_at):
        yield f"历时 over {span}"
    if campaign.q_value < 1.0:
        yield f"q={campaign.q_value:.1g}"
    if campaign.claim_ids:
        yield f"已知谣言 known rumor {plain(campaign.claim_ids[0], _ID_CHARACTERS)}"


def _span(started_at: str | None, ended_at: str | None) -> str:
    if not started_at or not ended_at:
        return ""
    seconds = (
        datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)
    ).total_seconds()
    for unit_seconds, unit in _SPANS:
        if seconds >= unit_seconds:
            return f"{seconds / unit_seconds:.1f} {unit}"
    return "0 秒 s"


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
