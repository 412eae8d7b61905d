"""Forums and article lists: Tieba, exports of WeChat articles, 八爪鱼."""

from __future__ import annotations

from rumorscan.readers.layouts.shapes import Join, Layout

_TIEBA = {"platform": "tieba"}
_AUTHOR = ("user_id", "author_id", "author", "username")
_AUTHOR_NAME = ("author_name", "user.nickname", "user.username", "username", "author")
_THREAD = {
    "post_id": ("id",),
    "account_id": _AUTHOR,
    "account_name": _AUTHOR_NAME,
    "text": ("title",),
    "root_id": ("id",),
    "comments": ("reply_num",),
}

FORUMS: tuple[Layout, ...] = (
    Layout(
        "tieba-comments",
        ("id", "content", "time", "post_id", "author|user_id|username", "!thread_id"),
        columns={
            "post_id": ("id",),
            "account_id": _AUTHOR,
            "account_name": _AUTHOR_NAME,
            "text": ("content",),
            "posted_at": ("time",),
            "parent_id": ("post_id",),
            "root_id": ("post.thread_id",),
        },
        constants={**_TIEBA, "kind": "comment"},
        joins=(Join("post", "post_id"), Join("user", "user_id")),
        threads_by_parent=True,
    ),
    Layout(
        "tieba-posts",
        ("id", "floor", "content", "time", "thread_id", "author|user_id|username"),
        columns={
            "post_id": ("id",),
            "account_id": _AUTHOR,
            "account_name": _AUTHOR_NAME,
            "text": ("content",),
            "posted_at": ("time",),
            "parent_id": ("thread_id",),
            "root_id": ("thread_id",),
            "comments": ("comment_num",),
            "client": ("tail",),
        },
        constants={**_TIEBA, "kind": "post"},
        joins=(Join("user", "user_id"),),
    ),
    Layout(
        "tieba-threads",
        ("id", "title", "author|user_id|username", "!content", "!text", "!body", "!desc"),
        tables=("thread", "threads"),
        columns=_THREAD,
        constants={**_TIEBA, "kind": "post"},
        joins=(Join("user", "user_id"),),
    ),
    Layout(
        "tieba-thread-list",
        ("id", "title", "author|user_id|username", "reply_num|is_good", "!content"),
        columns=_THREAD,
        constants={**_TIEBA, "kind": "post"},
    ),
    Layout(
        "tieba-json",
        ("tid", "pid", "create_time", "author_id|user.user_id|user.id"),
        columns={
            "post_id": ("pid",),
            "account_id": ("author_id", "user.user_id", "user.id", "user.user_name"),
            "account_name": ("user.nick_name", "user.nickname", "user.user_name", "user.name"),
            "text": ("text", "content", "contents"),
            "posted_at": ("create_time",),
            "root_id": ("tid",),
            "parent_id": ("ppid",),
            "ip": (),
            "ip_region": ("user.ip", "ip"),
            "likes": ("agree",),
            "comments": ("reply_num",),
        },
        constants=_TIEBA,
        blanks={"parent_id": ("0",)},
        pieces=("text",),
        mixed=True,
    ),
    Layout(
        "wechat-articles",
        ("公众号", "ID", "链接", "标题", "发布时间"),
        columns={
            "post_id": ("ID",),
            "account_id": ("公众号",),
            "account_name": ("公众号",),
            "title": ("标题",),
            "text": ("文章内容",),
            "posted_at": ("发布时间", "创建时间"),
            "url": ("链接",),
            "views": ("阅读",),
            "likes": ("点赞",),
            "reposts": ("分享",),
            "comments": ("留言",),
            "hashtags": ("所属合集",),
        },
        constants={"platform": "wechat", "kind": "post"},
        stand_ins={"text": ("标题", "摘要")},
        html=("text",),
    ),
    Layout(
        "wechat-articles-json",
        ("aid", "link", "title", "digest", "update_time|create_time"),
        columns={
            "post_id": ("aid",),
            "account_id": ("_accountName", "accountName", "author_name"),
            "account_name": ("_accountName", "accountName", "author_name"),
            "text": ("content",),
            "posted_at": ("update_time", "create_time"),
            "url": ("link",),
            "views": ("readNum",),
            "likes": ("oldLikeNum",),
            "reposts": ("shareNum",),
            "comments": ("commentNum",),
        },
        constants={"platform": "wechat", "kind": "post"},
        stand_ins={"text": ("title", "digest")},
        html=("text",),
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
            "url": (),
        },
        remark="accounts are known by their shown name only",
    ),
)
