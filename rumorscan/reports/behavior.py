"""What is said of a campaign, and of accounts, groups and known rumors by their campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rumorscan.reasons import show_value
from rumorscan.records import Campaign, Tier
from rumorscan.reports import phrases
from rumorscan.reports.phrases import Phrase
from rumorscan.reports.run import Run
from rumorscan.reports.sections import (
    AGAINST,
    CARRIERS,
    FOR,
    ID_CHARACTERS,
    LISTED,
    MISSING,
    NUMBERS,
    TEXT_CHARACTERS,
    VERDICT,
    Section,
    shown_id,
    told_claim,
    told_reason,
    told_times,
)
from rumorscan.reports.subjects import Subject, Tally
from rumorscan.reports.variants import plain

_TOLD = 2  # campaigns whose evidence is told in whole


def tell_campaign(subject: Subject, run: Run) -> Iterator[Section]:
    """Tell of a campaign: its verdict, its families of evidence, its numbers."""
    campaign = subject.campaigns[0]
    tier = phrases.words_for(phrases.TIERS, campaign.tier)
    span = told_times(run, campaign.started_at, campaign.ended_at)
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
                f"{sizes[0]} 个账号，{sizes[1]} 条帖子，{span.zh}",
                f"{sizes[0]} accounts, {sizes[1]} posts, {span.en}",
            ),
            Phrase(f"共同的文字：“{template}”", f'shared wording: "{template}"'),
        ],
    )
    yield Section(FOR, [_family(*each) for each in campaign.evidence.items() if _shows(each[1])])
    yield Section(AGAINST, [told_reason(each.to_dict()) for each in campaign.counter_evidence])
    missing = [_family(*each) for each in campaign.evidence.items() if not _shows(each[1])]
    if missing:
        yield Section(MISSING, missing)
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
        worded = (told_claim(run, each) for each in campaign.claim_ids[:LISTED])
        numbers += [each for each in worded if each]
    yield Section(NUMBERS, [*numbers, *_tallied(subject.tally)])


def _family(name: str, found: dict[str, Any]) -> Phrase:
    """Return a family of evidence with its quantities."""
    words = phrases.words_for(phrases.FAMILIES, name)
    strong = Phrase("，强", ", strong") if found.get("strong") else Phrase("", "")
    shown = show_value(found.get("strength"), "strength")
    zh, en = ("，".join(_quantities(name, found, 0)), ", ".join(_quantities(name, found, 1)))
    return Phrase(
        f"{words.zh}：强度 {shown}{strong.zh}" + (f"（{zh}）" if zh else ""),
        f"{words.en}: strength {shown}{strong.en}" + (f" ({en})" if en else ""),
    )


def _shows(found: dict[str, Any]) -> bool:
    """Tell whether a family of evidence speaks at all."""
    return bool(found.get("strong") or found.get("strength"))


def _quantities(family: str, found: dict[str, Any], language: int) -> Iterator[str]:
    for key, value in found.items():
        if key in ("strength", "strong") or value in (None, "", [], {}):
            continue
        name, shown = phrases.quantity(key, value, family)
        if isinstance(value, str):
            shown = phrases.words_for(phrases.WORDS, value)[language]
        yield f"{name[language]} {plain(shown, ID_CHARACTERS)}"


def pressing(campaigns: Sequence[Campaign]) -> list[Campaign]:
    """Return the campaigns that are more than the same text spreading."""
    return [each for each in campaigns if each.tier in (Tier.SUSPECTED, Tier.CONFIRMED)]


def tell_claim(subject: Subject, run: Run) -> Iterator[Section]:
    """Tell of a known rumor: its wording, its posts, and the campaigns that carry it."""
    claim = told_claim(run, subject.name)
    yield Section(VERDICT, [*([claim] if claim else []), *_tallied(subject.tally)])
    lines = []
    for each in subject.campaigns[:LISTED]:
        name, shown = shown_id(each.campaign_id), show_value(each.coordination, "coordination")
        tier = phrases.words_for(phrases.TIERS, each.tier)
        lines.append(
            Phrase(
                f"{name}：{tier.zh}，协同度 {shown}（0 到 1，不是概率）",
                f"{name}: {tier.en}, coordination {shown} (0 to 1, no probability)",
            )
        )
    more = len(subject.campaigns) - LISTED
    if more > 0:
        lines.append(Phrase(f"另有 {more:,} 个，协同证据更弱", f"{more:,} more, less coordinated"))
    yield Section(CARRIERS, lines)


def tell_gathered(subject: Subject) -> Iterator[Section]:
    """Tell of an account or a group by its posts and campaigns, the strongest first."""
    tiers = [str(campaign.tier) for campaign in subject.campaigns]
    strongest = max(tiers, key=[str(tier) for tier in Tier].index, default=str(Tier.NONE))
    words = phrases.words_for(phrases.TIERS, subject.row.get("tier", strongest))
    verdict = [
        Phrase(f"协同层级：{words.zh}", f"coordination tier: {words.en}"),
        *_tallied(subject.tally),
    ]
    yield Section(VERDICT, verdict)
    strong = pressing(subject.campaigns)
    told = strong[:_TOLD] or subject.campaigns[:1]
    supporting = [_belonging(each) for each in strong[:LISTED]]
    against = []
    for each in told:
        shown = [_family(*pair) for pair in each.evidence.items() if _shows(pair[1])]
        supporting += [_of(each, family) for family in shown]
        against += [_of(each, told_reason(one.to_dict())) for one in each.counter_evidence]
    ties = [_tie(each, subject.name) for each in subject.ties[:LISTED]]
    yield Section(FOR, [*supporting, *ties])
    spread = subject.campaigns[len(strong) :]
    against += [_belonging(each) for each in spread[:LISTED]]
    yield Section(AGAINST, against)


def _belonging(campaign: Campaign) -> Phrase:
    tier = campaign.tier if pressing([campaign]) else Tier.SPREAD
    return told_reason(
        {
            "code": f"campaign-{tier}",
            "value": campaign.coordination,
            "detail": campaign.campaign_id,
        }
    )


def _of(campaign: Campaign, sentence: Phrase) -> Phrase:
    """Return a sentence about a campaign with its name before it."""
    name = shown_id(campaign.campaign_id)
    return Phrase(f"行动 {name}，{sentence.zh}", f"campaign {name}, {sentence.en}")


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
