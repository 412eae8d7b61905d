"""The table of layouts: how crawlers, archives and people name the fields of posts.

A layout is a row of `LAYOUTS`; a new crawler is a new row. A file that fits no row is read by
`ALIASES`: the names that tools and people give to a field, most telling first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALIASES: dict[str, tuple[str, ...]] = {
    "post_id": (
        "post_id", "id_str", "weibo_id", "微博id", "mid", "tweetid", "tweet_id", "note_id",
        "aweme_id", "video_id", "content_id", "comment_id", "status_id", "message_id", "pid",
        "_id", "id", "ID", "帖子id", "微博ID", "评论id", "mblogid", "bid", "编号",
    ),
    "account_id": (
        "account_id", "user_id", "userid", "uid", "author_id", "user.id_str", "user._id", "user.id",
        "from_id", "userId", "creator_hash", "用户id", "用户ID", "账号id", "作者id", "author",
        "user", "screen_name", "nick_name", "nickname", "user.screen_name", "用户昵称", "昵称",
        "公众号", "作者", "发布者", "用户名", "账号",
    ),
    "text": (
        "text", "full_text", "content", "正文", "微博正文", "微博内容", "tweet_text", "文章内容",
        "content_text", "body", "内容", "文本", "评论内容", "text_raw", "desc", "txt", "message",
    ),
    "posted_at": (
        "posted_at", "created_at", "create_time", "publish_time", "created_time", "tweet_time",
        "date_unixtime", "unix_timestamp", "timestamp", "完整日期", "日期", "发布时间", "发表时间",
        "评论时间", "时间", "createdAt", "time", "date", "pubtime", "datetime",
    ),
    "platform": ("platform", "平台", "来源平台"),
    "kind": ("kind", "类型"),
    "title": ("title", "标题"),
    "account_name": (
        "account_name", "screen_name", "nick_name", "nickname", "user.screen_name",
        "user.nick_name", "user_screen_name", "用户昵称", "昵称", "作者昵称", "用户名",
    ),
    "parent_id": (
        "parent_id", "parent_comment_id", "in_reply_to_status_id_str", "in_reply_to_tweetid",
        "reply_to_message_id", "parent", "ppid", "父评论id",
    ),
    "root_id": ("root_id", "rootid", "thread_id", "conversation_id", "tid"),
    "repost_of": (
        "repost_of", "retweet_id", "源微博id", "retweet_tweetid", "retweeted_status.id_str",
        "referenced_tweets.retweeted.id",
    ),
    "url": ("url", "link", "链接", "note_url", "content_url", "微博链接"),
    "client": ("client", "source", "tweet_client_name", "工具", "发布工具", "来源"),
    "device_id": ("device_id", "设备id", "imei", "设备号"),
    "ip": ("ip", "ip_address", "IP", "ip地址"),
    "ip_region": (
        "ip_region", "ip_location", "region_name", "regionName", "ip属地", "IP属地", "属地",
    ),
    "account_created_at": (
        "account_created_at", "user.created_at", "author.created_at", "account_creation_date",
        "注册时间",
    ),
    "followers": (
        "followers", "followers_count", "follower_count", "user.followers_count", "fans",
        "粉丝数", "粉丝",
    ),
    "following": (
        "following", "following_count", "follow_count", "friends_count", "user.friends_count",
        "关注数", "关注",
    ),
    "account_posts": ("account_posts", "statuses_count", "user.statuses_count", "微博数", "发帖数"),
    "verified": ("verified", "user.verified", "is_verified", "是否认证"),
    "reposts": (
        "reposts", "reposts_count", "shared_count", "share_count", "retweet_count", "转发数",
        "转发",
    ),
    "comments": ("comments", "comments_count", "comment_count", "reply_count", "评论数", "评论"),
    "likes": (
        "likes", "attitudes_count", "liked_count", "like_count", "like_counts", "likes_count",
        "点赞数", "点赞", "赞",
    ),
    "views": ("views", "view_count", "viewd_count", "viewed_count", "reads_count",
        "阅读数", "阅读"),
    "hashtags": ("hashtags", "话题", "topics", "tags", "tag_list"),
}  # fmt: skip
"""Names of each field in files of no known layout, most telling first; dots go into objects."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One crawler's or archive's way to write posts.

    Attributes:
        name: as `--format` takes it and `inspect` shows it.
        marks: columns that together give the layout away.
        columns: canonical field to the columns that may hold it, first found wins; what is
            not listed is looked for in `ALIASES`.
        constants: canonical field to a value that holds for every row.
        blanks: canonical field to values that stand for none.
        prefixes: canonical field to beginnings that are cut off.
        account_is_file: the account is the file's name without its ending.
        short_rows: the layout writes rows with fewer cells than its header.
        tz: zone of its times without one, where it is not the usual one.
    """

    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account_is_file: bool = False
    short_rows: bool = False
    tz: str = ""


CANONICAL_LAYOUT = Layout("canonical", ("account_id", "text"))
OTHER_LAYOUT = Layout("other", ())
_WEIBO = {"platform": "weibo"}

LAYOUTS: tuple[Layout, ...] = (
    CANONICAL_LAYOUT,
    Layout(
        "weibo-search",
        ("id", "user_id", "用户昵称", "微博正文"),
        columns={"ip": (), "ip_region": ("ip",), "post_id": ("id",), "url": (), "verified": ()},
        constants=_WEIBO,
    ),
    Layout(
        "weibo-crawler",
        ("id", "bid", "正文", "日期"),
        columns={"post_id": ("id",), "posted_at": ("完整日期", "日期"), "repost_of": ("源微博id",)},
        constants=_WEIBO,
        account_is_file=True,
        short_rows=True,
    ),
    Layout(
        "weibo-crawler-json",
        ("id", "user_id", "screen_name", "text", "attitudes_count"),
        columns={
            "post_id": ("id",),
            "client": ("source",),
            "repost_of": ("retweet.id", "retweet_id"),
        },
        constants=_WEIBO,
    ),
    Layout(
        "weibospider-csv",
        ("微博id", "微博正文", "发布时间"),
        columns={"post_id": ("微博id",)},
        constants=_WEIBO,
        account_is_file=True,
        short_rows=True,
    ),
    Layout(
        "weibospider",
        ("_id", "content", "created_at", "user._id"),
        columns={"post_id": ("_id",), "hashtags": ()},
        constants=_WEIBO,
        prefixes={"ip_region": ("发布于", "来自")},
    ),
    Layout(
        "weibospider-comments",
        ("_id", "content", "comment_user._id"),
        columns={
            "post_id": ("_id",),
            "account_id": ("comment_user._id",),
            "account_name": ("comment_user.nick_name",),
            "parent_id": ("reply_comment._id",),
        },
        constants={**_WEIBO, "kind": "comment"},
        prefixes={"ip_region": ("发布于", "来自")},
    ),
    Layout(
        "mediacrawler-comments",
        ("comment_id", "content", "create_time", "parent_comment_id"),
        columns={
            "post_id": ("comment_id",),
            "root_id": ("note_id", "aweme_id", "video_id", "content_id"),
        },
        constants={"kind": "comment"},
        blanks={"parent_id": ("0",)},
        prefixes={"ip_region": ("发布于", "来自", "IP属地：")},
    ),
    Layout("mediacrawler-weibo", ("note_id", "content", "create_time"), constants=_WEIBO),
    Layout("mediacrawler-xhs", ("note_id", "desc", "time"), constants={"platform": "xhs"}),
    Layout(
        "mediacrawler-douyin", ("aweme_id", "desc", "create_time"), constants={"platform": "douyin"}
    ),
    Layout("mediacrawler-video", ("video_id", "desc", "create_time")),
    Layout(
        "mediacrawler-tieba", ("note_id", "desc", "publish_time"), constants={"platform": "tieba"}
    ),
    Layout(
        "mediacrawler-zhihu",
        ("content_id", "content_text", "created_time"),
        constants={"platform": "zhihu"},
    ),
    Layout("4cat", ("id", "thread_id", "author", "body", "timestamp"), tz="UTC"),
    Layout(
        "twarc",
        ("id", "author_id", "created_at", "text"),
        columns={
            "account_name": ("author.username", "author.name"),
            "account_id": ("author_id",),
            "root_id": ("conversation_id",),
            "parent_id": ("referenced_tweets.replied_to.id",),
            "followers": ("author.public_metrics.followers_count",),
            "following": ("author.public_metrics.following_count",),
            "account_posts": ("author.public_metrics.tweet_count",),
            "verified": ("author.verified",),
            "reposts": ("public_metrics.retweet_count",),
            "comments": ("public_metrics.reply_count",),
            "likes": ("public_metrics.like_count",),
        },
        constants={"platform": "twitter"},
        tz="UTC",
    ),
    Layout("twitter-v1", ("id_str", "full_text", "user.id_str"), constants={"platform": "twitter"}),
    Layout(
        "twitter-io",
        ("tweetid", "userid", "tweet_text", "tweet_time"),
        constants={"platform": "twitter"},
        tz="UTC",
    ),
    Layout(
        "labeled-reposts",
        ("mid", "uid", "parent", "text", "date"),
        columns={"post_id": ("mid",), "account_id": ("uid",)},
    ),
    Layout(
        "bazhuayu",
        ("标题", "txt", "from1"),
        columns={
            "account_id": ("标题",),
            "account_name": ("标题",),
            "text": ("txt",),
            "posted_at": ("from1",),
            "title": (),
        },
    ),
)
"""Layouts in the order in which they are tried; the first whose marks are all there is taken."""


def layout_named(name: str) -> Layout | None:
    """Return the layout of that name, or None.

    Example:
        >>> layout_named("weibo-search").constants["platform"]
        'weibo'
    """
    return next((layout for layout in (*LAYOUTS, OTHER_LAYOUT) if layout.name == name), None)
