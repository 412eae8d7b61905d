import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.rumors.calibration import to_base_rate
from rumorscan.rumors.opinions import answer_both

ODDS = st.floats(-1_000, 1_000)
RATES = st.floats(0.001, 0.999)


@given(st.lists(st.tuples(ODDS, ODDS), min_size=1, max_size=9), RATES, RATES)
def test_a_rumor_is_a_claim_and_both_are_probabilities(pairs, base_rate, share):
    falsehood, claims = np.array(pairs).T
    rumor, claim = answer_both(falsehood, claims, base_rate, share)
    assert ((rumor >= 0) & (claim <= 1) & (rumor <= claim + 1e-9)).all()


@given(st.floats(-20, 20), st.floats(-20, 20), RATES, RATES)
def test_another_base_rate_moves_the_odds_by_one_factor(falsehood, claim, base_rate, share):
    odds = np.array([falsehood]), np.array([claim])
    balanced, _ = answer_both(*odds, 0.5, share)
    asked, _ = answer_both(*odds, base_rate, share)
    assert np.allclose(to_base_rate(balanced, 0.5, base_rate), asked, atol=1e-9)


def test_what_is_surely_a_claim_is_judged_by_falsehood_alone():
    falsehood = np.array([-3.0, 0.0, 3.0])
    rumor, _ = answer_both(falsehood, np.full(3, 60.0), 0.5, 0.999999)
    assert np.allclose(rumor, answer_both(falsehood, None, 0.5, 0.8)[0], atol=1e-5)


def test_what_claims_nothing_is_no_rumor_however_false_it_sounds():
    rumor, claim = answer_both(np.array([9.0]), np.array([-9.0]), 0.05, 0.8)
    assert rumor[0] < 0.01
    assert claim[0] < 0.01
