"""What gives the labels away without the meaning of the text: format, time, account, source.

Labeled sets are often gathered so that the two labels come from different years, accounts or
sites. A model then learns the gathering and not the rumors, and its figures mean nothing. So
models that see only such traits are trained beside the real one, on the same folds; where one
of them comes close, the report says so in plain words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.training.corpora import Corpus
from rumorscan.training.measuring.metrics import Figure, measure
from rumorscan.training.splits import Split

Floats = npt.NDArray[np.float64]

CLOSE_AUC = 0.05
"""A trait is close to the model when its AUC is at most so much below the model's."""

HIGH_AUC = 0.80
"""A trait of this AUC is warned of even where the model is much better."""

_MARKS = ("【", "#", "http", "@", "[", "！", "？", "。", "，", "“", "...", "…", "link")
_TRAITS = {
    "format": "length, brackets, #, links, digits and punctuation",
    "time": "the time of posting",
    "account": "who posted it",
    "source": "the source",
}


@dataclass(frozen=True, slots=True)
class Leaks:
    """What traits alone reach, beside the model on the same posts.

    Attributes:
        auc: trait to its AUC on the posts that have it; only traits that the data have.
        model_auc: the model's AUC on the same posts as each trait.
        n: on how many posts each was measured.
        twins_if_random: share of posts that would have a near-duplicate on the other side of a
            random split of the same size.
        twins_found: test posts with a near-duplicate in training on the split that was used.
        mixed_clusters: clusters of near-duplicates that carry both labels.
        warnings: what a reader must know, in plain words; empty where nothing came close.
    """

    auc: dict[str, Figure]
    model_auc: dict[str, float]
    n: dict[str, int]
    twins_if_random: float
    twins_found: int
    mixed_clusters: int
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        traits = {
            name: {"n": self.n[name], **figure.to_dict(), "model": round(self.model_auc[name], 4)}
            for name, figure in self.auc.items()
        }
        return {
            "auc_of_trait_alone": traits,
            "twins_if_random": round(self.twins_if_random, 4),
            "twins_found": self.twins_found,
            "mixed_clusters": self.mixed_clusters,
            "warnings": list(self.warnings),
        }


def find_leaks(
    corpus: Corpus,
    clusters: npt.NDArray[np.int64],
    splits: Sequence[Split],
    probabilities: Floats,
) -> Leaks:
    """Return what format, time, account and source alone tell about the labels.

    Args:
        corpus: the labeled posts.
        clusters: cluster numbers, shape (n,).
        splits: the folds on which the model was measured; together they test every row once.
        probabilities: the model's, each for the fold in which the row was tested; NaN where a
            row was not tested.

    Example:
        >>> from rumorscan.training.corpora import read_labeled
        >>> from rumorscan.training.splits import grouped_folds
        >>> rows = [{"text": f"【号外】第{i}次停水", "label": 1} for i in range(40)]
        >>> rows += [{"text": f"今天吃了{i}碗面", "label": 0} for i in range(40)]
        >>> corpus, clusters = read_labeled(rows), np.arange(80)
        >>> splits = list(grouped_folds(clusters, corpus.labels, 2))
        >>> leaks = find_leaks(corpus, clusters, splits, np.full(80, 0.5))
        >>> leaks.auc["format"].value
        1.0
        >>> print(leaks.warnings[0])
        format: length, brackets, #, links, digits and punctuation alone reach AUC 1.000 ...
    """
    features = {
        "format": _format_features(corpus.texts),
        "time": _time_features(corpus.posted_at),
        "account": corpus.accounts,
        "source": corpus.sources,
    }
    auc: dict[str, Figure] = {}
    model_auc: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name, values in features.items():
        known = _known(values) & ~np.isnan(probabilities)
        if not _is_testable(values, known, corpus.labels):
            continue
        guesses = _guess(values, known, corpus.labels, splits)
        rows = np.flatnonzero(~np.isnan(guesses))
        labels, codes = corpus.labels[rows], clusters[rows]
        auc[name] = measure(labels, guesses[rows], codes, draws=200)["auc"]
        model_auc[name] = measure(labels, probabilities[rows], codes, draws=1)["auc"].value
        counts[name] = len(rows)
    twins = sum(int(np.isin(clusters[one.test], clusters[one.train]).sum()) for one in splits)
    warnings = tuple(
        _warning(name, auc[name].value, model_auc[name])
        for name in auc
        if _is_close(name, auc, model_auc)
    )
    return Leaks(
        auc=auc,
        model_auc=model_auc,
        n=counts,
        twins_if_random=_twins_if_random(clusters, len(splits)),
        twins_found=twins,
        mixed_clusters=_mixed(clusters, corpus.labels),
        warnings=warnings,
    )


def _is_close(name: str, auc: dict[str, Figure], model_auc: dict[str, float]) -> bool:
    value = auc[name].value
    return bool(value >= HIGH_AUC or value >= model_auc[name] - CLOSE_AUC)


def _warning(name: str, value: float, model: float) -> str:
    return (
        f"{name}: {_TRAITS[name]} alone reach{'' if name == 'format' else 'es'} AUC {value:.3f} "
        f"where the model reaches {model:.3f}; the labels of these posts can be told apart "
        "without understanding them, so figures measured on them flatter"
    )


def _known(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype.kind == "O":
        return np.asarray(values != "", dtype=bool)
    known: npt.NDArray[np.bool_] = ~np.isnan(values).any(axis=1)
    return known


def _is_testable(
    values: npt.NDArray[Any], known: npt.NDArray[np.bool_], labels: npt.NDArray[np.int8]
) -> bool:
    """Tell whether a trait varies among enough posts of both labels."""
    if min(int(np.sum(known & (labels == label))) for label in (0, 1)) < 10:
        return False
    return values.dtype.kind != "O" or len(set(values[known].tolist())) > 1


def _guess(
    values: npt.NDArray[Any],
    known: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.int8],
    splits: Sequence[Split],
) -> Floats:
    """Return for each tested row what its trait alone suggests; NaN where not tested."""
    guesses = np.full(len(labels), np.nan)
    for split in splits:
        train, test = split.train[known[split.train]], split.test[known[split.test]]
        if len(test) == 0 or len(set(labels[train].tolist())) < 2:
            continue
        if values.dtype.kind == "O":
            guesses[test] = _guess_by_name(values[train], labels[train], values[test])
        else:
            guesses[test] = _guess_by_number(values[train], labels[train], values[test])
    return guesses


def _guess_by_name(names: Any, labels: npt.NDArray[np.int8], asked: Any) -> Floats:
    """Return the share of false posts by each name, drawn toward the mean with one post."""
    _, codes = np.unique(np.concatenate([names, asked]).astype("U"), return_inverse=True)
    seen, count = codes[: len(names)], int(codes.max()) + 1
    mean = float(labels.mean())
    share = (np.bincount(seen, weights=labels, minlength=count) + mean) / (
        np.bincount(seen, minlength=count) + 1
    )
    result: Floats = share[codes[len(names) :]]
    return result


def _guess_by_number(values: Floats, labels: npt.NDArray[np.int8], asked: Floats) -> Floats:
    from sklearn.ensemble import RandomForestClassifier

    trees = RandomForestClassifier(50, min_samples_leaf=10, random_state=0)
    trees.fit(values, labels)
    result: Floats = trees.predict_proba(asked)[:, 1]
    return result


def _format_features(texts: npt.NDArray[np.object_]) -> Floats:
    """Return what the shape of each text shows: lengths and counts of marks, no words."""
    rows = np.zeros((len(texts), len(_MARKS) + 4))
    for row, text in enumerate(texts):
        rows[row, : len(_MARKS)] = [text.count(mark) for mark in _MARKS]
        digits = sum(character.isdigit() for character in text)
        spaces = sum(character.isspace() for character in text)
        latin = sum(character.isascii() and character.isalpha() for character in text)
        rows[row, len(_MARKS) :] = (len(text), digits, spaces, latin)
    return rows


def _time_features(posted_at: npt.NDArray[np.datetime64]) -> Floats:
    """Return the moment, the hour and the day of the week; NaN where no time is known."""
    seconds = np.where(np.isnat(posted_at), np.nan, posted_at.astype(np.int64).astype(np.float64))
    return np.stack([seconds, seconds // 3600 % 24, seconds // 86400 % 7], axis=1)


def _twins_if_random(clusters: npt.NDArray[np.int64], folds: int) -> float:
    """Return the expected share of test rows with a twin in training under random folds."""
    _, codes, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    others = sizes[codes] - 1
    return float(np.mean(1 - (1 / max(folds, 2)) ** others)) if len(codes) else 0.0


def _mixed(clusters: npt.NDArray[np.int64], labels: npt.NDArray[np.int8]) -> int:
    _, codes = np.unique(clusters, return_inverse=True)
    false_count = np.bincount(codes, weights=labels)
    return int(np.sum((false_count > 0) & (false_count < np.bincount(codes))))
