"""The wording that variants of a text have in common, with its slots."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from rumorscan.text.normalize import plain_text

SLOT = "［…］"
_LEAST_RUN = 2
_LONGEST = 400
_LEAST_KEPT = 0.4


def find_template(variants: Sequence[str]) -> str:
    """Return the shared wording of some texts, evasions undone, what varies replaced by a slot.

    Args:
        variants: display texts, the most typical first.

    Example:
        >>> find_template(["城东水厂停水三天！", "城西水厂停水五天！"])
        '城［…］水厂停水［…］天！'
        >>> find_template(["今天天气很好"])
        '今天天气很好'
    """
    if not variants:
        return ""
    plain = [plain_text(variant)[:_LONGEST].strip() for variant in variants]
    shared = [plain[0]]
    for variant in plain[1:]:
        closer = _intersect(shared, variant)
        # a text that came in by a chain of likenesses would leave nothing of the wording
        if sum(map(len, closer)) >= _LEAST_KEPT * len(plain[0]):
            shared = closer
    return _join(shared)


def _intersect(pieces: list[str], variant: str) -> list[str]:
    """Return the pieces that the variant has too, in order; an empty piece marks a slot."""
    text = "".join(piece or "\0" for piece in pieces)
    matcher = SequenceMatcher(None, text, variant, autojunk=False)
    kept: list[str] = []
    end_text = end_variant = 0
    for block in matcher.get_matching_blocks():
        # symbols that are put between characters are an evasion, no slot
        inserted = any(map(str.isalnum, variant[end_variant : block.b]))
        is_gap = block.a > end_text or inserted
        # a lone character between two slots is chance, not wording
        is_kept = block.size >= _LEAST_RUN or (block.size and not is_gap)
        if (is_gap or not is_kept) and block.size + is_gap and (not kept or kept[-1]):
            kept.append("")
        if is_kept:
            kept.append(text[block.a : block.a + block.size])
        end_text, end_variant = block.a + block.size, block.b + block.size
    return kept


def _join(pieces: list[str]) -> str:
    joined = "".join(piece or SLOT for piece in pieces)
    while SLOT + SLOT in joined:
        joined = joined.replace(SLOT + SLOT, SLOT)
    return joined
