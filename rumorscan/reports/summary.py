"""What a scan found, in at most 25 lines for a terminal."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from rumorscan.records import Campaign, Tier, Triage
from rumorscan.reports import glossary, phrases
from rumorscan.reports.commands import explain_command
from rumorscan.reports.drift import warn_of_drift
from rumorscan.reports.folder import FILES
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.manifest import MANIFEST
from rumorscan.reports.variants import plain, template_pieces

if TYPE_CHECKING:
    from rumorscan.reports.run import Run

_TOP = 3
_ID_CHARACTERS = 40
_COLUMNS = 156
_TEMPLATE_COLUMNS = 72
_TEMPLATE_CHARACTERS = 200
_REASONS = 3
_OTHERS = 3
_OTHER_CHARACTERS = 16
_STRONG_TIERS = (Tier.CONFIRMED, Tier.SUSPECTED)
_NONE = (
    "没有疑似或证据充分的行动；同文扩散本身不是证据 "
    "no campaign is suspected or confirmed; mere spread is no evidence"
)
_SLOTS = re.compile(r"(?:［…］\s*){2,}")
_HALF_SLOT = re.compile(r"［…?$")
_CLAUSE_END = re.compile(r"[，。！？；：,!?;]")
_BECAUSE = {
    "text": Phrase("{posts} 条帖子文字近似", "{posts} posts of nearly the same text"),
    "text.made": Phrase(
        "{variants} 种写法像是同一段文字改换而成",
        "{variants} reworked wordings of one text",
    ),
    "time": Phrase(
        "{share} 的帖子集中在 {window_seconds} 内", "{share} of its posts within {window_seconds}"
    ),
    "time.schedule": Phrase(
        "{share} 的帖子都在一分钟的同一段 10 秒内发出",
        "{share} of its posts in the same 10 seconds of the minute",
    ),
    "reuse": Phrase("{accounts} 个账号反复同行", "{accounts} accounts reappear together"),
    "reuse.known": Phrase(
        "{known_accounts} 个账号曾出现在以往的行动中",
        "{known_accounts} accounts of campaigns of earlier runs",
    ),
    "profile": Phrase(
        "{registered_together} 个账号注册时间集中",
        "{registered_together} accounts registered together",
    ),
    "infrastructure": Phrase(
        "{accounts} 个账号共用{layer}", "{accounts} accounts with a shared {layer}"
    ),
}


def summarize(run: Run, path: str | Path | None = None) -> str:
    """Return what a run found, Chinese and English, safe to print on any terminal.

    Args:
        run: the run.
        path: its folder, if it was written: the files and the next command are then named.

    Returns:
        At most 25 lines, without a line feed at the end. No line is wider than 156 columns,
        but for one that names the folder.

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
    warning = warn_of_drift(run.about)
    top = [item for item in run.campaigns.items if item.tier in _STRONG_TIERS]
    if top:
        lines += [warning, "最突出的行动 top campaigns"]  # in place of a blank: 25 lines are all
        for place, campaigns in enumerate(_gathered(top)[:_TOP], start=1):
            lines += _told(place, campaigns)
    else:
        lines += [*filter(None, [warning]), _NONE]
    lines = [_cut(line, _COLUMNS) for line in lines]
    if path is not None:
        lines += ["", *_next(run, path, top)]
    return "\n".join(lines)


def _counted(counts: dict[str, Any]) -> list[str]:
    def listed(*labels: tuple[str, str]) -> list[str]:
        return [f"{label} {counts[name]:,}" for label, name in labels if name in counts]

    tiers = [(_words(glossary.TIERS, tier), f"campaigns_{tier}") for tier in _STRONG_TIERS]
    strong = listed(*tiers)
    lines = [
        listed(("帖子 posts", "posts"), ("行 rows", "rows"), ("搁置 rejected", "rejected")),
        listed(("不同文本 distinct texts", "distinct_texts"), ("近重组 groups", "groups")),
        [
            *([f"行动 campaigns: {'，'.join(strong)}"] if strong else []),
            *listed(("仅同文扩散 spread, same text only", f"campaigns_{Tier.SPREAD}")),
        ],
        listed(
            (_words(glossary.TRIAGES, Triage.URGENT), "flagged_urgent"),
            (_words(glossary.TRIAGES, Triage.REVIEW), "flagged_review"),
        ),
    ]
    return [" ｜ ".join(line) for line in lines if line]


def _words(table: dict[str, Phrase], code: str) -> str:
    return " ".join(phrases.words_for(table, code))


def _gathered(campaigns: list[Campaign]) -> list[list[Campaign]]:
    """Return the campaigns, those that the same accounts serve together, in their order."""
    found: dict[str, list[Campaign]] = {}
    for each in campaigns:
        found.setdefault(each.community_id or f"\n{each.campaign_id}", []).append(each)
    return list(found.values())


def _told(place: int, campaigns: list[Campaign]) -> list[str]:
    """Return what is said of a campaign, and which others the same accounts serve."""
    campaign, *others = campaigns
    head = (
        f"{place}. {plain(campaign.campaign_id, _ID_CHARACTERS)}"
        f" {_words(glossary.TIERS, campaign.tier)}"
        f" ｜ 协同度 coordination {phrases.fraction(campaign.coordination)}"
        f" ｜ 账号 accounts {len(campaign.account_ids):,}"
        f" ｜ 帖子 posts {len(campaign.post_ids):,}"
    )
    because = [
        f"   {word} {plain(separator.join(_reasons(campaign, language)))}"
        for word, separator, language in (("因为", "；", 0), ("because", "; ", 1))
    ]
    return [head, f"   “{_preview(campaign.template)}”", *because, *_others(campaign, others)]


def _others(campaign: Campaign, others: list[Campaign]) -> list[str]:
    if not others:
        return []
    ids = ", ".join(plain(each.campaign_id, _OTHER_CHARACTERS) for each in others[:_OTHERS])
    name = plain(str(campaign.community_id), _ID_CHARACTERS)
    rest = ", …" if len(others) > _OTHERS else ""
    more = f"另有 {len(others):,} 个行动 more campaigns: {ids}{rest}"
    return [f"   同一批账号 same accounts {name}：{more}"]


def _preview(template: str) -> str:
    """Return the start of a template, cut after a whole clause where one is near."""
    pieces = template_pieces(template, _TEMPLATE_CHARACTERS)
    shown = _SLOTS.sub("［…］", "".join(each.text for each in pieces if each.kind != "cut"))
    start = _cut(shown, _TEMPLATE_COLUMNS).removesuffix("…")
    if start == shown and all(each.kind != "cut" for each in pieces):
        return shown
    ends = [match.start() for match in _CLAUSE_END.finditer(start)]
    if ends and ends[-1] >= len(start) // 2:
        start = start[: ends[-1]]
    return f"{_HALF_SLOT.sub('', start)}…"


def _reasons(campaign: Campaign, language: int) -> Iterator[str]:
    """Yield the strongest families of evidence, the strongest first, then the known rumors.

    Args:
        campaign: what is told about; where no family is strong, the weak ones are told.
        language: 0 for Chinese, 1 for English.
    """
    evidence = campaign.evidence
    strong = [family for family in evidence if evidence[family].get("strong")]
    told = strong or [family for family in evidence if evidence[family].get("strength")]
    told.sort(key=lambda family: -evidence[family].get("strength", 0.0))
    for family in told[:_REASONS]:
        yield _because(family, evidence[family], language)
    if campaign.claim_ids:
        name = plain(campaign.claim_ids[0], _ID_CHARACTERS)
        more = len(campaign.claim_ids) - 1
        rest = (f" 等 {more + 1} 条", f" and {more} more") if more else ("", "")
        yield ("重复已知谣言 ", "repeats known rumor ")[language] + name + rest[language]
    if campaign.known_as:
        army = campaign.known_as[0]
        name = plain(str(army.get("community_id") or army.get("campaign_id")), _ID_CHARACTERS)
        run = plain(str(army.get("run") or "—"), _ID_CHARACTERS)
        yield (f"已见于 {run} 的 {name}", f"known from {name} of {run}")[language]


def _because(family: str, found: dict[str, Any], language: int) -> str:
    """Return a family of evidence in a few words; an unknown one by its name and a quantity."""
    known = {
        name: value
        for name, value in found.items()
        if name not in ("strength", "strong", "made") and value not in (None, "", [], {})
    }
    shown = {name: _value(name, value, language) for name, value in known.items()}
    words = _BECAUSE.get(_reading(family, found))
    if words and all(name in shown for _, name, _, _ in Formatter().parse(words.zh) if name):
        return words[language].format_map(shown)
    name = phrases.words_for(glossary.FAMILIES, family)[language]
    behind = [f"{phrases.quantity(key, 0).name[language]} {shown[key]}" for key in shown][:1]
    return name + "".join(("（{}）", " ({})")[language].format(each) for each in behind)


def _reading(family: str, found: dict[str, Any]) -> str:
    """Return what a family is read as: a reworked text, a schedule, earlier accounts, or itself."""
    if found.get("made"):
        return f"{family}.made"
    if "second_of_minute" in found:
        return f"{family}.schedule"
    if found.get("known_accounts", 0) > found.get("accounts", 0):
        return f"{family}.known"
    return family


def _value(name: str, value: Any, language: int) -> str:
    return phrases.told_value(name, value)[language]


def _next(run: Run, path: str | Path, top: list[Campaign]) -> list[str]:
    """Return the files and what to do next; paths are whole, for half a path leads nowhere."""
    lines = [
        f"文件 files: {', '.join([*FILES, MANIFEST])}",
        f"报告 report: {plain(str(Path(path, 'report.html')))}",
    ]
    if top:
        return [*lines, f"下一步 next: {explain_command(path, top[0].campaign_id)}"]
    lines.append("下一步 next: 打开报告 open the report")
    if len(run.flags):
        command = explain_command(path, str(run.flags["post_id"][0].as_py()))
        lines[-1] += f"；再看最要紧的帖子 then the most pressing post: {command}"
    return lines


def _cut(line: str, columns: int) -> str:
    """Return the line, or its start and an ellipsis, in at most so many columns of a terminal."""
    widths = [2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in line]
    ends = list(accumulate(widths))
    if not ends or ends[-1] <= columns:
        return line
    return line[: bisect_right(ends, columns - 2)] + "…"
