"""The models that are measured: loaded, named, and with what is known of their learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded
from rumorscan.training.corpora import LabeledInput
from rumorscan.training.measuring.intervals import Floats
from rumorscan.training.recipes import Model
from rumorscan.training.record import METRICS_FILE

NOBODY = "none"
"""As the model to compare with: compare with none."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model that is measured.

    Attributes:
        name: as it was asked for, or the class of a fitted model.
        model: what gives the probabilities.
        folder: where it lies; None for a fitted model.
        learned_from: digests of the labeled files that it was trained on, as far as its folder
            says so.
    """

    name: str
    model: Model
    folder: Path | None = None
    learned_from: frozenset[str] = frozenset()

    def ask(self, folded: Folded, base_rate: float) -> Floats:
        """Return its rumor probabilities, float64, shape (n,); equal keys are asked once."""
        distinct = find_distinct(folded)
        found = np.asarray(self.model.rumor_probabilities(distinct.folded, base_rate))
        result: Floats = found.astype(np.float64)[distinct.key_of_row]
        return result

    def warnings(self, inputs: Sequence[LabeledInput]) -> tuple[str, ...]:
        """Return which of the labeled files the model was trained on, in words."""
        return tuple(
            f"{Path(one.path).name}: the model '{self.name}' was trained on this very file, so "
            "that its figures flatter; measure it on posts that it has not seen"
            for one in inputs
            if one.sha256 in self.learned_from
        )


def enter(model: str | Path | Model) -> Contestant:
    """Return a model ready to be measured.

    Args:
        model: a bundled model's name, a model folder, or a fitted model.

    Raises:
        ModelError: the model cannot be loaded.

    Example:
        >>> class Doubter:
        ...     def rumor_probabilities(self, folded, base_rate):
        ...         return np.full(len(folded), base_rate)
        >>> enter(Doubter()).name
        'Doubter'
    """
    if not isinstance(model, (str, Path)):
        return Contestant(type(model).__name__, model)
    from rumorscan.rumors import load_model
    from rumorscan.rumors.folders import resolve_model

    folder = resolve_model(model)
    return Contestant(str(model), load_model(folder), folder, _learned_from(folder))


def oppose(against: str | Path | Model | None, first: Contestant) -> Contestant | None:
    """Return the model to compare with; None where it is the same one, or none is wanted.

    Raises:
        ModelError: the model cannot be loaded.

    Example:
        >>> oppose("none", Contestant("mine", None)) is None
        True
    """
    if against is None or against == NOBODY or against is first.model:
        return None
    second = enter(against)
    if first.folder and second.folder and first.folder.resolve() == second.folder.resolve():
        return None
    return second


def _learned_from(folder: Path) -> frozenset[str]:
    """Return the digests that training wrote down; nothing where the folder does not say."""
    try:
        inputs = orjson.loads((folder / METRICS_FILE).read_bytes())["data"]["inputs"]
        return frozenset(str(one["sha256"]) for one in inputs if one["sha256"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return frozenset()
