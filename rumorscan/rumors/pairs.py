"""Character pairs of a library of claims: numbered, counted, and the rarest indexed.

A claim is the set of its character pairs, each with a weight. Only its rarest pairs are
indexed: so many that a text must hold a known part of them to reach the wanted share.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.contradiction import CHINESE_DIGITS
from rumorscan.text.fold import Folded

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
Weights = npt.NDArray[np.float64]

_SURPLUS = 0.2  # of 0.05 to 0.35 the fastest with 50,000 claims
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_ONE = np.uint64(1)

# characters that come and go without changing what is said; pairs are formed across them
_FILLERS = "的了着能会要可以将已就都也又还很再并啊呢吧吗"


class PairTable(NamedTuple):
    """What a loop needs to find the claims' pairs in a text.

    Attributes:
        keys: open-addressed table of pairs, 0 where empty; a power of two long.
        ids: the number of the pair in the same place, -1 where there is none.
        letters: by code point: what it is in a pair, 0 for a filler; `三` is `3`.
    """

    keys: Keys
    ids: Ids
    letters: Codes


class Pairs(NamedTuple):
    """The character pairs of a library of claims.

    Attributes:
        table: finds them.
        offsets: int64, shape (claims + 1,).
        members: int32 pair numbers, no pair twice in a claim; claim i has
            `members[offsets[i]:offsets[i + 1]]`, in the order of its words.
        frequency: int64, claims that hold each pair.
        firsts: uint32, the first character of each pair.
        seconds: uint32, the second.
    """

    table: PairTable
    offsets: Ints
    members: Ids
    frequency: Ints
    firsts: Codes
    seconds: Codes

    @property
    def owners(self) -> Ints:
        """The claim of each member."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


class Scratch(NamedTuple):
    """Room for the pairs of one text.

    Attributes:
        numbers: of its pairs, in order; -1 for a pair that no claim has.
        places: position in the text of the first character of each pair, and of the last one.
    """

    numbers: Ids
    places: Ints


def make_scratch(offsets: Ints) -> Scratch:
    """Return room for the longest text."""
    widest = int(np.diff(offsets).max(initial=0))
    return Scratch(np.empty(widest, dtype=np.int32), np.empty(widest, dtype=np.int64))


def number_pairs(claims: Folded, minimum_length: int) -> Pairs:
    """Return the pairs of claims; those that are too short have none."""
    letters = _letters()
    is_low = claims.codes < len(letters)
    written = np.where(is_low, letters[np.where(is_low, claims.codes, 0)], claims.codes)
    kept = (written != 0) & np.repeat(claims.lengths >= minimum_length, claims.lengths)
    owners = np.repeat(np.arange(len(claims)), claims.lengths)[kept]
    words, written = claims.codes[kept], written[kept].astype(np.uint64)
    starts = np.flatnonzero(owners[1:] == owners[:-1])
    found = (written[starts] << _HALF) | written[starts + 1]
    keys, first, numbers = np.unique(found, return_index=True, return_inverse=True)
    # the first time that a claim has a pair, in the order of its words
    _, held = np.unique(owners[starts] * len(keys) + numbers, return_index=True)
    held.sort()
    offsets = np.searchsorted(owners[starts[held]], np.arange(len(claims) + 1))
    members = numbers[held].astype(np.int32)
    return Pairs(
        PairTable(*_place(keys), letters),
        offsets.astype(np.int64),
        members,
        np.bincount(members, minlength=len(keys)).astype(np.int64),
        words[starts[first]],
        words[starts[first] + 1],
    )


def _letters() -> Codes:
    letters = np.arange(0x10000, dtype=np.uint32)
    for digit, value in CHINESE_DIGITS.items():
        letters[ord(digit)] = ord("0") + value
    letters[[ord(filler) for filler in _FILLERS]] = 0
    return letters


def _place(keys: Keys) -> tuple[Keys, Ids]:
    """Return an open-addressed table of keys and their positions, at most a quarter full."""
    size = 1 << max(4, int(4 * len(keys)).bit_length())
    table = np.zeros(size, dtype=np.uint64)
    ids = np.full(size, -1, dtype=np.int32)
    pending = np.arange(len(keys))
    places = ((keys * _MULTIPLIER) >> _HALF) & np.uint64(size - 1)
    while len(pending):
        is_free = table[places] == 0
        table[places[is_free]] = keys[pending[is_free]]
        # of several keys that want one place the last has got it
        is_placed = table[places] == keys[pending]
        ids[places[is_placed]] = pending[is_placed]
        pending = pending[~is_placed]
        places = (places[~is_placed] + _ONE) & np.uint64(size - 1)
    return table, ids


@compiled
def read_pairs(codes: Codes, bounds: tuple[int, int], table: PairTable, scratch: Scratch) -> int:
    """Write the numbers and places of a text's pairs, and return how many there are.

    Args:
        codes: fold keys of all texts, end to end.
        bounds: of the text.
        table: of the claims' pairs.
        scratch: what is written.
    """
    start, stop = bounds
    mask = np.uint64(len(table.keys) - 1)
    before = np.uint64(0)
    count = -1
    for position in range(start, stop):
        letter = codes[position]
        if letter < len(table.letters):
            letter = table.letters[letter]
        if letter == 0:
            continue
        count += 1
        scratch.places[count] = position - start
        if count > 0:
            key = (before << _HALF) | np.uint64(letter)
            place = ((key * _MULTIPLIER) >> _HALF) & mask
            while table.keys[place] != key and table.keys[place] != 0:
                place = (place + _ONE) & mask
            scratch.numbers[count - 1] = table.ids[place]
        before = np.uint64(letter)
    return count


@compiled
def _count(
    codes: Codes, offsets: Ints, table: PairTable, scratch: Scratch, counts: Ints, seen: Ints
) -> None:
    for row in range(len(offsets) - 1):
        for at in range(read_pairs(codes, (offsets[row], offsets[row + 1]), table, scratch)):
            number = scratch.numbers[at]
            if number >= 0 and seen[number] != row:
                seen[number] = row
                counts[number] += 1


def count_texts(texts: Folded, pairs: Pairs) -> Ints:
    """Return for each pair the number of texts that hold it."""
    counts = np.zeros(len(pairs.frequency), dtype=np.int64)
    seen = np.full(len(counts), -1, dtype=np.int64)
    scratch = make_scratch(texts.offsets)
    _count(texts.codes, texts.offsets, pairs.table, scratch, counts, seen)
    return counts


class Index(NamedTuple):
    """Claims by their rarest pairs.

    Attributes:
        postings: int32 claims, by pair; pair i has `postings[offsets[i]:offsets[i + 1]]`.
        offsets: int64, shape (pairs + 1,).
        totals: by claim, the weight of all its pairs.
        needed: by claim, the weight of indexed pairs that a matching text holds at least.
    """

    postings: Ids
    offsets: Ints
    totals: Weights
    needed: Weights


def index_rarest(pairs: Pairs, weights: Weights, share: float) -> Index:
    """Return the claims by their rarest pairs.

    A claim stands under its heaviest pairs, until they weigh more than what a text may miss by
    `_SURPLUS` of the whole. So a text that reaches the share holds that surplus of them at least.
    """
    n = len(pairs.offsets) - 1
    owners, own = pairs.owners, weights[pairs.members]
    totals: Any = np.bincount(owners, weights=own, minlength=n)
    missing = (1.0 - share) * totals
    heaviest = np.lexsort((-own, owners))
    sums = np.concatenate([[0.0], np.cumsum(own[heaviest])])
    covered = sums[:-1] - sums[pairs.offsets[owners]]
    chosen = heaviest[covered <= (missing + _SURPLUS * totals)[owners]]
    held = np.bincount(owners[chosen], weights=own[chosen], minlength=n)
    # the slack is for sums that are rounded in another order
    needed = np.maximum(0.0, held - missing) - 1e-6
    chosen.sort()
    numbers = pairs.members[chosen]
    offsets = np.zeros(len(weights) + 1, dtype=np.int64)
    np.cumsum(np.bincount(numbers, minlength=len(weights)), out=offsets[1:])
    postings = owners[chosen][np.argsort(numbers, kind="stable")].astype(np.int32)
    return Index(postings, offsets, totals, needed)
