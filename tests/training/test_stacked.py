import dataclasses

import numpy as np
import pytest

from rumorscan.errors import LabeledError, ModelError
from rumorscan.rumors import load_model as load_scorer
from rumorscan.rumors.calibration import to_base_rate
from rumorscan.rumors.stacked import Cascade
from rumorscan.text.fold import fold_texts
from rumorscan.training.classifier import RumorClassifier, load_model
from rumorscan.training.clusters import find_clusters
from rumorscan.training.corpora import read_labeled
from rumorscan.training.finetuning.loop import FineTuneSettings
from rumorscan.training.learning import make_recipe, train
from rumorscan.training.stacked import StackedRecipe
from tests.rumors.invented import ORDINARY, claims, different_claims
from tests.training.tiny import tiny_encoder

TEXTS, LABELS = claims()
TUNING = FineTuneSettings(epochs=4, maximum_length=40, batch_tokens=512)


def corpus():
    rows = zip(TEXTS, LABELS, strict=True)
    return read_labeled([{"text": text, "label": label} for text, label in rows])


def recipe(**changes):
    return StackedRecipe(
        base=tiny_encoder(), linear={"bits": 12, "folds": 2}, tuning=TUNING, versions=1, **changes
    )


def fit(chosen, ordinary=ORDINARY):
    labeled = corpus()
    clusters = np.arange(len(labeled))  # each text its own: so many near-duplicates were invented
    return chosen.fit(
        labeled, clusters, np.arange(len(labeled)), {"talk": ordinary} if ordinary else {}
    )


@pytest.fixture(scope="module")
def fitted():
    return fit(recipe())


@pytest.fixture(scope="module")
def finished(fitted):
    return recipe().finish(fitted)


def test_it_tells_rumors_from_news_and_from_everyday_posts(finished):
    probabilities = finished.rumor_probabilities(fold_texts([*TEXTS, *ORDINARY]), 0.5)
    labeled = probabilities[: len(TEXTS)]
    assert np.mean((labeled >= 0.5) == (np.array(LABELS) == 1)) > 0.95
    assert probabilities[len(TEXTS) :].max() < 0.5


def test_what_is_exported_says_what_was_fitted(fitted, finished):
    folded = fold_texts([*TEXTS, *ORDINARY])
    ours, theirs = (model.rumor_probabilities(folded, 0.5) for model in (fitted, finished))
    assert np.abs(ours - theirs).max() < 0.03


def test_without_ordinary_posts_every_text_is_a_claim():
    model = fit(recipe(), [])
    assert model.joint.claim is None
    assert (model.opinions(fold_texts(ORDINARY), 0.5).claim == 1.0).all()


def test_the_cascade_spares_the_encoder_and_changes_no_verdict(finished):
    asked = []

    class Counting:
        maximum_length = finished.encoder.maximum_length

        def scores(self, folded):
            asked.append(len(folded))
            return finished.encoder.scores(folded)

    folded = fold_texts([*TEXTS, *ORDINARY])
    spared = type(finished)(finished.linear, Counting(), finished.joint)
    found = spared.rumor_probabilities(folded, 0.05)
    whole = finished.join(folded, 0.05).rumor
    assert sum(asked) < len(folded)
    assert np.array_equal(found >= 0.5, whole >= 0.5)


def test_an_encoder_out_of_reach_is_never_asked(finished):
    joint = dataclasses.replace(finished.joint, cascade=Cascade(reach=-1e9))
    model = type(finished)(finished.linear, None, joint)
    folded = fold_texts(TEXTS)
    expected = finished.linear.rumor_probabilities(folded, 0.05)
    assert np.array_equal(model.rumor_probabilities(folded, 0.05), expected)


def test_the_band_of_abstaining_lies_around_one_half(finished):
    low, high = finished.joint.abstain
    assert 0.0 <= low <= 0.5 <= high <= 1.0
    joint = dataclasses.replace(finished.joint, abstain=(0.2, 0.8))
    model = type(finished)(finished.linear, finished.encoder, joint)
    found = model.opinions(fold_texts([*TEXTS, *ORDINARY]), 0.05)
    balanced = to_base_rate(found.rumor, 0.05, 0.5)
    assert np.array_equal(found.unsure, (balanced > 0.2) & (balanced < 0.8))


def test_short_texts_get_no_more_than_the_base_rate(finished):
    assert finished.rumor_probabilities(fold_texts(["快囤", "要关门"]), 0.05).max() <= 0.05


def test_of_several_seeds_the_best_serves():
    model = fit(recipe(seeds=2))
    tried = model.about["seeds"]
    best = min(tried, key=lambda one: one["check_loss"])
    assert len(tried) == 2
    assert model.about["chosen"] == best["seed"]


def test_a_run_that_was_cut_takes_back_its_networks(tmp_path):
    said = []
    chosen = recipe(work=tmp_path, say=said.append)
    first = fit(chosen)
    assert any("pass 1" in line for line in said)
    said.clear()
    again = fit(chosen)
    assert not any("pass 1" in line for line in said)
    folded = fold_texts(TEXTS)
    assert np.array_equal(first.encoder.scores(folded), again.encoder.scores(folded))


def test_other_posts_are_not_given_the_networks_of_these(tmp_path):
    said = []
    chosen = recipe(work=tmp_path, say=said.append)
    fit(chosen)
    said.clear()
    fit(chosen, ORDINARY[:8])
    assert any("pass 1" in line for line in said)


def test_other_clusters_are_not_given_the_networks_of_these(tmp_path):
    said = []
    chosen, labeled = recipe(work=tmp_path, say=said.append), corpus()
    rows = np.arange(len(labeled))
    chosen.fit(labeled, rows, rows, {"talk": ORDINARY})
    said.clear()
    pairs = rows // 4 * 2 + rows % 2  # the same texts, but tied two by two
    chosen.fit(labeled, pairs, rows, {"talk": ORDINARY})
    assert any("pass 1" in line for line in said)


def test_training_writes_a_model_that_scores_alone(tmp_path):
    texts, labels = different_claims()
    rows = [
        {"text": text, "label": label, "posted_at": f"20{10 + at % 9}-03-02T09:14:07+08:00"}
        for at, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    training = train(
        rows, tmp_path / "mine", base=tiny_encoder(), ordinary={"talk": ORDINARY}, folds=2
    )
    names = {path.name for path in training.path.iterdir()}
    assert {"encoder.onnx", "tokenizer.json", "weights.safetensors", "README.md"} <= names
    assert "must be retrained" in (training.path / "README.md").read_text(encoding="utf-8")
    scorer = load_scorer(training.path)
    classifier = load_model(training.path)
    assert np.array_equal(scorer.predict_proba(TEXTS), classifier.predict_proba(TEXTS))
    moved = load_model(training.path, device="cpu").predict_proba(TEXTS)
    assert np.abs(moved - classifier.predict_proba(TEXTS)).max() < 0.05


def test_too_few_different_texts_are_said():
    with pytest.raises(LabeledError, match="distinct texts"):
        RumorClassifier(base=tiny_encoder()).fit(["停水三天了吧", "供水正常了吗"] * 3, [1, 0] * 3)


def test_an_unknown_kind_and_a_missing_base_are_said():
    with pytest.raises(ModelError, match="kind 'deep' is unknown"):
        make_recipe("deep")
    with pytest.raises(ModelError, match="none: is no encoder"):
        make_recipe("stacked", base="none")


def test_our_clusters_find_the_invented_texts_alike():
    labeled = corpus()
    assert len(set(find_clusters(labeled).tolist())) < len(labeled)
