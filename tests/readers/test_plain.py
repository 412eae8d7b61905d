"""Columns are read as their values are, one by one."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers.encodings.garbling import count_garbled, likely_reading
from rumorscan.readers.values.plain import counts_of, ids_of, words_of

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


@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("鍩庝涓滅殑水x\n😀"), max_size=9))))
def test_no_garbled_text_is_passed_over_among_those_looked_at(texts):
    spread = [text for text in texts for _ in range(8)]  # one of eight is looked at
    expected = sum(text is not None and likely_reading(text) is not None for text in spread)
    assert count_garbled(pa.array(spread, pa.string())) <= expected


def test_a_garbled_text_among_many_is_found():
    texts = ["城东水厂停水"] * 8 + ["城东的水厂停水".encode().decode("gb18030", "replace")]
    assert count_garbled(pa.array(texts)) == 1
