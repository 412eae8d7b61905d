"""An encoder of the BERT family under two heads: is it a claim, and is the claim false."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from rumorscan.errors import ModelError
from rumorscan.rumors.stacked import NETWORK
from rumorscan.rumors.tokenizing import HEADS, Tokens

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SHAPE, _WEIGHTS = NETWORK
_DROPOUT = 0.1
_PICKLED = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack")
_POOLED = ("bert", "roberta", "xlm-roberta")  # their pooling layer is left out; we take the mean


class Network(nn.Module):
    """Scores of a batch of texts: the mean of the encoder's states, then a layer for each head."""

    def __init__(self, encoder: nn.Module, config: Any) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.Linear(int(config.hidden_size), HEADS)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return log-odds, shape (rows, HEADS).

        Args:
            tokens: int64, shape (rows, length).
            mask: int64, the same shape; 1 where there is a token, 0 where there is padding.
        """
        states = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(dim=1) / weight.sum(dim=1)
        kept = self.dropout(mean).float().unsqueeze(1)
        # a product by hand: autocast would round the scores to three digits
        scores: Tensor = (kept * self.heads.weight).sum(dim=-1) + self.heads.bias
        return scores


def load_base(
    base: str | Path, *, seed: int = 0, dropout: float = _DROPOUT
) -> tuple[Network, Tokenizer]:
    """Return a network over a checkpoint folder, with new heads, and its tokenizer.

    Args:
        base: a folder that `transformers` loads: BERT, RoBERTa, MacBERT, ELECTRA and the like,
            with safetensors and a tokenizer.
        seed: of the new heads.
        dropout: of the encoder while it learns.

    Raises:
        ModelError: the folder is missing, has no safetensors, or cannot be loaded.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    folder = Path(base)
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder}: has no 'config.json'; expected an encoder's checkpoint folder")
    if not any(folder.glob("*.safetensors")):
        found = ", ".join(one for one in _PICKLED if (folder / one).exists()) or "no weights"
        raise ModelError(
            f"{folder}: found {found}; expected 'model.safetensors', pickled weights are not loaded"
        )
    options: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    try:
        config = AutoConfig.from_pretrained(folder, **options)
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            if hasattr(config, name):
                setattr(config, name, dropout)
        pooling = {"add_pooling_layer": False} if config.model_type in _POOLED else {}
        encoder = AutoModel.from_pretrained(
            folder, config=config, use_safetensors=True, dtype=torch.float32, **pooling, **options
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, **options)
    except (OSError, ValueError, KeyError) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{folder}: transformers cannot load it: {line}") from error
    torch.manual_seed(seed)
    return Network(encoder, config), tokenizer.backend_tokenizer


def pack_network(network: Network) -> dict[str, bytes]:
    """Return the files from which `unpack_network` makes a network again, name to content.

    Weights are kept as 16-bit numbers, which halves the file; the base's folder is not named.
    """
    shape = network.config.to_dict()
    shape.pop("_name_or_path", None)
    from safetensors.torch import save

    weights = {
        name: one.detach().cpu().half().contiguous() for name, one in network.state_dict().items()
    }
    return {
        _WEIGHTS: save(weights),
        _SHAPE: (json.dumps(shape, indent=2, sort_keys=True) + "\n").encode(),
    }


def unpack_network(files: Mapping[str, bytes]) -> Network:
    """Return the network that `pack_network` packed.

    Raises:
        ModelError: a file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load
    from transformers import AutoConfig, AutoModel

    try:
        shape = json.loads(files[_SHAPE])
        config = AutoConfig.for_model(**shape)
        pooling = {"add_pooling_layer": False} if config.model_type in _POOLED else {}
        encoder = AutoModel.from_config(config, dtype=torch.float32, **pooling)
        network = Network(encoder, config)
        network.load_state_dict({name: one.float() for name, one in load(files[_WEIGHTS]).items()})
    except KeyError as error:
        raise ModelError(f"{error} is missing; a GPU needs the encoder's own weights") from error
    except (ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"the encoder's weights do not fit: {error}") from error
    return network


class TorchEncoder:
    """A network that answers as `rumors.encoder.OnnxEncoder` does; for training and for a GPU."""

    def __init__(
        self, network: Network, tokenizer: Tokenizer, maximum_length: int, device: str = "cpu"
    ) -> None:
        self.network = network.to(device)
        self.tokenizer = tokenizer
        self.device = torch.device(device)
        self.maximum_length = maximum_length
        self.tokens = Tokens(tokenizer, maximum_length)

    def scores(self, folded: Any) -> Any:
        """Return the log-odds of fold keys, float64, shape (n, HEADS)."""
        self.network.eval()
        return self.tokens.score(folded, self._run)

    def _run(self, tokens: Any, mask: Any) -> Any:
        with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16):
            given = [torch.from_numpy(one).to(self.device) for one in (tokens, mask)]
            return self.network(*given).double().cpu().numpy()
