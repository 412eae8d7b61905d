"""The plain pipeline: what one would write by hand with json, jieba, datasketch, scikit-learn.

Two of them. `direct` uses the libraries as their guides show, shingles hashed in batches: a MinHash
for each text that has a shingle, inserted and queried. `tuned` knows what this project learned
about such dumps and what datasketch can be asked for: one set of permutations for all, an insertion
session, no query for a text that an earlier one has found, and one-word replies kept out of the
index. Both use the features that a scan scores with. Both do less than a scan: no verified
similarity, no campaigns, no stance, no known rumors, no report.
"""

from __future__ import annotations

import csv
import json
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

_LINK = re.compile(r"https?://[\w./?=&%#-]+")
_CHAIN = re.compile(r"//\s*@.*", re.DOTALL)
_MENTION = re.compile(r"@[\w-]{1,30}")
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]")
_REST = re.compile(r"[\W_]+")
_SHINGLE = 3
_TUNED_LENGTH = 8  # as in a scan: one-word replies would fill a bucket of the index
_PERMUTATIONS = 128
_SIMILARITY = 0.7
_BATCH = 10_000
_FITTED_ON = 500


@dataclass(frozen=True, slots=True)
class PlainModel:
    """A classifier over hashed character n-grams and words."""

    characters: Any
    words: Any
    classifier: Any

    def features(self, texts: list[str], words: list[str]) -> Any:
        """Return the sparse features of some texts and of the same texts cut into words."""
        from scipy.sparse import hstack

        return hstack([self.characters.transform(texts), self.words.transform(words)], format="csr")


def fit_model(posts: Path) -> PlainModel:
    """Return a model fitted on a bundled sample; the labels are made up, the cost is not."""
    import jieba
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression

    jieba.setLogLevel(60)
    jieba.initialize()
    with posts.open(encoding="utf-8") as lines:
        texts = [clean(str(row.get("text") or "")) for row in _rows(islice(lines, _FITTED_ON))]
    words = [" ".join(jieba.lcut(text)) for text in texts]
    model = PlainModel(
        HashingVectorizer(analyzer="char", ngram_range=(1, 2), n_features=2**18, lowercase=False),
        HashingVectorizer(
            tokenizer=str.split,
            token_pattern=None,
            ngram_range=(1, 2),
            n_features=2**18,
            lowercase=False,
        ),
        LogisticRegression(max_iter=200),
    )
    labels = [number % 2 for number in range(len(texts))]
    model.classifier.fit(model.features(texts, words), labels)
    return model


def run_plain(dump: Path, model: PlainModel, out: Path, *, tuned: bool) -> dict[str, float]:
    """Run a whole plain pipeline; return the CPU seconds of each step."""
    import jieba

    spent: dict[str, float] = {}
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[name], clock = now - clock, now

    with dump.open(encoding="utf-8") as lines:
        posts = list(_rows(lines))
    lap("read: json.loads")
    texts = [clean(str(post.get("text") or "")) for post in posts]
    lap("clean: re, unicodedata")
    words = [" ".join(jieba.lcut(text)) for text in texts]
    lap("words: jieba")
    signatures = sign_tuned(texts) if tuned else sign_direct(texts)
    lap("sign: datasketch MinHash")
    groups = find_groups(signatures, len(texts), tuned=tuned)
    lap("group: datasketch MinHashLSH")
    probabilities = score(model, texts, words)
    lap("score: scikit-learn")
    write(out, posts, groups, probabilities)
    lap("write: csv")
    return spent


def clean(text: str) -> str:
    """Return the author's own letters and digits."""
    text = unicodedata.normalize("NFKC", text)
    for pattern in (_LINK, _CHAIN, _MENTION, _EMOTICON, _REST):
        text = pattern.sub("", text)
    return text.lower()


def shingles(text: str) -> list[bytes]:
    """Return the different runs of three characters of a text."""
    runs = {text[start : start + _SHINGLE] for start in range(len(text) - _SHINGLE + 1)}
    return [run.encode() for run in runs]


def sign_direct(texts: list[str]) -> dict[int, Any]:
    """Return the signatures of the texts that have a shingle, by row."""
    from datasketch import MinHash

    signatures = {}
    for row, text in enumerate(texts):
        if len(text) >= _SHINGLE:
            signatures[row] = MinHash(num_perm=_PERMUTATIONS)
            signatures[row].update_batch(shingles(text))
    return signatures


def sign_tuned(texts: list[str]) -> dict[int, Any]:
    """Return the signatures of the texts that are long enough, by row."""
    from datasketch import MinHash

    rows = [row for row, text in enumerate(texts) if len(text) >= _TUNED_LENGTH]
    sets = (shingles(texts[row]) for row in rows)
    return dict(zip(rows, MinHash.generator(sets, num_perm=_PERMUTATIONS), strict=True))


def find_groups(signatures: dict[int, Any], count: int, *, tuned: bool) -> list[int]:
    """Return the smallest row of each row's group, as the index tells it."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=_SIMILARITY, num_perm=_PERMUTATIONS)
    with index.insertion_session() as session:
        for row, signature in signatures.items():
            session.insert(row, signature, check_duplication=not tuned)
    parents = list(range(count))

    def find(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for row, signature in signatures.items():
        if tuned and parents[row] != row:
            continue  # an earlier row found it: its own query would say much the same
        for near in index.query(signature):
            low, high = sorted((find(row), find(near)))
            parents[high] = low
    return [find(row) for row in range(count)]


def score(model: PlainModel, texts: list[str], words: list[str]) -> list[float]:
    """Return the probability of each text."""
    found: list[float] = []
    for start in range(0, len(texts), _BATCH):
        batch = slice(start, start + _BATCH)
        features = model.features(texts[batch], words[batch])
        found += model.classifier.predict_proba(features)[:, 1].tolist()
    return found


def write(
    out: Path, posts: list[dict[str, Any]], groups: list[int], probabilities: list[float]
) -> None:
    """Write a row a post."""
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["post_id", "account_id", "group", "probability", "text"])
        for post, group, probability in zip(posts, groups, probabilities, strict=True):
            writer.writerow(
                [
                    post.get("post_id"),
                    post.get("account_id"),
                    group,
                    f"{probability:.6f}",
                    post.get("text"),
                ]
            )


def _rows(lines: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows that are rows."""
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row
