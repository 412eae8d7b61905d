"""MediaCrawler: seven platforms, before and after July 2026, when user ids became hashes."""

from __future__ import annotations

from rumorscan.readers.layouts.shapes import Layout

_ACCOUNT = ("user_id", "creator_hash")
_NAME = ("nickname", "user_nickname", "user_name")
_REGION = {"ip_region": ("发布于", "来自", "IP属地：", "IP属地:")}
_CRAWLED = ("last_modify_ts", "add_ts")
_TITLE = {"text": ("title",)}
_HASHED = {"account_id": _ACCOUNT, "account_name": _NAME}

PLATFORMS = {
    "xhs": "xhs",
    "dy": "douyin",
    "douyin": "douyin",
    "ks": "kuaishou",
    "kuaishou": "kuaishou",
    "bili": "bilibili",
    "bilibili": "bilibili",
    "wb": "weibo",
    "weibo": "weibo",
    "tieba": "tieba",
    "zhihu": "zhihu",
}
"""Words in the path of a file, or at the beginning of a table's name, that tell the platform."""


def _comments(name: str, marks: tuple[str, ...], platform: str) -> Layout:
    return Layout(
        name,
        ("comment_id", "content", "create_time|publish_time", *marks),
        columns={
            **_HASHED,
            "account_id": (*_ACCOUNT, "user_link", "user_nickname")
            if platform in ("tieba", "zhihu")
            else _ACCOUNT,
            "parent_id": ("parent_comment_id", "parment_comment_id"),  # as it was once written
            "post_id": ("comment_id",),
            "root_id": ("note_id", "aweme_id", "video_id", "content_id", "article_id"),
            "posted_at": ("create_time", "publish_time"),
            "likes": ("like_count", "comment_like_count"),
            "comments": ("sub_comment_count",),
            "url": (),
        },
        constants={"kind": "comment", **({"platform": platform} if platform else {})},
        blanks={"parent_id": ("0",)},
        prefixes=_REGION,
        html=("text",) if platform == "zhihu" else (),
        crawled=_CRAWLED,
        platforms={} if platform else PLATFORMS,
    )


def _contents(name: str, marks: tuple[str, ...], **own: dict[str, tuple[str, ...]]) -> Layout:
    platform = name.removeprefix("mediacrawler-").partition("-")[0]
    told = platform in PLATFORMS
    return Layout(
        name,
        marks,
        columns={**_HASHED, **own.get("columns", {})},
        constants={"kind": "post", **({"platform": platform} if told else {})},
        prefixes=_REGION,
        stand_ins=_TITLE,
        html=("text",) if platform == "zhihu" else (),
        crawled=_CRAWLED,
        platforms={} if told else PLATFORMS,
    )


MEDIACRAWLER: tuple[Layout, ...] = (
    _comments("mediacrawler-tieba-comments", ("note_id", "tieba_name|tieba_id"), "tieba"),
    _comments("mediacrawler-zhihu-comments", ("content_id",), "zhihu"),
    _comments("mediacrawler-douyin-comments", ("aweme_id",), "douyin"),
    _comments("mediacrawler-weibo-comments", ("note_id", "comment_like_count"), "weibo"),
    _comments("mediacrawler-xhs-comments", ("note_id", "pictures"), "xhs"),
    _comments("mediacrawler-bilibili-article-comments", ("article_id",), "bilibili"),
    _comments("mediacrawler-comments", ("note_id|video_id",), ""),
    _contents(
        "mediacrawler-weibo",
        ("note_id", "content", "create_time"),
        columns={"post_id": ("note_id",), "posted_at": ("create_time", "create_date_time")},
    ),
    _contents(
        "mediacrawler-xhs",
        ("note_id", "desc", "time"),
        columns={"post_id": ("note_id",), "posted_at": ("time",)},
    ),
    _contents(
        "mediacrawler-tieba",
        ("note_id", "desc", "publish_time"),
        columns={
            "post_id": ("note_id",),
            "account_id": (*_ACCOUNT, "user_link", "user_nickname"),
            "comments": ("total_replay_num",),
            "posted_at": ("publish_time",),
        },
    ),
    _contents(
        "mediacrawler-douyin",
        ("aweme_id", "desc", "create_time"),
        columns={"post_id": ("aweme_id",), "url": ("aweme_url",), "posted_at": ("create_time",)},
    ),
    _contents(
        "mediacrawler-bilibili",
        ("video_id", "desc", "create_time", "video_play_count|video_danmaku|bvid"),
        columns={
            "post_id": ("video_id",),
            "views": ("video_play_count",),
            "reposts": ("video_share_count",),
            "comments": ("video_comment",),
            "url": ("video_url",),
        },
    ),
    _contents(
        "mediacrawler-bilibili-articles",
        ("article_id", "title", "desc", "create_time"),
        columns={
            "post_id": ("article_id",),
            "text": ("content", "desc"),
            "url": ("article_url",),
        },
    ),
    _contents(
        "mediacrawler-bilibili-dynamics",
        ("dynamic_id", "text", "pub_ts"),
        columns={
            "post_id": ("dynamic_id",),
            "posted_at": ("pub_ts",),
            "reposts": ("total_forwards",),
            "comments": ("total_comments",),
            "likes": ("total_liked",),
        },
    ),
    _contents(
        "mediacrawler-kuaishou",
        ("video_id", "desc", "create_time", "viewd_count|video_play_url"),
        columns={"post_id": ("video_id",), "views": ("viewd_count",), "url": ("video_url",)},
    ),
    _contents(
        "mediacrawler-video",
        ("video_id", "desc", "create_time"),
        columns={"post_id": ("video_id",), "url": ("video_url",)},
    ),
    _contents(
        "mediacrawler-zhihu",
        ("content_id", "content_text", "created_time"),
        columns={
            "post_id": ("content_id",),
            "account_id": (*_ACCOUNT, "user_link", "user_nickname"),
            "text": ("content_text", "desc"),
            "posted_at": ("created_time",),
            "likes": ("voteup_count",),
        },
    ),
    Layout(
        "mediacrawler-creators",
        ("nickname|user_nickname", "fans|follows|total_fans", "!note_id", "!content", "!text"),
        holds="accounts",
    ),
    Layout("mediacrawler-contacts", ("up_id", "fan_id", "up_name", "fan_name"), holds="accounts"),
)
