"""What every classifier must satisfy, whatever is inside."""

import json
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import Pipeline

from rumorscan.errors import LabeledError, ModelError
from rumorscan.rumors.linear import LinearModel
from rumorscan.text.fold import fold_texts
from rumorscan.training.classifier import RumorClassifier, load_model
from tests.rumors.invented import ORDINARY, different_claims
from tests.training.tiny import tiny_encoder

TEXTS, LABELS = different_claims()
CLASSIFIERS = {
    "linear": lambda: LinearModel(bits=12, folds=2),
    "classifier": lambda: RumorClassifier(kind="linear"),
}
FITTED = (*CLASSIFIERS, "stacked")


@lru_cache
def fitted_of(name):
    """Return a fitted one of each kind, made once: a stacked one takes seconds."""
    make = CLASSIFIERS.get(name, lambda: RumorClassifier(base=tiny_encoder()))
    return make().fit(TEXTS, LABELS, ordinary=ORDINARY)


POSTS = st.lists(st.one_of(st.sampled_from([*TEXTS, *ORDINARY]), st.text(max_size=30)), max_size=12)


@pytest.fixture(params=CLASSIFIERS)
def name(request):
    return request.param


@pytest.fixture
def fresh(name):
    return CLASSIFIERS[name]()


@pytest.fixture(params=FITTED)
def fitted(request):
    return fitted_of(request.param)


every_classifier = pytest.mark.parametrize("kind", FITTED)


def test_it_is_a_classifier_to_scikit_learn(fresh):
    assert is_classifier(fresh)


def test_parameters_are_stored_untouched(fresh):
    parameters = fresh.get_params()
    assert all(getattr(fresh, name) is value for name, value in parameters.items())
    assert clone(fresh).get_params() == parameters
    assert type(fresh)(**parameters).get_params() == parameters


def test_a_parameter_can_be_set_by_name_and_an_unknown_one_cannot(fresh):
    assert fresh.set_params(seed=7) is fresh
    assert fresh.get_params()["seed"] == 7
    with pytest.raises(ValueError, match="sed"):
        fresh.set_params(sed=7)


def test_fitting_returns_the_model_and_leaves_the_parameters_alone(fresh):
    before = fresh.get_params()
    assert fresh.fit(TEXTS, LABELS) is fresh
    assert fresh.get_params() == before
    assert fresh.classes_.tolist() == [0, 1]


def test_a_model_that_was_not_fitted_predicts_nothing(fresh):
    with pytest.raises(ModelError, match="not fitted"):
        fresh.predict(["听说城东水厂要停水三天"])


@every_classifier
@given(texts=POSTS)
def test_probabilities_have_two_columns_that_make_one(kind, texts):
    classifier = fitted_of(kind)
    probabilities = classifier.predict_proba(texts)
    assert probabilities.shape == (len(texts), 2)
    assert probabilities.dtype == np.float64
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert np.allclose(probabilities.sum(axis=1), 1.0)


@every_classifier
@given(texts=POSTS, data=st.data())
def test_the_order_of_the_texts_changes_no_probability(kind, texts, data):
    classifier = fitted_of(kind)
    order = data.draw(st.permutations(range(len(texts))))
    probabilities = classifier.predict_proba(texts)
    turned = classifier.predict_proba([texts[row] for row in order])
    assert np.array_equal(turned, probabilities[list(order)])


@every_classifier
@given(texts=POSTS)
def test_the_class_is_the_more_probable_one(kind, texts):
    classifier = fitted_of(kind)
    positive = classifier.predict_proba(texts)[:, 1]
    assert np.array_equal(classifier.predict(texts), (positive >= 0.5).astype(int))
    assert np.array_equal(classifier.decision_function(texts) >= 0, positive >= 0.5)


@every_classifier
@given(texts=POSTS, rate=st.floats(0.001, 0.999))
def test_rumor_probabilities_are_in_range_for_any_base_rate(kind, texts, rate):
    classifier = fitted_of(kind)
    probabilities = classifier.rumor_probabilities(fold_texts(texts), rate)
    assert probabilities.shape == (len(texts),)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


@every_classifier
@given(texts=POSTS)
def test_balanced_rumor_probabilities_are_those_of_the_second_column(kind, texts):
    classifier = fitted_of(kind)
    balanced = classifier.rumor_probabilities(fold_texts(texts), 0.5)
    assert np.array_equal(balanced, classifier.predict_proba(texts)[:, 1])


def test_a_saved_model_is_the_same_to_the_bit(fitted, tmp_path):
    loaded = load_model(fitted.save(tmp_path / "mine"))
    texts = [*TEXTS, *ORDINARY, "", "短"]
    assert np.array_equal(loaded.predict_proba(texts), fitted.predict_proba(texts))
    assert loaded.top_phrases(TEXTS[0], 3) == fitted.top_phrases(TEXTS[0], 3)


def test_saving_twice_gives_the_same_bytes(fitted, tmp_path):
    one, other = fitted.save(tmp_path / "one"), fitted.save(tmp_path / "other")
    again = load_model(one).save(tmp_path / "again")
    for path in one.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_what_training_adds_is_kept(fitted, tmp_path):
    folder = fitted.save(
        tmp_path / "mine", card="# 卡片\n", training={"rows": 3}, files={"metrics.json": b"{}\n"}
    )
    assert (folder / "README.md").read_text(encoding="utf-8") == "# 卡片\n"
    assert load_model(folder).folder_.config["training"] == {"rows": 3}


@pytest.mark.parametrize("file", ["weights.pkl", "model.joblib", "pytorch_model.bin", "a.pt"])
def test_a_folder_with_a_pickle_in_it_is_refused(fitted, tmp_path, file):
    folder = fitted.save(tmp_path / "mine")
    (folder / file).write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=f"'{file}' is not allowed; pickled models are never"):
        load_model(folder)


def test_a_folder_whose_configuration_was_changed_is_refused(fitted, tmp_path):
    folder = fitted.save(tmp_path / "mine")
    config = json.loads((folder / "config.json").read_bytes())
    config["trained_base_rate"] = 0.9
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"'config.json' is not what was written"):
        load_model(folder)


def test_labels_of_one_kind_are_refused(fresh):
    with pytest.raises(LabeledError, match="all labels are the same"):
        fresh.fit(TEXTS[:2], [1, 1])


def test_a_label_that_is_neither_is_refused(fresh):
    with pytest.raises(LabeledError, match="label 2; expected 1"):
        fresh.fit(TEXTS[:3], [1, 0, 2])


def test_it_works_inside_scikit_learns_tools(fresh):
    piped = Pipeline([("model", clone(fresh))]).fit(TEXTS, LABELS)
    assert piped.predict_proba(TEXTS[:3]).shape == (3, 2)
    held_out = cross_val_predict(clone(fresh), TEXTS, LABELS, cv=2, method="predict_proba")
    assert held_out.shape == (len(TEXTS), 2)
    search = GridSearchCV(clone(fresh), {"seed": [0, 1]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_score_ > 0.9
    calibrated = CalibratedClassifierCV(clone(fresh), cv=2).fit(TEXTS, LABELS)
    assert calibrated.predict_proba(TEXTS[:3]).shape == (3, 2)
