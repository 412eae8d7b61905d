"""How well a reading of a text fits the dictionary: the log-probability of its best route.

The route is jieba's, over the arrays of `words.Lexicon`; an evasion is undone only where the
dictionary gains by it. Characters other than Han cost nothing and end a word.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.words import LAST, LEVEL_BITS, SLOTS, Lexicon, find_slot

FIRST_HAN = 0x3400
LONGEST = 4096
"""Characters of the longest stretch that is judged; what stands beyond is not."""


class Routes:
    """A dictionary with the scratch space that its loops need; not for use by two threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._scores = np.empty(LONGEST + 1, dtype=np.float64)
        self._following = np.empty(LONGEST + 1, dtype=np.int64)

    def score(self, text: str) -> float:
        """Return the log-probability of the best route, 0 for a text without Han characters.

        Example:
            >>> from rumorscan.text.lexicon import load_lexicon
            >>> routes = Routes(load_lexicon())
            >>> routes.score("城东水厂停水三天") > routes.score("天三水停厂水东城")
            True
        """
        codes = as_codes(text)
        return float(best_route(codes, 0, len(codes), *self._scratch))

    def word_at(self, text: str, place: int) -> tuple[float, int]:
        """Return the score, and the length of the word that holds the character at a place.

        Example:
            >>> from rumorscan.text.lexicon import load_lexicon
            >>> Routes(load_lexicon()).word_at("停水三天", 1)[1]
            2
        """
        codes = as_codes(text)
        score = float(best_route(codes, 0, len(codes), *self._scratch))
        start, stop = word_around(place, self._following)
        return score, int(stop - start)

    def word_begins(self, text: str) -> list[bool]:
        """Tell of each character whether a word begins there.

        Example:
            >>> from rumorscan.text.lexicon import load_lexicon
            >>> Routes(load_lexicon()).word_begins("停水三天")
            [True, False, True, False]
        """
        codes = as_codes(text)
        best_route(codes, 0, len(codes), *self._scratch)
        begins = [False] * len(text)
        place = 0
        while place < len(codes):
            begins[place] = True
            place = int(self._following[place])
        return begins

    @property
    def _scratch(
        self,
    ) -> tuple[
        npt.NDArray[np.int32],
        npt.NDArray[np.uint64],
        npt.NDArray[np.float64],
        float,
        npt.NDArray[np.float64],
        npt.NDArray[np.int64],
    ]:
        return (*self._lexicon, self._scores, self._following)


def as_codes(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text, at most `LONGEST`.

    Example:
        >>> as_codes("ab").tolist()
        [97, 98]
    """
    return np.frombuffer(text[:LONGEST].encode("utf-32-le"), dtype=np.uint32)


@compiled
def best_route(
    codes: npt.NDArray[np.uint32],
    begin: int,
    end: int,
    first: npt.NDArray[np.int32],
    entries: npt.NDArray[np.uint64],
    levels: npt.NDArray[np.float64],
    unknown: float,
    scores: npt.NDArray[np.float64],
    following: npt.NDArray[np.int64],
) -> float:
    """Return the score of the best route; `following` then tells where each word ends."""
    scores[end - begin] = 0.0
    for place in range(end - 1, begin - 1, -1):
        code = np.int64(codes[place])
        chosen = place + 1 - begin
        best = scores[chosen]
        if code >= FIRST_HAN:
            best += unknown
            level = np.int64(first[code]) if code <= LAST else -1
            node = SLOTS + code
            stop = place + 1
            is_known = False
            while level >= 0:
                if level > 0:
                    value = levels[level] + scores[stop - begin]
                    if not is_known or value >= best:
                        best, chosen, is_known = value, stop - begin, True
                if stop == end or codes[stop] > LAST or codes[stop] < FIRST_HAN:
                    break
                slot = find_slot(entries, np.uint64((node << 16) | codes[stop]))
                if entries[slot] == 0:
                    break
                level = np.int64(entries[slot] & np.uint64((1 << LEVEL_BITS) - 1))
                node = np.int64(slot)
                stop += 1
        scores[place - begin] = best
        following[place - begin] = chosen
    return float(scores[0])


@compiled
def word_around(place: int, following: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Return where the word of the last best route that holds a place begins and ends."""
    start = 0
    while following[start] <= place:
        start = following[start]
    return start, following[start]
