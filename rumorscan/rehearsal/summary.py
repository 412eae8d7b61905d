"""Figures in words, for a terminal, and their means over several rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rumorscan.rehearsal.agreement import Agreement, Share, mean_and_worst
from rumorscan.rehearsal.measures import Figures

OPERATOR_WORDS = {
    "verbatim": "原文",
    "slots": "填空",
    "synonyms": "同义词",
    "shuffle": "打乱句序",
    "noise": "噪声",
    "homophones": "谐音",
    "traditional": "繁体",
    "split": "拆字",
    "mixed": "混合",
}
TEMPO_WORDS = {
    "900": "15 分钟 15 minutes",
    "21600": "6 小时 6 hours",
    "604800": "7 天 7 days",
}
NEGATIVE_WORDS = {
    "share_button": "分享按钮",
    "blessing": "祝福",
    "lottery": "抽奖",
    "official": "官方账号",
    "celebrity": "名人帖",
    "chant": "应援",
    "all": "合计",
}


def averages(figures: Sequence[Figures]) -> dict[str, dict[str, float | None]]:
    """Return mean and worst of the main figures over several seeds.

    Example:
        >>> averages([])["accounts_suspected_f1"]
        {'mean': None, 'worst': None}
    """
    high: dict[str, Callable[[Figures], float | None]] = {
        "accounts_suspected_precision": lambda one: one.suspected.shown_precision,
        "accounts_suspected_recall": lambda one: one.suspected.recall,
        "accounts_suspected_f1": lambda one: one.suspected.f1,
        "accounts_confirmed_precision": lambda one: one.confirmed.shown_precision,
        "accounts_confirmed_recall": lambda one: one.confirmed.recall,
        "campaigns_found": lambda one: one.campaigns.value,
        "b_cubed_precision": lambda one: one.b_cubed.precision if one.b_cubed else None,
        "b_cubed_recall": lambda one: one.b_cubed.recall if one.b_cubed else None,
        "b_cubed_f1": lambda one: one.b_cubed.f1 if one.b_cubed else None,
    }
    low: dict[str, Callable[[Figures], float | None]] = {
        "negatives_flagged": lambda one: one.negatives["all"].value if one.negatives else None,
        "false_campaigns_per_100k": lambda one: one.false_campaigns_per_100k,
        "organic_campaigns_per_100k": lambda one: one.organic_campaigns_per_100k,
        "false_confirmed_per_100k": lambda one: one.false_confirmed_per_100k,
    }
    found = {}
    for table, low_is_worst in ((high, True), (low, False)):
        for name, pick in table.items():
            mean, worst = mean_and_worst(map(pick, figures), low_is_worst=low_is_worst)
            found[name] = {"mean": mean, "worst": worst}
    return found


def pooled(tables: Iterable[Mapping[str, Share]]) -> dict[str, Share]:
    """Return shares added up over several seeds, by name.

    Example:
        >>> pooled([{"all": Share(1, 4)}, {"all": Share(1, 6)}])
        {'all': Share(count=2, of=10)}
    """
    total: dict[str, Share] = {}
    for table in tables:
        for name, share in table.items():
            before = total.get(name, Share(0, 0))
            total[name] = Share(before.count + share.count, before.of + share.of)
    return total


def pooled_parts(
    tables: Iterable[Mapping[str, Mapping[str, Share]]],
) -> dict[str, dict[str, Share]]:
    """Return the same of tables by operator, tempo or size."""
    parts: dict[str, list[Mapping[str, Share]]] = {}
    for table in tables:
        for name, row in table.items():
            parts.setdefault(name, []).append(row)
    return {name: pooled(rows) for name, rows in parts.items()}


def summarize(figures: Sequence[Figures]) -> str:
    """Return the figures in Chinese and English; of several seeds the mean and the worst.

    Args:
        figures: one for each seed, one at least.
    """
    main = averages(figures)
    lines = [
        _agreed("账号，疑似及以上 accounts, suspected or better", [f.suspected for f in figures]),
        _agreed("账号，证据充分 accounts, confirmed", [f.confirmed for f in figures]),
        f"查到的行动 campaigns found: {_shared([f.campaigns for f in figures])}",
    ]
    if cubed := [one.b_cubed for one in figures if one.b_cubed is not None]:
        lines.append(_agreed("帖子归并 posts sorted, B-cubed", cubed))
    for name, words in (
        ("false_campaigns_per_100k", "每十万帖误报行动 false campaigns in 100,000 posts"),
        ("organic_campaigns_per_100k", "其中出自原帖 of them without the innocents planted"),
        ("false_confirmed_per_100k", "其中证据充分 of them confirmed"),
    ):
        lines.append(f"{words}: {_spread(main[name], len(figures), '{:.1f}')}")
    apart = max(one.set_aside for one in figures)
    if apart:
        lines.append(f"原已标记、不计入的账号 accounts flagged before, set aside: {apart:,}")
    if negatives := pooled(one.negatives for one in figures):
        lines += ["", "形似而无辜者被标记 innocents that look alike, flagged"]
        lines += _listed(negatives, NEGATIVE_WORDS)
    no_words: dict[str, str] = {}
    for title, parts, known in (
        ("按写法 by operator", (one.by_operator for one in figures), OPERATOR_WORDS),
        ("按时长 by tempo", (one.by_tempo for one in figures), TEMPO_WORDS),
        ("按账号数 by size", (one.by_size for one in figures), no_words),
    ):
        rows = pooled_parts(parts)
        if rows:
            lines += ["", f"{title}（账号查全 accounts recalled ｜ 行动查到 campaigns found）"]
            lines += [
                f"  {_word(name, known)}: {_one(row['accounts'])} ｜ {_one(row['campaigns'])}"
                for name, row in rows.items()
            ]
    return "\n".join(lines)


def _agreed(title: str, found: Sequence[Agreement]) -> str:
    parts: list[tuple[str, list[float | None]]] = [
        ("查准 precision", [one.shown_precision for one in found]),
        ("查全 recall", [one.recall for one in found]),
        ("F1", [one.f1 for one in found]),
    ]
    shown = []
    for name, values in parts:
        mean, worst = mean_and_worst(values)
        shown.append(f"{name} {_spread({'mean': mean, 'worst': worst}, len(found), '{:.3f}')}")
    counts = f"n = {sum(one.true for one in found):,}"
    return f"{title}: {' ｜ '.join(shown)} ({counts})"


def _shared(shares: Sequence[Share]) -> str:
    mean, worst = mean_and_worst(share.value for share in shares)
    spread = _spread({"mean": mean, "worst": worst}, len(shares), "{:.3f}")
    return f"{spread} ({sum(s.count for s in shares):,} / {sum(s.of for s in shares):,})"


def _spread(values: Mapping[str, float | None], seeds: int, form: str) -> str:
    mean, worst = values["mean"], values["worst"]
    if mean is None or worst is None:
        return "-"
    if seeds == 1:
        return form.format(mean)
    return f"{form.format(mean)} (最差 worst {form.format(worst)})"


def _listed(shares: Mapping[str, Share], words: Mapping[str, str]) -> list[str]:
    return [f"  {_word(name, words)}: {_one(share)}" for name, share in shares.items()]


def _one(share: Share) -> str:
    if share.value is None:
        return "-"
    return f"{share.value:.1%} ({share.count:,} / {share.of:,})"


def _word(name: str, words: Mapping[str, str]) -> str:
    if name not in words:
        return name
    return words[name] if " " in words[name] else f"{words[name]} {name.replace('_', ' ')}"
