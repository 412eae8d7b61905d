"""Objects that hold posts and are none: documents, pages, chats."""

from __future__ import annotations

from rumorscan.readers.layouts.shapes import Opening

OPENINGS: tuple[Opening, ...] = (
    Opening(("chats.list",), "chats.list", further=("left_chats.list",)),
    Opening(("left_chats.list",), "left_chats.list"),
    Opening(
        ("messages", "type", "id"),
        "messages",
        above={"chat": ""},
        scoped=("id", "reply_to_message_id"),
        elsewhere={"reply_to_message_id": "reply_to_peer_id"},
    ),
    Opening(("weibo", "user"), "weibo", above={"user": "user"}),
    Opening(
        ("data", "includes"),
        "data",
        lookups={"author": ("includes.users", "author_id", "id")},
        also="includes.tweets",
    ),
    Opening(("data", "meta"), "data"),
)
