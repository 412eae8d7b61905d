"""Measures, checked on examples that were worked out by hand."""

import pytest

from rumorscan.rehearsal.agreement import b_cubed
from rumorscan.rehearsal.measures import (
    Found,
    FoundCampaign,
    TrueCampaign,
    Truth,
    measure,
)


def planted(name: str, accounts: str, **more: object) -> TrueCampaign:
    posts = frozenset(f"p-{account}" for account in accounts)
    return TrueCampaign(name, frozenset(accounts), posts, **more)


def caught(name: str, accounts: str, tier: str = "suspected") -> FoundCampaign:
    posts = frozenset(f"p-{account}" for account in accounts)
    return FoundCampaign(name, tier, frozenset(accounts), posts)


def truth_of(*campaigns: TrueCampaign, **more: object) -> Truth:
    posts = frozenset().union(*(campaign.post_ids for campaign in campaigns))
    return Truth(campaigns, planted_post_ids=posts, posts=len(posts) + 1_000, **more)


def test_what_is_found_whole_is_perfect():
    figures = measure(
        truth_of(planted("t1", "abc"), planted("t2", "defg")),
        Found((caught("f1", "abc"), caught("f2", "defg", "confirmed"))),
    )
    assert figures.suspected.f1 == 1.0
    assert (figures.confirmed.precision, figures.confirmed.recall) == (1.0, 4 / 7)
    assert figures.campaigns.value == 1.0
    assert figures.b_cubed is not None and figures.b_cubed.f1 == 1.0
    assert figures.false_campaigns == 0


def test_nothing_found_is_precise_and_recalls_nothing():
    figures = measure(truth_of(planted("t1", "abc")), Found(()))
    assert (figures.suspected.precision, figures.suspected.recall) == (1.0, 0.0)
    assert figures.suspected.f1 == 0.0
    assert figures.campaigns.value == 0.0


def test_spread_is_not_flagged():
    figures = measure(truth_of(planted("t1", "abc")), Found((caught("f1", "abc", "spread"),)))
    assert figures.suspected.found == 0
    assert figures.b_cubed is not None and figures.b_cubed.found == 0


def test_a_campaign_is_found_when_half_of_it_stands_in_one():
    truth = truth_of(planted("t1", "abcd"), planted("t2", "efgh"))
    figures = measure(truth, Found((caught("f1", "ab"), caught("f2", "e"), caught("f3", "f"))))
    assert (figures.campaigns.count, figures.campaigns.of) == (1, 2)


def test_b_cubed_of_a_merge_a_split_and_an_innocent():
    # by hand: items 1..6; found A = {1, 2, 3}, B = {4}, C = {6}; true x = {1, 2}, y = {3, 4, 5}
    # precision: 2/3, 2/3, 1/3, 1, 1 (5 alone), 1; recall: 1, 1, 1/3, 1/3, 1/3, 1 (6 alone)
    found = {"1": "A", "2": "A", "3": "A", "4": "B", "6": "C"}
    true = {"1": "x", "2": "x", "3": "y", "4": "y", "5": "y"}
    result = b_cubed(found, true)
    assert result.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 3) / 6)
    assert result.recall == pytest.approx((1 + 1 + 1 / 3 + 1 / 3 + 1 / 3 + 1) / 6)


def test_two_posts_without_a_campaign_are_never_one_cluster():
    assert b_cubed({}, {"1": "x", "2": "x"}).recall == 0.5
    assert b_cubed({"1": "A", "2": "A"}, {}).precision == 0.5


def test_a_false_campaign_has_less_than_half_of_its_accounts_among_the_members():
    truth = truth_of(planted("t1", "abcd"))
    found = Found((caught("f1", "abxy"), caught("f2", "cuvw"), caught("f3", "mno", "confirmed")))
    figures = measure(truth, found)
    assert (figures.false_campaigns, figures.false_confirmed) == (2, 1)
    assert figures.false_campaigns_per_100k == 200.0


def test_what_the_untouched_dump_has_is_set_aside():
    truth = truth_of(planted("t1", "abc"))
    found = Found((caught("f1", "abc"), caught("f2", "xyz")))
    figures = measure(truth, found, already="xyz")
    assert figures.suspected.precision == 1.0
    assert (figures.false_campaigns, figures.campaigns_set_aside, figures.set_aside) == (0, 1, 3)
    assert figures.b_cubed is not None and figures.b_cubed.precision == 1.0
    assert measure(truth, found).suspected.precision == 0.5


def test_hard_negatives_are_counted_by_kind():
    negatives = {"chant": frozenset("mn"), "lottery": frozenset("opqr")}
    figures = measure(
        truth_of(planted("t1", "abc"), negatives=negatives), Found((caught("f1", "mop"),))
    )
    shares = {kind: (share.count, share.of) for kind, share in figures.negatives.items()}
    assert (figures.false_campaigns, figures.false_from_negatives) == (1, 1)
    assert figures.organic_campaigns_per_100k == 0.0
    assert shares == {"chant": (1, 2), "lottery": (2, 4), "all": (3, 6)}


def test_recall_is_split_by_operator_tempo_and_size():
    truth = truth_of(
        planted("t1", "abc", operator="slots", tempo_seconds=900),
        planted("t2", "defghijklm", operator="mixed", tempo_seconds=21_600),
    )
    figures = measure(truth, Found((caught("f1", "abcd"),)))
    assert figures.by_operator["slots"]["accounts"].value == 1.0
    assert figures.by_operator["mixed"]["accounts"].value == 0.1
    assert figures.by_operator["mixed"]["campaigns"].value == 0.0
    assert list(figures.by_tempo) == ["900", "21600"]
    assert list(figures.by_size) == ["3-9", "10-49"]


def test_the_campaign_that_a_post_is_shown_under_counts():
    truth = truth_of(planted("t1", "ab"))
    campaigns = (caught("f1", "ab"), caught("f2", "ab"), caught("f3", "ab", "spread"))
    shown = {"p-a": "f1", "p-b": "f2", "p-z": "f3"}
    figures = measure(truth, Found(campaigns, shown))
    assert figures.b_cubed is not None
    assert (figures.b_cubed.precision, figures.b_cubed.recall) == (1.0, 0.5)


def test_the_figures_are_json_data():
    import orjson

    figures = measure(truth_of(planted("t1", "abc", operator="slots")), Found(()))
    data = orjson.loads(orjson.dumps(figures.to_dict()))
    assert data["accounts_suspected"]["f1"] == 0.0
    assert data["by_operator"]["slots"]["campaigns"] == {"value": 0.0, "count": 0, "n": 1}
