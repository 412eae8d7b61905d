"""Words that are written by their sound, as the dictionary spells them: 役苗, 疫miao and yimiao.

A noisy channel (Kernighan, Church and Gale, A spelling correction program based on a noisy channel
model, 1990): of all ways through a key the most probable is taken, where a word of the dictionary
may stand for what sounds like it, at a price for every character that was changed. What is a word
as it stands stays. Negations and numerals are neither changed nor put in: they decide what a post
says. Names and new words that the dictionary lacks are sometimes taken for others; hence what is
respelled is what a model reads, and neither shown nor matched.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.characters import TABLE_SIZE
from rumorscan.text.contradiction import GUARDED
from rumorscan.text.fold import Folded
from rumorscan.text.homophones import sound_table
from rumorscan.text.lexicon import load_lexicon
from rumorscan.text.sound_words import (
    LONGEST,
    SHORTEST,
    SoundWords,
    Spellings,
    load_sound_words,
    load_spellings,
)
from rumorscan.text.words import LAST, LEVEL_BITS, SLOTS, Lexicon, find_slot

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]
Whole = int | np.int64
Slots = npt.NDArray[np.uint64]
Keys = tuple[Codes, Places]
"""Code points of all keys, and where each begins."""
Tables = tuple[Codes, npt.NDArray[np.bool_]]
"""By code point: the character that stands for its syllable, and whether it is guarded."""

# log-odds against it; scripts/bench_evasions.py and docs/benchmarks.md
_CHANGED = 8.0  # a character is written by another one of the same sound
_SPELLED = 1.0  # a character is written by its syllable: no other use of these letters is as likely
_FIRST_HAN = 0x4E00
_NO_ROUTE = -1e9
_STACK = 8 * LONGEST
_ROOT = -1


def respell(folded: Folded) -> Folded:
    """Return keys in which words written by their sound are spelled as the dictionary has them.

    Args:
        folded: n fold keys.

    Returns:
        n keys, no longer than they were; their `counts` are those of the keys.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> list(respell(fold_texts(["打了役苗会死", "疫miao有毒", "城东水厂停水三天"])).keys())
        ['打了疫苗会死', '疫苗有毒', '城东水厂停水三天']
    """
    widest = int(folded.lengths.max(initial=0)) + 1
    route = np.empty(widest, dtype=np.float64)
    choice = np.empty((widest, 2), dtype=np.int64)
    codes = np.empty_like(folded.codes)
    offsets = np.zeros_like(folded.offsets)
    _respell(
        (folded.codes, folded.offsets),
        load_lexicon(),
        load_sound_words(),
        load_spellings(),
        (sound_table(), _guarded()),
        (route, choice),
        (codes, offsets),
    )
    return Folded(codes[: offsets[-1]], offsets, folded.counts)


@lru_cache(maxsize=1)
def _guarded() -> npt.NDArray[np.bool_]:
    table = np.zeros(TABLE_SIZE, dtype=np.bool_)
    table[[ord(character) for character in GUARDED]] = True
    return table


@compiled
def _respell(
    keys: Keys,
    lexicon: Lexicon,
    words: SoundWords,
    spellings: Spellings,
    tables: Tables,
    scratch: tuple[Scores, Places],
    out: Keys,
) -> None:
    codes, offsets = keys
    route, choice = scratch
    written, written_offsets = out
    path = np.zeros(LONGEST, dtype=np.int64)
    stack = np.zeros((_STACK, 5), dtype=np.int64)
    total = 0
    for row in range(len(offsets) - 1):
        key = codes[offsets[row] : offsets[row + 1]]
        _find_route(key, lexicon, words, spellings, tables, route, choice, path, stack)
        at = 0
        while at < len(key):
            end, word = choice[at]
            if word > 0:
                for place in range(words.begins[word], words.begins[word + 1]):
                    written[total] = words.spelled[place]
                    total += 1
            else:
                for place in range(at, end):
                    written[total] = key[place]
                    total += 1
            at = end
        written_offsets[row + 1] = total


@compiled
def _find_route(
    key: Codes,
    lexicon: Lexicon,
    words: SoundWords,
    spellings: Spellings,
    tables: Tables,
    route: Scores,
    choice: Places,
    path: Places,
    stack: Places,
) -> None:
    """Find the most probable way from each place to the end: where its first step leads to."""
    # taken out of their tuples once: to do so at each place costs more than all the rest
    first, entries, levels, unknown = lexicon
    heads, highest = words.first, words.highest
    sounds = tables[0]
    count = len(key)
    route[count] = 0.0
    run_end = count
    nearest = count + LONGEST  # where the next letter stands
    for at in range(count - 1, -1, -1):
        code = np.int64(key[at])
        if _is_letter(code):
            if at + 1 == count or not _is_letter(np.int64(key[at + 1])):
                run_end = at + 1
            nearest = at
            best, end = _NO_ROUTE, run_end
            if at == 0 or not _is_letter(np.int64(key[at - 1])):
                best = unknown + route[run_end]
        elif _FIRST_HAN <= code <= LAST:
            best, end = _plain_word(key, at, first, entries, levels, unknown, route)
        else:
            route[at] = route[at + 1]
            choice[at, 0], choice[at, 1] = at + 1, 0
            continue
        word = np.int64(0)
        if nearest - at < LONGEST or _can_be_another(
            np.int64(sounds[code]), at, count, heads, highest, route, best
        ):
            best, end, word = _heard_word(
                key, at, words, spellings, tables, route, best, end, path, stack
            )
        route[at] = best
        choice[at, 0], choice[at, 1] = end, word


@compiled
def _plain_word(
    key: Codes,
    at: int,
    first: npt.NDArray[np.int32],
    entries: Slots,
    levels: Scores,
    unknown: float,
    route: Scores,
) -> tuple[float, int]:
    """Return the best score of a word that stands at a place as it is, and where it ends."""
    code = np.int64(key[at])
    level = np.int64(first[code])
    node = SLOTS + code
    best, end = unknown + route[at + 1], at + 1
    if level > 0:
        best = levels[level] + route[at + 1]
    place = at + 1
    while level >= 0 and place < len(key) and key[place] <= LAST:
        slot = find_slot(entries, np.uint64((node << 16) | np.int64(key[place])))
        if entries[slot] == 0:
            break
        level = np.int64(entries[slot] & np.uint64((1 << LEVEL_BITS) - 1))
        node = np.int64(slot)
        place += 1
        if level > 0:
            value = levels[level] + route[place]
            if value >= best:
                best, end = value, place
    return best, end


@compiled
def _can_be_another(
    syllable: Whole,
    at: int,
    count: int,
    heads: npt.NDArray[np.int32],
    highest: Scores,
    route: Scores,
    best: float,
) -> bool:
    """Tell whether the most frequent word of any length that begins so would score higher."""
    row = heads[syllable] if syllable <= LAST else 0
    for length in range(SHORTEST, min(LONGEST, count - at) + 1):
        if highest[row, length] - _CHANGED + route[at + length] > best:
            return True
    return False


@compiled
def _heard_word(
    key: Codes,
    at: int,
    words: SoundWords,
    spellings: Spellings,
    tables: Tables,
    route: Scores,
    best: float,
    end: int,
    path: Places,
    stack: Places,
) -> tuple[float, int, np.int64]:
    """Return score, end and number of a word that sounds like what stands at a place.

    Where none scores higher than `best`, best and end are as they were, and the number is 0.
    `stack` holds for each way to go on its
    place, node, depth, spelled syllables and last character, 0 for a syllable.
    """
    sounds, _ = tables
    found = np.int64(0)
    top = 1
    stack[0] = (at, _ROOT, 0, 0, 0)
    while top > 0:
        top -= 1
        place, node, depth, spelled, character = stack[top]
        if depth > 0:
            path[depth - 1] = character
        if depth >= SHORTEST:
            word = np.int64(words.entries[node] & np.uint64((1 << LEVEL_BITS) - 1))
            if word > 0:
                price = _price(word, words, tables, path, spelled)
                value = words.scores[word] - price + route[place]
                if price > 0.0 and value > best:
                    best, end, found = value, place, word
        if depth == LONGEST or place == len(key):
            continue
        code = np.int64(key[place])
        if _FIRST_HAN <= code <= LAST:
            child = _step(words, node, np.int64(sounds[code]))
            if child >= 0:
                stack[top] = (place + 1, child, depth + 1, spelled, code)
                top += 1
            continue
        letters = 0
        while place < len(key) and _is_letter(np.int64(key[place])):
            letters = spellings.following[letters, np.int64(key[place]) - 0x61]
            if letters == 0:
                break
            place += 1
            syllable = np.int64(spellings.syllables[letters])
            child = _step(words, node, syllable) if syllable > 0 else -1
            if child >= 0:
                stack[top] = (place, child, depth + 1, spelled + 1, 0)
                top += 1
    return best, end, found


@compiled
def _price(word: Whole, words: SoundWords, tables: Tables, path: Places, spelled: Whole) -> float:
    """Return what it costs that a word was written so; 0 where it was not changed."""
    _, guarded = tables
    price = _SPELLED * spelled
    begin = words.begins[word]
    for depth in range(words.begins[word + 1] - begin):
        target, character = np.int64(words.spelled[begin + depth]), path[depth]
        if character == target:
            continue
        if guarded[target] or guarded[character]:
            return -_NO_ROUTE
        if character > 0:
            price += _CHANGED
    return price


@compiled
def _step(words: SoundWords, node: Whole, syllable: Whole) -> Whole:
    """Return the node that a syllable leads to, -1 where no word goes on so."""
    if syllable > LAST:
        return -1
    if node == _ROOT:
        return SLOTS + syllable if words.first[syllable] > 0 else -1
    slot = np.int64(find_slot(words.entries, np.uint64((node << 16) | syllable)))
    return slot if words.entries[slot] != 0 else -1


@compiled
def _is_letter(code: Whole) -> bool:
    return bool(0x61 <= code <= 0x7A)
