"""What fitting finds: a head for each question, and how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors import features
from rumorscan.rumors.calibration import Floats, Platt

FALSEHOOD, CLAIM, RARITY = "falsehood", "claim", "rarity"


@dataclass(frozen=True, slots=True)
class Head:
    """A weight for each bucket.

    Attributes:
        weights: float32, shape (buckets,).
        intercept: added to the product.
        platt: turns the sum into a probability where both answers are equally frequent.
    """

    weights: npt.NDArray[np.float32]
    intercept: float
    platt: Platt

    def log_odds(self, products: Floats) -> Floats:
        """Return the calibrated log-odds of the products of keys with the weights."""
        return self.platt.log_odds(products + self.intercept)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the weights, as it stands in a model's configuration."""
        return {"intercept": self.intercept, "calibration": self.platt.to_dict()}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What fitting finds.

    Attributes:
        rarity: float32, shape (buckets,); see `features.rarities`.
        falsehood: given a claim, is it false.
        claim: is it a claim; None where no ordinary posts were given.
        rows: how many texts each head was fitted on.
        transfer: what becomes of the log-odds of a claim on sources that were never seen.
    """

    rarity: npt.NDArray[np.float32]
    falsehood: Head
    claim: Head | None
    rows: dict[str, int]
    transfer: Platt

    def heads(self) -> dict[str, Head]:
        """Return the heads by name, falsehood first."""
        return {FALSEHOOD: self.falsehood} | ({CLAIM: self.claim} if self.claim else {})

    def table(self) -> npt.NDArray[np.float32]:
        """Return the weights as `features.dot` reads them."""
        return features.weight_table(self.rarity, *(one.weights for one in self.heads().values()))

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the arrays that are stored, by name."""
        return {RARITY: self.rarity} | {name: one.weights for name, one in self.heads().items()}

    def to_dict(self) -> dict[str, Any]:
        """Return all but the arrays, as it stands in a model's configuration."""
        heads = {name: head.to_dict() for name, head in self.heads().items()}
        return {"heads": heads, "rows": self.rows, "transfer": self.transfer.to_dict()}

    @classmethod
    def from_parts(
        cls, config: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]], buckets: int
    ) -> Fitted:
        """Return what `to_dict` and `tensors` gave.

        Raises:
            KeyError, TypeError, ValueError: the parts do not fit each other.
        """
        for name, tensor in tensors.items():
            if tensor.dtype != np.float32 or tensor.shape != (buckets,):
                raise ValueError(
                    f"tensor '{name}' is {tensor.dtype} of {tensor.shape}; "
                    f"expected float32 of ({buckets},)"
                )
        heads = {
            name: Head(tensors[name], float(values["intercept"]), Platt(**values["calibration"]))
            for name, values in config["heads"].items()
        }
        return cls(
            tensors[RARITY],
            heads[FALSEHOOD],
            heads.get(CLAIM),
            dict(config["rows"]),
            Platt(**config["transfer"]),
        )
