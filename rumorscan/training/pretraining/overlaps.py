"""Which unlabeled lines share wording with texts that models are measured on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded
from rumorscan.text.hashing import hash_stretch

RUN_LENGTH = 13
"""Chinese characters in a row: so many are a quotation and no accident."""

_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FFF


def mark_overlaps(
    texts: Folded, measured: Folded, run_length: int = RUN_LENGTH
) -> npt.NDArray[np.bool_]:
    """Return which texts share a run of Chinese characters with any text measured on.

    Args:
        texts: n fold keys.
        measured: fold keys of what models are measured on.
        run_length: characters in a run; all of them Chinese.

    Returns:
        bool, shape (n,). Runs are compared by a 64-bit hash, so that one text in a billion may
        be marked in error, and none is missed.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> texts = fold_texts(["听说城东水厂要停水三天大家快囤水吧", "今天下雨"])
        >>> measured = fold_texts(["城东水厂要停水，三天！大家快囤水"])
        >>> mark_overlaps(texts, measured).tolist()
        [True, False]
    """
    runs = np.unique(_hash_runs(measured.codes, measured.offsets, run_length))
    return _has_run(texts.codes, texts.offsets, run_length, runs)


@compiled
def _hash_runs(
    codes: npt.NDArray[np.uint32], offsets: npt.NDArray[np.int64], run_length: int
) -> npt.NDArray[np.uint64]:
    """Return the hash of every run of Chinese characters, in order of occurrence."""
    hashes = np.empty(len(codes), dtype=np.uint64)
    found = 0
    for row in range(len(offsets) - 1):
        chinese = 0
        for end in range(offsets[row], offsets[row + 1]):
            chinese = chinese + 1 if _FIRST_HAN <= codes[end] <= _LAST_HAN else 0
            if chinese >= run_length:
                hashes[found] = hash_stretch(codes, end + 1 - run_length, end + 1)
                found += 1
    return hashes[:found].copy()


@compiled
def _has_run(
    codes: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.int64],
    run_length: int,
    runs: npt.NDArray[np.uint64],
) -> npt.NDArray[np.bool_]:
    """Return which rows hold a run whose hash is among the ascending ones."""
    marked = np.zeros(len(offsets) - 1, dtype=np.bool_)
    for row in range(len(marked)):
        chinese = 0
        for end in range(offsets[row], offsets[row + 1]):
            chinese = chinese + 1 if _FIRST_HAN <= codes[end] <= _LAST_HAN else 0
            if chinese < run_length:
                continue
            value = hash_stretch(codes, end + 1 - run_length, end + 1)
            place = np.searchsorted(runs, value)
            if place < len(runs) and runs[place] == value:
                marked[row] = True
                break
    return marked
