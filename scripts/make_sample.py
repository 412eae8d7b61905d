"""Write the bundled sample dump, wholly invented, from a seed.

    python scripts/make_sample.py --seed 2026 --out datasets/sample

The same seed gives the same bytes on every platform and Python.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sample.campaigns import Campaigns
from sample.crowds import Crowds
from sample.everyday import Talk, add_everyday
from sample.people import Town
from sample.rumors import add_rumors
from sample.stage import Stage
from sample.writing import write_all

SEED = 2026
PEOPLE = 950


def make_sample(seed: int, folder: Path) -> None:
    """Write the files of the sample into a folder."""
    stage, town, talk = Stage(seed), Town(seed), Talk(seed)
    people = town.settle(PEOPLE)
    threads = add_everyday(stage, talk, people)
    crowds = Crowds(stage, town, people)
    crowds.add_all()
    planted = Campaigns(stage, town, talk, people).add_all(threads)
    add_rumors(stage, people, crowds.officials)
    write_all(stage, planted, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the bundled, invented sample dump.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "datasets" / "sample"
    )
    arguments = parser.parse_args()
    make_sample(arguments.seed, arguments.out)
    for path in sorted(arguments.out.iterdir()):
        print(f"{path.name:24} {path.stat().st_size:>10,} bytes")


if __name__ == "__main__":
    main()
