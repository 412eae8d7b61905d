"""What is said about a post, account, campaign, group or known rumor, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from rumorscan.reasons import (
    CONTENT,
    COORDINATION,
    REASON_CODES,
    RECORD,
    describe_reason,
    is_counter,
    show_value,
)
from rumorscan.records import Campaign, Tier, Triage
from rumorscan.reports import phrases
from rumorscan.reports.phrases import Phrase
from rumorscan.reports.run import Run
from rumorscan.reports.subjects import Subject, Tally
from rumorscan.reports.variants import plain

_TEXT_CHARACTERS = 300
_ID_CHARACTERS = 60
_LISTED = 5
KINDS = {
    "post": Phrase("帖子", "Post"),
    "account": Phrase("账号", "Account"),
    "campaign": Phrase("行动", "Campaign"),
    "group": Phrase("近重组", "Group of near-duplicates"),
    "claim": Phrase("已知谣言", "Known rumor"),
}
_VERDICT = Phrase("结论", "Verdict")
_FOR = Phrase("支持的证据", "Evidence for it")
_AGAINST = Phrase("反面的证据", "Evidence against it")
_MISSING = Phrase("没有的证据", "Evidence that is missing")
_NUMBERS = Phrase("数字", "Numbers")
_NEXT = Phrase("接下来可以核对", "What a person could check next")
_FAMILIES = {
    RECORD: Phrase("记录（与已知谣言相符）", "record (repeats a known rumor)"),
    COORDINATION: Phrase("行为（协同发布）", "behavior (coordinated posting)"),
    CONTENT: Phrase("内容（模型估计的概率）", "content (the model's probability)"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the sentences under it."""

    heading: Phrase
    lines: list[Phrase]


def write_sections(subject: Subject, run: Run, folder: Path) -> list[Section]:
    """Return what is said about one thing: the verdict first, what to check last."""
    if subject.kind == "post":
        sections = [*_post(subject, run)]
    elif subject.kind == "campaign":
        sections = [*_campaign(subject)]
    else:
        sections = [*_gathered(subject)]
    return [*sections, Section(_NEXT, [*_checks(subject, folder)])]


def _post(subject: Subject, run: Run) -> Iterator[Section]:
    row = subject.row
    zone, _ = _zone(run)
    shown = (
        row["posted_at"].astimezone(zone).strftime("%Y-%m-%d %H:%M") if row["posted_at"] else "—"
    )
    file = plain(row["source_file"] or "—", _ID_CHARACTERS)
    account, number = _id(row["account_id"]), row["source_row"]
    about = [
        Phrase(
            f"账号 {account}，时间 {shown}（{zone}），来自 {file} 第 {number} 行",
            f"account {account}, posted {shown} ({zone}), from {file}, row {number}",
        )
    ]
    if row.get("text"):
        text = plain(row["text"], _TEXT_CHARACTERS)
        about.append(Phrase(f"原文：“{text}”", f'text: "{text}"'))
    reasons = row["reasons"] or []
    families = {REASON_CODES[r["code"]].family for r in reasons if r["code"] in REASON_CODES}
    yield Section(_VERDICT, [_triage(row, families & set(_FAMILIES)), *about])
    yield Section(_FOR, [_reason(each) for each in reasons if not is_counter(each["code"])])
    yield Section(_AGAINST, [_reason(each) for each in reasons if is_counter(each["code"])])
    yield Section(_MISSING, [*_missing(row, subject.campaigns)])
    yield Section(_NUMBERS, [*_numbers(row, run)])


def _triage(row: dict[str, Any], families: set[str]) -> Phrase:
    """Return the triage and the rule behind it."""
    words = phrases.words_for(phrases.TRIAGES, row["triage"])
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
        name = _id(campaigns[0].campaign_id)
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
        claim, shown = _id(row["claim_id"]), show_value(row["claim_similarity"], "similarity")
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
    stance = phrases.words_for(phrases.STANCES, row["stance"])
    yield Phrase(f"立场：{stance.zh}", f"stance: {stance.en}")


def _campaign(subject: Subject) -> Iterator[Section]:
    campaign = subject.campaigns[0]
    tier = phrases.words_for(phrases.TIERS, campaign.tier)
    start, end = (moment or "—" for moment in (campaign.started_at, campaign.ended_at))
    template = plain(campaign.template, _TEXT_CHARACTERS)
    sizes = (f"{len(campaign.account_ids):,}", f"{len(campaign.post_ids):,}")
    shown = show_value(campaign.coordination, "coordination")
    yield Section(
        _VERDICT,
        [
            Phrase(
                f"{tier.zh}，协同度 {shown}（0 到 1，不是概率）：这是对行为的解读，不是对人的定性",
                f"{tier.en}, coordination {shown} (0 to 1, no probability): a reading of behavior, "
                "no label on a person",
            ),
            Phrase(
                f"{sizes[0]} 个账号，{sizes[1]} 条帖子，{start} 至 {end}",
                f"{sizes[0]} accounts, {sizes[1]} posts, {start} to {end}",
            ),
            Phrase(f"共同的文字：“{template}”", f'shared wording: "{template}"'),
        ],
    )
    yield Section(_FOR, [_family(name, found) for name, found in campaign.evidence.items()])
    yield Section(_AGAINST, [_reason(each.to_dict()) for each in campaign.counter_evidence])
    q_value = phrases.chance(campaign.q_value)
    numbers = [
        Phrase(
            f"账号间的联系纯属偶然的可能（校正后）：{q_value}",
            f"chance that its account ties are accidental (corrected): {q_value}",
        )
    ]
    if campaign.rumor_probability is not None:
        mean = show_value(campaign.rumor_probability, "probability")
        numbers.append(
            Phrase(f"不同文字的平均谣言概率 {mean}", f"mean rumor probability of its texts {mean}")
        )
    if campaign.claim_ids:
        names = ", ".join(_id(each) for each in campaign.claim_ids[:_LISTED])
        numbers.append(Phrase(f"断言的已知谣言：{names}", f"known rumors it asserts: {names}"))
    yield Section(_NUMBERS, [*numbers, *_tallied(subject.tally)])


def _family(name: str, found: dict[str, Any]) -> Phrase:
    """Return a family of evidence with its quantities."""
    words = phrases.words_for(phrases.FAMILIES, name)
    strong = Phrase("，强", ", strong") if found.get("strong") else Phrase("", "")
    quantities = [
        phrases.quantity(key, value, name)
        for key, value in found.items()
        if key not in ("strength", "strong") and value not in (None, "", [], {})
    ]
    shown = show_value(found.get("strength"), "strength")
    zh = "，".join(f"{each.name.zh} {plain(each.value, _ID_CHARACTERS)}" for each in quantities)
    en = ", ".join(f"{each.name.en} {plain(each.value, _ID_CHARACTERS)}" for each in quantities)
    return Phrase(
        f"{words.zh}：强度 {shown}{strong.zh}" + (f"（{zh}）" if zh else ""),
        f"{words.en}: strength {shown}{strong.en}" + (f" ({en})" if en else ""),
    )


def _gathered(subject: Subject) -> Iterator[Section]:
    """Tell of an account, a group or a known rumor by its posts and campaigns."""
    tiers = [str(campaign.tier) for campaign in subject.campaigns]
    strongest = max(tiers, key=[str(tier) for tier in Tier].index, default=str(Tier.NONE))
    words = phrases.words_for(phrases.TIERS, subject.row.get("tier", strongest))
    verdict = [
        Phrase(f"协同层级：{words.zh}", f"coordination tier: {words.en}"),
        *_tallied(subject.tally),
    ]
    yield Section(_VERDICT, verdict)
    joined = [
        Phrase(
            describe_reason(f"campaign-{each.tier}", each.coordination, _id(each.campaign_id)),
            describe_reason(
                f"campaign-{each.tier}", each.coordination, _id(each.campaign_id), "en"
            ),
        )
        for each in subject.campaigns[:_LISTED]
        if each.tier in (Tier.SUSPECTED, Tier.CONFIRMED)
    ]
    yield Section(_FOR, [*joined, *(_tie(each, subject.name) for each in subject.ties[:_LISTED])])
    against = [
        _reason({"code": "campaign-spread", "value": each.coordination, "detail": each.campaign_id})
        for each in subject.campaigns[:_LISTED]
        if each.tier not in (Tier.SUSPECTED, Tier.CONFIRMED)
    ]
    yield Section(_AGAINST, against)


def _tie(edge: dict[str, Any], name: str) -> Phrase:
    other = _id(edge["account_b"] if edge["account_a"] == name else edge["account_a"])
    weight, q_value = f"{edge['weight']:.3g}", phrases.chance(edge["q_value"])
    layers = ", ".join(plain(each, _ID_CHARACTERS) for each in edge["layers"])
    return Phrase(
        f"与账号 {other} 的联系多于偶然：权重 {weight}，偶然的可能 {q_value}（{layers}）",
        f"tied to {other} by more than chance: weight {weight}, chance {q_value} ({layers})",
    )


def _tallied(tally: Tally | None) -> Iterator[Phrase]:
    if tally is None:
        return
    yield Phrase(
        f"帖子 {tally.posts:,}，账号 {tally.accounts:,}",
        f"posts {tally.posts:,}, accounts {tally.accounts:,}",
    )
    for label, counts, table in (
        (Phrase("分级", "triage"), tally.triages, phrases.TRIAGES),
        (Phrase("立场", "stance"), tally.stances, phrases.STANCES),
    ):
        named = [(phrases.words_for(table, key), counts[key]) for key in table if key in counts]
        zh = "，".join(f"{words.zh} {count:,}" for words, count in named)
        en = ", ".join(f"{words.en} {count:,}" for words, count in named)
        yield Phrase(f"{label.zh}：{zh}", f"{label.en}: {en}")


def _checks(subject: Subject, folder: Path) -> Iterator[Phrase]:
    """Say what to look at next, with the commands that show it."""
    command = f"rumorscan explain {plain(str(folder), 200)}"
    row = subject.row
    if subject.kind == "post":
        place = f"{plain(row['source_file'] or '', _ID_CHARACTERS)}"
        yield Phrase(
            f"在 {place} 第 {row['source_row']} 行看原帖与上下文：是转述、讽刺，还是断言？",
            f"read the post in its thread ({place}, row {row['source_row']}): "
            "is it reported, ironic or asserted?",
        )
    if row.get("claim_id"):
        yield Phrase(
            f"核对这一说法的依据与判定时间：{command} {_id(row['claim_id'])}",
            f"check on what and when the claim was judged: {command} {_id(row['claim_id'])}",
        )
    if subject.kind == "claim":
        yield Phrase(
            "在已知谣言名单中查看它的原文、依据和判定时间，情况可能已经变化",
            "read its wording, grounds and date in the list of known rumors; is it still so?",
        )
    if subject.kind == "campaign":
        yield Phrase(
            "抽看几个账号的日常发帖：是真人、自动程序，还是普通的转发习惯？",
            "look at what some of its accounts post otherwise: people, programs, or habit?",
        )
    elif subject.campaigns:
        name = _id(subject.campaigns[0].campaign_id)
        yield Phrase(f"查看所在行动：{command} {name}", f"see its campaign: {command} {name}")
    for post in subject.tally.flagged[:2] if subject.tally else ():
        yield Phrase(f"查看其中一条：{command} {_id(post)}", f"see one post: {command} {_id(post)}")


def _reason(reason: dict[str, Any]) -> Phrase:
    code, value = plain(reason["code"], _ID_CHARACTERS), reason["value"]
    detail = plain(reason["detail"] or "", _ID_CHARACTERS)
    words = (describe_reason(code, value, detail, lang) for lang in ("zh", "en"))
    return Phrase(*(f"{sentence} [{code}]" for sentence in words))


def _id(name: Any) -> str:
    return plain(str(name), _ID_CHARACTERS)


def _zone(run: Run) -> tuple[tzinfo, Phrase]:
    settings = run.about.get("settings", {}).get("reading", {})
    return phrases.zone(settings.get("tz") or "Asia/Shanghai")
