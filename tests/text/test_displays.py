import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.displays import find_displays
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts

texts = st.lists(st.text(alphabet="停水！电 \u200b😀Aaａ", max_size=4), max_size=30)


@given(texts, st.integers(0, 30))
def test_displays_are_those_of_a_dictionary_whatever_the_chunks(shown: list[str], cut: int) -> None:
    parts = [pa.array(part, pa.string()) for part in (shown[:cut], shown[cut:])]
    column = pa.chunked_array(parts)
    found = find_displays(column, find_distinct(fold_texts(column)))
    first: dict[str, int] = {}
    for row, text in enumerate(shown):
        first.setdefault(text, row)
    numbers = {text: number for number, text in enumerate(first)}
    assert found.first_row.tolist() == list(first.values())
    assert found.of_row.tolist() == [numbers[text] for text in shown]
    assert len(found) == len(first)


def test_a_sliced_column_has_the_displays_of_its_rows() -> None:
    column = pa.chunked_array([pa.array(["停电", "停水", "停电", "停水"]).slice(1)])
    found = find_displays(column, find_distinct(fold_texts(column)))
    assert found.of_row.tolist() == [0, 1, 0]
