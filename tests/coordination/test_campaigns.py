import random
from typing import Any

import pyarrow as pa
import pytest

from rumorscan.coordination.campaigns import Coordination
from rumorscan.records import OPTIONAL_FIELDS, Campaign, Tier
from tests.coordination.dumps import (
    DAY,
    background,
    coordinate,
    coordinate_table,
    posts_table,
)

SCRIPTS = [
    "城东水厂停水三天，大家快去超市囤水，再晚就没有了",
    "北山书院的课太值了，我家孩子两个月进步很大，推荐",
    "新区那家店的烤鱼真是一绝，排队两小时也不后悔",
    "老街改造补偿款被人吞了，住户都在等一个说法呢",
]


LETTERS = "".join(map(chr, range(0x4E00, 0x4E00 + 600)))


def invented(seed: int, length: int = 30) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def burst(accounts: int = 20, **extra: Any) -> list[dict[str, Any]]:
    return [
        {
            "account_id": f"b{number}",
            "text": SCRIPTS[0],
            "posted_at": 3 * DAY + 20 * number,
            **extra,
        }
        for number in range(accounts)
    ]


def drip(accounts: int = 12) -> list[dict[str, Any]]:
    return [
        {
            "account_id": f"w{number}",
            "text": script + "啊" * (number % 2),
            "posted_at": (2 * topic + 1) * DAY + 5_400 * number,
            "root_id": f"t{topic}",
        }
        for topic, script in enumerate(SCRIPTS)
        for number in range(accounts)
    ]


def found(coordination: Coordination, *tiers: Tier) -> list[Campaign]:
    return [campaign for campaign in coordination.campaigns if campaign.tier in tiers]


def test_ordinary_posts_make_no_campaign() -> None:
    _, coordination = coordinate(background(1_500))
    assert found(coordination, Tier.SUSPECTED, Tier.CONFIRMED) == []


def test_a_burst_of_copies_is_suspected_and_shared_devices_confirm_it() -> None:
    _, alone = coordinate(background(600) + burst())
    (campaign,) = found(alone, Tier.SUSPECTED)
    assert set(campaign.account_ids) == {f"b{number}" for number in range(20)}
    assert campaign.evidence["time"]["strong"]

    posts = burst()
    for number, post in enumerate(posts):
        post["device_id"] = f"shared{number // 5}"
    _, together = coordinate(background(600) + posts)
    (campaign,) = found(together, Tier.CONFIRMED)
    assert campaign.evidence["infrastructure"]["accounts"] == 20


def test_a_slow_drip_over_unrelated_threads_is_confirmed_by_its_accounts() -> None:
    _, coordination = coordinate(background(600) + drip())
    campaigns = found(coordination, Tier.CONFIRMED)
    assert len(campaigns) == len(SCRIPTS)
    assert len({campaign.community_id for campaign in campaigns}) == 1
    for campaign in campaigns:
        assert set(campaign.account_ids) == {f"w{number}" for number in range(12)}
        assert campaign.q_value < 1e-6
        assert not campaign.evidence["time"]["strong"]
    assert {edge["account_a"] for edge in coordination.edges.to_pylist()} <= {
        f"w{number}" for number in range(12)
    }
    assert coordination.edges.num_rows > 12


def test_a_text_that_spreads_slowly_over_new_accounts_is_spread_only() -> None:
    posts = [
        {"account_id": f"s{number}", "text": SCRIPTS[1], "posted_at": number * DAY // 2}
        for number in range(20)
    ]
    _, coordination = coordinate(background(600) + posts)
    assert [
        campaign.tier for campaign in coordination.campaigns if "s0" in campaign.account_ids
    ] == [Tier.SPREAD]


def test_a_share_button_asks_for_more_than_a_burst() -> None:
    posts = [
        {
            "account_id": f"h{headline}-{number}",
            "text": f"{PLACE}大桥通车首日车流平稳（分享自 @某某新闻）",
            "posted_at": headline * DAY + 60 * number,
        }
        for headline, PLACE in enumerate(["河口新建的", "南湾跨海的", "码头旁边的", "车站东侧的"])
        for number in range(12)
    ]
    _, coordination = coordinate(background(600) + posts)
    assert found(coordination, Tier.SUSPECTED, Tier.CONFIRMED) == []
    framed = [campaign for campaign in coordination.campaigns if "h0-0" in campaign.account_ids]
    assert "frame-share-button" in {reason.code for reason in framed[0].counter_evidence}


@pytest.mark.parametrize(
    ("usual", "share"), [(12, 1.0), (10, 0.8333), (9, None), (0, None)], ids=str
)
def test_a_frame_through_one_client_is_said(usual: int, share: float | None) -> None:
    posts = [
        {
            "account_id": f"h{number}",
            "text": "河口新建的大桥通车首日车流平稳（分享自 @某某新闻）",
            "posted_at": 60 * number,
            "client": "某某新闻" if number < usual else f"客户端{number}",
        }
        for number in range(12)
    ]
    _, coordination = coordinate(background(600) + posts)
    framed = [campaign for campaign in coordination.campaigns if "h0" in campaign.account_ids]
    said = {reason.code: reason.value for reason in framed[0].counter_evidence}
    assert said.get("frame-common-client") == share
    assert framed[0].tier == Tier.SPREAD


def test_verified_accounts_that_post_one_notice_act_openly() -> None:
    posts = drip()
    for post in posts:
        post["verified"] = True
    _, coordination = coordinate(background(600) + posts)
    assert found(coordination, Tier.SUSPECTED, Tier.CONFIRMED) == []


def test_quoting_the_post_that_one_answers_ties_nobody() -> None:
    roots = [
        {"account_id": f"r{topic}", "text": script, "post_id": f"root{topic}", "posted_at": topic}
        for topic, script in enumerate(SCRIPTS)
    ]
    quotes = [
        {
            "account_id": f"q{number}",
            "text": script,
            "posted_at": number * 9_000 + topic * DAY,
            "root_id": f"root{topic}",
        }
        for topic, script in enumerate(SCRIPTS)
        for number in range(12)
    ]
    _, coordination = coordinate(background(600) + roots + quotes)
    assert found(coordination, Tier.SUSPECTED, Tier.CONFIRMED) == []
    assert coordination.edges.num_rows == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_posts_does_not_change_the_campaigns(seed: int) -> None:
    posts = [{**post, "post_id": f"p{row}"} for row, post in enumerate(background(300) + drip())]
    shuffled = list(posts)
    random.Random(seed).shuffle(shuffled)

    def shape(coordination: Coordination) -> list[tuple[object, ...]]:
        return [
            (
                campaign.tier,
                campaign.coordination,
                set(campaign.account_ids),
                set(campaign.post_ids),
            )
            for campaign in found(coordination, Tier.SUSPECTED, Tier.CONFIRMED)
        ]

    assert shape(coordinate(posts)[1]) == shape(coordinate(shuffled)[1])


def test_a_million_one_word_posts_make_no_group() -> None:
    posts = [{"account_id": f"a{row % 50}", "text": "转发微博"} for row in range(5_000)]
    activity, coordination = coordinate(posts)
    assert coordination.group_count == 0
    assert coordination.campaigns == []
    assert (activity.group == -1).all()


def test_one_post_known_to_the_day_leaves_the_timing_of_others_alone() -> None:
    table = posts_table(background(600) + burst())
    precision = table["precision"].to_numpy().copy()
    precision[0] = 1
    position = table.schema.get_field_index("precision")
    _, coordination = coordinate_table(
        table.set_column(position, "precision", pa.array(precision, pa.uint8()))
    )
    assert len(found(coordination, Tier.SUSPECTED)) == 1


@pytest.mark.parametrize("name", ["device_id", "ip", "root_id", "account_created_at", "verified"])
def test_a_column_without_any_value_is_as_good_as_none(name: str) -> None:
    posts = [{key: post[key] for key in ("account_id", "text", "posted_at")} for post in burst()]
    table = posts_table(posts)
    _, without = coordinate_table(table)
    nothing = pa.nulls(len(table), OPTIONAL_FIELDS[name])
    _, empty = coordinate_table(table.append_column(name, nothing))
    assert [item.to_dict() for item in empty.campaigns] == [
        item.to_dict() for item in without.campaigns
    ]


def test_accounts_that_mirror_each_other_cost_no_square() -> None:
    posts = [
        {
            "account_id": f"m{account}",
            "text": invented(row),
        }
        for row in range(1_500)
        for account in range(3)
    ]
    _, coordination = coordinate(posts + background(600))
    assert coordination.edges.num_rows == 3
    assert set(coordination.edges["account_b"].to_pylist()) <= {"m1", "m2"}


def test_groups_of_the_same_accounts_are_linked_in_a_row() -> None:
    posts = [
        {"account_id": f"w{number}", "text": invented(row, 40)}
        for row in range(40)
        for number in range(30)
    ]
    _, coordination = coordinate(posts + background(3_000))
    campaigns = found(coordination, Tier.CONFIRMED)
    assert len(campaigns) == 40
    assert len({campaign.community_id for campaign in campaigns}) == 1
    assert {len(campaign.account_ids) for campaign in campaigns} == {30}


def test_a_tireless_account_is_capped_and_counted() -> None:
    posts = [
        {
            "account_id": account,
            "text": invented(row),
        }
        for row in range(2_100)
        for account in ("bot", f"u{row}")
    ]
    _, coordination = coordinate(posts)
    assert coordination.capped["capped_accounts"] == 1
