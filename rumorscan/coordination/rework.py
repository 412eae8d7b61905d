"""How the texts of one wording differ: copied, added to, or reworked from a template.

People copy a text whole, or put words of their own before or behind it. A text whose words are
exchanged in several places inside, or whose characters are disguised, was made to look different.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.codes import Codes
from rumorscan.coordination.framing import Framing
from rumorscan.text.keys import MatchKeys

_LEAST_CORE, _CORE_SHARE, _LEAST_ADDED = 10, 0.85, 3
_PARTICLES = frozenset("的地得他她它在再做作那哪吗嘛啊阿呀象像")  # mixed up by everybody
_LEAST_TRADITIONAL = 2
_LEAST_SWAPPED = 2
_LEAST_BLOCK = 2
_SLOT = 8  # characters of a slot at an end, at most
_LONGEST = 300
_LEAST_MOVED = 5  # shingles of a clause that stands elsewhere
_MOVED_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Rework:
    """How the n posts of a wording differ from its most frequent text.

    Attributes:
        variants: distinct keys.
        evasions: how often each was undone, `homophone` and `reordered` among them.
        reworked: share of the posts whose text was reworked inside or disguised.
        core: characters that half of the other texts or more have in common with it.
        core_share: share of their characters that this is, the median.
        disguised: share of the posts whose characters were disguised or swapped by sound.
        own_words: share of the posts that put words of their own before or behind the text.
    """

    variants: int
    evasions: dict[str, int]
    reworked: float
    core: int
    core_share: float
    disguised: float
    own_words: float


def compare_texts(
    keys: MatchKeys,
    framing: Framing,
    disguised: npt.NDArray[np.bool_],
    texts: Codes,
    *,
    most: int = 60,
) -> Rework:
    """Return how the posts of a wording differ, the learned frames around them left out.

    Args:
        keys: of the distinct texts of the dump.
        framing: the frames around each of them.
        disguised: which of them are, from `disguised_texts`.
        texts: int64, the text of each post of the wording, shape (n,), n > 0.
        most: texts that are held against the most frequent one.
    """
    counted = Counter(texts.tolist())
    plain = {text: framing.inside(keys.plain.key(text), text) for text in counted}
    heard = {text: framing.inside(keys.sound.key(text), text) for text in counted}
    weights: Counter[str] = Counter()
    for text, count in counted.items():
        weights[plain[text]] += count
    hub = min(counted, key=lambda text: (-weights[plain[text]], plain[text]))
    evasions = _undone(keys, counted)
    script = _script(keys, hub)
    looked = sorted(counted, key=lambda text: (-counted[text], plain[text]))[:most]
    reworked = seen = added = hidden = 0
    cores: list[int] = []
    shares: list[float] = []
    for text in looked:
        seen += counted[text]
        pair = (plain[hub], heard[hub]), (plain[text], heard[text])
        swapped, is_reordered, gaps, common = _differences(*pair)
        if plain[text] != plain[hub]:
            cores.append(common)
            shares.append(common / max(len(plain[text]), 1))
        evasions["homophone"] += swapped * counted[text]
        evasions["reordered"] += is_reordered * counted[text]
        is_rescripted = _script(keys, text) != script or _mixes(keys, text)
        if swapped >= _LEAST_SWAPPED or disguised[text]:
            hidden += counted[text]
        if swapped or is_reordered or gaps or is_rescripted or disguised[text]:
            reworked += counted[text]
        added += _adds_words(plain[hub], plain[text]) * counted[text]
    core = int(np.median(cores)) if cores else len(plain[hub])
    core_share = float(np.median(shares)) if shares else 1.0
    found = {name: count for name, count in evasions.items() if count}
    return Rework(
        len(weights), found, reworked / seen, core, core_share, hidden / seen, added / seen
    )


def _undone(keys: MatchKeys, counted: Counter[int]) -> Counter[str]:
    rows = np.array(list(counted), dtype=np.int64)
    times = np.array(list(counted.values()), dtype=np.int64)
    totals = times @ keys.undone[rows].astype(np.int64)
    return Counter(dict(zip(keys.evasions, totals.tolist(), strict=True)))


def _adds_words(hub: str, text: str) -> bool:
    """Tell whether a text holds a core of the most frequent one and some words beside it."""
    hub, text = hub[:_LONGEST], text[:_LONGEST]  # a long chant costs the square of its length
    match = SequenceMatcher(None, hub, text, autojunk=False).find_longest_match()
    is_core = match.size >= _LEAST_CORE and match.size >= _CORE_SHARE * len(hub)
    return is_core and len(text) - match.size >= _LEAST_ADDED


def _script(keys: MatchKeys, text: int) -> bool:
    """Tell whether a text was written in traditional characters."""
    return bool(keys.undone[text][keys.evasions.index("traditional")] >= _LEAST_TRADITIONAL)


def _mixes(keys: MatchKeys, text: int) -> bool:
    """Tell whether a text has traditional and simplified characters side by side."""
    return bool(keys.undone[text][keys.evasions.index("mixed-script")])


def _differences(hub: tuple[str, str], text: tuple[str, str]) -> tuple[int, bool, int, int]:
    """Return characters swapped by sound, whether clauses are, places reworded, and what is common.

    Args:
        hub: the most frequent text, plain and as it sounds.
        text: another one.
    """
    one, other = hub[0][:_LONGEST], text[0][:_LONGEST]
    if one == other:
        return 0, False, 0, len(one)
    heard = hub[1][:_LONGEST], text[1][:_LONGEST]
    blocks = SequenceMatcher(None, *heard, autojunk=False).get_matching_blocks()
    swapped = sum(
        one[block.a + step] != other[block.b + step]
        and not {one[block.a + step], other[block.b + step]} <= _PARTICLES
        for block in blocks
        for step in range(block.size)
    )
    blocks = [block for block in blocks if block.size >= _LEAST_BLOCK]
    if not blocks:
        return swapped, False, 0, 0
    gaps = _edge_gaps(blocks, len(one), len(other)) + sum(
        _is_exchanged(
            one[before.a + before.size : after.a], other[before.b + before.size : after.b]
        )
        for before, after in itertools.pairwise(blocks)
    )
    pieces = {heard[0][place : place + 3] for place in range(len(heard[0]) - 2)}
    shared = sum(heard[1][place : place + 3] in pieces for place in range(len(heard[1]) - 2))
    in_order = sum(max(block.size - 2, 0) for block in blocks)
    moved = shared - in_order
    common = shared + 2 if shared else 0
    return swapped, moved >= max(_LEAST_MOVED, _MOVED_SHARE * shared), gaps, common


def _is_exchanged(piece: str, other: str) -> bool:
    """Tell whether some characters stand for others, and not one particle for another."""
    return bool(piece and other) and not set(piece + other) <= _PARTICLES


def _edge_gaps(blocks: Sequence[Any], one: int, other: int) -> int:
    """Return at how many ends a few characters stand for a few others, as in a slot."""
    first, last = blocks[0], blocks[-1]
    heads = first.a, first.b
    tails = one - last.a - last.size, other - last.b - last.size
    return sum(min(edge) > 0 and max(edge) <= _SLOT for edge in (heads, tails))
