"""Turn the published files of Weibo16 into a labeled file.

    python scripts/prepare_weibo16.py weibo -o weibo16.jsonl

The layout, the terms and the traps are in datasets/weibo16/README.md.
"""

from prepare.command import run
from prepare.weibo16 import read_weibo16

if __name__ == "__main__":
    run("weibo16", read_weibo16, __doc__)
