"""Reading real dumps, where they are at hand; nothing of them is quoted."""

import lzma

import pyarrow.compute as pc
import pytest

from rumorscan.readers import read_posts
from tests.real_data import THREADS, needs_real_data

pytestmark = [*needs_real_data, pytest.mark.slow]


def test_a_real_dump_keeps_every_row_in_order(tmp_path):
    posts = read_posts(THREADS, spool=tmp_path)
    with lzma.open(THREADS) as stream:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
    assert posts.rows == len(posts) + posts.rejects.num_rows == lines
    numbers = posts.column("source_row").to_numpy()
    assert (numbers[1:] > numbers[:-1]).all()
    assert pc.count_distinct(posts.column("root_id")).as_py() > 1_000
    posts.table.validate(full=True)
