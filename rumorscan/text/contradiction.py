"""Whether a passage contradicts the claim that it resembles: another number, or a negation.

Two statements that share nearly all their wording may still say opposite things: `停水三天`
and `停水五天`, `可以预防` and `不能预防`. Texts and claims here are fold keys.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAXIMUM_NUMBERS = 32
"""Numbers that are compared in one passage; later ones are not looked at."""

CHINESE_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")}
CHINESE_DIGITS |= {"〇": 0, "两": 2}
"""What the Chinese digits are worth."""

_MULTIPLIERS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_ARABIC_DIGITS = {str(value): value for value in range(10)}
_VALUES = _ARABIC_DIGITS | CHINESE_DIGITS | _MULTIPLIERS
_NUMERAL = re.compile(f"[{''.join(_VALUES)}]+")
_LARGEST = 1 << 64  # a run of digits may be as long as a post
# a numeral without one of these after it is mostly part of a word: 四川, 万一, 十分
MEASURES = frozenset(
    "天日月年号点时分秒周岁人名个位只条家户例起次倍度元块角斤克吨公里米层楼栋辆架艘台套件"
    "种类项级届期集部张封份支瓶袋盒片粒滴口步班批股杯碗成折代世小座间所区环死伤"
)
_MEASURES_OF_ONE = frozenset("人名天年月日岁次元度例死小号")

NEGATIONS = "不没无未非勿别否莫"
"""Characters that negate, unless they stand in a harmless word."""

NUMERALS = "零〇一二两三四五六七八九十百千万亿半倍双几"
"""Characters that say how many; what stands for one must have its value."""

GUARDED = frozenset(NEGATIONS + NUMERALS)
"""What decides whether a post is true: never replaced, and never put in place of another."""

_NEGATION = re.compile(f"[{NEGATIONS}]")
# what a negation stands in without negating the statement; the first character is the negation
_HARMLESS_WORDS = """
    不仅 不但 不只 不光 不止 不少 不断 不同 不久 不过 不料 不如 不管 不论 不明 不幸 不慎 不良 不满
    不堪 不惜 不禁 不知 不安 不适 不锈 不法 不顾 没想 无数 无论 无症 无锡 无人 无线 无良 无辜 无比
    无意 未来 未成 未婚 非常 非法 非典 非洲 别人 别墅 别的 否则 莫名 莫非 莫斯
"""
# words that hold a negation as their second character
_HARMLESS_WORDS_BEFORE = (
    "特别 级别 性别 区别 分别 个别 识别 类别 告别 离别 差别 是否 能否 可否 会否 除非"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
_HARMFUL = frozenset(
    ("不同意", "不断电", "不断水", "不断网", "不知情", "不过关", "不满足", "不明白")
)
_HARMLESS_BEFORE = frozenset(_HARMLESS_WORDS_BEFORE.split())


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        value: what it is.
        unit: the character after it; empty at the end of the text.
        before: the character before it; empty at the beginning.
    """

    value: int
    unit: str
    before: str


class Statement(NamedTuple):
    """A claim as passages are held against it.

    Attributes:
        text: its fold key.
        numbers: all that it gives, `MAXIMUM_NUMBERS` at most.
    """

    text: str
    numbers: list[Number]


def read_statement(text: str) -> Statement:
    """Return a claim's fold key and its numbers.

    Example:
        >>> read_statement("全城停水三天")
        Statement(text='全城停水三天', numbers=[Number(value=3, unit='天', before='水')])
    """
    return Statement(text, find_numbers(text, (0, len(text))))


def contradicts(claim: Statement, text: str, passage: tuple[int, int]) -> bool:
    """Tell whether a passage says something else than the claim: other numbers, a negation.

    Args:
        claim: that the passage resembles.
        text: the whole fold key of the post.
        passage: position of its first character, and the one after its last.

    Example:
        >>> claim = read_statement("城东水厂停水三天")
        >>> texts = ["听说城东水厂停水3天", "听说城东水厂停水五天", "听说城东水厂不停水三天"]
        >>> [contradicts(claim, text, (2, len(text))) for text in texts]
        [False, True, True]
    """
    start, stop = passage
    if claim.numbers:
        # one character more, for a number at the end whose measure the passage lacks
        reach = (max(0, start - 1), min(len(text), stop + 1))
        if _numbers_differ(claim.numbers, find_numbers(text, reach)):
            return True
    span = 2 * len(claim.text)
    window = text[max(0, start - span) : stop + span]
    # the word that negates may stand right before what is shared
    negated = negates(text, (max(0, start - 2), stop), claim.text)
    return negated != negates(claim.text, (0, len(claim.text)), window)


def find_numbers(text: str, passage: tuple[int, int]) -> list[Number]:
    """Return the numbers of a passage, `MAXIMUM_NUMBERS` at most.

    Arabic digits always are a number; Chinese numerals are one where a measure word follows.
    A number that the passage's edge cuts in two is read whole.

    Args:
        text: a fold key.
        passage: position of its first character, and the one after its last.

    Example:
        >>> [number.value for number in find_numbers("四川12人万一停水三十天", (0, 12))]
        [12, 30]
    """
    start, stop = passage
    while 0 < start < len(text) and text[start] in _VALUES and text[start - 1] in _VALUES:
        start -= 1
    numbers: list[Number] = []
    for found in _NUMERAL.finditer(text, start):
        if found.start() >= stop or len(numbers) == MAXIMUM_NUMBERS:
            break
        value, unit = _value(found[0]), text[found.end() : found.end() + 1]
        fits = unit in (_MEASURES_OF_ONE if value == 1 else MEASURES)
        if fits or any(numeral in _ARABIC_DIGITS for numeral in found[0]):
            before = text[found.start() - 1] if found.start() else ""
            numbers.append(Number(value, unit, before))
    return numbers


def _value(numerals: str) -> int:
    """Return what a run of numerals is worth: `3万5千` is 35,000, `二〇二四` is 2,024."""
    total, section = 0, 0
    current: int | None = None
    for numeral in numerals:
        value = _VALUES[numeral]
        if value < 10:
            current = ((current or 0) * 10 + value) % _LARGEST
        elif value < 10_000:
            section += value * (1 if current is None else current)
            current = None
        else:
            section += current or 0
            total += value * (section or 1)
            section, current = 0, None
    return (total + section + (current or 0)) % _LARGEST


def _numbers_differ(claim: list[Number], passage: list[Number]) -> bool:
    """Tell whether a passage gives another number where the claim gives one.

    A number that is only left out contradicts nothing. Two numbers of the same unit in
    reverse order do: `75度比95度好` is not `95度比75度好`.
    """
    claimed = {number.value for number in claim}
    given = [number.value for number in passage]
    others = [number for number in passage if number.value not in claimed]
    last, last_unit = -1, None
    for number in claim:
        if number.value in given:
            place = given.index(number.value)
            if number.unit == last_unit and place < last:
                return True
            last, last_unit = place, number.unit
            continue
        for other in others:
            same_unit = number.unit and number.unit == other.unit
            if same_unit or (number.before and number.before == other.before):
                return True
    return False


def negates(text: str, passage: tuple[int, int], other: str) -> bool:
    """Tell whether a passage negates something that another text says without the negation.

    Such a negation is not in the other text and stands close before words that are. Two of them
    next to each other (`不得不`) are none.

    Example:
        >>> negates("柳叶茶不能治病", (0, 7), "柳叶茶能治病")
        True
        >>> negates("柳叶茶不仅能治病", (0, 8), "柳叶茶能治病")
        False
    """
    position, stop = passage
    while found := _NEGATION.search(text, position, stop):
        position = found.start() + 1
        if not is_negation(text, position - 1) or _shares(text, position - 1, other):
            continue
        if any(is_negation(text, ahead) for ahead in range(position, min(position + 2, stop))):
            position += 2
            continue
        for ahead in range(position, min(position + 3, stop - 1)):
            if text[ahead : ahead + 2] in other:
                return True
    return False


def is_negation(text: str, position: int) -> bool:
    """Tell whether the character at a position negates, `不仅`, `特别` and `是不是` excepted."""
    if not _NEGATION.match(text, position):
        return False
    is_harmless = text[position : position + 2] in _HARMLESS
    if is_harmless and text[position : position + 3] not in _HARMFUL:
        return False
    if position == 0:
        return True
    is_repeated = text[position - 1] == text[position + 1 : position + 2]
    return not is_repeated and text[position - 1 : position + 1] not in _HARMLESS_BEFORE


def _shares(text: str, position: int, other: str) -> bool:
    """Tell whether another text holds the pair on either side of a position."""
    before, after = text[max(0, position - 1) : position + 1], text[position : position + 2]
    return (len(before) == 2 and before in other) or (len(after) == 2 and after in other)
