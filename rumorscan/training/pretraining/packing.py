"""Texts to packed sequences: equally long rows of tokens, with the words marked.

Each line is its fold key, with [SEP] behind it; one line in ten stands as it was posted, with
punctuation, emoji and traditional characters, so that the encoder can serve either. Lines follow
each other without padding; a row is cut where it is full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rumorscan.text.fold import Folded, fold_texts, join_folded
from rumorscan.text.normalize import plain_text
from rumorscan.text.tokens import segment
from rumorscan.training.pretraining.vocabulary import (
    FIRST,
    LAST,
    SIZE,
    SPECIAL,
    choose_characters,
    count_characters,
    number_table,
    plain_codes,
)

PLAIN_SHARE = 0.1
"""Share of the lines that stand as they were posted."""

SHORTEST = 4
"""Characters of fold key; shorter lines teach nothing but themselves."""

_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Packed:
    """A corpus as rows of tokens.

    Attributes:
        tokens: uint16, shape (rows, length); [CLS] first.
        begins: bool, shape (rows, length); True where a word begins, and at special tokens.
        characters: the vocabulary, without special tokens.
        lines: lines that were packed.
    """

    tokens: npt.NDArray[np.uint16]
    begins: npt.NDArray[np.bool_]
    characters: tuple[str, ...]
    lines: int

    def save(self, path: str | Path) -> None:
        """Write the rows as one safetensors file."""
        from safetensors.numpy import save_file

        characters = np.array([ord(one) for one in self.characters], dtype=np.uint32)
        lines = np.array([self.lines], dtype=np.int64)
        tensors = {
            "tokens": self.tokens,
            "begins": self.begins,
            "characters": characters,
            "lines": lines,
        }
        save_file(tensors, path)

    @classmethod
    def load(cls, path: str | Path) -> Packed:
        """Return what `save` wrote."""
        from safetensors.numpy import load_file

        found = load_file(path)
        characters = tuple(map(chr, found["characters"].tolist()))
        return cls(found["tokens"], found["begins"], characters, int(found["lines"][0]))


def pack_texts(
    texts: Sequence[str],
    *,
    length: int = 128,
    size: int = SIZE,
    seed: int = 0,
    characters: Sequence[str] = (),
) -> Packed:
    """Return texts as packed sequences, in an order drawn by the seed.

    Args:
        texts: lines; equal ones are told apart by nobody here, so give each once.
        length: tokens in a row.
        size: of the vocabulary.
        seed: of the order, and of which lines stand as they were posted.
        characters: the vocabulary; empty chooses one.

    Example:
        >>> packed = pack_texts(["城东水厂要停水三天", "今天下雨，快收衣服"], length=8)
        >>> packed.tokens.shape, int(packed.tokens[0, 0]) == FIRST
        ((2, 8), True)
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(texts))
    is_plain = random.random(len(texts)) < PLAIN_SHARE
    parts = []
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        parts.append(_render([texts[row] for row in rows], is_plain[rows]))
    lines = join_folded(parts)
    lines = lines.take(np.flatnonzero(lines.lengths >= SHORTEST))
    chosen = characters or choose_characters(count_characters([lines.codes]), size)
    return _fill_rows(lines, list(chosen), length)


def _render(texts: list[str], is_plain: npt.NDArray[np.bool_]) -> Folded:
    """Return the fold keys of texts, and of the plain ones the text as it was posted."""
    folded = fold_texts(texts)
    rows = np.flatnonzero(is_plain)
    if not len(rows):
        return folded
    codes = [plain_codes(plain_text(texts[row])) for row in rows.tolist()]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in codes])]).astype(np.int64)
    plain = Folded(np.concatenate(codes), offsets, folded.counts[rows])
    at = np.arange(len(folded), dtype=np.int64)
    at[rows] = len(folded) + np.arange(len(rows))
    return join_folded([folded, plain]).take(at)


def _fill_rows(lines: Folded, characters: list[str], length: int) -> Packed:
    """Lay the lines end to end, with [SEP] behind each, and cut them into rows."""
    table = number_table(characters)
    ends = lines.offsets[1:] + np.arange(len(lines))  # where [SEP] stands after each line
    total = len(lines.codes) + len(lines)
    tokens = np.full(total, LAST, dtype=np.uint16)
    begins = np.ones(total, dtype=np.bool_)
    is_character = np.ones(total, dtype=np.bool_)
    is_character[ends] = False
    tokens[is_character] = table[lines.codes]
    begins[is_character] = segment(lines) > 0
    width = length - 1
    rows = total // width
    head = np.full((rows, 1), FIRST, dtype=np.uint16)
    body = tokens[: rows * width].reshape(rows, width)
    marks = begins[: rows * width].reshape(rows, width)
    return Packed(
        np.hstack([head, body]),
        np.hstack([np.ones((rows, 1), dtype=np.bool_), marks]),
        tuple(characters),
        len(lines),
    )


def vocabulary_size(packed: Packed) -> int:
    """Return how many tokens there are, special ones included."""
    return len(SPECIAL) + len(packed.characters)
