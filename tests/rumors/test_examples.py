import numpy as np
import pytest

from rumorscan.errors import LabeledError
from rumorscan.rumors.linear import LinearModel
from rumorscan.text.fold import fold_texts
from tests.rumors.invented import ORDINARY, claims

TEXTS, LABELS = claims()
HALF = len(ORDINARY) // 2
TALK = ["talk"] * HALF + ["chat"] * (len(ORDINARY) - HALF)
DESKS = [("desk", "paper")[row // 2 % 2] for row in range(len(TEXTS))]


def fit(**more):
    return LinearModel(bits=14).fit(TEXTS, LABELS, ordinary=ORDINARY, **more)


def test_with_two_sources_on_both_sides_claims_are_calibrated_on_left_out_ones():
    fitted = fit(sources=DESKS, ordinary_sources=TALK).fitted_
    assert fitted.transfer.slope > 0
    assert fitted.transfer != fit().fitted_.transfer
    again = fit(sources=DESKS, ordinary_sources=TALK).fitted_
    assert again.to_dict() == fitted.to_dict()


@pytest.mark.parametrize(
    "more",
    [
        {"sources": DESKS},
        {"ordinary_sources": TALK},
        {"sources": DESKS, "ordinary_sources": ["talk"] * len(ORDINARY)},
        {"sources": ["desk"] * len(TEXTS), "ordinary_sources": TALK},
    ],
)
def test_with_fewer_sources_claims_are_taken_as_they_are(more):
    assert fit(**more).fitted_.transfer.to_dict() == {"slope": 1.0, "intercept": 0.0}


def test_an_offset_of_its_own_keeps_what_names_a_source_from_telling_rumors():
    # the desk publishes rumors only, the paper hardly any; each signs what it publishes
    texts, labels, sources = [], [], []
    for row, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True)):
        name = "desk" if label == 1 and row % 8 else "paper"
        texts.append(text + {"desk": "蓝鲸", "paper": "红枫"}[name])
        labels.append(label)
        sources.append(name)
    signature = fold_texts(["蓝鲸蓝鲸蓝鲸蓝鲸蓝鲸"])
    plain = LinearModel(bits=14).fit(texts, labels)
    aware = LinearModel(bits=14).fit(texts, labels, sources=sources)
    assert aware.log_odds(signature)[0, 0] < plain.log_odds(signature)[0, 0]


def test_claims_of_another_genre_teach_falsehood_only():
    statements = ["蜂蜜水能治百病", "蜂蜜含有果糖"] * 4
    texts = [*TEXTS, *statements]
    labels = [*LABELS, *[1, 0] * 4]
    is_post = np.arange(len(texts)) < len(TEXTS)
    with_them = LinearModel(bits=14).fit(texts, labels, ordinary=ORDINARY, is_post=is_post)
    statement = fold_texts(["蜂蜜水能治百病吗"])
    claims_of = [model.fitted_.claim.weights for model in (with_them, fit())]
    assert np.count_nonzero(claims_of[0]) == np.count_nonzero(claims_of[1])
    assert with_them.log_odds(statement)[0, 0] > fit().log_odds(statement)[0, 0]
    assert len(with_them.held_out_["claim"]) == len(TEXTS) + len(ORDINARY)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sources": ["desk"]}, "texts but 1 sources"),
        ({"ordinary_sources": ["talk"]}, "ordinary posts but 1 sources"),
    ],
)
def test_sources_of_another_length_are_refused(more, message):
    with pytest.raises(LabeledError, match=message):
        fit(**more)
