"""A sheet of a run is read alike by programs and by spreadsheets, and starts no formula."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.records import ACCOUNTS_SCHEMA, EDGES_SCHEMA, REASONS, UTC_SECONDS
from rumorscan.reports.run import FLAGS_SCHEMA
from rumorscan.reports.sheets import read_sheet, write_sheet
from tests.reports.small_run import small_run

FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
anything = st.text(
    st.one_of(
        st.sampled_from(list("=+-@\t\r\n\0'\",;%() 水＝\ufeff\u200b\u3000")),
        st.characters(codec="utf-8"),
    ),
    max_size=12,
)


def written(table, folder):
    path = folder / "sheet.csv"
    write_sheet(table, path)
    return path


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sheets")


@given(st.lists(st.tuples(st.none() | anything, st.lists(anything, max_size=3)), max_size=6))
def test_texts_and_lists_come_back_as_they_were(folder, rows):
    schema = pa.schema({"text": pa.string(), "ids": pa.list_(pa.string())})
    table = pa.table([[row[0] for row in rows], [row[1] for row in rows]], schema=schema)
    path = written(table, folder)
    assert pa.Table.from_batches(read_sheet(path, schema), schema=schema).equals(table)


@given(st.lists(anything, min_size=1, max_size=6))
def test_no_cell_starts_a_formula_and_any_csv_reader_agrees(folder, texts):
    rows = rows_of(written(pa.table({"text": texts, "end": ["x"] * len(texts)}), folder))
    assert len(rows) == len(texts) + 1
    for text, (cell, _) in zip(texts, rows[1:], strict=True):
        assert not cell.startswith(FORMULA_STARTS)
        assert not cell.lstrip(" \u3000\ufeff\u200b").startswith(FORMULA_STARTS)
        assert cell == text or cell == f"'{text}"


@given(
    st.lists(
        st.lists(
            st.fixed_dictionaries(
                {
                    "code": st.sampled_from(["known-rumor", "burst"]),
                    "value": st.integers(0, 10_000).map(lambda n: n / 10_000) | st.none(),
                    "detail": anything,
                }
            ),
            max_size=3,
        ),
        max_size=4,
    )
)
def test_reasons_come_back_as_they_were(folder, reasons):
    columns = {"row": list(range(len(reasons))), "reasons": pa.array(reasons, REASONS)}
    table = pa.table(columns, schema=pa.schema({"row": pa.int64(), "reasons": REASONS}))
    path = written(table, folder)
    schema = table.schema
    assert pa.Table.from_batches(read_sheet(path, schema), schema=schema).equals(table)


def test_cells_are_written_as_the_module_says(tmp_path):
    table = pa.table(
        {
            "at": pa.array([1_772_414_047, None], UTC_SECONDS),
            "share": [0.123456789, None],
            "kind": pa.array(["-甲", None]).dictionary_encode(),
            "reasons": pa.array(
                [[{"code": "burst", "value": 0.123456, "detail": "k;1"},
                  {"code": "single-thread", "value": 0.00001234, "detail": ""}], []], REASONS
            ),
            "verified": [True, None],
        }
    )  # fmt: skip
    raw = written(table, tmp_path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfat,share,")
    assert raw.endswith(b"\r\n,,,,\r\n")
    assert rows_of(tmp_path / "sheet.csv")[1] == [
        "2026-03-02T01:14:07Z",
        "0.123456789",
        "'-甲",
        "burst=0.1235(k%3B1); single-thread=0.00001234",
        "true",
    ]


def test_many_rows_and_long_texts_are_written_in_pieces(tmp_path):
    table = pa.table({"text": ["水" * 90_000] * 300 + ["x"] * 70_000})
    path = written(table, tmp_path)
    assert pa.Table.from_batches(read_sheet(path, table.schema)).equals(table)


def test_a_slice_of_a_table_is_written_as_that_slice(tmp_path):
    table = small_run().accounts.to_arrow().slice(1, 2)
    path = written(table, tmp_path)
    assert pa.Table.from_batches(read_sheet(path, ACCOUNTS_SCHEMA)).equals(table)


@pytest.mark.parametrize("schema", [FLAGS_SCHEMA, ACCOUNTS_SCHEMA, EDGES_SCHEMA])
def test_an_empty_sheet_is_its_header(tmp_path, schema):
    path = written(schema.empty_table(), tmp_path)
    assert rows_of(path) == [schema.names]
    assert list(read_sheet(path, schema)) == []
