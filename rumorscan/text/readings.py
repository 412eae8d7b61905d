"""What stand-ins are read as: look-alike letters, signs for digits, contact wording."""

from __future__ import annotations

import re

from rumorscan.text.stand_ins import CHINESE_DIGITS, ROMAN, stand_ins

_HAN = "\u3400-\u9fff"
_TABLES = stand_ins()
_FOREIGN = "".join(_TABLES.letters)
_RUN = re.compile(f"[a-z0-9\u00c0-\u052f\u0531-\u0587\u13a0-\u13ff\u1d00-\u1d7f{_FOREIGN}]+")
_MOST_FOREIGN, _LONGEST_RUN = 5, 20
_FACES = frozenset("ωεσΣοдДзЗ")
# o after a consonant, l beside a vowel: c0py and he11o, not cdma1x or h1n1
_MIXED = re.compile(
    r"(?<![a-z0-9])(?=[a-z]*[aeiou01][a-z01]*(?![a-z0-9]))"
    r"(?:[a-z]*[bcdfghjklmnpqrstvwyz]0+[a-z]+|[a-z]+[aeiou]1{1,2}[a-z]{2,}|[a-z]+1{1,2}[aeiou][a-z]+)"
    r"(?![a-z0-9])"
)
_BETWEEN = re.compile(
    "(?<=[0-9])[oli]+(?=[0-9])|(?<=[0-9]{2})o{1,2}(?![a-z0-9])|(?<=[0-9])oo+(?![a-z0-9])"
)
_IS_FACE = re.compile("^[0o]+$")
_AS_DIGITS = str.maketrans("oli", "011")
# what asks for the name or number that follows it
_ASKED = re.compile(
    "(?:微信号?|[薇威徽葳微][信芯]号?|[vw]信|weixin|wechat|vx|wx|qq|tg|telegram|whatsapp|扣扣|企鹅|飞机"
    "|群号?|账号|帐号|电话|手机|热线|联系|咨询|客服|搜|号|id|电报|小号)[^a-z0-9\u3400-\u9fff]{0,3}$"
)
_MESSENGERS = ("weixin", "wechat", "telegram", "whatsapp", "vx", "wx", "qq")
_GLUED = (*_MESSENGERS, "tg", "id")
_LEAST_NAME, _LONGEST_NAME = 5, 24
_NUMERALS = "".join(_TABLES.numerals)
_PLAIN = "零一二三四五六七八九十百千"
_SPOKEN = {"拐": "7", "洞": "0", "勾": "9", "钩": "9"}
_NUMBER = re.compile(f"[0-9{_PLAIN[:10]}{_NUMERALS}{''.join(ROMAN)}{''.join(_SPOKEN)}]{{3,}}")
_ALONE = re.compile(f"[{''.join(ROMAN)}]+(?=[次个名天元块万倍折月])")
_TWO_AT_LEAST = re.compile("[壹贰叁肆伍陆柒捌玖零〇叄弌弍]{2,}")
_MEASURED = frozenset("个天日月年元块万名份点次倍位人岁%折斤")
_FINANCIAL = re.compile(
    f"(?!(?<=[大队])[陆伍])[{_NUMERALS}{_PLAIN}0-9万亿]{{2,}}|[壹贰叁肆柒捌玖叄弌弍](?=[天日月年元块万个名份点次倍折位人岁成%角分层楼批])"
)
_ALWAYS = frozenset("壹贰叁肆柒捌玖叄弌弍")
_CALL = re.compile(
    r"(?P<call>[加+➕添联找]{1,2}[我:：]{0,2})\s*"
    r"(?P<name>[vw薇威徽葳微][^\w\s]{0,2}[x信芯心]?|weixin)[\W_]{0,4}(?P<id>(?=[a-z_-]{0,12}[0-9])[a-z0-9][a-z0-9_-]{4,19})(?![a-z0-9])"
)
_PLUS = re.compile("(?<![0-9a-z%])[+➕](?=我?微信|我?[vq][xq]?[^a-z0-9]*[a-z0-9]{5})")
_SPELLED = re.compile(
    "(?<![a-z0-9])(?:[vw]|wei|we)\\s?[信芯]|[微薇威徽葳]\\s?xin(?![a-z0-9])|(?<![a-z0-9])wei\\s?xin(?![a-z])"
)
_LEAST_SPOKEN = 7


def read_letters(text: str) -> tuple[str, int]:
    """Return the wording with look-alikes in Latin runs made Latin, and how many.

    A run without a Latin letter is taken for Latin only where it is short and no other foreign
    run of the text is a word of its own alphabet.

    Example:
        >>> read_letters("加我рауpal"), read_letters("сто рублей")
        (('加我paypal', 3), ('сто рублей', 0))
    """
    count = 0
    looks = _TABLES.letters
    runs = [found[0] for found in _RUN.finditer(text)]
    foreign = [run for run in runs if not run.isascii() and not any(map(_is_latin, run))]
    # ω and ε are mouths and eyes more often than letters
    are_short = all(
        2 <= len(run) <= _MOST_FOREIGN
        and all(letter in looks and letter not in _FACES for letter in run)
        for run in foreign
    )

    def read(found: re.Match[str]) -> str:
        nonlocal count
        run = latin = found[0]
        if not run.isascii():
            if not ((any(map(_is_latin, run)) and not _is_face(run)) or are_short):
                return run
            latin = "".join(looks.get(letter, letter) for letter in run)
        head = _messenger(latin, text[max(0, found.start() - 12) : found.start()])
        even = latin if head is not None or latin.startswith(_GLUED) else _unmix(latin)
        if "h2o" not in even and not _IS_FACE.search(even):
            even = _BETWEEN.sub(lambda part: part[0].translate(_AS_DIGITS), even)
        count += sum(one != other for one, other in zip(run, even, strict=True))
        # in a name o and 0 are one, whoever wrote which
        return even if head is None else even[:head] + even[head:].translate(_AS_DIGITS)

    return _RUN.sub(read, text), count


def _is_face(run: str) -> bool:
    """Tell whether the foreign letters of a run draw a face: TεT, orωo."""
    return all(letter.isascii() or letter in _FACES for letter in run) and len(run) <= 4


def _messenger(run: str, before: str) -> int | None:
    """Return where in a run the name begins that a messenger is asked for; None for no name."""
    if not run.isascii() or len(run) > _LONGEST_NAME:
        return None
    head = next((len(name) for name in _MESSENGERS if run.startswith(name)), 0)
    if len(run) - head >= _LEAST_NAME and (head or _ASKED.search(before)):
        return head
    return None


def _is_latin(letter: str) -> bool:
    return "a" <= letter <= "z"


def _unmix(run: str) -> str:
    """Return a run of letters with 0 and 1 between them read as o and l."""
    if len(run) > _LONGEST_RUN:
        return run
    return _MIXED.sub(lambda found: found[0].replace("0", "o").replace("1", "l"), run)


def read_numbers(text: str) -> tuple[str, int]:
    """Return the wording with signs and numerals among digits made digits, and how many.

    Financial numerals elsewhere become plain Chinese ones.

    Example:
        >>> read_numbers("电话幺三八0013"), read_numbers("停水叁天"), read_numbers("二〇二四年")
        (('电话1380013', 3), ('停水三天', 1), ('二〇二四年', 0))
    """
    count = 0

    def dial(found: re.Match[str]) -> str:
        nonlocal count
        run = found[0]
        if len(run) > 3 and run[-1] == "一" and run.count("〇") + run.count("○") >= 2:
            after = text[found.end() : found.end() + 1]  # 三〇〇〇一周: a measure follows
            if after and after in "周天日月年个次回":
                count += len(run) - 1
                return "".join(map(_digit, run[:-1])) + "一"
        plain = [_digit(sign) for sign in run]
        numerals = sum(sign not in "0123456789" for sign in run)
        if numerals == 0 or not _is_dialed(run, numerals):
            return run
        count += numerals
        return "".join(plain)

    def simplify(found: re.Match[str]) -> str:
        nonlocal count
        run = found[0]
        is_measured = text[found.end() : found.end() + 1] in _MEASURED
        if _TWO_AT_LEAST.fullmatch(run) and not _ALWAYS.isdisjoint(run) and is_measured:
            count += len(run)
            return "".join(map(_digit, run))
        if not _ALWAYS.isdisjoint(run) or (len(run) > 2 and set(run) <= set(_NUMERALS)):
            plain = "".join(_TABLES.numerals.get(sign, sign) for sign in run)
            count += sum(one != other for one, other in zip(run, plain, strict=True))
            return plain
        return run

    def spell(found: re.Match[str]) -> str:
        nonlocal count
        count += len(found[0])
        return "".join(map(_digit, found[0]))

    return _ALONE.sub(spell, _FINANCIAL.sub(simplify, _NUMBER.sub(dial, text))), count


def _digit(sign: str) -> str:
    plain = _TABLES.numerals.get(sign, sign)
    return CHINESE_DIGITS.get(plain) or ROMAN.get(plain) or _SPOKEN.get(plain) or plain


def _is_dialed(run: str, numerals: int) -> bool:
    """Tell whether a run with numerals in it is a number to be dialed or typed."""
    if not all(_digit(sign).isdigit() for sign in run):
        return False
    if sum(sign in _SPOKEN for sign in run) > 0 and len(run) < _LEAST_SPOKEN:
        return False
    mixed = numerals < len(run)
    if len(run) >= 5 and "幺" in run:
        return True
    if not mixed:
        return len(run) >= 7 and run not in "一二三四五六七八九" and len(set(run)) > 2
    inner = run.strip("".join(sign for sign in set(run) if sign not in "0123456789"))
    between = {sign for sign in inner if not "0" <= sign <= "9"}
    # 5一10 is a span and 2013一 a year before a word; 1三8 is neither
    return bool(between - {"一"}) or (len(run) >= 5 and numerals >= 3)


def read_contacts(text: str) -> tuple[str, int]:
    """Return the wording with the names of a messenger made one name, where an id follows.

    Example:
        >>> read_contacts("加薇信abc12345"), read_contacts("加v"), read_contacts("加微信abc12345")
        (('加微信abc12345', 1), ('加v', 0), ('加微信abc12345', 0))
    """
    count = 0

    def spell(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return "微信"

    text = _SPELLED.sub(spell, text)
    text, plus = _PLUS.subn("加", text)
    count += plus

    def name(found: re.Match[str]) -> str:
        nonlocal count
        plain = f"加{found['call'][1:].lstrip('加')}微信{found['id']}"
        count += _bare(plain) != _bare(found[0])
        return plain if _bare(plain) != _bare(found[0]) else found[0]

    return _CALL.sub(name, text), count


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
