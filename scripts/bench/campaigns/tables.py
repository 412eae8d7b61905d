"""The figures of a benchmark as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.measuring import draw_table
from rumorscan.rehearsal.agreement import Share
from rumorscan.rehearsal.measures import Figures
from rumorscan.rehearsal.summary import averages, pooled, pooled_parts

_MAIN = (
    ("accounts_suspected_precision", "precision"),
    ("accounts_suspected_recall", "recall"),
    ("accounts_suspected_f1", "F1"),
    ("accounts_confirmed_precision", "confirmed precision"),
    ("accounts_confirmed_recall", "confirmed recall"),
    ("campaigns_found", "campaigns found"),
    ("b_cubed_f1", "B-cubed F1"),
    ("negatives_flagged", "negatives flagged"),
    ("false_campaigns_per_100k", "false per 100k"),
    ("organic_campaigns_per_100k", "false per 100k, hard negatives apart"),
    ("false_confirmed_per_100k", "false confirmed per 100k"),
)


def show_main(
    figures: Mapping[str, Sequence[Figures]], cpu_seconds: Mapping[str, Sequence[float]]
) -> str:
    """Return a table of the main figures: mean and worst of the seeds, a row a figure."""
    rows: list[list[Any]] = []
    found = {name: averages(each) for name, each in figures.items()}
    seeds = max(len(each) for each in figures.values())
    for key, words in _MAIN:
        for kind in ("mean", "worst") if seeds > 1 else ("mean",):
            label = f"{words}, {kind}" if seeds > 1 else words
            rows.append([label, *(found[name][key][kind] for name in figures)])
    seconds = [max(cpu_seconds[name]) if cpu_seconds[name] else None for name in figures]
    rows.append(["CPU s, most", *seconds])
    return draw_table(f"Accounts, campaigns and posts; seeds: {seeds}", ["", *figures], rows)


def show_parts(title: str, name: str, figures: Mapping[str, Sequence[Figures]]) -> str:
    """Return a table by operator, tempo or size: accounts recalled, then campaigns found."""
    parts = {
        detector: pooled_parts(getattr(one, name) for one in each)
        for detector, each in figures.items()
    }
    keys = list(dict.fromkeys(key for table in parts.values() for key in table))
    headers = [title, "campaigns"]
    for detector in figures:
        headers += [f"{detector}: accounts", f"{detector}: found"]
    rows: list[list[Any]] = []
    for key in keys:
        row: list[Any] = [key, next(p[key]["campaigns"].of for p in parts.values() if key in p)]
        for table in parts.values():
            shares = table.get(key, {"accounts": Share(0, 0), "campaigns": Share(0, 0)})
            row += [shares["accounts"].value, shares["campaigns"].value]
        rows.append(row)
    return draw_table(f"Recall {title}", headers, rows)


def show_negatives(figures: Mapping[str, Sequence[Figures]]) -> str:
    """Return a table of the share of innocents that are flagged, by kind."""
    parts = {name: pooled(one.negatives for one in each) for name, each in figures.items()}
    keys = list(dict.fromkeys(key for table in parts.values() for key in table))
    rows = [
        [
            key,
            next(table[key].of for table in parts.values() if key in table),
            *(table.get(key, Share(0, 0)).value for table in parts.values()),
        ]
        for key in keys
    ]
    return draw_table("Hard negatives flagged", ["kind", "accounts", *figures], rows)
