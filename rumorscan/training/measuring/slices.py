"""The labeled posts cut into slices: what a model is good at, and what it fails on.

By source, topic, year of posting, length, script and stance, with and without links and
brackets. A slice of few posts, or of one label, is counted and not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.text.fold import COUNTED, Folded
from rumorscan.text.stance import STANCES, find_stance
from rumorscan.training.corpora import Corpus
from rumorscan.training.measuring.intervals import Clusters, Floats, Sample, sample
from rumorscan.training.measuring.metrics import gauge

SMALLEST = 30
"""A slice of fewer posts is counted and not measured."""

MEASURED = ("accuracy", "macro_f1", "auc", "ece")
"""The figures of a slice; all others stand in the JSON of the whole."""

KINDS = ("source", "topic", "year", "length", "script", "stance", "links", "brackets")
"""What the posts are cut by, in the order in which it is shown."""

LENGTHS = (20, 60, 120)
"""Characters of the key that a model reads at which the next slice of length begins."""

DRAWS = 200

_LARGEST = 12  # sources and topics that stand by themselves; the rest is one slice
_TRADITIONAL = 0.1
_CHINA = np.timedelta64(8, "h")
_OTHERS = "others"
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of the labeled posts.

    Attributes:
        kind: what the posts were cut by, one of `KINDS`.
        name: which part it is.
        n: posts in it.
        positives: how many of them are false information.
        clusters: how many clusters of near-duplicates they form.
        figures: name (of `MEASURED`) to the figure with its draws; empty where not measured.
    """

    kind: str
    name: str
    n: int
    positives: int
    clusters: int
    figures: Mapping[str, Sample]

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as JSON data."""
        counts = {"n": self.n, "positives": self.positives, "clusters": self.clusters}
        return {**counts, **{name: one.figure.to_dict() for name, one in self.figures.items()}}


def find_slices(corpus: Corpus, folded: Folded) -> dict[str, npt.NDArray[np.object_]]:
    """Return by kind the name of the slice of every post; kinds of one slice are left out.

    Args:
        corpus: the labeled posts.
        folded: the fold keys of their texts, evasions undone or not.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> from rumorscan.training.corpora import read_labeled
        >>> texts = ["城東水廠要停水三天", "【辟谣】城东水厂停水是谣言"]
        >>> rows = [{"text": text, "label": 1} for text in texts]
        >>> found = find_slices(read_labeled(rows), fold_texts(texts))
        >>> {kind: names.tolist() for kind, names in found.items()}
        {'script': ['traditional', 'simplified'], 'stance': ['asserts', 'denies'],
         'brackets': ['without', 'with 【】']}
    """
    texts = corpus.texts.tolist()
    stances = np.array([str(one) for one in STANCES], dtype=object)
    has_link = folded.counts[:, COUNTED.index("link")] > 0
    has_bracket = np.array(["【" in text for text in texts], dtype=bool)
    found = {
        "source": _named(corpus.sources),
        "topic": _named(corpus.topics),
        "year": _years(corpus.posted_at),
        "length": _lengths(folded.lengths),
        "script": _scripts(folded),
        "stance": stances[find_stance(texts)],
        "links": _either(has_link, "with a link"),
        "brackets": _either(has_bracket, "with 【】"),
    }
    return {kind: names for kind, names in found.items() if len(set(names.tolist())) > 1}


def measure_slices(
    labels: npt.NDArray[np.int8],
    probabilities: Floats,
    clusters: Clusters,
    slices: Mapping[str, npt.NDArray[np.object_]],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Slice, ...]:
    """Return what was measured on every slice, kind by kind.

    Args:
        labels: 1 = false information, 0 = not, shape (n,).
        probabilities: in [0, 1], shape (n,).
        clusters: cluster numbers, shape (n,).
        slices: kind to the name of each post's slice; see `find_slices`.
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.

    Example:
        >>> labels = np.tile([0, 1], 20).astype(np.int8)
        >>> names = np.array(["甲"] * 34 + ["乙"] * 6, dtype=object)
        >>> found = measure_slices(labels, labels * 0.8, np.arange(40), {"source": names})
        >>> [(one.name, one.n, "auc" in one.figures) for one in found]
        [('甲', 34, True), ('乙', 6, False)]
    """
    found = []
    for kind, names in slices.items():
        for name, rows in _parts(kind, names):
            mine, theirs = labels[rows], clusters[rows]
            figures: dict[str, Sample] = {}
            if len(rows) >= SMALLEST and 0 < int(mine.sum()) < len(rows):
                all_of_them = sample(
                    gauge(mine, probabilities[rows]), theirs, draws=draws, seed=seed
                )
                figures = {figure: all_of_them[figure] for figure in MEASURED}
            count = len(np.unique(theirs))
            found.append(Slice(kind, name, len(rows), int(mine.sum()), count, figures))
    return tuple(found)


def by_kind(slices: Iterable[Slice]) -> dict[str, dict[str, Any]]:
    """Return the slices as JSON data: kind to name to what was counted and measured."""
    found: dict[str, dict[str, Any]] = {}
    for one in slices:
        found.setdefault(one.kind, {})[one.name] = one.to_dict()
    return found


def _parts(
    kind: str, names: npt.NDArray[np.object_]
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Yield each slice of a kind: in its own order, names of sources and topics by their size."""
    counts: dict[str, int] = {}
    for name in names.tolist():
        counts[name] = counts.get(name, 0) + 1
    if kind in ("source", "topic"):
        last = (_OTHERS, _UNKNOWN)
        order = sorted(counts, key=lambda name: (name in last, -counts[name], name))
    elif kind == "length":
        order = [name for name in _length_names() if name in counts]
    else:
        order = sorted(counts, key=lambda name: (name in ("without", _UNKNOWN), name))
    for name in order:
        yield name, np.flatnonzero(names == name)


def _named(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the names that have most posts; the rest under one name."""
    names, codes = np.unique(values.astype("U"), return_inverse=True)
    counts = np.where(names == "", 0, np.bincount(codes, minlength=len(names)))
    kept = set(np.argsort(-counts, kind="stable")[:_LARGEST].tolist())
    shown = [str(name) if place in kept else _OTHERS for place, name in enumerate(names)]
    return np.array([name or _UNKNOWN for name in shown], dtype=object)[codes]


def _years(posted_at: npt.NDArray[np.datetime64]) -> npt.NDArray[np.object_]:
    years = (posted_at + _CHINA).astype("datetime64[Y]").astype(str).astype(object)
    years[np.isnat(posted_at)] = _UNKNOWN
    return years


def _length_names() -> list[str]:
    between = [f"{low} to {high - 1}" for low, high in pairwise(LENGTHS)]
    return [f"under {LENGTHS[0]}", *between, f"{LENGTHS[-1]} and more"]


def _lengths(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    names = np.array(_length_names(), dtype=object)
    result: npt.NDArray[np.object_] = names[np.searchsorted(LENGTHS, lengths, side="right")]
    return result


def _scripts(folded: Folded) -> npt.NDArray[np.object_]:
    """Return whether each text is simplified, traditional, or has a few traditional characters."""
    counts = folded.counts[:, COUNTED.index("traditional")].astype(np.int64)
    names = np.array(["simplified", "a few traditional", "traditional"], dtype=object)
    many = counts >= _TRADITIONAL * np.maximum(folded.lengths, 1)
    result: npt.NDArray[np.object_] = names[np.where(counts == 0, 0, np.where(many, 2, 1))]
    return result


def _either(marks: npt.NDArray[np.bool_], name: str) -> npt.NDArray[np.object_]:
    return np.where(marks, name, "without").astype(object)
