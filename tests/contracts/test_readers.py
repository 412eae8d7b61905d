"""What every reader must satisfy: the same rows mean the same posts in every format."""

import csv
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

FIELDS = ("post_id", "account_id", "text", "posted_at", "root_id", "likes")


def as_jsonl(rows, folder):
    path = folder / "dump.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def as_json(rows, folder):
    path = folder / "dump.json"
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return path


def as_csv(rows, folder, name="dump.csv", delimiter=",", encoding="utf-8"):
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_tsv(rows, folder):
    return as_csv(rows, folder, "dump.tsv", "\t", "utf-8-sig")


def as_gb18030(rows, folder):
    return as_csv(rows, folder, encoding="gb18030")


def as_table(rows):
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in FIELDS]))


def as_parquet(rows, folder):
    path = folder / "dump.parquet"
    pq.write_table(as_table(rows), path)
    return path


READERS = {
    "jsonl": as_jsonl,
    "json": as_json,
    "csv": as_csv,
    "tsv": as_tsv,
    "gb18030": as_gb18030,
    "parquet": as_parquet,
    "arrow": lambda rows, _: as_table(rows),
    "pandas": lambda rows, _: pd.DataFrame(rows, columns=FIELDS, dtype=object),
    "polars": lambda rows, _: pl.DataFrame(rows, schema=dict.fromkeys(FIELDS, pl.String)),
    "rows": lambda rows, _: rows,
    "generator": lambda rows, _: (row for row in rows),
}
CHINESE = "城东水厂停水三天，大家快去超市买水，家里有老人和孩子的先准备好。"
ROWS = [
    {
        "post_id": str(5_099_000_000_000_000_001 + place),
        "account_id": f"a{place % 7}",
        "text": f'{CHINESE}“{place}”, "真的"\n第二行',
        "posted_at": ("2026-03-02 09:14:07", "2026-03-02 09:14", "2026-03-02", "")[place % 4],
        "root_id": "" if place % 3 else "r1",
        "likes": "1.2万" if place % 2 else "",
    }
    for place in range(40)
]
ROWS[5] = {**ROWS[5], "account_id": ""}
ROWS[9] = {**ROWS[9], "posted_at": "昨天"}


def meaning(posts):
    """Return what was read, without what depends on the kind of file."""
    table = posts.table.drop_columns(["source_file", "source_row"])
    rejects = posts.rejects.to_pylist()
    return (
        table.to_pylist(),
        table.schema,
        [(row["reason"], row["detail"]) for row in rejects],
    )


@pytest.fixture(params=READERS)
def source_of(request, tmp_path):
    return lambda rows: READERS[request.param](rows, tmp_path)


def test_the_same_rows_are_the_same_posts_in_every_format(source_of, tmp_path):
    posts = read_posts(source_of(ROWS))
    assert meaning(posts) == meaning(read_posts(list(ROWS)))
    assert [row["post_id"] for row in posts.table.to_pylist()] == [
        row["post_id"] for place, row in enumerate(ROWS) if place != 5
    ]
    assert posts.rejects.column("reason").to_pylist() == ["missing-account"]
    assert posts.column("posted_at_text").drop_null().to_pylist() == ["昨天"]
    assert posts.rows == 40 == len(posts) + posts.rejects.num_rows


def test_every_reader_gives_the_columns_of_the_schema(source_of):
    posts = read_posts(source_of(ROWS))
    kinds = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    assert posts.table.column_names == [*CORE_FIELDS, "root_id", "likes", "posted_at_text"]
    assert all(field.type == kinds[field.name] for field in posts.table.schema)
    posts.table.validate(full=True)


def test_small_batches_and_a_spool_change_nothing(source_of, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    done = []
    posts = read_posts(source_of(ROWS), batch_rows=3, spool=spool, progress=done.append)
    assert meaning(posts) == meaning(read_posts(source_of(ROWS)))
    assert done == sorted(done)
    assert done[-1] == 40


def test_strict_reading_raises_at_the_first_bad_row(source_of):
    with pytest.raises(DumpError, match="missing-account"):
        read_posts(source_of(ROWS), strict=True)


def test_a_column_can_be_named_by_hand(source_of):
    posts = read_posts(source_of(ROWS), mapping={"parent_id": "root_id"})
    assert posts.column("parent_id").to_pylist() == posts.column("root_id").to_pylist()
    assert posts.inputs[0].mapping["parent_id"] == "root_id"


def test_rows_without_text_or_account_columns_are_refused(source_of):
    for missing in ("text", "account_id"):
        with pytest.raises(DumpError, match=f"--map {missing}=COLUMN|no column is named"):
            read_posts(source_of(ROWS), mapping={missing: "nowhere"})


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12)
RANDOM_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "post_id": st.text("0123456789", min_size=1, max_size=19),
            "account_id": st.text("abc城 ", max_size=3),
            "text": TEXTS,
            "posted_at": st.sampled_from(
                ["2026-03-02 09:14:07", "1772414047", "2026-03-02T01:14:07Z", "昨天", "", "刚刚"]
            ),
            "root_id": st.text("0123456789", max_size=3),
            "likes": st.sampled_from(["", "12", "1.2万", "10万+", "many"]),
        }
    ),
    min_size=1,
    max_size=6,
)


def in_gbk(rows):
    try:
        "".join(row["text"] for row in rows).encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


@settings(max_examples=60)
@given(RANDOM_ROWS)
def test_any_rows_are_the_same_posts_in_every_format(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    expected = meaning(read_posts(list(rows)))
    for name, write in READERS.items():
        if name == "gb18030" and not in_gbk(rows):
            continue  # a few rare characters alone do not tell GB18030 from another encoding
        posts = read_posts(write(rows, folder))
        assert meaning(posts) == expected, name
        assert posts.rows == len(rows) == len(posts) + posts.rejects.num_rows


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(["jsonl", "json", "csv", "tsv", "parquet", "txt"]))
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path_factory, data, ending):
    path = tmp_path_factory.mktemp("bytes") / f"dump.{ending}"
    path.write_bytes(data)
    for extra in (b"", b'{"text": "a", "account_id": "b"}\n', b"account_id,text\nb,a\n"):
        path.write_bytes(extra + data)
        try:
            posts = read_posts(path)
        except DumpError as error:
            assert str(path) in str(error)
        else:
            assert posts.rows == len(posts) + posts.rejects.num_rows > 0
