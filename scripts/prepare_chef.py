"""Turn the published files of CHEF into a labeled file.

    python scripts/prepare_chef.py CHEF -o chef.jsonl

The layout, the terms and the traps are in datasets/chef/README.md.
"""

from prepare.chef import read_chef
from prepare.command import run

if __name__ == "__main__":
    run("chef", read_chef, __doc__)
