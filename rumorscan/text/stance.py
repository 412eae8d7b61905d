"""What a post does with the claim that it carries: asserts, denies, asks, or unclear.

One walk over the display text, in which evasions are undone as in the fold key, finds the
cues of `stance_cues`; the words of others after `//@`, account names and links do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.kernels import compiled
from rumorscan.records import Stance
from rumorscan.text.characters import COMPLEX, TABLE_SIZE, character_table
from rumorscan.text.stance_cues import (
    AFFIRMS,
    ASKS,
    DENIES,
    FAINT,
    SAYS_NOTHING,
    STRONG,
    WEAK,
    stance_cues,
)
from rumorscan.text.structure import (
    AT,
    OPEN,
    SLASH,
    chain_begins,
    decode,
    emoticon_end,
    link_end,
    mention_end,
    text_bytes,
)

STANCES = tuple(Stance)
"""What the codes mean, in order."""

MINIMUM_LENGTH = 6
"""Letters under which a post without a cue is unclear: it carries no claim of its own."""

SHORT_LENGTH, VERY_SHORT_LENGTH = 40, 14
"""Letters up to which one weak cue decides, and one faint cue."""

_ASSERTS, _DENIES, _ASKS, _UNCLEAR = range(4)
_OTHER, _SKIP, _BREAK = 0, 0xFFFF, 0xFFFE
_DIFFERENT = 4  # a post of fewer different characters, such as 哈哈哈哈哈哈, says nothing
_GAP = 2  # characters that may stand between a denial and the verdict that turns it round
_BREAK_LENGTH = 8
_MAXIMUM_CUES = 64  # of one text; later ones do not count
_CUES_AT_ONCE = 1 << 14
_NAMES_DENIAL, _IS_VERDICT = 1, 2
_WIDE_AT = 0xFF20
_QUESTION = "？"
_BREAKS = "，,。！!；;：:、【】[]#…～~（）()\n|"
_SPARED = {"！": "!", "，": ",", "：": ":", "】": "]", "#": "#"}


class _Automaton(NamedTuple):
    """The cues as an Aho-Corasick automaton.

    Attributes:
        symbol: uint16 by code point: a column of `step`, `_OTHER`, `_SKIP` or `_BREAK`.
        step: int32 next state, shape (states, symbols).
        cue: int32 the longest cue that ends in the state, or -1.
        kind: int8, by cue.
        weight: float64, by cue.
        length: int32 symbols, by cue.
        role: int8, by cue: `_NAMES_DENIAL`, `_IS_VERDICT` or 0.
    """

    symbol: npt.NDArray[np.uint16]
    step: npt.NDArray[np.int32]
    cue: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    weight: npt.NDArray[np.float64]
    length: npt.NDArray[np.int32]
    role: npt.NDArray[np.int8]


def find_stance(
    texts: pa.Array | pa.ChunkedArray | Iterable[str], minimum_length: int = MINIMUM_LENGTH
) -> npt.NDArray[np.int8]:
    """Return the stance of each text as a position in `STANCES`, in order.

    Args:
        texts: display texts; a null is unclear.
        minimum_length: letters under which a text without a cue is unclear.

    Example:
        >>> posts = ["城东水厂停水三天，快囤水", "城东停水是谣言，别信", "停水，真的吗？", "路过"]
        >>> [str(STANCES[code]) for code in find_stance(posts)]
        ['asserts', 'denies', 'asks', 'unclear']
        >>> [str(STANCES[code]) for code in find_stance(["这不是谣言！城东水厂真的停水三天"])]
        ['asserts']
    """
    if isinstance(texts, pa.ChunkedArray):
        codes = [find_stance(chunk, minimum_length) for chunk in texts.chunks]
        return np.concatenate(codes) if codes else np.zeros(0, dtype=np.int8)
    if not isinstance(texts, pa.Array):
        return find_stance(pa.array(texts, type=pa.string()), minimum_length)
    return _find_stances(*text_bytes(texts), minimum_length)


def _find_stances(
    data: npt.NDArray[np.uint8], bounds: npt.NDArray[np.int64], minimum_length: int
) -> npt.NDArray[np.int8]:
    """Return the stance of each row of an Arrow array, given by its bytes and bounds."""
    n = len(bounds) - 1
    automaton, target = _automaton(), character_table().target
    text = np.empty(int(np.diff(bounds).max(initial=0)), dtype=np.uint32)
    cues = np.empty((_CUES_AT_ONCE, 4), dtype=np.int64)
    read = _Read(cues, np.empty(n, dtype=np.int32), np.empty(n, dtype=np.uint64))
    cued = [np.zeros(0, dtype=np.int64)]
    judged = [np.zeros(0, dtype=np.int8)]
    row = 0
    while row < n:
        row, count = _find_cues(data, bounds, row, target, automaton, text, read)
        rows, stances = _judge(cues[:count], read.letters, automaton)
        cued.append(rows)
        judged.append(stances)
    says_little = read.letters < minimum_length
    says_little |= np.bitwise_count(read.different) < _DIFFERENT
    found = np.where(says_little, _UNCLEAR, _ASSERTS).astype(np.int8)
    found[np.concatenate(cued)] = np.concatenate(judged)
    return found


@lru_cache(maxsize=1)
def _automaton() -> _Automaton:
    cues = stance_cues()
    letters = sorted({letter for cue in cues for letter in cue.text})
    columns = {letter: column for column, letter in enumerate(letters, start=1)}
    step, ends = _trie([[columns[letter] for letter in cue.text] for cue in cues], len(columns) + 1)
    _link(step, ends, np.array([len(cue.text) for cue in cues], dtype=np.int32))
    return _Automaton(
        _symbols(columns),
        step,
        ends,
        np.array([cue.kind for cue in cues], dtype=np.int8),
        np.array([cue.weight for cue in cues], dtype=np.float64),
        np.array([len(cue.text) for cue in cues], dtype=np.int32),
        np.array(
            [_NAMES_DENIAL * cue.is_denial + _IS_VERDICT * cue.is_verdict for cue in cues],
            dtype=np.int8,
        ),
    )


def _symbols(columns: dict[str, int]) -> npt.NDArray[np.uint16]:
    """Return by code point what the automaton reads: evasions undone, punctuation sorted."""
    target = character_table().target
    known = np.zeros(TABLE_SIZE, dtype=np.uint16)
    for letter, column in columns.items():
        known[ord(letter)] = column
    is_letter = (target != 0) & (target != COMPLEX)
    symbol = np.where(is_letter, known[np.where(is_letter, target, 0)], _SKIP).astype(np.uint16)
    symbol[target == COMPLEX] = _OTHER
    symbol[[ord(mark) for mark in _BREAKS]] = _BREAK
    symbol[[ord("?"), ord("？"), ord("﹖"), ord("⁇")]] = columns[_QUESTION]
    for wide, narrow in _SPARED.items():
        if wide in columns:
            symbol[[ord(wide), ord(narrow)]] = columns[wide]
    return symbol


def _trie(
    words: list[list[int]], width: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the trie's steps, 0 where there is none, and the word that ends in each state."""
    rows: list[dict[int, int]] = [{}]
    ends = {0: -1}
    for number, word in enumerate(words):
        state = 0
        for column in word:
            if column not in rows[state]:
                rows[state][column] = len(rows)
                rows.append({})
            state = rows[state][column]
        ends[state] = number
    step = np.zeros((len(rows), width), dtype=np.int32)
    for state, row in enumerate(rows):
        for column, following in row.items():
            step[state, column] = following
    return step, np.array([ends.get(state, -1) for state in range(len(rows))], dtype=np.int32)


def _link(
    step: npt.NDArray[np.int32], ends: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]
) -> None:
    """Make a trie an automaton: a failed step goes where the longest suffix would go."""
    fail = np.zeros(len(step), dtype=np.int32)
    queue = [int(state) for state in step[0] if state]
    for state in queue:
        if ends[state] < 0:
            ends[state] = ends[fail[state]]
        for column, following in enumerate(step[state]):
            if following:
                fail[following] = step[fail[state], column]
                queue.append(int(following))
            else:
                step[state, column] = step[fail[state], column]


class _Read(NamedTuple):
    """What the walk over n texts finds in them.

    Attributes:
        cues: the columns text, cue, first symbol and the symbol after the last, shape (m, 4).
        letters: int32, by text.
        different: uint64, by text; one bit for each letter, some letters share one.
    """

    cues: npt.NDArray[np.int64]
    letters: npt.NDArray[np.int32]
    different: npt.NDArray[np.uint64]


@compiled
def _find_cues(
    data: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.int64],
    row: int,
    target: npt.NDArray[np.uint32],
    automaton: _Automaton,
    text: npt.NDArray[np.uint32],
    read: _Read,
) -> tuple[int, int]:
    """Write the cues of the texts from a row on, while there is room, and count their letters.

    A break counts as many symbols, so that no cue reaches over it.

    Returns:
        The first row that was not read, and the number of cues.
    """
    count = int(np.int64(0))  # a plain 0 would have every loop below compiled twice
    while row < len(bounds) - 1 and count + _MAXIMUM_CUES <= len(read.cues):
        stop = decode(data, bounds[row], bounds[row + 1], text)
        begin, state, place, letters = count, 0, 0, 0
        seen = np.uint64(0)
        position = int(np.int64(0))
        while position < stop:
            code = text[position]
            end = position
            if code == SLASH and chain_begins(text, position, stop):
                break
            if code in (AT, _WIDE_AT):
                end = mention_end(text, position, stop, target)
            elif code == OPEN:
                end = emoticon_end(text, position, stop)
            elif code < 0x7F:
                end = link_end(text, position, stop)
            if end > position:
                position = end
                continue
            position += 1
            symbol = automaton.symbol[code] if code < TABLE_SIZE else _SKIP
            if symbol == _SKIP:
                continue
            is_letter = symbol != _BREAK and target[code] != 0
            if is_letter:
                letters += 1
                seen |= np.uint64(1) << np.uint64(target[code] & np.uint32(63))
            if symbol != _BREAK:
                state = automaton.step[state, symbol]
                place += 1
                cue = automaton.cue[state]
                if cue >= 0:
                    first = place - automaton.length[cue]
                    count = _keep(read.cues, begin, count, (row, cue, first, place), automaton.kind)
            if not is_letter:
                state = 0
                place += _BREAK_LENGTH
        read.letters[row], read.different[row] = letters, seen
        row += 1
    return row, count


@compiled
def _keep(
    found: npt.NDArray[np.int64],
    begin: int,
    count: int,
    cue: tuple[int, int, int, int],
    kinds: npt.NDArray[np.int8],
) -> int:
    """Add a cue unless a longer one overlaps it, remove shorter ones that it overlaps.

    Of two that are as long a question counts (`求辟谣！`), else the later one.
    """
    _, _, first, end = cue
    while count > begin and found[count - 1, 3] > first:
        more = found[count - 1, 3] - found[count - 1, 2] - (end - first)
        if more > 0 or (more == 0 and kinds[found[count - 1, 1]] == ASKS):
            return count
        count -= 1
    if count - begin < _MAXIMUM_CUES:
        found[count, 0], found[count, 1], found[count, 2], found[count, 3] = cue
        count += 1
    return count


def _judge(
    cues: npt.NDArray[np.int64], letters: npt.NDArray[np.int32], automaton: _Automaton
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Return the texts that have cues, and their stances.

    The cues are weighed against each other; an affirmation outweighs a denial of the same weight.
    """
    row, cue, first, end = cues.T
    kind, weight, role = automaton.kind[cue], automaton.weight[cue], automaton.role[cue]
    turned = (role[:-1] == _NAMES_DENIAL) & (role[1:] == _IS_VERDICT)
    turned &= (row[1:] == row[:-1]) & (first[1:] - end[:-1] <= _GAP)
    kind[1:][turned] = AFFIRMS
    weight[:-1][turned] = 0.0
    rows, at = np.unique(row, return_inverse=True)
    scores = np.bincount(4 * at + kind, weights=weight, minlength=4 * len(rows)).reshape(-1, 4)
    affirms, asks = scores[:, AFFIRMS], scores[:, ASKS]
    denies = scores[:, DENIES] + np.where(scores[:, DENIES] > 0.0, scores[:, SAYS_NOTHING], 0.0)
    is_short, is_very_short = letters[rows] <= SHORT_LENGTH, letters[rows] <= VERY_SHORT_LENGTH
    enough = np.where(is_very_short, FAINT, np.where(is_short, WEAK, STRONG))
    stances = np.select(
        [
            (affirms > 0.0) & (affirms >= np.maximum(denies, asks)),
            (asks >= enough) & (asks >= denies),
            denies >= enough,
            is_very_short & (affirms == 0.0),
        ],
        [_ASSERTS, _ASKS, _DENIES, _UNCLEAR],
        _ASSERTS,
    )
    return rows, stances.astype(np.int8)
