"""Rare runs: stretches of characters that few texts share, which no common phrase explains.

A template with foreign text around it has little in common with its siblings as a set, but the
template itself is a run that nobody else writes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import Folded

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Pairs of texts that share a rare run long enough to be no accident.

    Attributes:
        first, second: int64 positions of the texts, shape (k,).
        starts, lengths: int64; where the stretch in common begins in the codes of the second,
            and its length.
        compared: pairs that were looked at.
        capped: runs that too many texts share to be rare.
    """

    first: Ints
    second: Ints
    starts: Ints
    lengths: Ints
    compared: int
    capped: int


def find_runs(keys: Folded, settings: GroupSettings) -> Runs:
    """Return the pairs of keys that share a rare run.

    A run of `run_length` characters that at least two and at most `run_limit` texts hold makes
    candidates: each with the first that holds it and with the one before. They are linked where
    the whole stretch in common is `run_covers` of the shorter text, or `run_enough` long.

    Args:
        keys: n distinct keys.
        settings: the lengths and the limit.
    """
    hashes, places, texts = _hash_runs(keys.codes, keys.offsets, settings.run_length)
    order = np.lexsort((places, hashes))
    hashes = hashes[order]
    same = hashes[1:] == hashes[:-1]
    shared = order[np.r_[False, same] | np.r_[same, False]] if len(order) else order
    found = _pair_runs(
        keys.codes,
        keys.offsets,
        hashes[np.r_[False, same] | np.r_[same, False]] if len(order) else hashes,
        places[shared],
        texts[shared],
        settings.run_limit,
        settings.run_covers,
        settings.run_enough,
    )
    return Runs(*found)


@compiled
def _hash_runs(
    codes: npt.NDArray[np.uint32], offsets: Ints, length: int
) -> tuple[npt.NDArray[np.uint64], Ints, npt.NDArray[np.int32]]:
    """Return a rolling hash of every run, where it begins, and in which text."""
    total = 0
    for row in range(len(offsets) - 1):
        total += max(0, offsets[row + 1] - offsets[row] - length + 1)
    hashes = np.empty(total, dtype=np.uint64)
    places = np.empty(total, dtype=np.int64)
    texts = np.empty(total, dtype=np.int32)
    base = np.uint64(0x9E3779B97F4A7C15)
    power = np.uint64(1)
    for _ in range(length - 1):
        power *= base
    written = 0
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        value = np.uint64(0)
        for position in range(start, stop):
            if position - start >= length:
                value -= np.uint64(codes[position - length]) * power
            value = value * base + np.uint64(codes[position])
            if position - start >= length - 1:
                hashes[written] = value
                places[written] = position - length + 1
                texts[written] = row
                written += 1
    return hashes, places, texts


@compiled
def _common_stretch(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    one: np.int64,
    place: np.int64,
    other: np.int64,
    other_place: np.int64,
) -> tuple[int, int]:
    """Return where the stretch around two places in which two texts agree begins, and ends."""
    back = np.int64(0)
    while (
        place - back > offsets[one]
        and other_place - back > offsets[other]
        and codes[place - back - 1] == codes[other_place - back - 1]
    ):
        back += 1
    ahead = np.int64(0)
    while (
        place + ahead < offsets[one + 1]
        and other_place + ahead < offsets[other + 1]
        and codes[place + ahead] == codes[other_place + ahead]
    ):
        ahead += 1
    return int(place - back), int(place + ahead)


@compiled
def _pair_runs(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    hashes: npt.NDArray[np.uint64],
    places: Ints,
    texts: npt.NDArray[np.int32],
    limit: int,
    covers: float,
    enough: int,
) -> tuple[Ints, Ints, Ints, Ints, int, int]:
    firsts = np.empty(2 * len(hashes), dtype=np.int64)
    seconds = np.empty(2 * len(hashes), dtype=np.int64)
    starts = np.empty(2 * len(hashes), dtype=np.int64)
    lengths = np.empty(2 * len(hashes), dtype=np.int64)
    found = 0
    compared = 0
    capped = 0
    start = 0
    while start < len(hashes):
        stop = start + 1
        while stop < len(hashes) and hashes[stop] == hashes[start]:
            stop += 1
        holders = 1
        for index in range(start + 1, stop):
            holders += texts[index] != texts[index - 1]
        if holders > limit:
            capped += 1
            start = stop
            continue
        before = start
        for index in range(start + 1, stop):
            if texts[index] == texts[index - 1]:
                continue  # a text that repeats a run holds it once
            text, place = np.int64(texts[index]), places[index]
            last, before = before, index
            for partner in range(2):
                at = start if partner == 0 else last
                if partner == 1 and at == start:
                    continue
                other, other_place = np.int64(texts[at]), places[at]
                compared += 1
                begin, end = _common_stretch(codes, offsets, text, place, other, other_place)
                shorter = min(
                    offsets[text + 1] - offsets[text], offsets[other + 1] - offsets[other]
                )
                if end - begin >= enough or end - begin >= covers * shorter:
                    firsts[found] = other
                    seconds[found] = text
                    starts[found] = begin
                    lengths[found] = end - begin
                    found += 1
        start = stop
    return (
        firsts[:found].copy(),
        seconds[:found].copy(),
        starts[:found].copy(),
        lengths[:found].copy(),
        compared,
        capped,
    )
