"""The bundled sample: what its card says is so, and its script writes the same bytes again."""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from rumorscan.readers import read_posts
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS
from rumorscan.text.fold import fold_texts

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "datasets" / "sample"
FILES = {"README.md", "known_rumors.jsonl", "posts.jsonl", "truth.jsonl", "truth_campaigns.json"}
ORDINARY = {"organic", "camouflage"}


def read_lines(name: str) -> list[str]:
    return (SAMPLE / name).read_bytes().decode("utf-8").rstrip("\n").split("\n")


def read_rows(name: str) -> list[dict]:
    return [json.loads(line) for line in read_lines(name)]


def is_post(line: str) -> bool:
    try:
        row = json.loads(line)
        datetime.fromisoformat(row.get("posted_at", "2026-03-02"))
    except (ValueError, AttributeError):
        return False
    return bool(row.get("account_id")) and isinstance(row.get("text"), str)


@pytest.fixture(scope="module")
def posts() -> list[dict]:
    return [json.loads(line) for line in read_lines("posts.jsonl") if is_post(line)]


@pytest.fixture(scope="module")
def truth() -> list[dict]:
    return read_rows("truth.jsonl")


@pytest.fixture(scope="module")
def campaigns() -> list[dict]:
    return json.loads((SAMPLE / "truth_campaigns.json").read_bytes())


@pytest.fixture(scope="module")
def pieces(posts: list[dict]) -> dict[str, set[str]]:
    """Three-character pieces of the fold key by post_id."""
    keys = fold_texts([post["text"] for post in posts]).keys()
    return {
        post["post_id"]: {key[start : start + 3] for start in range(len(key) - 2)}
        for post, key in zip(posts, keys, strict=True)
    }


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_the_script_writes_the_same_bytes_again(tmp_path: Path) -> None:
    script = PROJECT / "scripts" / "make_sample.py"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
        env=environment,
    )
    assert {path.name for path in tmp_path.iterdir()} == FILES
    different = [
        name for name in FILES if (tmp_path / name).read_bytes() != (SAMPLE / name).read_bytes()
    ]
    assert different == []


def test_the_reader_takes_every_post_and_sets_the_bad_rows_aside(posts: list[dict]) -> None:
    read = read_posts(SAMPLE / "posts.jsonl")
    assert read.table["post_id"].to_pylist() == [post["post_id"] for post in posts]
    assert read.inputs[0].rejected == len(read_lines("posts.jsonl")) - len(posts)
    assert read.table["posted_at"].null_count == 0


def test_another_seed_writes_another_dump(tmp_path: Path) -> None:
    script = PROJECT / "scripts" / "make_sample.py"
    subprocess.run(
        [sys.executable, str(script), "--seed", "7", "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "posts.jsonl").read_bytes() != (SAMPLE / "posts.jsonl").read_bytes()


def test_the_sample_is_small_enough_to_bundle() -> None:
    assert sum((SAMPLE / name).stat().st_size for name in FILES) < 3_000_000


def test_the_posts_have_canonical_fields_of_the_right_kind(posts: list[dict]) -> None:
    counts = {"followers", "following", "reposts", "comments", "likes"}
    known = CORE_FIELDS.keys() | OPTIONAL_FIELDS.keys()
    for post in posts:
        assert post.keys() <= known
        for name, value in post.items():
            if name in counts:
                assert type(value) is int
                assert value >= 0
            elif name == "verified":
                assert type(value) is bool
            else:
                assert type(value) is str
        assert re.fullmatch(r"\d{19}", post["post_id"])
        assert re.fullmatch(r"\d{10}", post["account_id"])


def test_the_ids_are_unique_and_point_to_earlier_posts(posts: list[dict]) -> None:
    times: dict[str, str] = {}
    for post in posts:
        assert post["post_id"] not in times
        times[post["post_id"]] = post["posted_at"]
        assert post["root_id"] in times
        if post["kind"] != "post":
            assert times[post["parent_id"]] <= post["posted_at"]
            assert (post.get("repost_of") == post["root_id"]) == (post["kind"] == "repost")


def test_the_posts_run_in_order_of_time_over_two_weeks(posts: list[dict]) -> None:
    times = [datetime.fromisoformat(post["posted_at"]) for post in posts]
    assert times == sorted(times)
    assert datetime(2026, 3, 1, 16, tzinfo=UTC) <= times[0]
    assert times[-1] < datetime(2026, 3, 15, 16, tzinfo=UTC)
    assert all(post["account_created_at"] < post["posted_at"] for post in posts)
    hours = Counter(time.hour for time in times)
    assert hours[4] < hours[12] / 5


def test_the_card_counts_what_is_there(
    posts: list[dict], truth: list[dict], campaigns: list[dict]
) -> None:
    card = (SAMPLE / "README.md").read_text(encoding="utf-8")
    accounts = {post["account_id"] for post in posts}
    lines = read_lines("posts.jsonl")
    assert f"{len(lines)} rows of an invented microblog" in card
    assert f"{len(posts)} posts by {len(accounts)} accounts" in card
    assert f"{len(lines) - len(posts)} rows that are broken" in card
    assert f"{len(read_lines('known_rumors.jsonl'))} claims" in card
    roles = Counter(row["role"] for row in truth)
    assert all(f"| {role} | {count} |" in card for role, count in roles.items())
    for campaign in campaigns:
        sizes = [len(campaign[f"{name}_ids"]) for name in ("account", "post", "camouflage_post")]
        assert f"| {campaign['campaign_id']} | {' | '.join(map(str, sizes))} |" in card


def test_the_truth_has_a_row_for_each_post_in_the_same_order(
    posts: list[dict], truth: list[dict]
) -> None:
    assert [row["post_id"] for row in truth] == [post["post_id"] for post in posts]


def test_the_campaigns_agree_with_the_truth(
    posts: list[dict], truth: list[dict], campaigns: list[dict]
) -> None:
    authors = {post["post_id"]: post["account_id"] for post in posts}
    assert [campaign["kind"] for campaign in campaigns] == ["burst", "drip", "template", "rumor"]
    for campaign in campaigns:
        for role, name in (("campaign", "post_ids"), ("camouflage", "camouflage_post_ids")):
            told = [
                row["post_id"]
                for row in truth
                if row["role"] == role and row["campaign_id"] == campaign["campaign_id"]
            ]
            assert told == campaign[name]
        assert {authors[post_id] for post_id in campaign["post_ids"]} == set(
            campaign["account_ids"]
        )
    members = [account for campaign in campaigns for account in campaign["account_ids"]]
    assert len(members) == len(set(members))


def test_the_burst_fits_into_twenty_minutes_and_the_drip_never_into_one_hour(
    posts: list[dict], campaigns: list[dict]
) -> None:
    times = {post["post_id"]: datetime.fromisoformat(post["posted_at"]) for post in posts}
    burst, drip = ([times[post_id] for post_id in c["post_ids"]] for c in campaigns[:2])
    assert (burst[-1] - burst[0]).total_seconds() <= 1_200
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(drip)]
    assert min(gaps) > 3_600
    assert (drip[-1] - drip[0]).days >= 8


def test_most_posts_of_a_campaign_have_a_near_duplicate_in_it(
    campaigns: list[dict], pieces: dict[str, set[str]]
) -> None:
    for campaign in campaigns:
        own = [pieces[post_id] for post_id in campaign["post_ids"]]
        nearest = [max(jaccard(one, other) for other in own if other is not one) for one in own]
        close = sum(value >= 0.7 for value in nearest) / len(nearest)
        assert close >= (0.85 if campaign["kind"] == "template" else 0.95)


def test_ordinary_posts_are_not_near_duplicates(
    truth: list[dict], pieces: dict[str, set[str]]
) -> None:
    holders: dict[str, list[str]] = defaultdict(list)
    for row in truth:
        if row["role"] not in ORDINARY:
            continue
        own = pieces[row["post_id"]]
        shared = Counter(other for piece in sorted(own) for other in holders[piece])
        for other, both in shared.items():
            assert both / (len(own) + len(pieces[other]) - both) < 0.5
        for piece in own:
            holders[piece].append(row["post_id"])


def test_the_claims_of_posts_are_known_and_some_known_claims_have_no_post(
    truth: list[dict],
) -> None:
    claims = {row["claim_id"]: row for row in read_rows("known_rumors.jsonl")}
    assert {row["verdict"] for row in claims.values()} == {"false", "true", "half-true"}
    asserted = defaultdict(set)
    for row in truth:
        if claim_id := row.get("claim_id"):
            asserted[row["role"]].add(claims[claim_id]["verdict"])
    assert asserted["rumor"] == asserted["debunk"] == asserted["campaign"] == {"false"}
    assert asserted["judged-otherwise"] == {"true", "half-true"}
    assert {row.get("claim_id") for row in truth} < claims.keys() | {None}


def test_rumors_come_from_unrelated_accounts(posts: list[dict], truth: list[dict]) -> None:
    authors = {post["post_id"]: post["account_id"] for post in posts}
    tellers = [authors[row["post_id"]] for row in truth if row["role"] == "rumor"]
    assert len(tellers) == len(set(tellers))


def test_nothing_looks_like_a_phone_number_or_a_real_address() -> None:
    for name in FILES:
        content = (SAMPLE / name).read_text(encoding="utf-8")
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", content)
        assert not re.search(r"[\w.]+@\w+\.\w", content)
        hosts = re.findall(r"(?:https?://|www\.)([^/\s\"）]+)", content)
        assert all(host.endswith((".example", ".test", ".invalid")) for host in hosts)
