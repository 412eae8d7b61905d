"""Texts that were garbled before they came here: UTF-8 that somebody read as GB18030.

`停水` becomes `鍋滄按`. What was lost on the way cannot be brought back, so the text stays as it
is, which is how it stands in the evidence; it is counted. Where nothing was lost, what it said is
told beside it, as a repair; any other reading is a guess.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.readers.encodings.charsets import COMMON
from rumorscan.readers.values.arrays import bytes_of

_SIGNS = frozenset(character.encode()[:2].decode("gb18030", "ignore") for character in COMMON) - {
    ""
}
"""What the first two bytes of the most common characters of UTF-8 are in GB18030."""
_CLASS = "[" + "".join(sorted(_SIGNS)) + "]"
_PATTERN = f"{_CLASS}.{{1,2}}{_CLASS}"
_IS_SIGN = np.isin(np.arange(1 << 16), [ord(sign) for sign in _SIGNS])
_STEP = 8
"""One text of so many is looked at first: a dump is garbled in whole stretches."""
_SHARE = 0.2


class Garbled(NamedTuple):
    """Texts of a batch that look garbled.

    Attributes:
        rows: their places, ascending.
        repaired: of each text of the batch what it said, where that comes back without loss;
            null elsewhere. None where no text is so.
    """

    rows: list[int]
    repaired: pa.Array | None


def find_garbled(texts: pa.Array) -> Garbled:
    """Return which texts of a batch look like UTF-8 that was read as GB18030.

    A few of them among many others may be somebody's own, and may be passed over.

    Example:
        >>> garbled = "城东水厂停水".encode().decode("gb18030")
        >>> found = find_garbled(pa.array([garbled, "城东水厂停水", None]))
        >>> found.rows, found.repaired.to_pylist()
        ([0], ['城东水厂停水', None, None])
    """
    rows: list[int] = []
    repaired: list[str | None] = [None] * len(texts)
    looked_at = texts.take(np.arange(0, len(texts), _STEP))
    if _may_have_suspects(looked_at) and len(_suspects(looked_at)):
        for row in _suspects(texts).tolist():
            text = texts[row].as_py()
            reading = likely_reading(text)
            if reading is not None:
                rows.append(row)
                repaired[row] = reading if _comes_back(reading, text) else None
    return Garbled(rows, pa.array(repaired, pa.string()) if any(repaired) else None)


def _comes_back(reading: str, text: str) -> bool:
    """Whether a reading, garbled again, is the text: nothing was lost, and nothing guessed."""
    try:
        return reading.encode().decode("gb18030") == text
    except UnicodeDecodeError:
        return False


def _may_have_suspects(texts: pa.Array) -> bool:
    """Whether two signs stand two or three characters apart, be it in two texts.

    That is told much faster than by the pattern, and hardly any text has it.
    """
    offsets, data = bytes_of(texts)
    text = data[offsets[0] : offsets[-1]].tobytes().decode()
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    signs = _IS_SIGN[np.minimum(codes, len(_IS_SIGN) - 1)]
    return bool((signs[:-2] & signs[2:]).any() or (signs[:-3] & signs[3:]).any())


def _suspects(texts: pa.Array) -> np.ndarray[Any, Any]:
    hits = pc.fill_null(pc.match_substring_regex(texts, _PATTERN), False)
    return np.flatnonzero(np.asarray(hits))


def likely_reading(text: str) -> str | None:
    """Return what a garbled text probably said, with U+FFFD for what is lost, or None.

    It is a guess for people, never the original.

    Example:
        >>> likely_reading("城东水厂停水".encode().decode("gb18030"))
        '城东水厂停水'
        >>> likely_reading("城东水厂停水") is None
        True
    """
    wide = [character for character in text if character > "\x7f"]
    if sum(character in _SIGNS for character in wide) < max(2, _SHARE * len(wide)):
        return None
    raw = text.replace("\ufffd", "?").encode("gb18030", "replace")
    reading = raw.decode("utf-8", "replace")
    found = [character for character in reading if character > "\x7f"]
    common = sum(character in COMMON for character in found)
    return reading if common >= _SHARE * len(found) and common > reading.count("\ufffd") else None
