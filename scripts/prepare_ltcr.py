"""Turn the published files of LTCR into a labeled file.

    python scripts/prepare_ltcr.py DoubleCheck -o ltcr.jsonl

The layout, the terms and the traps are in datasets/ltcr/README.md.
"""

from prepare.command import run
from prepare.ltcr import read_ltcr

if __name__ == "__main__":
    run("ltcr", read_ltcr, __doc__)
