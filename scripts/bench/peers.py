"""Other ways to find coordinated posting, for the table beside ours.

    python scripts/bench/peers.py --make-venv

makes a folder with the peer's own program in it: the one that RUMORSCAN_PEER_VENV names, or one
under the system's folder for temporary files. Each function of `PEERS` takes posts as
`rumorscan.readers.read_posts` gives them and returns what it finds. None has tiers, so whatever
it finds is `suspected`; none counts fewer than three accounts as a campaign. All but the
toolkit see the same texts: without links and mentions, eight characters or more, since bare
reposts and one-word replies would sink every one of them.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from rumorscan.errors import RumorscanError
from rumorscan.records import Tier
from rumorscan.rehearsal.measures import Found, FoundCampaign
from rumorscan.text.fold import fold_texts
from rumorscan.text.homophones import homophone_key

VENV_VARIABLE = "RUMORSCAN_PEER_VENV"
TOOLKIT = "coordination-network-toolkit==1.5.2"
MINUTE, HOUR = 60, 3_600

_FEWEST_ACCOUNTS = 3
_SHORTEST = 8
_SHINGLE = 3
_PERMUTATIONS = 128
_NEAR, _VERY_NEAR = 0.7, 0.8
_PERCENTILE = 0.99
_PAIRS_AT_ONCE = 4_000_000
_ROWS_AT_ONCE = 512
_LONGEST_FIELD = 100_000  # the toolkit reads with csv, which stops at 131,072 characters
_COLUMNS = (
    "message_id",
    "user_id",
    "username",
    "repost_id",
    "reply_id",
    "message",
    "timestamp",
    "urls",
)
_TIMEOUT_SECONDS = 900

_LINK = re.compile(r"https?://[A-Za-z0-9./?=&%#_~:+-]+")
_MENTION = re.compile(r"@[\w-]{1,30}")
_NO_WORDS = re.compile(r"(转发微博|轉發微博|转发|轉發|repost|[\W_])*", re.IGNORECASE)

Rows = npt.NDArray[np.int64]


class PeerMissingError(RumorscanError):
    """The peer's program is not installed; the benchmark says so and goes on without it."""


class PeerFailedError(RumorscanError):
    """The peer's program stopped with an error."""


@dataclass(frozen=True, slots=True)
class _Posts:
    """The posts as the peers see them.

    Attributes:
        post_ids: of each row.
        account_ids: of each account.
        accounts: position in `account_ids` of each row's account.
        texts: of each row, without links and mentions.
        seconds: since 1970, of each row; 0 where the time is unknown.
        timed: whether the time is known.
        long: whether the text has eight characters or more.
    """

    post_ids: list[str]
    account_ids: list[str]
    accounts: Rows
    texts: list[str]
    seconds: Rows
    timed: npt.NDArray[np.bool_]
    long: npt.NDArray[np.bool_]

    @property
    def text_codes(self) -> Rows:
        """Return a number for each row that equal texts share."""
        return _codes(pa.array(self.texts, pa.string()))[0]


def exact_duplicates(posts: pa.Table) -> Found:
    """Find the texts that three accounts or more have posted, at any time."""
    read = _read(posts)
    rows = np.flatnonzero(read.long)
    return _found(read, _groups(read.text_codes[rows], rows))


def near_duplicates(posts: pa.Table) -> Found:
    """Find connected sets of near-duplicate texts by three accounts or more, at any time.

    MinHash LSH (Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900; as in datasketch) over
    trigrams of the homophone key, candidates checked for a Jaccard similarity of 0.7.
    """
    from datasketch import MinHash, MinHashLSH

    read = _read(posts)
    keys = np.array(list(homophone_key(fold_texts(posts["text"])).keys()), dtype=object)
    rows = np.flatnonzero([len(key) >= _SHORTEST for key in keys])
    codes, distinct = _codes(pa.array(keys[rows], pa.string()))
    shingles = [
        {key[start : start + _SHINGLE] for start in range(len(key) - _SHINGLE + 1)}
        for key in distinct
    ]
    encoded = ([piece.encode() for piece in pieces] for pieces in shingles)
    index = MinHashLSH(threshold=_NEAR, num_perm=_PERMUTATIONS)
    root = list(range(len(distinct)))
    for key, signature in enumerate(MinHash.generator(encoded, num_perm=_PERMUTATIONS)):
        for other in index.query(signature):
            first, second = _root(root, key), _root(root, other)
            if first != second and _jaccard(shingles[key], shingles[other]) >= _NEAR:
                root[max(first, second)] = min(first, second)
        index.insert(key, signature, check_duplication=False)
    labels = np.array([_root(root, key) for key in range(len(root))], dtype=np.int64)
    return _found(read, _groups(labels[codes], rows))


def co_posting(posts: pa.Table, window_seconds: int, percentile: float = 0.0) -> Found:
    """Find connected accounts that post the same text within a window.

    The co-tweet network of Keller, Schoch, Stier & Yang 2020, 'Political Astroturfing on
    Twitter: How to Coordinate a Disinformation Campaign', Political Communication 37(2),
    256-280, https://doi.org/10.1080/10584609.2019.1661888: accounts are tied that post the same
    text within a short window. One minute is the window of the networks drawn in their later
    Schoch, Keller, Stier & Yang 2022, Scientific Reports 12, 4572,
    https://doi.org/10.1038/s41598-022-08404-9; the hour is ours, a wider one for comparison.

    A tie weighs as many as there are such pairs of posts. Keeping the heaviest ties is a step of
    Giglietto, Righetti, Rossi & Marino 2020, 'It takes a village to manipulate the media',
    Information, Communication & Society 23(6), and its R package CooRnet, which keeps those at
    its 90th percentile by default (`percentile_edge_weight`); the general method of networks of
    shared traces, then filtered, is that of Pacheco, Hui, Torres-Lugo, Truong, Flammini &
    Menczer 2021, 'Uncovering Coordinated Networks on Social Media: Methods and Case Studies',
    ICWSM 15(1), 455-466, https://doi.org/10.1609/icwsm.v15i1.18075. The 99th here is the strict
    end of this practice; it is the plain network wherever nearly every tie weighs one.

    Args:
        posts: the posts.
        window_seconds: the longest time between two posts; both ends count.
        percentile: ties are kept that weigh as much as this share of all ties, in [0, 1].
    """
    read = _read(posts)
    rows = np.flatnonzero(read.long & read.timed)
    codes = read.text_codes[rows]
    order = np.lexsort((read.seconds[rows], codes))
    rows, codes = rows[order], codes[order]
    since = read.seconds[rows] - read.seconds[rows].min(initial=0)
    place = codes * (since.max(initial=0) + window_seconds + 1) + since
    stops = np.searchsorted(place, place + window_seconds, side="right")
    count = len(read.account_ids)
    pairs = _Ties(read.accounts, count)
    for first, second in _pairs(stops):
        pairs.add(rows[first], rows[second])
    heavy = pairs.weights >= np.quantile(pairs.weights, percentile) if len(pairs.weights) else []
    kept = pairs.names[np.asarray(heavy, dtype=bool)]
    taking_part = np.zeros(len(read.post_ids), dtype=bool)
    for first, second in _pairs(stops):
        one, other = rows[first], rows[second]
        tied = np.isin(pairs.name(one, other), kept)
        taking_part[one[tied]] = taking_part[other[tied]] = True
    labels = _components(kept // count, kept % count, count)
    members = np.flatnonzero(taking_part)
    return _found(read, _groups(labels[read.accounts[members]], members))


def windowed_jaccard(posts: pa.Table, window_seconds: int = HOUR) -> Found:
    """Find connected sets of posts whose character bigrams agree, each pair within a window.

    Every pair in the window is compared exactly: a Jaccard similarity of 0.8, the default of the
    toolkit's co-similarity network and of CooRTweet's `detect_similar_text`, over bigrams, since
    Chinese has no spaces. Components are of posts, so one account does not join two texts.
    """
    read = _read(posts)
    rows = np.flatnonzero(read.long & read.timed)
    rows = rows[np.argsort(read.seconds[rows], kind="stable")]
    seconds = read.seconds[rows]
    stops = np.searchsorted(seconds, seconds + window_seconds, side="right")
    matrix = _bigrams([read.texts[row] for row in rows])
    sizes = np.diff(matrix.indptr)
    firsts, seconds_of = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        last = min(start + _ROWS_AT_ONCE, len(rows))
        shared = (matrix[start:last] @ matrix[start : stops[last - 1]].T).tocoo()
        first, second = shared.row.astype(np.int64) + start, shared.col.astype(np.int64) + start
        near = shared.data >= _VERY_NEAR * (sizes[first] + sizes[second] - shared.data) - 1e-9
        near &= (first < second) & (second < stops[first])
        firsts.append(first[near])
        seconds_of.append(second[near])
    labels = _components(np.concatenate(firsts), np.concatenate(seconds_of), len(rows))
    return _found(read, _groups(labels, rows))


def run_toolkit(
    posts: pa.Table, network: str, window_seconds: int, fewest_messages: int = 2
) -> Found:
    """Find connected accounts with coordination-network-toolkit, a peer's own program.

    Version 1.5.2 (the newest on PyPI), MIT License, Timothy Graham and QUT Digital Observatory,
    https://doi.org/10.25912/RDF_1632782596538; described in Graham, Hames & Alpert 2024, 'The
    coordination network toolkit: a framework for detecting and analysing coordinated behaviour
    on social media', Journal of Computational Social Science,
    https://doi.org/10.1007/s42001-024-00260-z. It runs in a venv of its own, in processes of its
    own, and is no dependency of ours.

    It cleans and cuts texts itself (a Chinese character is a token; from an @ to the next space
    all is dropped), and has no shortest text. Reposts without words of their own are given to it
    as reposts, as its format asks; it leaves those out. Its documents call 60 seconds the
    default window of every network, though the command's own default is 1 second: the window is
    always given. Its network `co_post` (any posts at all within the window) is left out, being
    meant as a null model. Edges are read from its database, as its CSV output fails in this
    version (its issue 55). The posts shown are those behind its edges.

    Args:
        posts: the posts.
        network: `co_tweet`, equal texts, or `co_similar_tweet`, a Jaccard similarity of 0.8.
        window_seconds: the longest time between two posts.
        fewest_messages: of an edge; the command's default is 2, that of its Python functions 1.

    Raises:
        PeerMissingError: the program is not there.
        PeerFailedError: it failed.
    """
    program = find_toolkit()
    read = _read(posts)
    with tempfile.TemporaryDirectory(prefix="rumorscan-peer-") as folder:
        _write_csv(posts, read, Path(folder) / "posts.csv")
        _run(program, folder, "preprocess", "posts.csv")
        options = ["--time_window", str(window_seconds), "--min_edge_weight", str(fewest_messages)]
        _run(program, folder, "compute", network, *options, "--n_cpus", "2")
        edges, messages = _read_network(Path(folder) / "posts.db", network)
    taking_part: set[int] = set()
    for one, other in edges:
        for row, at, text in messages[one]:
            for other_row, other_at, other_text in messages[other]:
                if abs(at - other_at) <= window_seconds and _alike(text, other_text):
                    taking_part |= {row, other_row}
    first, second = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    labels = _components(first, second, len(read.account_ids))
    members = np.array(sorted(taking_part), dtype=np.int64)
    return _found(read, _groups(labels[read.accounts[members]], members))


def find_toolkit() -> Path:
    """Return the toolkit's program.

    Raises:
        PeerMissingError: it is not there.
    """
    folder = venv_folder()
    for name in ("bin/compute_networks", "Scripts/compute_networks.exe"):
        if (folder / name).is_file():
            return folder / name
    raise PeerMissingError(
        f"coordination-network-toolkit is not in '{folder}'; make that folder with "
        f"'python scripts/bench/peers.py --make-venv', or name another in {VENV_VARIABLE}"
    )


def venv_folder() -> Path:
    """Return the folder of the peer's venv, made or not."""
    named = os.environ.get(VENV_VARIABLE)
    return Path(named) if named else Path(tempfile.gettempdir()) / "rumorscan-peer-venv"


def make_venv() -> Path:
    """Make the peer's venv, from PyPI, and return its program."""
    folder = venv_folder()
    venv.create(folder, with_pip=True)
    place = "Scripts" if sys.platform == "win32" else "bin"
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOOLKIT]
    subprocess.run([str(folder / place / "python"), *install], check=True)
    return find_toolkit()


_TOOLKIT_RUNS = {
    f"coordination-network-toolkit {network} {window}, {messages} or more": partial(
        run_toolkit, network=network, window_seconds=length, fewest_messages=messages
    )
    for network in ("co_tweet", "co_similar_tweet")
    for window, length in (("60 s", MINUTE), ("1 h", HOUR))
    for messages in (2, 1)
}

PEERS: dict[str, Callable[[pa.Table], Found]] = {
    "exact duplicate": exact_duplicates,
    "near-duplicate with pinyin": near_duplicates,
    "co-posting 60 s": partial(co_posting, window_seconds=MINUTE),
    "co-posting 60 s, 99th percentile": partial(
        co_posting, window_seconds=MINUTE, percentile=_PERCENTILE
    ),
    "co-posting 1 h": partial(co_posting, window_seconds=HOUR),
    "co-posting 1 h, 99th percentile": partial(
        co_posting, window_seconds=HOUR, percentile=_PERCENTILE
    ),
    "pairwise Jaccard in 1 h": windowed_jaccard,
    **_TOOLKIT_RUNS,
}
"""The peers by the name that the table shows; those of the toolkit may raise PeerMissingError."""


class _Ties:
    """Pairs of accounts, each with the number of pairs of posts behind it."""

    def __init__(self, accounts: Rows, count: int) -> None:
        self._accounts, self._count = accounts, count
        self.names = np.zeros(0, dtype=np.int64)
        self.weights = np.zeros(0, dtype=np.int64)

    def name(self, one: Rows, other: Rows) -> Rows:
        """Return a number for the accounts of each pair of rows; -1 where they are the same."""
        low = np.minimum(self._accounts[one], self._accounts[other])
        high = np.maximum(self._accounts[one], self._accounts[other])
        return np.where(low == high, -1, low * self._count + high)

    def add(self, one: Rows, other: Rows) -> None:
        """Count pairs of rows."""
        names = self.name(one, other)
        new, counts = np.unique(names[names >= 0], return_counts=True)
        self.names, place = np.unique(np.concatenate([self.names, new]), return_inverse=True)
        both = np.concatenate([self.weights, counts])
        self.weights = np.bincount(place, both, minlength=len(self.names)).astype(np.int64)


def _read(posts: pa.Table) -> _Posts:
    """Return the posts as the peers see them."""
    accounts, account_ids = _codes(posts["account_id"])
    texts = [_clean(text or "") for text in posts["text"].to_pylist()]
    at = posts["posted_at"]
    seconds = pc.cast(at, pa.timestamp("s", at.type.tz), safe=False).cast(pa.int64())
    return _Posts(
        post_ids=posts["post_id"].to_pylist(),
        account_ids=account_ids,
        accounts=accounts,
        texts=texts,
        seconds=pc.fill_null(seconds, 0).to_numpy(),
        timed=at.is_valid().to_numpy(),
        long=np.array([len(text) >= _SHORTEST for text in texts], dtype=bool),
    )


def _clean(text: str) -> str:
    return " ".join(_MENTION.sub("", _LINK.sub("", text)).split())


def _codes(strings: Any) -> tuple[Rows, list[Any]]:
    """Return a number for each string, and the distinct strings in the order of the numbers."""
    if isinstance(strings, pa.ChunkedArray):
        strings = strings.combine_chunks()
    encoded = strings.dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _groups(labels: Rows, rows: Rows) -> Iterator[Rows]:
    """Yield the rows of each label that enough rows have, in the order of the first rows."""
    order = np.argsort(labels, kind="stable")
    edges = np.flatnonzero(np.diff(labels[order], prepend=-1, append=-1))
    found = [
        np.sort(rows[order[start:stop]])
        for start, stop in pairwise(edges)
        if stop - start >= _FEWEST_ACCOUNTS
    ]
    return iter(sorted(found, key=lambda members: int(members[0])))


def _components(first: Rows, second: Rows, count: int) -> Rows:
    """Return a label for each of so many nodes, which connected nodes share."""
    ties = coo_matrix((np.ones(len(first), dtype=np.int8), (first, second)), (count, count))
    return connected_components(ties, directed=False)[1].astype(np.int64)


def _pairs(stops: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield pairs of positions in pieces: each position with the later ones before its stop."""
    lengths = stops - np.arange(len(stops)) - 1
    total = np.cumsum(lengths)
    start = 0
    while start < len(stops):
        before = total[start - 1] if start else 0
        last = max(int(np.searchsorted(total, before + _PAIRS_AT_ONCE, side="right")), start + 1)
        first = np.repeat(np.arange(start, last), lengths[start:last])
        within = np.arange(len(first)) - (total[first] - lengths[first] - before)
        yield first, first + 1 + within
        start = last


def _root(root: list[int], node: int) -> int:
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return node


def _jaccard(one: set[str] | frozenset[str], other: set[str] | frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _alike(one: Any, other: Any) -> bool:
    """Tell whether the toolkit would call two of its texts, or sets of tokens, the same."""
    return one == other if isinstance(one, str) else _jaccard(one, other) >= _VERY_NEAR


def _bigrams(texts: Sequence[str]) -> csr_matrix:
    """Return which text has which pairs of neighboring characters, as ones."""
    places: dict[str, int] = {}
    columns, bounds = [], [0]
    for text in texts:
        columns += [
            places.setdefault(pair, len(places)) for pair in set(map("".join, pairwise(text)))
        ]
        bounds.append(len(columns))
    ones = np.ones(len(columns), dtype=np.int32)
    return csr_matrix((ones, columns, bounds), shape=(len(texts), max(len(places), 1)))


def _write_csv(posts: pa.Table, read: _Posts, path: Path) -> None:
    """Write the posts in the toolkit's format: row numbers for the ids, so that none collide."""
    absent = [None] * len(posts)
    roots, parents = (
        posts[name].to_pylist() if name in posts.column_names else absent
        for name in ("root_id", "parent_id")
    )
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(_COLUMNS)
        for row, text in enumerate(posts["text"].to_pylist()):
            if not read.timed[row]:
                continue
            root = roots[row] if roots[row] != read.post_ids[row] else None
            answered = parents[row] or root or ""
            is_bare = answered and _NO_WORDS.fullmatch(read.texts[row])
            ids = (root or answered, "") if is_bare else ("", answered)
            words = (text or "")[:_LONGEST_FIELD]
            account, second = f"a{read.accounts[row]}", read.seconds[row]
            writer.writerow([f"m{row}", account, "", *ids, words, second, ""])


def _run(program: Path, folder: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(program), "posts.db", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONUTF8": "1"},
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        raise PeerFailedError(f"compute_networks {' '.join(arguments)}: '{last}'")


def _read_network(
    database: Path, network: str
) -> tuple[list[tuple[int, int]], dict[int, list[tuple[int, int, Any]]]]:
    """Return the edges, as pairs of accounts, and the row, time and text of accounts' messages."""
    column = "token_set" if network == "co_similar_tweet" else "transformed_message"
    opened = sqlite3.connect(database)
    try:
        edges = {
            (min(one, other), max(one, other))
            for one, other in _numbers(
                opened.execute(f"select user_1, user_2 from {network}_network")
            )
            if one != other
        }
        tied = {account for edge in edges for account in edge}
        messages = defaultdict(list)
        for message, user, at, text in opened.execute(
            f"select message_id, user_id, timestamp, {column} from edge where repost_id is null"
        ):
            if (account := int(user[1:])) in tied:
                seen = frozenset(text.split()) if column == "token_set" else text
                messages[account].append((int(message[1:]), int(at), seen))
    finally:
        opened.close()
    return sorted(edges), messages


def _numbers(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    return ((int(one[1:]), int(other[1:])) for one, other in rows)


def _found(read: _Posts, groups: Iterable[Rows]) -> Found:
    """Return the groups of rows that enough accounts are in."""
    campaigns = []
    for rows in groups:
        accounts = np.unique(read.accounts[rows])
        if len(accounts) >= _FEWEST_ACCOUNTS:
            name = f"c{len(campaigns) + 1}"
            members = frozenset(read.account_ids[account] for account in accounts)
            shown = frozenset(read.post_ids[row] for row in rows)
            campaigns.append(FoundCampaign(name, Tier.SUSPECTED, members, shown))
    return Found(tuple(campaigns))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="The peers of the benchmark of coordination.")
    parser.add_argument(
        "--make-venv",
        action="store_true",
        help=f"install {TOOLKIT} in the folder that {VENV_VARIABLE} names, or a temporary one",
    )
    options = parser.parse_args(arguments)
    try:
        print(make_venv() if options.make_venv else find_toolkit())
    except PeerMissingError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
