"""scikit-learn's conventions, without loading scikit-learn.

`sklearn.clone`, pipelines and searches ask an estimator for `get_params`, `set_params` and its
tags; a model that only scores must not load the library for that.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError
from rumorscan.rumors.calibration import TRAINED_RATE
from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import Folded


class Estimator:
    """A classifier over lists of texts; `__init__` of a subclass stores its arguments untouched."""

    classes_: npt.NDArray[np.int64]

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> npt.NDArray[np.float64]:
        """Return how probable it is that each key states a false claim, shape (n,)."""
        raise NotImplementedError

    def predict_proba(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the probabilities of 0 and 1, shape (n, 2), where half of the claims are false."""
        positive = self.rumor_probabilities(read_texts(list_texts(texts)), TRAINED_RATE)
        return np.stack([1.0 - positive, positive], axis=1)

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the more probable class of each text, shape (n,); 1 where both are equal."""
        positive = self.predict_proba(texts)[:, 1] >= 0.5
        return self.classes_[positive.astype(np.int64)]

    def decision_function(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the log-odds of class 1, shape (n,)."""
        probabilities = self.predict_proba(texts)
        tiny = np.finfo(np.float64).tiny
        return np.asarray(
            np.log(np.maximum(probabilities[:, 1], tiny))
            - np.log(np.maximum(probabilities[:, 0], tiny))
        )

    def score(
        self,
        texts: Sequence[str],
        y: Sequence[int] | npt.NDArray[Any],
        sample_weight: npt.NDArray[np.float64] | None = None,
    ) -> float:
        """Return the share of texts whose class is predicted right."""
        return float(np.average(self.predict(texts) == np.asarray(y), weights=sample_weight))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters as they were given."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **parameters: Any) -> Self:
        """Change parameters; what was fitted stays until the next `fit`.

        Raises:
            ValueError: a name is unknown.
        """
        names = self._names()
        for name, value in parameters.items():
            if name not in names:
                raise ValueError(f"unknown parameter {name!r}; expected one of {', '.join(names)}")
            setattr(self, name, value)
        return self

    @classmethod
    def _names(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != defaults[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classes_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=False),
            input_tags=InputTags(two_d_array=False, string=True),
        )


def list_texts(texts: Sequence[str]) -> list[str]:
    """Return texts as a list of strings.

    Raises:
        TypeError: one text was given in the place of a list.

    Example:
        >>> list_texts(("停水", 3))
        ['停水', '3']
    """
    if isinstance(texts, str):
        raise TypeError(f"texts is {texts[:20]!r}; expected a list of texts, not one text")
    return [str(text) for text in texts]


def check_labels(texts: Sequence[str], y: Sequence[int] | npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    """Return the labels of texts, shape (n,).

    Raises:
        LabeledError: lengths differ, a label is neither 0 nor 1, or one of them is missing.

    Example:
        >>> check_labels(["停水", "供水"], [1, 0]).tolist()
        [1, 0]
    """
    values = np.asarray(y)
    if len(values) != len(texts):
        raise LabeledError(f"{len(texts)} texts but {len(values)} labels; expected as many")
    other = [value for value in np.unique(values).tolist() if value not in (0, 1)]
    if other:
        raise LabeledError(f"label {other[0]!r}; expected 1 (false information) or 0 (not)")
    if len(np.unique(values)) < 2:
        raise LabeledError("all labels are the same; expected texts of both labels, 1 and 0")
    return values.astype(np.int8)
