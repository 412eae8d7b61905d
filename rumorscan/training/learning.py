"""`train`: labeled posts in, a model folder with its metrics, its leak report and its card out."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError, ModelError
from rumorscan.rumors.folders import resolve_encoder
from rumorscan.rumors.profiles import Profile
from rumorscan.rumors.reading import read_texts
from rumorscan.training import trials
from rumorscan.training.clusters import cluster_texts, find_clusters, mark_twins
from rumorscan.training.corpora import Corpus, read_labeled
from rumorscan.training.leaks import Leaks, find_leaks
from rumorscan.training.measuring.alarms import BALANCED
from rumorscan.training.measuring.metrics import Metrics
from rumorscan.training.measuring.slices import Slice, find_slices, measure_slices
from rumorscan.training.profiles import make_profile
from rumorscan.training.recipes import LinearRecipe, Ordinary, Recipe, choose_rows
from rumorscan.training.record import Training, write_training
from rumorscan.training.tables import read_ordinary

KINDS = ("stacked", "linear")
"""What can be trained; the first is trained where nothing is said."""

BASE = "encoder-small"
"""The encoder that is fine-tuned where none is named."""

MINIMUM_POSTS = 40
"""Fewer labeled posts of either label teach nothing that could be measured."""


def train(
    labeled: Any,
    out: str | Path,
    *,
    kind: str = KINDS[0],
    base: str | Path = BASE,
    ordinary: Any = None,
    further: Any = None,
    folds: int = 5,
    seeds: int = 1,
    seed: int = 0,
    work: str | Path | None = None,
    device: str = "",
    progress: trials.Say = lambda _: None,
) -> Training:
    """Fit a model to labeled posts, measure it without leaks, and write its folder.

    Args:
        labeled: files, rows, a frame or a `Corpus`; see `read_labeled`.
        out: the model folder; an older model there is replaced.
        kind: `stacked`, a linear model and a fine-tuned encoder; or `linear` alone, which needs
            no torch and takes a hundredth of the time.
        base: the encoder to fine-tune: `encoder-small`, or a checkpoint folder of the BERT
            family (safetensors, with its tokenizer).
        ordinary: posts that claim nothing checkable, as files (one text a line, or JSON lines
            with `text`) or as a mapping of names to texts; without them the model takes every
            post for a claim and calls many ordinary ones rumors.
        further: labeled claims of another genre, such as fact-checked statements; see
            `read_labeled`. The linear model learns from them what is false; no trial measures
            on them, and near-duplicates of labeled posts are passed over.
        folds: parts of the grouped trial.
        seeds: networks tried for each model; the best on posts held out serves.
        seed: of the splits, the solver and the first network; the same seed gives the same
            bytes on the same machine.
        work: a folder where fine-tuned networks are kept, so that a run that was cut goes on.
        device: `cpu`, `cuda`, or empty for the GPU where there is one.
        progress: called with a line for each step.

    Raises:
        LabeledError: the labeled data cannot be read, or are too few.
        ModelError: the kind is unknown, the base cannot be loaded, or the folder cannot be
            written.
        MissingExtraError: torch or transformers is not installed.

    Example:
        >>> import tempfile
        >>> rows = [
        ...     {"text": f"{place}{thing}{end}", "label": int(end == "快囤")}
        ...     for place in "东西南北上下前后"
        ...     for thing in ["水厂", "面馆", "药店", "学校", "大桥", "车站"]
        ...     for end in ["快囤", "开放"]
        ... ]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     training = train(rows, f"{folder}/mine", kind="linear", folds=2)
        ...     sorted(path.name for path in training.path.iterdir())[:4]
        ['README.md', 'config.json', 'digests.json', 'metrics.json']
    """
    corpus = read_labeled(labeled)
    recipe = make_recipe(
        kind,
        base=base,
        further=None if further is None else leave_twins(read_labeled(further), corpus),
        seeds=seeds,
        seed=seed,
        work=work,
        device=device,
        say=progress,
    )
    training = learn(
        corpus,
        recipe,
        read_ordinary(ordinary),
        folds=folds,
        seed=seed,
        progress=progress,
    )
    progress("writing the model")
    return write_training(training, out)


def make_recipe(
    kind: str,
    *,
    base: str | Path = BASE,
    further: Corpus | None = None,
    seeds: int = 1,
    seed: int = 0,
    work: str | Path | None = None,
    device: str = "",
    say: trials.Say = lambda _: None,
) -> Recipe:
    """Return the recipe of a kind.

    Args:
        kind: one of `KINDS`.
        base: the encoder's name or checkpoint folder.
        further: claims of another genre, from which the linear model learns.
        seeds: networks tried for each model.
        seed: of everything that is drawn.
        work: where fine-tuned networks are kept.
        device: `cpu`, `cuda`, or empty.
        say: called with a line a pass.

    Raises:
        ModelError: the kind is unknown, or there is no such base.
        MissingExtraError: torch or transformers is not installed.

    Example:
        >>> make_recipe("linear", seed=3).to_dict()["kind"]
        'linear'
    """
    if kind == "linear":
        return LinearRecipe(seed=seed, further=further)
    if kind not in KINDS:
        raise ModelError(f"kind {kind!r} is unknown; expected one of {', '.join(KINDS)}")
    from rumorscan.training.stacked import StackedRecipe, choose_tuning

    return StackedRecipe(
        base=resolve_encoder(base),
        seed=seed,
        seeds=seeds,
        further=further,
        tuning=choose_tuning(device),
        work=None if work is None else Path(work),
        say=say,
    )


def leave_twins(further: Corpus, corpus: Corpus) -> Corpus | None:
    """Return further claims without near-duplicates of labeled posts; None where none is left."""
    apart = ~mark_twins(further.texts.tolist(), corpus.texts.tolist())
    return further.take(apart) if apart.any() else None


def learn(
    corpus: Corpus,
    recipe: Recipe,
    ordinary: Ordinary,
    *,
    folds: int = 5,
    seed: int = 0,
    progress: trials.Say = lambda _: None,
) -> Training:
    """Return the model of a recipe with all its trials, not yet written.

    Raises:
        LabeledError: there are too few posts of a label.
    """
    _require_enough(corpus)
    progress(f"finding near-duplicates among {len(corpus)} labeled posts")
    clusters = find_clusters(corpus)
    _require_distinct(corpus, clusters, folds)
    material = trials.Material(corpus, clusters, _apart(ordinary, corpus))
    grouped = trials.try_folds(recipe, material, folds=folds, seed=seed, say=progress)
    elsewhere = _Elsewhere(recipe, material, progress)
    elsewhere.try_later()
    elsewhere.try_left_out()
    progress("looking for leaks")
    leaks = _leaks(material, grouped)
    progress("fitting the model on everything")
    rows = np.arange(len(corpus))
    learned_from = choose_rows(corpus, clusters, rows, recipe.copies)
    model = recipe.finish(recipe.fit(corpus, clusters, rows, material.everyday()))
    return Training(
        model=model,
        inputs=corpus.inputs,
        data=_data(material, len(learned_from)),
        trials={"grouped": trials.measure_trial(material, grouped), **elsewhere.measured},
        slices=_slices(material, grouped),
        ordinary=_gather_alarms(grouped, elsewhere),
        leaks=leaks,
        missing=elsewhere.missing,
        settings={"seed": seed, "folds": folds, **recipe.to_dict()},
        profile=_profile(material, grouped, learned_from),
    )


def _slices(material: trials.Material, grouped: trials.Trial) -> tuple[Slice, ...]:
    """Return what the grouped trial found on slices of the posts; sources have their own lines."""
    corpus = material.corpus
    names = find_slices(corpus, read_texts(corpus.texts.tolist()))
    names.pop("source", None)
    return measure_slices(corpus.labels, grouped.probabilities, material.clusters, names)


def _profile(
    material: trials.Material, grouped: trials.Trial, learned_from: npt.NDArray[np.int64]
) -> Profile:
    """Return the profile of the data, with the balanced probabilities of the grouped trial."""
    balanced = trials.RATES.index(BALANCED)
    ordinary = {
        name: (texts, grouped.ordinary[name][:, balanced])
        for name, texts in material.ordinary.items()
    }
    corpus = material.corpus.take(learned_from)
    probabilities = grouped.probabilities[learned_from]
    return make_profile(corpus.texts.tolist(), corpus.labels, probabilities, ordinary)


class _Elsewhere:
    """The metrics on later posts and on sources left out, and why any is missing."""

    def __init__(self, recipe: Recipe, material: trials.Material, say: trials.Say) -> None:
        self.recipe, self.material, self.say = recipe, material, say
        self.measured: dict[str, dict[str, Metrics]] = {}
        self.missing: dict[str, str] = {}
        self.alarms: dict[str, trials.Alarms] = {}

    def try_later(self) -> None:
        """Learn from the past and test on what came later."""
        self.say("a later-in-time trial")
        try:
            trial = trials.try_later(self.recipe, self.material)
        except LabeledError as error:
            self.missing["later"] = str(error)
        else:
            self.measured["later"] = trials.measure_trial(self.material, trial)

    def try_left_out(self) -> None:
        """Leave out each labeled source and each source of ordinary posts, a pair at a time.

        The pair costs one model: labeled posts test the head of falsehood, ordinary ones mostly
        that of claims.
        """
        labeled = trials.sources_of(self.material.corpus)
        ordinary = list(self.material.ordinary) if len(self.material.ordinary) > 1 else []
        for source, everyday in itertools.zip_longest(
            labeled if len(labeled) > 1 else [], ordinary, fillvalue=""
        ):
            self.say(f"a trial without {' and '.join(filter(None, [source, everyday]))}")
            if source and self._try_source(source, everyday):
                continue
            if everyday:
                found = trials.try_ordinary(self.recipe, self.material, source=everyday)
                self.alarms[everyday] = found

    def _try_source(self, source: str, everyday: str) -> bool:
        """Try without a source and perhaps one of ordinary posts; return whether it could be."""
        try:
            trial = trials.try_left_out(
                self.recipe, self.material, source=source, ordinary=everyday
            )
        except LabeledError as error:
            self.missing[f"without {source}"] = str(error)
            return False
        for part, found in trials.measure_trial(self.material, trial).items():
            if part.startswith("all"):
                name = part.replace("all", source, 1)
                self.measured.setdefault("left_out", {})[name] = found
        self.alarms |= {name: trials.alarms_of(one) for name, one in trial.ordinary.items()}
        return True


def _gather_alarms(
    grouped: trials.Trial, elsewhere: _Elsewhere
) -> dict[str, dict[str, trials.Alarms]]:
    """Return the false alarms on ordinary posts held out, and on sources left out whole."""
    if not grouped.ordinary:
        return {}
    held_out = {name: trials.alarms_of(one) for name, one in grouped.ordinary.items()}
    return {"held_out": held_out} | ({"left_out": elsewhere.alarms} if elsewhere.alarms else {})


def _require_enough(corpus: Corpus) -> None:
    for label, meaning in ((1, "false information"), (0, "not")):
        count = int(np.sum(corpus.labels == label))
        if count < MINIMUM_POSTS:
            raise LabeledError(
                f"labeled data: {count} posts with label {label} ({meaning}); "
                f"expected at least {MINIMUM_POSTS}"
            )


def _require_distinct(corpus: Corpus, clusters: npt.NDArray[np.int64], folds: int) -> None:
    for label in (0, 1):
        count = len(np.unique(clusters[corpus.labels == label]))
        if count < 2 * folds:
            raise LabeledError(
                f"labeled data: the posts with label {label} are near-duplicates of {count} texts; "
                f"expected at least {2 * folds} different ones"
            )


def _apart(ordinary: Ordinary, corpus: Corpus) -> dict[str, list[str]]:
    """Return one post of each cluster of ordinary posts, without those that a labeled one twins."""
    labeled = corpus.texts.tolist()
    clusters = cluster_texts([*labeled, *(text for texts in ordinary.values() for text in texts)])
    seen = set(clusters[: len(labeled)].tolist())
    kept: dict[str, list[str]] = {}
    place = len(labeled)
    for name, texts in ordinary.items():
        kept[name] = []
        for text in texts:
            if clusters[place] not in seen:
                seen.add(clusters[place])
                kept[name].append(text)
            place += 1
    return {name: texts for name, texts in kept.items() if texts}


def _leaks(material: trials.Material, trial: trials.Trial) -> dict[str, Leaks]:
    """Return the leak report of all posts, and of each source where there are several."""
    return {
        name: find_leaks(
            material.corpus.take(rows),
            material.clusters[rows],
            [one.within(rows) for one in trial.splits],
            trial.probabilities[rows],
        )
        for name, rows in trials.parts_of(material.corpus).items()
    }


def _data(material: trials.Material, used: int) -> dict[str, Any]:
    corpus = material.corpus
    sources = corpus.sources.astype("U")
    return {
        "inputs": [one.to_dict() for one in corpus.inputs],
        "posts": len(corpus),
        "false": int(corpus.labels.sum()),
        "clusters": int(material.clusters.max()) + 1,
        "learned_from": used,
        "sources": {
            str(name): {
                "posts": int(np.sum(sources == name)),
                "false": int(corpus.labels[sources == name].sum()),
                **_period(corpus.posted_at[sources == name]),
            }
            for name in np.unique(sources)
        },
        "ordinary": {name: len(texts) for name, texts in material.ordinary.items()},
    }


def _period(posted_at: npt.NDArray[np.datetime64]) -> dict[str, str]:
    known = posted_at[~np.isnat(posted_at)]
    if not len(known):
        return {}
    return {"from": str(known.min())[:10], "to": str(known.max())[:10]}
