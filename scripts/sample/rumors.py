"""Known rumors, and the posts that assert, doubt or deny them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sample.dice import Dice
from sample.people import ZONE, Account
from sample.phrases import load_table, speak
from sample.stage import END, START, Post, Stage, later, waking_hours

DENIALS_A_CLAIM = 2
ASKERS = 16
FIELDS = ("claim_id", "claim", "verdict", "explanation", "source")


def known_rumors() -> list[dict[str, str]]:
    """Return the rows of the known-rumor file."""
    rows = []
    for claim in load_table("claims")["claim"]:
        row = {field: claim[field] for field in FIELDS}
        row["url"] = f"https://checks.lanxi.example/{claim['claim_id']}"
        row["judged_at"] = f"{claim['judged_at']}T12:00:00+08:00"
        rows.append(row)
    return rows


def add_rumors(stage: Stage, people: list[Account], officials: list[Account]) -> None:
    """Add posts of unrelated accounts about the known claims."""
    dice = Dice(stage.seed, "rumors")
    table = load_table("claims")
    claims = [claim for claim in table["claim"] if claim["posts"]]
    speakers = dice.take(people, 400)
    told: list[tuple[dict[str, Any], Post]] = []
    for claim in claims:
        role = "rumor" if claim["verdict"] == "false" else "judged-otherwise"
        for number in range(claim["posts"]):
            text = _assertion(dice, table["frames_assert"], claim, number)
            more = {"claim_id": claim["claim_id"], "stance": "asserts"}
            post = stage.post(speakers.pop(), text, _near(dice, claim), role, **more)
            told.append((claim, post))
    for number in range(ASKERS):
        claim, post = dice.pick(told)
        text = speak(dice, table["frames_ask"][number % len(table["frames_ask"])], **_given(claim))
        more = {"claim_id": claim["claim_id"], "stance": "asks"}
        moment = later(dice, post.posted_at)
        if dice.chance(0.5):
            stage.reply(speakers.pop(), text, moment, post, "asker", **more)
        else:
            stage.post(speakers.pop(), text, moment, "asker", **more)
    _add_denials(stage, dice, told, [*speakers, *officials])


def _add_denials(
    stage: Stage, dice: Dice, told: list[tuple[dict[str, Any], Post]], speakers: list[Account]
) -> None:
    frames = load_table("claims")["frames_deny"]
    first_posts = {claim["claim_id"]: (claim, post) for claim, post in reversed(told)}
    false = [pair for pair in first_posts.values() if pair[0]["verdict"] == "false"]
    for number in range(DENIALS_A_CLAIM * len(false)):
        claim, post = false[number % len(false)]
        frame = (number // len(false) * 3 + number) % len(frames)
        text = speak(dice, frames[frame], **_given(claim))
        more = {"claim_id": claim["claim_id"], "stance": "denies"}
        moment = later(dice, post.posted_at + timedelta(hours=dice.between(1, 20)))
        if number % 3 == 0:
            stage.reply(speakers.pop(), text, moment, post, "debunk", **more)
        else:
            stage.post(speakers.pop(), text, moment, "debunk", **more)


def _assertion(dice: Dice, frames: list[str], claim: dict[str, Any], number: int) -> str:
    if number < len(claim["retold"]):
        return speak(dice, dice.pick(("{opener}", "")) + claim["retold"][number])
    return speak(dice, frames[(number + int(claim["claim_id"][1:])) % len(frames)], **_given(claim))


def _given(claim: dict[str, Any]) -> dict[str, str]:
    return {name: claim[name] for name in ("claim", "explanation", "source")}


def _near(dice: Dice, claim: dict[str, Any]) -> datetime:
    """Return a moment in the days around the judgment, or any where that was long ago."""
    judged = datetime.fromisoformat(claim["judged_at"]).replace(tzinfo=ZONE)
    day = (judged - START).days
    if day < 1:
        return waking_hours(dice, 0, 12)
    return min(waking_hours(dice, day - 1, 3), END - timedelta(hours=30))
