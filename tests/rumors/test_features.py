import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from rumorscan.rumors.features import (
    FeatureSettings,
    contributions,
    dot,
    rarities,
    vectorize,
    weight_table,
)
from rumorscan.text.fold import fold_texts
from rumorscan.text.tokens import tokenize

TEXTS = st.lists(st.text(alphabet="城东水厂停三天大家快囤货abc12，", max_size=40), max_size=8)
SETTINGS = st.builds(
    FeatureSettings,
    shortest=st.just(1),
    longest=st.integers(1, 4),
    words=st.booleans(),
    word_pairs=st.booleans(),
    bits=st.integers(8, 12),
)
SINGLE = FeatureSettings(1, 1, words=False, word_pairs=False)


def weights_of(settings, heads, seed=0):
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(heads, settings.buckets)).astype(np.float32)
    rarity = random.uniform(1, 9, size=settings.buckets).astype(np.float32)
    return rarity, vectors


def sparse(matrix, settings):
    shape = (len(matrix.offsets) - 1, settings.buckets)
    return csr_matrix((matrix.values, matrix.indices, matrix.offsets), shape=shape)


@given(TEXTS, SETTINGS, st.integers(1, 3))
def test_the_fused_product_is_that_of_the_matrix(texts, settings, heads):
    folded = fold_texts(texts)
    rarity, vectors = weights_of(settings, heads)
    expected = sparse(vectorize(folded, settings, rarity), settings) @ vectors.T.astype(np.float64)
    found = dot(folded, settings, weight_table(rarity, *vectors))
    assert found.shape == (len(texts), heads)
    assert np.allclose(found, expected, atol=1e-5)


@given(TEXTS, SETTINGS)
def test_what_the_characters_add_is_the_product(texts, settings):
    folded = fold_texts(texts)
    rarity, vectors = weights_of(settings, 1)
    table = weight_table(rarity, *vectors)
    added = contributions(folded, settings, table)
    sums = [added[a:b].sum() for a, b in itertools.pairwise(folded.offsets)]
    assert np.allclose(sums, dot(folded, settings, table)[:, 0], atol=1e-9)


@given(TEXTS, SETTINGS)
def test_every_row_has_length_one_and_ascending_buckets(texts, settings):
    folded = fold_texts(texts)
    matrix = vectorize(folded, settings, weights_of(settings, 1)[0])
    for row in range(len(folded)):
        part = slice(matrix.offsets[row], matrix.offsets[row + 1])
        assert (np.diff(matrix.indices[part]) > 0).all()
        if folded.lengths[row]:
            assert (matrix.values[part] ** 2).sum() == pytest.approx(1.0)


@given(TEXTS, SETTINGS)
def test_a_row_is_the_same_whatever_stands_beside_it(texts, settings):
    rarity, vectors = weights_of(settings, 2)
    table = weight_table(rarity, *vectors)
    together = dot(fold_texts(texts), settings, table)
    for row, text in enumerate(texts):
        assert np.array_equal(dot(fold_texts([text]), settings, table)[0], together[row])


def test_characters_and_words_are_those_that_scikit_learn_would_count():
    texts = ["自来水厂停水三天", "自来水厂检修", "停水停水停水", "abc水厂12"]
    settings = FeatureSettings(bits=24)
    folded = fold_texts(texts)
    matrix = vectorize(folded, settings)
    found = vectorize(folded, settings, rarities(matrix, settings))

    def analyze(text):
        runs = [text[at : at + n] for n in (1, 2) for at in range(len(text) - n + 1)]
        words = tokenize(text)
        pairs = [f"{a}+{b}" for a, b in itertools.pairwise(words)]
        return {("run", x) for x in runs} | {("word", x) for x in words} | {("p", x) for x in pairs}

    reference = TfidfVectorizer(analyzer=analyze, binary=True).fit_transform(list(folded.keys()))
    assert np.diff(found.offsets).tolist() == np.diff(reference.indptr).tolist()
    ours = sparse(found, settings)
    assert np.allclose((ours @ ours.T).toarray(), (reference @ reference.T).toarray(), atol=1e-6)


def test_keys_in_the_middle_of_others_have_the_same_vectors():
    folded = fold_texts(["自来水厂停水三天", "城东停电", "城东停电两天"])
    settings = FeatureSettings()
    rarity, vectors = weights_of(settings, 2)
    table = weight_table(rarity, *vectors)
    part = folded.part(1, 3)
    assert np.array_equal(dot(part, settings, table), dot(folded, settings, table)[1:])
    whole, some = vectorize(folded, settings, rarity), vectorize(part, settings, rarity)
    assert np.array_equal(some.indices, whole.indices[whole.offsets[1] :])
    assert np.array_equal(some.values, whole.values[whole.offsets[1] :])


def test_saying_it_twice_adds_nothing():
    once, twice = vectorize(fold_texts(["水水", "水水水水"]), SINGLE).offsets.tolist()[1:]
    assert (once, twice) == (1, 2)


def test_a_text_longer_than_all_others_has_room():
    folded = fold_texts(["水", "".join(map(chr, range(0x4E00, 0x4E00 + 9_000)))])
    settings = FeatureSettings(bits=24)
    assert np.diff(vectorize(folded, settings).offsets)[1] > 17_000


@pytest.mark.parametrize(
    "values", [{"shortest": 0}, {"shortest": 3}, {"longest": 9}, {"bits": 7}, {"bits": 25}]
)
def test_settings_out_of_range_are_refused(values):
    with pytest.raises(ValueError, match="expected"):
        FeatureSettings(**values)
