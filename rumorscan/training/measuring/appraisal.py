"""Everything that is measured of one model on labeled posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.text.fold import Folded
from rumorscan.training.corpora import Corpus
from rumorscan.training.measuring import evasions, slices
from rumorscan.training.measuring.alarms import BALANCED, SCAN_RATE, FalseAlarms, count_false_alarms
from rumorscan.training.measuring.base_rates import BASE_RATES, AtBaseRate, at_base_rate, gauge_at
from rumorscan.training.measuring.contestants import Contestant
from rumorscan.training.measuring.coverage import Coverage, coverage_gauge, to_coverage
from rumorscan.training.measuring.evasions import Evasion, Wardrobe, measure_evasions
from rumorscan.training.measuring.intervals import DRAWS, Clusters, Floats, Sample, sample
from rumorscan.training.measuring.metrics import Metrics, gauge, measure, to_metrics
from rumorscan.training.measuring.reliability import Bin, find_reliability
from rumorscan.training.measuring.slices import Slice, by_kind, measure_slices
from rumorscan.training.trials import parts_of


@dataclass(frozen=True, slots=True)
class Material:
    """What models are measured on; the same for all of them.

    Attributes:
        corpus: the labeled posts.
        folded: what a model reads of them.
        clusters: their clusters of near-duplicates, shape (n,).
        slices: kind to the name of each post's slice.
        ordinary: source to what a model reads of its ordinary posts, and their clusters.
        wardrobe: disguised copies; None where they are not wanted.
        base_rate: share of false posts that the probabilities are asked for.
        draws: how many times clusters are drawn again for the intervals.
        seed: seed of the draws.
    """

    corpus: Corpus
    folded: Folded
    clusters: Clusters
    slices: Mapping[str, npt.NDArray[np.object_]]
    ordinary: Mapping[str, tuple[Folded, Clusters]]
    wardrobe: Wardrobe | None
    base_rate: float = BALANCED
    draws: int = DRAWS
    seed: int = 0

    @property
    def drawing(self) -> dict[str, int]:
        """How the clusters are drawn for the figures of the whole."""
        return {"draws": self.draws, "seed": self.seed}

    def drawing_up_to(self, most: int) -> dict[str, int]:
        """Return how the clusters are drawn where many figures are measured."""
        return {"draws": min(self.draws, most), "seed": self.seed}


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Everything that was measured of one model.

    Attributes:
        probabilities: of the labeled posts, shape (n,).
        samples: every figure of the whole with its draws, for comparison.
        metrics: `all`, and each source where there are several.
        reliability: bins of probability with the share that was false.
        base_rates: base rate to what flagging from .5 on gives.
        coverage: accuracy where the model may stay silent.
        ordinary: source to the false alarms on its ordinary posts.
        slices: parts of the posts, each measured by itself.
        evasions: kinds of disguise; empty where they are not wanted.
    """

    probabilities: Floats
    samples: Mapping[str, Sample]
    metrics: Mapping[str, Metrics]
    reliability: tuple[Bin, ...]
    base_rates: Mapping[float, AtBaseRate]
    coverage: Coverage
    ordinary: Mapping[str, FalseAlarms]
    slices: tuple[Slice, ...]
    evasions: tuple[Evasion, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON data."""
        return {
            "metrics": {name: one.to_dict() for name, one in self.metrics.items()},
            "reliability": [one.to_dict() for one in self.reliability],
            "at_base_rate": {str(rate): one.to_dict() for rate, one in self.base_rates.items()},
            "coverage": self.coverage.to_dict(),
            "ordinary": {name: one.to_dict() for name, one in self.ordinary.items()},
            "slices": by_kind(self.slices),
            "evasions": {one.kind: one.to_dict() for one in self.evasions},
        }


def appraise(contestant: Contestant, material: Material) -> Appraisal:
    """Return everything that is measured of one model.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> from rumorscan.training.corpora import read_labeled
        >>> class Model:
        ...     def rumor_probabilities(self, folded, base_rate):
        ...         return np.where(folded.lengths > 4, 0.9, 0.2)
        >>> texts = ["城东水厂要停水三天", "今天下雨"]
        >>> corpus = read_labeled([{"text": one, "label": 2 - n} for n, one in enumerate(texts, 1)])
        >>> material = Material(corpus, fold_texts(texts), np.arange(2), {}, {}, None)
        >>> found = appraise(Contestant("model", Model()), material)
        >>> found.metrics["all"]["accuracy"].value, found.base_rates[0.05].precision.value
        (1.0, 1.0)
    """
    labels, clusters = material.corpus.labels, material.clusters
    probabilities = contestant.ask(material.folded, material.base_rate)
    at_rates = {rate: contestant.ask(material.folded, rate) for rate in BASE_RATES}
    samples = _sample_whole(material, probabilities, at_rates)
    trials = tuple(len(np.unique(clusters[labels == label])) for label in (1, 0))
    return Appraisal(
        probabilities=probabilities,
        samples=samples,
        metrics=_measure_parts(material, probabilities, samples),
        reliability=find_reliability(labels, probabilities, clusters, **material.drawing),
        base_rates={
            rate: at_base_rate(samples, rate, _prefix(rate), (trials[0], trials[1]))
            for rate in BASE_RATES
        },
        coverage=to_coverage(samples, labels, probabilities),
        ordinary={
            source: _count_alarms(contestant, material, folded, groups)
            for source, (folded, groups) in material.ordinary.items()
        },
        slices=measure_slices(
            labels,
            probabilities,
            clusters,
            material.slices,
            **material.drawing_up_to(slices.DRAWS),
        ),
        evasions=()
        if material.wardrobe is None
        else measure_evasions(
            material.wardrobe,
            labels,
            probabilities,
            clusters,
            lambda folded: contestant.ask(folded, material.base_rate),
            **material.drawing_up_to(evasions.DRAWS),
        ),
    )


def _prefix(base_rate: float) -> str:
    return f"base_rate_{base_rate}_"


def _sample_whole(
    material: Material, probabilities: Floats, at_rates: Mapping[float, Floats]
) -> dict[str, Sample]:
    """Return every figure of the whole on one set of draws."""
    labels = material.corpus.labels
    gauges = [
        gauge(labels, probabilities),
        coverage_gauge(labels, probabilities),
        *(gauge_at(labels, one, rate, _prefix(rate)) for rate, one in at_rates.items()),
    ]

    def figures(weights: Floats) -> dict[str, Floats]:
        return {name: one for part in gauges for name, one in part(weights).items()}

    return sample(figures, material.clusters, **material.drawing)


def _measure_parts(
    material: Material, probabilities: Floats, samples: Mapping[str, Sample]
) -> dict[str, Metrics]:
    labels, clusters = material.corpus.labels, material.clusters
    parts = parts_of(material.corpus)
    del parts["all"]
    return {
        "all": to_metrics(samples, labels, clusters),
        **{
            name: measure(labels[rows], probabilities[rows], clusters[rows], **material.drawing)
            for name, rows in parts.items()
        },
    }


def _count_alarms(
    contestant: Contestant, material: Material, folded: Folded, clusters: Clusters
) -> FalseAlarms:
    rates = sorted({BALANCED, SCAN_RATE, material.base_rate}, reverse=True)
    probabilities = {rate: contestant.ask(folded, rate) for rate in rates}
    return count_false_alarms(probabilities, clusters, **material.drawing)
