"""The dictionary by sound: which word a row of syllables most likely is.

Of the words that sound the same the most frequent one stands for all. A syllable is named by the
character that the homophone key gives it, so that characters and spelled syllables meet in one
tree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.text.caches import load_cached
from rumorscan.text.homophones import read_syllables, sound_table
from rumorscan.text.lexicon import dictionary_version, read_dictionary
from rumorscan.text.words import LAST, LEVEL_BITS, SLOTS, WordList, plant

SHORTEST, LONGEST = 2, 7
"""Characters of the words that are known by their sound; one alone says too little."""

_FIRST_HAN = 0x4E00
_LETTERS = 26
_LAYOUT = 1  # raise it when the arrays of a cached table change their meaning


class SoundWords(NamedTuple):
    """Words in a tree of their syllables, as `words.Lexicon` has them by characters.

    Attributes:
        first: int32, shape (0x9FD6,); the row in `highest` of each syllable that begins a word, 0
            for what begins none.
        highest: float64, shape (rows, LONGEST + 1); the score of the most frequent word of each
            length that begins with a syllable; negative infinity where there is none.
        entries: uint64, shape (2 ** 20,); nodes as in `Lexicon`, with the number of a word, from 1
            on, in place of its level; 0 where none ends.
        scores: float64, shape (words + 1,); the log-probability of each word.
        begins: int64, shape (words + 2,); where each word begins in `spelled`.
        spelled: uint32; the characters of all words, end to end.
    """

    first: npt.NDArray[np.int32]
    highest: npt.NDArray[np.float64]
    entries: npt.NDArray[np.uint64]
    scores: npt.NDArray[np.float64]
    begins: npt.NDArray[np.int64]
    spelled: npt.NDArray[np.uint32]


class Spellings(NamedTuple):
    """Syllables in a tree of their letters; node 0 is the root.

    Attributes:
        following: int16, shape (nodes, 26); the node after each letter, 0 where there is none.
        syllables: uint32, shape (nodes,); the character that stands for the syllable that ends
            there, 0 where none does.
    """

    following: npt.NDArray[np.int16]
    syllables: npt.NDArray[np.uint32]


@lru_cache(maxsize=1)
def load_sound_words() -> SoundWords:
    """Return jieba's words by their sound, from the private cache where they are there.

    Example:
        >>> load_sound_words().scores.dtype
        dtype('float64')
    """
    return load_cached(
        f"sounds-{dictionary_version()}-{_LAYOUT}",
        SoundWords,
        lambda: build_sound_words(read_dictionary()),
        is_sound,
    )


def build_sound_words(words: WordList) -> SoundWords:
    r"""Return the words of a dictionary by their sound; of equal sounds the most frequent one.

    Args:
        words: all words; the probability of one is its share of all counts.

    Example:
        >>> from rumorscan.text.words import parse_dictionary
        >>> found = build_sound_words(parse_dictionary("疫苗 9\n一秒 3\n停 4"))
        >>> "".join(map(chr, found.spelled.tolist()))
        '疫苗'
    """
    lengths = words.ends - words.begins
    strange = np.cumsum(np.append(0, (words.codes < _FIRST_HAN) | (words.codes > LAST)))
    chosen = np.flatnonzero(
        (words.counts > 0)
        & (lengths >= SHORTEST)
        & (lengths <= LONGEST)
        & (strange[words.begins] == strange[words.ends])
    )
    chosen = chosen[np.argsort(-words.counts[chosen], kind="stable")]
    places = words.begins[chosen, None] + np.arange(LONGEST)
    is_in = np.arange(LONGEST) < lengths[chosen, None]
    letters = np.where(is_in, words.codes[np.minimum(places, len(words.codes) - 1)], 0)
    sounds = np.where(is_in, sound_table()[letters], 0)
    _, kept = np.unique(sounds, axis=0, return_index=True)  # the first is the most frequent
    kept.sort()
    lengths, is_in = lengths[chosen[kept]], is_in[kept]
    begins = np.append(0, np.cumsum(lengths))
    planted = WordList(
        sounds[kept][is_in].astype(np.uint32), begins[:-1], begins[1:], words.counts[chosen[kept]]
    )
    _, entries = plant(planted, np.arange(1, len(kept) + 1))
    total = np.log(max(1, int(words.counts.sum())))
    scores = np.append(0.0, np.log(planted.counts) - total)
    spelled = letters[kept][is_in].astype(np.uint32)
    heads, rows = np.unique(sounds[kept, 0], return_inverse=True)
    first = np.zeros(LAST + 1, dtype=np.int32)
    first[heads] = 1 + np.arange(len(heads))
    highest = np.full((len(heads) + 1, LONGEST + 1), -np.inf)
    np.maximum.at(highest, (rows + 1, lengths), scores[1:])
    begins = np.append(0, begins).astype(np.int64)
    return SoundWords(first, highest, entries, scores, begins, spelled)


def is_sound(table: SoundWords) -> bool:
    r"""Tell whether the arrays have the types and sizes that the loops rely on.

    Example:
        >>> from rumorscan.text.words import parse_dictionary
        >>> is_sound(build_sound_words(parse_dictionary("疫苗 9")))
        True
    """
    first, highest, entries, scores, begins, spelled = table
    expected = (
        (first, np.int32, (LAST + 1,)),
        (highest, np.float64, (len(highest), LONGEST + 1)),
        (entries, np.uint64, (SLOTS,)),
        (scores, np.float64, (scores.size,)),
        (begins, np.int64, (scores.size + 1,)),
        (spelled, np.uint32, (spelled.size,)),
    )
    if any(array.dtype != kind or array.shape != shape for array, kind, shape in expected):
        return False
    widths = np.diff(begins)
    return bool(
        int((entries & np.uint64((1 << LEVEL_BITS) - 1)).max()) < len(scores)
        and int(first.max()) < len(highest)
        and begins[0] == 0
        and begins[-1] == len(spelled)
        and ((widths[1:] >= SHORTEST) & (widths[1:] <= LONGEST)).all()
    )


@lru_cache(maxsize=1)
def load_spellings() -> Spellings:
    """Return the tree of pinyin's letters, without tones; ü is v.

    Example:
        >>> spellings, node = load_spellings(), 0
        >>> for letter in "miao":
        ...     node = int(spellings.following[node, ord(letter) - ord("a")])
        >>> int(spellings.syllables[node]) == int(sound_table()[ord("苗")])
        True
    """
    following = [[0] * _LETTERS]
    ends = [0]
    for syllable, characters in read_syllables():
        node = 0
        for letter in syllable:
            place = ord(letter) - ord("a")
            if not following[node][place]:
                following[node][place] = len(following)
                following.append([0] * _LETTERS)
                ends.append(0)
            node = following[node][place]
        ends[node] = int(sound_table()[ord(characters[0])])
    return Spellings(np.array(following, dtype=np.int16), np.array(ends, dtype=np.uint32))
