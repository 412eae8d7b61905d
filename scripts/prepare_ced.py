"""Turn the published files of CED into a labeled file.

    python scripts/prepare_ced.py CED_Dataset -o ced.jsonl

The layout, the terms and the traps are in datasets/ced/README.md.
"""

from prepare.ced import read_ced
from prepare.command import run

if __name__ == "__main__":
    run("ced", read_ced, __doc__)
