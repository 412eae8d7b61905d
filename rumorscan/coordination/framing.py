"""Learned frames: beginnings and endings that a button or a habit puts around many texts.

`我在某某头条看到一篇好文章：…，推荐你也来看看` makes any two headlines look like one template. What
tells a frame from a template: what stands beside a frame differs from text to text as texts do,
what stands in the slots of a template is short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded, gather_codes
from rumorscan.text.hashing import hash_rows, hash_stretch

Ints = npt.NDArray[np.int64]

_LONGEST = 28  # an edge of so many characters is a template, whatever stands beside it
_LENGTHS = (_LONGEST, 24, 20, 16, 14, 12, 10, 8, 6)
_LEAST_REST = 6  # characters beside the edges
_LEAST_TEXTS = 4
_SAMPLE = 12
_NEARLY_ALL = 0.7
_OWN_SHARE = 0.35  # of what stands beside an edge, at least, differs from text to text
_UNLIKE = 0.15  # mean Jaccard similarity of what stands beside a frame, at most


@dataclass(frozen=True, slots=True)
class Framing:
    """The learned frames around n texts.

    Attributes:
        begins: int64, shape (n,); characters of a frame at the beginning, 0 for none.
        ends: int64, shape (n,); the same at the end.
        begin_ids, end_ids: uint64 names of the frames, 0 for none.
    """

    begins: Ints
    ends: Ints
    begin_ids: npt.NDArray[np.uint64]
    end_ids: npt.NDArray[np.uint64]

    def inside(self, key: str, text: int) -> str:
        """Return one key without the frame around it."""
        return key[int(self.begins[text]) : len(key) - int(self.ends[text])]

    def trim(self, folded: Folded) -> Folded:
        """Return the texts without their frames.

        Args:
            folded: the n keys that the frames were learned from.
        """
        starts = folded.offsets[:-1] + self.begins
        lengths = folded.lengths - self.begins - self.ends
        offsets = np.r_[0, np.cumsum(lengths)]
        return Folded(gather_codes(folded.codes, starts, offsets), offsets, folded.counts)


def learn_frames(keys: Folded, keeper: Keeper = KEEP_NOTHING) -> Framing:
    """Return the frames of distinct texts.

    Args:
        keys: their keys.
        keeper: of what an earlier process has found.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> heads = ["海边的图书馆今天开门迎客", "凌晨四点半的鱼市很热闹", "山里小学的开学第一课"]
        >>> heads += ["古桥修好了老人都来看", "旧书摊搬到了河对面去"]
        >>> texts = [f"{head}（分享自某某新闻客户端）" for head in heads]
        >>> framing = learn_frames(fold_texts(texts))
        >>> framing.ends.tolist()
        [10, 10, 10, 10, 10]
    """
    begins, begin_ids = keeper.once("frame-begins", lambda: _learn_edges(keys, at_end=False))
    ends, end_ids = keeper.once("frame-ends", lambda: _learn_edges(keys, at_end=True))
    crossed = keys.lengths - begins - ends < _LEAST_REST
    begins[crossed], begin_ids[crossed] = 0, 0
    return Framing(begins, ends, begin_ids, end_ids)


def _learn_edges(keys: Folded, *, at_end: bool) -> tuple[Ints, npt.NDArray[np.uint64]]:
    lengths = keys.lengths
    edge = np.zeros(len(keys), dtype=np.int64)
    names = np.zeros(len(keys), dtype=np.uint64)
    by_content = np.argsort(hash_rows(keys.codes, keys.offsets), kind="stable")
    for length in _LENGTHS:
        rows = by_content[(edge == 0)[by_content] & (lengths >= length + _LEAST_REST)[by_content]]
        hashes = _hash_edges(keys.codes, keys.offsets, rows, length, at_end)
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]][: len(hashes)])
        sizes = np.diff(np.r_[starts, len(hashes)])
        often = np.flatnonzero(sizes >= _LEAST_TEXTS)
        for start, size in zip(starts[often].tolist(), sizes[often].tolist(), strict=True):
            members = rows[order[start : start + size]]
            if _are_unlike(_rests(keys, members, length, at_end=at_end)):
                edge[members] = length
                names[members] = hashes[start]
    is_template = edge == _LONGEST
    edge[is_template], names[is_template] = 0, 0
    return edge, names


def _rests(keys: Folded, members: Ints, length: int, *, at_end: bool) -> list[str]:
    """Return what stands beside an edge in some of the texts, spread evenly over them."""
    step = max(1, len(members) // _SAMPLE)
    chosen = members[::step][:_SAMPLE].tolist()
    texts = [keys.key(member) for member in chosen]
    return [text[:-length] if at_end else text[length:] for text in texts]


def _are_unlike(rests: Sequence[str]) -> bool:
    """Tell whether texts differ as unrelated texts do, but for what nearly all of them have.

    What nearly all have is the other end of the frame; what is left must be no mere slot.
    """
    sets = [{rest[place : place + 2] for place in range(len(rest) - 1)} for rest in rests]
    counts = Counter(pair for pairs in sets for pair in pairs)
    common = {pair for pair, count in counts.items() if count >= _NEARLY_ALL * len(rests)}
    left = [pairs - common for pairs in sets]
    shares = [len(one) / max(1, len(whole)) for one, whole in zip(left, sets, strict=True)]
    if np.median([len(pairs) for pairs in left]) < _LEAST_REST or np.median(shares) < _OWN_SHARE:
        return False
    alike = [len(one & other) / max(1, len(one | other)) for one, other in combinations(left, 2)]
    return bool(np.mean(alike) <= _UNLIKE)


@compiled
def _hash_edges(
    codes: npt.NDArray[np.uint32], offsets: Ints, rows: Ints, length: int, at_end: bool
) -> npt.NDArray[np.uint64]:
    hashes = np.empty(len(rows), dtype=np.uint64)
    for index in range(len(rows)):
        row = rows[index]
        start = offsets[row + 1] - length if at_end else offsets[row]
        hashes[index] = hash_stretch(codes, start, start + length)
    return hashes
