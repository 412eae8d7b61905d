"""Text out of pieces, out of lists and out of HTML: what stands around it goes."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Mapping
from typing import Any

import orjson

_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)
_SKIPPED = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# none of these goes over a text twice, however it is made: a tag that does not close is none
_PICTURE = re.compile(
    r"<img\b(?=[^<>]*>)[^<>]*?\balt=[\"']?(\[[^\"'<>\]]{1,20}\])[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(
    r"</?(?:a|abbr|article|audio|b|blockquote|br|code|dd|div|dl|dt|em|figcaption|figure|font|h[1-6]"
    r"|hr|i|iframe|img|li|mp-[a-z-]+|ol|p|pre|s|section|small|source|span|strong|sub|sup|svg|table"
    r"|tbody|td|th|thead|tr|u|ul|video)(?:[\s/][^<>]*)?>|<!--(?:(?!<!--).)*?-->",
    re.IGNORECASE | re.DOTALL,
)
_BLANK_LINES = re.compile(r"(?<![ \t])[ \t]*\n\s*\n\s*")
_NAMES = ("text", "tag", "name", "title", "hashtag", "topic_title", "content")
_LONGEST_LIST = 100_000


def plain_html(value: Any) -> Any:
    r"""Return the text of HTML: paragraphs as lines, faces as their names; all else untouched.

    Example:
        >>> plain_html('<p>城东<a href="/n/x">停水</a>&amp;停电</p><p>1 < 2</p>')
        '城东停水&停电\n1 < 2'
        >>> plain_html("气温 <0 度 & 大风")
        '气温 <0 度 & 大风'
    """
    if not isinstance(value, str) or not _TAG.search(value):
        return value
    text = _SKIPPED.sub("", value)
    text = _PICTURE.sub(r"\1", text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return _BLANK_LINES.sub("\n", html.unescape(text)).strip()


def joined_pieces(value: Any) -> Any:
    """Return a list of pieces as one text, and any other value as it is.

    A piece is a text or an object with one; a list that stands in JSON as text is read, too.

    Example:
        >>> joined_pieces(["转发:", {"type": "link", "text": "http://x.test"}])
        '转发:http://x.test'
    """
    if isinstance(value, str) and value.startswith(("[{", '["')) and len(value) < _LONGEST_LIST:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    if not isinstance(value, (list, tuple)):
        return value
    return "".join(filter(None, (_word_of(piece) for piece in value)))


def listed_words(value: Any) -> Any:
    """Return the words of a list, also of one that is written as text; any other value as it is.

    Example:
        >>> listed_words("['停水', '城东']"), listed_words("[停水, 城东]"), listed_words("停水")
        (['停水', '城东'], ['停水', '城东'], '停水')
        >>> listed_words([{"start": 0, "tag": "停水"}])
        ['停水']
    """
    if isinstance(value, str):
        text = value.strip()
        if not (text.startswith("[") and text.endswith("]")) or len(text) > _LONGEST_LIST:
            return value
        value = _written_list(text)
    if not isinstance(value, (list, tuple)):
        return value
    return [word for item in value if (word := _word_of(item))]


def _written_list(text: str) -> list[Any]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [word.strip(" '\"") for word in text[1:-1].split(",")]
    return value if isinstance(value, list) else [value]


def _word_of(piece: Any) -> str | None:
    if isinstance(piece, Mapping):
        piece = next((piece[name] for name in _NAMES if isinstance(piece.get(name), str)), None)
    if isinstance(piece, int) and not isinstance(piece, bool):
        return str(piece)
    return piece if isinstance(piece, str) else None
