"""What is told of a campaign besides its evidence: threads, first post, community, known armies.

The page and `explain` say the same things; the values are those of `campaigns.jsonl`, whose
texts come from a dump and are made safe by whoever prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rumorscan.reasons import show_value
from rumorscan.reports import glossary, phrases
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.phrases import number
from rumorscan.reports.variants import Piece, template_pieces

_ARMIES = 5
_ARMY_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Army:
    """A campaign of an earlier run that this one resembles: in words, and its wording then."""

    words: Phrase
    template: list[Piece]


@dataclass(frozen=True, slots=True)
class Evasion:
    """Something that was undone to see that texts are one, and how often."""

    name: Phrase
    count: int


@dataclass(frozen=True, slots=True)
class Thread:
    """What a campaign wrote of a thread: a count, of so many, as a share or None."""

    root_id: str
    posts: int
    of: int
    share: float | None


def told_thread(thread: dict[str, Any]) -> Phrase:
    """Return what share of a thread a campaign wrote.

    Example:
        >>> told_thread({"root_id": "t1", "posts": 137, "of": 841}).zh
        '在主题 t1 写了 841 条中的 137 条（16%）'
    """
    posts, whole = phrases.count(thread.get("posts")), phrases.count(thread.get("of"))
    share = thread_share(thread)
    shown = "" if share is None else show_value(share, "share")
    name = thread.get("root_id")
    return Phrase(
        f"在主题 {name} 写了 {whole} 条中的 {posts} 条" + (f"（{shown}）" if shown else ""),
        f"wrote {posts} of the {whole} posts of thread {name}" + (f" ({shown})" if shown else ""),
    )


def stands_alone(thread: dict[str, Any]) -> bool:
    """Tell whether a thread is a single post, of which there is nothing to say."""
    return number(thread.get("of")) == 1


def thread_share(thread: dict[str, Any]) -> float | None:
    """Return the share of a thread's posts that a campaign wrote, in [0, 1], or None."""
    posts, whole = number(thread.get("posts")), number(thread.get("of"))
    return min(max(posts / whole, 0.0), 1.0) if posts is not None and whole else None


def told_army(army: dict[str, Any]) -> Phrase:
    """Return from where a campaign is known; what is not known is left out.

    Example:
        >>> told_army({"run": "2026-02", "campaign_id": "c7", "similarity": 0.83}).en
        'known from the run 2026-02: campaign c7, similarity of the wording 0.83'
    """
    community, campaign = army.get("community_id"), army.get("campaign_id") or "—"
    zh = [f"行动 {campaign}" + (f"（账号群 {community}）" if community else "")]
    en = [f"campaign {campaign}" + (f" (community {community})" if community else "")]
    if number(army.get("shared_accounts")):
        shared, q_value = (
            phrases.count(army["shared_accounts"]),
            phrases.chance(army.get("q_value")),
        )
        zh.append(f"共有账号 {shared} 个，偶然的可能（校正后） {q_value}")
        en.append(f"{shared} accounts in common, chance of accident (corrected) {q_value}")
    if number(army.get("similarity")):
        shown = phrases.fraction(army["similarity"])
        zh.append(f"文字相似度 {shown}")
        en.append(f"similarity of the wording {shown}")
    if army.get("ended_at"):
        day = str(army["ended_at"])[:10]
        zh.append(f"最后一帖在 {day}（UTC）")
        en.append(f"last post on {day} (UTC)")
    run = army.get("run") or "—"
    return Phrase(
        f"已见于扫描 {run}：{'，'.join(zh)}", f"known from the run {run}: {', '.join(en)}"
    )


def list_evasions(counts: dict[str, Any]) -> list[Evasion]:
    """Return what was undone, the most frequent first.

    Example:
        >>> [(each.name.zh, each.count) for each in list_evasions({"tail": 1, "ignorable": 31})]
        [('零宽', 31), ('随机尾巴', 1)]
    """
    found = [(str(name), int(number(amount) or 0)) for name, amount in counts.items()]
    found.sort(key=lambda it: -it[1])
    return [
        Evasion(phrases.words_for(glossary.EVASIONS, name), amount)
        for name, amount in found
        if amount > 0
    ]


def list_threads(threads: Any) -> list[Thread]:
    """Return the threads that a campaign names, but for posts that stand alone in their thread."""
    return [
        Thread(
            str(thread.get("root_id")),
            int(number(thread.get("posts")) or 0),
            int(number(thread.get("of")) or 0),
            thread_share(thread),
        )
        for thread in _rows(threads)
        if not stands_alone(thread)
    ]


def list_armies(armies: Any) -> list[Army]:
    """Return the campaigns of earlier runs that one resembles, the nearest first."""
    return [
        Army(told_army(army), template_pieces(str(army.get("template") or ""), _ARMY_CHARACTERS))
        for army in _rows(armies)[:_ARMIES]
    ]


def mapping(value: Any) -> dict[str, Any]:
    """Return the value where it is an object, else an empty one.

    Example:
        >>> mapping({"made": True}), mapping(None)
        ({'made': True}, {})
    """
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    return [each for each in value or () if isinstance(each, dict)]
