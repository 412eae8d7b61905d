"""Hold near-duplicate groups against brute force, and see what the hard dumps cost.

    python scripts/bench_groups.py truth --posts 20000
    python scripts/bench_groups.py sweep
    python scripts/bench_groups.py join
    python scripts/bench_groups.py growth
    python scripts/bench_groups.py cost --posts 1000000

All but `cost` take posts from --dump, or from the dump under the folder that RUMORSCAN_DATA
names; `truth` draws them at random, in a row, and takes all; `cost` invents its posts. `join`
holds the exact join against MinHash, `growth` measures all of coordination on more and more posts.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from bench.dumps import (
    different_texts,
    find_dump,
    identical_texts,
    invent_posts,
    load_texts,
    one_word_texts,
    slotted_texts,
)
from bench.measuring import Stopwatch, conditions, cpu_of, draw_table
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from rumorscan.coordination.groups import find_groups
from rumorscan.coordination.joins import join_prefixes, rank_sets
from rumorscan.coordination.signatures import sign_texts
from rumorscan.engines.local import peak_memory_bytes
from rumorscan.pipeline import campaigns
from rumorscan.reports import Run
from rumorscan.settings import GroupSettings
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.text.shingles import shingle_sets

SEED = 7
WIDTHS = ((64, 16), (128, 16), (128, 32), (128, 64), (256, 32), (256, 64))
"""Permutations and bands that the sweep tries."""
KINDS = {
    "all different": (different_texts, 0),
    "one text with a number in it": (slotted_texts, 0),
    "all identical": (identical_texts, 0),
    "one word": (one_word_texts, 0),
    "one account, all different": (different_texts, 1),
}
"""What writes the texts, and how many accounts post them; 0 means a fifth of the posts."""
STAGES = ("fold", "unmask", "group", "coordinate")
"""Stages of a scan that belong to coordination."""
SIZES = (100_000, 200_000, 400_000, 800_000, 1_200_000)
SIMILARITIES = (0.7, 0.5, 0.35)
_ROWS_AT_ONCE = 1_000

Positions = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """What brute force finds among m distinct keys.

    Attributes:
        pairs: positions of each pair at or over the similarity, shape (2, k), first < second.
        similarity: of each pair, shape (k,).
        group: int64 label of the connected set of each key, shape (m,).
    """

    pairs: Positions
    similarity: npt.NDArray[np.float64]
    group: Positions


def indexed_texts(texts: Sequence[str], settings: GroupSettings) -> Folded:
    """Return the distinct fold keys that are long enough to be grouped."""
    distinct = find_distinct(fold_texts(texts)).folded
    return distinct.take(np.flatnonzero(distinct.lengths >= settings.minimum_length))


def compare_all(folded: Folded, settings: GroupSettings) -> Truth:
    """Compare every pair of keys by the exact Jaccard similarity of their shingle sets."""
    sets = shingle_sets(folded, settings.shingle_length)
    values, columns = np.unique(sets.values, return_inverse=True)
    ones = np.ones(len(columns), dtype=np.int32)
    matrix = csr_matrix((ones, columns, sets.offsets), shape=(len(folded), len(values)))
    sizes = np.diff(sets.offsets)
    found = []
    for start in range(0, len(folded), _ROWS_AT_ONCE):
        shared = (matrix[start : start + _ROWS_AT_ONCE] @ matrix.T).tocoo()
        first, second = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        similarity = shared.data / (sizes[first] + sizes[second] - shared.data)
        kept = (first < second) & (similarity >= settings.similarity)
        found.append((first[kept], second[kept], similarity[kept]))
    first, second, similarity = (np.concatenate(column) for column in zip(*found, strict=True))
    graph = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(folded),) * 2)
    _, group = connected_components(graph, directed=False)
    return Truth(np.stack([first, second]), similarity, group.astype(np.int64))


def same_group_pairs(group: Positions) -> int:
    """Return how many pairs stand in one group."""
    sizes = np.bincount(np.unique(group, return_inverse=True)[1])
    return int((sizes * (sizes - 1) // 2).sum())


def judge(found: Positions, truth: Truth) -> dict[str, Any]:
    """Return recall and precision of the groups found."""
    both = same_group_pairs(found * (len(found) + 1) + truth.group)
    mine, theirs = same_group_pairs(found), same_group_pairs(truth.group)
    linked = found[truth.pairs[0]] == found[truth.pairs[1]]
    near = truth.similarity < 0.75
    return {
        "pairs_similar": len(linked),
        "pairs_grouped_truth": theirs,
        "pairs_grouped": mine,
        "recall_similar": float(linked.mean()) if len(linked) else 1.0,
        "recall_near_threshold": float(linked[near].mean()) if near.any() else 1.0,
        "recall_grouped": both / theirs if theirs else 1.0,
        "precision_grouped": both / mine if mine else 1.0,
    }


def share_of_candidates(folded: Folded, truth: Truth, settings: GroupSettings) -> float:
    """Return which share of the pairs just over the threshold agrees in a band at least."""
    near = truth.similarity < 0.75
    if not near.any():
        return 1.0
    bands = sign_texts(folded, settings).reshape(len(folded), settings.bands, -1)
    first, second = truth.pairs[:, near]
    return float((bands[first] == bands[second]).all(axis=2).any(axis=1).mean())


def choose_samples(texts: list[str], posts: int) -> dict[str, list[str]]:
    """Return samples of a dump's texts: near-duplicates are rare among posts drawn at random."""
    middle = max(len(texts) // 2 - posts // 2, 0)
    return {
        "drawn at random": random.Random(SEED).sample(texts, min(posts, len(texts))),
        "in a row": texts[middle : middle + posts],
        "all": texts,
    }


def measure_truth(name: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return groups held against brute force, at the default settings."""
    settings = GroupSettings()
    folded = indexed_texts(texts, settings)
    truth_seconds, truth = cpu_of(lambda: compare_all(folded, settings))
    find_groups(folded, settings)
    seconds, groups = cpu_of(lambda: find_groups(folded, settings), 3)
    return {
        "sample": name,
        "posts": len(texts),
        "texts": len(folded),
        **judge(groups.root_of, truth),
        "candidate_pairs": groups.candidate_pairs,
        "CPU s": seconds,
        "CPU s of brute force": truth_seconds,
    }


def measure_sweep(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return recall and cost for several widths and bands of the index."""
    folded = indexed_texts(texts, GroupSettings())
    truth = compare_all(folded, GroupSettings())
    rows = []
    for permutations, bands in WIDTHS:
        settings = GroupSettings(permutations=permutations, bands=bands)
        find_groups(folded, settings)
        seconds, groups = cpu_of(lambda chosen=settings: find_groups(folded, chosen), 3)
        judged = judge(groups.root_of, truth)
        rows.append(
            {
                "permutations": permutations,
                "bands": bands,
                "rows": permutations // bands,
                "chance_at_threshold": 1 - (1 - 0.7 ** (permutations // bands)) ** bands,
                "candidates_near_threshold": share_of_candidates(folded, truth, settings),
                "recall_near_threshold": judged["recall_near_threshold"],
                "recall_grouped": judged["recall_grouped"],
                "candidate_pairs": groups.candidate_pairs,
                "cpu_seconds": seconds,
            }
        )
    return rows


def measure_join(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the exact join and MinHash find and cost at several thresholds."""
    settings = GroupSettings()
    folded = indexed_texts(texts, settings)
    rows = []
    for similarity in SIMILARITIES:
        chosen = dataclasses.replace(settings, similarity=similarity)
        seconds, groups = cpu_of(lambda chosen=chosen: find_groups(folded, chosen), 3)
        exact_seconds, pairs = cpu_of(lambda chosen=chosen: join_exactly(folded, chosen), 3)
        joined = groups.root_of[pairs[0]] == groups.root_of[pairs[1]]
        rows.append(
            {
                "similarity": similarity,
                "pairs": len(pairs[0]),
                "MinHash CPU s": seconds,
                "MinHash compared": groups.candidate_pairs,
                "MinHash recall of pairs": float(joined.mean()),
                "exact CPU s": exact_seconds,
                "exact compared": pairs[2],
                "exact lists cut": pairs[3],
            }
        )
    return rows


def join_exactly(folded: Folded, settings: GroupSettings) -> tuple[Positions, Positions, int, int]:
    """Return the pairs at or over the similarity, how many were compared, and what was cut."""
    ranked = rank_sets(shingle_sets(folded, settings.shingle_length))
    first, second, _, compared, cut = join_prefixes(
        ranked.values,
        ranked.offsets,
        ranked.frequency,
        np.argsort(ranked.sizes, kind="stable"),
        settings.similarity,
        settings.list_limit,
        settings.partner_limit,
    )
    return first, second, compared, cut


def coordination_seconds(table: pa.Table) -> tuple[float, Run]:
    """Return the CPU seconds that a scan of a table spends on coordination, and the run."""
    watch = Stopwatch()
    run = campaigns(table, progress=watch)
    return sum(watch.cpu_seconds[name] for name in STAGES), run


def measure_growth(dump: Path) -> list[dict[str, Any]]:
    """Return what coordination costs on more and more posts of a dump, and the log-log slope."""
    from rumorscan.readers import read_posts

    table = read_posts(str(dump)).table
    coordination_seconds(table.slice(0, 5_000))
    rows: list[dict[str, Any]] = []
    threads = table["root_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    # whole threads in random order: a part of a thread has less in common with itself
    place = np.random.default_rng(SEED).permutation(int(threads.max()) + 1)[threads]
    by_thread = np.argsort(place, kind="stable")
    for size in [size for size in SIZES if size <= len(table)] or [len(table)]:
        part = table.take(np.sort(by_thread[:size]))
        seconds = statistics.median(coordination_seconds(part)[0] for _ in range(3))
        rows.append({"posts": size, "CPU s": seconds, "µs a post": 1e6 * seconds / size})
        print(f"{size:,}: done", flush=True)
    slope = np.polyfit(
        np.log([row["posts"] for row in rows]), np.log([row["CPU s"] for row in rows]), 1
    )[0]
    return [*rows, {"posts": "log-log slope", "CPU s": float(slope), "µs a post": None}]


def measure_costs(posts: int, *, whole: bool) -> list[dict[str, Any]]:
    """Return what invented dumps of one kind of post cost."""
    settings = GroupSettings()
    rows = []
    for name, (make_texts, accounts) in KINDS.items():
        table = invent_posts(make_texts, posts, accounts)
        small = table.slice(0, 1_000)
        find_groups(find_distinct(fold_texts(small["text"])).folded, settings)
        distinct = find_distinct(fold_texts(table["text"]))
        row = {"posts": name, "distinct": len(distinct)}
        if whole:
            coordination_seconds(small)
            row["coordination_seconds"], run = coordination_seconds(table)
            row["candidate_pairs"] = run.about["counts"]["candidate_pairs"]
            row["limits_reached"] = run.about["counts"]["capped_buckets"]
            row["campaigns"] = len(run.campaigns)
            row["peak_megabytes"] = peak_memory_bytes() // 1_000_000
            del run
        rows.append(row)
        print(f"{name}: done", flush=True)
    return rows


def show(title: str, rows: Sequence[dict[str, Any]]) -> str:
    """Return rows of figures as a table."""
    headers = [
        name.removeprefix("cpu_").replace("_", " ").replace("seconds", "CPU s") for name in rows[0]
    ]
    return draw_table(title, headers, [list(row.values()) for row in rows])


def show_upright(title: str, rows: Sequence[dict[str, Any]]) -> str:
    """Return rows of figures as a table with a column for each row."""
    first, *names = rows[0]
    headers = [first, *(row[first] for row in rows)]
    body = [[name.replace("_", " "), *(row[name] for row in rows)] for name in names]
    return draw_table(title, headers, body)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Near-duplicate groups: truth and cost.")
    parser.add_argument("what", choices=["truth", "sweep", "join", "growth", "cost"])
    parser.add_argument("--dump", metavar="FILE", help="JSON lines, also .xz")
    parser.add_argument("--posts", type=int, help="posts [20000; cost: 1000000]")
    parser.add_argument("--no-scan", action="store_true", help="cost: only invent the posts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if options.what == "cost":
        rows = measure_costs(options.posts or 1_000_000, whole=not options.no_scan)
        print(show("Invented posts of one kind", rows))
    elif options.what == "growth":
        rows = measure_growth(find_dump(options.dump))
        print(show("All of coordination on more and more posts", rows))
    elif options.what == "join":
        rows = measure_join(load_texts(find_dump(options.dump)))
        print(show("The exact join beside MinHash", rows))
    else:
        texts = load_texts(find_dump(options.dump))
        samples = choose_samples(texts, options.posts or 20_000)
        if options.what == "truth":
            rows = [measure_truth(name, sample) for name, sample in samples.items()]
            print(show_upright("Groups against brute force", rows))
        else:
            rows = measure_sweep(samples["all"])
            print(show(f"Width and bands of the index, {len(texts):,} posts", rows))
    facts = conditions()
    print(f"\n{facts['date']}; {facts['machine']}; Python {facts['python']}; {facts['versions']}")
    if options.json:
        report = json.dumps({"conditions": facts, "rows": rows}, ensure_ascii=False, indent=2)
        options.json.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
