"""Text that is written backward, or in columns, and the reading that the dictionary prefers."""

from __future__ import annotations

import re

from rumorscan.text.routes import Routes

_STRETCH = re.compile(
    r"[^\s,，.。!！?？;；:：、…“”‘’《》〈〉【】「」『』（）〔〕()\[\]{}<>\"'~～]+"
)
# how to read it, as it stands or turned with the rest
_NOTE = re.compile(
    "请?(?:倒着|倒过来|反着|反过来|从后往前)[看读念]"
    "|[看读念](?:着倒|来过倒|着反|来过反|前往后从)请?"
)
_ENDS = frozenset("。！？!?…")
_LEAST_CELLS = 8
SURE, SURE_EACH = 4.0, 0.2
SURER, SURER_EACH = 6.0, 0.3
"""What another direction must gain, in nats and for each character; more for a sentence alone."""
LEAST_REVERSED = 8
"""Han characters of the shortest text that is turned round."""

_FROM_RIGHT, _SHORT_LAST = 1.5, 4.0
_LEAST_LINES = 3
_WIDEST_LINE = 40
_MOST_LINES = 40
_UNEVEN = 1


def read_forward(text: str, routes: Routes) -> tuple[str, int]:
    """Return the wording with what is written backward turned round, and how many stretches.

    The whole is turned, or else single stretches between punctuation of eight characters or more.

    Example:
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> read_forward("烧发后苗疫打子孩", Routes(load_lexicon()))
        ('孩子打疫苗后发烧', 1)
    """
    if _gains(text, routes, SURE, SURE_EACH):
        stretches = _STRETCH.findall(text)
        if len(stretches) > 1 and text.rstrip()[-1:] in _ENDS:
            return _NOTE.sub("", _STRETCH.sub(lambda found: found[0][::-1], text)), len(stretches)
        return _NOTE.sub("", text[::-1]), 1
    count = 0

    def turn(found: re.Match[str]) -> str:
        nonlocal count
        if not _gains(found[0], routes, SURER, SURER_EACH):
            return found[0]
        count += 1
        return found[0][::-1]

    plain = _STRETCH.sub(turn, text)
    return (_NOTE.sub("", plain) if count else plain), count


def _gains(text: str, routes: Routes, sure: float, sure_each: float) -> bool:
    count = sum("\u3400" <= character <= "\u9fff" for character in text)
    if count < LEAST_REVERSED:
        return False
    return routes.score(text[::-1]) - routes.score(text) >= sure + sure_each * count


def read_columns(text: str, routes: Routes) -> tuple[str, int]:
    r"""Return the wording of text that is written in columns, as one line, and 1; else 0.

    Example:
        >>> from rumorscan.text.lexicon import load_lexicon
        >>> read_columns("停城\n水东\n三水\n天厂", Routes(load_lexicon()))
        ('城东水厂停水三天', 1)
    """
    lines = [line for line in map(_cells, text.split("\n")) if _letters(line)]
    if not _LEAST_LINES <= len(lines) <= _MOST_LINES:
        return text, 0
    bare = [_letters(line) for line in lines]
    plain = "".join(bare)
    if max(map(len, bare)) == 1:
        return plain, 1
    if max(map(len, lines)) > _WIDEST_LINE:
        return text, 0
    readings = _readings(bare) + _readings(lines)
    here = max(routes.score(plain), routes.score("\n".join(lines)))
    best = max(
        readings, key=lambda one: routes.score(_letters(one[0])) + one[1], default=(plain, 0.0)
    )[0]
    if routes.score(_letters(best)) - here >= SURE + SURE_EACH * len(plain):
        return best, 1
    if max(map(len, bare)) == 2 and len(lines) >= 4 and len(plain) >= _LEAST_CELLS:
        return plain, 1
    return text, 0


def _readings(lines: list[str]) -> list[tuple[str, float]]:
    """Return the ways to read lines as columns, each with its bonus; none for uneven lines."""
    widths = [len(line) for line in lines]
    widest = max(widths)
    readings: list[tuple[str, float]] = []
    if max(widths[:-1]) - min(widths[:-1]) <= _UNEVEN and widths[-1] <= widest:
        readings += _columns([line.ljust(widest) for line in lines])
    # lines end early where the last column, at the left, is short
    if widest - min(widths) == 1 and widths == sorted(widths, reverse=True):
        readings += _columns([line.rjust(widest) for line in lines])
    return readings


def _columns(lines: list[str]) -> list[tuple[str, float]]:
    columns = ["".join(column).strip() for column in zip(*lines, strict=True)]
    longest = max(map(len, columns))
    # of two orders that read equally well the old one holds, but a short column comes last
    from_right = _FROM_RIGHT + _SHORT_LAST * (len(columns[0]) < longest)
    from_left = _SHORT_LAST * (len(columns[-1]) < longest)
    return [("".join(reversed(columns)), from_right), ("".join(columns), from_left)]


def _cells(line: str) -> str:
    """Return a line without the spaces between its cells; ideographic ones fill empty cells."""
    return line.replace(" ", "").replace("\t", "").rstrip()


def _letters(line: str) -> str:
    return "".join(character for character in line if character.isalnum())
