"""Turn the published files of Weibo20 into a labeled file.

    python scripts/prepare_weibo20.py STANKER -o weibo20.jsonl

The layout, the terms and the traps are in datasets/weibo20/README.md.
"""

from prepare.command import run
from prepare.weibo20 import read_weibo20

if __name__ == "__main__":
    run("weibo20", read_weibo20, __doc__)
