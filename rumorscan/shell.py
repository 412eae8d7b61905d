"""Words for a terminal: what it shows and does not obey, and what a person may paste into it."""

from __future__ import annotations

import os
import re
import shlex
import unicodedata

# controls, formats (directions among them), halves of characters, separators of lines
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"}


def inert(text: str) -> str:
    r"""Return the text with all that a terminal would obey, or that nobody would see, spelled out.

    Line ends stay.

    Example:
        >>> inert("停\x1b[2J水\u202e")
        '停⟨U+001B⟩[2J水⟨U+202E⟩'
    """
    if text.isprintable():
        return text
    return "".join(
        f"⟨U+{ord(character):04X}⟩" if _is_obeyed(character) else character for character in text
    )


def quoted(word: str) -> str:
    r"""Return one word as the shell of this system takes it, all of it visible.

    On Windows, where no quoting holds for both of its shells, what either of them would expand
    becomes a question mark.

    Example:
        >>> quoted("runs/demo")
        'runs/demo'
    """
    if os.name == "nt":
        return _quoted_for_windows(word)
    if not any(map(_is_obeyed, word)) and "\n" not in word:
        return shlex.quote(word)
    spelled = [
        _ESCAPES[character]
        if character in _ESCAPES
        else _spelled(character)
        if _is_obeyed(character)
        else character
        for character in word
    ]
    return f"$'{''.join(spelled)}'"


def _quoted_for_windows(word: str) -> str:
    if re.fullmatch(r"[\w\-./\\:=]+", word):
        return word
    bare = re.sub(r"[%$`!\n]", "?", word)
    bare = "".join("?" if _is_obeyed(character) else character for character in bare)
    return '"{}"'.format(bare.replace('"', '""'))


def _is_obeyed(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in _OBEYED


def _spelled(character: str) -> str:
    """Return the character as bash, zsh and ksh spell it between $' and '."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
