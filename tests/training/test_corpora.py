"""Tests of reading labeled files: what is accepted, what is set aside, and how it is said."""

import gzip
import json
import lzma

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.errors import LabeledError
from rumorscan.training.corpora import join, read_labeled
from rumorscan.training.tables import read_texts

ROWS = [
    {"text": "城东水厂要停水三天，大家快囤水", "label": 1, "id": "a", "posted_at": "2024-05-01"},
    {"text": "今天下雨", "label": "0", "group": "g", "topic": "天气", "source": "s", "user": "u"},
    {"text": "隔壁开了家面馆", "label": False, "time": 1714521600},
]


def as_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_json_lines_become_columns(tmp_path):
    path = tmp_path / "labeled.jsonl"
    path.write_text(as_lines(ROWS), encoding="utf-8")
    corpus = read_labeled(path)
    assert corpus.texts.tolist() == [row["text"] for row in ROWS]
    assert corpus.labels.tolist() == [1, 0, 0]
    assert corpus.ids.tolist() == ["a", "labeled.jsonl:2", "labeled.jsonl:3"]
    assert corpus.groups.tolist() == ["", "g", ""]
    assert corpus.topics.tolist() == ["", "天气", ""]
    assert corpus.sources.tolist() == ["", "s", ""]
    assert corpus.accounts.tolist() == ["", "u", ""]
    assert corpus.posted_at[0] == np.datetime64("2024-04-30T16:00:00")
    assert np.isnat(corpus.posted_at[1])
    assert corpus.posted_at[2] == np.datetime64("2024-05-01T00:00:00")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_packed_files_read_like_plain_ones(tmp_path, pack, kind):
    ending = {bytes: "", gzip.compress: ".gz", lzma.compress: ".xz"}[pack]
    frame = pd.DataFrame([{"text": row["text"], "label": int(row["label"])} for row in ROWS])
    content = frame.to_csv(index=False) if kind == "csv" else as_lines(ROWS)
    path = tmp_path / f"labeled.{kind}{ending}"
    path.write_bytes(pack(content.encode("utf-8")))
    assert read_labeled(path).labels.tolist() == [1, 0, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_may_be_in_any_usual_encoding(tmp_path, encoding):
    path = tmp_path / "labeled.csv"
    path.write_bytes('text,label\n"停水,三天",1\n今天下雨,0\n'.encode(encoding))
    assert read_labeled(path).texts.tolist() == ["停水,三天", "今天下雨"]


def test_frames_tables_and_corpora_are_taken_as_they_are():
    plain = [{"text": row["text"], "label": int(row["label"])} for row in ROWS]
    corpus = read_labeled(plain)
    assert read_labeled(corpus) is corpus
    for given_ in (pd.DataFrame(plain), pl.DataFrame(plain), pl.DataFrame(plain).to_arrow()):
        assert read_labeled(given_).labels.tolist() == corpus.labels.tolist()


@pytest.mark.parametrize("label", [2, -1, "yes", "谣言", None, "", 0.5, 1.0, [1]])
def test_a_label_other_than_0_and_1_is_set_aside(label):
    corpus = read_labeled([*ROWS, {"text": "某处停电", "label": label}])
    assert len(corpus) == 3
    assert corpus.inputs[0].rejected == {"label": 1}
    assert "row 4: 'label' is" in corpus.inputs[0].first_reject


@pytest.mark.parametrize("label", [1, 0, "1", "0", True, False, "true", "False", np.int64(1)])
def test_labels_are_numbers_words_or_truth_values(label):
    expected = int(str(label).lower() in ("1", "true"))
    assert read_labeled([{"text": "某处停电", "label": label}]).labels.tolist() == [expected]


def test_bad_rows_are_counted_by_reason_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "labeled.jsonl"
    bad = (
        '{"text": \n[1]\n{"text": " ", "label": 1}\n{"text": "停电", "label": 1, "time": "昨天"}\n'
    )
    path.write_text(as_lines(ROWS) + bad, encoding="utf-8")
    found = read_labeled(path).inputs[0]
    assert (found.rows, found.accepted) == (7, 3)
    assert found.rejected == {"unreadable": 2, "text": 1, "time": 1}
    assert found.to_dict()["file"] == "labeled.jsonl"


@given(st.lists(st.fixed_dictionaries({"text": st.text(), "label": st.integers(0, 3)})))
def test_rows_are_accepted_or_counted_as_rejected(rows):
    try:
        corpus = read_labeled(rows)
    except LabeledError:
        assert not any(row["text"].strip() and row["label"] < 2 for row in rows)
        return
    found = corpus.inputs[0]
    assert found.rows == len(rows) == found.accepted + sum(found.rejected.values())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.jsonl", None, "missing.jsonl: cannot be read"),
        ("empty.jsonl", b"", "empty.jsonl: has no rows"),
        (
            "a.csv",
            "正文,label\n停水,1\n".encode(),
            "a.csv: has no column 'text'; found '正文', 'label'",
        ),
        ("cut.xz", lzma.compress(b"[]" * 999)[:-9], "cut.xz: is damaged or cut short"),
        ("a.jsonl", b"\xff\xff\xff", "a.jsonl: is neither UTF-8 nor GB18030"),
        ("a.jsonl", b'{"text": "x"}\n', "a.jsonl, row 1: 'label' is None; expected 1"),
    ],
)
def test_an_unusable_file_is_named_with_the_mend(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LabeledError, match=message):
        read_labeled(path)


def test_strict_stops_at_the_first_bad_row():
    with pytest.raises(LabeledError, match=r"rows, row 2: 'label' is 7"):
        read_labeled([ROWS[0], {"text": "某处停电", "label": 7}], strict=True)


def test_taking_and_joining_keep_the_columns_aligned():
    corpus = read_labeled(ROWS)
    back = join([corpus.take(np.array([2])), corpus.take(corpus.labels == 1)])
    assert back.texts.tolist() == [ROWS[2]["text"], ROWS[0]["text"]]
    assert back.labels.tolist() == [0, 1]


def test_ordinary_posts_are_lines_or_a_field(tmp_path):
    lines, table = tmp_path / "a.txt", tmp_path / "b.jsonl"
    lines.write_text("今天下雨\n\n 晚饭吃面 \n", encoding="utf-8")
    table.write_text(as_lines([{"text": "今天下雨"}, {"text": ""}, {"text": "晚饭吃面"}]), "utf-8")
    assert read_texts(lines) == read_texts(table) == ["今天下雨", "晚饭吃面"]
    lines.write_text("\n", encoding="utf-8")
    with pytest.raises(LabeledError, match="holds no text"):
        read_texts(lines)
