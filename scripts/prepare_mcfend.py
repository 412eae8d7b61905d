"""Turn the published files of MCFEND into a labeled file.

    python scripts/prepare_mcfend.py MCFEND -o mcfend.jsonl

The layout, the terms and the traps are in datasets/mcfend/README.md.
"""

from prepare.command import run
from prepare.mcfend import read_mcfend

if __name__ == "__main__":
    run("mcfend", read_mcfend, __doc__)
