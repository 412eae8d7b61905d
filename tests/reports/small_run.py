"""A few invented posts as a `Run`, and a page that is quick to render."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from rumorscan.readers.posts import REJECTS_SCHEMA
from rumorscan.records import (
    ACCOUNTS_SCHEMA,
    EDGES_SCHEMA,
    POSTS_SCHEMA,
    Campaign,
    Reason,
    Tier,
)
from rumorscan.reports import Run

POSTS: list[dict[str, Any]] = [
    {"post_id": "5000000000000000001", "account_id": "a1", "triage": "review",
     "rumor_probability": 0.61, "coordination": 0.2, "text": "听说城东水厂停水三天"},
    {"post_id": "5000000000000000002", "account_id": "a2", "triage": "pass",
     "rumor_probability": 0.04, "coordination": 0.0, "text": "今天天气很好"},
    {"post_id": "5000000000000000003", "account_id": "=a3", "triage": "urgent",
     "rumor_probability": 0.35, "coordination": 0.9, "text": "=SUM(1,2) 快囤水\n\"真的\"",
     "claim_id": "k0007", "claim_similarity": 0.8, "campaign_id": "c1", "group_id": "g1"},
    {"post_id": "5000000000000000004", "account_id": "a1", "triage": "review",
     "rumor_probability": 0.72, "coordination": 0.9, "text": "", "posted_at": None,
     "campaign_id": "c1", "group_id": "g1"},
]  # fmt: skip


def posts_table(rows: list[dict[str, Any]] = POSTS) -> pa.Table:
    """Return rows as columns of `POSTS_SCHEMA`, plain values where a row has none."""
    filled = [
        {
            "source_file": "水厂.jsonl",
            "source_row": number,
            "posted_at": 1_772_414_047 + number,
            "stance": "asserts",
            "reasons": [{"code": "rumor-probability", "value": 0.61234567, "detail": ""}],
            **row,
        }
        for number, row in enumerate(rows, start=1)
    ]
    columns = []
    for field in POSTS_SCHEMA:
        values = [row.get(field.name) for row in filled]
        if pa.types.is_dictionary(field.type):
            columns.append(pa.array(values, pa.string()).dictionary_encode().cast(field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=POSTS_SCHEMA)


def small_campaign(**changes: Any) -> Campaign:
    """Return a campaign of two accounts."""
    values: dict[str, Any] = {
        "campaign_id": "c1",
        "tier": Tier.CONFIRMED,
        "coordination": 0.9,
        "q_value": 1e-6,
        "account_ids": ("=a3", "a1"),
        "post_ids": ("5000000000000000003", "5000000000000000004"),
        "group_ids": ("g1",),
        "template": "［…］快囤水",
        "started_at": "2026-03-02T01:14:07Z",
        "ended_at": "2026-03-02T03:14:07Z",
        "evidence": {
            "text": {"strength": 0.4, "strong": False, "accounts": 2},
            "time": {"strength": 0.8, "strong": True, "window_seconds": 900, "share": 0.75},
            "reuse": {"strength": 0.9, "strong": True, "accounts": 2, "q_value": 1e-6},
            "profile": {"strength": 0.0, "strong": False},
            "infrastructure": {"strength": 0.0, "strong": False},
        },
        "counter_evidence": (Reason("quotes-original", 0.1),),
        "rumor_probability": 0.5,
        "claim_ids": ("k0007",),
    }
    return Campaign(**{**values, **changes})


def small_run(rows: list[dict[str, Any]] = POSTS, **parts: Any) -> Run:
    """Return a run of invented rows; every file of the folder has something to hold."""
    accounts = [
        {"account_id": "=a3", "posts": 1, "tier": "confirmed", "coordination": 0.9,
         "campaign_ids": ["c1", "c;2"],
         "evidence": [{"code": "account-reuse", "value": 0.5, "detail": "c1"}]},
        {"account_id": "a1", "posts": 2, "tier": "confirmed", "coordination": 0.9,
         "campaign_ids": ["c1"], "evidence": []},
        {"account_id": "a2", "posts": 1, "tier": "none", "coordination": 0.0,
         "campaign_ids": [], "evidence": []},
    ]  # fmt: skip
    edges = [
        {"account_a": "=a3", "account_b": "a1", "weight": 2.5, "q_value": 1e-6,
         "post_ids_a": ["5000000000000000003"], "post_ids_b": ["5000000000000000004"],
         "layers": ["text", "time"]},
    ]  # fmt: skip
    rejects = [
        {"source_file": "水厂.jsonl", "source_row": 5, "reason": "bad-time",
         "detail": "'posted_at' is '昨天'", "raw": '{"text":"x"}'},
    ]  # fmt: skip
    values: dict[str, Any] = {
        "about": {"version": "0.1.0", "counts": {"distinct_texts": 4, "groups": 1}, "stages": []},
        "accounts": pa.Table.from_pylist(accounts, schema=ACCOUNTS_SCHEMA),
        "edges": pa.Table.from_pylist(edges, schema=EDGES_SCHEMA),
        "rejects": pa.Table.from_pylist(rejects, schema=REJECTS_SCHEMA),
        "campaigns": [small_campaign()],
        **parts,
    }
    texts = pa.chunked_array([[row.get("text", "")] for row in rows], pa.string())
    return Run.build(posts_table(rows), texts, **values)


def use_plain_page(monkeypatch: pytest.MonkeyPatch, content: str = "<html></html>") -> None:
    """Put a page of fixed content in the place of the real one."""
    page = ModuleType("rumorscan.reports.page")
    page.render_page = lambda folder: content  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rumorscan.reports.page", page)
