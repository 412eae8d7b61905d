"""Parquet files whose headers lie or whose pages are bombs: refused before memory grows."""

import io
import os
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rumorscan.errors import DumpError
from rumorscan.readers import inspect, read_posts
from tests.readers import pages
from tests.readers.bombs import PACK
from tests.readers.containers.test_hostile_files import MEMORY, read_apart
from tests.readers.pages import column, page, parquet, strings

MANY = 100_000
LONG = b"x" * 1_000_000
TWO = strings(b"a", b"b")


def accounts(count):
    body = page(strings(b"a"), 1, kind=2), page(pages.indices(count), count, pages.BY_DICTIONARY)
    return column("account_id", body, count)


def two_rows(*of_text, **about):
    return parquet(2, accounts(2), column("text", of_text, 2, **about))


def many_rows(*of_text, **about):
    return parquet(MANY, accounts(MANY), column("text", of_text, MANY, **about))


def named_often(kind, **about):
    words = {"strings": strings(LONG), "fixed": LONG}[kind]
    named = page(pages.indices(MANY), MANY, pages.BY_DICTIONARY)
    return many_rows(page(words, 1, kind=2), named, **about)


def columns_without_rows(count):
    schema = [{4: b"schema", 5: count}, *([{1: 6, 3: 0, 4: b"c"}] * count)]
    footer = pages.struct({1: 1, 2: schema, 3: pages.Long(0), 4: []})
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def list_of_nulls(count):
    stream = io.BytesIO()
    tags = pa.ListArray.from_arrays([0, count], pa.nulls(count, pa.string()))
    pq.write_table(pa.table({"account_id": ["a"], "text": ["x"], "hashtags": tags}), stream)
    return stream.getvalue()


CASES = {
    "a page of zeros": (
        two_rows(
            page(b"", 2, claimed=1 << 30, packed=PACK["zst"](bytes(1 << 30))), codec=pages.ZSTD
        ),
        "its pages would take about 1.1 GB of memory",
    ),
    "a size that lies": (
        two_rows(page(b"", 2, claimed=2**31 - 1, packed=zlib.compress(TWO)), codec=pages.GZIP),
        "its pages would take about 2.1 GB of memory",
    ),
    "a dictionary that lies": (
        two_rows(page(strings(b"x"), 2**31 - 1, kind=2), page(pages.indices(2), 2, 8)),
        "its pages would take about 34.4 GB of memory",
    ),
    "bytes named often": (named_often("strings", text=False), "unpacks to more than 250 times"),
    "texts named often": (named_often("strings"), "unpacks to more than 250 times"),
    "texts named often, but not at first": (
        parquet(
            MANY + 1,
            accounts(MANY + 1),
            column(
                "text",
                [
                    page(strings(LONG), 1, kind=2),
                    page(strings(b"x"), 1),
                    page(pages.indices(MANY), MANY, pages.BY_DICTIONARY),
                ],
                MANY + 1,
            ),
        ),
        "unpacks to more than 250 times",
    ),
    "texts of one length named often": (
        named_often("fixed", text=False, physical=pages.FIXED, length=len(LONG)),
        "unpacks to more than 250 times",
    ),
    "texts that repeat the one before": (
        many_rows(page(pages.repeated_by_delta(LONG, MANY), MANY, pages.DELTA_BYTES)),
        "unpacks to more than 250 times",
    ),
    "more values than rows": (two_rows(page(b"\2\0\0\0", 2**31 - 1)), "the file claims 2 rows"),
    "fewer values than rows": (
        parquet(3, accounts(3), column("text", [page(TWO, 2)], 2)),
        "its pages hold 2 values; the file claims 3 rows",
    ),
    "a page that is missing": (
        parquet(3, accounts(3), column("text", [page(TWO, 2)], 3)),
        "column 'text': the header of a page is damaged",
    ),
    "half a million columns": (columns_without_rows(500_000), "cannot be read as Parquet"),
    "a million columns": (columns_without_rows(1_000_000), "its list of columns takes 8,000,0"),
    "a row with nine million tags": (list_of_nulls(9_000_000), "unpacks to more than 250 times"),
}


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
def test_hostile_files_are_refused_before_memory_grows(tmp_path):
    paths = [tmp_path / f"{place}.parquet" for place in range(len(CASES))]
    for path, (data, _) in zip(paths, CASES.values(), strict=True):
        path.write_bytes(data)
    for (fate, grown, said), (_, message) in zip(read_apart(*paths), CASES.values(), strict=True):
        assert fate == "refused", said
        assert message in said
        assert grown < MEMORY, said


@pytest.mark.parametrize("case", ["a page of zeros", "fewer values than rows"])
def test_a_look_at_a_hostile_file_is_refused_as_well(tmp_path, case):
    data, message = CASES[case]
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(DumpError, match=message):
        inspect(tmp_path / "a.parquet")


def written(**options):
    count = 5_000
    columns = {
        "post_id": [f"p{i}" for i in range(count)],
        "account_id": [f"a{i % 7}" for i in range(count)],
        "text": [f"城东水厂停水{i % 900}天" for i in range(count)],
        "likes": pa.array([i % 50 if i % 3 else None for i in range(count)]),
        "hashtags": [["停水", "城东"] if i % 5 else None for i in range(count)],
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, **options)
    return columns, stream.getvalue()


DELTAS = dict.fromkeys(("post_id", "account_id", "text"), "DELTA_BYTE_ARRAY")


@pytest.mark.parametrize(
    "options",
    [
        {"data_page_version": "2.0", "row_group_size": 900},
        {"data_page_version": "2.0", "use_dictionary": False, "column_encoding": DELTAS},
        {"use_dictionary": ["text"], "data_page_size": 100, "compression": "zstd"},
        {"use_dictionary": False, "column_encoding": {"text": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"dictionary_pagesize_limit": 500, "write_page_index": True, "compression": "gzip"},
    ],
)
def test_every_honest_way_of_writing_is_read(tmp_path, options):
    columns, data = written(**options)
    (tmp_path / "a.parquet").write_bytes(data)
    posts = read_posts(tmp_path / "a.parquet", batch_rows=1_000)
    for name in ("post_id", "account_id", "text"):
        assert posts.column(name).to_pylist() == columns[name]
    assert posts.column("likes").to_pylist() == columns["likes"].to_pylist()
    assert posts.column("hashtags").to_pylist()[:2] == [None, "停水 城东"]


@pytest.mark.skipif(os.name == "nt", reason="memory is measured as Unix does")
@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_long_texts_are_read_a_few_at_a_time(tmp_path, kind):
    letters = np.random.default_rng(7).integers(97, 123, 40_000, dtype=np.uint8).tobytes().decode()
    path = tmp_path / "a.parquet"
    schema = pa.schema({"account_id": pa.string(), "text": kind})
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, 10_000, 500):
            texts = [letters[(start + i) % 999 :] + str(start + i) for i in range(500)]
            columns = [pa.array(["a"] * 500), pa.array(texts).cast(kind)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    assert path.stat().st_size > 350_000_000
    [(fate, grown, _)] = read_apart(path)
    assert (fate, grown < MEMORY) == ("read", True), grown


def test_of_a_struct_only_what_is_mapped_is_read(tmp_path):
    user = [{"id": "7", "picture": LONG.decode()}, None]
    table = pa.table({"account_id": ["a", "b"], "text": ["停水", ""], "user": user})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    posts = read_posts(path, mapping={"account_id": "user.id"})
    assert posts.column("account_id").to_pylist() == ["7"]
    assert posts.rejects.column("raw").to_pylist() == ['{"user":null,"text":""}']
