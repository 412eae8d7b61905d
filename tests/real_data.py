"""Where tests find the real dumps: one setting, and a reason to skip without it."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("RUMORSCAN_DATA", ""))
THREADS = ROOT / "dumps" / "weibo_threads_2011_2015.jsonl.xz"

needs_real_data = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not os.environ.get("RUMORSCAN_DATA") or not THREADS.is_file(),
        reason="RUMORSCAN_DATA does not name a folder with the real dumps",
    ),
]
