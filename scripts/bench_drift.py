"""Hold dumps that are near and far against a model's profile, and see where the limits lie.

    python scripts/bench_drift.py
    python scripts/bench_drift.py --common 250 500 1000

The data lie in the folder that RUMORSCAN_DATA names. A model learns from half of three labeled
sets and of three sources of ordinary posts, as scripts/train_linear.py draws them; near is the
other half, far are sources that it never saw.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import os
import pkgutil
import re
import time
from pathlib import Path

import numpy as np
from bench.measuring import conditions, draw_table
from opencc import OpenCC
from sets.reading import ORDINARY, read_sets, sample_texts, say

from rumorscan.rumors.drift import LIMITS, Drift, measure_drift
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.populations import COMMON, choose_texts
from rumorscan.rumors.profiles import Profile
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.training import profiles, trials
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import Corpus
from rumorscan.training.recipes import LinearRecipe

LABELED = ("ced", "ma2016", "weibo16")
EVERYDAY = ("threads", "reposts", "smp2020")
FAR_TEXTS = {
    "covid": "unlabeled/weibo_covid_2020.txt.xz",
    "cold": "unlabeled/cold_weibo_zhihu_2022.txt.xz",
    "headlines": "unlabeled/weibo_hot_titles_2020_2026.txt.xz",
}
FAR_SETS = ("wefend_titles", "weibo20", "weibo_unk10k", "chef_claims", "checked")
POSTS_A_SOURCE, POSTS_A_DUMP = 1_000, 8_000
SEED = 0
SIZES = (200, 500)
DRAWS = 20
FOLDS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """What a model learned from with its probabilities, and dumps to compare with it."""

    model: LinearModel
    learned: tuple
    dumps: dict[str, Folded]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("RUMORSCAN_DATA"), metavar="DIR")
    parser.add_argument("--common", type=int, nargs="+", default=[COMMON], metavar="N")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("name the data with --data DIR or RUMORSCAN_DATA")
    ground = prepare(Path(arguments.data))
    for common in arguments.common:
        profile = profiles.make_profile(*ground.learned, common=common)
        size = len(profile.to_bytes())
        title = f"{common} characters with a share of their own; profile of {size:,} bytes"
        print(table(title, profile, ground), flush=True)
    print("\nlimits:", ", ".join(f"{name} {limit}" for name, limit in LIMITS.items()))
    print(conditions())


def prepare(data: Path) -> Ground:
    """Return a model of half of the sets, and the other half and far sources as dumps."""
    corpus = read_sets(data, LABELED)
    everyday = {
        name: sample_texts(data / ORDINARY[name], POSTS_A_SOURCE, SEED) for name in EVERYDAY
    }
    clusters = find_clusters(corpus)
    mine, theirs = (np.flatnonzero(clusters % 2 == part) for part in (0, 1))
    codes = np.unique(clusters[mine], return_inverse=True)[1]
    part = corpus.take(mine)
    material = trials.Material(part, codes, {name: one[::2] for name, one in everyday.items()})
    recipe = LinearRecipe(seed=SEED)
    trial = trials.try_folds(recipe, material, folds=FOLDS, seed=SEED, say=say)
    model = recipe.fit(part, codes, np.arange(len(part)), material.everyday())
    ordinary = {
        name: (texts, trial.ordinary[name][:, 0]) for name, texts in material.ordinary.items()
    }
    learned = (part.texts.tolist(), part.labels, trial.probabilities, ordinary)
    held_out = {name: one[1::2] for name, one in everyday.items()}
    return Ground(model, learned, gather(data, corpus.take(theirs), held_out))


def gather(data: Path, claims: Corpus, everyday: dict[str, list[str]]) -> dict[str, Folded]:
    """Return the dumps by name; those that are near begin with `near`."""
    posts = [text for texts in everyday.values() for text in texts]
    few = np.random.default_rng(SEED).permutation(claims.texts)
    dumps = {
        "near: ordinary": posts,
        "near: ordinary, a sixth claims": posts + few[: len(posts) // 5].tolist(),
        "near: half claims": posts + few[: len(posts)].tolist(),
        "near: claims": claims.texts.tolist(),
        "near: claims judged false": claims.texts[claims.labels == 1].tolist(),
        **{f"near: {name}": texts for name, texts in everyday.items()},
        "near: threads, another draw": sample_texts(
            data / ORDINARY["threads"], POSTS_A_DUMP, SEED + 1
        ),
    }
    for name, path in FAR_TEXTS.items():
        dumps[name] = sample_texts(data / path, POSTS_A_DUMP, SEED)
    for name in FAR_SETS:
        dumps[name] = read_sets(data, [name]).texts.tolist()
    dumps["ordinary in traditional characters"] = list(map(OpenCC("s2t").convert, posts))
    dumps["English (docstrings of Python)"] = english()
    return {name: fold_texts(texts) for name, texts in dumps.items()}


def english() -> list[str]:
    """Return sentences of the documentation that comes with Python."""
    names = ("argparse", "asyncio", "collections", "csv", "datetime", "decimal", "email.message")
    names += ("inspect", "json", "logging", "os", "pathlib", "random", "statistics", "typing")
    texts: dict[str, None] = {}
    for module in map(pkgutil.resolve_name, names):
        for value in vars(module).values():
            members = vars(value).values() if inspect.isclass(value) else ()
            for one in (value, *members):
                for sentence in re.split(r"(?<=[.:])\s+|\n\n", inspect.getdoc(one) or ""):
                    texts.setdefault(" ".join(sentence.split()))
    return list(texts)


def table(title: str, profile: Profile, ground: Ground) -> str:
    """Return the divergences of every dump, whole and in small draws."""
    rows = []
    for name, folded in ground.dumps.items():
        started = time.process_time()
        drift = measure_drift(profile, folded, ground.model)
        seconds = time.process_time() - started
        values = {shift.name: shift for shift in drift.shifts}
        lengths, scores = values["lengths"], values["scores"]
        cells = [f"{shift.value:.3f}{'*' if shift.is_far else ''}" for shift in drift.shifts]
        figures = [f"{lengths.here:.0f}", f"{scores.here:.2f}"]
        small = [
            draws(profile, folded, ground.model, count, name.startswith("near")) for count in SIZES
        ]
        rows.append([name, str(drift.texts), *figures, *cells, *small, f"{seconds:.2f}"])
    header = ["dump", "texts", "median length", "over .5", "length", "characters", "scores"]
    header += ["unseen", "traditional", *(f"{count} texts" for count in SIZES), "CPU s"]
    return draw_table(title, header, rows)


def draws(profile: Profile, folded: Folded, model: LinearModel, count: int, near: bool) -> str:
    """Return the largest of many small draws from a near dump, the smallest of a far one."""
    rows = choose_texts(folded)
    if len(rows) < 2 * count:
        return "-"
    random = np.random.default_rng(SEED)
    found: list[Drift] = []
    for _ in range(DRAWS):
        part = folded.take(random.permutation(rows)[:count])
        found.append(measure_drift(profile, part, model))
    values = np.array([[shift.value for shift in drift.shifts[:3]] for drift in found])
    worst = values.max(axis=0) if near else values.min(axis=0)
    far = sum(bool(drift.far) for drift in found)
    return " ".join(f"{value:.3f}" for value in worst) + f", far {far}/{DRAWS}"


if __name__ == "__main__":
    main()
