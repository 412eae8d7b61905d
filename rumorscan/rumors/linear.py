"""The linear model: two questions to the same features of a post's fold key.

Is this a checkable claim at all, or an ordinary post? And, given a claim, is it false? A model of
the second question alone, trained on labeled sets, calls 10 to 47 % of ordinary posts rumors,
because the negatives of those sets are news. So the rumor probability weighs both answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rumorscan.errors import ModelError
from rumorscan.rumors import features
from rumorscan.rumors.calibration import TRAINED_RATE, Floats
from rumorscan.rumors.estimator import Estimator
from rumorscan.rumors.examples import fit_heads, gather_examples
from rumorscan.rumors.features import FeatureSettings
from rumorscan.rumors.fitting import Fitting
from rumorscan.rumors.folders import (
    ModelFolder,
    fitting_parts,
    open_model,
    write_model_folder,
)
from rumorscan.rumors.heads import Fitted
from rumorscan.rumors.opinions import Opinions, answer_both, spare_short
from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import Folded

KIND = "linear"


class LinearModel(Estimator):
    """Logistic regression over hashed characters and jieba words, calibrated.

    It keeps scikit-learn's conventions over lists of texts: parameters are stored untouched,
    `fit` sets what ends in an underscore, `predict_proba` has a column for each of `classes_`.

    Attributes:
        shortest: characters in the shortest run that counts.
        longest: characters in the longest run.
        words: whether jieba's words count.
        word_pairs: whether two words side by side count.
        bits: features are hashed to 2 ** bits buckets.
        cost: inverse strength of the penalty, scikit-learn's `C`.
        claim_cost: the same for the head that tells claims from ordinary posts.
        claim_share: share of checkable claims among posts that are no rumors; nearer to 1 the
            head forgives more: claims in the tone of ordinary posts are found again, and more
            ordinary posts are called rumors. Chosen by `scripts/train_linear.py --sweep`.
        folds: held-out parts from which the calibration is learned.
        minimum_length: characters of the fold key below which no text gets a probability over
            the base rate: too little is said to be judged.
        seed: of the folds and of the solver.

    Example:
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> model = LinearModel(bits=12).fit(texts, [1, 0] * 3)
        >>> model.predict(["城东水厂停水大家快囤水", "城东水厂检修供水正常"]).tolist()
        [1, 0]
    """

    def __init__(
        self,
        *,
        shortest: int = 1,
        longest: int = 2,
        words: bool = True,
        word_pairs: bool = True,
        bits: int = 18,
        cost: float = 16.0,
        claim_cost: float = 2.0,
        claim_share: float = 0.8,
        folds: int = 5,
        minimum_length: int = 8,
        seed: int = 0,
    ) -> None:
        self.shortest = shortest
        self.longest = longest
        self.words = words
        self.word_pairs = word_pairs
        self.bits = bits
        self.cost = cost
        self.claim_cost = claim_cost
        self.claim_share = claim_share
        self.folds = folds
        self.minimum_length = minimum_length
        self.seed = seed

    @property
    def feature_settings(self) -> FeatureSettings:
        """The features that the parameters name."""
        return FeatureSettings(self.shortest, self.longest, self.words, self.word_pairs, self.bits)

    def fit(
        self,
        texts: Sequence[str],
        y: Sequence[int] | npt.NDArray[Any],
        *,
        ordinary: Sequence[str] | None = None,
        sample_weight: npt.NDArray[np.float64] | None = None,
        groups: Sequence[Any] | npt.NDArray[Any] | None = None,
        sources: Sequence[str] | None = None,
        ordinary_sources: Sequence[str] | None = None,
        is_post: npt.NDArray[np.bool_] | None = None,
    ) -> Self:
        """Fit both heads and their calibration.

        Args:
            texts: claims.
            y: 1 = false information, 0 = not; as long.
            ordinary: posts that claim nothing checkable; without them there is no claim head and
                every text counts as a claim.
            sample_weight: how much each labeled text counts; shape (n,).
            groups: near-duplicate cluster of each labeled text; clusters stay whole when parts
                are held out. Without them, equal fold keys do.
            sources: where each labeled text comes from; what tells sources apart is not learned
                as what tells rumors apart.
            ordinary_sources: the same of the ordinary posts. With two sources or more on both
                sides the claim head is calibrated for sources that it never saw.
            is_post: which labeled texts are posts, shape (n,); the others are claims of another
                genre, from which only falsehood is learned. Without it all are posts.

        Raises:
            LabeledError: lengths differ, a label is neither 0 nor 1, or one of them is missing.
            ValueError: a parameter is out of its range.
        """
        if not 0.0 < self.claim_share < 1.0:
            raise ValueError(f"claim_share is {self.claim_share}; expected a number in (0, 1)")
        examples = gather_examples(
            texts,
            y,
            ordinary=ordinary,
            sample_weight=sample_weight,
            groups=groups,
            sources=sources,
            ordinary_sources=ordinary_sources,
            is_post=is_post,
        )
        falsehood = Fitting(self.bits, self.cost, self.folds, self.seed)
        claim = Fitting(self.bits, self.claim_cost, self.folds, self.seed)
        fitted, self.held_out_ = fit_heads(examples, self.feature_settings, falsehood, claim)
        self._settle(fitted)
        return self

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> Floats:
        """Return how probable it is that each key states a false claim.

        Both answers are weighed by Bayes' rule; see `opinions.answer_both`. A key below
        `minimum_length` gets at most the base rate.

        Args:
            folded: n fold keys; give distinct ones, each is looked at by itself.
            base_rate: share of rumors among all posts, in (0, 1).

        Returns:
            float64, shape (n,), in [0, 1]; the same whatever the other keys are.
        """
        return self.opinions(folded, base_rate).rumor

    def opinions(self, folded: Folded, base_rate: float) -> Opinions:
        """Return all that the model says of the keys; see `rumor_probabilities`.

        Without a claim head every key counts as a claim. The model is never unsure.
        """
        if not 0.0 < base_rate < 1.0:
            raise ValueError(f"base_rate is {base_rate}; expected a number in (0, 1)")
        odds = self.log_odds(folded)
        rumor, claim = self.answer(odds[:, 0], odds[:, 1], base_rate)
        rumor = spare_short(rumor, folded.lengths, self.minimum_length, base_rate)
        return Opinions(rumor, claim, np.zeros(len(folded), dtype=bool))

    def answer(self, falsehood: Floats, claim: Floats, base_rate: float) -> tuple[Floats, Floats]:
        """Return the probabilities of a false claim and of a claim, from log-odds of both.

        The log-odds of a claim hold for the sources that were learned from; here they are taken
        back to what they are worth on others. Without a claim head they are not looked at.
        """
        fitted = self._fitted()
        claims = fitted.transfer.log_odds(claim) if fitted.claim else None
        return answer_both(falsehood, claims, base_rate, self.claim_share)

    def log_odds(self, folded: Folded) -> Floats:
        """Return the calibrated log-odds of falsehood and claim, shape (n, 2).

        Each holds for the sources that were learned from, where both answers are equally
        frequent. Without a claim head that column is 0.
        """
        fitted = self._fitted()
        odds = np.zeros((len(folded), 2))
        products = features.dot(folded, self.feature_settings, self._table)
        for at, head in enumerate(fitted.heads().values()):
            odds[:, at] = head.log_odds(products[:, at])
        return odds

    def top_phrases(self, text: str, limit: int = 5) -> list[tuple[str, float]]:
        """Return the phrases that weigh most towards falsehood.

        Args:
            text: one text.
            limit: how many at most.

        Returns:
            Pieces of the text with what they add to the log-odds, the heaviest first; only
            pieces that add something.
        """
        from rumorscan.rumors.phrases import heaviest_phrases

        fitted = self._fitted()
        folded = read_texts([text])
        added = features.contributions(folded, self.feature_settings, self._table)
        return heaviest_phrases(text, folded, added * fitted.falsehood.platt.slope, limit)

    def save(
        self,
        folder: str | Path,
        *,
        card: str = "",
        training: dict[str, Any] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> Path:
        """Write the model as a folder of safetensors, JSON and a card.

        Args:
            folder: where; an older model there is replaced.
            card: Markdown for people; a short one is made where it is empty.
            training: plain data about how it came to be, kept in `config.json`.
            files: more files for the folder, such as metrics.

        Raises:
            ModelError: the folder cannot be written.
        """
        fitted = self._fitted()
        config = {"kind": KIND, "training": training or {}, **self.to_config()}
        return write_model_folder(
            folder, config, fitted.tensors(), card=card or _card(fitted.rows), files=files
        )

    def to_config(self) -> dict[str, Any]:
        """Return all of a fitted model but its arrays, as it stands in a configuration."""
        return {
            "parameters": self.get_params(),
            "trained_base_rate": TRAINED_RATE,
            "versions": _versions(),
            **self._fitted().to_dict(),
        }

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the arrays of a fitted model, by name."""
        return self._fitted().tensors()

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]]
    ) -> Self:
        """Return the model of what `to_config` and `tensors` gave.

        Raises:
            KeyError, TypeError, ValueError: the parts do not fit each other.
        """
        model = cls(**config["parameters"])
        model._settle(Fitted.from_parts(config, tensors, model.feature_settings.buckets))
        return model

    @classmethod
    def load(cls, folder: str | Path | ModelFolder) -> Self:
        """Return the model of a folder.

        Raises:
            ModelError: the folder is missing, damaged, not allowed, or of another kind.
        """
        found = open_model(folder, KIND)
        with fitting_parts(found):
            model = cls.from_config(found.config, found.tensors())
        model.folder_ = found
        return model

    def _settle(self, fitted: Fitted) -> None:
        self.classes_ = np.array([0, 1])
        self.fitted_ = fitted
        self.folder_: ModelFolder | None = None
        self._table = fitted.table()

    def _fitted(self) -> Fitted:
        fitted: Fitted | None = getattr(self, "fitted_", None)
        if fitted is None:
            raise ModelError("the model is not fitted; call fit, or load_model a folder")
        return fitted


def _versions() -> dict[str, str]:
    """Return what the features depend on beside the texts."""
    import unicodedata
    from importlib.metadata import version

    from rumorscan import __version__
    from rumorscan.text.lexicon import dictionary_version

    return {
        "rumorscan": __version__,
        "jieba": dictionary_version(),
        "opencc": version("opencc"),
        "unicode": unicodedata.unidata_version,
    }


def _card(rows: dict[str, int]) -> str:
    return (
        "# A linear model for false information in Chinese posts\n\n"
        f"Fitted on {rows['labeled']} labeled texts, {rows['false']} of them false, and "
        f"{rows['ordinary']} ordinary posts.\n"
        "Train it again on posts of your own before you rely on it.\n"
    )
