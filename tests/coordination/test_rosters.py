"""A known army is named when it comes back; nothing in the history names an account."""

import json
import random
import shutil
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorscan as rs
from rumorscan.coordination.histories import open_history
from rumorscan.coordination.likeness import find_alike
from rumorscan.coordination.rosters import digest_accounts
from rumorscan.errors import HistoryError
from rumorscan.records import Campaign, Tier
from rumorscan.reports import Run
from rumorscan.settings import Settings
from tests.coordination.dumps import DAY, background

ARMY = [f"army-account-{number:02}" for number in range(12)]
WATER = "城东水厂停水三天，大家快去超市囤水，再晚就没有了"
COURSE = "北山书院的课太值了，我家孩子两个月进步很大，推荐"
FISH = "新区那家店的烤鱼真是一绝，排队两小时也不后悔"


def burst(text: str, accounts: list[str], day: int, **extra: Any) -> list[dict[str, Any]]:
    """Return copies within minutes, which are suspected by themselves."""
    return [
        {"account_id": name, "text": text, "posted_at": day * DAY + 20 * number, **extra}
        for number, name in enumerate(accounts)
    ]


def drip(text: str, accounts: list[str], day: int = 1) -> list[dict[str, Any]]:
    """Return copies over days under one post, which by themselves are spread and no more."""
    chance = random.Random(text)
    return [
        {
            "account_id": name,
            "text": text,
            "posted_at": day * DAY + chance.randrange(9 * DAY),
            "root_id": "t1",
        }
        for name in accounts
    ]


def among_others(posts: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Return some posts behind those of bystanders, with ids and times of this century."""
    rows = []
    for number, post in enumerate(background(500, seed) + posts):
        row = {**post, "post_id": f"p{number}", "posted_at": post["posted_at"] + 1_772_000_000}
        row.pop("account_created_at", None)
        rows.append(row)
    return rows


def write(path: Path, posts: list[dict[str, Any]], seed: int) -> Path:
    lines = map(json.dumps, among_others(posts, seed))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dumps")
    fans = [f"fan-{number}" for number in range(12)]
    return {
        "first": write(folder / "first.jsonl", burst(WATER, ARMY, 3), 1),
        "second": write(folder / "second.jsonl", drip(COURSE, ARMY) + drip(FISH, fans), 2),
        "third": write(folder / "third.jsonl", burst(FISH, ARMY[:8], 5), 3),
        "copy": write(folder / "copy.jsonl", drip(WATER, fans), 4),
        "longer": write(folder / "longer.jsonl", burst(WATER, ARMY, 3)[:-2], 5),
    }


@pytest.fixture(scope="module")
def stocked(dumps: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a history that has met the first dump."""
    folder = tmp_path_factory.mktemp("stocked") / "history"
    rs.campaigns(dumps["first"], history=folder)
    return folder


@pytest.fixture
def history(stocked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stocked, tmp_path / "history"))


def of_account(run: Run, name: str) -> Campaign:
    (campaign,) = [each for each in run.campaigns.items if name in each.account_ids]
    return campaign


def lines(run: Run) -> list[dict[str, Any]]:
    return [campaign.to_dict() for campaign in run.campaigns.items]


def roster_file(history: Path) -> Path:
    (file,) = history.glob("*.roster")
    return file


def test_a_known_army_under_a_new_topic_is_named(dumps, history):
    alone = of_account(rs.campaigns(dumps["second"]), ARMY[0])
    assert alone.tier is Tier.SPREAD
    assert "known_accounts" not in alone.evidence["reuse"]

    run = rs.campaigns(dumps["second"], history=history)
    campaign = of_account(run, ARMY[0])
    (known,) = campaign.known_as
    first = of_account(rs.campaigns(dumps["first"]), ARMY[0])
    assert known == {
        "run": known["run"],
        "campaign_id": first.campaign_id,
        "community_id": None,
        "template": WATER,
        "ended_at": first.ended_at,
        "shared_accounts": 12,
        "q_value": known["q_value"],
        "similarity": 0.0,
    }
    assert 0 <= known["q_value"] < 1e-12
    assert campaign.evidence["reuse"]["known_accounts"] == 12
    assert campaign.evidence["reuse"]["strong"]
    assert campaign.tier in (Tier.SUSPECTED, Tier.CONFIRMED)
    assert campaign.coordination > alone.coordination
    assert run.about["history"] == {
        "runs": [known["run"]],
        "campaigns": 1,
        "known": 1,
        "known_by_accounts": 1,
        "other_signatures": 0,
        "passed_over": 0,
    }
    accounts = {row["account_id"]: row["tier"] for row in run.accounts}
    assert {accounts[name] for name in ARMY} == {str(campaign.tier)}


def test_innocents_are_not_named(dumps, history):
    run = rs.campaigns(dumps["second"], history=history)
    fans = of_account(run, "fan-0")
    assert (fans.known_as, fans.tier) == ((), Tier.SPREAD)
    assert fans.evidence["reuse"]["known_accounts"] == 0
    assert not fans.evidence["reuse"]["strong"]


def test_a_wording_alone_is_named_and_changes_no_tier(dumps, history):
    plain = of_account(rs.campaigns(dumps["copy"]), "fan-0")
    campaign = of_account(rs.campaigns(dumps["copy"], history=history), "fan-0")
    (known,) = campaign.known_as
    assert (known["shared_accounts"], known["q_value"], known["similarity"]) == (0, 1.0, 1.0)
    assert (campaign.tier, campaign.coordination) == (plain.tier, plain.coordination)


def test_the_same_action_in_two_dumps_is_named_and_proves_nothing(dumps, history):
    plain = of_account(rs.campaigns(dumps["longer"]), ARMY[0])
    campaign = of_account(rs.campaigns(dumps["longer"], history=history), ARMY[0])
    (known,) = campaign.known_as
    assert (known["shared_accounts"], known["similarity"]) == (10, 1.0)
    assert campaign.evidence["reuse"]["known_accounts"] == 0
    assert (campaign.tier, campaign.coordination) == (plain.tier, plain.coordination)


def test_a_dump_scanned_again_gives_the_same_bytes(dumps, tmp_path):
    history = tmp_path / "history"
    for name in ("first", "second", "third", "second", "first"):
        run = rs.campaigns(dumps[name], history=history)
        written = run.write(tmp_path / name, overwrite=True) / "campaigns.jsonl"
        earlier = tmp_path / f"{name}.earlier"
        if earlier.exists():
            assert written.read_bytes() == earlier.read_bytes(), name
        earlier.write_bytes(written.read_bytes())
    assert len(list(history.glob("*.roster"))) == 3


def test_a_roster_is_the_same_when_its_dump_is_scanned_again(dumps, history):
    before = roster_file(history).read_bytes()
    rs.campaigns(dumps["first"], history=history)
    assert roster_file(history).read_bytes() == before


def test_the_order_of_earlier_runs_does_not_matter(dumps, tmp_path):
    found = []
    for order in (("first", "third"), ("third", "first")):
        history = tmp_path / order[0]
        for name in order:
            rs.campaigns(dumps[name], history=history)
        found.append(lines(rs.campaigns(dumps["second"], history=history)))
    assert found[0] == found[1]
    named = next(row for row in found[0] if ARMY[0] in row["account_ids"])["known_as"]
    assert [known["shared_accounts"] for known in named] == [12, 8]


def test_posts_in_memory_are_a_run_of_their_own(history):
    posts = among_others(drip(COURSE, ARMY), 7)
    first, again = (rs.campaigns(posts, history=history) for _ in range(2))
    assert of_account(first, ARMY[0]).known_as
    assert lines(first) == lines(again)
    assert len(list(history.glob("*.roster"))) == 2


def test_fans_who_meet_again_under_one_post_are_no_army(tmp_path):
    fans = [f"fan-{number}" for number in range(40)]
    history = tmp_path / "history"
    first = rs.campaigns(among_others(burst(WATER, fans, 3), 1), history=history)
    assert of_account(first, "fan-0").tier is not Tier.SPREAD
    elsewhere = rs.campaigns(among_others(drip(COURSE, fans[:10]), 2), history=history)
    assert of_account(elsewhere, "fan-0").evidence["reuse"]["known_accounts"] == 10

    chance = random.Random(5)
    around = [
        {
            "account_id": name,
            "text": "".join(chance.choices("春江潮水连海平明月共生滟随波千万里何处", k=15)),
            "posted_at": (2 + number % 9) * DAY + 977 * number,
            "root_id": "t1",
        }
        for number, name in enumerate(fans[10:])
    ]
    meeting = drip(COURSE, fans[:10]) + around
    run = rs.campaigns(among_others(meeting, 3), history=history)
    assert of_account(run, "fan-0").evidence["reuse"]["known_accounts"] == 0


def test_a_crowd_that_is_dealt_anew_is_not_known(tmp_path):
    crowd = [f"o{number}" for number in range(500)]
    chance = random.Random(6)
    words = ["".join(chance.choices("春江潮水连海平明月共生滟随波千万里", k=18)) for _ in range(60)]
    history = tmp_path / "history"
    posts = [
        p for n, text in enumerate(words[:20]) for p in burst(text, chance.sample(crowd, 10), n)
    ]
    first = rs.campaigns(among_others(posts, 1), history=history)
    assert first.about["counts"]["campaigns_suspected"] >= 15
    posts = [post for text in words[20:] for post in drip(text, chance.sample(crowd, 10))]
    run = rs.campaigns(among_others(posts, 2), history=history)
    assert run.about["counts"]["campaigns"] >= 40
    assert run.about["history"]["known_by_accounts"] == 0


def test_many_programs_that_begin_a_history_at_once_have_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_history, [tmp_path / "history"] * 16))
    assert len({history.key for history in opened}) == 1
    assert not list((tmp_path / "history").glob(".*"))


def test_bystanders_of_a_known_army_are_not_remembered(dumps, history):
    strangers = [f"stranger-{number}" for number in range(12)]
    posts = among_others(drip(COURSE, [*ARMY[:8], *strangers]), 8)
    run = rs.campaigns(posts, history=history)
    assert of_account(run, ARMY[0]).tier in (Tier.SUSPECTED, Tier.CONFIRMED)
    opened = open_history(history)
    (new,) = [each for each in opened.rosters if each.earlier]
    (army,) = new.armies
    kept = digest_accounts(ARMY[:8], opened.key)
    assert army.accounts.tolist() == sorted(kept.tolist())
    next_run = rs.campaigns(among_others(drip(FISH, strangers), 9), history=history)
    assert of_account(next_run, strangers[0]).known_as == ()


def test_a_history_holds_no_account_id(dumps, history):
    rs.campaigns(dumps["second"], history=history)
    whole = b"".join(file.read_bytes() for file in history.iterdir())
    assert not [name for name in [*ARMY, "fan-0", "o17"] if f'"{name}"'.encode() in whole]
    assert b"army-account" not in whole


def test_pseudonyms_are_digested_all_the_same(dumps, tmp_path):
    team = tmp_path / "team.key"
    team.write_bytes(b"0123456789abcdef")
    history = tmp_path / "history"
    run = rs.campaigns(dumps["first"], history=history, pseudonymize=team)
    pseudonyms = [name for each in run.campaigns.items for name in each.account_ids]
    assert not any(name.encode() in roster_file(history).read_bytes() for name in pseudonyms)
    again = rs.campaigns(dumps["second"], history=history, pseudonymize=team)
    assert any(
        campaign.evidence["reuse"]["known_accounts"] == 12 for campaign in again.campaigns.items
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_history_is_private(history):
    made = open_history(history.with_name("made"))
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((made.folder / "key").stat().st_mode) == 0o600
    assert "personal data" in (made.folder / "README.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "line", "text"])
def test_a_damaged_roster_is_an_error_that_names_it(damage, dumps, history):
    file = roster_file(history)
    content = file.read_bytes()
    place = content.index(b'"accounts":"') + 14
    changed = {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "flipped": content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        "line": content.replace(b'{"campaign_id"', b'{"campaign', 1),
        "text": "不是名册\n".encode(),
    }[damage]
    file.write_bytes(changed)
    with pytest.raises(HistoryError, match=rf"{file.name}: is damaged: .*restore it"):
        rs.campaigns(dumps["second"], history=history)
    assert file.read_bytes() == changed


def test_foreign_and_unfinished_files_are_passed_over_and_counted(dumps, history):
    (history / "notes.txt").write_text("谁放的？", encoding="utf-8")
    (history / ".x.roster.unfinished-1").write_bytes(b"half")
    run = rs.campaigns(dumps["second"], history=history)
    assert run.about["history"]["passed_over"] == 2
    assert run.about["history"]["known"] == 1
    assert (history / "notes.txt").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_bytes(b"x")
    mode = tmp_path.stat().st_mode
    with pytest.raises(HistoryError, match="holds files that are no history"):
        open_history(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]
    assert tmp_path.stat().st_mode == mode
    with pytest.raises(HistoryError, match="is a file"):
        open_history(tmp_path / "thesis.txt")


def test_another_version_key_or_place_is_an_error(history, tmp_path):
    other = open_history(tmp_path / "other").folder
    shutil.copy(roster_file(history), other)
    with pytest.raises(HistoryError, match="under another key"):
        open_history(other)
    (history / "VERSION").write_bytes(b"rumorscan-history 2\n")
    with pytest.raises(HistoryError, match="another version"):
        open_history(history)
    (history / "VERSION").write_bytes(b"rumorscan-history 1\n")
    roster_file(history).rename(history / "renamed.roster")
    with pytest.raises(HistoryError, match=r"renamed\.roster: is damaged"):
        open_history(history)


def test_a_lost_key_is_never_replaced_by_a_new_one(history):
    key = history / "key"
    key.write_bytes(b"short")
    with pytest.raises(HistoryError, match="5 bytes"):
        open_history(history)
    key.unlink()
    with pytest.raises(HistoryError, match="is missing"):
        open_history(history)
    assert not key.exists()


def test_signatures_of_another_scheme_are_left_aside_and_said(dumps, history):
    settings = Settings().replace({"groups": {"seed": 2}})
    run = rs.campaigns(dumps["second"], history=history, settings=settings)
    assert run.about["history"]["other_signatures"] == 1
    assert of_account(run, ARMY[0]).known_as[0]["shared_accounts"] == 12
    copy = rs.campaigns(dumps["copy"], history=history, settings=settings)
    assert of_account(copy, "fan-0").known_as == ()


def test_two_writers_keep_each_others_rosters(dumps, history):
    early, late = open_history(history), open_history(history)
    assert early.key == late.key
    for name in ("second", "third"):  # each scan opens the folder anew, as two programs would
        rs.campaigns(dumps[name], history=history)
    late.keep(late.rosters[0])
    early.keep(early.rosters[0])
    assert len(open_history(history).rosters) == 3
    assert not list(history.glob(".*"))


def test_every_pair_of_like_texts_is_found():
    chance = np.random.default_rng(1)
    old = [chance.integers(0, 1 << 32, (3, 128), dtype=np.uint32) for _ in range(300)]
    new = []
    for signatures in old:
        like = signatures[1:2].copy()
        changed = chance.choice(128, 50, replace=False)
        like[0, changed] = chance.integers(0, 1 << 32, 50, dtype=np.uint32)
        new.append(like)
    alike = find_alike(new, old)
    assert alike.new.tolist() == alike.old.tolist() == list(range(300))
    np.testing.assert_allclose(alike.similarity, 78 / 128)
