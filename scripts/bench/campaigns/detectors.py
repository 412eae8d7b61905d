"""What is measured: our scan, and the peers beside it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from rumorscan.rehearsal.measures import Found
from rumorscan.rehearsal.selftest import scan_table

Detector = Callable[[pa.Table], Found]
OURS = "ours"


def known_detectors() -> dict[str, Detector]:
    """Return every detector by name: ours first, then the peers that are there."""
    known: dict[str, Detector] = {OURS: scan_table}
    try:
        from bench.peers import PEERS
    except ModuleNotFoundError as error:
        if error.name != "bench.peers":
            raise
        return known
    return {**known, **PEERS}


def choose_detectors(names: str) -> dict[str, Detector]:
    """Return the detectors whose names begin with one of those given, separated by commas.

    Args:
        names: such as `ours,exact`; `all` for every one.

    Raises:
        SystemExit: no detector begins with a name.
    """
    known = known_detectors()
    if names == "all":
        return known
    chosen: dict[str, Detector] = {}
    for name in filter(None, (part.strip() for part in names.split(","))):
        matching = {full: run for full, run in known.items() if full.startswith(name)}
        if not matching:
            raise SystemExit(f"no detector begins with '{name}'; there are: {', '.join(known)}")
        chosen |= {name: known[name]} if name in known else matching
    if not chosen:
        raise SystemExit("--detectors names none; such as ours,exact")
    return chosen
