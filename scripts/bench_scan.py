"""Time a scan, its stages, and plain pipelines beside it, on real posts.

    python scripts/bench_scan.py --posts 300000
    python scripts/bench_scan.py --dump datasets/sample/posts.jsonl

The posts come from --dump, or from the dump under the folder that RUMORSCAN_DATA names. All
figures are CPU seconds (user and system, all threads), since machines are shared; compare
ratios within one run.
"""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.dumps import cut_dump, find_dump
from bench.measuring import (
    Stopwatch,
    conditions,
    cpu_of,
    draw_table,
    median_cost,
    package_folder,
    run_program,
)
from bench.plain import PlainModel, fit_model, run_plain

SAMPLE = package_folder() / "datasets" / "sample"
TARGETS = {"cpu_seconds": 20.0, "peak_bytes": 1_000_000_000, "ratio": 10.0, "to_signature": 500_000}
"""What is asked of 300,000 posts, and of the path from text to signature per second and core."""


def measure_scan(dump: Path, posts: int, options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Return what `rumorscan scan` costs as a user runs it: start, models, report and all."""

    def scan(source: Path, name: str) -> list[str]:
        known = [word for file in options.known for word in ("--known", file)]
        return [
            *("-m", "rumorscan", "scan", str(source), "-o", str(work / name), "--quiet"),
            *("--overwrite", "--model", options.model, *known),
        ]

    run_program(scan(SAMPLE / "posts.jsonl", "warm"))  # compiled loops and tokens are cached
    costs = [run_program(scan(dump, f"run{turn}")) for turn in range(options.repeats)]
    cost = median_cost(costs)
    about = json.loads((work / "run0" / "run.json").read_text(encoding="utf-8"))
    written = sum(path.stat().st_size for path in (work / "run0").rglob("*") if path.is_file())
    return {
        "posts": posts,
        "cpu_seconds": cost.cpu_seconds,
        "cpu_seconds_each": [one.cpu_seconds for one in costs],
        "wall_seconds": cost.wall_seconds,
        "peak_bytes": cost.peak_bytes,
        "posts_per_cpu_second": posts / cost.cpu_seconds if cost.cpu_seconds else None,
        "written_bytes": written,
        "counts": about["counts"],
        "stages": about["stages"],
    }


def measure_stages(
    dump: Path, options: argparse.Namespace, work: Path
) -> tuple[dict[str, float], int]:
    """Return the CPU seconds of each stage of a scan in this process, and how many posts."""
    from rumorscan.pipeline import scan

    turns = []
    posts = 0
    for turn in range(options.repeats):
        watch = Stopwatch()
        run = scan(str(dump), model=options.model, known=options.known, progress=watch)
        watch.stage("write")
        run.write(work / f"stages{turn}")
        watch.done()
        turns.append(watch.cpu_seconds)
        posts = len(run.posts)
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}, posts


def measure_steps(dump: Path, repeats: int) -> dict[str, float]:
    """Return the CPU seconds of the steps from text to groups, each alone and in one thread."""
    from rumorscan.coordination.groups import find_groups
    from rumorscan.coordination.signatures import sign_texts
    from rumorscan.readers import read_posts
    from rumorscan.settings import GroupSettings
    from rumorscan.text.distinct import find_distinct
    from rumorscan.text.fold import fold_texts
    from rumorscan.text.shingles import shingle_sets

    settings = GroupSettings()
    texts = read_posts(str(dump)).table["text"]
    folded = fold_texts(texts)
    distinct = find_distinct(folded).folded
    steps: dict[str, Callable[[], object]] = {
        "fold": lambda: fold_texts(texts),
        "distinct": lambda: find_distinct(folded),
        "sign (distinct texts)": lambda: sign_texts(distinct, settings),
        "sign (all texts)": lambda: sign_texts(folded, settings),
        "shingle sets": lambda: shingle_sets(distinct, settings.shingle_length),
        "groups (sign, index, verify)": lambda: find_groups(distinct, settings),
    }
    for step in steps.values():
        step()  # compiled before it is timed
    spent = {name: cpu_of(step, max(repeats, 3))[0] for name, step in steps.items()}
    to_groups = spent["fold"] + spent["distinct"]
    spent["text to signature"] = to_groups + spent["sign (distinct texts)"]
    spent["text to signature, nothing collapsed"] = spent["fold"] + spent["sign (all texts)"]
    return spent


def measure_plain(
    dump: Path, posts: int, model: PlainModel, work: Path, *, tuned: bool
) -> dict[str, Any]:
    """Return what a plain pipeline costs on the first posts of the dump; fitting not counted."""
    part = work / "plain.jsonl"
    count = cut_dump(dump, posts, part)
    steps = run_plain(part, model, work / "plain.csv", tuned=tuned)
    total = sum(steps.values())
    return {
        "posts": count,
        "cpu_seconds": total,
        "posts_per_cpu_second": count / total,
        "steps": steps,
    }


def show(result: dict[str, Any]) -> str:
    """Return the tables of a result as text."""
    scan, posts = result["scan"], result["stages_posts"]
    plain = {"direct": result["plain_direct"], "tuned": result["plain_tuned"]}
    rest = (scan["cpu_seconds"] or 0.0) - sum(result["stages"].values())
    whole = [
        ["rumorscan scan", *_row(scan), 1.0, scan["wall_seconds"], _megabytes(scan["peak_bytes"])],
        *(
            [f"plain pipeline, {name}", *_row(cost), result["ratios"][name], None, None]
            for name, cost in plain.items()
        ),
    ]
    stages = [[name, *_pace(posts, spent)] for name, spent in result["stages"].items()]
    stages += [["start, models, the rest", max(rest, 0.0), None]]
    return "\n".join(
        [
            draw_table(
                "Whole",
                [
                    "program",
                    "posts",
                    "CPU s",
                    "posts / CPU s",
                    "scan is faster",
                    "wall s",
                    "peak MB",
                ],
                whole,
            ),
            draw_table("Stages of a scan", ["stage", "CPU s", "posts / CPU s"], stages),
            draw_table(
                "From text to groups, one thread",
                ["step", "CPU s", "posts / CPU s"],
                [[name, *_pace(posts, spent)] for name, spent in result["steps"].items()],
            ),
            draw_table(
                "Steps of the plain pipelines, CPU s",
                ["step", *plain],
                [
                    [step, *(cost["steps"][step] for cost in plain.values())]
                    for step in plain["direct"]["steps"]
                ],
            ),
            draw_table("Targets", ["figure", "asked", "measured"], _targets(result)),
        ]
    )


def _targets(result: dict[str, Any]) -> list[list[Any]]:
    scan = result["scan"]
    scale = scan["posts"] / 300_000
    to_signature = result["stages_posts"] / result["steps"]["text to signature"]
    every = result["stages_posts"] / result["steps"]["text to signature, nothing collapsed"]
    return [
        ["CPU s of the scan, at most", TARGETS["cpu_seconds"] * scale, scan["cpu_seconds"]],
        [
            "peak MB, at most (300,000 posts)",
            _megabytes(TARGETS["peak_bytes"]),
            _megabytes(scan["peak_bytes"]),
        ],
        *(
            [f"times the plain pipeline, {name}, at least", TARGETS["ratio"], ratio]
            for name, ratio in result["ratios"].items()
        ),
        ["posts / s to signature, at least", TARGETS["to_signature"], to_signature],
        ["the same, nothing collapsed", TARGETS["to_signature"], every],
    ]


def _row(cost: dict[str, Any]) -> list[Any]:
    return [cost["posts"], cost["cpu_seconds"], cost["posts_per_cpu_second"]]


def _pace(posts: int, spent: float) -> list[Any]:
    return [spent, float(posts / spent) if spent else None]


def _megabytes(count: float | None) -> int | None:
    return None if count is None else round(count / 1e6)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures of one run of this script."""
    source = find_dump(options.dump)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)
        dump = work / "dump.jsonl"
        posts = cut_dump(source, options.posts, dump, with_text=options.with_text)
        say = functools.partial(print, flush=True)
        say(f"{posts:,} posts of {source.name}; repeats: {options.repeats}")
        scan = measure_scan(dump, posts, options, work)
        say(f"scan: {scan['cpu_seconds']} CPU s")
        stages, stages_posts = measure_stages(dump, options, work)
        steps = measure_steps(dump, options.repeats)
        model = fit_model(SAMPLE / "posts.jsonl")
        limit = options.plain_posts or posts
        plain = {
            name: measure_plain(dump, limit, model, work, tuned=name == "tuned")
            for name in ("direct", "tuned")
        }
    pace = scan["posts_per_cpu_second"]
    return {
        "conditions": conditions(model=options.model, repeats=options.repeats),
        "scan": scan,
        "stages": stages,
        "stages_posts": stages_posts,
        "steps": steps,
        **{f"plain_{name}": cost for name, cost in plain.items()},
        "ratios": {
            name: pace / cost["posts_per_cpu_second"] if pace else None
            for name, cost in plain.items()
        },
    }


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Time a scan beside plain pipelines.")
    parser.add_argument("--dump", metavar="FILE", help="JSON lines, also .xz")
    parser.add_argument("--posts", type=int, default=300_000, help="the first so many [300000]")
    parser.add_argument("--with-text", action="store_true", help="leave out posts without text")
    parser.add_argument(
        "--plain-posts",
        type=int,
        default=0,
        help="posts for the plain pipelines, which are slow; 0 = as many [0]",
    )
    parser.add_argument("--repeats", type=int, default=3, help="scans; the median counts [3]")
    parser.add_argument("--model", default="default", help="bundled model or folder; '' = none")
    parser.add_argument(
        "--known", nargs="*", default=[str(SAMPLE / "known_rumors.jsonl")], help="known rumors"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    result = measure(options)
    print(show(result))
    facts = result["conditions"]
    print(f"\n{facts['date']}; {facts['machine']}; Python {facts['python']}; {facts['versions']}")
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
