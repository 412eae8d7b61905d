"""The search behind the known-rumor index: candidates for each text, and its best passage.

A text that holds enough of a claim's indexed pairs is compared with the claim, passage by
passage; other texts are not. This is compiled. What is left is few, and whether it says what
the claim says is read in Python: compiling that would take longer than most scans.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.rumors.pairs import (
    Codes,
    Ids,
    Index,
    Ints,
    Pairs,
    PairTable,
    Scratch,
    Weights,
    make_scratch,
    read_pairs,
)
from rumorscan.text.contradiction import Statement, contradicts, read_statement
from rumorscan.text.fold import Folded

MINIMUM_PAIRS = 5
"""Different pairs that a passage must share with a claim."""

LONG_CLAIM = 24
"""Characters of a claim for which the given share is enough; one word is much of a short one."""

_SHORTENING = 16
"""Characters under `LONG_CLAIM` at which half of what may be missing is asked for as well."""

_WITHOUT_END = 0.9
"""What remains of the share where a passage lacks the end of the claim."""

_CLOSE = 1e-9  # shares this close are equal; they are sums rounded in another order
_INSIDE, _END = 1, 2
_PROPOSALS = 1 << 14  # passages that are held at once, beside one for each claim


class Library(NamedTuple):
    """The claims that passages are looked for of.

    Attributes:
        keys: their fold keys.
        pairs: their character pairs.
        weights: float64, by pair.
        rarest: claims by their rarest pairs.
        is_rumor: by claim; the others may match best and so keep a rumor from matching.
    """

    keys: Folded
    pairs: Pairs
    weights: Weights
    rarest: Index
    is_rumor: npt.NDArray[np.bool_]


class Passage(NamedTuple):
    """A passage of a text that resembles a claim.

    Attributes:
        row: the text.
        claim: that it resembles.
        bounds: positions of its first character, and of the one after its last.
        share: of the claim's wording that it holds.
    """

    row: int
    claim: int
    bounds: tuple[int, int]
    share: float


class _Claims(NamedTuple):
    """The claims as the loops read them.

    Attributes:
        weights: by pair.
        offsets: claim i has the pairs `members[offsets[i]:offsets[i + 1]]`.
        members: pair numbers.
        spans: by claim, pairs that a passage may stretch over.
        totals: by claim, the weight of all its pairs.
        wanted: by claim, the share that a passage must reach.
    """

    weights: Weights
    offsets: Ints
    members: Ids
    spans: Ints
    totals: Weights
    wanted: Weights


class _Held(NamedTuple):
    """What the search remembers of the text that it is at.

    Attributes:
        seen: by pair, the last text that had it.
        role: by pair, whether the claim that is compared has it, and at its end; else zero.
        times: by pair, how often the window holds it; zero before and after.
        stamp: by claim, the last text that had one of its pairs.
        weight: by claim, what that text holds of its indexed pairs.
        touched: the claims that it has pairs of.
    """

    seen: Ints
    role: npt.NDArray[np.uint8]
    times: Ids
    stamp: Ints
    weight: Weights
    touched: Ids


def find_passages(texts: Folded, library: Library, share: float) -> tuple[Ids, Weights]:
    """Return for each text the claim that it repeats best, or -1, and the share repeated.

    Args:
        texts: fold keys, n of them.
        library: the claims.
        share: smallest share of a claim's weight that a passage holds; short claims need more.

    Returns:
        Claims and shares, both of shape (n,).
    """
    claims = np.full(len(texts), -1, dtype=np.int32)
    shares = np.zeros(len(texts), dtype=np.float64)
    statements: dict[int, Statement] = {}
    for row, passages in groupby(_propose(texts, library, share), attrgetter("row")):
        best = _choose(texts.key(row), passages, library, statements)
        if best and library.is_rumor[best.claim]:
            claims[row], shares[row] = best.claim, best.share
    return claims, shares


def _choose(
    text: str, passages: Iterator[Passage], library: Library, statements: dict[int, Statement]
) -> Passage | None:
    """Return the best passage of a text that does not contradict its claim, None without any.

    Args:
        text: its fold key.
        passages: all of the same text.
        library: the claims.
        statements: those that have been read so far, by claim; more are added.
    """
    best = None
    for passage in passages:
        if best and not _precedes(passage, best, library):
            continue
        if passage.claim not in statements:
            statements[passage.claim] = read_statement(library.keys.key(passage.claim))
        if not contradicts(statements[passage.claim], text, passage.bounds):
            best = passage
    return best


def _precedes(ours: Passage, known: Passage, library: Library) -> bool:
    """Tell whether a passage is a better match than the best that is known."""
    if abs(ours.share - known.share) > _CLOSE:
        return ours.share > known.share
    # a judgment that is not 'false' wins a tie, then the longer claim, then the earlier one
    if library.is_rumor[ours.claim] != library.is_rumor[known.claim]:
        return bool(library.is_rumor[known.claim])
    more = library.rarest.totals[ours.claim] - library.rarest.totals[known.claim]
    return bool(more > _CLOSE or (more >= -_CLOSE and ours.claim < known.claim))


def _propose(texts: Folded, library: Library, share: float) -> Iterator[Passage]:
    """Yield the best passage for each claim that a text resembles enough, text by text."""
    lengths = library.keys.lengths
    missing = np.clip(LONG_CLAIM - lengths, 0, _SHORTENING) / (2.0 * _SHORTENING)
    claims = _Claims(
        library.weights,
        library.pairs.offsets,
        library.pairs.members,
        2 * lengths,
        library.rarest.totals,
        share + (1.0 - share) * missing - _CLOSE,
    )
    pair_count, claim_count = len(library.weights), len(library.keys)
    held = _Held(
        np.full(pair_count, -1, dtype=np.int64),
        np.zeros(pair_count, dtype=np.uint8),
        np.zeros(pair_count, dtype=np.int32),
        np.full(claim_count, -1, dtype=np.int64),
        np.zeros(claim_count, dtype=np.float64),
        np.empty(claim_count, dtype=np.int32),
    )
    scratch = make_scratch(texts.offsets)
    found = np.empty((_PROPOSALS + claim_count, 4), dtype=np.int64)
    shares = np.empty(len(found), dtype=np.float64)
    row = 0
    while row < len(texts):
        row, count = _search(
            texts.codes,
            texts.offsets,
            row,
            library.pairs.table,
            library.rarest,
            claims,
            held,
            scratch,
            found,
            shares,
        )
        for (at, claim, start, stop), part in zip(
            found[:count].tolist(), shares[:count].tolist(), strict=True
        ):
            yield Passage(at, claim, (start, stop), part)


@compiled
def _search(
    codes: Codes,
    offsets: Ints,
    row: int,
    table: PairTable,
    index: Index,
    claims: _Claims,
    held: _Held,
    scratch: Scratch,
    found: Ints,
    shares: Weights,
) -> tuple[int, int]:
    """Write the passages of the texts from a row on while there is room for all claims.

    Returns:
        The first row that was not searched, and the number of passages.
    """
    written = 0
    while row < len(offsets) - 1 and written + len(claims.wanted) <= len(found):
        length = read_pairs(codes, (offsets[row], offsets[row + 1]), table, scratch)
        touched = 0
        for position in range(length if length >= MINIMUM_PAIRS else 0):
            number = scratch.numbers[position]
            if number < 0 or held.seen[number] == row:
                continue
            held.seen[number] = row
            for posting in range(index.offsets[number], index.offsets[number + 1]):
                claim = index.postings[posting]
                if held.stamp[claim] != row:
                    held.stamp[claim], held.weight[claim] = row, 0.0
                    held.touched[touched] = claim
                    touched += 1
                held.weight[claim] += claims.weights[number]
        for candidate in range(touched):
            claim = held.touched[candidate]
            if held.weight[claim] < index.needed[claim]:
                continue
            share, first, last = _best_passage(scratch.numbers, length, claim, claims, held)
            if share >= claims.wanted[claim]:
                found[written, 0], found[written, 1] = row, claim
                found[written, 2] = scratch.places[first]
                found[written, 3] = scratch.places[last + 1] + 1
                shares[written] = share
                written += 1
        row += 1
    return row, written


@compiled
def _best_passage(
    numbers: Ids, length: int, claim: int, claims: _Claims, held: _Held
) -> tuple[float, int, int]:
    """Return the share of the heaviest window, and its first and last pair; -1.0 for too few.

    A Chinese sentence says at its end what happened: `追车的女孩` is not `追车的女孩去世了`. So
    a window without either of the claim's last two pairs counts less.

    Args:
        numbers: pair number at each position of the text, -1 where the library has no such pair.
        length: positions that are filled.
        claim: that is looked for.
        claims: all of them.
        held: `role` and `times` are used.
    """
    begin, end = claims.offsets[claim], claims.offsets[claim + 1]
    for at in range(begin, end):
        held.role[claims.members[at]] = _INSIDE if at < end - 2 else _END
    total, best = 0.0, 0.0
    distinct, most = 0, 0
    left, first, last = 0, 0, 0
    for right in range(length):
        number = numbers[right]
        if number < 0 or held.role[number] == 0:
            continue
        while left <= right - claims.spans[claim]:
            gone = numbers[left]
            if gone >= 0 and held.role[gone] > 0:
                held.times[gone] -= 1
                if held.times[gone] == 0:
                    total -= claims.weights[gone]
                    distinct -= 1
            left += 1
        if held.times[number] == 0:
            total += claims.weights[number]
            distinct += 1
        held.times[number] += 1
        # pairs that the window holds elsewhere as well do not make the passage longer
        while numbers[left] < 0 or held.role[numbers[left]] == 0 or held.times[numbers[left]] > 1:
            if numbers[left] >= 0 and held.role[numbers[left]] > 0:
                held.times[numbers[left]] -= 1
            left += 1
        is_shorter = total > best - _CLOSE and right - left < last - first
        if total > best + _CLOSE or is_shorter:
            best, most, first, last = total, distinct, left, right
    share = 1.0 if most == end - begin else min(1.0, best / claims.totals[claim])
    has_end = False
    for at in range(first, last + 1):
        has_end = has_end or (numbers[at] >= 0 and held.role[numbers[at]] == _END)
    for at in range(begin, end):
        held.role[claims.members[at]] = held.times[claims.members[at]] = 0
    if most < MINIMUM_PAIRS:
        return -1.0, first, last
    return share if has_end else share * _WITHOUT_END, first, last
