"""The homophone key: what a text sounds like, for finding characters swapped by sound.

Each character has one syllable, that of its customary reading, without its tone. Known limits: a
character read in several ways (长 in 长江 and 校长) has the same syllable in both; syllables that
only some dialects confuse (四 and 十, 南 and 兰) stay apart; letters are never taken for pinyin, so
`wei信` is not 微信; characters outside the table (about 20,900 are in it) stand for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rumorscan.text.characters import TABLE_SIZE, character_table
from rumorscan.text.fold import Folded, fold_key

_SYLLABLES = Path(__file__).with_name("syllables.tsv")


def homophone_key(folded: Folded) -> Folded:
    """Return keys in which characters of the same syllable are equal.

    Args:
        folded: fold keys.

    Returns:
        Keys of the same lengths; a Han character is the most frequent character of its syllable,
        letters and digits are unchanged. Doing it twice is doing it once.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> first, second = homophone_key(fold_texts(["加微信vx12", "佳薇芯vx12"])).keys()
        >>> first == second
        True
    """
    return Folded(sound_table()[folded.codes], folded.offsets, folded.counts)


def same_sound(a: str, b: str) -> bool:
    """Tell whether two texts sound the same, character by character, tones aside.

    Example:
        >>> same_sound("微信", "薇芯"), same_sound("微信", "微博")
        (True, False)
    """
    first, second = fold_key(a), fold_key(b)
    if len(first) != len(second):
        return False
    table = sound_table()
    return all(
        table[ord(one)] == table[ord(other)] for one, other in zip(first, second, strict=True)
    )


@lru_cache(maxsize=1)
def sound_table() -> npt.NDArray[np.uint32]:
    """Return for each code point the one that stands for its syllable, or itself.

    Example:
        >>> table = sound_table()
        >>> table[ord("薇")] == table[ord("微")], chr(table[ord("x")])
        (np.True_, 'x')
    """
    table = np.arange(TABLE_SIZE, dtype=np.uint32)
    simplified = character_table().target
    for _, characters in read_syllables():
        codes = np.array([ord(character) for character in characters], dtype=np.int64)
        kept = codes[simplified[codes] == codes]  # one that a fold key can hold
        table[codes] = kept[0] if len(kept) else codes[0]
    table.flags.writeable = False
    return table


def read_syllables() -> Iterator[tuple[str, str]]:
    """Yield every syllable without its tone, ü as v, and the characters that are read so.

    Example:
        >>> dict(read_syllables())["shui"][0]
        '水'
    """
    for line in _SYLLABLES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            syllable, _, characters = line.partition("\t")
            yield syllable, characters
