import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.reasons import REASON_CODES, describe_reason, is_counter
from rumorscan.records import POSTS_SCHEMA, REASONS, Campaign, Reason, Stance, Tier, Triage
from rumorscan.settings import VerdictSettings
from rumorscan.verdicts import FAMILY_BITS, Evidence, decide, enrich_campaigns, pressing_order

TIERS, STANCES, TRIAGES = list(Tier), list(Stance), list(Triage)
CLAIM_IDS = ["k1", "k2"]


def campaign(name, tier, rows=(), coordination=0.5):
    strong = {"strength": 0.8, "strong": True}
    return Campaign(
        campaign_id=name,
        tier=tier,
        coordination=coordination,
        q_value=0.001,
        account_ids=(),
        post_ids=(),
        group_ids=(),
        template="",
        started_at=None,
        ended_at=None,
        evidence={"reuse": strong, "time": {"strength": 0.1, "strong": False}, "profile": {}},
        counter_evidence=(Reason("counter-single-thread", 1.0), Reason("frame-new", 2.0, "x")),
        rows=rows,
    )


CAMPAIGNS = [campaign(f"c-{tier}", tier, coordination=0.1 * at) for at, tier in enumerate(TIERS)]


def evidence(posts):
    """Return the evidence of posts given as probability, claim, stance and tier."""
    probability, claim, stance, tier = zip(*posts, strict=True) if posts else ([], [], [], [])
    claims = np.array(claim, dtype=np.int32)
    return Evidence(
        rumor_probability=np.array([np.nan if p is None else p for p in probability], dtype=float),
        claim=claims,
        claim_similarity=np.where(claims >= 0, 0.9, 0.0),
        claim_ids=CLAIM_IDS,
        stance=np.array([STANCES.index(each) for each in stance], dtype=np.int8),
        lengths=np.full(len(claims), 20),
        campaign=np.array([-1 if each is None else TIERS.index(each) for each in tier], dtype=int),
        campaigns=CAMPAIGNS,
    )


def triage(*post):
    return TRIAGES[decide(evidence([post])).triage[0]]


def codes(decisions, row=0):
    return [reason["code"] for reason in decisions.reasons[row].as_py()]


A, D, Q, U = Stance.ASSERTS, Stance.DENIES, Stance.ASKS, Stance.UNCLEAR
NONE, SPREAD, SUSPECTED, CONFIRMED = None, Tier.SPREAD, Tier.SUSPECTED, Tier.CONFIRMED

TABLE = [
    ((0.0, 0, A, CONFIRMED), "urgent"),
    ((0.0, 0, A, SUSPECTED), "urgent"),
    ((None, 0, U, SUSPECTED), "urgent"),
    ((0.3, -1, A, CONFIRMED), "urgent"),
    ((0.29, -1, A, CONFIRMED), "review"),
    ((0.99, -1, A, SUSPECTED), "review"),
    ((0.0, -1, A, SUSPECTED), "review"),
    ((0.99, 0, A, NONE), "review"),
    ((0.0, 0, A, NONE), "review"),
    ((0.99, 0, A, SPREAD), "review"),
    ((0.5, -1, A, NONE), "review"),
    ((0.49, -1, A, NONE), "pass"),
    ((None, -1, A, NONE), "pass"),
    ((0.0, -1, A, SPREAD), "pass"),
    ((0.0, -1, A, Tier.NONE), "pass"),
    ((0.99, 0, Q, CONFIRMED), "review"),
    ((0.0, 0, Q, NONE), "review"),
    ((0.99, 0, D, NONE), "pass"),
    ((0.99, 0, D, SPREAD), "pass"),
    ((0.99, 0, D, CONFIRMED), "review"),
]


@pytest.mark.parametrize(("post", "expected"), TABLE)
def test_triage_follows_the_table(post, expected):
    assert triage(*post) == expected


post = st.tuples(
    st.none() | st.floats(0, 1),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from(STANCES),
    st.none() | st.sampled_from(TIERS),
)
lines = st.builds(VerdictSettings, st.floats(0.01, 1), st.floats(0.01, 1))


@settings(max_examples=200, deadline=None)
@given(st.lists(post, max_size=12), lines)
def test_the_classifier_alone_is_never_urgent(posts, chosen):
    alone = [(p, -1, stance, tier if tier == SPREAD else None) for p, _, stance, tier in posts]
    assert TRIAGES.index(Triage.URGENT) not in decide(evidence(alone), chosen).triage


@settings(max_examples=200, deadline=None)
@given(st.lists(post, max_size=12), lines)
def test_no_family_alone_is_urgent(posts, chosen):
    decisions = decide(evidence(posts), chosen)
    urgent = decisions.triage == TRIAGES.index(Triage.URGENT)
    families = np.bitwise_count(decisions.families)
    assert (families[urgent] >= 2).all()
    assert (decisions.families[urgent] & FAMILY_BITS["coordination"]).all()


@settings(max_examples=200, deadline=None)
@given(st.lists(post, max_size=12), lines)
def test_a_denial_is_never_flagged_for_what_it_denies(posts, chosen):
    denied = [
        (p, claim, Stance.DENIES, tier if tier == SPREAD else None) for p, claim, _, tier in posts
    ]
    decisions = decide(evidence(denied), chosen)
    assert (decisions.triage == TRIAGES.index(Triage.PASS)).all()
    for row, (_, claim, _, _) in enumerate(denied):
        if claim >= 0:
            kept = decisions.reasons[row].as_py()
            assert kept == [{"code": "stance-denies", "value": 1.0, "detail": CLAIM_IDS[claim]}]


@settings(max_examples=200, deadline=None)
@given(st.lists(post, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_posts_decides_nothing(posts, random):
    order = list(range(len(posts)))
    random.shuffle(order)
    here, there = decide(evidence(posts)), decide(evidence([posts[at] for at in order]))
    assert here.triage[order].tolist() == there.triage.tolist()
    assert [here.reasons[at].as_py() for at in order] == there.reasons.to_pylist()


@settings(max_examples=100, deadline=None)
@given(st.lists(post, max_size=12), lines)
def test_flagged_posts_have_evidence_and_passed_ones_have_none(posts, chosen):
    decisions = decide(evidence(posts), chosen)
    for row, code in enumerate(decisions.triage):
        against = [is_counter(each) for each in codes(decisions, row)]
        assert against == sorted(against)
        if TRIAGES[code] == Triage.PASS:
            assert all(against)
        else:
            assert not all(against)


def test_more_evidence_never_lowers_the_triage():
    for stance in (A, U):
        for tiers in zip([NONE, *TIERS], [*TIERS, CONFIRMED], strict=True):
            for low, high in ((0.0, 0.3), (0.3, 0.9)):
                for claim in (-1, 0):
                    less = triage(low, claim, stance, tiers[0])
                    more = triage(high, 0, stance, tiers[1])
                    assert TRIAGES.index(less) <= TRIAGES.index(more)


def test_reasons_name_their_values_and_details():
    decisions = decide(evidence([(0.8, 1, A, CONFIRMED)]))
    assert decisions.reasons.type == REASONS
    assert decisions.reasons[0].as_py() == [
        {"code": "known-rumor", "value": 0.9, "detail": "k2"},
        {"code": "campaign-confirmed", "value": pytest.approx(0.3), "detail": "c-confirmed"},
        {"code": "account-reuse", "value": 0.8, "detail": "c-confirmed"},
        {"code": "rumor-probability", "value": 0.8, "detail": ""},
        {"code": "counter-single-thread", "value": 1.0, "detail": ""},
        {"code": "frame-new", "value": 2.0, "detail": "x"},
    ]


def reworked(**changes):
    text = {"strength": 0.7, "strong": True, "made": True, "reworked": 0.48}
    return dataclasses.replace(
        CAMPAIGNS[TIERS.index(CONFIRMED)],
        evidence={"text": text, "time": {"strength": 0.6, "strong": True}},
        **changes,
    )


def coordination_reasons(found):
    told = dataclasses.replace(evidence([(0.0, -1, A, NONE)]), campaign=np.array([0]))
    reasons = decide(dataclasses.replace(told, campaigns=[found])).reasons[0].as_py()
    return [reason for reason in reasons if not is_counter(reason["code"])]


def test_a_text_that_was_made_to_look_different_is_a_reason_beside_the_same_text():
    reasons = coordination_reasons(reworked())
    assert [reason["code"] for reason in reasons] == [
        "campaign-confirmed",
        "burst",
        "same-text",
        "reworked-text",
    ]
    assert reasons[-1] == {"code": "reworked-text", "value": 0.48, "detail": "c-confirmed"}
    few = reworked()
    few.evidence["text"]["strong"] = False
    assert [reason["code"] for reason in coordination_reasons(few)] == [
        "campaign-confirmed",
        "burst",
        "reworked-text",
    ]


@pytest.mark.parametrize(
    ("army", "value", "detail"),
    [
        ({"campaign_id": "c7", "community_id": "k7", "similarity": 0.83}, 0.83, "k7"),
        ({"campaign_id": "c7", "community_id": None, "similarity": 0.83}, 0.83, "c7"),
        ({"campaign_id": "c7", "community_id": "k7", "similarity": 0.0}, 1.0, "k7"),
        ({"campaign_id": "c7"}, 1.0, "c7"),
    ],
)
def test_the_nearest_army_of_earlier_runs_is_the_last_reason_for(army, value, detail):
    found = reworked(known_as=(army, {"campaign_id": "c8", "similarity": 0.1}))
    reasons = coordination_reasons(found)
    assert [reason["code"] for reason in reasons].count("known-army") == 1
    assert reasons[-1] == {"code": "known-army", "value": value, "detail": detail}


def test_known_armies_of_mere_spread_flag_nothing():
    found = reworked(tier=SPREAD, known_as=({"campaign_id": "c7", "similarity": 0.9},))
    assert coordination_reasons(found) == []


def test_a_question_and_a_short_text_stand_against():
    found = dataclasses.replace(evidence([(0.8, -1, Q, NONE)]), lengths=np.array([5]))
    assert codes(decide(found)) == ["rumor-probability", "stance-asks", "short-text"]


def test_a_dump_without_posts_and_without_campaigns_is_fine():
    decisions = decide(dataclasses.replace(evidence([]), campaigns=[]))
    assert len(decisions.reasons) == 0
    alone = dataclasses.replace(evidence([(0.9, -1, A, NONE)]), campaigns=[], claim_ids=[])
    assert codes(decide(alone)) == ["rumor-probability"]


def posts_table(count):
    ids = [f"p{at}" for at in range(count)]
    return pa.table(
        {
            "post_id": ids,
            "account_id": ids,
            "source_file": pa.array(["a.jsonl"] * count).dictionary_encode(),
            "source_row": pa.array(range(count), pa.int64()),
            "posted_at": pa.nulls(count, pa.timestamp("s", tz="UTC")),
        }
    )


def test_the_table_has_the_columns_of_a_run():
    decisions = decide(evidence([(None, -1, A, NONE), (0.8, 0, D, SUSPECTED)]))
    table = decisions.table(posts_table(2), pa.array([None, "g1"]))
    assert table.schema == POSTS_SCHEMA
    first, second = table.to_pylist()
    assert (first["rumor_probability"], first["claim_id"], first["campaign_id"]) == (None,) * 3
    assert (first["claim_similarity"], first["coordination"], first["triage"]) == (
        None,
        0.0,
        "pass",
    )
    assert (second["claim_id"], second["campaign_id"], second["stance"]) == (
        "k1",
        "c-suspected",
        "denies",
    )
    assert second["triage"] == "review"


def test_urgent_posts_press_first_then_those_with_more_families():
    posts = [
        (0.9, -1, A, NONE),
        (0.0, -1, A, NONE),
        (0.9, 0, A, NONE),
        (0.0, 0, A, SUSPECTED),
        (0.0, -1, A, SUSPECTED),
        (0.95, -1, A, NONE),
        (0.0, 0, A, CONFIRMED),
    ]
    table = decide(evidence(posts)).table(posts_table(7), pa.nulls(7, pa.string()))
    assert pressing_order(table).tolist() == [6, 3, 2, 4, 5, 0]
    pieces = pa.concat_tables([table.slice(0, 3), table.slice(3)])
    assert pressing_order(pieces).tolist() == [6, 3, 2, 4, 5, 0]
    assert pressing_order(table.slice(0, 0)).tolist() == []


def test_campaigns_learn_their_content_and_record():
    posts = [(0.2, 0, A, NONE), (0.2, 1, A, NONE), (0.8, 1, A, NONE), (None, 0, D, NONE)]
    found = dataclasses.replace(
        evidence(posts), campaigns=[campaign("c", CONFIRMED, (0, 1, 2, 3)), campaign("d", SPREAD)]
    )
    first, second = enrich_campaigns(found, np.array([7, 7, 8, 9]))
    assert first.rumor_probability == 0.5
    assert first.claim_ids == ("k2", "k1")
    assert (second.rumor_probability, second.claim_ids) == (None, ())


def test_every_code_reads_as_a_sentence_in_both_languages():
    for code, known in REASON_CODES.items():
        for lang in ("zh", "en"):
            sentence = describe_reason(code, 0.5, "k1", lang)
            assert "{" not in sentence
            assert sentence == sentence.strip()
            assert "（）" not in describe_reason(code, 0.5, "", lang)
        assert (known.family == "counter") == is_counter(code)
