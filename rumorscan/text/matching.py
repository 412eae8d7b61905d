"""From display texts to what coordination matches on.

The fold key keeps what a model reads. Matching needs less: no hashtags, which everybody who
joins a topic writes alike; no laughter of a hundred characters; evasions undone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.columns import pick_rows
from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.kernels import compiled
from rumorscan.text.displays import Displays, find_displays
from rumorscan.text.distinct import Distinct
from rumorscan.text.evasions import EVASIONS, unmask_texts
from rumorscan.text.fold import COUNTED, Folded, fold_texts, join_folded
from rumorscan.text.hashtags import strip_hashtags
from rumorscan.text.homophones import homophone_key
from rumorscan.text.keys import MatchKeys
from rumorscan.text.scripts import mixes_scripts

_AT_ONCE = 8_192
_LEAST = 8  # with fewer characters of own words the hashtags are kept
_REPEATS = 2
_REPEATED_DIGITS = 6  # 233333 is laughter, 10000 is a number


def make_match_keys(
    texts: pa.ChunkedArray, distinct: Distinct, keeper: Keeper = KEEP_NOTHING
) -> tuple[MatchKeys, Displays]:
    """Return the keys that the distinct display texts of a dump are matched on, and those texts.

    Args:
        texts: the display texts, one a post.
        distinct: their distinct fold keys.
        keeper: of what an earlier process has found.

    Example:
        >>> from rumorscan.text.distinct import find_distinct
        >>> posts = pa.chunked_array([["#水#哈哈哈哈哈城东水厂停水三天", "城东水廠停水三天"]])
        >>> keys, displays = make_match_keys(posts, find_distinct(fold_texts(posts)))
        >>> list(keys.plain.keys()), displays.of_row.tolist()
        (['哈哈城东水厂停水三天', '城东水厂停水三天'], [0, 1])
    """
    displays = keeper.once("displays", lambda: find_displays(texts, distinct))

    def unmask(start: int, stop: int) -> MatchKeys:
        return _unmask(pick_rows(texts, displays.first_row[start:stop]).combine_chunks())

    parts = keeper.parts("unmask", unmask, len(displays), part=_AT_ONCE, threads=False)
    return join_keys([unmask(0, 0), *parts]), displays


def _unmask(shown: pa.Array) -> MatchKeys:
    bare, tagged = strip_hashtags(shown)
    refolded = fold_texts(shown)
    own = fold_texts(bare.take(pa.array(tagged)))
    has_words = own.lengths >= _LEAST
    own_words = np.ones(len(shown), dtype=bool)
    own_words[tagged[~has_words]] = False
    at = np.arange(len(shown), dtype=np.int64)
    at[tagged[has_words]] = len(shown) + np.flatnonzero(has_words)
    folded = join_folded([refolded, own]).take(at)
    unmasked = unmask_texts(pc.if_else(pa.array(own_words), bare, shown), folded)
    plain = squeeze(unmasked.keys)
    undone = np.column_stack([unmasked.counts, _mixed_scripts(shown, refolded)])
    names = (*EVASIONS, "mixed-script")
    return MatchKeys(plain, homophone_key(plain), own_words, undone, names)


def join_keys(parts: Sequence[MatchKeys]) -> MatchKeys:
    """Return the keys of several parts, one part or more, one after the other."""
    return MatchKeys(
        join_folded([one.plain for one in parts]),
        join_folded([one.sound for one in parts]),
        np.concatenate([one.own_words for one in parts]),
        np.concatenate([one.undone for one in parts]),
        parts[0].evasions,
    )


def _mixed_scripts(texts: pa.Array, folded: Folded) -> npt.NDArray[np.uint16]:
    """Return 1 for each text that has traditional and simplified characters, else 0."""
    mixed = np.zeros(len(folded), dtype=np.uint16)
    rows = np.flatnonzero(folded.counts[:, COUNTED.index("traditional")] >= 2)
    for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        mixed[row] = mixes_scripts(text)
    return mixed


def squeeze(folded: Folded) -> Folded:
    """Return the keys with every character that stands more than twice in a row standing twice.

    Digits are left as they are, but for those that stand six times or more.

    Example:
        >>> list(squeeze(fold_texts(["哈哈哈哈哈好的", "23333333", "10000元"])).keys())
        ['哈哈好的', '233', '10000元']
    """
    codes, offsets = _squeeze(folded.codes, folded.offsets, _REPEATS, _REPEATED_DIGITS)
    return Folded(codes, offsets, folded.counts)


@compiled
def _squeeze(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], most: int, digits: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    kept = np.empty(offsets[-1] - offsets[0], dtype=np.uint32)
    bounds = np.zeros(len(offsets), dtype=np.int64)
    written = 0
    for row in range(len(offsets) - 1):
        position = offsets[row]
        stop = offsets[row + 1]
        while position < stop:
            code = codes[position]
            end = position + 1
            while end < stop and codes[end] == code:
                end += 1
            count = end - position
            is_digit = np.uint32(0x30) <= code <= np.uint32(0x39)
            if count > most and (not is_digit or count >= digits):
                count = most
            for _ in range(count):
                kept[written] = code
                written += 1
            position = end
        bounds[row + 1] = written
    return kept[:written].copy(), bounds
