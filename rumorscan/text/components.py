"""Split characters: 亻言 for 信, 木目心 for 想; put together only where the dictionary gains.

A part that is no word by itself (亻, 氵, 戋) is evidence enough. Where all parts are words, as in
女子, the best route through the text around them must gain more than chance would give it, and
the whole must stand inside a word; once one such split is proved, the others in the same text
need less.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.text.routes import Routes

_TABLE = Path(__file__).with_name("components.txt")

# ways to write the part that a character is filed under, itself included
_FORMS = {
    "亻": "亻人",
    "氵": "氵水",
    "扌": "扌手",
    "讠": "讠言",
    "钅": "钅金",
    "纟": "纟糸丝",
    "饣": "饣食",
    "忄": "忄心",
    "犭": "犭犬",
    "礻": "礻示",
    "衤": "衤衣",
    "艹": "艹草廾",
    "刂": "刂刀",
    "攵": "攵文",
    "灬": "灬火",
    "足": "足",
    "王": "王玉",
    "竹": "竹",
}
RADICALS = frozenset("亻氵扌讠钅纟饣忄犭礻衤阝宀辶刂攵疒彳冫冖廴灬虍彡卩厶糸廾丬")
"""Parts that are no words: one of them beside its other half proves a split."""
SUPPLEMENT = dict(
    zip(
        "⺅⺡⺘⻈⻐⺰⻠⺖⺨⺭⻂⻖⻏⺾⺿⺹⻌⻍⻎⺉⺙⺣⺮⻊⺌",
        "亻氵扌讠钅纟饣忄犭礻衤阝阝艹艹耂辶辶辶刂攵灬竹足小",
        strict=True,
    )
)
"""Signs for radicals that the fold drops, and the characters that they stand for."""

# neighbors in ordinary posts that the dictionary would put together, unless a split is proved
_ORDINARY = frozenset(("人更", "人人", "日日", "月月", "户口", "土也", "不用"))
LONGEST = 4
_REACH = 6
STRONG, WEAK, LONE, LESS_LONE = 5.5, 2.0, 7.0, 2.5
_PROVED, _RARE_WORD = 1000.0, -12.5


class Parts(NamedTuple):
    """The split characters.

    Attributes:
        wholes: sequences of two to `LONGEST` parts and the characters that they may make.
        pairs: uint64, ascending; the first two parts of each sequence, 32 bits each.
    """

    wholes: dict[str, tuple[str, ...]]
    pairs: npt.NDArray[np.uint64]


@lru_cache(maxsize=1)
def parts() -> Parts:
    """Return the table with all ways to write it, parts of parts included.

    Example:
        >>> wholes = parts().wholes
        >>> wholes["亻言"], wholes["人言"], wholes["木目心"]
        (('信',), ('信',), ('想',))
    """
    plain: dict[str, list[str]] = defaultdict(list)
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        shared, *entries = line.split()
        for entry in entries:
            whole, other = entry[0], entry[1:]
            if shared.startswith(":"):
                plain[whole].append(other + shared[1:])
            else:
                plain[whole].append(shared.rstrip(":") + other)
    wholes: dict[str, list[str]] = defaultdict(list)
    for whole, splits in plain.items():
        for split in splits:
            for written in _ways(whole, split, plain):
                if whole not in wholes[written]:
                    wholes[written].append(whole)
    pairs = {
        (ord(written[0]) << 32) | ord(written[1]) for written, found in wholes.items() if found
    }
    table = {written: tuple(found) for written, found in wholes.items() if found}
    return Parts(table, np.array(sorted(pairs), dtype=np.uint64))


def _ways(whole: str, split: str, plain: dict[str, list[str]]) -> list[str]:
    """Return the ways to write one split: other forms of a part, one part split further."""
    ways = {"".join(way) for way in product(*(_FORMS.get(part, part) for part in split))}
    for place, part in enumerate(split):
        for finer in plain.get(part, ()):
            longer = split[:place] + finer + split[place + 1 :]
            if len(longer) <= LONGEST:
                ways |= {"".join(way) for way in product(*(_FORMS.get(one, one) for one in longer))}
    return sorted(way for way in ways if len(way) > 1 and whole not in way)


def join_parts(text: str, routes: Routes) -> tuple[str, int]:
    """Return the text with split characters put together, and how many were.

    Args:
        text: simplified characters.
        routes: the dictionary.

    Example:
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> join_parts("请大家木目亻言这件事", Routes(load_lexicon()))
        ('请大家相信这件事', 2)
        >>> join_parts("女子篮球联赛", Routes(load_lexicon()))
        ('女子篮球联赛', 0)
    """
    count = 0
    limit = STRONG
    while True:
        text, joined = _join(text, routes, limit)
        count += joined
        if joined and limit == STRONG:
            limit = WEAK
        elif not joined:
            return text, count


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    """Return the first two parts of each sequence."""
    return frozenset(written[:2] for written in parts().wholes)


def _join(text: str, routes: Routes, limit: float) -> tuple[str, int]:
    joined = 0
    place = -1
    beginnings = _beginnings()
    while place < len(text) - 2:
        place += 1
        if text[place : place + 2] not in beginnings:
            continue
        best, chosen = 0.0, ("", 0, 0)
        for length, whole in _wholes_at(text, place, limit):
            gain = merge_gain(text, place, length, whole, routes, limit)
            if gain >= limit and gain > best:
                best, chosen = gain, (whole, length, 1)
            # 木目人言 gains nothing by 相 or 信 alone
            for further, second in _wholes_at(text, place + length, limit):
                both = length + further
                gain = merge_gain(text, place, both, whole + second, routes, limit)
                if gain >= limit and gain > best:
                    best, chosen = gain, (whole + second, both, 2)
        whole, width, count = chosen
        if count:
            text = text[:place] + whole + text[place + width :]
            joined += count
    return text, joined


def _wholes_at(text: str, place: int, limit: float) -> list[tuple[int, str]]:
    """Return what the parts at a place may make, with the number of parts, the longest first."""
    wholes = parts().wholes
    return [
        (length, whole)
        for length in range(min(LONGEST, len(text) - place), 1, -1)
        for whole in wholes.get(text[place : place + length], ())
        if not _is_stretched(text, place, length)
        and (limit < STRONG or text[place : place + length] not in _ORDINARY)
    ]


def _is_stretched(text: str, place: int, length: int) -> bool:
    """Tell whether the parts are one character said again and again: 又又又又."""
    around = text[max(0, place - 1) : place + length + 1]
    return len(set(text[place : place + length])) == 1 and around.count(text[place]) > length


def merge_gain(
    text: str, place: int, length: int, whole: str, routes: Routes, limit: float = STRONG
) -> float:
    """Return what the dictionary gains when the parts at a place become one character.

    Args:
        text: simplified characters.
        place: where the parts begin.
        length: how many they are.
        whole: the character, or two that stand side by side.
        routes: the dictionary.
        limit: what it must gain; below `STRONG` where another split of the text is proved.

    Returns:
        The difference of the best routes around the place in nats; 1000 more where a radical
        proves the split, less where the whole would stand alone between words.

    Example:
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> merge_gain("日月天见", 0, 2, "明", Routes(load_lexicon())) > STRONG
        True
    """
    split = text[place : place + length]
    start = place
    while start > 0 and place - start < _REACH and "\u3400" <= text[start - 1] <= "\u9fff":
        start -= 1
    stop = place + length
    end = stop
    while end < len(text) and end - stop < _REACH and "\u3400" <= text[end] <= "\u9fff":
        end += 1
    before = routes.score(text[start:end])
    after, word = routes.word_at(text[start:place] + whole + text[stop:end], place - start)
    gain = after - before
    if word < len(whole):
        return 0.0
    if not RADICALS.isdisjoint(split):
        return _PROVED + gain
    score, together = routes.word_at(split, 0)
    if length == together == 2:
        gain -= max(0.0, score - _RARE_WORD)  # 女子 is common, 日月 is not
    return gain if word > 1 else gain - (LONE if limit >= STRONG else LESS_LONE)
