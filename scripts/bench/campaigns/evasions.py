"""Evasion pairs: a plain text and the same in disguise must meet; others must stay apart."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rumorscan.rehearsal.operators import expand

PAIRS = Path(__file__).with_name("evasion_pairs.toml")
_ORDINARY = 500
_DAY = 86_400
_BEGIN = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that belong together, or that must not.

    Attributes:
        kind: the device of the evasion, or the kind of difference.
        first: the plain text.
        second: the other.
        together: whether the two belong together.
    """

    kind: str
    first: str
    second: str
    together: bool


def load_pairs(path: Path = PAIRS) -> list[Pair]:
    """Return the pairs of a file: those that belong together first.

    Raises:
        SystemExit: the file is missing or a pair lacks a key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        joined = [Pair(row["device"], row["plain"], row["evasive"], True) for row in tables["pair"]]
        return joined + [
            Pair(row["kind"], row["first"], row["second"], False) for row in tables["apart"]
        ]
    except (OSError, KeyError, ValueError) as error:
        raise SystemExit(f"{path}: no usable list of pairs: {error!r}") from error


def pairs_dump(pairs: list[Pair], ordinary: tuple[str, ...], seed: int) -> pa.Table:
    """Return a dump of all texts, each by its own account in its own thread, among others.

    The posts of pair n have the ids `n-first` and `n-second`.
    """
    chance = random.Random(f"{seed}/pairs")
    said = [
        (f"{number}-{place}", text)
        for number, pair in enumerate(pairs)
        for place, text in (("first", pair.first), ("second", pair.second))
    ]
    said += [(f"o{number}", expand(chance, chance.choice(ordinary))) for number in range(_ORDINARY)]
    chance.shuffle(said)
    times = sorted(_BEGIN + chance.randrange(14 * _DAY) for _ in said)
    return pa.table(
        {
            "post_id": [name for name, _ in said],
            "account_id": [f"a{row}" for row in range(len(said))],
            "root_id": [f"t{row}" for row in range(len(said))],
            "posted_at": pa.array(times, pa.int64()).cast(pa.timestamp("s", tz="UTC")),
            "text": [text for _, text in said],
        }
    )


def judge_pairs(pairs: list[Pair], group_of_post: dict[str, str | None]) -> list[dict[str, Any]]:
    """Return for each pair whether its posts stand in one group.

    Args:
        pairs: as the dump was made of.
        group_of_post: post id to group id, None for a post in no group.
    """
    rows = []
    for number, pair in enumerate(pairs):
        first = group_of_post.get(f"{number}-first")
        rows.append(
            {
                "number": number,
                "kind": pair.kind,
                "together": pair.together,
                "joined": first is not None and first == group_of_post.get(f"{number}-second"),
            }
        )
    return rows


def count_by_kind(rows: list[dict[str, Any]], *, together: bool) -> list[list[Any]]:
    """Return rows of kind, pairs and how many are joined, and their sum."""
    kinds: dict[str, list[bool]] = {}
    for row in rows:
        if row["together"] is together:
            kinds.setdefault(row["kind"], []).append(row["joined"])
    table: list[list[Any]] = [[kind, len(each), sum(each)] for kind, each in kinds.items()]
    return [*table, ["all", sum(row[1] for row in table), sum(row[2] for row in table)]]
