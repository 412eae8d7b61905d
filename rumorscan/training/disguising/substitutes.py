"""What evaders put in place of characters and words, in two halves that share nothing.

A classifier that has learned from disguised posts must be measured with disguises that it has
not met. So every table is divided: a word belongs to one half by a hash of it, and so does what
may stand for words of both halves. Symbols, signs that nobody sees and tails are listed twice.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rumorscan.text.characters import TRADITIONAL, character_table
from rumorscan.text.components import parts
from rumorscan.text.contradiction import GUARDED, NEGATIONS
from rumorscan.text.homophones import read_syllables
from rumorscan.text.stand_ins import stand_ins

LEARNING, MEASURING = 0, 1
"""The halves."""

Table = dict[str, tuple[str, ...]]
"""A word or character, and what may stand for it."""

# characters of the first plane of GB 2312, by sound: those that an input method offers first
_LAST_COMMON = 0xD7
_LONGEST_SPLIT = 3

# neighbors look alike; each may stand for the other
_SHAPES = """
    人入 日曰 土士 己已 大太 天夭 干于 王主 目自 田由 甲申 木术 夫失 今令 乌鸟 免兔 折拆 戌戍 住往
    侍待 候侯 微徽 博搏 钱线 晴睛 清情 拔拨 治冶 沈沉 蓝篮 菜莱 茶荼 狠狼 享亨 辛幸 因困 间问
    历厉 医匠 准淮 凉谅 抢枪 挡档 扬杨 喝渴 竞竟 徒徙 脑恼 刺剌 哀衰 崇祟 陷馅 斥斤 爪瓜 孑子
    孤狐 卷券 贷货 赔陪 密蜜 慢漫 梁粱 毫豪 幕慕 暑署 摸模 响晌 晓烧 浇绕 杭抗
    坑炕 肪防 仿访 伴拌 评秤 洋详 话活 计汁 记纪 轮论 伦沦 枚牧 叮盯 钉订 幻幼 困团 圆园
"""

_SYMBOLS = ("*/~=◆●_", "|^+☆※·-")
_IGNORABLES = ("\u200b\u2060\u00ad\u200e", "\u200c\ufeff\u2063\u200d")
_TAILS = (
    "路过 支持一下 收到 打卡 已阅 顶顶 飘过 在线等 占楼 如题 马克 冒个泡 随手一转 看过 帮顶",
    "围观 留爪 亲测 插眼 凑字数 求扩散 码住 蹲一个 速转 互粉 你懂的 前排 吱一声 转走 板凳",
)


@dataclass(frozen=True, slots=True)
class Substitutes:
    """One half of the tables.

    Attributes:
        half: `LEARNING` or `MEASURING`.
        homophones: characters of the same syllable.
        spellings: a character's syllable in Latin letters.
        traditional: its traditional forms.
        splits: the parts that it is written with.
        shapes: characters that look like it.
        looks: signs that read as a letter, a digit, a numeral or a radical.
        emoji: what shows a word, or sounds like it.
        symbols: what is strewn between characters.
        ignorables: the same, for what nobody sees.
        tails: what is put at the end and says nothing.
    """

    half: int
    homophones: Table
    spellings: Table
    traditional: Table
    splits: Table
    shapes: Table
    looks: Table
    emoji: Table
    symbols: tuple[str, ...]
    ignorables: tuple[str, ...]
    tails: tuple[str, ...]

    def initials(self, word: str) -> str:
        """Return the first letters of a word's syllables, empty where this half has none.

        Example:
            >>> sorted(substitutes(half).initials("水厂") for half in (LEARNING, MEASURING))
            ['', 'sc']
        """
        if not GUARDED.isdisjoint(word) or half_of(word) != self.half:
            return ""
        syllables = [syllable_of().get(character, "") for character in word]
        short = "".join(syllable[:1] for syllable in syllables)
        return short if all(syllables) and half_of(short) == self.half else ""


@lru_cache(maxsize=2)
def substitutes(half: int) -> Substitutes:
    """Return one half of the tables; no word and no stand-in of it is in the other.

    Args:
        half: `LEARNING` or `MEASURING`.

    Example:
        >>> learning, measuring = substitutes(LEARNING), substitutes(MEASURING)
        >>> learning.homophones.keys() & measuring.homophones.keys()
        set()
        >>> "亻言" in {**learning.splits, **measuring.splits}["信"]
        True
    """
    return Substitutes(
        half=half,
        homophones=_divide(_homophones(), half),
        spellings=_divide(_spellings(), half),
        traditional=_divide(_traditional(), half),
        splits=_divide(_splits(), half),
        shapes=_divide(_shapes(), half),
        looks=_divide(_looks(), half, are_equal=True),
        emoji=_divide(_emoji(), half),
        symbols=tuple(_SYMBOLS[half]),
        ignorables=tuple(_IGNORABLES[half]),
        tails=tuple(_TAILS[half].split()),
    )


def half_of(word: str) -> int:
    """Return the half to which a word belongs, whatever the machine and the day.

    Example:
        >>> {half_of(character) for character in "城东水厂停水三天"}
        {0, 1}
    """
    return hashlib.blake2b(word.encode(), digest_size=1).digest()[0] & 1


def _divide(pairs: Iterable[tuple[str, str]], half: int, *, are_equal: bool = False) -> Table:
    """Return the pairs of one half; equals may stand for numerals, as they have the value."""
    halves: dict[str, set[int]] = defaultdict(set)
    kept = []
    guarded = frozenset(NEGATIONS) if are_equal else GUARDED
    for word, other in pairs:
        if guarded.isdisjoint(word) and guarded.isdisjoint(other):
            kept.append((word, other))
            halves[other].add(half_of(word))
    table: dict[str, list[str]] = defaultdict(list)
    for word, other in kept:
        is_shared = len(halves[other]) > 1
        if half_of(word) == half and (not is_shared or half_of(other) == half):
            table[word].append(other)
    return {word: tuple(others) for word, others in table.items()}


@lru_cache(maxsize=1)
def syllable_of() -> dict[str, str]:
    """Return the toneless syllable of each character that simplified Chinese has in GB 2312.

    Example:
        >>> syllable_of()["水"]
        'shui'
    """
    return {
        one: syllable
        for syllable, characters in read_syllables()
        for one in characters
        if _lead(one, "gb2312")
    }


def _lead(character: str, encoding: str) -> int:
    """Return the first byte of a character in a two-byte encoding, 0 where it is not in it."""
    encoded = character.encode(encoding, errors="ignore")
    return encoded[0] if len(encoded) == 2 else 0


def _homophones() -> Iterator[tuple[str, str]]:
    sounds: dict[str, list[str]] = defaultdict(list)
    for character, syllable in syllable_of().items():
        if _lead(character, "gb2312") <= _LAST_COMMON:
            sounds[syllable].append(character)
    for characters in sounds.values():
        for one in characters:
            yield from ((one, other) for other in characters if other != one)


def _spellings() -> Iterator[tuple[str, str]]:
    # bu is 不 before it is 步
    taken = {syllable_of()[negation] for negation in NEGATIONS}
    yield from ((one, spelled) for one, spelled in syllable_of().items() if spelled not in taken)


def _traditional() -> Iterator[tuple[str, str]]:
    table = character_table()
    for code in range(0x4E00, 0xA000):
        if table.change[code] == TRADITIONAL and _lead(chr(code), "big5"):
            yield chr(int(table.target[code])), chr(code)


def _splits() -> Iterator[tuple[str, str]]:
    for written, wholes in parts().wholes.items():
        if len(written) <= _LONGEST_SPLIT:
            yield from ((whole, written) for whole in wholes)


def _shapes() -> Iterator[tuple[str, str]]:
    for pair in _SHAPES.split():
        yield from ((pair[0], pair[1]), (pair[1], pair[0]))


def _looks() -> Iterator[tuple[str, str]]:
    tables = stand_ins()
    plain = [(plain, sign) for sign, plain in (*tables.letters.items(), *tables.digits.items())]
    for letter, sign in plain:
        yield letter, sign
        if letter.isalpha():
            yield letter.upper(), sign
    yield from ((numeral, sign) for sign, numeral in tables.numerals.items() if sign not in "幺○")
    # full width, circled, bold: what NFKC makes plain again, and radicals for characters
    for code in (*range(0x2460, 0x2469), *range(0x24B6, 0x24EA), *range(0x2F00, 0x2FD6)):
        yield unicodedata.normalize("NFKC", chr(code)), chr(code)
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        yield unicodedata.normalize("NFKC", chr(code)), chr(code)
    for code in (*range(0x1D400, 0x1D434), *range(0x1D7CE, 0x1D7D8)):
        yield unicodedata.normalize("NFKC", chr(code)), chr(code)


def _emoji() -> Iterator[tuple[str, str]]:
    for emoji, words in stand_ins().emoji.items():
        if not GUARDED.isdisjoint("".join(words)):  # ❌ is 不 as well as 错
            continue
        yield from ((word, emoji) for word in words)
