"""Character pairs of a library of claims: numbered, counted, and the rarest indexed.

A claim is the set of its character pairs, each with a weight. Only its rarest pairs are
indexed: so many that a text must hold a known part of them to reach the wanted share.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.rumors.contradiction import DIGITS

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]

_SURPLUS = 0.2  # of 0.05 to 0.35 the fastest with 50,000 claims
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

# characters that come and go without changing what is said; pairs are formed across them
_FILLERS = "的了着能会要可以将已就都也又还很再并啊呢吧吗"
FILLERS = np.zeros(0x10000, dtype=np.bool_)
FILLERS[[ord(character) for character in _FILLERS]] = True


class Pairs(NamedTuple):
    """The character pairs of a library of claims.

    Attributes:
        keys: uint64 open-addressed table of pairs, 0 where empty; a power of two long.
        ids: int32, the number of the pair in the same place.
        offsets: int64, shape (claims + 1,).
        members: int32 pair numbers, no pair twice in a claim; claim i has
            `members[offsets[i]:offsets[i + 1]]`.
        frequency: int64, claims that hold each pair.
        firsts: uint32, the first character of each pair.
        seconds: uint32, the second.
    """

    keys: npt.NDArray[np.uint64]
    ids: Ids
    offsets: Ints
    members: Ids
    frequency: Ints
    firsts: Codes
    seconds: Codes


@compiled
def find_place(keys: npt.NDArray[np.uint64], key: np.uint64) -> int:
    """Return where a key stands in an open-addressed table, or where it would stand."""
    mask = np.uint64(len(keys) - 1)
    place = ((key * _MULTIPLIER) >> np.uint64(32)) & mask
    while keys[place] != key and keys[place] != 0:
        place = (place + np.uint64(1)) & mask
    return int(place)


@compiled
def pair_key(first: np.uint32, second: np.uint32) -> np.uint64:
    """Return the key of two characters; `三天` and `3天` have the same."""
    if first < len(DIGITS):
        first = DIGITS[first]
    if second < len(DIGITS):
        second = DIGITS[second]
    return (np.uint64(first) << np.uint64(32)) | np.uint64(second)


@compiled
def write_words(text: Codes, words: Codes, places: Ints) -> int:
    """Write the characters of a fold key that are no filler, and where they stand."""
    count = 0
    for position in range(len(text)):
        code = text[position]
        if code < len(FILLERS) and FILLERS[code]:
            continue
        words[count], places[count] = code, position
        count += 1
    return count


@compiled
def _number_pairs(codes: Codes, offsets: Ints, size: int, minimum_length: int) -> Any:
    n = len(offsets) - 1
    keys = np.zeros(size, dtype=np.uint64)
    ids = np.full(size, -1, dtype=np.int32)
    members = np.empty(len(codes), dtype=np.int32)
    member_offsets = np.zeros(n + 1, dtype=np.int64)
    frequency = np.zeros(len(codes), dtype=np.int64)
    seen = np.full(len(codes), -1, dtype=np.int64)
    firsts = np.empty(len(codes), dtype=np.uint32)
    seconds = np.empty(len(codes), dtype=np.uint32)
    words = np.empty(len(codes), dtype=np.uint32)
    places = np.empty(len(codes), dtype=np.int64)
    count = np.int32(0)
    written = 0
    for claim in range(n):
        if offsets[claim + 1] - offsets[claim] >= minimum_length:
            length = write_words(codes[offsets[claim] : offsets[claim + 1]], words, places)
            for position in range(length - 1):
                key = pair_key(words[position], words[position + 1])
                place = find_place(keys, key)
                if keys[place] == 0:
                    keys[place], ids[place] = key, count
                    firsts[count], seconds[count] = words[position], words[position + 1]
                    count += np.int32(1)
                number = ids[place]
                if seen[number] != claim:
                    seen[number] = claim
                    frequency[number] += 1
                    members[written] = number
                    written += 1
        member_offsets[claim + 1] = written
    return keys, ids, member_offsets, members[:written].copy(), frequency, firsts, seconds, count


def number_pairs(codes: Codes, offsets: Ints, minimum_length: int) -> Pairs:
    """Return the pairs of claims whose fold keys stand end to end; too short ones have none."""
    size = 1 << max(4, int(2 * len(codes)).bit_length())
    keys, ids, bounds, members, frequency, firsts, seconds, count = _number_pairs(
        codes, offsets, size, minimum_length
    )
    cut = (frequency[:count].copy(), firsts[:count].copy(), seconds[:count].copy())
    return Pairs(keys, ids, bounds, members, *cut)


@compiled
def widest_text(offsets: Ints) -> int:
    """Return the length of the longest text."""
    widest = 0
    for row in range(len(offsets) - 1):
        widest = max(widest, offsets[row + 1] - offsets[row])
    return widest


@compiled
def count_texts(codes: Codes, offsets: Ints, pairs: Pairs) -> Ints:
    """Return for each pair the number of texts that hold it."""
    counts = np.zeros(len(pairs.frequency), dtype=np.int64)
    seen = np.full(len(pairs.frequency), -1, dtype=np.int64)
    words = np.empty(widest_text(offsets), dtype=np.uint32)
    places = np.empty(len(words), dtype=np.int64)
    for row in range(len(offsets) - 1):
        length = write_words(codes[offsets[row] : offsets[row + 1]], words, places)
        for position in range(length - 1):
            number = pairs.ids[
                find_place(pairs.keys, pair_key(words[position], words[position + 1]))
            ]
            if number >= 0 and seen[number] != row:
                seen[number] = row
                counts[number] += 1
    return counts


@compiled
def index_rarest(pairs: Pairs, weights: npt.NDArray[np.float64], share: float) -> Any:
    """Return claims by their rarest pairs: postings, bounds by pair, totals and needs by claim.

    A claim stands under its heaviest pairs, until they weigh more than what a text may miss by
    `_SURPLUS` of the whole. So a text that reaches the share holds that surplus of them at least.
    """
    n = len(pairs.offsets) - 1
    totals = np.zeros(n, dtype=np.float64)
    needed = np.zeros(n, dtype=np.float64)
    chosen = np.zeros(len(pairs.members), dtype=np.bool_)
    bounds = np.zeros(len(weights) + 1, dtype=np.int64)
    for claim in range(n):
        start, stop = pairs.offsets[claim], pairs.offsets[claim + 1]
        members = pairs.members[start:stop]
        own = weights[members]
        totals[claim] = own.sum()
        missing = (1.0 - share) * totals[claim]
        covered = 0.0
        for place in np.argsort(-own, kind="mergesort"):
            if covered > missing + _SURPLUS * totals[claim]:
                break
            covered += own[place]
            chosen[start + place] = True
            bounds[members[place] + 1] += 1
        # the slack is for sums that are rounded in another order
        needed[claim] = max(0.0, covered - missing) - 1e-6
    bounds = np.cumsum(bounds)
    filled = bounds[:-1].copy()
    postings = np.empty(bounds[-1], dtype=np.int32)
    for claim in range(n):
        for place in range(pairs.offsets[claim], pairs.offsets[claim + 1]):
            if chosen[place]:
                number = pairs.members[place]
                postings[filled[number]] = claim
                filled[number] += 1
    return postings, bounds, totals, needed
