"""Measure what checkpoints cost a scan that nobody cuts, and what a cut costs.

    python scripts/bench_resume.py --posts 300000

CPU seconds, each in a fork of a process that has scanned before, so that neither starting Python
nor loading the compiled loops counts: those no checkpoint saves. A scan is killed when it has used
a share of what a whole one uses. The work done again is that of both processes together beyond
that of a scan which nobody cut, less what a scan of ten posts takes, which every process must; to
read and verify the checkpoints is among it. A machine is not equally fast all the time, so that
beside each scan that is killed stands a whole one; told is the median of the repeats.

With --reading the dump is read and nothing more, which shows what a cut in the midst of that costs;
--layout writes the posts in another way.

Posts come from --dump, or from the dump under the folder that RUMORSCAN_DATA names.
"""

from __future__ import annotations

import argparse
import lzma
import os
import signal
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from bench.dumps import LAYOUTS, find_dump, lay_out
from bench.measuring import conditions, draw_table

import rumorscan as rs
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.readers import read_posts
from rumorscan.steps import KINDS


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", help="JSON lines, also .xz")
    parser.add_argument("--posts", type=int, default=300_000)
    parser.add_argument("--points", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--model", default="linear")
    parser.add_argument("--layout", choices=LAYOUTS, default="lines")
    parser.add_argument("--reading", action="store_true", help="read the dump and no more")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = find_dump(options.dump)
        with lzma.open(source) if source.suffix == ".xz" else source.open("rb") as stream:
            lines = list(islice(stream, options.posts))
        ending = "jsonl" if options.layout in ("lines", "nested") else "json"
        dump, few = (place / f"{name}.{ending}" for name in ("posts", "few"))
        dump.write_bytes(lay_out(lines, options.layout))
        few.write_bytes(lay_out(lines[:10], options.layout))
        del lines
        work = read if options.reading else partial(scan, model=options.model)
        scan_to = partial(work, dump)
        scan_to(place / "warm")

        start = statistics.median(spent(partial(work, few, place / f"few-{n}")) for n in range(5))
        plain, kept = [], []
        killed: dict[float, list[tuple[float, float, float]]] = {}
        for repeat in range(options.repeats):
            plain.append(spent(partial(scan_to, place / f"plain-{repeat}", keep=False)))
            for point in range(1, options.points + 1):
                share = point / (options.points + 1)
                kept.append(spent(partial(scan_to, place / f"kept-{repeat}-{point}")))
                out = place / f"killed-{repeat}-{point}"
                before = spent(partial(scan_to, out), kill_after=kept[-1] * share)
                after = spent(partial(scan_to, out))
                again = before + after - kept[-1] - start
                killed.setdefault(share, []).append((before, after, again))
        rows = []
        for share, found in killed.items():
            before, after, again = map(statistics.median, zip(*found, strict=True))
            rows.append([round(share, 2), before, after, again, again / before])
    print(conditions(posts=options.posts, model=options.model, layout=options.layout))
    rows_of_whole = [["of ten posts", start], ["without checkpoints", statistics.median(plain)]]
    rows_of_whole.append(["with", statistics.median(kept)])
    print(draw_table("a scan", ["scan", "CPU s"], rows_of_whole))
    headers = ["killed at", "CPU s before", "CPU s after", "done again", "share"]
    print(draw_table("a scan that was killed", headers, rows))
    total = sum(row[3] for row in rows) / sum(row[1] for row in rows)
    print(f"\ndone again of all work before the kills: {total:.3f}")


def read(dump: Path, out: Path, *, keep: bool = True) -> None:
    """Read a dump into a folder, or go on with what is there."""
    for folder in ("columns", "kept"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    keeper = Checkpoints(out / "kept" if keep else None, KINDS, 1)
    read_posts(dump, spool=out / "columns", keeper=keeper)


def scan(dump: Path, out: Path, model: str, *, keep: bool = True) -> None:
    """Scan into a folder, or go on with what is unfinished there."""
    if not keep:
        Checkpoints._write = lambda *_: False  # type: ignore[method-assign]
    settings = rs.Settings().replace({"run": {"workers": 1}})
    rs.scan(dump, model=model, settings=settings, out=out, resume=True)


def spent(work: Callable[[], None], kill_after: float = 0.0) -> float:
    """Do the work in a fork and return its CPU seconds; kill it after so many of them."""
    child = os.fork()
    if not child:
        if kill_after:
            # the signal of this timer ends a process that does not heed it
            signal.setitimer(signal.ITIMER_PROF, kill_after)
        work()
        os._exit(0)
    usage = os.wait4(child, 0)[2]
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
