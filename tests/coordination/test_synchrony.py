import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.coordination.activity import NEVER
from rumorscan.coordination.communities import find_communities
from rumorscan.coordination.memberships import find_memberships
from rumorscan.coordination.synchrony import Synchrony, pair_share
from rumorscan.coordination.ties import Ties, tie_accounts
from rumorscan.settings import CampaignSettings
from tests.coordination.chance import DAY, make_activity


@given(st.lists(st.integers(0, 500), min_size=2, max_size=20), st.integers(0, 200))
def test_pair_share_is_the_share_of_all_pairs(times: list[int], window: int) -> None:
    ordered = np.sort(np.array(times))
    gaps = np.abs(ordered[:, None] - ordered)[np.triu_indices(len(times), k=1)]
    assert pair_share(ordered, window) == pytest.approx((gaps <= window).mean())


def dump(seed: int, threads: int = 6, others: int = 80) -> tuple[np.ndarray, ...]:
    """Return account, thread and time of two accounts and of others who answer whenever."""
    draw = np.random.default_rng(seed)
    thread = np.repeat(np.arange(threads), others + 2)
    account = np.tile(np.r_[0, 1, np.arange(2, others + 2)], threads)
    account = np.where(account < 2, account, account + thread * others)
    return account, thread, draw.integers(0, 2 * DAY, len(thread))


def test_the_chance_agrees_with_times_permuted_within_their_threads() -> None:
    account, thread, times = dump(1)
    window, hits = 4 * 3_600, 3
    draw = np.random.default_rng(2)
    rounds = 4_000
    seen = np.zeros(rounds, dtype=np.int64)
    for name in range(6):
        inside = times[thread == name]
        chosen = draw.random((rounds, len(inside))).argsort(axis=1)[:, :2]
        seen += np.abs(inside[chosen[:, 0]] - inside[chosen[:, 1]]) <= window
    # in three threads the two are together, in the others far apart
    for name in range(6):
        ours = np.flatnonzero((thread == name) & (account < 2))
        times[ours[1]] = times[ours[0]] + (60 if name < hits else 3 * DAY)
    nothing = np.full(len(times), -1)
    chance, _ = Synchrony(make_activity(account, thread, times, nothing), (window,)).compare(0, 1)
    expected = (seen >= hits).mean()
    assert chance == pytest.approx(expected, rel=0.15)
    assert 0.05 < expected < 0.5


def ties_of(account: np.ndarray, thread: np.ndarray, times: np.ndarray) -> Ties:
    activity = make_activity(account, thread, times, np.full(len(times), -1))
    memberships = find_memberships(activity, activity.account, activity.account_count)
    nothing = find_communities(len(memberships.wordings), [])
    return tie_accounts(activity, memberships, nothing, CampaignSettings())


def test_bots_that_answer_together_in_six_threads_are_tied_by_time() -> None:
    account, thread, times = dump(3)
    for name in range(6):
        times[(thread == name) & (account == 1)] = (
            times[(thread == name) & (account == 0)] + 10 * name
        )
    found = ties_of(account, thread, times)
    assert found.pairs.tolist() == [1]
    assert "time" in found.layers[0]
    assert found.q_value[0] < 1e-6


def test_fans_who_answer_whenever_are_not_tied() -> None:
    draw = np.random.default_rng(4)
    account, thread = np.tile(np.arange(40), 8), np.repeat(np.arange(8), 40)
    # all of them soon after the post, as fans do
    times = thread * DAY + draw.exponential(3_600, len(thread)).astype(np.int64)
    assert ties_of(account, thread, times).pairs.tolist() == []


def test_the_smallest_distance_of_two_busy_accounts_takes_no_table_of_all() -> None:
    draw = np.random.default_rng(5)
    count = 60_000
    account, thread = np.repeat([0, 1], count), draw.integers(0, 3, 2 * count)
    times = draw.integers(0, 10**12, 2 * count)
    activity = make_activity(account, thread, times, np.full(2 * count, -1))
    chance, weight = Synchrony(activity, (60,)).compare(0, 1)
    assert 0.0 < chance <= 1.0 and weight >= 0.0


def test_times_that_are_not_known_tie_nobody() -> None:
    account, thread, times = dump(6)
    times[:] = NEVER
    assert ties_of(account, thread, times).pairs.tolist() == []
