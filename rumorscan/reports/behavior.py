"""What is said of a campaign, and of accounts, groups and known rumors by their campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rumorscan.reasons import describe_reason, show_value
from rumorscan.records import Tier
from rumorscan.reports import phrases
from rumorscan.reports.phrases import Phrase
from rumorscan.reports.sections import (
    AGAINST,
    FOR,
    ID_CHARACTERS,
    LISTED,
    NUMBERS,
    TEXT_CHARACTERS,
    VERDICT,
    Section,
    shown_id,
    told_reason,
)
from rumorscan.reports.subjects import Subject, Tally
from rumorscan.reports.variants import plain


def tell_campaign(subject: Subject) -> Iterator[Section]:
    """Tell of a campaign: its verdict, its families of evidence, its numbers."""
    campaign = subject.campaigns[0]
    tier = phrases.words_for(phrases.TIERS, campaign.tier)
    start, end = (moment or "—" for moment in (campaign.started_at, campaign.ended_at))
    template = plain(campaign.template, TEXT_CHARACTERS)
    sizes = (f"{len(campaign.account_ids):,}", f"{len(campaign.post_ids):,}")
    shown = show_value(campaign.coordination, "coordination")
    yield Section(
        VERDICT,
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
    yield Section(FOR, [_family(name, found) for name, found in campaign.evidence.items()])
    yield Section(AGAINST, [told_reason(each.to_dict()) for each in campaign.counter_evidence])
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
        names = ", ".join(shown_id(each) for each in campaign.claim_ids[:LISTED])
        numbers.append(Phrase(f"断言的已知谣言：{names}", f"known rumors it asserts: {names}"))
    yield Section(NUMBERS, [*numbers, *_tallied(subject.tally)])


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
    zh = "，".join(f"{each.name.zh} {plain(each.value, ID_CHARACTERS)}" for each in quantities)
    en = ", ".join(f"{each.name.en} {plain(each.value, ID_CHARACTERS)}" for each in quantities)
    return Phrase(
        f"{words.zh}：强度 {shown}{strong.zh}" + (f"（{zh}）" if zh else ""),
        f"{words.en}: strength {shown}{strong.en}" + (f" ({en})" if en else ""),
    )


def tell_gathered(subject: Subject) -> Iterator[Section]:
    """Tell of an account, a group or a known rumor by its posts and campaigns."""
    tiers = [str(campaign.tier) for campaign in subject.campaigns]
    strongest = max(tiers, key=[str(tier) for tier in Tier].index, default=str(Tier.NONE))
    words = phrases.words_for(phrases.TIERS, subject.row.get("tier", strongest))
    verdict = [
        Phrase(f"协同层级：{words.zh}", f"coordination tier: {words.en}"),
        *_tallied(subject.tally),
    ]
    yield Section(VERDICT, verdict)
    joined = [
        Phrase(
            describe_reason(f"campaign-{each.tier}", each.coordination, shown_id(each.campaign_id)),
            describe_reason(
                f"campaign-{each.tier}", each.coordination, shown_id(each.campaign_id), "en"
            ),
        )
        for each in subject.campaigns[:LISTED]
        if each.tier in (Tier.SUSPECTED, Tier.CONFIRMED)
    ]
    yield Section(FOR, [*joined, *(_tie(each, subject.name) for each in subject.ties[:LISTED])])
    against = [
        told_reason(
            {"code": "campaign-spread", "value": each.coordination, "detail": each.campaign_id}
        )
        for each in subject.campaigns[:LISTED]
        if each.tier not in (Tier.SUSPECTED, Tier.CONFIRMED)
    ]
    yield Section(AGAINST, against)


def _tie(edge: dict[str, Any], name: str) -> Phrase:
    other = shown_id(edge["account_b"] if edge["account_a"] == name else edge["account_a"])
    weight, q_value = f"{edge['weight']:.3g}", phrases.chance(edge["q_value"])
    layers = ", ".join(plain(each, ID_CHARACTERS) for each in edge["layers"])
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
