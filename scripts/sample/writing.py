"""The files of the sample: posts with some bad rows, the truth, and the card."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from sample.campaigns import Planted
from sample.rumors import known_rumors
from sample.stage import PLATFORM, Post, Stage

BAD_ROWS = (
    Path(__file__).with_name("bad_rows.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
)
"""Rows that no reader can take, spread over the file."""


def write_all(stage: Stage, planted: list[Planted], folder: Path) -> None:
    """Write every file of the sample into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    posts = sorted(stage.posts, key=lambda post: (post.posted_at, post.post_id))
    rows = [_dump(_row(post)) for post in posts]
    gap = len(rows) // (len(BAD_ROWS) + 1)
    for number in range(len(BAD_ROWS), 0, -1):
        rows.insert(number * gap, BAD_ROWS[number - 1])
    _write(folder / "posts.jsonl", rows)
    _write(folder / "truth.jsonl", [_dump(_truth(post)) for post in posts])
    _write(folder / "known_rumors.jsonl", [_dump(row) for row in known_rumors()])
    campaigns = ",\n".join(_dump(_campaign(campaign)) for campaign in planted)
    _write(folder / "truth_campaigns.json", [f"[\n{campaigns}\n]"])
    _write(folder / "README.md", [_card(posts, planted)])


def _write(path: Path, lines: list[str]) -> None:
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _dump(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _row(post: Post) -> dict[str, Any]:
    account, root = post.account, post.root or post
    row = {
        "post_id": post.post_id,
        "account_id": account.account_id,
        "account_name": account.name,
        "text": post.text,
        "posted_at": post.posted_at.isoformat(),
        "platform": PLATFORM,
        "kind": post.kind,
        "root_id": root.post_id,
        "parent_id": post.parent.post_id if post.parent else "",
        "repost_of": root.post_id if post.kind == "repost" else "",
        "client": post.client or account.client,
        "device_id": account.device_id,
        "ip_region": account.region,
        "account_created_at": account.created_at.isoformat(),
        "followers": account.followers,
        "following": account.following,
        "verified": account.verified,
        "reposts": post.reposts,
        "comments": post.comments,
        "likes": post.likes,
    }
    return {name: value for name, value in row.items() if value != "" or name == "text"}


def _truth(post: Post) -> dict[str, str]:
    row = {"post_id": post.post_id, "role": post.role}
    for name in ("campaign_id", "claim_id", "stance"):
        if value := getattr(post, name):
            row[name] = value
    return row


def _campaign(planted: Planted) -> dict[str, Any]:
    def in_time(posts: list[Post]) -> list[str]:
        return [post.post_id for post in sorted(posts, key=lambda p: (p.posted_at, p.post_id))]

    return {
        "campaign_id": planted.campaign_id,
        "kind": planted.kind,
        "account_ids": sorted(account.account_id for account in planted.accounts),
        "post_ids": in_time(planted.posts),
        "camouflage_post_ids": in_time(planted.camouflage),
        "claim_ids": planted.claim_ids,
    }


def _card(posts: list[Post], planted: list[Planted]) -> str:
    roles = Counter(post.role for post in posts)
    accounts = {post.account.account_id for post in posts}
    verdicts = Counter(row["verdict"] for row in known_rumors())
    values = {
        "rows": len(posts) + len(BAD_ROWS),
        "posts": len(posts),
        "bad": len(BAD_ROWS),
        "accounts": len(accounts),
        "claims": sum(verdicts.values()),
        "verdicts": ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items())),
        "roles": "\n".join(f"| {role} | {count} |" for role, count in sorted(roles.items())),
        "campaigns": "\n".join(
            f"| {c.campaign_id} | {len(c.accounts)} | {len(c.posts)} | {len(c.camouflage)} |"
            for c in planted
        ),
    }
    return Path(__file__).with_name("card.md").read_text(encoding="utf-8").format(**values).rstrip()
