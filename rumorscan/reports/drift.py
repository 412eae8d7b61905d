"""How far a dump is from what the model learned from, in words: `drift` of `run.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rumorscan.reports.glossary import Phrase
from rumorscan.reports.phrases import number

FAR, NEAR, FEW, UNKNOWN = "far", "near", "few", "unknown"

NAMES = {
    "lengths": Phrase("帖长", "length"),
    "characters": Phrase("用字", "characters"),
    "scores": Phrase("概率分布", "probabilities"),
    "unseen": Phrase("没见过的字", "new characters"),
    "traditional": Phrase("繁体字", "traditional characters"),
}
_ALWAYS = ("lengths", "characters", "scores")
_KINDS = {
    "ordinary": Phrase("所学普通帖", "learned ordinary posts"),
    "claims": Phrase("所学说法", "learned claims"),
}
_HERE = {
    "lengths": Phrase("中位数 {here} 字", "median of {here} characters"),
    "scores": Phrase(
        "{here} 的帖子概率过半（按真假各半算）",
        "{here} of the posts over .5 (at a base rate of .5)",
    ),
    "unseen": Phrase("{here} 的字模型从未见过", "{here} of the characters were never seen"),
    "traditional": Phrase(
        "{here} 的字写作繁体；虽按简体读，当地用语未必学过",
        "{here} of the characters are traditional; they are read as simplified, but local usage "
        "may not have been learned",
    ),
}
_MORE = Phrase("此处更多见：", "more frequent here: ")
_EXAMPLE = Phrase("{one} {here}（所学 {learned}）", "{one} {here} (learned {learned})")
_LINE = (
    "注意 note: 概率少信几分 trust probabilities less; "
    "离模型所学较远，界限的倍数 far from training, × limit: {names}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was compared.

    Attributes:
        name: what it is.
        is_far: whether it is over its limit.
        times: how many times its limit it is.
        said: the figures behind it.
    """

    name: Phrase
    is_far: bool
    times: float
    said: Phrase


@dataclass(frozen=True, slots=True)
class Distance:
    """What a page says of the drift.

    Attributes:
        state: `FAR`, `NEAR`, `FEW` texts to compare, or `UNKNOWN` where the model does not tell.
        texts: how many distinct texts were compared.
        needed: how many it takes.
        lines: what was compared; empty where nothing was.
    """

    state: str
    texts: int = 0
    needed: int = 0
    lines: tuple[Line, ...] = ()

    @property
    def far(self) -> Phrase:
        """The names of what is far."""
        names = [line.name for line in self.lines if line.is_far]
        return Phrase("、".join(each.zh for each in names), ", ".join(each.en for each in names))


def tell_drift(about: Mapping[str, Any]) -> Distance:
    """Return what is to be said of the drift of a run.

    Args:
        about: `run.json`.

    Example:
        >>> tell_drift({"drift": None}).state
        'unknown'
        >>> shift = {"value": 0.09, "limit": 0.03, "is_far": True, "here": 12, "learned": {}}
        >>> told = tell_drift({"drift": {"texts": 900, "shifts": {"lengths": shift}}})
        >>> told.state, told.far.en, told.lines[0].times, told.lines[0].said.zh
        ('far', 'length', 3.0, '中位数 12 字')
    """
    drift = about.get("drift")
    if not isinstance(drift, Mapping):
        return Distance(UNKNOWN)
    texts, needed = (int(number(drift.get(name)) or 0) for name in ("texts", "minimum_texts"))
    shifts = drift.get("shifts")
    if not isinstance(shifts, Mapping) or not shifts:
        return Distance(FEW, texts, needed)
    lines = tuple(
        _line(name, shifts[name])
        for name in NAMES
        if name in shifts and (name in _ALWAYS or shifts[name].get("is_far"))
    )
    state = FAR if any(line.is_far for line in lines) else NEAR
    return Distance(state, texts, needed, lines)


def warn_of_drift(about: Mapping[str, Any]) -> str:
    """Return a line for a terminal, or nothing where the dump is near or nobody knows.

    Example:
        >>> shift = {"value": 0.09, "limit": 0.03, "is_far": True, "here": 12, "learned": {}}
        >>> line = warn_of_drift({"drift": {"texts": 900, "shifts": {"lengths": shift}}})
        >>> "帖长 length 3.0" in line, warn_of_drift({"drift": None})
        (True, '')
    """
    told = tell_drift(about)
    if told.state != FAR:
        return ""
    names = (
        f"{line.name.zh} {line.name.en} {line.times:.1f}" for line in told.lines if line.is_far
    )
    return _LINE.format(names="，".join(names))


def _line(name: str, shift: Mapping[str, Any]) -> Line:
    value, limit = (number(shift.get(each)) or 0.0 for each in ("value", "limit"))
    times = round(value / limit, 2) if limit else 0.0
    said = _examples(shift) if name == "characters" else _figures(name, shift)
    return Line(NAMES[name], bool(shift.get("is_far")), times, said)


def _figures(name: str, shift: Mapping[str, Any]) -> Phrase:
    """Return the figure of the dump beside those of what was learned."""
    write = _whole if name == "lengths" else _percent
    here = number(shift.get("here"))
    if here is None:
        return Phrase("", "")
    learned = shift.get("learned") or {}
    zh, en = (words.format(here=write(here)) for words in _HERE[name])
    for kind, words in _KINDS.items():
        then = number(learned.get(kind))
        if then is not None:
            zh, en = f"{zh}；{words.zh} {write(then)}", f"{en}; {words.en} {write(then)}"
    return Phrase(zh, en)


def _examples(shift: Mapping[str, Any]) -> Phrase:
    """Return the characters that the dump has too many of."""
    found = [
        {
            "one": str(each.get("character") or ""),
            **{name: _percent(number(each.get(name)) or 0.0) for name in ("here", "learned")},
        }
        for each in shift.get("examples") or ()
    ]
    if not found or not shift.get("is_far"):
        return Phrase("", "")
    zh, en = ([words.format(**each) for each in found] for words in _EXAMPLE)
    return Phrase(_MORE.zh + "、".join(zh), _MORE.en + ", ".join(en))


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.995 else "100%"
