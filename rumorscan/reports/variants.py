"""Show a post so that nothing in it can hide, and how it differs from a template.

Water armies evade exact matching with characters that nobody sees. Here every character that
is invisible, or that could reorder or swallow its neighbors on the page, becomes a mark such
as `⟨ZW⟩`; what remains is safe to print once it is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

_ZERO_WIDTH = frozenset(
    "\u00ad\u034f\u115f\u1160\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
_NAMED = {
    "\u0000": "NUL",
    "\u061c": "ALM",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_UNASSIGNED = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_SLOT = re.compile(r"［…+］|\[…+\]|［\.{3}］")
_Code = tuple[str, int, int, int, int]
_HALF_SLOT = re.compile(r"［…*$")
_MODIFIERS = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]+$")
_COMBINING_LIMIT = 3
_SHORTEST_MATCH = 2
# other signs, such as a star between two characters of a word, are evasions
_ORDINARY = frozenset(" \u3000\n，。！？、；：…—～“”‘’「」『』（）《》【】,.!?;:~-'\"()[]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that are shown alike.

    Attributes:
        kind: `text`, `mark` (something invisible), `cut` (what was left out), `slot` (what
            fills a variable place), `added` or `missing` (against the template).
        text: what is shown; never holds an invisible or reordering character.
    """

    kind: str
    text: str


def visible(text: str, limit: int = 0, kind: str = "text") -> list[Piece]:
    r"""Return the text as pieces in which every invisible character is a mark.

    Args:
        text: any string, lone surrogates included.
        limit: characters to show; 0 means all. What is left out is counted in a last piece.
        kind: the kind of the pieces that are plain text.

    Returns:
        Pieces in order; equal kinds are not adjacent, except for different marks.

    Example:
        >>> [piece.text for piece in visible("停水\u200b\u200b三天\u202e")]
        ['停水', '⟨ZW×2⟩', '三天', '⟨RLO⟩']
    """
    shown = text[:limit] if limit else text
    pieces: list[Piece] = []
    for mark, run in groupby(_marked(shown), key=lambda pair: pair[1]):
        characters = [character for character, _ in run]
        if not mark:
            pieces.append(Piece(kind, "".join(characters)))
        elif mark == "↵":
            pieces.append(Piece("mark", "↵"))
        else:
            times = f"×{len(characters)}" if len(characters) > 1 else ""
            pieces.append(Piece("mark", f"⟨{mark}{times}⟩"))
    if len(shown) < len(text):
        pieces.append(Piece("cut", f"…（{len(text):,}）"))
    return pieces


def plain(text: str, limit: int = 0) -> str:
    r"""Return the text as one safe string, marks included.

    Example:
        >>> plain("a\x00b")
        'a⟨NUL⟩b'
    """
    if text.isprintable() and text.isascii() and not (limit and len(text) > limit):
        return text
    return "".join(piece.text for piece in visible(text, limit))


def template_pieces(template: str, limit: int = 400) -> list[Piece]:
    """Return a template as pieces, its variable places as slots.

    Example:
        >>> [(piece.kind, piece.text) for piece in template_pieces("听说［…］停水")]
        [('text', '听说'), ('slot', '［…］'), ('text', '停水')]
    """
    pieces: list[Piece] = []
    shown = _HALF_SLOT.sub("", template[:limit])
    start = 0
    for match in _SLOT.finditer(shown):
        pieces += visible(shown[start : match.start()])
        pieces.append(Piece("slot", "［…］"))
        start = match.end()
    pieces += visible(shown[start:])
    if len(shown) < len(template):
        pieces.append(Piece("cut", f"…（{len(template):,}）"))
    return pieces


def differences(template: str, text: str, limit: int = 300) -> tuple[list[Piece], float]:
    """Return the text with its differences from the template, and how large they are.

    Characters are compared one by one. What fills a slot of the template is no difference,
    nor is punctuation; an invisible character always is.

    Args:
        template: shared wording with slots as `［…］`.
        text: the post as it was written.
        limit: characters of each that are compared and shown.

    Returns:
        The pieces in order, and how far they are from the template in [0, 1]: characters added
        or missing, of these and those in common.

    Example:
        >>> pieces, share = differences("城东［…］停水三天", "城东明天停水五天")
        >>> [(piece.kind, piece.text) for piece in pieces]  # doctest: +NORMALIZE_WHITESPACE
        [('text', '城东'), ('slot', '明天'), ('text', '停水'), ('missing', '三'),
         ('added', '五'), ('text', '天')]
    """
    pattern = _tokens(template[:limit])
    shown = text[:limit]
    pieces: list[Piece] = []
    changed = common = 0
    for removed, inserted, same in _opcodes(pattern, shown):
        if same:
            common += len(inserted)
            pieces += visible(inserted)
            continue
        wording = "".join(token for token in removed if token)
        if _counts(wording):
            changed += len(wording)
            pieces += visible(wording, kind="missing")
        if inserted:
            slotted = len(wording) < len(removed) and 2 * len(wording) <= len(inserted)
            kind = "slot" if slotted else "added"
            kind = kind if _counts(inserted) else "text"
            changed += len(inserted) if kind == "added" else 0
            pieces += visible(inserted, kind=kind)
    if len(shown) < len(text):
        pieces.append(Piece("cut", f"…（{len(text):,}）"))
    return _joined(pieces), changed / max(changed + common, 1)


def _tokens(template: str) -> list[str]:
    """Return the characters of a template, a slot being an empty one."""
    tokens: list[str] = []
    start = 0
    for match in _SLOT.finditer(template):
        tokens += template[start : match.start()]
        tokens.append("")
        start = match.end()
    return tokens + list(template[start:])


def _opcodes(pattern: list[str], text: str) -> list[tuple[list[str], str, bool]]:
    """Return (template tokens, text, equal) runs; too short matches join the change around."""
    runs: list[tuple[list[str], str, bool]] = []
    codes: Sequence[_Code] = SequenceMatcher(
        None, pattern, list(text), autojunk=False
    ).get_opcodes()
    for position, (tag, a0, a1, b0, b1) in enumerate(codes):
        inside = 0 < position < len(codes) - 1
        same = tag == "equal" and not (inside and b1 - b0 < _SHORTEST_MATCH)
        if tag == "equal" and not same:
            same = _stands(pattern, codes, position)
        if runs and not same and not runs[-1][2]:
            removed, inserted, _ = runs[-1]
            runs[-1] = (removed + pattern[a0:a1], inserted + text[b0:b1], False)
        else:
            runs.append((pattern[a0:a1], text[b0:b1], same))
    return runs


def _stands(pattern: list[str], codes: Sequence[_Code], position: int) -> bool:
    """Say whether a short match is one: a slot is beside it, or small changes are."""
    around = codes[position - 1], codes[position + 1]
    return any("" in pattern[a0:a1] for _, a0, a1, _, _ in around) or all(
        max(a1 - a0, b1 - b0) <= 1 for _, a0, a1, b0, b1 in around
    )


def _counts(text: str) -> bool:
    """Say whether a run is worth a highlight: it holds more than spaces and punctuation."""
    return any(character not in _ORDINARY for character in text)


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind != "mark":
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _marked(text: str) -> list[tuple[str, str]]:
    """Return each character with its mark; an empty mark means that it is shown as it is."""
    if text.isprintable() and text.isascii():
        return [(character, "") for character in text]
    result: list[tuple[str, str]] = []
    combining = 0
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me") and character not in _ZERO_WIDTH:
            combining += 1
            result.append((character, "+" if combining > _COMBINING_LIMIT else ""))
            continue
        combining = 0
        if character in "\n\r\u2028\u2029\u0085\u000b\u000c":
            result.append((character, "↵"))
        elif category == "Zs" or character == "\t":
            result.append((" ", ""))
        elif character == "\u200d" and _joins_emoji(text, position):
            result.append((character, ""))
        else:
            result.append((character, _mark(character, category)))
    return result


def _mark(character: str, category: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if character in _ZERO_WIDTH:
        return "ZW"
    code = ord(character)
    if 0xE0000 <= code <= 0xE007F:
        return "TAG"
    if category in ("Cc", "Cf", "Co", "Cs") or _UNASSIGNED.match(character):
        return f"U+{code:04X}"
    return ""


def _joins_emoji(text: str, position: int) -> bool:
    """Say whether the joiner at the position stands between two emoji, as in a family."""
    before = _MODIFIERS.sub("", text[max(position - 3, 0) : position])
    after = text[position + 1 : position + 2]
    return bool(before and after) and all(
        unicodedata.category(character) == "So" for character in (before[-1], after)
    )
