"""Labeled sets of rumors, and the threads around them."""

from __future__ import annotations

from rumorscan.readers.layouts.shapes import Layout

SETS: tuple[Layout, ...] = (
    Layout(
        "labeled-reposts",
        ("mid", "uid", "parent", "text", "date"),
        columns={"post_id": ("mid",), "account_id": ("uid",)},
        constants={"platform": "weibo", "kind": "repost"},
    ),
    Layout(
        "labeled-reports",
        ("rumorCode", "rumorText", "rumormongerName"),
        columns={
            "post_id": ("rumorCode",),
            "account_id": ("rumormongerName",),
            "account_name": ("rumormongerName",),
            "text": ("rumorText",),
            "posted_at": ("publishTime",),
            "views": ("visitTimes",),
            "url": (),
        },
        constants={"platform": "weibo"},
        stand_ins={"text": ("title",)},
        remark="accounts are known by their shown name only",
    ),
    Layout(
        "labeled-posts",
        ("text", "user", "time"),
        columns={"account_id": ("user",), "posted_at": ("time",)},
    ),
)
