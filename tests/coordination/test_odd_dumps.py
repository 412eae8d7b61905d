"""Dumps that lack what most have: nothing is found in them, and nothing falls over."""

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rumorscan.coordination.campaigns import Coordination
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS, Campaign, Tier
from tests.coordination.dumps import (
    DAY,
    background,
    coordinate,
    coordinate_table,
    posts_table,
)
from tests.coordination.test_campaigns import SCRIPTS, drip, found, invented

EVERYTHING = sorted({**CORE_FIELDS, **OPTIONAL_FIELDS})


def without(posts: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in post.items() if key not in names} for post in posts]


def test_an_empty_dump_has_no_campaigns() -> None:
    nothing = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    columns = {name: pa.chunked_array([pa.nulls(0, kind)]) for name, kind in nothing.items()}
    activity, coordination = coordinate_table(pa.table(columns))
    assert len(activity) == 0
    assert coordination.campaigns == []
    assert coordination.edges.num_rows == 0


def test_a_dump_without_times_is_judged_by_the_rest() -> None:
    _, coordination = coordinate(without(background(600) + drip(), "posted_at"))
    campaigns = found(coordination, Tier.CONFIRMED)
    assert len(campaigns) == len(SCRIPTS)
    assert {campaign.started_at for campaign in campaigns} == {None}
    assert not any(campaign.evidence["time"]["strong"] for campaign in campaigns)


def test_a_dump_without_threads_is_judged_by_the_rest() -> None:
    _, coordination = coordinate(without(background(600) + drip(), "root_id"))
    campaigns = found(coordination, Tier.CONFIRMED)
    assert len(campaigns) == len(SCRIPTS)
    assert {campaign.threads for campaign in campaigns} == {()}


def test_one_account_is_no_campaign() -> None:
    posts = [
        {"account_id": "one", "text": SCRIPTS[row % 4], "posted_at": row, "root_id": f"t{row % 9}"}
        for row in range(300)
    ]
    _, coordination = coordinate(posts)
    assert coordination.campaigns == []
    assert coordination.edges.num_rows == 0


@pytest.mark.parametrize("seed", range(3))
def test_values_missing_everywhere_do_no_harm(seed: int) -> None:
    chance = random.Random(seed)
    kept = ("account_id", "text", "post_id")
    posts = [
        {key: value for key, value in post.items() if key in kept or chance.random() < 0.5}
        for post in background(300, seed) + drip()
    ]
    _, coordination = coordinate(posts)
    assert found(coordination, Tier.SUSPECTED, Tier.CONFIRMED)


@pytest.mark.parametrize("name", [name for name in OPTIONAL_FIELDS if name != "root_id"])
def test_a_column_of_nulls_changes_nothing(name: str) -> None:
    table = posts_table(without(drip() + background(60), name))
    _, before = coordinate_table(table)
    _, after = coordinate_table(
        table.append_column(name, pa.nulls(len(table), OPTIONAL_FIELDS[name]))
    )
    assert [item.to_dict() for item in before.campaigns] == [
        item.to_dict() for item in after.campaigns
    ]


IDENTITY = (
    "campaign_id",
    "community_id",
    "account_ids",
    "post_ids",
    "group_ids",
    "first_post_id",
    "started_at",
    "ended_at",
    "template",
    "threads",
)


def shown(coordination: Coordination) -> list[dict[str, Any]]:
    """Return what the campaigns are, in order of their ids."""
    found = [campaign.to_dict() for campaign in coordination.campaigns]
    kept = [{name: campaign[name] for name in IDENTITY} for campaign in found]
    return sorted(kept, key=lambda campaign: campaign["campaign_id"])


def of(coordination: Coordination, account: str) -> Campaign:
    (campaign,) = (item for item in coordination.campaigns if account in item.account_ids)
    return campaign


def test_the_share_of_each_thread_is_told() -> None:
    posts = [
        {
            "account_id": f"w{number}",
            "text": SCRIPTS[0],
            "posted_at": 3 * DAY + 60 * number,
            "root_id": "big" if number < 7 else "small",
        }
        for number in range(10)
    ]
    posts += [
        {"account_id": f"x{row}", "text": invented(row), "posted_at": row, "root_id": name}
        for name, count in (("big", 13), ("small", 2))
        for row in range(count)
    ]
    campaign = of(coordinate(background(300) + posts)[1], "w0")
    assert list(campaign.threads) == [
        {"root_id": "big", "posts": 7, "of": 20},
        {"root_id": "small", "posts": 3, "of": 5},
    ]


def test_the_first_post_is_the_earliest_that_has_a_time() -> None:
    posts = [
        {
            "account_id": f"w{number}",
            "post_id": f"w{number}",
            "text": SCRIPTS[0],
            "posted_at": None if number == 0 else 9_000 - 60 * number,
        }
        for number in range(9)
    ]
    campaign = of(coordinate(posts)[1], "w0")
    assert campaign.first_post_id == "w8"
    assert campaign.post_ids[-1] == "w0"


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_posts_changes_neither_ids_nor_members_nor_templates(seed: int) -> None:
    chance = random.Random(seed)
    posts = drip(14) + background(300)
    posts += [
        {
            "account_id": f"w{number}",
            "text": f"听说{invented(number, 3)}小区门口的面馆今天又排队了" + invented(number, 4),
            "posted_at": 10 * DAY + 977 * number,
            "root_id": "t9",
        }
        for number in range(40)
    ]
    # one account has one day of registration, and no two posts have one time
    posts = [
        {**post, "post_id": f"p{row}", "posted_at": 700 * post["posted_at"] + row}
        for row, post in enumerate(without(posts, "account_created_at"))
    ]
    mixed = list(posts)
    chance.shuffle(mixed)
    assert shown(coordinate(posts)[1]) == shown(coordinate(mixed)[1])


def test_the_template_of_a_large_wording_does_not_depend_on_the_order_of_posts() -> None:
    posts = [
        {
            "account_id": f"w{row}",
            "post_id": f"w{row}",
            "text": f"听说{'东西' if row < 250 else '南北'}小区的超市今天鸡蛋又降价了大家快去抢购",
            "posted_at": 1_000_000 + row,
        }
        for row in range(600)
    ]
    straight, backward = (of(coordinate(rows)[1], "w0") for rows in (posts, posts[::-1]))
    assert straight.template == backward.template


def test_a_campaign_of_posts_with_equal_times_is_whole() -> None:
    posts = [{"account_id": f"w{row}", "text": SCRIPTS[0], "posted_at": 7} for row in range(9)]
    campaign = of(coordinate(background(300) + posts)[1], "w0")
    assert campaign.started_at == campaign.ended_at
    assert np.isfinite(campaign.coordination)
