"""Turn the published files of Weibo21 into a labeled file.

    python scripts/prepare_weibo21.py Weibo21 -o weibo21.jsonl

The layout, the terms and the traps are in datasets/weibo21/README.md.
"""

from prepare.command import run
from prepare.weibo21 import read_weibo21

if __name__ == "__main__":
    run("weibo21", read_weibo21, __doc__)
