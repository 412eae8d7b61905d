"""What an encoder is asked while it is pretrained.

`masked`: which words are hidden (BERT). `next`: the same, but every second batch reads from left
to right and guesses every next token; both guess from the position before (GPT-BERT, Charpentier
and Samuel 2024), so that all tokens teach. `replaced`: which tokens did a small generator put
there (ELECTRA, Clark et al. 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel
from transformers.models.bert.modeling_bert import BertPredictionHeadTransform
from transformers.utils import logging as transformers_logging

from rumorscan.errors import ModelError
from rumorscan.training.pretraining.masking import hide_words

_REPLACED_WEIGHT = 50.0  # of the discriminator's loss, Clark et al.


class WordGuesser(nn.Module):
    """Scores for every character at some positions, from the encoder's own embeddings."""

    def __init__(self, config: BertConfig, embeddings: nn.Embedding) -> None:
        super().__init__()
        self.transform: nn.Module = BertPredictionHeadTransform(config)
        self.widen: nn.Module = nn.Identity()
        if config.hidden_size != embeddings.embedding_dim:
            self.widen = nn.Linear(config.hidden_size, embeddings.embedding_dim)
        self.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))
        self._embeddings = (embeddings,)  # in a tuple: the encoder owns the weights

    def forward(self, hidden: Tensor) -> Tensor:
        """Return scores, shape (positions, vocabulary)."""
        wide = self.widen(self.transform(hidden))
        return functional.linear(wide, self._embeddings[0].weight, self.bias)


class Objective(nn.Module):
    """An encoder with what it needs to be asked; the encoder alone is kept."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, tokens: Tensor, begins: Tensor, step: int, random: Generator) -> Tensor:
        """Return the loss of a batch.

        Args:
            tokens: int64, shape (rows, length).
            begins: bool, the same shape.
            step: number of the batch.
            random: what is drawn from.
        """
        raise NotImplementedError

    def valid(self, tokens: Tensor, begins: Tensor, random: Generator) -> Tensor:
        """Return the loss on held-out rows: that of hidden words wherever there is one."""
        loss: Tensor = self(tokens, begins, 0, random)
        return loss


class Masked(Objective):
    """Which words are hidden."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__(encoder)
        self.guess = WordGuesser(encoder.config, encoder.embeddings.word_embeddings)

    def forward(self, tokens: Tensor, begins: Tensor, step: int, random: Generator) -> Tensor:
        """Return the mean loss of the hidden tokens."""
        shown, hidden = hide_words(tokens, begins, random)
        states = self.encoder(shown).last_hidden_state
        return _loss(self.guess(states[hidden]), tokens[hidden])


class Next(Masked):
    """Hidden words and next tokens, in turn; both are guessed one position ahead."""

    def forward(self, tokens: Tensor, begins: Tensor, step: int, random: Generator) -> Tensor:
        """Return the mean loss of the hidden tokens, or of all in every second batch."""
        if step % 2:
            length = tokens.shape[1]
            seen = torch.ones(length, length, dtype=torch.bool).tril().to(tokens.device)
            mask = seen[None, None].expand(tokens.shape[0], 1, length, length)
            states = self.encoder(tokens, attention_mask=mask).last_hidden_state
            known = states[:, :-1].reshape(-1, states.shape[-1])
            return _loss(self.guess(known), tokens[:, 1:].reshape(-1))
        shown, hidden = hide_words(tokens, begins, random)
        states = self.encoder(shown).last_hidden_state
        return _loss(self.guess(states[:, :-1][hidden[:, 1:]]), tokens[hidden])


class Replaced(Objective):
    """Which tokens a small generator, that learns to guess hidden words, has put there."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__(encoder)
        config = encoder.config
        narrow = config.hidden_size // 4
        small = BertConfig.from_dict(
            {
                **config.to_dict(),
                "hidden_size": narrow,
                "intermediate_size": 4 * narrow,
                "num_attention_heads": max(1, narrow // 64),
            }
        )
        embeddings = encoder.embeddings.word_embeddings
        self.narrow = nn.Linear(config.hidden_size, narrow)
        self.generator = BertModel(small, add_pooling_layer=False)
        self.generator.embeddings.word_embeddings = nn.Embedding(1, narrow)  # never looked up
        self.guess = WordGuesser(small, embeddings)
        self.judge = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.GELU(),
            nn.Linear(config.hidden_size, 1),
        )

    def forward(self, tokens: Tensor, begins: Tensor, step: int, random: Generator) -> Tensor:
        """Return the generator's loss and the weighted loss of the judgment, added."""
        shown, hidden = hide_words(tokens, begins, random)
        looked_up = self.encoder.embeddings.word_embeddings(shown)
        states = self.generator(inputs_embeds=self.narrow(looked_up)).last_hidden_state
        scores = self.guess(states[hidden])
        with torch.no_grad():
            drawn = torch.rand(scores.shape, generator=random).clamp(1e-9, 1 - 1e-9)
            noise = -torch.log(-torch.log(drawn.to(scores.device)))
            put = tokens.clone()
            put[hidden] = (scores.float() + noise).argmax(dim=1)
            is_other = (put != tokens).float()
        verdict = self.judge(self.encoder(put).last_hidden_state).squeeze(-1).float()
        judged = functional.binary_cross_entropy_with_logits(verdict, is_other)
        return _loss(scores, tokens[hidden]) + _REPLACED_WEIGHT * judged


OBJECTIVES: Mapping[str, type[Objective]] = {"masked": Masked, "next": Next, "replaced": Replaced}
"""Every objective by its name."""


def make_encoder(vocabulary: int, **sizes: Any) -> BertModel:
    """Return an encoder with random weights.

    Args:
        vocabulary: how many tokens there are.
        sizes: fields of `transformers.BertConfig`.
    """
    config = BertConfig(vocab_size=vocabulary, pad_token_id=0, **sizes)
    return BertModel(config, add_pooling_layer=False)


def load_encoder(folder: str | Path) -> BertModel:
    """Return the encoder of a folder, without dropout.

    Raises:
        ModelError: transformers cannot load it.
    """
    transformers_logging.disable_progress_bar()
    try:
        return BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            use_safetensors=True,
            local_files_only=True,
            dtype=torch.float32,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    except (OSError, ValueError, RuntimeError) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{folder}: transformers cannot load it: {line}") from error


def _loss(scores: Tensor, tokens: Tensor) -> Tensor:
    return functional.cross_entropy(scores.float(), tokens)
