from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.rumors.pairs import (
    count_texts,
    index_rarest,
    make_scratch,
    number_pairs,
    read_pairs,
)
from rumorscan.text.fold import fold_key, fold_texts

libraries = st.lists(
    st.text(alphabet="城东水厂的停三3天了𠮷", max_size=20), min_size=1, max_size=12
)


def pairs_of(text):
    """Return the pairs of a fold key as the table should know them, in order."""
    letters = [letter.replace("三", "3") for letter in text if letter not in "的了"]
    return ["".join(pair) for pair in pairwise(letters)]


@settings(max_examples=200, deadline=None)
@given(libraries, st.integers(0, 6))
def test_each_claim_has_each_of_its_pairs_once_in_their_order(texts, minimum_length):
    claims = fold_texts(texts)
    pairs = number_pairs(claims, minimum_length)
    names = [
        (chr(first) + chr(second)).replace("三", "3")
        for first, second in zip(pairs.firsts, pairs.seconds, strict=True)
    ]
    assert len(set(names)) == len(names)
    for row, key in enumerate(claims.keys()):
        members = pairs.members[pairs.offsets[row] : pairs.offsets[row + 1]]
        expected = pairs_of(key) if len(key) >= minimum_length else []
        assert [names[member] for member in members] == list(dict.fromkeys(expected))


@settings(max_examples=200, deadline=None)
@given(libraries, libraries)
def test_the_table_finds_the_pairs_of_claims_and_no_others(texts, posts):
    pairs = number_pairs(fold_texts(texts), 0)
    folded = fold_texts(posts)
    known = {pair for text in texts for pair in pairs_of(fold_key(text))}
    scratch = make_scratch(folded.offsets)
    for row, key in enumerate(folded.keys()):
        bounds = (folded.offsets[row], folded.offsets[row + 1])
        count = max(0, read_pairs(folded.codes, bounds, pairs.table, scratch))
        found = pairs_of(key)
        assert count == len(found)
        assert [number >= 0 for number in scratch.numbers[:count]] == [
            pair in known for pair in found
        ]


@settings(max_examples=100, deadline=None)
@given(libraries)
def test_claims_count_themselves(texts):
    claims = fold_texts(texts)
    pairs = number_pairs(claims, 0)
    assert count_texts(claims, pairs).tolist() == pairs.frequency.tolist()


@settings(max_examples=100, deadline=None)
@given(libraries, st.floats(0.3, 1.0), st.integers(0, 2**32 - 1))
def test_a_text_without_the_indexed_pairs_cannot_reach_the_share(texts, share, seed):
    pairs = number_pairs(fold_texts(texts), 0)
    weights = np.random.default_rng(seed).uniform(0.5, 10.0, len(pairs.frequency))
    rarest = index_rarest(pairs, weights, share)
    for claim in range(len(texts)):
        members = pairs.members[pairs.offsets[claim] : pairs.offsets[claim + 1]]
        indexed = [
            number
            for number in members
            if claim in rarest.postings[rarest.offsets[number] : rarest.offsets[number + 1]]
        ]
        others = weights[members].sum() - weights[indexed].sum()
        assert np.isclose(rarest.totals[claim], weights[members].sum())
        # what such a text can hold at most, beside what is needed of the indexed pairs
        assert others + max(0.0, rarest.needed[claim]) <= share * rarest.totals[claim] + 1e-9
