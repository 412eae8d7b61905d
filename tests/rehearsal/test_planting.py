"""Planting adds to a dump what it says, loses nothing and gives nothing away."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from rumorscan.readers import read_posts
from rumorscan.records import Precision
from rumorscan.rehearsal.ground import Ground, Ids
from rumorscan.rehearsal.plans import draw_plans
from rumorscan.rehearsal.planting import Planted, plant
from rumorscan.rehearsal.tables import load_tables
from tests.rehearsal.invented import BEGIN, DAY, dump, ordinary

TABLES = load_tables()


def planted_in(table: pa.Table, seed: int = 1, **more: int) -> Planted:
    plans = draw_plans(seed, 12, largest=30)
    return plant(table, plans, TABLES, seed, **{"negatives": 1, "crowd": 10, **more})


@pytest.fixture(scope="module")
def ground() -> pa.Table:
    return dump()


@pytest.fixture(scope="module")
def planted(ground: pa.Table) -> Planted:
    return planted_in(ground)


def added(planted: Planted) -> pa.Table:
    names = pa.array(sorted(planted.truth.planted_post_ids))
    return planted.table.filter(pc.is_in(planted.table["post_id"], value_set=names))


def test_no_row_of_the_dump_is_lost_or_moved_past_another(ground, planted):
    names = pa.array(sorted(planted.truth.planted_post_ids))
    kept = planted.table.filter(pc.invert(pc.is_in(planted.table["post_id"], value_set=names)))
    columns = [name for name in ground.column_names if name != "source_row"]
    assert kept.select(columns).to_pylist() == ground.select(columns).to_pylist()
    assert len(planted.table) == len(ground) + len(planted.truth.planted_post_ids)
    assert planted.table.schema == ground.schema


def test_the_same_seed_gives_the_same_table(ground, planted):
    again = planted_in(ground)
    assert again.table.equals(planted.table)
    assert again.truth == planted.truth
    assert not planted_in(ground, 2).table.equals(planted.table)


def test_every_member_posts_and_the_truth_names_each_post(planted):
    author = dict(
        zip(
            planted.table["post_id"].to_pylist(),
            planted.table["account_id"].to_pylist(),
            strict=True,
        )
    )
    for plan, campaign in zip(planted.plans, planted.truth.campaigns, strict=True):
        assert campaign.size == plan.accounts
        assert {author[post] for post in campaign.post_ids} == campaign.account_ids
        assert plan.accounts <= len(campaign.post_ids) <= 3 * plan.accounts


def test_post_ids_stay_unique_and_look_like_those_of_the_dump(ground, planted):
    ids = planted.table["post_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    for name in ("post_id", "account_id", "root_id"):
        values = planted.table[name].to_pylist()
        assert {len(value) for value in values} == {12}
        assert set("".join(values)) <= set("0123456789abcdef")


def test_times_lie_inside_the_span_of_the_dump(ground, planted):
    span = pc.min_max(ground["posted_at"]).as_py()
    new = pc.min_max(added(planted)["posted_at"]).as_py()
    assert span["min"] <= new["min"] and new["max"] <= span["max"]


def test_a_campaign_in_threads_stays_in_its_threads_and_windows(ground, planted):
    roots = set(ground["root_id"].to_pylist())
    rows = {row["post_id"]: row for row in planted.table.to_pylist()}
    for plan, campaign in zip(planted.plans, planted.truth.campaigns, strict=True):
        posts = [rows[post] for post in campaign.post_ids]
        threads = Counter(post["root_id"] for post in posts)
        if not plan.in_threads:
            assert not roots.intersection(threads)
            assert set(threads.values()) == {1}
            continue
        assert roots.issuperset(threads)
        assert len(threads) <= plan.threads
        for root in threads:
            times = [post["posted_at"] for post in posts if post["root_id"] == root]
            assert (max(times) - min(times)).total_seconds() <= plan.tempo_seconds


def test_about_a_third_of_the_members_are_real_accounts(ground):
    planted = plant(ground, draw_plans(3, 8, largest=60, pooled=0.0), TABLES, 3, negatives=0)
    real = planted.truth.members.intersection(ground["account_id"].to_pylist())
    assert 0.18 <= len(real) / len(planted.truth.members) <= 0.42


def test_pools_are_shared_and_other_accounts_are_not(ground):
    plans = draw_plans(5, 16, largest=40)
    planted = plant(ground, plans, TABLES, 5, negatives=0)
    served = Counter(
        account for campaign in planted.truth.campaigns for account in campaign.account_ids
    )
    apart = [
        campaign
        for plan, campaign in zip(plans, planted.truth.campaigns, strict=True)
        if plan.pool is None
    ]
    assert max(served.values()) > 1
    assert all(served[account] == 1 for campaign in apart for account in campaign.account_ids)


def test_negatives_and_camouflage_are_told_apart(planted):
    truth = planted.truth
    assert set(truth.negatives) == set(TABLES.negatives)
    everyone = frozenset().union(*truth.negatives.values())
    assert not everyone & truth.members
    campaign_posts = frozenset().union(*(campaign.post_ids for campaign in truth.campaigns))
    negative_posts = frozenset().union(*planted.negative_post_ids.values())
    parts = [campaign_posts, negative_posts, planted.camouflage_post_ids]
    assert sum(map(len, parts)) == len(truth.planted_post_ids)
    assert planted.camouflage_post_ids


def test_rows_are_numbered_again(planted):
    assert planted.table["source_row"].to_pylist() == list(range(1, len(planted.table) + 1))


def test_a_dump_in_order_of_time_stays_in_order():
    rows = sorted(ordinary(400), key=lambda row: row["posted_at"])
    times = planted_in(read_posts(rows).table).table["posted_at"].cast(pa.int64()).to_numpy()
    assert np.mean(np.diff(times) >= 0) > 0.97


def test_weibo_ids_grow_with_time():
    rows = sorted(ordinary(400), key=lambda row: row["posted_at"])
    for number, row in enumerate(rows):
        row["post_id"] = str(5_099_000_000_000_000 + number * 7_000_000 + number % 977)
    table = read_posts(rows).table
    ids = np.array([int(each) for each in planted_in(table).table["post_id"].to_pylist()])
    assert len(set(ids.tolist())) == len(ids)
    assert np.mean(np.diff(ids) >= 0) > 0.9


def test_new_accounts_have_the_profile_of_others_but_no_shared_device():
    table = dump(
        400,
        device_id=lambda chance: f"d{chance.randrange(10**9):09}",
        account_name=lambda chance: chance.choice(["小豆子", "晴天的伞", "北山客"]),
        followers=lambda chance: chance.randrange(900),
        verified=lambda chance: chance.random() < 0.1,
        client=lambda chance: "网页",
    )
    planted = planted_in(table)
    new = added(planted)
    assert new["account_name"].null_count == 0
    fresh = new.filter(pc.invert(pc.is_in(new["account_id"], value_set=table["account_id"])))
    pairs = set(zip(fresh["device_id"].to_pylist(), fresh["account_id"].to_pylist(), strict=True))
    assert len({device for device, _ in pairs}) == len(pairs)
    official = planted.negative_post_ids["official"]
    verified = new.filter(pc.is_in(new["post_id"], value_set=pa.array(sorted(official))))
    assert all(verified["verified"].to_pylist())
    assert len({name[:3] for name in verified["account_name"].to_pylist()}) == 1


def test_a_dump_of_days_keeps_its_precision():
    rows = ordinary(300)
    for row in rows:
        row["posted_at"] = f"2024-05-{1 + (row['posted_at'] - BEGIN) // DAY:02}"
    table = read_posts(rows).table
    assert set(table["precision"].to_pylist()) == {int(Precision.DAY)}
    new = added(planted_in(table))
    assert set(pc.hour(new["posted_at"]).to_pylist()) == set(
        pc.hour(table["posted_at"]).to_pylist()
    )


def test_a_dump_without_threads_and_times_can_be_planted_in():
    rows = [{"account_id": row["account_id"], "text": row["text"]} for row in ordinary(250)]
    planted = planted_in(read_posts(rows).table)
    assert planted.table["posted_at"].null_count == len(planted.table)
    assert "root_id" not in planted.table.column_names


@pytest.mark.parametrize(
    ("roots", "style"),
    [(["p0", "p0", "p2"], "own"), ([None, "p0", "p0"], "none"), (["x", "x", "y"], "fresh")],
)
def test_the_way_to_name_roots_is_learned(roots, style):
    rows = [
        {"post_id": f"p{n}", "account_id": "a", "text": "早", "root_id": root or ""}
        for n, root in enumerate(roots)
    ]
    assert Ground(read_posts(rows).table).root_style == style


def test_ids_of_a_tiny_dump_grow_longer_when_all_are_taken():
    ids = Ids(pa.chunked_array([["0", "1"]])).make(random.Random(1), 6)
    assert len(set(ids)) == 6
    assert not {"0", "1"} & set(ids)
