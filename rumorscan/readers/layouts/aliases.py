"""Names that tools and people give to the fields of posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

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
        "公众号", "作者", "发布者", "用户名", "账号", "帐号", "account", "username", "账号名称",
        "作者名称", "发布人", "发帖人", "博主", "网名",
    ),
    "text": (
        "text", "full_text", "content", "正文", "微博正文", "微博内容", "tweet_text", "文章内容",
        "content_text", "body", "内容", "文本", "评论内容", "text_raw", "desc", "txt", "message",
        "全文内容", "正文内容", "全文", "原文", "帖子内容", "文章正文",
    ),
    "posted_at": (
        "posted_at", "created_at", "create_time", "publish_time", "created_time", "tweet_time",
        "date_unixtime", "unix_timestamp", "timestamp", "完整日期", "日期", "发布时间", "发表时间",
        "评论时间", "时间", "createdAt", "time", "date", "pubtime", "datetime", "发布日期",
        "发帖时间", "发表日期",
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
    "root_id": ("root_id", "rootid", "thread_id", "conversation_id", "tid", "thread"),
    "repost_of": (
        "repost_of", "retweet_id", "源微博id", "retweet_tweetid", "retweeted_status.id_str",
        "referenced_tweets.retweeted.id",
    ),
    "url": ("url", "link", "链接", "note_url", "content_url", "微博链接", "原文链接"),
    "client": ("client", "source", "tweet_client_name", "工具", "发布工具", "来源", "source_app"),
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
        "关注数", "关注", "friends",
    ),
    "account_posts": ("account_posts", "statuses_count", "user.statuses_count", "微博数", "发帖数"),
    "verified": ("verified", "user.verified", "is_verified", "是否认证"),
    "reposts": (
        "reposts", "reposts_count", "shared_count", "share_count", "retweet_count", "转发数",
        "转发量", "转发",
    ),
    "comments": (
        "comments", "comments_count", "comment_count", "reply_count", "评论数", "评论量", "评论",
    ),
    "likes": (
        "likes", "attitudes_count", "liked_count", "like_count", "like_counts", "likes_count",
        "点赞数", "点赞量", "点赞", "赞",
    ),
    "views": ("views", "view_count", "viewd_count", "viewed_count", "reads_count",
        "阅读数", "阅读量", "浏览量", "播放量", "阅读"),
    "hashtags": ("hashtags", "话题", "topics", "tags", "tag_list"),
    "posted_at_text": ("posted_at_text",),
    "reposted_from": ("reposted_from", "forwarded_from"),
    "text_repaired": ("text_repaired",),
    "keyword": ("keyword", "source_keyword", "关键词", "搜索关键词"),
}  # fmt: skip
"""Names of each field in files of no known layout, most telling first; dots go into objects."""

_SEPARATORS = str.maketrans("", "", "_- \t\r\n\ufeff\u3000\xa0")


def folded(name: str) -> str:
    """Return a name without regard to case, blanks, `-` and `_`.

    Example:
        >>> {folded(name) for name in ("post_id", "POST_ID", " Post-Id ", "PostID")}
        {'postid'}
    """
    return name.translate(_SEPARATORS).casefold()


class Lookalikes:
    """The columns that are written like a name, but in other letters or with other blanks.

    Args:
        columns: what the columns are called, to what they are called exactly.

    Example:
        >>> Lookalikes({"POST_ID": "POST_ID", "Text": "Text", "TEXT": "TEXT"}).of(["post_id"])
        ['POST_ID']
        >>> Lookalikes({"Text": "Text", "TEXT": "TEXT"}).of(["text"])  # which of the two?
        []
    """

    def __init__(self, columns: Mapping[str, str]) -> None:
        names = [(folded(name), column) for name, column in columns.items()]
        met = Counter(name for name, _ in names)
        self._columns = {name: column for name, column in names if met[name] == 1}

    def of(self, names: Iterable[str]) -> list[str]:
        """Return the columns of names, in the order of the names, each once."""
        hits = (self._columns.get(folded(name)) for name in names)
        return list(dict.fromkeys(hit for hit in hits if hit is not None))
