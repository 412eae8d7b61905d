"""Tests that slices cut the posts without loss, and that small ones are only counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.text.fold import fold_texts
from rumorscan.training.corpora import read_labeled
from rumorscan.training.measuring.slices import SMALLEST, find_slices, measure_slices

TEXTS = [
    "城东水厂从周三起要停水三天，大家快囤水",
    "【辟谣】城东水厂停水是谣言，别信",
    "停水三天，这是真的吗？",
    "城東水廠從週三起要停水三天，轉發給家裡人",
    "详情见 http://t.cn/AbCdEf 停水",
    "今天下雨",
]


@st.composite
def corpora(draw):
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "text": st.sampled_from(TEXTS),
                    "label": st.sampled_from([0, 1]),
                    "source": st.sampled_from(["", "报社", "台"]),
                    "posted_at": st.sampled_from(["", "2019-12-31T23:30:00+00:00", "2020-05-01"]),
                }
            ),
            min_size=1,
            max_size=80,
        )
    )
    return read_labeled(rows)


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_the_slices_of_a_kind_hold_every_post_once(corpus):
    slices = find_slices(corpus, fold_texts(corpus.texts.tolist()))
    probabilities = np.linspace(0, 1, len(corpus))
    found = measure_slices(corpus.labels, probabilities, np.arange(len(corpus)), slices, draws=5)
    for kind in slices:
        parts = [one for one in found if one.kind == kind]
        assert len(parts) > 1
        assert sum(one.n for one in parts) == len(corpus)
        assert sum(one.positives for one in parts) == int(corpus.labels.sum())
    for one in found:
        enough = one.n >= SMALLEST and 0 < one.positives < one.n
        assert bool(one.figures) == enough
        assert ("auc" in one.to_dict()) == enough


def test_the_year_is_that_of_china():
    corpus = read_labeled(
        [
            {"text": "停水", "label": 1, "posted_at": "2019-12-31T23:30:00+00:00"},
            {"text": "停水", "label": 1, "posted_at": "2019-05-01"},
            {"text": "停水", "label": 1},
        ]
    )
    found = find_slices(corpus, fold_texts(corpus.texts.tolist()))
    assert found["year"].tolist() == ["2020", "2019", "unknown"]


def test_each_text_stands_in_the_slice_that_its_look_says():
    corpus = read_labeled([{"text": text, "label": 1} for text in TEXTS])
    found = find_slices(corpus, fold_texts(TEXTS))
    assert found["stance"].tolist()[1:3] == ["denies", "asks"]
    assert found["script"].tolist()[3] == "traditional"
    assert found["links"].tolist()[4] == "with a link"
    assert found["brackets"].tolist()[1] == "with 【】"


def test_names_beyond_the_most_frequent_are_one_slice():
    rows = [{"text": "停水", "label": 1, "topic": f"题{n}"} for n in range(40)]
    rows += [{"text": "停水", "label": 1, "topic": "题0"}] * 3
    corpus = read_labeled(rows)
    names = find_slices(corpus, fold_texts(corpus.texts.tolist()))["topic"].tolist()
    assert names.count("题0") == 4
    assert names.count("others") == 28


@pytest.mark.parametrize(
    ("length", "name"), [(19, "under 20"), (20, "20 to 59"), (120, "120 and more")]
)
def test_a_length_belongs_to_one_slice(length, name):
    corpus = read_labeled([{"text": "水" * length, "label": 1}, {"text": "水" * 70, "label": 0}])
    assert find_slices(corpus, fold_texts(corpus.texts.tolist()))["length"].tolist()[0] == name
