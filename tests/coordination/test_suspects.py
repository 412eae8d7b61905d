import numpy as np

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.communities import find_communities
from rumorscan.coordination.fragments import join_fragments
from rumorscan.coordination.memberships import find_memberships
from rumorscan.coordination.reuse import link_wordings, standing
from rumorscan.coordination.suspects import Suspects, gather_suspects
from rumorscan.settings import CampaignSettings
from tests.coordination.chance import DAY, HOUR, make_activity
from tests.coordination.dumps import match_keys
from tests.coordination.test_campaigns import invented

Post = tuple[int, int, int, int]  # account, thread, time, wording
ARMY = [
    (member, 10 + text, text * DAY + member * 600, text) for text in (0, 1) for member in range(12)
]
CROWD = [
    (
        1_000 + (7 * wording + 13 * copy) % 900,
        1_000 + 4 * wording + copy,
        copy * HOUR,
        100 + wording,
    )
    for wording in range(200)
    for copy in range(4)
]


def activity_of(rows: list[Post]) -> Activity:
    return make_activity(*np.array(rows, dtype=np.int64).T)


def suspects_of(rows: list[Post]) -> tuple[Activity, dict[int, Suspects]]:
    settings = CampaignSettings()
    activity = activity_of(rows)
    memberships = find_memberships(activity, activity.account, activity.account_count)
    links = link_wordings(activity, memberships, standing(activity, memberships), settings.q_value)
    communities = find_communities(len(memberships.wordings), [links])
    found = gather_suspects(activity, memberships, communities, settings)
    return activity, {suspects.wording: suspects for suspects in found}


def test_those_who_wrote_the_text_long_after_are_not_of_the_army() -> None:
    late = [(500 + number, 30, 40 * DAY + number, 0) for number in range(8)]
    early = [(600 + number, 31, -40 * DAY + number, 0) for number in range(8)]
    nearby = [(700, 32, 2 * HOUR, 0)]
    _, found = suspects_of(CROWD + ARMY + late + early + nearby)
    assert len(found[0].accounts) == 13
    assert len(found[0].core) == 12
    assert found[0].visitors is None


def test_an_army_that_only_visits_a_crowd_is_told_apart_from_it() -> None:
    crowd = [(5_000 + number, 40 + number % 9, number * 70, 0) for number in range(150)]
    activity, found = suspects_of(CROWD + ARMY + crowd)
    assert len(found[0].accounts) == 162
    visitors = found[0].visitors
    assert visitors is not None
    assert visitors.accounts.tolist() == found[0].core.tolist()
    assert np.isin(activity.account[visitors.rows], visitors.core).all()
    assert found[1].visitors is None


def test_a_wording_of_two_accounts_is_no_suspect() -> None:
    _, found = suspects_of([*CROWD, (1, 1, 0, 0), (2, 2, 0, 0)])
    assert 0 not in found
    assert all(suspects.community < 0 and suspects.q_value == 1.0 for suspects in found.values())


def test_a_fragment_joins_the_message_of_its_community_and_strangers_do_not() -> None:
    message = invented(1, 60)
    # two wordings of one message, an unrelated one, and two texts that stand alone
    texts = [
        message,
        message[:30] + invented(2, 30),
        invented(3, 60),
        message[:28] + invented(4, 25),
        invented(5, 40),
    ]
    rows = [
        (member, 10 + text, text * DAY + member * 600, text)
        for text in range(3)
        for member in range(12)
    ]
    rows += [(0, 50, 9 * DAY, 3), (1, 51, 9 * DAY, 4), (900, 52, 9 * DAY, 4)]
    keys = match_keys(texts + [invented(50 + number) for number in range(300)])
    activity = activity_of(CROWD + rows)
    memberships = find_memberships(activity, activity.account, activity.account_count)
    links = link_wordings(activity, memberships, standing(activity, memberships), 0.01)
    communities = find_communities(len(memberships.wordings), [links])
    found = join_fragments(activity, memberships, communities, keys)
    after = found.wording[len(CROWD) :]
    before = activity.wording[len(CROWD) :]
    assert len(set(after[before == 0]) | set(after[before == 1])) == 1
    assert set(after[before == 3]) <= set(after[before == 0])
    assert set(after[before == 2]) == {2}
    assert set(after[before == 4]) == {4}
    assert np.array_equal(found.wording[: len(CROWD)], activity.wording[: len(CROWD)])
