"""The words of an evaluation's page, Chinese first."""

from __future__ import annotations

from rumorscan.reports.glossary import EVASIONS, STANCES, Phrase
from rumorscan.reports.phrases import words_for
from rumorscan.training.measuring.slices import LENGTHS

FIGURES = {
    "accuracy": Phrase("准确率（界线 .5）", "accuracy at .5"),
    "macro_f1": Phrase("宏平均 F1（界线 .5）", "macro-F1 at .5"),
    "auc": Phrase("AUC（排序能力）", "AUC"),
    "average_precision": Phrase("平均精确率 AP", "average precision (AP)"),
    "recall_at_90": Phrase("精确率 .90 时的召回率", "recall at precision .90"),
    "recall_at_95": Phrase("精确率 .95 时的召回率", "recall at precision .95"),
    "ece": Phrase("校准误差 ECE（越低越好）", "calibration error (ECE), lower is better"),
    "brier": Phrase("Brier 分（越低越好）", "Brier score, lower is better"),
    "aurc": Phrase("风险–覆盖面积 AURC（越低越好）", "risk over coverage (AURC), lower is better"),
}
SHORT = {
    "accuracy": Phrase("准确率", "accuracy"),
    "macro_f1": Phrase("宏平均 F1", "macro-F1"),
    "auc": Phrase("AUC", "AUC"),
}
SLICES = {
    "source": Phrase("来源", "Source"),
    "topic": Phrase("话题", "Topic"),
    "year": Phrase("年份", "Year"),
    "length": Phrase("长度（字）", "Length in characters"),
    "script": Phrase("字形", "Script"),
    "stance": Phrase("立场", "Stance"),
    "links": Phrase("链接", "Links"),
    "brackets": Phrase("方括号", "Brackets"),
}
DISGUISES = {
    **EVASIONS,
    "symbol": Phrase("夹符号", "symbols between"),
    "cut": Phrase("截短", "cut short"),
    "pinyin": Phrase("拼音首字母", "pinyin and initials"),
    "shape": Phrase("形近字", "characters of like shape"),
    "slip": Phrase("错字漏字", "slips of the pen"),
    "look-alike": Phrase("异码同形", "look-alike code points"),
    "combined": Phrase("多种并用", "several at once"),
}
TRAITS = {
    "format": Phrase(
        "格式（长度、括号、#、链接、标点）", "format (length, brackets, #, links, marks)"
    ),
    "time": Phrase("发布时间", "time of posting"),
    "account": Phrase("发布账号", "account"),
    "source": Phrase("来源", "source"),
}
_NAMES = {
    "simplified": Phrase("简体", "simplified"),
    "traditional": Phrase("繁体", "traditional"),
    "a few traditional": Phrase("夹有繁体字", "a few traditional"),
    "with a link": Phrase("有链接", "with a link"),
    "with 【】": Phrase("有【】", "with 【】"),
    "without": Phrase("没有", "without"),
    "others": Phrase("其余", "others"),
    "unknown": Phrase("不明", "unknown"),
    f"under {LENGTHS[0]}": Phrase(f"{LENGTHS[0]} 以下", f"under {LENGTHS[0]}"),
    f"{LENGTHS[-1]} and more": Phrase(f"{LENGTHS[-1]} 以上", f"{LENGTHS[-1]} and more"),
    "asserts": STANCES["asserts"],
    "asks": STANCES["asks"],
    "unclear": STANCES["unclear"],
    "denies": Phrase("否认（辟谣）", "denies (debunks)"),
}


def slice_name(kind: str, name: str) -> Phrase:
    """Return the words for the name of a slice; names of the data stay as they are.

    Example:
        >>> slice_name("length", "20 to 59").zh, slice_name("year", "2020").en
        ('20–59', '2020')
    """
    if kind == "length" and " to " in name:
        return Phrase(name.replace(" to ", "–"), name)
    if kind in ("source", "topic") and name not in ("others", "unknown"):
        return Phrase(name, name)
    return words_for(_NAMES, name)
