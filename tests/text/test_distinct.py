from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.text.shingles import shingle_sets

TEXTS = st.lists(st.text(alphabet="停水电三天！ ", max_size=4), max_size=30)


@given(TEXTS)
def test_rows_share_an_entry_exactly_when_their_keys_are_equal(texts: list[str]) -> None:
    folded = fold_texts(texts)
    keys = list(folded.keys())
    distinct = find_distinct(folded)
    assert [distinct.folded.key(int(entry)) for entry in distinct.key_of_row] == keys
    assert [keys.index(key) for key in dict.fromkeys(keys)] == distinct.first_row.tolist()
    assert int(distinct.row_counts.sum()) == len(texts)


@given(st.lists(st.text(alphabet="停水电三天", max_size=40), max_size=10), st.integers(1, 3))
def test_a_shingle_set_is_the_set_of_its_pieces(texts: list[str], length: int) -> None:
    folded = fold_texts(texts)
    sets = shingle_sets(folded, length)
    for row, key in enumerate(folded.keys()):
        pieces = {key[start : start + length] for start in range(len(key) - length + 1)}
        packed = sets.values[sets.offsets[row] : sets.offsets[row + 1]].tolist()
        assert packed == sorted(set(packed))
        assert len(packed) == len(pieces)
