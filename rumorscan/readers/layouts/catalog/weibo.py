"""Crawlers and archives of Weibo."""

from __future__ import annotations

from rumorscan.readers.layouts.shapes import Branch, Join, Layout

_WEIBO = {"platform": "weibo"}
_REGION = {"ip_region": ("发布于", "来自")}
_NAMES_ONLY = "accounts are known by their shown name only"

_CRAWLER_FIELDS = {
    "post_id": ("id",),
    "account_id": ("user_id",),
    "account_name": ("screen_name", "user.screen_name"),
    "posted_at": ("full_created_at", "created_at"),
    "client": ("source",),
    "repost_of": ("retweet_id",),
    "reposts": ("reposts_count",),
    "comments": ("comments_count",),
    "likes": ("attitudes_count",),
    "followers": ("user.followers_count", "user.follower_count"),
    "following": ("user.follow_count",),
    "account_posts": ("user.statuses_count", "user.weibo_count"),
    "account_created_at": ("user.registration_time", "user.reg_date"),
    "verified": ("user.verified",),
    "ip_region": ("region_name", "ip_location"),
    "hashtags": ("topics",),
    "url": (),
}
_COMMENT_FIELDS = {
    "post_id": ("id",),
    "parent_id": ("weibo_id",),
    "root_id": ("weibo_id",),
    "account_name": ("user_screen_name",),
    "likes": ("like_count",),
    "url": (),
}
_NEWER_COLUMNS = (
    ("编辑次数", "是否编辑过"),
    ("完整日期",),
    ("Live Photo视频url",),
    ("头条文章url",),
)
_CRAWLER_COLUMNS = (
    "id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "Live Photo视频url", "位置",
    "日期", "工具", "点赞数", "评论数", "转发数", "话题", "@用户", "完整日期", "是否编辑过",
    "编辑次数",
)  # fmt: skip


def _generations() -> tuple[tuple[str, ...], ...]:
    """Return what versions of weibo-crawler wrote: newest first, reposts before originals."""
    found = []
    for newer in range(len(_NEWER_COLUMNS) + 1):
        gone = [name for names in _NEWER_COLUMNS[:newer] for name in names]
        columns = tuple(name for name in _CRAWLER_COLUMNS if name not in gone)
        source = ("源用户id", "源用户昵称", *(f"源微博{name}" for name in columns))
        found += [(*columns, "是否原创", *source), (*columns, "是否原创"), columns]
    return tuple(found)


WEIBO: tuple[Layout, ...] = (
    Layout(
        "weibo-search",
        ("id", "user_id", "用户昵称", "微博正文"),
        columns={
            "post_id": ("id",),
            "ip": (),
            "ip_region": ("ip",),
            "url": (),
            "verified": ("user_authentication",),
        },
        constants=_WEIBO,
        kinds={"retweet_id": "repost"},
        keyword_is_file=True,
    ),
    Layout(
        "weibo-search-db",
        ("id", "user_id", "screen_name", "text", "attitudes_count", "user_authentication|ip"),
        columns={
            "post_id": ("id",),
            "account_id": ("user_id",),
            "ip": (),
            "ip_region": ("ip",),
            "repost_of": ("retweet_id",),
            "url": (),
            "verified": ("user_authentication",),
        },
        constants=_WEIBO,
        kinds={"retweet_id": "repost"},
    ),
    Layout(
        "weibo-crawler",
        ("id", "bid", "正文", "日期"),
        columns={
            "post_id": ("id",),
            "posted_at": ("完整日期", "日期"),
            **dict.fromkeys(("repost_of", "parent_id", "root_id"), ("源微博id",)),
            "url": (),
        },
        constants=_WEIBO,
        kinds={"源微博id": "repost"},
        originals=("是否原创",),
        html=("text",),
        carried={
            "post_id": ("源微博id",),
            "account_id": ("源用户id",),
            "account_name": ("源用户昵称",),
            "text": ("源微博正文",),
            "posted_at": ("源微博完整日期", "源微博日期"),
            "client": ("源微博工具",),
            "likes": ("源微博点赞数",),
            "comments": ("源微博评论数",),
            "reposts": ("源微博转发数",),
            "hashtags": ("源微博话题",),
        },
        account_is_file=True,
        short_rows=True,
        generations=_generations(),
        proofs={
            "日期": "time",
            "点赞数": "count",
            "评论数": "count",
            "转发数": "count",
            "完整日期": "time",
            "是否编辑过": "flag",
            "编辑次数": "count",
            "是否原创": "flag",
        },
        anchor="日期",
        unshifted=3,
    ),
    Layout(
        "weibo-crawler-reposts",
        ("id", "weibo_id", "user_id", "user_screen_name", "text"),
        tables=("reposts", "weibo_reposts"),
        columns={**_COMMENT_FIELDS, "repost_of": ("weibo_id",)},
        constants={**_WEIBO, "kind": "repost"},
        html=("text",),
    ),
    Layout(
        "weibo-crawler-comments",
        ("id", "weibo_id", "user_id", "user_screen_name", "text"),
        columns=_COMMENT_FIELDS,
        constants={**_WEIBO, "kind": "comment"},
        html=("text",),
    ),
    Layout(
        "weibo-crawler-comments-csv",
        ("id", "weibo_id", "user_screen_name", "text", "!user_id"),
        columns={**_COMMENT_FIELDS, "account_id": ("user_screen_name",)},
        constants={**_WEIBO, "kind": "comment"},
        html=("text",),
        remark=_NAMES_ONLY,
    ),
    Layout(
        "weibo-crawler-json",
        ("id", "user_id", "screen_name", "text", "attitudes_count"),
        columns=_CRAWLER_FIELDS,
        constants=_WEIBO,
        html=("text",),
        branches=(Branch("retweet", "source"),),
        joins=(Join("user", "user_id"),),
    ),
    Layout(
        "weibospider-csv",
        ("微博id", "微博正文", "发布时间"),
        columns={"post_id": ("微博id",), "url": ()},
        constants=_WEIBO,
        originals=("是否为原创微博",),
        blanks={"client": ("无",)},
        account_is_file=True,
        short_rows=True,
    ),
    Layout(
        "weibospider-json",
        ("id", "content", "publish_time", "publish_tool"),
        columns={
            "post_id": ("id",),
            "account_id": ("user_id", "user.id"),
            "account_name": ("user.nickname",),
            "posted_at": ("publish_time",),
            "client": ("publish_tool",),
            "likes": ("up_num",),
            "reposts": ("retweet_num",),
            "comments": ("comment_num",),
            "followers": ("user.followers",),
            "following": ("user.following",),
            "account_posts": ("user.weibo_num",),
            "url": (),
        },
        constants=_WEIBO,
        originals=("original",),
        blanks={"client": ("无",)},
        joins=(Join("user", "user_id"),),
    ),
    Layout(
        "weibospider-comments",
        ("_id", "content", "comment_user._id"),
        columns={
            "post_id": ("_id",),
            "account_id": ("comment_user._id", "user._id"),
            "account_name": ("comment_user.nick_name", "user.nick_name"),
            "text": ("content", "text"),
            "parent_id": ("reply_comment._id", "weibo_id", "mblogid", "tweet_id"),
            "root_id": ("weibo_id", "mblogid", "tweet_id"),
            "followers": ("comment_user.followers_count",),
            "following": ("comment_user.friends_count",),
            "account_posts": ("comment_user.statuses_count",),
            "account_created_at": ("comment_user.created_at",),
            "verified": ("comment_user.verified",),
        },
        constants={**_WEIBO, "kind": "comment"},
        prefixes=_REGION,
        crawled=("crawl_time",),
        branches=(Branch("reply_comment", "cited"),),
    ),
    Layout(
        "weibospider",
        ("_id", "content", "created_at", "user._id"),
        columns={
            "post_id": ("_id",),
            "hashtags": (),
            "repost_of": ("retweet_id", "retweet._id"),
        },
        constants=_WEIBO,
        prefixes=_REGION,
        crawled=("crawl_time",),
        branches=(Branch("retweet", "source"),),
    ),
    Layout(
        "weibo-archiver",
        ("id", "mblogid", "text", "createdAt", "userId|user.uid|user.id"),
        columns={
            "post_id": ("id",),
            "account_id": ("userId", "user.uid", "user.id"),
            "account_name": ("user.name", "user.screenName", "user.screen_name"),
            "posted_at": ("createdAt",),
            "ip_region": ("regionName",),
            "client": ("source",),
            "reposts": ("repostsCount", "reposts_count"),
            "comments": ("commentsCount", "comments_count"),
            "likes": ("likesCount", "likes_count"),
            "followers": ("user.followers",),
            "following": ("user.followings",),
            "account_created_at": ("user.createdAt",),
            "verified": (),
            "url": (),
        },
        constants=_WEIBO,
        prefixes=_REGION,
        html=("text", "client"),
        branches=(Branch("retweet", "source"), Branch("comments", "comment")),
    ),
)
