"""Campaigns as the page shows them: the evidence for and the evidence against, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.reasons import REASON_CODES, describe_reason, is_counter, show_value
from rumorscan.reports import charts, glossary, phrases
from rumorscan.reports.glimpse import Row
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.particulars import (
    Army,
    Evasion,
    Thread,
    list_armies,
    list_evasions,
    list_threads,
    mapping,
)
from rumorscan.reports.phrases import Quantity, number
from rumorscan.reports.variants import Piece, differences, template_pieces, visible

CARD_VARIANTS = 6
CARD_OTHERS = 2
CARD_ACCOUNTS = 40
CARD_THREADS = 3
_COMPARED = 24
_HEADLINE = 56
_FAR = 0.5
_OTHER_CHARACTERS = 300
_SHARES = ("similarity", "coordination", "probability", "strength", "share")


@dataclass(frozen=True, slots=True)
class Family:
    """One family of evidence: how strong it is, and the quantities behind it."""

    name: Phrase
    strength: float | None
    strong: bool
    quantities: list[Quantity]


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason in words.

    Attributes:
        code: the stable code; against: whether it speaks against the reading.
        words: what it says, in short; sentence: in full, with its value and detail.
        value: its quantity, or an empty text where it has none; detail: what it belongs to.
        share: the quantity where it is a part of a whole, else None.
    """

    code: str
    words: Phrase
    sentence: Phrase
    value: str
    detail: str
    against: bool
    share: float | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a campaign's posts against its template.

    Attributes:
        pieces: with their differences, or plain where the wording is another one.
        copies: flagged posts that bear it.
        changed: how far it is from the template, in [0, 1].
        other: whether it is too far from the template for its differences to say anything.
    """

    pieces: list[Piece]
    copies: int
    changed: float
    other: bool


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that the page says about one campaign."""

    index: int
    campaign: Row
    tier: Phrase
    template: list[Piece]
    headline: list[Piece]
    variants: list[Variant]
    wordings: int
    families: list[Family]
    made: bool
    written: int
    evasions: list[Evasion]
    threads: list[Thread]
    armies: list[Army]
    strong: Phrase
    unseen: Phrase
    against: list[ReasonLine]
    strip: list[tuple[float, float, float]]
    dated: int
    busiest_hour: str
    started: str
    ended: str
    span: str


def card(
    index: int,
    campaign: Row,
    texts: Counter[str],
    posted_at: npt.NDArray[np.int64],
    *,
    where: tzinfo,
) -> Card:
    """Return the card of a campaign.

    Args:
        index: its place on the page, from 1.
        campaign: an object of `campaigns.jsonl`.
        texts: its flagged texts and how many posts bear each.
        posted_at: seconds since 1970 of its posts that have a time.
        where: the zone in which times are shown.

    Example:
        >>> shown = card(1, {"campaign_id": "c1", "tier": "spread", "template": "停水［…］"},
        ...     Counter(), np.array([0, 86_400]), where=phrases.zone("UTC")[0])
        >>> shown.tier.en, shown.span, shown.families[0].strength
        ('spread only', '1 d', None)
    """
    template = str(campaign.get("template") or "")
    weighed = families(campaign.get("evidence"))
    text = mapping(mapping(campaign.get("evidence")).get("text"))
    seconds = int(posted_at.max() - posted_at.min()) if len(posted_at) else None
    return Card(
        index=index,
        campaign=campaign,
        tier=phrases.words_for(glossary.TIERS, campaign.get("tier", "none")),
        template=template_pieces(template),
        headline=template_pieces(template, _HEADLINE),
        variants=variants(template, texts),
        wordings=len(texts),
        families=weighed,
        made=text.get("made") is True,
        written=int(number(text.get("variants")) or 0),
        evasions=list_evasions(mapping(text.get("evasions"))),
        threads=list_threads(campaign.get("threads")),
        armies=list_armies(campaign.get("known_as")),
        strong=_listed([family.name for family in weighed if family.strong]),
        unseen=_listed([family.name for family in weighed if not family.strength]),
        against=[reason_line(reason) for reason in campaign.get("counter_evidence") or ()],
        strip=charts.strip(posted_at),
        dated=len(posted_at),
        busiest_hour=f"{charts.busiest(posted_at, 3_600):.0%}" if len(posted_at) else "",
        started=phrases.moment(campaign.get("started_at"), where),
        ended=phrases.moment(campaign.get("ended_at"), where),
        span="—" if seconds is None else phrases.duration(seconds),
    )


def variants(template: str, texts: Counter[str]) -> list[Variant]:
    """Return a few wordings from the nearest to the template to the farthest from it.

    Example:
        >>> shown = variants("城东停水三天", Counter({"城东停水三天": 9, "城东停水五天": 1}))
        >>> [(variant.copies, round(variant.changed, 2)) for variant in shown]
        [(9, 0.0), (1, 0.29)]
    """
    common = sorted(texts.items(), key=lambda item: (-item[1], item[0]))[:_COMPARED]
    compared = sorted(
        (_variant(template, text, copies) for text, copies in common),
        key=lambda variant: variant.changed,
    )
    near = [variant for variant in compared if not variant.other]
    others = sorted((variant for variant in compared if variant.other), key=lambda it: -it.copies)
    others = others[: max(CARD_OTHERS, CARD_VARIANTS - len(near))]
    return _spread(near, CARD_VARIANTS - len(others)) + others


def _variant(template: str, text: str, copies: int) -> Variant:
    pieces, changed = differences(template, text)
    if changed <= _FAR:
        return Variant(pieces, copies, changed, other=False)
    return Variant(visible(text, _OTHER_CHARACTERS), copies, changed, other=True)


def _spread(ordered: list[Variant], count: int) -> list[Variant]:
    """Return so many of them, evenly spread from the first to the last."""
    if len(ordered) <= count:
        return ordered
    places = np.linspace(0, len(ordered) - 1, count).round().astype(int)
    return [ordered[place] for place in places.tolist()]


def families(evidence: Any) -> list[Family]:
    """Return the five families of evidence in their order, then any other that is present.

    Example:
        >>> [family.name.en for family in families({})][:2]
        ['Text', 'Timing']
    """
    present: dict[str, Any] = evidence if isinstance(evidence, dict) else {}
    names = [*glossary.FAMILIES, *(name for name in present if name not in glossary.FAMILIES)]
    return [_family(name, present.get(name)) for name in names]


def reason_line(reason: Row) -> ReasonLine:
    """Return a reason in words; a code without words is shown as it is.

    Example:
        >>> line = reason_line({"code": "stance-denies", "value": 1.0, "detail": ""})
        >>> line.against, line.words.en, line.value
        (True, 'denies the claim', '')
    """
    code = str(reason.get("code", ""))
    amount = number(reason.get("value"))
    detail = str(reason.get("detail") or "")
    known = REASON_CODES.get(code)
    unit = known.unit if known else ""
    return ReasonLine(
        code=code,
        words=phrases.words_for(glossary.REASONS, code),
        sentence=Phrase(*(describe_reason(code, amount, detail, lang) for lang in ("zh", "en"))),
        value="" if amount is None or unit == "mark" else show_value(amount, unit),
        detail=detail,
        against=is_counter(code),
        share=amount if unit in _SHARES and amount is not None else None,
    )


def _listed(names: list[Phrase]) -> Phrase:
    return Phrase(
        "、".join(name.zh for name in names), ", ".join(name.en.lower() for name in names)
    )


def _family(name: str, found: Any) -> Family:
    values: dict[str, Any] = found if isinstance(found, dict) else {}
    strength = number(values.get("strength"))
    return Family(
        name=phrases.words_for(glossary.FAMILIES, name),
        strength=None if strength is None else min(max(strength, 0.0), 1.0),
        strong=bool(values.get("strong")),
        quantities=[
            phrases.quantity(key, value, name)
            for key, value in values.items()
            # what was undone stands above, beside the template
            if key not in ("strength", "strong", "made", "evasions")
        ],
    )
