"""Which tokens are hidden: whole words, so that no character is given away by its neighbor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorscan.training.pretraining.vocabulary import LAST, MASK, SPECIAL

if TYPE_CHECKING:
    from torch import Generator, Tensor

MASK_SHARE = 0.2
"""Share of the words that are hidden."""

_REPLACED, _KEPT = 0.1, 0.1  # of what is hidden: another token stands there, or the token itself


def hide_words(
    tokens: Tensor, begins: Tensor, random: Generator, share: float = MASK_SHARE
) -> tuple[Tensor, Tensor]:
    """Return the tokens with some words hidden, and where they were.

    Eight of ten hidden tokens read [MASK], one another token, one itself, as in Devlin et al.,
    BERT (2019); words instead of single characters as in Cui et al., Pre-training with whole
    word masking for Chinese BERT (2019).

    Args:
        tokens: int64, shape (rows, length).
        begins: bool, the same shape; where words begin.
        random: what is drawn from.
        share: of the words.

    Returns:
        Tokens and a bool mask, both of that shape.
    """
    import torch

    word = begins.long().cumsum(dim=1) - 1
    drawn = torch.rand(tokens.shape, generator=random)
    hidden = (drawn.gather(1, word.clamp(min=0)) < share) & (tokens > LAST)
    how = torch.rand(tokens.shape, generator=random)
    high = int(tokens.max()) + 1
    other = torch.randint(len(SPECIAL), max(high, len(SPECIAL) + 1), tokens.shape, generator=random)
    shown = torch.where(hidden & (how >= _REPLACED + _KEPT), MASK, tokens)
    return torch.where(hidden & (how < _REPLACED), other, shown), hidden
