"""Quantities and values of the reports in words, Chinese first.

A code or quantity that is not listed is shown by its own name, so that nothing a stage found
is left out of the page only because the page does not know a word for it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rumorscan.reports.glossary import EVASIONS, QUANTITIES, WORDS, Phrase


class Quantity(NamedTuple):
    """A named value, written out."""

    name: Phrase
    value: Phrase


_ZONES = {"Asia/Shanghai": Phrase("北京时间", "Beijing time"), "UTC": Phrase("协调世界时", "UTC")}
_MEASURES = ("share", "reworked", "probability", "similarity", "containment", "rate")


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
        >>> words_for(WORDS, "device").zh, words_for(WORDS, "odd").zh
        ('设备', 'odd')
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
        Quantity(name=Phrase(zh='窗口内占比', en='share inside the window'),
                 value=Phrase(zh='62%', en='62%'))
        >>> quantity("window_seconds", 900).value.en
        '15 min'
    """
    plain = name.replace("_", " ")
    words = QUANTITIES.get(f"{family}.{name}") or QUANTITIES.get(name)
    return Quantity(words or Phrase(plain, plain), told_value(name, value))


def told_value(name: str, value: Any) -> Phrase:
    """Return a value in both languages.

    Example:
        >>> told_value("layer", "ip"), told_value("evasions", {"homophone": 12, "ignorable": 31}).zh
        (Phrase(zh='IP 地址', en='address'), '零宽 31 · 同音 12')
    """
    if isinstance(value, bool):
        return Phrase("是", "yes") if value else Phrase("否", "no")
    if name == "evasions" and isinstance(value, dict):
        return told_evasions(value)
    if isinstance(value, str) and number(value) is None and value:
        return words_for(WORDS, value)
    shown = measure(name, value)
    return Phrase(shown, shown)


def told_evasions(counts: dict[str, Any]) -> Phrase:
    """Return what was undone and how often, the most frequent first, or a dash.

    Example:
        >>> told_evasions({"reordered": 3, "ignorable": 31}).en
        'zero-width 31 · reordered 3'
    """
    found = [(str(name), number(amount)) for name, amount in counts.items()]
    some = sorted(((name, amount) for name, amount in found if amount), key=lambda it: -it[1])
    named = [(words_for(EVASIONS, name), count(amount)) for name, amount in some]
    shown = (" · ".join(f"{words[at]} {amount}" for words, amount in named) for at in (0, 1))
    return Phrase(*(text or "—" for text in shown))


def measure(name: str, value: Any) -> str:
    """Return a value in the unit that its name states, where words in both languages.

    Example:
        >>> measure("posts", 1200), measure("lift", 3.14159), measure("q_value", 1e-9)
        ('1,200', '3.14', '< 0.0001')
        >>> measure("largest_thread_share", [12, 340]), measure("layer", "ip")
        ('12 / 340', 'IP 地址 address')
    """
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return " ".join(told_value(name, value))
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
