"""What is said of a campaign, and of accounts, groups and known rumors by their campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rumorscan.reasons import show_value
from rumorscan.records import Campaign, Tier
from rumorscan.reports import glossary, phrases
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.particulars import stands_alone, told_army, told_thread
from rumorscan.reports.run import Run
from rumorscan.reports.sections import (
    AGAINST,
    CARRIERS,
    FOR,
    ID_CHARACTERS,
    LISTED,
    MISSING,
    NUMBERS,
    SERVED,
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

_THREADS = 3
_TOLD = 2  # campaigns whose evidence is told in whole


def tell_campaign(subject: Subject, run: Run) -> Iterator[Section]:
    """Tell of a campaign: its verdict, its families of evidence, its numbers."""
    campaign = subject.campaigns[0]
    tier = phrases.words_for(glossary.TIERS, campaign.tier)
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
            *_first_post(campaign),
            *_threads(campaign),
        ],
    )
    telling = [tell_family(*each) for each in campaign.evidence.items() if _shows(each[1])]
    yield Section(FOR, [*telling, *_armies(campaign)])
    yield Section(AGAINST, [told_reason(each.to_dict()) for each in campaign.counter_evidence])
    missing = [tell_family(*each) for each in campaign.evidence.items() if not _shows(each[1])]
    if missing:
        yield Section(MISSING, missing)
    if campaign.community_id:
        yield Section(SERVED, [*_served(campaign.community_id, subject.campaigns)])
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


def _first_post(campaign: Campaign) -> Iterator[Phrase]:
    if campaign.first_post_id:
        name = shown_id(campaign.first_post_id)
        yield Phrase(f"数据中的第一条：{name}", f"first post in the data: {name}")


def _threads(campaign: Campaign) -> Iterator[Phrase]:
    shared = [thread for thread in campaign.threads if not stands_alone(thread)]
    for thread in shared[:_THREADS]:
        yield told_thread({**thread, "root_id": shown_id(thread.get("root_id"))})


def _armies(campaign: Campaign) -> Iterator[Phrase]:
    for army in campaign.known_as[:LISTED]:
        safe = {
            key: plain(value, ID_CHARACTERS) if isinstance(value, str) else value
            for key, value in army.items()
        }
        yield told_army(safe)
        if army.get("template"):
            wording = plain(str(army["template"]), TEXT_CHARACTERS)
            yield Phrase(f"当时的文字：“{wording}”", f'its wording then: "{wording}"')


def _served(community_id: str, campaigns: Sequence[Campaign]) -> Iterator[Phrase]:
    """Tell which campaigns the same accounts serve, this one among them."""
    name, count = shown_id(community_id), len(campaigns)
    yield Phrase(
        f"账号群 {name}：同一批账号出现在 {count:,} 个行动中",
        f"community {name}: the same accounts serve {count:,} campaigns",
    )
    yield from _listed(campaigns)


def tell_community(subject: Subject) -> Iterator[Section]:
    """Tell of a community: the campaigns that its accounts serve, the strongest first."""
    accounts = {name for each in subject.campaigns for name in each.account_ids}
    posts = {name for each in subject.campaigns for name in each.post_ids}
    sizes = (f"{len(subject.campaigns):,}", f"{len(accounts):,}", f"{len(posts):,}")
    verdict = Phrase(
        f"{sizes[0]} 个行动由同一批账号相连，共 {sizes[1]} 个账号，{sizes[2]} 条帖子："
        "这是对行为的解读，不是对人的定性",
        f"{sizes[0]} campaigns tied by the same accounts, {sizes[1]} accounts and {sizes[2]} posts "
        "in all: a reading of behavior, no label on a person",
    )
    yield Section(VERDICT, [verdict])
    yield Section(SERVED, [*_listed(subject.campaigns)])


def tell_family(name: str, found: dict[str, Any]) -> Phrase:
    """Return a family of evidence with its quantities.

    Example:
        >>> tell_family("time", {"strength": 0.8, "strong": True, "window_seconds": 900}).zh
        '时间：强度 0.80，强（窗口 15 min）'
    """
    words = phrases.words_for(glossary.FAMILIES, name)
    strong = Phrase("，强", ", strong") if found.get("strong") else Phrase("", "")
    shown = show_value(found.get("strength"), "strength")
    zh, en = ("，".join(_quantities(name, found, 0)), ", ".join(_quantities(name, found, 1)))
    weighed = _weighed(name, found)
    return Phrase(
        f"{words.zh}：强度 {shown}{strong.zh}" + (f"（{zh}）" if zh else "") + weighed.zh,
        f"{words.en}: strength {shown}{strong.en}" + (f" ({en})" if en else "") + weighed.en,
    )


def _weighed(name: str, found: dict[str, Any]) -> Phrase:
    """Say why a burst that is rarer than chance may have no strength; empty for all else."""
    if name != "time" or _shows(found) or found.get("p_value") is None:
        return Phrase("", "")
    return Phrase(
        "；比偶然更集中，但一般的跟风转发也会如此，所以强度为 0",
        "; more crowded than chance, but no more than copying can be, so its strength is 0",
    )


def _shows(found: dict[str, Any]) -> bool:
    """Tell whether a family of evidence speaks at all."""
    return bool(found.get("strong") or found.get("strength"))


def _quantities(family: str, found: dict[str, Any], language: int) -> Iterator[str]:
    for key, value in found.items():
        if key in ("strength", "strong") or value in (None, "", [], {}) or value is False:
            continue
        name, shown = phrases.quantity(key, value, family)
        if value is True:
            yield name[language]
        else:
            yield f"{name[language]} {plain(shown[language], TEXT_CHARACTERS)}"


def pressing(campaigns: Sequence[Campaign]) -> list[Campaign]:
    """Return the campaigns that are more than the same text spreading."""
    return [each for each in campaigns if each.tier in (Tier.SUSPECTED, Tier.CONFIRMED)]


def tell_claim(subject: Subject, run: Run) -> Iterator[Section]:
    """Tell of a known rumor: its wording, its posts, and the campaigns that carry it."""
    claim = told_claim(run, subject.name)
    yield Section(VERDICT, [*([claim] if claim else []), *_tallied(subject.tally)])
    yield Section(CARRIERS, [*_listed(subject.campaigns)])


def _listed(campaigns: Sequence[Campaign]) -> Iterator[Phrase]:
    """Name some campaigns with their tier and wording, the rest by their number."""
    for each in campaigns[:LISTED]:
        name, shown = shown_id(each.campaign_id), show_value(each.coordination, "coordination")
        tier = phrases.words_for(glossary.TIERS, each.tier)
        template = plain(each.template, ID_CHARACTERS)
        yield Phrase(
            f"{name}：{tier.zh}，协同度 {shown}（0 到 1，不是概率），“{template}”",
            f'{name}: {tier.en}, coordination {shown} (0 to 1, no probability), "{template}"',
        )
    more = len(campaigns) - LISTED
    if more > 0:
        yield Phrase(f"另有 {more:,} 个，协同证据更弱", f"{more:,} more, less coordinated")


def tell_gathered(subject: Subject) -> Iterator[Section]:
    """Tell of an account or a group by its posts and campaigns, the strongest first."""
    tiers = [str(campaign.tier) for campaign in subject.campaigns]
    strongest = max(tiers, key=[str(tier) for tier in Tier].index, default=str(Tier.NONE))
    words = phrases.words_for(glossary.TIERS, subject.row.get("tier", strongest))
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
        supporting += tell_evidence(each)
        against += [_of(each, told_reason(one.to_dict())) for one in each.counter_evidence]
    for name in dict.fromkeys(each.community_id for each in strong if each.community_id):
        theirs = [each for each in strong if each.community_id == name]
        supporting.append(_together(name, theirs))
    ties = [_tie(each, subject.name) for each in subject.ties[:LISTED]]
    yield Section(FOR, [*supporting, *ties])
    spread = subject.campaigns[len(strong) :]
    against += [_belonging(each) for each in spread[:LISTED]]
    yield Section(AGAINST, against)


def tell_evidence(campaign: Campaign) -> list[Phrase]:
    """Return what speaks for a campaign, family by family, its name before each."""
    shown = [tell_family(*pair) for pair in campaign.evidence.items() if _shows(pair[1])]
    return [_of(campaign, each) for each in (*shown, *_armies(campaign))]


def _together(community_id: str, campaigns: Sequence[Campaign]) -> Phrase:
    name = shown_id(community_id)
    ids = [shown_id(each.campaign_id) for each in campaigns[:LISTED]]
    return Phrase(
        f"同一批账号（账号群 {name}）进行了其中这些行动：{'、'.join(ids)}",
        f"the same accounts (community {name}) serve these of its campaigns: {', '.join(ids)}",
    )


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
    words = [phrases.words_for(glossary.WORDS, each) for each in edge["layers"]]
    zh, en = (plain(mark.join(each[at] for each in words)) for at, mark in ((0, "、"), (1, ", ")))
    return Phrase(
        f"与账号 {other} 的联系多于偶然：权重 {weight}，偶然的可能 {q_value}（{zh}）",
        f"tied to {other} by more than chance: weight {weight}, chance {q_value} ({en})",
    )


def _tallied(tally: Tally | None) -> Iterator[Phrase]:
    if tally is None:
        return
    yield Phrase(
        f"帖子 {tally.posts:,}，账号 {tally.accounts:,}",
        f"posts {tally.posts:,}, accounts {tally.accounts:,}",
    )
    for label, counts, table in (
        (Phrase("分级", "triage"), tally.triages, glossary.TRIAGES),
        (Phrase("立场", "stance"), tally.stances, glossary.STANCES),
    ):
        named = [(phrases.words_for(table, key), counts[key]) for key in table if key in counts]
        zh = "，".join(f"{words.zh} {count:,}" for words, count in named)
        en = ", ".join(f"{words.en} {count:,}" for words, count in named)
        yield Phrase(f"{label.zh}：{zh}", f"{label.en}: {en}")
