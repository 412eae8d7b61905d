"""What a post does with the claim that it carries: asserts, denies, asks, or unclear.

One walk over the display text, in which evasions are undone as in the fold key, finds the
cues of `stance_cues`; the words of others after `//@`, account names and links do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

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
_MAXIMUM_CUES = 64
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
        role: int8, by cue; 1 names a denial, 2 is a verdict, 0 neither.
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
    data, bounds = text_bytes(texts)
    target = character_table().target
    found: npt.NDArray[np.int8] = _scan(data, bounds, target, _automaton(), minimum_length)
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
        np.array([cue.is_denial + 2 * cue.is_verdict for cue in cues], dtype=np.int8),
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


@compiled
def _scan(
    data: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.int64],
    target: npt.NDArray[np.uint32],
    automaton: Any,
    minimum_length: int,
) -> npt.NDArray[np.int8]:
    n = len(bounds) - 1
    stances = np.empty(n, dtype=np.int8)
    widest = 0
    for row in range(n):
        widest = max(widest, bounds[row + 1] - bounds[row])
    text = np.empty(widest, dtype=np.uint32)
    found = np.empty((_MAXIMUM_CUES, 3), dtype=np.int64)
    for row in range(n):
        stop = decode(data, bounds[row], bounds[row + 1], text)
        letters, different, count = _find_cues(text, stop, target, automaton, found)
        stances[row] = _judge(found, count, letters, automaton)
        says_little = letters < minimum_length or different < _DIFFERENT
        if stances[row] == _ASSERTS and count == 0 and says_little:
            stances[row] = _UNCLEAR
    return stances


@compiled
def _find_cues(
    text: npt.NDArray[np.uint32], stop: int, target: Any, automaton: Any, found: Any
) -> tuple[int, int, int]:
    """Write the cues of a text, in order and without overlaps, and count its letters.

    A row of `found` is the cue, its first symbol, and the symbol after its last; a break counts
    as many symbols, so that nothing reaches over it.
    """
    state, place, count, letters = 0, 0, 0, 0
    seen = np.uint64(0)
    position = 0
    while position < stop:
        code = text[position]
        end = position
        if code == 0x2F and chain_begins(text, position, stop):
            break
        if code in (0x40, 0xFF20):
            end = mention_end(text, position, stop, target)
        elif code == 0x5B:
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
        if symbol == _BREAK:
            state = 0
            place += _BREAK_LENGTH
            continue
        is_letter = target[code] != 0
        if is_letter:
            letters += 1
            seen |= np.uint64(1) << np.uint64(target[code] & np.uint32(63))
        state = automaton.step[state, symbol]
        place += 1
        cue = automaton.cue[state]
        if cue >= 0:
            first = place - automaton.length[cue]
            count = _keep(found, count, (cue, first, place), automaton.kind)
        if not is_letter:
            state = 0
            place += _BREAK_LENGTH
    different = 0
    while seen:
        seen &= seen - np.uint64(1)
        different += 1
    return letters, different, count


@compiled
def _keep(found: Any, count: int, cue: tuple[int, int, int], kinds: Any) -> int:
    """Add a cue unless a longer one overlaps it, remove shorter ones that it overlaps.

    Of two that are as long a question counts (`求辟谣！`), else the later one.
    """
    _, first, end = cue
    while count > 0 and found[count - 1, 2] > first:
        more = found[count - 1, 2] - found[count - 1, 1] - (end - first)
        if more > 0 or (more == 0 and kinds[found[count - 1, 0]] == ASKS):
            return count
        count -= 1
    if count < _MAXIMUM_CUES:
        found[count, 0], found[count, 1], found[count, 2] = cue
        count += 1
    return count


@compiled
def _judge(found: Any, count: int, letters: int, automaton: Any) -> int:
    """Weigh the cues against each other; an affirmation outweighs a denial of the same weight."""
    scores = np.zeros(4, dtype=np.float64)
    is_turned = False
    for i in range(count):
        cue = found[i, 0]
        kind = automaton.kind[cue]
        if is_turned:
            is_turned = False
            kind = AFFIRMS
        elif i + 1 < count and automaton.role[cue] == 1:
            following = found[i + 1, 0]
            gap = found[i + 1, 1] - found[i, 2]
            if automaton.role[following] == 2 and gap <= _GAP:
                is_turned = True
                continue
        scores[kind] += automaton.weight[cue]
    if scores[DENIES] > 0.0:
        scores[DENIES] += scores[SAYS_NOTHING]
    enough = STRONG
    if letters <= SHORT_LENGTH:
        enough = FAINT if letters <= VERY_SHORT_LENGTH else WEAK
    if scores[AFFIRMS] > 0.0 and scores[AFFIRMS] >= max(scores[DENIES], scores[ASKS]):
        return _ASSERTS
    if scores[ASKS] >= enough and scores[ASKS] >= scores[DENIES]:
        return _ASKS
    if scores[DENIES] >= enough:
        return _DENIES
    if count > 0 and letters <= VERY_SHORT_LENGTH and scores[AFFIRMS] == 0.0:
        return _UNCLEAR
    return _ASSERTS
