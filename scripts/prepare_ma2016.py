"""Turn the published files of Ma et al. 2016 into a labeled file.

    python scripts/prepare_ma2016.py rumdect -o ma2016.jsonl

The layout, the terms and the traps are in datasets/ma2016/README.md.
"""

from prepare.command import run
from prepare.ma2016 import read_ma2016

if __name__ == "__main__":
    run("ma2016", read_ma2016, __doc__)
