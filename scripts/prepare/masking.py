"""What identifies a person: accounts become keyed pseudonyms, names and numbers placeholders."""

from __future__ import annotations

import hashlib
import hmac
import re

_DIGITS = 16
# full-width digits and letters count as what they look like; one for one, so that spans stay valid
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_MASKS = (
    (
        re.compile(
            r"(?<![0-9A-Za-z])(?:"
            r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
            r"|[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
            r"|[A-Z][1289]\d{8})(?![0-9A-Za-z])",
            re.ASCII,
        ),
        "[证件]",
    ),
    (
        re.compile(
            r"(?<![0-9A-Za-z])(?:"
            r"(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}"
            r"|(?:\+?886[- ]?|0)9\d{2}(?:[- ]?\d{3}){2}"
            r"|\(?0\d{2,3}\)?[- ]?\d{7,8})(?!\d)",
            re.ASCII,
        ),
        "[电话]",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), "[邮箱]"),
    (re.compile(r"@[\w·-]{1,30}"), "@用户"),
)
"""Placeholders in the order of their search: ids before phones, addresses before mentions.

Chinese ids of 18 and 15 characters and Taiwanese ones; mobile and land lines of both.
"""


def mask_text(text: str) -> str:
    """Return a text with ids, phone numbers, mail addresses and mentions replaced.

    Example:
        >>> mask_text("@小禾 打我电话138-0013-8000，或写信到 xiaohe@mail.example")
        '@用户 打我电话[电话]，或写信到 [邮箱]'
        >>> mask_text("票价100元，１３８００１３８０００")
        '票价100元，[电话]'
    """
    for pattern, placeholder in _MASKS:
        pieces, start = [], 0
        for found in pattern.finditer(text.translate(_NARROW)):
            pieces += [text[start : found.start()], placeholder]
            start = found.end()
        text = "".join([*pieces, text[start:]])
    return text


def pseudonym(account: str, salt: bytes) -> str:
    """Return an account's keyed digest (HMAC-SHA256, 64 bits shown).

    Example:
        >>> pseudonym("7000000001", b"salt") == pseudonym("7000000001", b"salt")
        True
        >>> pseudonym("7000000001", b"salt") == pseudonym("7000000001", b"other")
        False
    """
    return hmac.new(salt, account.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
