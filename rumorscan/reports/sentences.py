"""What is said about everything that an id names, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rumorscan.reasons import (
    CONTENT,
    COORDINATION,
    REASON_CODES,
    RECORD,
    is_counter,
    show_value,
)
from rumorscan.records import Campaign, Tier, Triage
from rumorscan.reports import glossary, phrases
from rumorscan.reports.behavior import (
    pressing,
    tell_campaign,
    tell_claim,
    tell_community,
    tell_evidence,
    tell_gathered,
)
from rumorscan.reports.commands import explain_command
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.opinions import Opinion, tell_opinion
from rumorscan.reports.run import Run
from rumorscan.reports.sections import (
    AGAINST,
    FOR,
    ID_CHARACTERS,
    MISSING,
    NEXT,
    NUMBERS,
    TEXT_CHARACTERS,
    VERDICT,
    Section,
    shown_id,
    told_claim,
    told_reason,
    told_times,
)
from rumorscan.reports.subjects import Subject
from rumorscan.reports.variants import plain

_SEEN = 3
_FOUND_WORDS = {
    "posted_at_text": ("时间原文", "time as written"),
    "text_repaired": ("修复的正文，并非原样", "text repaired, not as found"),
    "reposted_from": ("转自", "reposted from"),
    "keyword": ("搜索词", "found by a search for"),
}
_FAMILIES = {
    RECORD: Phrase("记录（与已知谣言相符）", "record (repeats a known rumor)"),
    COORDINATION: Phrase("行为（协同发布）", "behavior (coordinated posting)"),
    CONTENT: Phrase("内容（模型估计的概率）", "content (the model's probability)"),
}


def write_sections(
    subject: Subject, run: Run, folder: Path, opinion: Opinion | None = None
) -> list[Section]:
    """Return what is said about one thing: the verdict first, what to check last.

    Args:
        subject: the thing.
        run: the run that holds it.
        folder: of the run.
        opinion: what the model says of a post whose content was scored.
    """
    if subject.kind == "post":
        sections = [*_post(subject, run)]
        if opinion:
            sections.append(tell_opinion(opinion))
    elif subject.kind == "campaign":
        sections = [*tell_campaign(subject, run)]
    elif subject.kind == "community":
        sections = [*tell_community(subject)]
    elif subject.kind == "claim":
        sections = [*tell_claim(subject, run)]
    else:
        sections = [*tell_gathered(subject)]
    return [*sections, Section(NEXT, [*_checks(subject, folder)])]


def _post(subject: Subject, run: Run) -> Iterator[Section]:
    row = subject.row
    at = told_times(run, row["posted_at"])
    file = plain(row["source_file"] or "—", ID_CHARACTERS)
    account, number = shown_id(row["account_id"]), row["source_row"]
    about = [
        Phrase(
            f"账号 {account}，{at.zh}，来自 {file} 第 {number} 行",
            f"account {account}, {at.en}, from {file}, row {number}",
        )
    ]
    if row.get("text"):
        text = plain(row["text"], TEXT_CHARACTERS)
        about.append(Phrase(f"原文：“{text}”", f'text: "{text}"'))
    about += _found(row)
    claim = told_claim(run, row["claim_id"])
    about += [claim] if claim else []
    if any(each.first_post_id == row["post_id"] for each in subject.campaigns):
        name = shown_id(subject.campaigns[0].campaign_id)
        about.append(
            Phrase(f"它是 {name} 在数据中的第一条", f"it is the first post of {name} in the data")
        )
    reasons = row["reasons"] or []
    families = {REASON_CODES[r["code"]].family for r in reasons if r["code"] in REASON_CODES}
    yield Section(VERDICT, [_triage(row, families & set(_FAMILIES)), *about])
    yield Section(FOR, [told_reason(each) for each in reasons if not is_counter(each["code"])])
    yield Section(AGAINST, [told_reason(each) for each in reasons if is_counter(each["code"])])
    missing = [*_missing(row, subject.campaigns)]
    if missing:
        yield Section(MISSING, missing)
    behind = [line for each in pressing(subject.campaigns) for line in tell_evidence(each)]
    yield Section(NUMBERS, [*_numbers(row, run), *behind])


def _found(row: dict[str, Any]) -> Iterator[Phrase]:
    """Say what stood in the dump beside what was read from it."""
    for name, (zh, en) in _FOUND_WORDS.items():
        if row.get(name):
            words = plain(row[name], TEXT_CHARACTERS)
            yield Phrase(f"{zh}：“{words}”", f'{en}: "{words}"')


def _triage(row: dict[str, Any], families: set[str]) -> Phrase:
    """Return the triage and the rule behind it."""
    words = phrases.words_for(glossary.TRIAGES, row["triage"])
    named = [_FAMILIES[family] for family in _FAMILIES if family in families]
    zh, en = "、".join(each.zh for each in named), "; ".join(each.en for each in named)
    if row["triage"] == Triage.URGENT:
        why = Phrase(
            f"两类以上相互独立的证据：{zh}", f"independent families of evidence agree: {en}"
        )
    elif row["triage"] == Triage.REVIEW and row["stance"] == "asks":
        why = Phrase(
            f"有证据：{zh}；但它在询问，最多列为复核", f"evidence: {en}; it asks, so review at most"
        )
    elif row["triage"] == Triage.REVIEW:
        why = Phrase(
            f"证据：{zh}；不足以列为优先，优先需要行为证据与另一类证据同时成立",
            f"evidence: {en}; urgent takes coordination together with another family",
        )
    elif row["stance"] == "denies" and row["reasons"]:
        why = Phrase("它在否认（辟谣），不是谣言本身", "it denies the claim; it is not the rumor")
    else:
        why = Phrase("没有达到复核线的证据", "no evidence reaches the line for review")
    return Phrase(f"{words.zh} —— {why.zh}", f"{words.en} - {why.en}")


def _missing(row: dict[str, Any], campaigns: tuple[Campaign, ...]) -> Iterator[Phrase]:
    if row["claim_id"] is None:
        yield Phrase("与名单中的任何已知谣言都不相符", "it repeats no known rumor of the list")
    tier = campaigns[0].tier if campaigns else Tier.NONE
    if tier == Tier.SPREAD:
        name = shown_id(campaigns[0].campaign_id)
        yield Phrase(
            f"所在的 {name} 只是同文扩散，不算协同证据",
            f"{name}, to which it belongs, is the same text spreading; that flags nothing",
        )
    elif tier == Tier.NONE:
        yield Phrase("不属于任何水军行动", "it belongs to no campaign")
    if row["rumor_probability"] is None:
        yield Phrase("没有用模型评分", "no model has scored it")


def _numbers(row: dict[str, Any], run: Run) -> Iterator[Phrase]:
    settings = run.about.get("settings", {})
    verdicts, scoring = settings.get("verdicts", {}), settings.get("scoring", {})
    if row["rumor_probability"] is not None:
        shown, lines = (
            show_value(row["rumor_probability"], "probability"),
            (
                verdicts.get("review_probability"),
                verdicts.get("supporting_probability"),
                scoring.get("base_rate"),
            ),
        )
        review, supporting, base = (show_value(line, "probability") for line in lines)
        yield Phrase(
            f"谣言概率 {shown}：按不实帖子占 {base} 校准；{review} 起复核，{supporting} 起可作旁证",
            f"rumor probability {shown}: calibrated for {base} false posts; "
            f"reviewed from {review}, supports other evidence from {supporting}",
        )
    if row["claim_id"] is not None:
        claim, shown = shown_id(row["claim_id"]), show_value(row["claim_similarity"], "similarity")
        yield Phrase(
            f"与 {claim} 的相似度 {shown}：这一说法的措辞有多少在同一段话里重复",
            f"similarity to {claim} {shown}: the share of its wording in one passage",
        )
    if row["campaign_id"] is not None:
        shown = show_value(row["coordination"], "coordination")
        yield Phrase(
            f"协同度 {shown}：所在行动的行为证据强度，0 到 1，不是概率",
            f"coordination {shown}: strength of its campaign's behavior, 0 to 1, no probability",
        )
    stance = phrases.words_for(glossary.STANCES, row["stance"])
    yield Phrase(f"立场：{stance.zh}", f"stance: {stance.en}")


def _checks(subject: Subject, folder: Path) -> Iterator[Phrase]:
    """Say what to look at next, with the commands that show it."""
    row = subject.row
    if subject.kind == "post":
        place = f"{plain(row['source_file'] or '', ID_CHARACTERS)}"
        yield Phrase(
            f"在 {place} 第 {row['source_row']} 行看原帖与上下文：是转述、讽刺，还是断言？",
            f"read the post in its thread ({place}, row {row['source_row']}): "
            "is it reported, ironic or asserted?",
        )
    if row.get("claim_id"):
        command = explain_command(folder, row["claim_id"])
        yield Phrase(
            f"核对这一说法的依据与判定时间：{command}",
            f"check on what and when the claim was judged: {command}",
        )
    if subject.kind == "claim":
        yield Phrase(
            "在已知谣言名单中查看它的依据和判定时间，情况可能已经变化",
            "read its grounds and date in the list of known rumors; is it still so?",
        )
    if subject.kind == "campaign":
        yield Phrase(
            "抽看几个账号的日常发帖：是真人、自动程序，还是普通的转发习惯？",
            "look at what some of its accounts post otherwise: people, programs, or habit?",
        )
        yield from _first_to_see(subject.campaigns, folder)
    else:
        yield from _campaigns_to_see(subject, folder)
    first = subject.campaigns[0].first_post_id if subject.kind == "campaign" else None
    flagged = [each for each in (subject.tally.flagged if subject.tally else ()) if each != first]
    for post in flagged[:2]:
        command = explain_command(folder, post)
        yield Phrase(f"查看其中一条：{command}", f"see one post: {command}")


def _first_to_see(campaigns: tuple[Campaign, ...], folder: Path) -> Iterator[Phrase]:
    """Name the first post of a campaign, and the community that it belongs to."""
    campaign, *others = campaigns
    if campaign.first_post_id:
        command = explain_command(folder, campaign.first_post_id)
        yield Phrase(f"查看数据中的第一条：{command}", f"see its first post in the data: {command}")
    if campaign.community_id and others:
        command = explain_command(folder, campaign.community_id)
        yield Phrase(
            f"查看同一批账号的其他行动：{command}",
            f"see what else the same accounts serve: {command}",
        )


def _campaigns_to_see(subject: Subject, folder: Path) -> Iterator[Phrase]:
    """Name the campaigns that are more than spread, or else the strongest spread."""
    strong = pressing(subject.campaigns)
    for each in strong[:_SEEN]:
        command = explain_command(folder, each.campaign_id)
        yield Phrase(f"查看这一行动：{command}", f"see the campaign: {command}")
    if subject.campaigns and not strong:
        command = explain_command(folder, subject.campaigns[0].campaign_id)
        yield Phrase(f"查看同文扩散的范围：{command}", f"see how far the text spread: {command}")
