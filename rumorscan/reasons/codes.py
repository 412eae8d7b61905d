"""The one table of reason codes: what each says, in which unit, for or against.

A reason is a stable code, a value and a detail; here are its words. `explain` and the HTML page
read them from this table, and a code that is not in it is shown by its own name.
"""

from __future__ import annotations

import math
from typing import NamedTuple

RECORD, COORDINATION, CONTENT, COUNTER = "record", "coordination", "content", "counter"
"""Families: three of evidence, and what speaks against it."""

COUNTER_PREFIX = "counter-"
FRAME_PREFIX = "frame-"


class ReasonCode(NamedTuple):
    """What a reason code says.

    Attributes:
        code: stable.
        unit: of its value: `similarity`, `coordination`, `probability`, `strength` and `share`
            lie in [0, 1]; `weight` is in log odds; `characters` and `count` are counts; `mark`
            says nothing.
        family: `RECORD`, `COORDINATION`, `CONTENT` or `COUNTER`.
        zh: a Chinese sentence; `{value}` and `{detail}` are filled in.
        en: the same in English.
    """

    code: str
    unit: str
    family: str
    zh: str
    en: str


_ROWS = (
    (
        "known-rumor",
        "similarity",
        RECORD,
        "与已判定为不实的说法 {detail} 相符，相似度 {value}（1.00 表示全部重复）",
        "repeats the claim {detail}, which was judged false; similarity {value} (1.00 = all of it)",
    ),
    (
        "campaign-confirmed",
        "coordination",
        COORDINATION,
        "属于证据充分的水军行动 {detail}，协同度 {value}（0 到 1，不是概率）",
        "belongs to the confirmed campaign {detail}; coordination {value} (0 to 1, no probability)",
    ),
    (
        "campaign-suspected",
        "coordination",
        COORDINATION,
        "属于疑似水军行动 {detail}，协同度 {value}（0 到 1，不是概率）",
        "belongs to the suspected campaign {detail}; coordination {value} (0 to 1, no probability)",
    ),
    (
        "account-reuse",
        "strength",
        COORDINATION,
        "行动 {detail} 的同一批账号在多组文字、多个话题下反复出现，强度 {value}",
        "accounts of {detail} reappear under several texts and threads; strength {value}",
    ),
    (
        "burst",
        "strength",
        COORDINATION,
        "行动 {detail} 的帖子集中在很短的时间内发布，强度 {value}",
        "posts of {detail} crowd together in time; strength {value}",
    ),
    (
        "shared-device",
        "strength",
        COORDINATION,
        "行动 {detail} 的账号共用设备、网络地址、发布工具或链接，强度 {value}",
        "accounts of {detail} share devices, addresses, a client or a link; strength {value}",
    ),
    (
        "registered-together",
        "strength",
        COORDINATION,
        "行动 {detail} 的账号注册时间集中，强度 {value}",
        "accounts of {detail} were registered close together; strength {value}",
    ),
    (
        "same-text",
        "strength",
        COORDINATION,
        "行动 {detail} 的文字近似重复，强度 {value}",
        "the wording of {detail} is nearly the same; strength {value}",
    ),
    (
        "reworked-text",
        "share",
        COORDINATION,
        "行动 {detail} 中 {value} 的帖子像是把同一段文字改换成不同的样子",
        "{value} of the posts of {detail} read as one text that was made to look different",
    ),
    (
        "known-army",
        "similarity",
        COORDINATION,
        "已见于以往扫描：{detail}，{value}（文字的相似度；凭账号认出的记作 1.00）",
        "known from an earlier run: {detail}; {value} (of the wording; 1.00 where by accounts)",
    ),
    (
        "rumor-probability",
        "probability",
        CONTENT,
        "内容断言不实信息的概率为 {value}（已校准的模型估计，单凭它不会列为优先）",
        "probability that it asserts false information: {value} (calibrated; never urgent alone)",
    ),
    (
        "phrase",
        "weight",
        CONTENT,
        "用语“{detail}”使不实的得分增加 {value}（对数几率）",
        "the wording '{detail}' adds {value} to the score of falsehood (log odds)",
    ),
    (
        "ordinary-post",
        "probability",
        COUNTER,
        "没有断言任何可核实之事的概率为 {value}，像是日常帖子",
        "probability that it claims nothing checkable, as ordinary posts do: {value}",
    ),
    (
        "model-unsure",
        "probability",
        COUNTER,
        "模型对这段文字没有把握（概率 {value}），在这一区间它常常判断错误，请由人判断",
        "the model is unsure of this text (probability {value}); in this band it is often wrong",
    ),
    (
        "stance-denies",
        "mark",
        COUNTER,
        "这条帖子在否认（辟谣），不作为谣言处理（{detail}）",
        "the post denies the claim, so it is not taken for the rumor ({detail})",
    ),
    (
        "stance-asks",
        "mark",
        COUNTER,
        "这条帖子在询问或求证，没有断言，最多列为复核（{detail}）",
        "the post asks and does not assert; reviewed at most ({detail})",
    ),
    (
        "short-text",
        "characters",
        COUNTER,
        "文字很短（{value} 字），难以判断，相同也可能只是巧合",
        "the text is very short ({value} characters): hard to judge, and alike by chance",
    ),
    (
        "campaign-spread",
        "coordination",
        COUNTER,
        "{detail} 只是同文扩散，没有更多协同证据（协同度 {value}）",
        "{detail} is the same text spreading, no more (coordination {value})",
    ),
    (
        "counter-quotes-original",
        "share",
        COUNTER,
        "其中 {value} 的帖子是带着原帖的转发或评论",
        "{value} of its posts quote the original, as ordinary reposts do",
    ),
    (
        "counter-verified-accounts",
        "share",
        COUNTER,
        "其中 {value} 的账号经过认证",
        "{value} of its accounts are verified",
    ),
    (
        "counter-single-thread",
        "mark",
        COUNTER,
        "只出现在一个话题下，看不出账号是否在别处再次同行",
        "it appears under one thread only, so accounts cannot be seen to reappear together",
    ),
    (
        "counter-own-words",
        "share",
        COUNTER,
        "其中 {value} 的帖子在这段文字前后加了自己的话",
        "{value} of its posts add words of their own before or behind the text",
    ),
    (
        "counter-one-organization",
        "share",
        COUNTER,
        "其中 {value} 的账号名称有共同的部分，像是同一机构的官方账号",
        "{value} of its accounts share a part of their names, as those of one organization do",
    ),
    (
        "frame-notice",
        "mark",
        COUNTER,
        "像是公共通知、提示的文字",
        "the wording looks like a public notice",
    ),
    (
        "frame-share-button",
        "mark",
        COUNTER,
        "像是分享按钮生成的文字",
        "the wording looks made by a share button",
    ),
    ("frame-lottery", "mark", COUNTER, "像是转发抽奖的文字", "the wording looks like a lottery"),
    (
        "frame-blessing",
        "mark",
        COUNTER,
        "像是祈福接龙的文字",
        "the wording looks like a blessing chain",
    ),
    (
        "frame-chant",
        "mark",
        COUNTER,
        "像是打卡、应援的口号",
        "the wording looks like a chant of fans",
    ),
    (
        "frame-shared-wording",
        "count",
        COUNTER,
        "开头或结尾与 {value} 组互不相干账号的文字相同，像是固定格式",
        "{value} groups of unrelated accounts begin or end the same way, as a form does",
    ),
    (
        "frame-common-client",
        "share",
        COUNTER,
        "其中 {value} 的账号用同一个客户端发出，像是它的分享按钮加上的格式",
        "{value} of its accounts posted through one client, whose button may have put the frame",
    ),
)

REASON_CODES: dict[str, ReasonCode] = {row[0]: ReasonCode(*row) for row in _ROWS}
"""Every code that this program writes."""

EVIDENCE_CODES = {
    "reuse": "account-reuse",
    "infrastructure": "shared-device",
    "time": "burst",
    "profile": "registered-together",
    "text": "same-text",
}
"""A campaign's family of evidence to the reason that its posts bear, the most telling first."""


def is_counter(code: str) -> bool:
    """Tell whether a reason speaks against flagging.

    Example:
        >>> is_counter("stance-denies"), is_counter("counter-new"), is_counter("known-rumor")
        (True, True, False)
    """
    known = REASON_CODES.get(code)
    if known:
        return known.family == COUNTER
    return code.startswith((COUNTER_PREFIX, FRAME_PREFIX))


def describe_reason(code: str, value: float | None, detail: str = "", lang: str = "zh") -> str:
    """Return a reason in one sentence.

    Args:
        code: any code; one that is not listed is shown by its name, value and detail.
        value: in the unit of the code.
        detail: the id or word that the value belongs to.
        lang: `zh` or `en`.

    Example:
        >>> describe_reason("burst", 0.5, "c1", "en")
        'posts of c1 crowd together in time; strength 0.50'
        >>> describe_reason("counter-new", 2.0)
        'counter-new 2'
    """
    known = REASON_CODES.get(code)
    if known is None:
        shown = "" if value is None or not math.isfinite(value) else f"{value:g}"
        return " ".join(part for part in (code, shown, detail) if part)
    sentence = known.zh if lang == "zh" else known.en
    told = sentence.format(value=show_value(value, known.unit), detail=detail)
    return told.removesuffix("（）").removesuffix(" ()")


def show_value(value: float | None, unit: str) -> str:
    """Return a value as people read it in its unit.

    Example:
        >>> show_value(0.934, "similarity"), show_value(0.934, "share"), show_value(3, "count")
        ('0.93', '93%', '3')
    """
    if value is None or not math.isfinite(value):
        return "—"
    if unit in ("probability", "share"):
        return f"{value:.0%}" if value == 0 or 0.01 <= value <= 0.99 else f"{value:.1%}"
    if unit in ("count", "characters", "mark"):
        return f"{value:,.0f}"
    return f"{value:.2f}"
