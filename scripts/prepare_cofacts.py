"""Turn the published files of Cofacts into a labeled file.

    python scripts/prepare_cofacts.py opendata -o cofacts.jsonl

The layout, the terms and the traps are in datasets/cofacts/README.md.
"""

from prepare.cofacts import read_cofacts
from prepare.command import run

if __name__ == "__main__":
    run("cofacts", read_cofacts, __doc__)
