"""Fold keys to batches of tokens: texts of like length together, so that little is padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.calibration import Floats
from rumorscan.text.fold import Folded

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ints = npt.NDArray[np.int64]
Run = Callable[[Ints, Ints], Floats]
"""Tokens and mask, shape (rows, length) each, to scores, shape (rows, heads)."""

HEADS = 2
"""Columns of an encoder's scores: falsehood, then claim."""

BATCH_TOKENS = 16_384
"""Tokens in a batch, padding included, where nothing else is said: enough for a GPU."""

_AT_ONCE = 8_192


class Tokens:
    """A tokenizer with the greatest length that its encoder reads."""

    def __init__(self, tokenizer: Tokenizer, maximum_length: int) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(maximum_length)
        self._tokenizer = tokenizer
        self.maximum_length = maximum_length

    def encode(self, keys: list[str]) -> list[list[int]]:
        """Return the tokens of fold keys, cut at the greatest length."""
        return [one.ids for one in self._tokenizer.encode_batch(keys)]

    def score(self, folded: Folded, run: Run, *, batch_tokens: int = BATCH_TOKENS) -> Floats:
        """Return what `run` gives for every key, shape (n, HEADS), in the order of the keys.

        Args:
            folded: n fold keys.
            run: scores of a batch.
            batch_tokens: tokens in a batch at most; 1 gives each text a batch of its own.
        """
        scores = np.zeros((len(folded), HEADS))
        order = np.argsort(folded.lengths, kind="stable")
        for start in range(0, len(order), _AT_ONCE):
            rows = order[start : start + _AT_ONCE]
            encoded = self.encode([folded.key(row)[: self.maximum_length] for row in rows.tolist()])
            for places, tokens, mask in batches(encoded, batch_tokens):
                scores[rows[places]] = run(tokens, mask)
        return scores


def batches(
    encoded: list[list[int]], batch_tokens: int = BATCH_TOKENS
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield batches of texts of like length: their places, tokens and mask.

    Args:
        encoded: the tokens of n texts.
        batch_tokens: tokens in a batch at most, padding included; a text is never cut.

    Example:
        >>> [places.tolist() for places, _, _ in batches([[1, 2], [3], [4, 5, 6]], 4)]
        [[1, 0], [2]]
    """
    lengths = np.array([len(one) for one in encoded], dtype=np.int64)
    for places in cut_batches(np.argsort(lengths, kind="stable"), lengths, batch_tokens):
        yield places, *pad([encoded[place] for place in places.tolist()])


def cut_batches(order: Ints, lengths: Ints, batch_tokens: int) -> list[Ints]:
    """Return consecutive pieces of an order, each as long as its padded tokens allow.

    Args:
        order: positions of texts, about by length.
        lengths: tokens of each text.
        batch_tokens: tokens in a piece at most, padding to its last text included; a piece has
            one text at least.

    Example:
        >>> lengths = np.array([3, 1, 2])
        >>> [piece.tolist() for piece in cut_batches(np.array([1, 2, 0]), lengths, 4)]
        [[1, 2], [0]]
    """
    pieces, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * lengths[order[stop]] <= batch_tokens:
            stop += 1
        pieces.append(order[start:stop])
        start = stop
    return pieces


def pad(encoded: list[list[int]]) -> tuple[Ints, Ints]:
    """Return tokens and mask as rectangles, zeros behind each text.

    Example:
        >>> [one.tolist() for one in pad([[5, 6], [7]])]
        [[[5, 6], [7, 0]], [[1, 1], [1, 0]]]
    """
    width = max(map(len, encoded))
    tokens = np.zeros((len(encoded), width), dtype=np.int64)
    mask = np.zeros((len(encoded), width), dtype=np.int64)
    for row, one in enumerate(encoded):
        tokens[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return tokens, mask


def read_tokenizer(content: bytes) -> Any:
    """Return the tokenizer of a `tokenizer.json`.

    Raises:
        ValueError: it is none.
    """
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_str(content.decode())
    except Exception as error:  # the library raises bare exceptions
        raise ValueError(f"'tokenizer.json' cannot be read: {error}") from error
