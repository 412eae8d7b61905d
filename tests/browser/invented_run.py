"""A whole run folder of invented posts, made from a seed: what the page is tested on."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rumorscan.records import ACCOUNTS_SCHEMA, EDGES_SCHEMA, FLAGS_SCHEMA, POSTS_SCHEMA
from rumorscan.reports.sheets import write_sheet
from rumorscan.settings import Settings

HOSTILE = [
    "<script>document.title='owned'</script>大家快看",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} {% for x in [1] %}x{% endfor %}",
    "</style><style>*{display:none}</style></script><script>alert(2)</script>",
    "前面\u202e反过来的字\u202c后面",
    "零\x00宽\u200b字\u200b符\ufeff混\u2066在\u2069里面",
    "点这里 https://evil.example.test/x?a=1&b=2 领红包 javascript:alert(3)",
    "一行\n两行\r\n\t三行 ]]> <!-- 注释 --> &lt;b&gt; &#x3c;",
    "堆叠e" + "\u0301" * 60 + "符号",
    "很长" * 2_000,
]
TOWNS = ["青禾镇", "云岭县", "白石桥", "柳湾", "松河口", "南塘", "铁炉岗", "望江里"]
OPENERS = ["听说", "刚收到消息，", "朋友在单位上班，", "紧急！", "转给家人：", "真的假的？"]
ENDINGS = ["赶紧囤水", "快告诉身边的人", "不转不是本地人", "早做准备", "晚了就没了", "互相提醒"]
EVASIONS = ["\u200b", "\u200d", "\u2060", "·", "*", ""]
CAMPAIGNS: list[dict[str, Any]] = [
    {
        "campaign_id": "c-5f1e09ab7d20",
        "tier": "confirmed",
        "coordination": 0.94,
        "q_value": 3.1e-11,
        "template": "［…］城东水厂的管道坏了，明天起停水三天，［…］",
        "sentence": "城东水厂的管道坏了，明天起停水三天，",
        "accounts": 64,
        "posts": 212,
        "hours": 3.5,
        "rumor_probability": 0.83,
        "claim_ids": ["k0007"],
        "strength": (0.91, 0.97, 0.88, 0.42, 0.61),
        "community_id": "k-77d0a1b2c3d4",
        "evasions": {"ignorable": 31, "homophone": 12, "reordered": 3, "<b>new</b>": 1},
        "threads": [
            {"root_id": "5099000000000001", "posts": 137, "of": 841},
            {"root_id": "<i>t2</i>\u202e", "posts": 41, "of": 377},
            {"root_id": "t3", "posts": 12, "of": 12},
            {"root_id": "t4", "posts": 9, "of": 80},
            {"root_id": "t5", "posts": 1, "of": 1},
        ],
        "known_as": [
            {
                "run": "runs/2026-02-02",
                "campaign_id": "c-0011aabbccdd",
                "community_id": "k-5566778899aa",
                "template": "［…］<b>城西</b>水厂的\u200b管道坏了，后天起停水两天，［…］",
                "shared_accounts": 29,
                "q_value": 2e-9,
                "similarity": 0.81,
            },
            {"run": "older", "campaign_id": "c-older"},
        ],
        "counter": [("counter-quotes-original", 0.06, "")],
    },
    {
        "campaign_id": "c-a07733c1be94",
        "tier": "confirmed",
        "coordination": 0.81,
        "q_value": 2.4e-6,
        "template": "［…］晚上别喝白桦泡的茶，三号诊室已经收了十几个人，［…］",
        "sentence": "晚上别喝白桦泡的茶，三号诊室已经收了十几个人，",
        "accounts": 31,
        "posts": 148,
        "hours": 24 * 9,
        "rumor_probability": 0.58,
        "claim_ids": ["k0012", "k0031"],
        "strength": (0.72, 0.31, 0.96, 0.55, None),
        "community_id": "k-77d0a1b2c3d4",
        "evasions": {"traditional": 7},
        "counter": [("counter-verified-accounts", 0.03, ""), ("stance-asks", 1.0, "")],
    },
    {
        "campaign_id": "c-1b22f8e6a0d5",
        "tier": "suspected",
        "coordination": 0.57,
        "q_value": 0.0042,
        "template": "用了［…］牌净水壶，全家人的气色都好了，［…］",
        "sentence": "用了小满牌净水壶，全家人的气色都好了，",
        "accounts": 18,
        "posts": 40,
        "hours": 50,
        "rumor_probability": 0.12,
        "claim_ids": [],
        "strength": (0.66, 0.44, 0.38, None, None),
        "counter": [
            ("counter-single-thread", 1.0, ""),
            ("frame-lottery", 1.0, ""),
            ("counter-own-words", 0.44, ""),
            ("counter-one-organization", 0.6, ""),
        ],
    },
    {
        "campaign_id": "c-9c4d5a11f3e7",
        "tier": "spread",
        "coordination": 0.21,
        "q_value": 1.0,
        "template": "我在看《云岭晚报》的这篇报道：新桥通车，分享给你（来自云岭客户端）",
        "sentence": "我在看《云岭晚报》的这篇报道：新桥通车，分享给你（来自云岭客户端）",
        "accounts": 90,
        "posts": 95,
        "hours": 30,
        "rumor_probability": 0.03,
        "claim_ids": [],
        "strength": (0.99, 0.2, 0.0, None, None),
        "counter": [
            ("frame-share-button", 1.0, ""),
            ("frame-notice", 1.0, ""),
            ("counter-verified-accounts", 0.2, ""),
        ],
    },
]
TRADITIONAL = str.maketrans("东厂坏云号诊个", "東廠壞雲號診個")
START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def build_run(folder: Path, *, seed: int = 5, texts: list[str] | None = None) -> Path:
    """Write the files of a run (without report.html) and return the folder.

    Args:
        folder: where; it is made.
        seed: the same seed gives the same bytes.
        texts: texts of the most pressing flags, in place of the hostile ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    posts, campaigns = _posts_and_campaigns(dice)
    background = [_background_post(dice, row) for row in range(2_400)]
    posts = sorted(posts + background, key=lambda post: post["posted_at"])
    for row, post in enumerate(posts):
        post["source_row"] = row + 1
    flags = [post for post in posts if post["triage"] != "pass"]
    flags.sort(key=lambda post: (post["triage"] != "urgent", -post["coordination"]))
    for post, text in zip(flags[3:], HOSTILE if texts is None else texts, strict=False):
        post["text"] = text
    _write_posts(folder, posts)
    _write_flags(folder, flags)
    accounts = _write_accounts(folder, posts, campaigns)
    _write_edges(folder, dice, accounts)
    rejects = _write_rejects(folder)
    with (folder / "campaigns.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in campaigns)
    about = _about(posts, flags, campaigns, rejects)
    (folder / "run.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    return folder


def _posts_and_campaigns(dice: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    posts: list[dict[str, Any]] = []
    campaigns = []
    for number, plan in enumerate(CAMPAIGNS):
        accounts = [f"u{7_000_000_000 + number * 1000 + i}" for i in range(plan["accounts"])]
        begin = START + timedelta(hours=20 * number)
        theirs = [
            _campaign_post(dice, plan, accounts[i % len(accounts)], begin)
            for i in range(plan["posts"])
        ]
        theirs.sort(key=lambda post: (post["posted_at"], post["post_id"]))
        posts += theirs
        campaigns.append(_campaign(plan, accounts, theirs))
    return posts, campaigns


def _campaign_post(
    dice: random.Random, plan: dict[str, Any], account: str, begin: datetime
) -> dict[str, Any]:
    sentence = plan["sentence"]
    if dice.random() < 0.2:
        sentence = sentence.translate(TRADITIONAL)
    if dice.random() < 0.3:
        spot = dice.randrange(2, len(sentence) - 2)
        sentence = sentence[:spot] + dice.choice(EVASIONS) + sentence[spot:]
    opener = dice.choice(OPENERS) if plan["tier"] != "spread" else ""
    ending = dice.choice(ENDINGS) if plan["tier"] != "spread" else ""
    flagged = plan["tier"] in ("confirmed", "suspected") and dice.random() < 0.55
    urgent = flagged and plan["tier"] == "confirmed" and dice.random() < 0.6
    p = min(max(plan["rumor_probability"] + dice.uniform(-0.2, 0.15), 0.01), 0.99)
    claim = plan["claim_ids"][0] if plan["claim_ids"] and dice.random() < 0.8 else None
    reasons = [(f"campaign-{plan['tier']}", plan["coordination"], plan["campaign_id"])]
    if claim:
        reasons.append(("known-rumor", round(dice.uniform(0.72, 0.99), 4), claim))
    reasons.append(("rumor-probability", round(p, 4), ""))
    if plan["tier"] != "spread":
        reasons.append(("reworked-text", 0.48, plan["campaign_id"]))
    if "known_as" in plan:
        reasons.append(("known-army", 0.81, "k-5566778899aa"))
    if dice.random() < 0.3:
        reasons.append(("counter-quotes-original", 0.24, ""))
    spread = dice.betavariate(1.3, 4.0) if plan["hours"] < 24 else dice.random()
    return {
        "post_id": f"51{dice.randrange(10**14, 10**15)}",
        "account_id": account,
        "posted_at": begin + timedelta(seconds=int(spread * plan["hours"] * 3600)),
        "text": opener + sentence + ending,
        "rumor_probability": round(p, 4),
        "stance": "asks" if opener == "真的假的？" else "asserts",
        "claim_id": claim,
        "campaign_id": plan["campaign_id"],
        "coordination": round(min(plan["coordination"] * dice.uniform(0.85, 1.0), 1.0), 4),
        "triage": "urgent" if urgent else "review" if flagged else "pass",
        "reasons": reasons,
    }


def _background_post(dice: random.Random, row: int) -> dict[str, Any]:
    town = dice.choice(TOWNS)
    lone = dice.random() < 0.008
    p = dice.uniform(0.5, 0.9) if lone else dice.betavariate(1.0, 12.0)
    stance = "denies" if row % 41 == 0 else "unclear"
    hour = 24 * dice.randrange(9) + min(max(dice.gauss(13, 5), 0), 23.9)
    return {
        "post_id": f"50{dice.randrange(10**14, 10**15)}",
        "account_id": f"u{6_000_000_000 + row % 1500}",
        "posted_at": START + timedelta(hours=hour - 9),
        "text": f"{town}的老街重新铺了石板，周末去走走，{dice.choice(ENDINGS)}",
        "rumor_probability": round(p, 4),
        "stance": stance,
        "claim_id": None,
        "campaign_id": None,
        "coordination": round(dice.betavariate(1.0, 14.0), 4),
        "triage": "review" if lone else "pass",
        "reasons": [("rumor-probability", round(p, 4), "")]
        + ([("stance-denies", 1.0, "")] if stance == "denies" else []),
    }


def _campaign(
    plan: dict[str, Any], accounts: list[str], theirs: list[dict[str, Any]]
) -> dict[str, Any]:
    text, time, reuse, profile, infrastructure = plan["strength"]
    many = len(accounts)
    made = plan["tier"] != "spread"
    written = {
        "made": made,
        "accounts": many,
        "posts": len(theirs),
        "groups": 2,
        "threads": 9,
        "variants": 41,
        "reworked": 0.48 if made else 0.02,
        "core": 34,
        "core_share": 0.8,
        "evasions": plan.get("evasions", {}),
    }
    quantities = {
        "text": (text, written),
        "time": (time, {"window_seconds": 900, "share": 0.62, "posts": 131, "p_value": 3e-9}),
        "reuse": (
            reuse,
            {
                "accounts": many // 2,
                "share": 0.5,
                "shared": many // 3,
                "groups": 2,
                "q_value": plan["q_value"],
                "largest_thread_share": [41, 377],
            },
        ),
        "profile": (profile, {"registered_together": 12, "share": 0.44, "window_days": 30}),
        "infrastructure": (infrastructure, {"layer": "device", "accounts": 9, "share": 0.3}),
    }
    evidence = {
        name: {"strength": strength, "strong": strength >= 0.7, **values}
        for name, (strength, values) in quantities.items()
        if strength is not None
    }
    return {
        "campaign_id": plan["campaign_id"],
        "tier": plan["tier"],
        "coordination": plan["coordination"],
        "q_value": plan["q_value"],
        "account_ids": accounts,
        "post_ids": [post["post_id"] for post in theirs],
        "group_ids": ["g-01", "g-02"],
        "template": plan["template"],
        "started_at": theirs[0]["posted_at"].isoformat(),
        "ended_at": theirs[-1]["posted_at"].isoformat(),
        "evidence": evidence,
        "counter_evidence": [
            {"code": code, "value": value, "detail": detail}
            for code, value, detail in plan["counter"]
        ],
        "rumor_probability": plan["rumor_probability"],
        "claim_ids": plan["claim_ids"],
        "community_id": plan.get("community_id"),
        "first_post_id": theirs[0]["post_id"],
        "threads": plan.get("threads", []),
        "known_as": plan.get("known_as", []),
    }


def _reasons(reasons: list[tuple[str, float, str]]) -> list[dict[str, Any]]:
    return [{"code": code, "value": value, "detail": detail} for code, value, detail in reasons]


def _row(post: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: post.get(name) for name in POSTS_SCHEMA.names},
        "source_file": "posts_march.jsonl",
        "crowd_probability": None,
        "claim_similarity": 0.91 if post["claim_id"] else None,
        "group_id": "g-01" if post["campaign_id"] else None,
        "reasons": _reasons(post["reasons"]),
    }


def _write_posts(folder: Path, posts: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist([_row(post) for post in posts], schema=POSTS_SCHEMA)
    pq.write_table(table, folder / "posts.parquet")


def _write_flags(folder: Path, flags: list[dict[str, Any]]) -> None:
    rows = [{**_row(post), "text": post["text"]} for post in flags]
    write_sheet(pa.Table.from_pylist(rows, schema=FLAGS_SCHEMA), folder / "flags.csv")


def _write_accounts(
    folder: Path, posts: list[dict[str, Any]], campaigns: list[dict[str, Any]]
) -> list[str]:
    counts: dict[str, int] = {}
    for post in posts:
        counts[post["account_id"]] = counts.get(post["account_id"], 0) + 1
    rows = []
    for campaign in campaigns:
        for place, account in enumerate(campaign["account_ids"]):
            evidence = [("account-reuse", 2.0 + place % 5, ""), ("burst", 0.6, "")]
            rows.append(
                {
                    "account_id": account,
                    "posts": counts.pop(account),
                    "tier": campaign["tier"],
                    "coordination": round(campaign["coordination"] - place * 0.002, 4),
                    "campaign_ids": [campaign["campaign_id"]],
                    "evidence": _reasons(evidence),
                }
            )
    rows.sort(key=lambda row: (-row["coordination"], row["account_id"]))
    rows += [
        {
            "account_id": account,
            "posts": count,
            "tier": "none",
            "coordination": 0.0,
            "campaign_ids": [],
            "evidence": [],
        }
        for account, count in sorted(counts.items())
    ]
    table = pa.Table.from_pylist(rows, schema=ACCOUNTS_SCHEMA)
    write_sheet(table, folder / "accounts.csv")
    return [row["account_id"] for row in rows[:60]]


def _write_edges(folder: Path, dice: random.Random, accounts: list[str]) -> None:
    rows = []
    for a, b in pairwise(accounts):
        first, second = sorted((a, b))
        rows.append(
            {
                "account_a": first,
                "account_b": second,
                "weight": round(dice.uniform(1.0, 9.0), 4),
                "q_value": round(dice.uniform(0.0, 0.01), 6),
                "post_ids_a": ["p1", "p2"],
                "post_ids_b": ["p3", "p4"],
                "layers": ["text", "time"],
            }
        )
    write_sheet(pa.Table.from_pylist(rows, schema=EDGES_SCHEMA), folder / "edges.csv")


def _write_rejects(folder: Path) -> int:
    reasons = [
        ("bad-time", "'posted_at' is '昨天'", '{"post_id": "1", "posted_at": "昨天"}'),
        ("bad-json", "line ends in a string", '{"post_id": "2", "text": "<b>没写完'),
        ("missing-text", "'text' is empty", '{"post_id": "3", "text": ""}'),
    ]
    rows = [
        {
            "source_file": "posts_march.jsonl",
            "source_row": 100 + 7 * row,
            "reason": reasons[row % 3][0],
            "detail": reasons[row % 3][1],
            "raw": reasons[row % 3][2] + "填充" * (row * 9),
        }
        for row in range(27)
    ]
    with (folder / "rejects.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return len(rows)


def _drift() -> dict[str, Any]:
    """Return the drift of a dump that is shorter and worded otherwise than the training."""

    def shift(value: float, limit: float, here: float | None, **more: Any) -> dict[str, Any]:
        learned = {"claims": 105.0, "ordinary": 29.0} if limit == 0.03 else {"ordinary": 0.05}
        found = {"value": value, "limit": limit, "is_far": value > limit, "here": here}
        return {**found, "learned": learned, "examples": [], **more}

    examples = [{"character": "水", "here": 0.0045, "learned": 0.0003}]
    return {
        "is_far": True,
        "far": ["lengths", "characters"],
        "texts": 611,
        "minimum_texts": 200,
        "mixture": {"claims_false": 0.2, "everyday": 0.8},
        "shifts": {
            "lengths": shift(0.09, 0.03, 22.0),
            "characters": shift(0.031, 0.02, None, examples=examples, learned={}),
            "scores": shift(0.005, 0.025, 0.07),
            "unseen": shift(0.002, 0.012, 0.002),
            "traditional": shift(0.0, 0.1, 0.001),
        },
    }


def _about(
    posts: list[dict[str, Any]],
    flags: list[dict[str, Any]],
    campaigns: list[dict[str, Any]],
    rejects: int,
) -> dict[str, Any]:
    settings = Settings().replace(
        {
            "scoring": {"base_rate": 0.02},
            "groups": {"similarity": 0.75},
            "reading": {"map": {"text": "正文"}},
            "claims": {"known": ["known_rumors.jsonl"]},
        }
    )
    urgent = sum(post["triage"] == "urgent" for post in flags)
    return {
        "version": "0.1.0",
        "started_at": "2026-03-11T02:00:00Z",
        "finished_at": "2026-03-11T02:00:09Z",
        "settings": settings.to_dict(),
        "model": {
            "name": "linear",
            "sha256": "9b1d" * 16,
            "limits": ["训练数据止于 2020 年；更晚的话题未经检验。"],
        },
        "inputs": [
            {
                "path": "data/posts_march.jsonl",
                "sha256": "ab12" * 16,
                "sm3": "cd34" * 16,
                "bytes": 1_482_113,
                "format": "canonical/jsonl",
                "encoding": "utf-8",
                "tz_assumed": "Asia/Shanghai",
                "rows": len(posts) + rejects,
                "posts": len(posts),
                "rejected": rejects,
                "mapping": {"text": "正文", "post_id": "post_id", "account_id": "uid"},
                "notes": {"repeated headers dropped": 1},
            }
        ],
        "counts": {
            "rows": len(posts) + rejects,
            "posts": len(posts),
            "rejected": rejects,
            "distinct_texts": 611,
            "groups": 58,
            "campaigns": len(campaigns),
            "capped_buckets": 2,
            "flagged_urgent": urgent,
            "flagged_review": len(flags) - urgent,
        },
        "drift": _drift(),
        "stages": [{"name": "read", "seconds": 0.4, "items": len(posts)}],
        "peak_memory_bytes": 312_000_000,
    }
