"""Tiers: how well coordination is shown, weighed over the families of evidence and against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rumorscan.coordination.evidence import Evidence, strengths
from rumorscan.records import Reason, Tier

# how much a family at full strength says alone; behavior says more than wording
_WEIGHTS = np.array([0.2, 0.5, 0.7, 0.4, 0.7])
_FRAMED = 0.6  # what is left of the score where the wording is a frame
_ADDED = 0.4  # from this share on, posts with words of their own around it are the rule
_MOSTLY = 0.8  # from this share on, verified accounts act openly and quotes are the rule
_BEYOND_WORDING = ("time", "reuse", "profile", "infrastructure")
_PROOF = ("reuse", "infrastructure", "time")


def grade(evidence: Evidence, counter: Sequence[Reason]) -> tuple[Tier, float]:
    """Return the tier of a campaign, and its coordination, a score in [0, 1].

    Args:
        evidence: by family.
        counter: what speaks against the reading.
    """
    against = {reason.code: reason.value for reason in counter}
    is_made = evidence["text"]["made"]
    # who makes a text look different gives no public notice
    frames = {code for code in against if code.startswith("frame-")} - (
        {"frame-notice"} if is_made else set()
    )
    is_framed = (
        bool(frames)
        or "counter-one-organization" in against
        or (against.get("counter-own-words", 0.0) >= _ADDED and not is_made)
        or against.get("counter-quotes-original", 0.0) >= _MOSTLY
    )
    is_open = against.get("counter-verified-accounts", 0.0) >= _MOSTLY
    tier = Tier.SPREAD if is_open else _tier(evidence, is_framed=is_framed)
    is_framed = is_open or (is_framed and not evidence["reuse"]["strong"])
    return tier, _coordination(evidence, is_framed=is_framed)


def _tier(evidence: Evidence, *, is_framed: bool) -> Tier:
    """Return how well coordination is shown.

    Same text is spread, no more. One strong family makes it suspected, two of which one is
    reuse, infrastructure or timing make it confirmed. Text is strong where it was made to look
    different; a text that is only the same counts beside reuse or shared devices. A frame asks
    for one family more, unless accounts reappear.
    """
    strong = {family for family in _BEYOND_WORDING if evidence[family]["strong"]}
    needed = 2 if is_framed and "reuse" not in strong else 1
    text = evidence["text"]
    if text["made"] or (text["strong"] and strong & {"reuse", "infrastructure"}):
        strong.add("text")
    count = len(strong)
    if count > needed and strong & set(_PROOF):
        return Tier.CONFIRMED
    return Tier.SUSPECTED if len(strong) >= needed else Tier.SPREAD


def _coordination(evidence: Evidence, *, is_framed: bool) -> float:
    """Return the score in [0, 1]: one less the product of what each family leaves open."""
    score = 1.0 - float(np.prod(1.0 - _WEIGHTS * strengths(evidence)))
    return round(score * (_FRAMED if is_framed else 1.0), 4)
