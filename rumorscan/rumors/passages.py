"""The loop behind the known-rumor index: candidates for each text, and its best passage.

A text that holds enough of a claim's indexed pairs is compared with the claim, passage by
passage; other texts are not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.rumors.contradiction import (
    HARMLESS,
    HARMLESS_BEFORE,
    MAXIMUM_NUMBERS,
    MEASURES,
    MEASURES_OF_ONE,
    NEGATIONS,
    NUMERALS,
    find_numbers,
    negates,
    numbers_differ,
)
from rumorscan.rumors.pairs import (
    Codes,
    Ids,
    Ints,
    Pairs,
    find_place,
    pair_key,
    widest_text,
    write_words,
)

MINIMUM_PAIRS = 5
"""Different pairs that a passage must share with a claim."""

LONG_CLAIM = 24
"""Characters of a claim for which the given share is enough; one word is much of a short one."""

_SHORTENING = 16
"""Characters under `LONG_CLAIM` at which half of what may be missing is asked for as well."""

_WITHOUT_END = 0.9
"""What remains of the share where a passage lacks the end of the claim."""

_TABLES = (
    (NUMERALS, MEASURES, MEASURES_OF_ONE),
    (NEGATIONS, HARMLESS, HARMLESS_BEFORE),
)


class Library(NamedTuple):
    """What `find_passages` reads about the claims.

    Attributes:
        codes: fold keys of all claims, end to end.
        code_offsets: their bounds, shape (claims + 1,).
        postings: int32 claims, by pair.
        posting_offsets: int64, shape (pairs + 1,).
        weights: float64, by pair.
        totals: float64, the weight of all pairs of a claim, by claim.
        needed: float64, by claim; the weight of indexed pairs that a matching text holds.
        is_rumor: by claim; the others may match best and so keep a rumor from matching.
    """

    codes: Codes
    code_offsets: Ints
    postings: Ids
    posting_offsets: Ints
    weights: npt.NDArray[np.float64]
    totals: npt.NDArray[np.float64]
    needed: npt.NDArray[np.float64]
    is_rumor: npt.NDArray[np.bool_]


@compiled
def _best_passage(numbers: Ids, length: int, span: int, members: Ids, scratch: Any) -> Any:
    """Return the weight, first and last pair position of the heaviest window, and its pairs.

    Args:
        numbers: pair number at each position of the text, -1 where the library has no such pair.
        length: positions that are filled.
        span: positions in a window.
        members: the pairs of the claim.
        scratch: weights by pair, and two arrays by pair that are zero before and after.
    """
    weights, is_member, held = scratch
    for number in members:
        is_member[number] = 1
        held[number] = 0
    total, best = 0.0, 0.0
    distinct, most = 0, 0
    left, first, last = 0, -1, -1
    for right in range(length):
        while left <= right - span:
            gone = numbers[left]
            if gone >= 0 and is_member[gone]:
                held[gone] -= 1
                if held[gone] == 0:
                    total -= weights[gone]
                    distinct -= 1
            left += 1
        number = numbers[right]
        if number < 0 or not is_member[number]:
            continue
        if held[number] == 0:
            total += weights[number]
            distinct += 1
        held[number] += 1
        # pairs that the window holds elsewhere as well do not make the passage longer
        while numbers[left] < 0 or not is_member[numbers[left]] or held[numbers[left]] > 1:
            if numbers[left] >= 0 and is_member[numbers[left]]:
                held[numbers[left]] -= 1
            left += 1
        is_shorter = total > best - 1e-9 and right - left < last - first
        if total > best + 1e-9 or is_shorter:
            best, most, first, last = total, distinct, left, right
    for number in members:
        is_member[number] = 0
        held[number] = 0
    return best, first, last, most


@compiled
def _agrees(text: Codes, claim: Codes, passage: tuple[int, int], span: int, tables: Any) -> bool:
    """Tell whether a passage says what the claim says: same numbers, same negation.

    Args:
        text: fold key of the post.
        claim: fold key of the claim.
        passage: first character, and the one after the last, in the text.
        span: characters before and after the passage in which the claim's pair is looked for.
        tables: what `contradiction` needs.
    """
    start, stop = passage
    ours = np.empty((MAXIMUM_NUMBERS, 3), dtype=np.int64)
    theirs = np.empty((MAXIMUM_NUMBERS, 3), dtype=np.int64)
    claim_count = find_numbers(claim, (0, len(claim)), tables[0], ours)
    if claim_count > 0:
        # one character more, for a number at the end whose measure the passage lacks
        reach = (max(0, start - 1), min(len(text), stop + 1))
        if numbers_differ(ours, claim_count, theirs, find_numbers(text, reach, tables[0], theirs)):
            return False
    window = text[max(0, start - span) : min(len(text), stop + span)]
    # the word that negates may stand right before what is shared
    negated = negates(text, (max(0, start - 2), stop), claim, tables[1])
    return negated == negates(claim, (0, len(claim)), window, tables[1])


@compiled
def find_passages(codes: Codes, offsets: Ints, pairs: Pairs, library: Library, share: float) -> Any:
    """Return for each text the claim that it repeats best, or -1, and the share repeated.

    Args:
        codes: fold keys of the texts, end to end.
        offsets: their bounds, shape (n + 1,).
        pairs: of the library.
        library: what is known about its claims.
        share: smallest share of a claim's weight that a passage holds; short claims need more.

    Returns:
        int32 claims and float64 shares, both of shape (n,).
    """
    wanted = np.empty(len(library.totals), dtype=np.float64)
    for claim in range(len(wanted)):
        length = library.code_offsets[claim + 1] - library.code_offsets[claim]
        missing = max(0, min(_SHORTENING, LONG_CLAIM - length)) / (2.0 * _SHORTENING)
        wanted[claim] = share + (1.0 - share) * missing - 1e-9
    n = len(offsets) - 1
    best_claim = np.full(n, -1, dtype=np.int32)
    best_share = np.zeros(n, dtype=np.float64)
    pair_count = len(library.weights)
    scratch = (library.weights, np.zeros(pair_count, np.uint8), np.zeros(pair_count, np.int32))
    seen = np.full(pair_count, -1, dtype=np.int64)
    stamp = np.full(len(library.totals), -1, dtype=np.int64)
    held = np.zeros(len(library.totals), dtype=np.float64)
    touched = np.empty(len(library.totals), dtype=np.int32)
    words = np.empty(widest_text(offsets), dtype=np.uint32)
    places = np.empty(len(words), dtype=np.int64)
    numbers = np.empty(len(words), dtype=np.int32)
    for row in range(n):
        text = codes[offsets[row] : offsets[row + 1]]
        length = write_words(text, words, places) - 1
        if length < MINIMUM_PAIRS:
            continue
        count = 0
        for position in range(length):
            number = pairs.ids[
                find_place(pairs.keys, pair_key(words[position], words[position + 1]))
            ]
            numbers[position] = number
            if number < 0 or seen[number] == row:
                continue
            seen[number] = row
            begin, end = library.posting_offsets[number], library.posting_offsets[number + 1]
            for post in range(begin, end):
                claim = library.postings[post]
                if stamp[claim] != row:
                    stamp[claim], held[claim] = row, 0.0
                    touched[count] = claim
                    count += 1
                held[claim] += library.weights[number]
        for candidate in range(count):
            claim = touched[candidate]
            if held[claim] < library.needed[claim]:
                continue
            begin, end = library.code_offsets[claim], library.code_offsets[claim + 1]
            claim_codes = library.codes[begin:end]
            span = 2 * len(claim_codes)
            members = pairs.members[pairs.offsets[claim] : pairs.offsets[claim + 1]]
            weight, first, last, most = _best_passage(numbers, length, span, members, scratch)
            ratio = 1.0 if most == len(members) else min(1.0, weight / library.totals[claim])
            if not _holds_end(numbers[first : last + 1], members):
                ratio *= _WITHOUT_END
            if ratio < wanted[claim] or most < MINIMUM_PAIRS:
                continue
            rank = (claim, ratio)
            if best_claim[row] >= 0 and not _precedes(
                rank, best_claim[row], best_share[row], library
            ):
                continue
            passage = (places[first], places[last + 1] + 1)
            if _agrees(text, claim_codes, passage, span, _TABLES):
                best_claim[row], best_share[row] = claim, ratio
    for row in range(n):
        if best_claim[row] >= 0 and not library.is_rumor[best_claim[row]]:
            best_claim[row], best_share[row] = -1, 0.0
    return best_claim, best_share


@compiled
def _holds_end(passage: Ids, members: Ids) -> bool:
    """Tell whether a passage holds one of a claim's last two pairs.

    A Chinese sentence says at its end what happened: `追车的女孩` is not `追车的女孩去世了`.
    """
    end = members[max(0, len(members) - 2) :]
    for number in passage:
        for wanted in end:
            if number == wanted:
                return True
    return False


@compiled
def _precedes(ours: tuple[int, float], known: int, share: float, library: Library) -> bool:
    """Tell whether a claim and its share are a better match than the best that is known."""
    claim, ratio = ours
    if abs(ratio - share) > 1e-9:
        return ratio > share
    # a judgment that is not 'false' wins a tie, then the longer claim, then the earlier one
    if library.is_rumor[claim] != library.is_rumor[known]:
        return bool(library.is_rumor[known])
    more = library.totals[claim] - library.totals[known]
    return bool(more > 1e-9 or (more >= -1e-9 and claim < known))
