"""One walk over display texts that finds which of them may need an evasion undone.

The walk reads a text as the fold does, but keeps what stands between the letters: its wording.
Ordinary texts, nearly all of a dump, are told apart here by compiled loops.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.characters import character_table
from rumorscan.text.components import parts
from rumorscan.text.endings import IDLE_ENDS
from rumorscan.text.layouts import LEAST_REVERSED
from rumorscan.text.signs import ENDING, REVERSED, find_reasons, has_ending, seems_reversed
from rumorscan.text.structure import decode, text_bytes
from rumorscan.text.walk import LINE, MARK, SPACE, read_wording, wording_tables
from rumorscan.text.words import Lexicon


class Survey(NamedTuple):
    """What the walk finds.

    Attributes:
        reasons: uint16, shape (n,); 0 for an ordinary text, else the sum of its reasons.
        links: uint16, shape (n,); shortened links without a scheme that the fold removes.
        looks: uint16, shape (n,); letters that normalization brings back to Latin ones.
        digits: uint16, shape (n,); signs for digits, among digits, that it brings back.
        pictures: uint16, shape (n,); squared and circled characters that it brings back.
        rows: int64, shape (m,); the texts that have a reason, ascending.
        codes: uint32; their wordings, end to end.
        offsets: int64, shape (m + 1,).
    """

    reasons: npt.NDArray[np.uint16]
    links: npt.NDArray[np.uint16]
    looks: npt.NDArray[np.uint16]
    digits: npt.NDArray[np.uint16]
    pictures: npt.NDArray[np.uint16]
    rows: npt.NDArray[np.int64]
    codes: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]

    def wording(self, place: int) -> str:
        """Return the wording of the text `rows[place]`."""
        piece = self.codes[self.offsets[place] : self.offsets[place + 1]]
        return piece.tobytes().decode("utf-32-le")


def survey_texts(texts: Any, lexicon: Lexicon) -> Survey:
    """Return which texts may hide something, and the wording of those.

    Args:
        texts: an Arrow array of strings.
        lexicon: the dictionary.

    Example:
        >>> import pyarrow as pa
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> found = survey_texts(pa.array(["城东水厂停水", "加我微亻言"]), load_lexicon())
        >>> found.rows.tolist(), found.wording(0)
        ([1], '加我微亻言')
    """
    data, bounds = text_bytes(texts)
    table, tables = character_table(), wording_tables()
    return Survey(
        *_survey(
            data, bounds, table.target, table.change, *tables, parts().pairs, _idle_ends(), *lexicon
        )
    )


def _idle_ends() -> npt.NDArray[np.uint64]:
    """Return the last two characters of idle words, 32 bits each, ascending."""
    pairs = sorted((ord(end[0]) << 32) | ord(end[1]) for end in IDLE_ENDS)
    return np.array(pairs, dtype=np.uint64)


@compiled
def _survey(
    data: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.int64],
    target: npt.NDArray[np.uint32],
    change: npt.NDArray[np.uint8],
    written: npt.NDArray[np.uint32],
    kind: npt.NDArray[np.uint8],
    restored: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.bool_],
    cues: npt.NDArray[np.uint8],
    pairs: npt.NDArray[np.uint64],
    idle: npt.NDArray[np.uint64],
    first: npt.NDArray[np.int32],
    entries: npt.NDArray[np.uint64],
    levels: npt.NDArray[np.float64],
    unknown: float,
) -> tuple[
    npt.NDArray[np.uint16],
    npt.NDArray[np.uint16],
    npt.NDArray[np.uint16],
    npt.NDArray[np.uint16],
    npt.NDArray[np.uint16],
    npt.NDArray[np.int64],
    npt.NDArray[np.uint32],
    npt.NDArray[np.int64],
]:
    n = len(bounds) - 1
    widest = 0
    for row in range(n):
        widest = max(widest, bounds[row + 1] - bounds[row])
    raw = np.empty(widest, dtype=np.uint32)
    text = np.empty(widest, dtype=np.uint32)
    backward = np.empty(widest, dtype=np.uint32)
    scores = np.empty(widest + 1, dtype=np.float64)
    following = np.empty(widest + 1, dtype=np.int64)
    reasons = np.zeros(n, dtype=np.uint16)
    counts = np.zeros((4, n), dtype=np.uint16)
    rows = np.empty(n, dtype=np.int64)
    codes = np.empty(bounds[n] - bounds[0], dtype=np.uint32)
    offsets = np.zeros(n + 1, dtype=np.int64)
    kept = 0
    total = 0
    for row in range(n):
        stop = decode(data, bounds[row], bounds[row + 1], raw)
        length = read_wording(
            raw, stop, target, change, written, restored, text, reasons, counts, row
        )
        why = reasons[row] | find_reasons(text, length, kind, starts, cues, pairs)
        if has_ending(text, length, kind, idle):
            why |= ENDING
        begin = 0
        is_reversed = seems_reversed(
            text,
            0,
            length,
            backward,
            kind,
            first,
            entries,
            levels,
            unknown,
            scores,
            following,
            True,
        )
        for place in range(length + 1):
            if is_reversed:
                break
            if place == length or kind[text[place]] in (MARK, SPACE, LINE):
                if place - begin >= LEAST_REVERSED and place - begin < length:
                    is_reversed = seems_reversed(
                        text,
                        begin,
                        place,
                        backward,
                        kind,
                        first,
                        entries,
                        levels,
                        unknown,
                        scores,
                        following,
                        False,
                    )
                begin = place + 1
        if is_reversed:
            why |= REVERSED
        reasons[row] = why
        if why:
            rows[kept] = row
            kept += 1
            codes[total : total + length] = text[:length]
            total += length
            offsets[kept] = total
    return (
        reasons,
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        rows[:kept].copy(),
        codes[:total].copy(),
        offsets[: kept + 1].copy(),
    )
