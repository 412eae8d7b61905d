"""The matching key: a fold key with the evasions of spammers undone, each of them counted.

The fold undoes what a table over characters can undo. The rest needs the text around it: what
stands between letters, the direction of a line, what a dictionary makes of two parts. It is
undone in the key only; the text that is shown stays as it was posted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.text.components import join_parts
from rumorscan.text.endings import drop_links, drop_tail
from rumorscan.text.fold import COUNTED, Folded, fold_texts
from rumorscan.text.layouts import read_columns, read_forward
from rumorscan.text.lexicon import load_lexicon
from rumorscan.text.pictures import read_emoji
from rumorscan.text.readings import read_contacts, read_letters, read_numbers
from rumorscan.text.routes import LONGEST, Routes
from rumorscan.text.signs import (
    CONTACT,
    ENDING,
    LINES,
    LINK,
    LOOKS,
    NUMBER,
    PICTURE,
    REVERSED,
    SPLIT,
    SYMBOLS,
)
from rumorscan.text.survey import survey_texts
from rumorscan.text.walk import MARKS, SIGN, STROKES

EVASIONS: tuple[str, ...] = (
    "ignorable",
    "width",
    "traditional",
    "symbol",
    "split",
    "look-alike",
    "reversed",
    "vertical",
    "emoji",
    "digit",
    "tail",
    "link",
)
"""What is undone and counted, in the order of `Unmasked.counts`' columns."""

_COLUMN = {name: column for column, name in enumerate(EVASIONS)}
_MOST_PASSES = 4
_MOST = 65_535
_FEW = 2
# the same letter or sign between all characters: 停x水x三x天x了
_ALTERNATING, _AGAIN = (
    re.compile(
        "(?<=[\u3400-\u9fff])([^\\s\u3400-\u9fff])"
        f"(?:[\u3400-\u9fff]\\1){{{least},}}(?=[\u3400-\u9fff])"
    )
    for least in (3, 1)
)
_Step = tuple[str, int, Callable[[str], tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Unmasked:
    """Matching keys and what was undone to get them.

    Attributes:
        keys: the n keys; their `counts` are those of the fold keys.
        counts: uint16, shape (n, len(EVASIONS)); how often each evasion was undone.
    """

    keys: Folded
    counts: npt.NDArray[np.uint16]


def unmask_texts(texts: pa.Array | pa.ChunkedArray, folded: Folded) -> Unmasked:
    """Return the matching keys of texts; an ordinary text keeps its fold key.

    Args:
        texts: display texts, one for each distinct fold key.
        folded: their fold keys.

    Example:
        >>> posts = pa.array(["城东水厂停水三天", "加我微亻言，城*东水厂停*水三|天 xk27q"])
        >>> unmasked = unmask_texts(posts, fold_texts(posts))
        >>> unmasked.keys.key(1)
        '加我微信城东水厂停水三天'
        >>> [name for name, count in zip(EVASIONS, unmasked.counts[1]) if count]
        ['symbol', 'split', 'tail']
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    lexicon = load_lexicon()
    found = survey_texts(texts, lexicon)
    counts = np.zeros((len(folded), len(EVASIONS)), dtype=np.int64)
    for name in ("ignorable", "width", "traditional"):
        counts[:, _COLUMN[name]] = folded.counts[:, COUNTED.index(name)]
    counts[:, _COLUMN["look-alike"]] = found.looks
    counts[:, _COLUMN["digit"]] = found.digits
    counts[:, _COLUMN["emoji"]] = found.pictures
    counts[:, _COLUMN["link"]] = found.links
    steps = _steps(Routes(lexicon))
    rows, wordings = [], []
    for place, row in enumerate(found.rows.tolist()):
        wording = found.wording(place)
        plain = _undo(wording, steps, int(found.reasons[row]), counts[row])
        if plain != wording or found.reasons[row] & SIGN:
            rows.append(row)
            wordings.append(plain)
    keys = _replace(folded, np.array(rows, dtype=np.int64), fold_texts(wordings))
    return Unmasked(keys, np.minimum(counts, _MOST).astype(np.uint16))


def _steps(routes: Routes) -> tuple[_Step, ...]:
    """Return what is undone, in an order in which one step clears the way for the next."""
    return (
        ("link", LINK, drop_links),
        ("digit", NUMBER, read_numbers),
        ("look-alike", LOOKS, read_letters),
        ("vertical", LINES, partial(read_columns, routes=routes)),
        ("symbol", SYMBOLS, partial(drop_symbols, routes=routes)),
        ("tail", ENDING, drop_tail),
        ("reversed", REVERSED, partial(read_forward, routes=routes)),
        ("emoji", PICTURE, partial(read_emoji, routes=routes)),
        ("emoji", CONTACT, read_contacts),
        ("split", SPLIT, partial(join_parts, routes=routes)),
    )


def _undo(text: str, steps: tuple[_Step, ...], reasons: int, counts: npt.NDArray[np.int64]) -> str:
    """Return the wording with all evasions undone, one of them within another included.

    A step that the survey saw no reason for is taken only once another one changed something.
    """
    if len(text) > LONGEST:  # the dictionary would judge a part and turn the whole
        return text
    first = text
    for _ in range(_MOST_PASSES):
        before = text
        for name, reason, step in steps:
            if reasons & reason or text != first:
                text, count = step(text)
                counts[_COLUMN[name]] += count
        if text == before:
            break
    return text


def _replace(folded: Folded, rows: npt.NDArray[np.int64], changed: Folded) -> Folded:
    """Return the keys with those at some rows replaced."""
    order = np.arange(len(folded), dtype=np.int64)
    order[rows] = len(folded) + np.arange(len(rows), dtype=np.int64)
    codes = np.concatenate([folded.codes, changed.codes])
    offsets = np.concatenate([folded.offsets, folded.offsets[-1] + changed.offsets[1:]])
    counts = np.concatenate([folded.counts, folded.counts[rows]])
    return Folded(codes, offsets, counts).take(order)


def drop_symbols(text: str, routes: Routes) -> tuple[str, int]:
    """Return the wording without symbols inserted between Han characters, and how many.

    Single symbols count where several stand in one text and some of them break words; what
    separates names and phrases stays.

    Example:
        >>> routes = Routes(load_lexicon())
        >>> drop_symbols("城*东水厂停·水三天", routes)
        ('城东水厂停水三天', 2)
        >>> drop_symbols("牛奶/面包/鸡蛋", routes)
        ('牛奶/面包/鸡蛋', 0)
    """
    before = len(text)
    text = _ALTERNATING.sub(_drop_alternating, text)
    if len(text) < before:
        text = _AGAIN.sub(lambda found: found[0].replace(found[1], ""), text)
    alternating = before - len(text)
    places = [place for place in range(1, len(text) - 1) if _is_insertion(text, place)]
    if len(places) < 2:
        return text, alternating
    inserted = set(places)
    joined = "".join(letter for place, letter in enumerate(text) if place not in inserted)
    begins = routes.word_begins(joined)
    breaking = [
        place
        for before, place in enumerate(places)
        if place - before < len(begins) and not begins[place - before]
    ]
    if len(breaking) < 2 and (not breaking or len(places) < 3):
        return text, alternating
    # a space between words is how phrases are set apart
    kept = {
        place
        for place in places
        if text[place].isspace() and place not in breaking and not _is_alone(text, place)
    }
    dropped = inserted - kept
    plain = "".join(letter for at, letter in enumerate(text) if at not in dropped)
    return plain, len(dropped) + alternating


def _drop_alternating(found: re.Match[str]) -> str:
    """Return the characters of a chain alone, unless hardly any differ: 唱k唱k唱k唱k."""
    bare = found[0].replace(found[1], "")
    return bare if len(set(bare)) > _FEW else found[0]


def _is_insertion(text: str, place: int) -> bool:
    sign = text[place]
    return (
        (not sign.isalnum() or sign in STROKES)
        and sign != "\n"
        and sign not in MARKS
        and _is_han(text[place - 1])
        and _is_han(text[place + 1])
    )


def _is_alone(text: str, place: int) -> bool:
    """Tell whether a single character stands on either side."""
    return not (
        place >= 2
        and _is_han(text[place - 2])
        and place + 2 < len(text)
        and _is_han(text[place + 2])
    )


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" and character not in STROKES
