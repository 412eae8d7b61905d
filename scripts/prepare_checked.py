"""Turn the published files of CHECKED into a labeled file.

    python scripts/prepare_checked.py CHECKED -o checked.jsonl

The layout, the terms and the traps are in datasets/checked/README.md.
"""

from prepare.checked import read_checked
from prepare.command import run

if __name__ == "__main__":
    run("checked", read_checked, __doc__)
