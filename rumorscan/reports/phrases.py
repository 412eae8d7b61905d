"""Words of the page for codes, quantities and values, Chinese first.

A code or quantity that is not listed is shown by its own name, so that nothing a stage found
is left out of the page only because the page does not know a word for it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Phrase(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str


class Quantity(NamedTuple):
    """A named value, written out."""

    name: Phrase
    value: str


TIERS = {
    "confirmed": Phrase("证据充分", "confirmed"),
    "suspected": Phrase("疑似", "suspected"),
    "spread": Phrase("仅同文扩散", "spread only"),
    "none": Phrase("无", "none"),
}
TRIAGES = {
    "urgent": Phrase("优先", "urgent"),
    "review": Phrase("复核", "review"),
    "pass": Phrase("放行", "pass"),
}
STANCES = {
    "asserts": Phrase("断言", "asserts"),
    "denies": Phrase("否认", "denies"),
    "asks": Phrase("询问", "asks"),
    "unclear": Phrase("不明", "unclear"),
}
FAMILIES = {
    "text": Phrase("文本", "Text"),
    "time": Phrase("时间", "Timing"),
    "reuse": Phrase("账号复用", "Account reuse"),
    "profile": Phrase("账号资料", "Profile"),
    "infrastructure": Phrase("设备与网络", "Infrastructure"),
}
QUANTITIES = {
    "accounts": Phrase("账号", "accounts"),
    "posts": Phrase("帖子", "posts"),
    "groups": Phrase("近重组", "text groups"),
    "threads": Phrase("话题", "threads"),
    "window_seconds": Phrase("窗口", "window"),
    "window_days": Phrase("窗口", "window"),
    "share": Phrase("占比", "share"),
    "p_value": Phrase("偶然的可能", "chance of accident"),
    "q_value": Phrase("偶然的可能（校正后）", "chance of accident (corrected)"),
    "capped_buckets": Phrase("以星形连接的过大候选桶", "oversized buckets linked by a star"),
    "time.share": Phrase("窗口内占比", "share inside the window"),
    "time.posts": Phrase("窗口内帖子", "posts inside the window"),
    "reuse.accounts": Phrase("反复出现的账号", "accounts that reappear"),
    "reuse.share": Phrase("占全部账号", "share of its accounts"),
    "shared": Phrase("两组文字最多共有账号", "most accounts that two groups share"),
    "largest_thread_share": Phrase(
        "最集中的话题：其帖 / 全部帖", "busiest thread: its posts / all posts"
    ),
    "registered_together": Phrase("集中注册的账号", "accounts registered together"),
    "profile.share": Phrase("占已知注册时间者", "share of those with a known date"),
    "layer": Phrase("共用", "shared"),
    "infrastructure.accounts": Phrase("共用者", "accounts that share"),
    "infrastructure.share": Phrase("占全部账号", "share of its accounts"),
}
WORDS = {
    "device": Phrase("设备", "device"),
    "ip": Phrase("IP 地址", "address"),
}
REASONS = {
    "known-rumor": Phrase("与已判定为不实的说法相符", "repeats a claim judged false"),
    "campaign-confirmed": Phrase("属于证据充分的协同行动", "part of a confirmed campaign"),
    "campaign-suspected": Phrase("属于疑似协同行动", "part of a suspected campaign"),
    "campaign-spread": Phrase("只是同文扩散", "the same text spreading, no more"),
    "account-reuse": Phrase("同一批账号反复出现", "the same accounts reappear"),
    "burst": Phrase("集中在很短的时间内发布", "posted in a burst"),
    "shared-device": Phrase("共用设备或网络地址", "shared devices or addresses"),
    "registered-together": Phrase("账号注册时间集中", "accounts registered together"),
    "same-text": Phrase("文字近似重复", "nearly the same wording"),
    "rumor-probability": Phrase("内容的谣言概率", "rumor probability of the content"),
    "phrase": Phrase("用语（对数几率）", "wording (log odds)"),
    "ordinary-post": Phrase("没有可核实之事的概率", "claims nothing checkable (probability)"),
    "stance-denies": Phrase("在否认（辟谣）", "denies the claim"),
    "stance-asks": Phrase("在询问，没有断言", "asks, does not assert"),
    "short-text": Phrase("文字很短（字数）", "the text is very short (characters)"),
    "counter-quotes-original": Phrase("带着原帖的转发或评论", "quotes the original"),
    "counter-verified-accounts": Phrase("认证账号", "verified accounts"),
    "counter-single-thread": Phrase("只出现在一个话题下", "appears under one thread only"),
    "frame-share-button": Phrase("像分享按钮生成的文字", "looks made by a share button"),
    "frame-lottery": Phrase("像转发抽奖的文字", "looks like a lottery"),
    "frame-blessing": Phrase("像祈福接龙的文字", "looks like a blessing chain"),
    "frame-chant": Phrase("像打卡、应援的口号", "looks like a chant of fans"),
    "frame-shared-wording": Phrase("像固定格式（相同的组数）", "looks like a form (groups alike)"),
}
"""Short words for a table; the whole sentences stand in `rumorscan.reasons`."""
REJECTS = {
    "bad-json": Phrase("不是 JSON", "not JSON"),
    "not-an-object": Phrase("不是一个对象", "not an object"),
    "ragged-row": Phrase("单元格数与表头不符", "cells do not fit the header"),
    "open-quote": Phrase("引号没有闭合", "a quotation mark is not closed"),
    "too-long": Phrase("行太长", "the row is too long"),
    "missing-text": Phrase("没有正文", "there is no text"),
    "bad-text": Phrase("正文不是文字", "the text is no text"),
    "text-too-long": Phrase("正文超过长度上限", "the text is longer than the limit"),
    "missing-account": Phrase("没有账号", "there is no account"),
    "bad-id": Phrase("编号已失真", "an id is not exact"),
    "bad-time": Phrase("时间无法读懂", "the time cannot be read"),
}
_ZONES = {"Asia/Shanghai": Phrase("北京时间", "Beijing time"), "UTC": Phrase("协调世界时", "UTC")}
_MEASURES = ("share", "probability", "similarity", "containment", "rate")


def number(value: object) -> float | None:
    """Return the number that a value is, or None where it is none.

    Example:
        >>> number("0.5"), number(""), number(None), number("nan")
        (0.5, None, None, None)
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        result = float(str(value))
    except ValueError:
        return None
    return result if math.isfinite(result) else None


def words_for(table: dict[str, Phrase], code: object) -> Phrase:
    """Return the words for a code, or the code itself.

    Example:
        >>> words_for(TIERS, "spread").zh, words_for(TIERS, "odd").zh
        ('仅同文扩散', 'odd')
    """
    text = str(code)
    return table.get(text, Phrase(text, text))


def quantity(name: str, value: Any, family: str = "") -> Quantity:
    """Return a quantity behind a piece of evidence, written out.

    Args:
        name: its key in the evidence.
        value: a number, a word or a list of them.
        family: the family of evidence, where the same key means different things.

    Example:
        >>> quantity("share", 0.621, "time")
        Quantity(name=Phrase(zh='窗口内占比', en='share inside the window'), value='62%')
        >>> quantity("window_seconds", 900).value
        '15 min'
    """
    plain = name.replace("_", " ")
    words = QUANTITIES.get(f"{family}.{name}") or QUANTITIES.get(name)
    return Quantity(words or Phrase(plain, plain), measure(name, value))


def measure(name: str, value: Any) -> str:
    """Return a value in the unit that its name states.

    Example:
        >>> measure("posts", 1200), measure("lift", 3.14159), measure("q_value", 1e-9)
        ('1,200', '3.14', '< 0.0001')
        >>> measure("largest_thread_share", [12, 340]), measure("layer", "ip")
        ('12 / 340', 'IP 地址 address')
    """
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, (list, tuple)):
        return " / ".join(measure("", item) for item in value[:8]) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {measure(str(key), item)}" for key, item in value.items()) or "—"
    amount = number(value)
    if amount is None:
        words = WORDS.get(str(value))
        return f"{words.zh} {words.en}" if words else str(value)
    return _amount(name.rsplit("_", 1)[-1], amount)


def _amount(kind: str, amount: float) -> str:
    if kind == "seconds":
        return duration(amount)
    if kind == "days":
        return duration(amount * 86_400)
    if kind in _MEASURES and 0.0 <= amount <= 1.0:
        return f"{amount:.0%}"
    if kind == "value":
        return chance(amount)
    return count(amount) if amount == int(amount) else f"{amount:.3g}"


def count(value: Any) -> str:
    """Return a whole number with separators, or a dash.

    Example:
        >>> count(1275180), count(None)
        ('1,275,180', '—')
    """
    amount = number(value)
    return "—" if amount is None else f"{int(amount):,}"


def fraction(value: Any) -> str:
    """Return a number in [0, 1] with two decimals, or a dash; rounding never reaches 0 or 1.

    Example:
        >>> fraction(0.9312), fraction("0.999"), fraction(1), fraction("")
        ('0.93', '> 0.99', '1.00', '—')
    """
    amount = number(value)
    if amount is None:
        return "—"
    if 0.995 <= amount < 1.0:
        return "> 0.99"
    return "< 0.01" if 0.0 < amount < 0.005 else f"{amount:.2f}"


def chance(value: Any) -> str:
    """Return a chance of accident, however small.

    Example:
        >>> chance(1e-12), chance(0.0312), chance(1.0)
        ('< 0.0001', '0.031', '1')
    """
    amount = number(value)
    if amount is None:
        return "—"
    return "< 0.0001" if amount < 1e-4 else f"{amount:.2g}"


def duration(seconds: float) -> str:
    """Return a length of time in its largest fitting unit.

    Example:
        >>> duration(45), duration(900), duration(7200), duration(90000), duration(604800)
        ('45 s', '15 min', '2 h', '25 h', '7 d')
    """
    for size, unit, least in ((86_400, "d", 172_800), (3_600, "h", 3_600), (60, "min", 60)):
        if seconds >= least or (seconds >= size and seconds % size == 0):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def zone(name: str) -> tuple[tzinfo, Phrase]:
    """Return a time zone and its words; an unknown one counts as UTC and says so.

    Example:
        >>> zone("Asia/Shanghai")[1].zh
        '北京时间（Asia/Shanghai）'
    """
    try:
        found: tzinfo = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if name == "Asia/Shanghai":
            found = timezone(timedelta(hours=8))
        else:
            found, name = UTC, "UTC"
    words = _ZONES.get(name, Phrase(name, name))
    if name == words.en:
        return found, words
    return found, Phrase(f"{words.zh}（{name}）", f"{words.en} ({name})")


def moment(value: Any, where: tzinfo) -> str:
    """Return a time to the minute in a zone, or a dash.

    Args:
        value: ISO 8601 text, with or without `T`, or a number of seconds since 1970.
        where: the zone in which it is shown.

    Example:
        >>> moment("2026-03-02T01:14:07Z", zone("Asia/Shanghai")[0])
        '2026-03-02 09:14'
    """
    if value is None or value == "":
        return "—"
    seconds = number(value)
    try:
        if seconds is not None:
            at = datetime.fromtimestamp(seconds, UTC)
        else:
            at = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        return str(value)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return f"{at.astimezone(where):%Y-%m-%d %H:%M}"
