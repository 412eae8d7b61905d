"""The whole demo against its golden summary and the truth that ships beside the sample.

`tests/golden/demo_summary.txt` changes only in a commit that says why; to renew it:

    rumorscan demo -o RUN -q > tests/golden/demo_summary.txt    (with RUN in place of the path)
"""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from rumorscan.bundle import bundled_homes
from rumorscan.reports import load_run, verify
from rumorscan.reports.folder import FILES

GOLDEN = Path(__file__).with_name("demo_summary.txt")
SAMPLE = bundled_homes("datasets/sample")[0]
LOOK_ALIKES = {
    "blessing",
    "camouflage",
    "celebrity-post",
    "celebrity-repost",
    "fan-chant",
    "lottery",
    "lottery-post",
    "official-notice",
    "one-word",
    "organic",
    "share-button",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    run = tmp_path_factory.mktemp("demo") / "run"
    command = [sys.executable, "-m", "rumorscan", "demo", "-o", str(run), "-q"]
    done = subprocess.run(command, capture_output=True, check=True)
    yield run, done.stdout.decode().replace("\r\n", "\n")


def truth() -> list[dict[str, str]]:
    return [orjson.loads(line) for line in (SAMPLE / "truth.jsonl").read_bytes().splitlines()]


def triage_by_role(run: Path) -> Counter[tuple[str, str]]:
    posts = pq.read_table(run / "posts.parquet", columns=["post_id", "triage"])
    roles = {row["post_id"]: row["role"] for row in truth()}
    pairs = zip(posts["post_id"].to_pylist(), posts["triage"].to_pylist(), strict=True)
    return Counter((roles[post_id], triage) for post_id, triage in pairs)


def test_the_summary_is_the_golden_one(demo: tuple[Path, str]) -> None:
    run, summary = demo
    assert summary.replace(str(run), "RUN") == GOLDEN.read_text(encoding="utf-8")


def test_the_summary_has_at_most_25_lines(demo: tuple[Path, str]) -> None:
    assert len(demo[1].rstrip("\n").split("\n")) <= 25


def test_every_file_is_there_and_verifies(demo: tuple[Path, str]) -> None:
    assert {file.name for file in demo[0].iterdir()} == {*FILES, "manifest.json"}
    verify(demo[0])


def test_every_planted_army_is_found_with_nobody_else(demo: tuple[Path, str]) -> None:
    posts: defaultdict[str, set[str]] = defaultdict(set)
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for campaign in load_run(demo[0]).campaigns.items:
        if campaign.tier in ("suspected", "confirmed"):
            army = campaign.community_id or campaign.campaign_id
            posts[army] |= set(campaign.post_ids)
            accounts[army] |= set(campaign.account_ids)
    planted = orjson.loads((SAMPLE / "truth_campaigns.json").read_bytes())
    assert len(posts) == len(planted)
    for campaign in planted:
        best = max(posts, key=lambda army: len(set(campaign["post_ids"]) & posts[army]))
        found = set(campaign["post_ids"]) & posts[best]
        assert len(found) >= 0.9 * len(campaign["post_ids"]), campaign["kind"]
        assert accounts[best] <= set(campaign["account_ids"]), campaign["kind"]


def test_a_campaign_is_one_message_of_an_army(demo: tuple[Path, str]) -> None:
    run = load_run(demo[0])
    confirmed = [campaign for campaign in run.campaigns.items if campaign.tier == "confirmed"]
    messages = Counter(campaign.community_id for campaign in confirmed)
    assert sorted(messages.values()) == [1, 2, 3, 5]  # burst, rumor, template, drip


def test_no_innocent_look_alike_is_flagged(demo: tuple[Path, str]) -> None:
    flagged = {
        role: count
        for (role, triage), count in triage_by_role(demo[0]).items()
        if triage != "pass" and role in LOOK_ALIKES
    }
    assert sum(flagged.values()) <= 3, flagged


def test_debunks_pass_and_rumors_do_not(demo: tuple[Path, str]) -> None:
    counts = triage_by_role(demo[0])
    assert counts["debunk", "pass"] == sum(
        count for (role, _), count in counts.items() if role == "debunk"
    )
    rumors = sum(count for (role, _), count in counts.items() if role == "rumor")
    assert counts["rumor", "pass"] <= 0.05 * rumors


def test_only_coordinated_posts_are_urgent(demo: tuple[Path, str]) -> None:
    run = load_run(demo[0])
    tiers = {campaign.campaign_id: campaign.tier for campaign in run.campaigns.items}
    urgent = [row for row in run.flags if row["triage"] == "urgent"]
    assert urgent
    assert {str(tiers[row["campaign_id"]]) for row in urgent} <= {"suspected", "confirmed"}
