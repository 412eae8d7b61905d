"""What keeps two look-alikes apart: another number, a negation, or a debunk of the other.

`有效率95` and `无效率95`, `停水三天` and `停水五天`, a claim and the post that denies it share
nearly all their wording. The rules are those of `rumorscan.text.contradiction`, over arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled
from rumorscan.text.contradiction import MEASURES, NEGATIONS, find_numbers, is_negation
from rumorscan.text.fold import Folded

Ints = npt.NDArray[np.int64]

_CONTACT = 10_000  # a longer number without a measure is a contact or a code, no quantity
_DIGITS = re.compile("[0-9一二两三四五六七八九十百千万亿〇零]")
_NEGATIVE = re.compile(f"[{NEGATIONS}布步卟卜埠钚霉莓煤]")
# stand-ins for 不 and 没 by sound, where no usual word explains them
_STAND_INS = re.compile(
    "(?<![公发颁宣散分遍密瀑棉抹])布(?![置局料满])"
    "|(?<![进跑散徒初同逐一下公发颁宣])步(?![行骤伐入子])|(?<![萝占])卜|(?<!商)埠|[卟钚]|(?<!发)[霉莓煤](?=有)"
)
_DEBUNK = re.compile(
    "[谣瑶摇遥姚尧窑]言|[辟屁僻譬]谣|谣传|造谣|不实|假消息|假新闻|假的|虚假|误传|子虚乌有|纯属|并非|澄清"
    "|是诈骗|是骗局|骗人的|是骗子|是假|不可信|[勿别]轻?信|不要轻?信|不信谣|已被否认|不属实|没有的事"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What n texts state that a look-alike may contradict.

    Attributes:
        number_bounds: int64, shape (n + 1,); stretches of the three arrays below.
        values, units, befores: int64; each number, and the characters after and before it, 0
            at an edge.
        negation_bounds: int64, shape (n + 1,); stretches of `negations`.
        negations: int64 positions of negations in the text.
        debunks: bool, shape (n,); the text says that something is untrue.
    """

    number_bounds: Ints
    values: Ints
    units: Ints
    befores: Ints
    negation_bounds: Ints
    negations: Ints
    debunks: npt.NDArray[np.bool_]


def read_facts(keys: Folded, rows: Ints) -> Facts:
    """Return what the keys at some rows state; the other rows state nothing.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> facts = read_facts(fold_texts(["有效率95", "停水三天不是谣言"]), np.arange(2))
        >>> facts.values.tolist(), facts.negations.tolist(), facts.debunks.tolist()
        ([95, 3], [4], [False, True])
    """
    numbers: list[tuple[int, int, int]] = []
    negations: list[int] = []
    number_counts = np.zeros(len(keys), dtype=np.int64)
    negation_counts = np.zeros(len(keys), dtype=np.int64)
    debunks = np.zeros(len(keys), dtype=bool)
    for row in rows.tolist():
        key = keys.key(row)
        if _DIGITS.search(key):
            found = list(_quantities(key))
            numbers += found
            number_counts[row] = len(found)
        if _NEGATIVE.search(key):
            places = sorted(_negations(key))
            negations += places
            negation_counts[row] = len(places)
        debunks[row] = _DEBUNK.search(key) is not None
    table = np.array(numbers, dtype=np.int64).reshape(-1, 3)
    return Facts(
        number_bounds=np.r_[0, np.cumsum(number_counts)],
        values=table[:, 0].copy(),
        units=table[:, 1].copy(),
        befores=table[:, 2].copy(),
        negation_bounds=np.r_[0, np.cumsum(negation_counts)],
        negations=np.array(negations, dtype=np.int64),
        debunks=debunks,
    )


def _quantities(key: str) -> Iterator[tuple[int, int, int]]:
    for number in find_numbers(key, (0, len(key))):
        if number.value < _CONTACT or number.unit in MEASURES:
            value = min(number.value, np.iinfo(np.int64).max)
            yield value, ord(number.unit or "\0"), ord(number.before or "\0")


def _negations(key: str) -> Iterator[int]:
    for position, letter in enumerate(key):
        if letter in NEGATIONS and is_negation(key, position):
            yield position
    for found in _STAND_INS.finditer(key):
        yield found.start()


@compiled
def _denies_number(
    bounds: Ints, values: Ints, units: Ints, befores: Ints, first: np.int64, second: np.int64
) -> bool:
    """Tell whether the second gives another number where the first gives one."""
    for mine in range(bounds[first], bounds[first + 1]):
        is_given = False
        for other in range(bounds[second], bounds[second + 1]):
            if values[other] == values[mine]:
                is_given = True
                break
        if is_given:
            continue
        for other in range(bounds[second], bounds[second + 1]):
            same_unit = units[mine] != 0 and units[mine] == units[other]
            same_before = befores[mine] != 0 and befores[mine] == befores[other]
            if not (same_unit or same_before):
                continue
            is_claimed = False
            for again in range(bounds[first], bounds[first + 1]):
                if values[again] == values[other]:
                    is_claimed = True
                    break
            if not is_claimed:
                return True
    return False


@compiled
def _holds_pair(codes: npt.NDArray[np.uint32], start: int, stop: int, position: int) -> bool:
    """Tell whether a stretch holds the two characters that stand at a position."""
    for place in range(start, stop - 1):
        if codes[place] == codes[position] and codes[place + 1] == codes[position + 1]:
            return True
    return False


@compiled
def _negates(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    bounds: Ints,
    places: Ints,
    first: np.int64,
    second: np.int64,
) -> bool:
    """Tell whether the first negates something that the second says without the negation."""
    start, stop = offsets[first], offsets[first + 1]
    other_start, other_stop = offsets[second], offsets[second + 1]
    skip = np.int64(-1)
    for index in range(bounds[first], bounds[first + 1]):
        position = start + places[index]
        if position == skip:
            continue
        if index + 1 < bounds[first + 1] and places[index + 1] - places[index] <= 2:
            skip = start + places[index + 1]  # two negations close together are none
            continue
        if position > start and _holds_pair(codes, other_start, other_stop, position - 1):
            continue
        if position + 1 < stop and _holds_pair(codes, other_start, other_stop, position):
            continue
        for ahead in range(position + 1, min(position + 4, stop - 1)):
            if _holds_pair(codes, other_start, other_stop, ahead):
                return True
    return False


@compiled
def contradict(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    facts: tuple[Ints, Ints, Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]],
    first: np.int64,
    second: np.int64,
    with_numbers: bool,
) -> bool:
    """Tell whether two texts that look alike say different things.

    Args:
        codes: of the keys that the facts were read from.
        offsets: their bounds.
        facts: the arrays of `Facts` in their order.
        first: the one text.
        second: the other.
        with_numbers: whether another number keeps them apart.
    """
    number_bounds, values, units, befores, negation_bounds, negations, debunks = facts
    if debunks[first] != debunks[second]:
        return True
    if with_numbers and (
        _denies_number(number_bounds, values, units, befores, first, second)
        or _denies_number(number_bounds, values, units, befores, second, first)
    ):
        return True
    has_any = (
        negation_bounds[first + 1] > negation_bounds[first]
        or negation_bounds[second + 1] > negation_bounds[second]
    )
    return has_any and (
        _negates(codes, offsets, negation_bounds, negations, first, second)
        != _negates(codes, offsets, negation_bounds, negations, second, first)
    )
