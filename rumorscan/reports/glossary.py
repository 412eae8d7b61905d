"""The words of the reports for codes and names of quantities, Chinese first."""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str


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
    "made": Phrase("写法似经改换", "reads as made to look different"),
    "variants": Phrase("写法", "wordings"),
    "reworked": Phrase("改换过的帖子", "reworked posts"),
    "core": Phrase("共有的字", "characters in common"),
    "core_share": Phrase("共有的字占比", "share in common"),
    "evasions": Phrase("规避手法", "evasions undone"),
    "window_seconds": Phrase("窗口", "window"),
    "window_days": Phrase("窗口", "window"),
    "second_of_minute": Phrase(
        "每分钟的第几秒起（10 秒）", "from this second of the minute (10 s)"
    ),
    "share": Phrase("占比", "share"),
    "p_value": Phrase("偶然的可能", "chance of accident"),
    "q_value": Phrase("偶然的可能（校正后）", "chance of accident (corrected)"),
    "capped_buckets": Phrase("以星形连接的过大候选桶", "oversized buckets linked by a star"),
    "capped_lists": Phrase("只比较了一部分的片段", "shingles compared in part"),
    "capped_runs": Phrase("过于常见的片段", "runs too common to compare"),
    "capped_groups": Phrase("人数过多、不再成对比较的文字", "texts too crowded to tie accounts"),
    "capped_accounts": Phrase("发帖过多、不再成对比较的账号", "accounts too busy to tie texts"),
    "time.share": Phrase("窗口内占比", "share inside the window"),
    "time.posts": Phrase("窗口内帖子", "posts inside the window"),
    "reuse.accounts": Phrase("反复出现的账号", "accounts that reappear"),
    "reuse.share": Phrase("占全部账号", "share of its accounts"),
    "shared": Phrase("与另一段文字最多共有账号", "most accounts in common with another text"),
    "known_accounts": Phrase("以往行动中的账号", "accounts of earlier campaigns"),
    "largest_thread_share": Phrase(
        "最集中的话题：其帖 / 全部帖", "busiest thread: its posts / all posts"
    ),
    "registered_together": Phrase("集中注册的账号", "accounts registered together"),
    "profile.share": Phrase("占已知注册时间者", "share of those with a known date"),
    "layer": Phrase("共用", "shared"),
    "reappearing": Phrase("在另一段文字后再现的设备", "devices that reappear behind another text"),
    "infrastructure.accounts": Phrase("共用者", "accounts that share"),
    "infrastructure.share": Phrase("占全部账号", "share of its accounts"),
}
WORDS = {
    "device": Phrase("设备", "device"),
    "ip": Phrase("IP 地址", "address"),
    "client": Phrase("发布工具", "client"),
    "link": Phrase("链接", "link"),
    "text": Phrase("文本", "text"),
    "time": Phrase("时间", "time"),
    "thread": Phrase("话题", "thread"),
    "hashtag": Phrase("标签", "hashtag"),
    "registration": Phrase("注册日", "registration day"),
}
EVASIONS = {
    "ignorable": Phrase("零宽", "zero-width"),
    "width": Phrase("全角", "full width"),
    "traditional": Phrase("繁体", "traditional"),
    "symbol": Phrase("夹符号", "symbols between"),
    "split": Phrase("拆字", "split characters"),
    "look-alike": Phrase("形近", "look-alikes"),
    "reversed": Phrase("倒写", "reversed"),
    "vertical": Phrase("竖排", "vertical"),
    "emoji": Phrase("表情代字", "emoji for words"),
    "digit": Phrase("数字代字", "digit signs"),
    "tail": Phrase("随机尾巴", "random tails"),
    "link": Phrase("短链", "links"),
    "homophone": Phrase("同音", "homophones"),
    "reordered": Phrase("换序", "reordered"),
    "mixed-script": Phrase("混用文字", "mixed scripts"),
}
"""What was undone to see that two texts are one; the reading of it is left to people."""
REASONS = {
    "known-rumor": Phrase("与已判定为不实的说法相符", "repeats a claim judged false"),
    "campaign-confirmed": Phrase("属于证据充分的协同行动", "part of a confirmed campaign"),
    "campaign-suspected": Phrase("属于疑似协同行动", "part of a suspected campaign"),
    "campaign-spread": Phrase("只是同文扩散", "the same text spreading, no more"),
    "account-reuse": Phrase("同一批账号反复出现", "the same accounts reappear"),
    "burst": Phrase("集中在很短的时间内发布", "posted in a burst"),
    "shared-device": Phrase("共用设备、地址、工具或链接", "shared device, address, client or link"),
    "registered-together": Phrase("账号注册时间集中", "accounts registered together"),
    "same-text": Phrase("文字近似重复", "nearly the same wording"),
    "reworked-text": Phrase("像是改换了写法的同一段文字", "one text, made to look different"),
    "known-army": Phrase("已见于以往的扫描", "known from an earlier run"),
    "rumor-probability": Phrase("内容的谣言概率", "rumor probability of the content"),
    "phrase": Phrase("用语（对数几率）", "wording (log odds)"),
    "ordinary-post": Phrase("没有可核实之事的概率", "claims nothing checkable (probability)"),
    "model-unsure": Phrase("模型没有把握（概率）", "the model is unsure (probability)"),
    "stance-denies": Phrase("在否认（辟谣）", "denies the claim"),
    "stance-asks": Phrase("在询问，没有断言", "asks, does not assert"),
    "short-text": Phrase("文字很短（字数）", "the text is very short (characters)"),
    "counter-quotes-original": Phrase("带着原帖的转发或评论", "quotes the original"),
    "counter-verified-accounts": Phrase("认证账号", "verified accounts"),
    "counter-single-thread": Phrase("只出现在一个话题下", "appears under one thread only"),
    "counter-own-words": Phrase("带有自己的话", "adds words of its own"),
    "counter-one-organization": Phrase("名称有共同部分的账号", "names with a part in common"),
    "frame-notice": Phrase("像公共通知的文字", "looks like a public notice"),
    "frame-share-button": Phrase("像分享按钮生成的文字", "looks made by a share button"),
    "frame-lottery": Phrase("像转发抽奖的文字", "looks like a lottery"),
    "frame-blessing": Phrase("像祈福接龙的文字", "looks like a blessing chain"),
    "frame-chant": Phrase("像打卡、应援的口号", "looks like a chant of fans"),
    "frame-shared-wording": Phrase("像固定格式（相同的组数）", "looks like a form (groups alike)"),
    "frame-common-client": Phrase("同一客户端发出的账号", "accounts that post through one client"),
}
"""Short words for a table; the whole sentences stand in `rumorscan.reasons`."""
REJECTS = {
    "bad-json": Phrase("不是 JSON", "not JSON"),
    "not-an-object": Phrase("不是一个对象", "not an object"),
    "ragged-row": Phrase("单元格数与表头不符", "cells do not fit the header"),
    "open-quote": Phrase("引号没有闭合", "a quotation mark is not closed"),
    "too-long": Phrase("行太长", "the row is too long"),
    "not-a-post": Phrase("不是帖子，是系统通知", "no post, but a notice of the service"),
    "too-wide": Phrase("列太多", "the row has too many columns"),
    "missing-text": Phrase("没有正文", "there is no text"),
    "bad-text": Phrase("正文不是文字", "the text is no text"),
    "text-too-long": Phrase("正文超过长度上限", "the text is longer than the limit"),
    "missing-account": Phrase("没有账号", "there is no account"),
    "bad-id": Phrase("编号已失真", "an id is not exact"),
    "bad-time": Phrase("时间无法读懂", "the time cannot be read"),
}
