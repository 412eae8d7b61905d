import numpy as np
import pytest

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.communities import WordingLinks, find_communities
from rumorscan.coordination.memberships import find_memberships
from rumorscan.coordination.reuse import join_wordings, link_wordings, standing
from rumorscan.coordination.ties import tie_accounts
from rumorscan.settings import CampaignSettings
from tests.coordination.chance import HOUR, make_activity, shuffled_activity

Post = tuple[int, int, int]  # account, thread, wording
LARGEST_Q = 0.05
SHAPES = (
    {},
    {"account_slope": 1.1},
    {"texts": 600, "account_slope": 1.1},
    {"loyal": 0.8, "texts": 240},
)
SEEDS = 80
# 80 trials at 0.05: more than 9 happen once in 80
TOLERATED = 9


def posts_of(rows: list[Post], seed: int = 0) -> Activity:
    columns = np.array(rows, dtype=np.int64)
    times = np.random.default_rng(seed).integers(0, 10**6, len(rows))
    return make_activity(columns[:, 0], columns[:, 1], times, columns[:, 2])


def links_of(activity: Activity, largest_q: float = 0.01) -> WordingLinks:
    memberships = find_memberships(activity, activity.account, activity.account_count)
    return link_wordings(activity, memberships, standing(activity, memberships), largest_q)


def crowd(seed: int = 0, accounts: int = 3_000, wordings: int = 600) -> list[Post]:
    """Ordinary accounts that copy this and that, each in a thread of its own kind."""
    draw = np.random.default_rng(seed)
    return [
        (10_000 + int(draw.integers(accounts)), 1_000 + wording * 3 + copy % 3, 1_000 + wording)
        for wording in range(wordings)
        for copy in range(10)
    ]


def test_on_shuffled_dumps_false_links_and_ties_stay_under_the_stated_q() -> None:
    settings = CampaignSettings(q_value=LARGEST_Q)
    linked = tied = 0
    for seed in range(SEEDS):
        shape = {"posts": 1_500, "accounts": 400, "threads": 30, "texts": 150}
        activity = shuffled_activity(seed, **{**shape, **SHAPES[seed % len(SHAPES)]})
        memberships = find_memberships(activity, activity.account, activity.account_count)
        found = link_wordings(activity, memberships, standing(activity, memberships), LARGEST_Q)
        linked += len(found.first) > 0
        communities = find_communities(len(memberships.wordings), [found])
        tied += len(tie_accounts(activity, memberships, communities, settings).pairs) > 0
    assert linked <= TOLERATED
    assert tied <= TOLERATED


def test_an_army_that_serves_two_texts_is_beyond_chance() -> None:
    army = [(member, 10 + text, text) for text in (0, 1) for member in range(12)]
    (shared,) = links_of(posts_of(crowd() + army)).shared.tolist()
    assert shared == 12


def test_fans_who_share_their_threads_anyway_are_not() -> None:
    draw = np.random.default_rng(3)
    fans = [(fan, thread, -1) for thread in range(6) for fan in range(400)]
    chants = [
        (int(fan), 2 * text, text)
        for text in range(3)
        for fan in draw.choice(400, 60, replace=False)
    ]
    assert len(links_of(posts_of(crowd() + fans + chants)).first) == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_pairs_that_met_in_one_thread_only_are_left_out(threads: int) -> None:
    army = [(member, 10 + text % threads, text) for text in (0, 1) for member in range(12)]
    assert len(links_of(posts_of(crowd() + army)).first) == threads - 1


def test_a_small_wording_joins_the_community_that_its_members_come_from() -> None:
    army = [(member, 10 + text, text) for text in range(6) for member in range(text, text + 24)]
    small = [(0, 90, 7), (10, 91, 7), (17, 92, 7), (28, 93, 7)]
    foreign = [(50_000 + member, 95, 8) for member in range(4)]
    activity = posts_of(crowd() + army + small + foreign)
    memberships = find_memberships(activity, activity.account, activity.account_count)
    stands = standing(activity, memberships)
    links = link_wordings(activity, memberships, stands, 0.01)
    communities = find_communities(len(memberships.wordings), [links])
    place = int(np.searchsorted(memberships.wordings, 7))
    assert communities.of_wording[place] < 0
    joined = join_wordings(memberships, stands, communities, 0.01)
    assert place in {*joined.first.tolist(), *joined.second.tolist()}
    after = find_communities(len(memberships.wordings), [links, joined])
    assert after.of_wording[place] >= 0
    assert after.of_wording[np.searchsorted(memberships.wordings, 8)] < 0


def test_standing_counts_each_account_of_a_wording_once_in_a_thread() -> None:
    rows = [(0, 5, 0), (0, 5, 0), (1, 5, 0), (1, 6, 0), (0, 5, 1), (1, 7, 1)]
    activity = posts_of(rows)
    memberships = find_memberships(activity, activity.account, activity.account_count)
    stands = standing(activity, memberships).toarray()
    assert stands[0, [5, 6, 7]].tolist() == [2, 1, 0]
    assert stands[1, [5, 6, 7]].tolist() == [1, 0, 1]


def test_no_posts_have_no_links() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert len(links_of(make_activity(nothing, nothing, nothing, nothing)).first) == 0
    one = make_activity(np.zeros(1, int), np.zeros(1, int), np.array([HOUR]), np.zeros(1, int))
    assert len(links_of(one).first) == 0


def test_communities_of_weak_bridges_come_apart() -> None:
    sides = [range(6), range(6, 12)]
    pairs = [(a, b) for side in sides for a in side for b in side if a < b]
    first, second = np.array([*pairs, (0, 6)]).T
    q_value = np.r_[np.full(len(pairs), 1e-20), 0.009]
    links = WordingLinks(first, second, np.full(len(first), 5), q_value, 0)
    found = find_communities(13, [links])
    assert found.of_wording.tolist() == [0] * 6 + [6] * 6 + [-1]
    assert found.q_value[0] == 1e-20 and found.q_value[12] == 1.0
