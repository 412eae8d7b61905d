"""The stacked recipe: a linear model and a fine-tuned encoder, joined on posts held out of both.

The linear model learns from all rows, and what it says of each by weights that never saw it is
kept. The encoder learns from most clusters; the rest decides when it stops, which seed serves,
how the two are joined, when the encoder is asked, and where the model had better abstain.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson

from rumorscan.rumors import heads
from rumorscan.rumors.calibration import TRAINED_RATE
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.reading import read_texts
from rumorscan.rumors.stacked import (
    CLAIM,
    FALSEHOOD,
    KIND,
    Cascade,
    Joint,
    StackedModel,
)
from rumorscan.rumors.stacking import Stack, fit_stack
from rumorscan.text.fold import fold_texts
from rumorscan.training.corpora import Corpus
from rumorscan.training.extras import require_torch
from rumorscan.training.recipes import (
    Floats,
    LinearRecipe,
    Ordinary,
    Rows,
    balance,
    choose_rows,
)
from rumorscan.training.splits import Split, grouped_holdout

if TYPE_CHECKING:
    from rumorscan.training.finetuning.loop import FineTuneSettings, Lesson
    from rumorscan.training.finetuning.network import TorchEncoder

Say = Callable[[str], None]

CHECK_SHARE = 0.15
"""Share of the clusters that the encoder does not learn from."""

_ORDINARY_WEIGHT = 0.5  # of all ordinary posts together, beside all labeled ones
_REACH_QUANTILE = 0.999
_SURE_ACCURACY = 0.95
_SEED_OF_CHECK = 7  # the same part is held out whatever the seed of the network


@dataclass(frozen=True, slots=True)
class StackedRecipe:
    """How a stacked model is made.

    Attributes:
        base: the encoder's checkpoint folder.
        copies: how many distinct texts of one cluster are learned from.
        seed: of the linear model's parts and of the first network.
        seeds: networks that are tried; the one with the least loss on the held-out part serves.
        further: claims of another genre, from which the linear model learns; see `LinearRecipe`.
        linear: further parameters of `LinearModel`.
        tuning: how the network is fine-tuned.
        versions: disguised copies of each text among which a pass draws, beside the plain one.
        work: folder where fitted networks are kept, so that a run that was cut goes on.
        say: called with a line a pass.
    """

    base: Path
    copies: int = 4
    seed: int = 0
    seeds: int = 1
    further: Corpus | None = None
    linear: Mapping[str, Any] = field(default_factory=dict)
    tuning: FineTuneSettings | None = None
    versions: int = 2
    work: Path | None = None
    say: Say = lambda _: None

    def fit(
        self, corpus: Corpus, clusters: npt.NDArray[np.int64], rows: Rows, ordinary: Ordinary
    ) -> StackedModel:
        """Return a model fitted on some rows of a corpus; its encoder is torch's.

        Raises:
            LabeledError: the rows do not have both labels, or too few clusters.
            ModelError: the base cannot be loaded.
            MissingExtraError: torch or transformers is not installed.
        """
        chosen = choose_rows(corpus, clusters, rows, self.copies)
        part, codes = corpus.take(chosen), clusters[chosen]
        weights = balance(part, codes)
        linear = self._linear().fit_part(part, codes, weights, ordinary)
        split = grouped_holdout(codes, part.labels, CHECK_SHARE, _SEED_OF_CHECK)
        everyday = [text for one in ordinary.values() for text in one]
        material = _Material(part, weights, everyday, split)
        encoder, about = self._fine_tune(material)
        joint = join(linear, encoder, material)
        return StackedModel(linear, encoder, joint, about={"base": self.base.name, **about})

    def finish(self, model: StackedModel) -> StackedModel:
        """Return the model with its encoder in ONNX, 8-bit, as it is served and saved."""
        from rumorscan.training.finetuning.export import export_encoder
        from rumorscan.training.finetuning.network import pack_network

        self.say("exporting the encoder")
        encoder: Any = model.encoder
        return StackedModel(
            model.linear,
            export_encoder(encoder),
            model.joint,
            about=model.about,
            network=pack_network(encoder.network),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what decides the model beside the data, as plain data."""
        return {
            "kind": KIND,
            "base": self.base.name,
            "copies": self.copies,
            "seeds": self.seeds,
            "versions": self.versions,
            "tuning": self._tuning().to_dict(),
            "linear": self._linear().to_dict(),
        }

    def _linear(self) -> LinearRecipe:
        return LinearRecipe(
            copies=self.copies, seed=self.seed, further=self.further, parameters=self.linear
        )

    def _tuning(self) -> FineTuneSettings:
        return self.tuning or choose_tuning()

    def _fine_tune(self, material: _Material) -> tuple[TorchEncoder, dict[str, Any]]:
        """Return the best network of all seeds, and how each did."""
        from rumorscan.training.finetuning.loop import check_loss, fine_tune
        from rumorscan.training.finetuning.network import TorchEncoder, load_base

        found: list[tuple[float, TorchEncoder]] = []
        about: list[dict[str, Any]] = []
        check: Lesson | None = None
        for seed in range(self.seed, self.seed + self.seeds):
            settings = dataclasses.replace(self._tuning(), seed=seed)
            network, tokenizer = load_base(self.base, seed=seed)
            encoder = TorchEncoder(network, tokenizer, settings.maximum_length, settings.device)
            check = check or material.check(encoder)
            kept = self._kept(material, settings)
            curve: list[dict[str, float]] = []
            if not _take_back(network, kept):
                lesson = material.lesson(encoder, self.versions, seed)
                state = kept and kept.with_suffix("")
                curve = fine_tune(network, lesson, check, settings, self.say, checkpoint=state)
                _keep(network, kept)
            loss = check_loss(network, check, settings)
            self.say(f"seed {seed}: check {loss:.4f}")
            found.append((loss, encoder))
            about.append({"seed": seed, "check_loss": round(loss, 4), "passes": len(curve)})
        best = min(range(len(found)), key=lambda place: found[place][0])
        return found[best][1], {
            "tuning": self._tuning().to_dict(),
            "versions": self.versions,
            "seeds": about,
            "chosen": about[best]["seed"],
        }

    def _kept(self, material: _Material, settings: FineTuneSettings) -> Path | None:
        """Return where a network of these posts and settings is kept."""
        if self.work is None:
            return None
        digest = hashlib.sha256(orjson.dumps([settings.to_dict(), self.versions]))
        for one in sorted(self.base.glob("*.safetensors")):
            digest.update(one.read_bytes())
        for text in (*material.part.texts.tolist(), *material.ordinary):
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        for array in (material.part.labels, material.weights, material.split.test):
            digest.update(array.tobytes())
        return self.work / f"network-{digest.hexdigest()[:20]}.safetensors"


@dataclass(frozen=True, slots=True)
class _Material:
    """The posts of one fit, and which of them are held out of the encoder."""

    part: Corpus
    weights: Floats
    ordinary: list[str]
    split: Split

    @property
    def ordinary_check(self) -> npt.NDArray[np.bool_]:
        """Which ordinary posts are held out, shape (m,)."""
        held_out: npt.NDArray[np.bool_] = (
            np.arange(len(self.ordinary)) % round(1 / CHECK_SHARE) == 0
        )
        return held_out

    @property
    def held_out(self) -> npt.NDArray[np.bool_]:
        """Which labeled posts, and behind them which ordinary ones, are held out."""
        labeled = np.isin(np.arange(len(self.part)), self.split.test)
        return np.concatenate([labeled, self.ordinary_check])

    def lesson(self, encoder: TorchEncoder, versions: int, seed: int) -> Lesson:
        """Return what the encoder learns from, plain and in so many disguised versions."""
        return self._lesson(encoder, ~self.held_out, versions, seed)

    def check(self, encoder: TorchEncoder) -> Lesson:
        """Return what is held out of the encoder."""
        return self._lesson(encoder, self.held_out, 0, 0)

    def _lesson(
        self, encoder: TorchEncoder, chosen: npt.NDArray[np.bool_], versions: int, seed: int
    ) -> Lesson:
        from rumorscan.training.disguising.augmentation import augment
        from rumorscan.training.finetuning.loop import UNASKED, encode_lesson

        texts = [*self.part.texts.tolist(), *self.ordinary]
        labels = np.zeros((len(texts), 2), dtype=np.int8)
        count = len(self.part)
        labels[:count, FALSEHOOD], labels[:count, CLAIM] = self.part.labels, 1
        labels[count:, FALSEHOOD] = UNASKED
        weights = np.ones(len(texts))
        weights[:count] = self.weights
        if self.ordinary:
            weights[count:] = _ORDINARY_WEIGHT * self.weights.sum() / len(self.ordinary)
        rows = np.flatnonzero(chosen)
        plain = [texts[row] for row in rows.tolist()]
        disguised = [augment(plain, seed=seed * 100 + version) for version in range(versions)]
        # a plain version for each disguised one: a pass meets as many of either
        keys = [list(read_texts(plain).keys())] * max(1, versions)
        # disguises stay as they are: there are more than can be undone
        keys += [list(fold_texts(one).keys()) for one in disguised]
        return encode_lesson(encoder.tokens, keys, labels[rows], weights[rows])


def join(linear: LinearModel, encoder: Any, material: _Material) -> Joint:
    """Return what joins the two opinions, fitted on the posts held out of both."""
    rows = material.split.test
    ordinary = np.flatnonzero(material.ordinary_check)
    texts = [*material.part.texts[rows].tolist(), *(material.ordinary[row] for row in ordinary)]
    folded = read_texts(texts)
    scores = encoder.scores(folded)
    labels, weights = material.part.labels[rows], material.weights[rows]
    count = len(rows)
    odds = np.zeros((len(texts), 2))
    odds[:, FALSEHOOD] = linear.log_odds(folded)[:, FALSEHOOD]  # of ordinary posts; see below
    odds[:count, FALSEHOOD] = linear.held_out_[heads.FALSEHOOD][rows]
    both = np.stack([odds[:, FALSEHOOD], scores[:, FALSEHOOD]], axis=1)
    falsehood = fit_stack(both[:count], labels, weights)
    claim: Stack | None = None
    claims = odds[:, CLAIM]
    if len(ordinary):
        held_out = linear.held_out_[heads.CLAIM]
        first = len(held_out) - len(material.ordinary)  # behind the texts and their copies
        odds[:, CLAIM] = held_out[np.concatenate([rows, first + ordinary])]
        pair = np.stack([odds[:, CLAIM], scores[:, CLAIM]], axis=1)
        is_claim = np.repeat(np.array([1, 0], dtype=np.int8), [count, len(ordinary)])
        claim = fit_stack(pair, is_claim)
        claims = claim.log_odds(pair)
    alone, _ = linear.answer(odds[:, FALSEHOOD], odds[:, CLAIM], TRAINED_RATE)
    joined, _ = linear.answer(falsehood.log_odds(both), claims, TRAINED_RATE)
    gain = _odds(joined) - _odds(alone)
    cascade = Cascade(reach=float(np.quantile(gain, _REACH_QUANTILE)))
    return Joint(falsehood, claim, cascade, _abstain(joined[:count], labels, weights))


def _abstain(probabilities: Floats, labels: npt.NDArray[np.int8], weights: Floats) -> Any:
    """Return the narrowest band around one half outside which 95 % are judged right."""
    sure = np.abs(probabilities - 0.5)
    right = ((probabilities >= 0.5) == (labels == 1)) * weights
    for half in np.arange(0.0, 0.45, 0.01):
        outside = sure >= half
        if outside.any() and right[outside].sum() >= _SURE_ACCURACY * weights[outside].sum():
            break
    return (round(0.5 - float(half), 4), round(0.5 + float(half), 4))


def _odds(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, 1e-9, 1 - 1e-9)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def _take_back(network: Any, kept: Path | None) -> bool:
    """Load weights that an earlier run has kept; return whether there were any."""
    from safetensors.torch import load_file

    if kept is None or not kept.is_file():
        return False
    network.load_state_dict(load_file(kept))
    return True


def _keep(network: Any, kept: Path | None) -> None:
    from safetensors.torch import save_file

    if kept is None:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".new")
    save_file({name: one.contiguous() for name, one in network.state_dict().items()}, draft)
    draft.replace(kept)


def choose_tuning(device: str = "") -> FineTuneSettings:
    """Return the usual settings for a device; empty means the GPU where there is one.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    require_torch()
    import torch

    from rumorscan.training.finetuning.loop import FineTuneSettings

    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    return FineTuneSettings(device=chosen)
