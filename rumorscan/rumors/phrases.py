"""Which phrases of a text weigh most, in the text's own characters."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from rumorscan.text.characters import TABLE_SIZE, character_table
from rumorscan.text.fold import Folded, fold_key
from rumorscan.text.tokens import segment

_AHEAD = 16  # characters in which what was undone must end
_SMALLEST_SHARE = 0.25  # lighter words than this share of the heaviest would only lengthen phrases


def heaviest_phrases(
    text: str, folded: Folded, added: npt.NDArray[np.float64], limit: int
) -> list[tuple[str, float]]:
    """Return the runs of words that add most, heaviest first.

    Args:
        text: the text as it is shown.
        folded: its fold key, one row.
        added: what each character of the key adds.
        limit: how many at most.

    Returns:
        Phrases with what they add, all above zero. A phrase is a piece of the text where that
        piece can be found, else a piece of the key.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> text = "听说城东停水，快囤水！"
        >>> added = np.array([0, 0, 0, 0, 0.5, 0.5, 0, 0.3, 0.3])
        >>> heaviest_phrases(text, fold_texts([text]), added, 2)
        [('停水', 1.0), ('囤水', 0.6)]
    """
    begins = np.flatnonzero(segment(folded))
    if len(begins) == 0:
        return []
    ends = np.append(begins[1:], len(added))
    word_sums = np.add.reduceat(added, begins)
    least = max(_SMALLEST_SHARE * float(word_sums.max()), np.finfo(np.float64).tiny)
    runs: list[tuple[int, int, float]] = []
    for begin, end, value in zip(begins.tolist(), ends.tolist(), word_sums.tolist(), strict=True):
        if value < least:
            continue
        if runs and runs[-1][1] == begin:
            before = runs.pop()
            runs.append((before[0], end, before[2] + value))
        else:
            runs.append((begin, end, value))
    runs.sort(key=lambda run: (-run[2], run[0]))
    key = folded.key(0)
    places = _places(text, folded)
    return [
        (_shown(text, key[begin:end], places[begin:end]), value)
        for begin, end, value in runs[:limit]
    ]


def _places(text: str, folded: Folded) -> list[int]:
    """Return where each character of the key stands in the text; -1 for what was put in.

    Evasions that were undone and words that were respelled are not in the text as they are read.
    """
    target = character_table().target
    places: list[int] = []
    letters: list[int] = []
    for place, character in enumerate(text):
        if ord(character) < TABLE_SIZE and target[ord(character)]:
            places.append(place)
            letters.append(int(target[ord(character)]))
    expected = folded.codes.tolist()
    found = [-1] * len(expected)
    at = to = 0
    while at < len(letters) and to < len(expected):
        if letters[at] == expected[to]:
            found[to] = places[at]
            at, to = at + 1, to + 1
        elif (skip := _next_pair(letters[at : at + _AHEAD], expected[to : to + _AHEAD])) is None:
            break
        else:
            at, to = at + skip[0], to + skip[1]
    return found


def _next_pair(letters: list[int], expected: list[int]) -> tuple[int, int] | None:
    """Return how far two characters that both have lie ahead, the nearest ones."""
    pairs = {pair: at for at, pair in reversed(list(enumerate(itertools.pairwise(letters))))}
    ahead = (
        (pairs[pair], to) for to, pair in enumerate(itertools.pairwise(expected)) if pair in pairs
    )
    return min(ahead, key=sum, default=None)


def _shown(text: str, phrase: str, places: list[int]) -> str:
    """Return the piece of the text that folds to the phrase, or the phrase itself."""
    if places[0] < 0 or places[-1] < 0:
        return phrase
    piece = text[places[0] : places[-1] + 1]
    return piece if fold_key(piece) == phrase else phrase
