"""Plant campaigns in threads of a real dump and measure what detectors find of them.

    python scripts/bench_campaigns.py plant --set dev --seeds 5 --detectors ours,exact
    python scripts/bench_campaigns.py pairs --set dev
    python scripts/bench_campaigns.py shuffled --seeds 3

`plant` plants 50 campaigns and the hard negatives in 160 random threads, `pairs` counts which
evasions are undone, and `shuffled` counts the campaigns found where no tie between accounts is
real. The posts come from --dump, or from the dump under the folder that RUMORSCAN_DATA names;
the truth is never seen by a detector. The set `frozen` was written apart and serves for reports;
its pairs are the default.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from bench.campaigns.backgrounds import draw_threads, load_dump, shuffle_texts
from bench.campaigns.detectors import Detector, choose_detectors
from bench.campaigns.evasions import PAIRS, count_by_kind, judge_pairs, load_pairs, pairs_dump
from bench.campaigns.tables import show_main, show_negatives, show_parts
from bench.dumps import find_dump
from bench.measuring import conditions, cpu_of, draw_table

from rumorscan.errors import RumorscanError
from rumorscan.rehearsal.measures import FLAGGED_TIERS, Figures, Found, measure
from rumorscan.rehearsal.plans import draw_plans
from rumorscan.rehearsal.planting import plant
from rumorscan.rehearsal.tables import Tables, load_tables

SETS = Path(__file__).with_name("bench") / "campaigns"
DEV_PAIRS = SETS / "dev" / "pairs.toml"
THREADS = 160
CAMPAIGNS = 50


def measure_planted(
    posts: pa.Table,
    tables: Tables,
    detectors: dict[str, Detector],
    options: argparse.Namespace,
) -> list[dict[str, Any]]:
    """Return figures of every detector on every seed; one that is not there is left out."""
    rows: list[dict[str, Any]] = []
    missing: set[str] = set()
    for seed in _seeds(options):
        background = draw_threads(posts, options.threads, seed)
        plans = draw_plans(seed, options.campaigns, pooled=options.pooled)
        planted = plant(background, plans, tables, seed)
        print(
            f"seed {seed}: {len(background):,} posts, {len(planted.truth.planted_post_ids):,} "
            f"planted, {len(planted.truth.members):,} members",
            flush=True,
        )
        for name, detect in detectors.items():
            if name in missing:
                continue
            try:
                seconds, found = cpu_of(partial(detect, planted.table))
                known = detect(background).accounts(FLAGGED_TIERS) if options.untouched else ()
            except RumorscanError as error:
                print(f"{name}: left out: {error}", flush=True)
                missing.add(name)
                continue
            figures = measure(planted.truth, found, known)
            rows.append(
                {"seed": seed, "detector": name, "CPU s": seconds, "figures": figures}
                | ({"misses": _misses(planted, found)} if options.misses else {})
            )
    return rows


def _misses(planted: Any, found: Found) -> list[dict[str, Any]]:
    """Return what became of each planted campaign, for whoever builds a detector."""
    flagged = found.of_tiers(FLAGGED_TIERS)
    suspects = found.accounts(FLAGGED_TIERS)
    told = []
    for plan, campaign in zip(planted.plans, planted.truth.campaigns, strict=True):
        best = max((len(campaign.account_ids & one.account_ids) for one in flagged), default=0)
        told.append(
            {
                "campaign_id": campaign.campaign_id,
                "operator": plan.operator,
                "tempo_seconds": plan.tempo_seconds,
                "accounts": campaign.size,
                "threads": plan.threads,
                "pool": plan.pool,
                "flagged": len(campaign.account_ids & suspects),
                "in_one": best,
            }
        )
    return told


def show_planted(rows: Sequence[dict[str, Any]]) -> str:
    """Return the tables of planted campaigns."""
    figures: dict[str, list[Figures]] = {}
    seconds: dict[str, list[float]] = {}
    for row in rows:
        figures.setdefault(row["detector"], []).append(row["figures"])
        seconds.setdefault(row["detector"], []).append(row["CPU s"])
    if not figures:
        return "nothing was measured"
    shown = [
        show_main(figures, seconds),
        show_parts("by operator", "by_operator", figures),
        show_parts("by tempo in seconds", "by_tempo", figures),
        show_parts("by accounts", "by_size", figures),
        show_negatives(figures),
    ]
    for row in rows:
        if "misses" in row:
            lost = [one for one in row["misses"] if 2 * one["in_one"] < one["accounts"]]
            title = f"{row['detector']}, seed {row['seed']}: campaigns not found"
            if lost:
                body = [list(one.values()) for one in lost]
                shown.append(draw_table(title, list(lost[0]), body))
    return "\n".join(shown)


def measure_pairs(tables: Tables, pairs: Path, seed: int = 1) -> list[dict[str, Any]]:
    """Return for each evasion pair whether a scan puts its texts into one group."""
    from rumorscan.pipeline import campaigns

    known = load_pairs(pairs)
    run = campaigns(pairs_dump(known, tables.camouflage, seed))
    shown = run.posts.to_arrow()
    groups = dict(zip(shown["post_id"].to_pylist(), shown["group_id"].to_pylist(), strict=True))
    return judge_pairs(known, groups)


def show_pairs(rows: list[dict[str, Any]]) -> str:
    """Return the tables of evasion pairs, and the numbers of those that went wrong."""
    joined, apart = count_by_kind(rows, together=True), count_by_kind(rows, together=False)
    wrong = [str(row["number"]) for row in rows if row["together"] is not row["joined"]]
    return "\n".join(
        [
            draw_table("Pairs that belong together", ["device", "pairs", "joined"], joined),
            draw_table("Pairs that do not", ["kind", "pairs", "wrongly joined"], apart),
            f"\nnumbers that went wrong: {', '.join(wrong) or 'none'}",
        ]
    )


def measure_shuffled(
    posts: pa.Table, detectors: dict[str, Detector], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Return what is found in threads as they are, and after their texts were dealt anew."""
    rows = []
    for seed in _seeds(options):
        background = draw_threads(posts, options.threads, seed)
        shuffled = shuffle_texts(background, seed)
        for name, detect in detectors.items():
            real, chance = detect(background), detect(shuffled)
            tiers = Counter(str(campaign.tier) for campaign in chance.campaigns)
            false = tiers["suspected"] + tiers["confirmed"]
            rows.append(
                {
                    "seed": seed,
                    "detector": name,
                    "posts": len(background),
                    "campaigns as it is": len(real.of_tiers(FLAGGED_TIERS)),
                    "suspected by chance": tiers["suspected"],
                    "confirmed by chance": tiers["confirmed"],
                    "accounts by chance": len(chance.accounts(FLAGGED_TIERS)),
                    "false per 100k": 100_000 * false / max(len(background), 1),
                }
            )
    return rows


def show_shuffled(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table of shuffled dumps; the stated q of account ties is the scan's setting."""
    from rumorscan.settings import Settings

    stated = Settings().campaigns.q_value
    title = f"Texts dealt anew within thread and hour; account ties are stated at q <= {stated}"
    return draw_table(title, list(rows[0]), [list(row.values()) for row in rows])


def _seeds(options: argparse.Namespace) -> range:
    return range(options.first_seed, options.first_seed + options.seeds)


def _as_data(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: value.to_dict() if isinstance(value, Figures) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Campaigns planted in a dump, and who finds them.")
    parser.add_argument("what", nargs="?", choices=["plant", "pairs", "shuffled"], default="plant")
    parser.add_argument("--set", choices=["dev", "frozen"], help="tables [dev], or pairs [frozen]")
    parser.add_argument("--seeds", type=int, default=1, help="how many [1]")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them [1]")
    parser.add_argument("--dump", metavar="FILE", help="JSON lines, also .xz, or Parquet")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where the read dump is kept")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"threads [{THREADS}]")
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS, help=f"[{CAMPAIGNS}]")
    parser.add_argument(
        "--pooled", type=float, default=0.6, help="share of campaigns whose accounts recur [0.6]"
    )
    parser.add_argument("--detectors", default="ours", help="beginnings of names, or all [ours]")
    parser.add_argument(
        "--untouched", action="store_true", help="set aside what is flagged in the bare threads"
    )
    parser.add_argument("--misses", action="store_true", help="list the campaigns not found")
    parser.add_argument("--pairs-file", type=Path, metavar="FILE", help="instead of a set's")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    for name in ("pairs", "shuffled"):
        parser.add_argument(f"--{name}", dest="instead", action="store_const", const=name)
    options = parser.parse_args(arguments)
    options.what = options.instead or options.what
    options.pairs_file = options.pairs_file or (DEV_PAIRS if options.set == "dev" else PAIRS)
    options.set = options.set or "dev"
    if options.seeds < 1 or options.campaigns < 1 or options.threads < 1:
        parser.error("--seeds, --campaigns and --threads must be 1 or more")
    return options


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    detectors = choose_detectors(options.detectors)
    if options.what == "pairs":
        rows = measure_pairs(load_tables(SETS / options.set), options.pairs_file)
        print(show_pairs(rows))
    else:
        posts = load_dump(find_dump(options.dump), options.cache)
        if options.what == "plant":
            rows = measure_planted(posts, load_tables(SETS / options.set), detectors, options)
            print(show_planted(rows))
        else:
            rows = measure_shuffled(posts, detectors, options)
            print(show_shuffled(rows))
    facts = conditions(set=options.set)
    print(f"\n{facts['date']}; {facts['machine']}; Python {facts['python']}; {facts['versions']}")
    if options.json:
        report = {"conditions": facts, "rows": _as_data(rows)}
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
