import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control, hypergeom

from rumorscan.coordination.bursts import busiest_share, find_bursts
from rumorscan.coordination.significance import corrected, overlap_chance, share_chance


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_corrected_chances_equal_those_of_scipy(chances: list[float]) -> None:
    expected = false_discovery_control(np.array(chances))
    assert np.allclose(corrected(np.array(chances), len(chances)), expected)


def test_unreported_tests_make_a_chance_larger() -> None:
    assert corrected(np.array([0.001]), 100).tolist() == [0.1]


@given(st.integers(0, 60), st.integers(1, 50), st.integers(1, 50), st.integers(1, 5_000))
def test_overlap_is_the_upper_tail_of_the_hypergeometric(
    shared: int, first: int, second: int, population: int
) -> None:
    chance = overlap_chance(np.array([shared]), np.array([first]), np.array([second]), population)
    whole = max(population, first + second)
    assert np.isclose(chance[0], hypergeom.sf(shared - 1, whole, first, second), atol=1e-300)


def test_an_overlap_far_beyond_chance_has_a_chance_above_zero() -> None:
    chance = overlap_chance(np.array([40]), np.array([50]), np.array([60]), 400_000)[0]
    assert 1e-160 < chance < 1e-100


@given(st.integers(1, 40), st.integers(0, 40), st.floats(0.01, 0.99))
def test_share_is_the_upper_tail_of_the_binomial(trials: int, successes: int, rate: float) -> None:
    successes = min(successes, trials)
    assert np.isclose(share_chance(successes, trials, rate), binom.sf(successes - 1, trials, rate))


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40), st.integers(0, 5_000))
def test_the_busiest_window_is_the_busiest_of_all(times: list[int], window: int) -> None:
    best = max(sum(start <= time <= start + window for time in times) for start in times)
    assert busiest_share(np.array(times), window) == best / len(times)


def test_no_window_is_finer_than_the_precision() -> None:
    times = np.arange(10, dtype=np.int64)
    bursts = find_bursts(times, np.arange(0, 10**6, 100), (60, 3_600), precision_seconds=60)
    assert [burst.window_seconds for burst in bursts] == [3_600]


def test_a_crowd_that_follows_its_background_is_no_burst() -> None:
    times = np.arange(100, dtype=np.int64)
    (burst,) = find_bursts(times, times, (60,), precision_seconds=1)
    assert burst.chance > 0.01
