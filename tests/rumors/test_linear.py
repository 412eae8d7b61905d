import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from rumorscan.errors import LabeledError, ModelError
from rumorscan.rumors.fitting import deal_folds
from rumorscan.rumors.linear import LinearModel
from rumorscan.rumors.reading import read_texts
from rumorscan.text.fold import fold_key, fold_texts
from tests.rumors.invented import ORDINARY, claims

NEW_FALSE = "听说南门口幼儿园要关门三天大家快囤货"
NEW_TRUE = "南门口幼儿园今天起检修供应照常"
NEW_ORDINARY = "周末和朋友去爬山真开心呀好久没出门"


@pytest.fixture(scope="module")
def model():
    texts, labels = claims()
    return LinearModel(bits=14).fit(texts, labels, ordinary=ORDINARY)


@pytest.fixture(scope="module")
def model_without_ordinary():
    return LinearModel(bits=14).fit(*claims())


def test_it_learns_what_it_is_shown(model):
    false, true, ordinary = model.predict_proba([NEW_FALSE, NEW_TRUE, NEW_ORDINARY])[:, 1]
    assert false > 0.8
    assert true < 0.2
    assert ordinary < 0.3


def test_ordinary_posts_bring_the_probability_of_ordinary_posts_down(model, model_without_ordinary):
    post = fold_texts(["周末听说大家去爬山快看真开心"])
    assert model.rumor_probabilities(post, 0.5) < model_without_ordinary.rumor_probabilities(
        post, 0.5
    )


def test_without_ordinary_posts_everything_counts_as_a_claim(model_without_ordinary):
    folded = fold_texts([NEW_FALSE, NEW_ORDINARY])
    assert model_without_ordinary.opinions(folded, 0.5).claim.tolist() == [1.0, 1.0]
    assert model_without_ordinary.fitted_.claim is None


def test_the_probability_is_the_product_of_both_heads(model):
    folded = fold_texts([NEW_FALSE, NEW_TRUE])
    both = model.rumor_probabilities(folded, 0.5)
    assert (both <= model.opinions(folded, 0.5).claim).all()


def test_a_smaller_base_rate_gives_smaller_probabilities(model):
    folded = fold_texts([NEW_FALSE, NEW_TRUE, NEW_ORDINARY])
    rates = [model.rumor_probabilities(folded, rate) for rate in (0.01, 0.05, 0.2, 0.5, 0.9)]
    assert (np.diff(rates, axis=0) > 0).all()


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.5])
def test_a_short_text_gets_at_most_the_base_rate(model, rate):
    folded = fold_texts(["速看马上被删", "快囤货！", "", "囤" * 7])
    assert (model.rumor_probabilities(folded, rate) <= rate).all()


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_base_rate_out_of_range_is_refused(model, rate):
    with pytest.raises(ValueError, match="base_rate"):
        model.rumor_probabilities(fold_texts([NEW_FALSE]), rate)


def test_evasions_change_nothing(model):
    evaded = "聽說南門口\u200b幼兒園要關門三天，大家快囤貨！！ http://t.cn/Ab1 //@小禾:转"
    assert fold_key(evaded) == fold_key(NEW_FALSE)
    assert np.array_equal(model.predict_proba([evaded]), model.predict_proba([NEW_FALSE]))


def test_fitting_twice_gives_the_same_weights(model):
    texts, labels = claims()
    again = LinearModel(bits=14).fit(texts, labels, ordinary=ORDINARY)
    for name, tensor in again.fitted_.tensors().items():
        assert np.array_equal(tensor, model.fitted_.tensors()[name])
    assert again.fitted_.to_dict() == model.fitted_.to_dict()


def test_a_weight_of_nothing_is_as_if_the_text_were_not_there():
    texts, labels = claims()
    half = np.arange(len(texts)) % 4 < 2
    wrong = np.where(half, labels, 1 - np.array(labels))
    weighed = LinearModel(bits=14).fit(texts, wrong, sample_weight=half.astype(float))
    assert weighed.score(texts, labels) > 0.9


def test_groups_are_held_out_whole():
    texts, labels = claims()
    groups = np.arange(len(texts)) // 4
    part = deal_folds(np.array(labels, dtype=np.int8), groups, 5, seed=0)
    assert all(len(np.unique(part[groups == group])) == 1 for group in np.unique(groups))
    LinearModel(bits=12).fit(texts, labels, groups=[f"g{group}" for group in groups])


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 12)), min_size=1, max_size=60),
    st.integers(2, 6),
)
def test_dealt_parts_never_cut_a_group_and_hold_both_labels(rows, folds):
    labels = np.array([label for label, _ in rows], dtype=np.int8)
    groups = np.array([group for _, group in rows])
    part = deal_folds(labels, groups, folds, seed=1)
    for group in np.unique(groups):
        assert len(np.unique(part[groups == group])) == 1
    count = int(part.max()) + 1
    assert count <= folds
    for fold in range(count if count > 1 else 0):
        assert (labels[part != fold] == 0).any()
        assert (labels[part != fold] == 1).any()


def test_two_texts_are_enough_to_fit():
    model = LinearModel(bits=12).fit([NEW_FALSE, NEW_TRUE], [1, 0])
    assert model.predict([NEW_FALSE, NEW_TRUE]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("texts", "labels", "groups", "message"),
    [
        (["甲", "乙"], [1], None, "2 texts but 1 labels"),
        (["甲", "乙"], [1, 1], None, "all labels are the same"),
        (["甲", "乙"], [1, 2], None, "label 2; expected 1"),
        (["甲", "乙"], [1, -1], None, "label -1; expected 1"),
        (["甲", "乙"], [1, 0], ["a"], "2 texts but 1 groups"),
        ([], [], None, "all labels are the same"),
    ],
)
def test_labels_that_do_not_fit_are_refused(texts, labels, groups, message):
    with pytest.raises(LabeledError, match=message):
        LinearModel(bits=12).fit(texts, labels, groups=groups)


def test_one_text_is_not_taken_for_a_list(model):
    with pytest.raises(TypeError, match="expected a list of texts"):
        model.predict_proba(NEW_FALSE)


def test_an_unfitted_model_says_so():
    with pytest.raises(ModelError, match="not fitted"):
        LinearModel().predict_proba([NEW_FALSE])


def test_the_heaviest_phrases_are_pieces_of_the_text(model):
    text = "听说【南门口】幼儿园要关门三天，大家快囤貨！"
    phrases = model.top_phrases(text, 3)
    assert 1 <= len(phrases) <= 3
    weights = [weight for _, weight in phrases]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0
    assert all(phrase in text for phrase, _ in phrases)


@given(st.text(max_size=50))
def test_phrases_of_any_text_can_be_asked_for(text):
    model = LinearModel(bits=10).fit([NEW_FALSE, NEW_TRUE], [1, 0])
    for phrase, weight in model.top_phrases(text, 4):
        assert fold_key(phrase) in read_texts([text]).key(0)
        assert weight > 0


def test_phrases_are_shown_as_they_stand_also_beside_a_respelled_word(model):
    text = "听说打了役苗就停水！幼儿园要关门三天，大家快囤貨！"
    phrases = [phrase for phrase, _ in model.top_phrases(text, 9)]
    assert any(phrase in text and "貨" in phrase for phrase in phrases)


def test_phrases_of_an_empty_text_are_none(model):
    assert model.top_phrases("！！", 3) == []


def test_a_model_of_another_kind_is_not_loaded(model, tmp_path):
    from rumorscan.rumors.folders import write_model_folder

    write_model_folder(tmp_path / "other", {"kind": "encoder"}, {}, card="")
    with pytest.raises(ModelError, match="kind is 'encoder'; expected 'linear'"):
        LinearModel.load(tmp_path / "other")


def test_weights_of_another_size_are_not_loaded(model, tmp_path):
    from rumorscan.rumors.folders import read_model_folder, write_model_folder

    found = read_model_folder(model.save(tmp_path / "mine"))
    tensors = {name: tensor[:-1] for name, tensor in found.tensors().items()}
    write_model_folder(tmp_path / "cut", found.config, tensors, card="")
    with pytest.raises(ModelError, match="the parts do not fit each other"):
        LinearModel.load(tmp_path / "cut")


def test_a_model_that_is_fitted_again_is_no_longer_that_of_its_folder(model, tmp_path):
    loaded = LinearModel.load(model.save(tmp_path / "mine"))
    assert loaded.folder_.sha256
    assert loaded.fit(*claims()).folder_ is None


def test_a_copy_is_unfitted_and_has_the_same_parameters(model):
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "classes_")
    assert repr(copy) == "LinearModel(bits=14)"
