"""Columns are read as their values are, one by one."""

from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers.encodings.garbling import find_garbled, likely_reading
from rumorscan.readers.values import plain
from rumorscan.readers.values.plain import counts_of, flags_of, ids_of, texts_of, words_of
from rumorscan.readers.values.times import parse_times

TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=4),
        st.from_regex(r"[0-9A-Za-z+.\x00\x1f\x7f \t-]{0,6}", fullmatch=True),
        st.sampled_from(["5.1E+15", "5.1e18", "+", "12", "1.2万", "-5"]),
    ),
    max_size=6,
)


@given(TEXTS, st.integers(0, 3))
def test_a_column_of_texts_is_read_as_each_of_them_is(texts, start):
    array = pa.array(["before", *texts, "after"], pa.string()).slice(min(start, len(texts)))
    for convert in (ids_of, words_of, counts_of):
        found, bad = convert(array)
        alone = [convert([text]) for text in array.to_pylist()]
        assert found.to_pylist() == [one.to_pylist()[0] for one, _ in alone]
        assert bad.tolist() == [wrong.tolist()[0] for _, wrong in alone]


MIXED = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=3),
        st.integers(-(2**65), 2**65),
        st.integers(0, 99),
        st.sampled_from([20260302, 202603020914, 1772414047, 1772414047123, True, 1.5, "\ud800"]),
        st.sampled_from(["20260302", "1772414047", "2026-03-02 09:14", "1.2万", "12", "5分钟前"]),
    ),
    max_size=6,
)


@given(MIXED)
def test_a_list_of_numbers_and_texts_is_read_as_each_of_them_is(values):
    for convert in (ids_of, texts_of, words_of, counts_of, flags_of):
        found, bad = convert(values)
        alone = [convert([value]) for value in values]
        assert found.to_pylist() == [one.to_pylist()[0] for one, _ in alone]
        assert bad.tolist() == [wrong.tolist()[0] for _, wrong in alone]
    zone = ZoneInfo("Asia/Shanghai")
    times = parse_times(values, zone)
    each = [parse_times([value], zone) for value in values]
    assert times.seconds.tolist() == [one.seconds.tolist()[0] for one in each]
    assert times.precision.tolist() == [one.precision.tolist()[0] for one in each]
    assert times.bad.tolist() == [one.bad.tolist()[0] for one in each]
    assert times.assumed == sum(one.assumed for one in each)


def test_a_list_of_numbers_and_texts_is_read_as_a_column(monkeypatch):
    monkeypatch.delattr(plain, "convert_each")
    values = [5, "1.2万", None, "七"] * 3
    assert texts_of(values)[0].to_pylist() == ["5", "1.2万", None, "七"] * 3
    assert ids_of(values)[0].to_pylist() == ["5", "1.2万", None, "七"] * 3


@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("鍩庝涓滅殑水x\n😀"), max_size=9))))
def test_no_garbled_text_is_passed_over_among_those_looked_at(texts):
    spread = [text for text in texts for _ in range(8)]  # one of eight is looked at
    expected = sum(text is not None and likely_reading(text) is not None for text in spread)
    assert len(find_garbled(pa.array(spread, pa.string())).rows) <= expected


def test_a_garbled_text_among_many_is_found():
    texts = ["城东水厂停水"] * 8 + ["城东的水厂停水".encode().decode("gb18030", "replace")]
    assert find_garbled(pa.array(texts)).rows == [8]
