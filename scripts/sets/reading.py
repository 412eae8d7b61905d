"""The labeled sets that may train shipped weights, and samples of ordinary posts."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import lzma
import os
import re
import sys
import time
from pathlib import Path

import numpy as np

from rumorscan.text.fold import fold_texts
from rumorscan.training.corpora import Corpus, read_labeled

SHIPPED = ("ced", "ma2016", "weibo16", "weibo_unk10k", "weibo20")
CLAIMS = ("chef_claims", "factcheck")
MEASURED_ONLY = "checked"

TERMS = {
    "ced": "Song et al. 2018 (CED); citation asked for",
    "ma2016": "Ma et al. 2016; cite",
    "weibo16": "Jin et al. 2017; cite",
    "weibo20": "Rao et al. 2021 (STANKER); cite",
    "weibo_unk10k": "passed on in public repositories; **provenance unstated**",
}

NOTES = (
    "The labeled posts are of 2010 to 2020 and of one platform (Weibo).",
    "The labels say what a platform's rumor desk or a fact-checker judged; what nobody "
    "reported is not among them.",
    "Length, brackets and time alone tell much of these labels (see Leaks): the figures "
    "measured within a set flatter, those of left-out sets are nearer to the truth.",
    "Nearly half of weibo_unk10k are near-duplicates of one family of templates.",
    "What is false was also learned, by the linear model and with little weight, from "
    "fact-checked claims that are no posts: chef_claims (Hu et al. 2022, CHEF; cite) and "
    "factcheck (titles of 2020 and 2021). No figure is measured on them.",
)
"""Known limits of every model that learned from these sets."""

ORDINARY = {
    "threads": "dumps/weibo_threads_2011_2015.jsonl.xz",
    "reposts": "dumps/weibo_reposts_2011_2015.jsonl.xz",
    "covid": "unlabeled/weibo_covid_2020.txt.xz",
    "cold": "unlabeled/cold_weibo_zhihu_2022.txt.xz",
    "smp2020": "unlabeled/weibo_smp2020_ewect.txt.xz",
}
"""Each is also left out in turn, to see what becomes of a source that was never learned from."""

ORDINARY_TEST = {
    "headlines": "unlabeled/weibo_hot_titles_2020_2026.txt.xz",
}
"""Never learned from: headlines are claims, mostly true ones, and no ordinary posts."""

POSTS_A_SOURCE = 1000
POSTS_A_TEST = 10_000
SHORTEST_ORDINARY = 8

PLACEHOLDERS = re.compile(r"O?网页链接|@用户|\[(?:电话|证件|邮箱)\]")
"""What the preparation of the sets put in place of links, names and numbers."""


def parse_with_data(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the arguments, `--data DIR` (or RUMORSCAN_DATA) among them."""
    parser.add_argument("--data", default=os.environ.get("RUMORSCAN_DATA"), metavar="DIR")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("name the data with --data DIR or RUMORSCAN_DATA")
    return arguments


def read_sets(data: Path, names: tuple[str, ...] | list[str]) -> Corpus:
    """Return labeled sets with their clusters as `group` and without placeholders."""
    corpus = read_labeled([data / "labeled" / f"{name}.jsonl.xz" for name in names])
    with (data / "labeled" / "near_duplicate_clusters.tsv").open(encoding="utf-8") as stream:
        cluster_of = {row["id"]: row["cluster"] for row in csv.DictReader(stream, delimiter="\t")}
    texts, groups = corpus.texts.copy(), corpus.groups.copy()
    for row, (text, post_id) in enumerate(zip(corpus.texts, corpus.ids, strict=True)):
        if corpus.sources[row] == "weibo20":
            text = text.replace("link", " ")  # noqa: PLW2901 - stands for a URL in this set
        texts[row] = PLACEHOLDERS.sub(" ", text)
        groups[row] = cluster_of.get(post_id, "")
    return dataclasses.replace(corpus, texts=texts, groups=groups)


def sample_texts(path: Path, count: int, seed: int) -> list[str]:
    """Return that many texts of a file, drawn evenly; short ones are passed over."""
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        lines = stream.readlines()
    random = np.random.default_rng(seed)
    texts: list[str] = []
    for place in random.permutation(len(lines))[: 4 * count]:
        line = lines[place]
        text = json.loads(line)["text"] if ".jsonl" in path.name else line
        texts.append(PLACEHOLDERS.sub(" ", text or "").strip())
    long_enough = fold_texts(texts).lengths >= SHORTEST_ORDINARY
    return [text for text, fits in zip(texts, long_enough, strict=True) if fits][:count]


def sample_ordinary(data: Path, seed: int) -> dict[str, list[str]]:
    """Return the ordinary posts that models learn from, by source."""
    return {
        name: sample_texts(data / path, POSTS_A_SOURCE, seed) for name, path in ORDINARY.items()
    }


def validation_parts(data: Path, corpus: Corpus) -> np.ndarray:
    """Return `train`, `val` or nothing for each labeled post, as the data's own split has it."""
    with (data / "labeled" / "dev_train_val_ids.tsv").open(encoding="utf-8") as stream:
        part_of = {row["id"]: row["part"] for row in csv.DictReader(stream, delimiter="\t")}
    return np.array([part_of.get(post_id, "") for post_id in corpus.ids])


def say(message: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)
