import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.rumors.tokenizing import Tokens, batches, pad, read_tokenizer
from rumorscan.text.fold import fold_texts
from rumorscan.training.pretraining.vocabulary import make_tokenizer

TOKENIZER = make_tokenizer(list("城东水厂停水三天"))


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=12), max_size=20), st.integers(1, 40)
)
def test_every_text_is_in_one_batch_whole(encoded, most):
    seen = []
    for places, tokens, mask in batches(encoded, most):
        assert tokens.shape == mask.shape
        assert len(places) == 1 or tokens.size <= most
        for place, row, shown in zip(places.tolist(), tokens, mask, strict=True):
            assert row[shown == 1].tolist() == encoded[place]
            seen.append(place)
    assert sorted(seen) == list(range(len(encoded)))


def test_scores_come_in_the_order_of_the_keys():
    tokens = Tokens(TOKENIZER, 16)
    folded = fold_texts(["停水三天", "停", "", "城东水厂停水"])

    def lengths(ids, mask):
        return np.repeat(mask.sum(axis=1, keepdims=True), 2, axis=1).astype(float)

    assert tokens.score(folded, lengths)[:, 0].tolist() == [6, 3, 2, 8]


def test_a_long_text_is_cut():
    tokens = Tokens(TOKENIZER, 6)
    assert [len(one) for one in tokens.encode(["停水" * 30])] == [6]


def test_padding_stands_behind():
    tokens, mask = pad([[7], [8, 9]])
    assert tokens.tolist() == [[7, 0], [8, 9]]
    assert mask.tolist() == [[1, 0], [1, 1]]


def test_a_tokenizer_is_read_from_its_bytes():
    again = read_tokenizer(TOKENIZER.to_str().encode())
    assert again.encode("停水").ids == TOKENIZER.encode("停水").ids


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]"])
def test_bytes_that_are_no_tokenizer_are_refused(content):
    with pytest.raises(ValueError, match="tokenizer"):
        read_tokenizer(content)
