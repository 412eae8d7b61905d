"""The stacked model: the linear model and an encoder, each asked the same two questions.

The linear model is asked first, and the encoder only about texts whose verdict it could change
(a cascade, after Viola and Jones 2001). A small regression fitted on held-out posts joins the two
opinions on each question; the rumor probability weighs both answers as the linear model does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rumorscan.errors import ModelError
from rumorscan.rumors.calibration import TRAINED_RATE, Floats, to_base_rate
from rumorscan.rumors.encoder import Encoder, OnnxEncoder
from rumorscan.rumors.estimator import Estimator
from rumorscan.rumors.folders import (
    ModelFolder,
    fitting_parts,
    open_model,
    write_model_folder,
)
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.opinions import Opinions, spare_short
from rumorscan.rumors.stacking import Stack
from rumorscan.text.fold import Folded

KIND = "stacked"
NETWORK = ("encoder.json", "encoder.safetensors")
"""Files of a model folder from which torch makes the encoder; ONNX Runtime needs none of them."""

FALSEHOOD, CLAIM = 0, 1
"""Columns of the encoder's scores."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """When the encoder is asked.

    Attributes:
        reach: the greatest gain in log-odds that the encoder brought to all but one in a
            thousand of the held-out posts.
        least: probability at the asked base rate that is of no consequence: where the linear
            model's log-odds and the reach together stay under it, the encoder is not asked.
    """

    reach: float
    least: float = 0.2

    def asks(self, probabilities: Floats) -> npt.NDArray[np.bool_]:
        """Return about which texts the encoder is asked, given the linear model's opinion.

        Example:
            >>> Cascade(reach=2.0).asks(np.array([0.0, 0.01, 0.1, 0.9])).tolist()
            [False, False, True, True]
        """
        with np.errstate(divide="ignore"):
            odds = np.log(probabilities) - np.log1p(-probabilities)
        least = np.log(self.least) - np.log1p(-self.least)
        asked: npt.NDArray[np.bool_] = odds + self.reach >= least
        return asked


@dataclass(frozen=True, slots=True)
class Joint:
    """What joins the opinions.

    Attributes:
        falsehood: of linear and encoder log-odds.
        claim: the same; None where no ordinary posts were given.
        cascade: when the encoder is asked.
        abstain: lowest and highest balanced probability of the band in which the model is unsure.
    """

    falsehood: Stack
    claim: Stack | None
    cascade: Cascade
    abstain: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as they stand in a model's configuration."""
        return {
            "falsehood": self.falsehood.to_dict(),
            "claim": self.claim.to_dict() if self.claim else None,
            "cascade": asdict(self.cascade),
            "abstain": list(self.abstain),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Joint:
        """Return what `to_dict` gave.

        Raises:
            KeyError, TypeError, ValueError: the values do not fit.
        """
        low, high = map(float, values["abstain"])
        return cls(
            Stack.from_dict(values["falsehood"]),
            Stack.from_dict(values["claim"]) if values["claim"] else None,
            Cascade(**values["cascade"]),
            (low, high),
        )


class StackedModel(Estimator):
    """A fitted linear model, a fitted encoder, and what joins them.

    `training.RumorClassifier` fits one; this class only scores.

    Attributes:
        linear: asked about every text, and for the phrases that weigh most.
        encoder: asked where the cascade says so.
        joint: what makes one probability of two opinions.
        about: plain data on how the encoder came to be, kept in the configuration.
        network: files from which torch makes the encoder, for a GPU; name to content.
    """

    def __init__(
        self,
        linear: LinearModel,
        encoder: Encoder,
        joint: Joint,
        *,
        about: Mapping[str, Any] | None = None,
        network: Mapping[str, bytes] | None = None,
    ) -> None:
        self.linear = linear
        self.encoder = encoder
        self.joint = joint
        self.about = about
        self.network = network
        self.classes_ = np.array([0, 1])
        self.folder_: ModelFolder | None = None

    @property
    def minimum_length(self) -> int:
        """Characters of fold key under which no text gets more than the base rate."""
        return self.linear.minimum_length

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> Floats:
        """Return how probable it is that each key states a false claim.

        Args:
            folded: n fold keys; give distinct ones, each is looked at by itself.
            base_rate: share of rumors among all posts, in (0, 1).

        Returns:
            float64, shape (n,), in [0, 1]; the same whatever the other keys are.
        """
        return self.opinions(folded, base_rate).rumor

    def opinions(self, folded: Folded, base_rate: float) -> Opinions:
        """Return all that the model says of the keys; see `rumor_probabilities`.

        Where the cascade does not ask the encoder, the linear model's opinion stands.
        """
        alone = self.linear.opinions(folded, base_rate)
        long_enough = folded.lengths >= self.minimum_length
        rows = np.flatnonzero(self.joint.cascade.asks(alone.rumor) & long_enough)
        if len(rows):
            joined = self.join(folded.take(rows), base_rate)
            alone.rumor[rows], alone.claim[rows] = joined.rumor, joined.claim
        return Opinions(alone.rumor, alone.claim, self._unsure(alone.rumor, base_rate))

    def join(self, folded: Folded, base_rate: float) -> Opinions:
        """Return what the model says when the encoder is asked about every key."""
        linear, encoder = self.linear.log_odds(folded), self.encoder.scores(folded)
        both = np.stack([linear, encoder], axis=2)  # (n, question, scorer)
        falsehood = self.joint.falsehood.log_odds(both[:, FALSEHOOD])
        claims = self.joint.claim.log_odds(both[:, CLAIM]) if self.joint.claim else linear[:, CLAIM]
        rumor, claim = self.linear.answer(falsehood, claims, base_rate)
        rumor = spare_short(rumor, folded.lengths, self.minimum_length, base_rate)
        return Opinions(rumor, claim, self._unsure(rumor, base_rate))

    def _unsure(self, rumor: Floats, base_rate: float) -> npt.NDArray[np.bool_]:
        """Return where the balanced probability lies in the band to abstain in."""
        balanced = to_base_rate(rumor, base_rate, TRAINED_RATE)
        low, high = self.joint.abstain
        is_between: npt.NDArray[np.bool_] = (balanced > low) & (balanced < high)
        return is_between

    def top_phrases(self, text: str, limit: int = 5) -> list[tuple[str, float]]:
        """Return the phrases that weigh most towards falsehood, by the linear part."""
        return self.linear.top_phrases(text, limit)

    def save(
        self,
        folder: str | Path,
        *,
        card: str = "",
        training: dict[str, Any] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> Path:
        """Write the model as a folder of safetensors, ONNX, JSON and a card.

        Args:
            folder: where; an older model there is replaced.
            card: Markdown for people; a short one is made where it is empty.
            training: plain data about how it came to be.
            files: more files for the folder, such as metrics.

        Raises:
            ModelError: the encoder is still torch's, or the folder cannot be written.
        """
        if not isinstance(self.encoder, OnnxEncoder):
            raise ModelError("the encoder is not exported yet; expected one in ONNX")
        config = {
            "kind": KIND,
            "linear": self.linear.to_config(),
            "joint": self.joint.to_dict(),
            "maximum_length": self.encoder.maximum_length,
            "trained_base_rate": TRAINED_RATE,
            "encoder": dict(self.about or {}),
            "training": training or {},
        }
        return write_model_folder(
            folder,
            config,
            self.linear.tensors(),
            card=card or "# A stacked model for false information in Chinese posts\n",
            files={**self.encoder.files, **(self.network or {}), **(files or {})},
        )

    @classmethod
    def load(cls, folder: str | Path | ModelFolder) -> Self:
        """Return the model of a folder.

        Raises:
            ModelError: the folder is missing, damaged, not allowed, or of another kind.
        """
        found = open_model(folder, KIND)
        config = found.config
        with fitting_parts(found):
            linear = LinearModel.from_config(config["linear"], found.tensors())
            joint = Joint.from_dict(config["joint"])
            length = int(config["maximum_length"])
            about = dict(config["encoder"])
        encoder = OnnxEncoder.load(found, length)
        files = {name: found.file(name) for name in NETWORK}
        network = {name: content for name, content in files.items() if content is not None}
        model = cls(linear, encoder, joint, about=about, network=network)
        model.folder_ = found
        return model
