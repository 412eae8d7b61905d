"""`RumorClassifier`: every kind of model behind scikit-learn's conventions, over lists of texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rumorscan import rumors
from rumorscan.errors import LabeledError, ModelError
from rumorscan.rumors.calibration import Floats
from rumorscan.rumors.estimator import Estimator, check_labels, list_texts
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.opinions import Opinions
from rumorscan.rumors.stacked import StackedModel
from rumorscan.text.fold import Folded
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import read_labeled
from rumorscan.training.extras import require_torch
from rumorscan.training.learning import BASE, KINDS, make_recipe


class RumorClassifier(Estimator):
    """A classifier of texts: 1 = false information, 0 = not.

    `clone`, `Pipeline`, `GridSearchCV`, `cross_val_predict` and `CalibratedClassifierCV` take it
    as any other classifier; a row is a text. `train` does more: it measures the model without
    leaks and writes its card.

    Attributes:
        kind: `stacked`, a linear model and a fine-tuned encoder, or `linear` alone.
        base: the encoder's name or checkpoint folder; not used by `linear`.
        seeds: networks tried; the best on posts held out serves.
        seed: of everything that is drawn.
        device: `cpu`, `cuda`, or empty for the GPU where there is one.
        classes_: after fitting, the labels 0 and 1.
        model_: after fitting, the model itself.

    Example:
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> classifier = RumorClassifier(kind="linear").fit(texts, [1, 0] * 3)
        >>> classifier.predict(["听说水厂要停水，快囤水", "水厂检修，供水正常"]).tolist()
        [1, 0]
        >>> classifier.predict_proba(["听说水厂要停水，快囤水"]).shape
        (1, 2)
    """

    def __init__(
        self,
        *,
        kind: str = KINDS[0],
        base: str | Path = BASE,
        seeds: int = 1,
        seed: int = 0,
        device: str = "",
    ) -> None:
        self.kind = kind
        self.base = base
        self.seeds = seeds
        self.seed = seed
        self.device = device

    def fit(
        self,
        texts: Sequence[str],
        y: Sequence[int] | npt.NDArray[Any],
        *,
        ordinary: Sequence[str] | None = None,
        groups: Sequence[Any] | npt.NDArray[Any] | None = None,
    ) -> Self:
        """Fit the model.

        Near-duplicates are found and kept together wherever a part is held out.

        Args:
            texts: claims.
            y: 1 = false information, 0 = not; as long.
            ordinary: posts that claim nothing checkable; without them every text counts as a
                claim, and many ordinary posts will be called rumors.
            groups: what must not be parted beside near-duplicates, such as events; as long.

        Raises:
            LabeledError: lengths differ, a label is neither 0 nor 1, or one of them is missing.
            ModelError: the kind or the base is unknown.
            MissingExtraError: torch or transformers is not installed.
        """
        listed = list_texts(texts)
        labels = check_labels(listed, y)
        if groups is not None and len(groups) != len(texts):
            raise LabeledError(f"{len(texts)} texts but {len(groups)} groups; expected as many")
        recipe = make_recipe(
            self.kind, base=self.base, seeds=self.seeds, seed=self.seed, device=self.device
        )
        names = [""] * len(texts) if groups is None else [str(group) for group in groups]
        corpus = read_labeled(
            [
                {"text": text, "label": label, "group": name}
                for text, label, name in zip(listed, labels.tolist(), names, strict=True)
            ]
        )
        rows = np.arange(len(corpus))
        everyday = {"ordinary": list(ordinary)} if ordinary else {}
        fitted = recipe.fit(corpus, find_clusters(corpus), rows, everyday)
        self._settle(recipe.finish(fitted))
        return self

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> Floats:
        """Return how probable it is that each key states a false claim, shape (n,)."""
        return self._model().rumor_probabilities(folded, base_rate)

    def opinions(self, folded: Folded, base_rate: float) -> Opinions:
        """Return all that the model says of fold keys."""
        return self._model().opinions(folded, base_rate)

    def top_phrases(self, text: str, limit: int = 5) -> list[tuple[str, float]]:
        """Return the phrases that weigh most towards falsehood, heaviest first."""
        return self._model().top_phrases(text, limit)

    def save(self, folder: str | Path, **more: Any) -> Path:
        """Write the model folder; see `StackedModel.save`.

        Raises:
            ModelError: the model is not fitted, or the folder cannot be written.
        """
        return self._model().save(folder, **more)

    @property
    def minimum_length(self) -> int:
        """Characters of fold key under which no text gets more than the base rate."""
        return self._model().minimum_length

    @property
    def folder_(self) -> Any:
        """The folder that the model was loaded from, or None."""
        return self._model().folder_

    def _settle(self, model: Any) -> None:
        self.model_: LinearModel | StackedModel = model
        self.classes_ = np.array([0, 1])

    def _model(self) -> LinearModel | StackedModel:
        if not hasattr(self, "model_"):
            raise ModelError("the model is not fitted; call fit, or load_model a folder")
        return self.model_


def load_model(name_or_folder: str | Path = "default", *, device: str = "") -> RumorClassifier:
    """Return a fitted classifier: scikit-learn conventions over lists of texts.

    Args:
        name_or_folder: `default`, `linear`, or a model folder.
        device: empty for ONNX Runtime on the CPU; `cuda` or `cpu` to run the encoder by torch.

    Raises:
        ModelError: there is no such model, or its folder is damaged or not allowed.
        MissingExtraError: a device is asked for, and torch or transformers is not installed.

    Example:
        >>> import tempfile
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> classifier = RumorClassifier(kind="linear").fit(texts, [1, 0] * 3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load_model(classifier.save(Path(folder, "mine"))).predict(texts[:2]).tolist()
        [1, 0]
    """
    model = rumors.load_model(name_or_folder)
    is_linear = isinstance(model, LinearModel)
    if device and isinstance(model, StackedModel):
        move_encoder(model, device)
    classifier = RumorClassifier(kind="linear" if is_linear else "stacked")
    classifier._settle(model)
    return classifier


def move_encoder(model: StackedModel, device: str) -> None:
    """Let a stacked model's encoder be run by torch on a device, in place.

    Raises:
        ModelError: the model folder lacks the encoder's own weights, or there is no such device.
        MissingExtraError: torch or transformers is not installed.
    """
    require_torch()
    import torch

    from rumorscan.rumors.encoder import TOKENIZER, OnnxEncoder
    from rumorscan.rumors.tokenizing import read_tokenizer
    from rumorscan.training.finetuning.network import TorchEncoder, unpack_network

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError(f"device {device!r}: torch sees no GPU; leave it out to use the CPU")
    if isinstance(model.encoder, OnnxEncoder):
        tokenizer = read_tokenizer(model.encoder.files[TOKENIZER])
        network = unpack_network(model.network or {})
        length = model.encoder.maximum_length
        model.encoder = TorchEncoder(network, tokenizer, length, device)
