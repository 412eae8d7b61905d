"""Traditional and simplified characters in one text: nobody's keyboard writes both."""

from __future__ import annotations

from functools import lru_cache

from rumorscan.text.characters import TRADITIONAL, character_table

_TRADITIONAL, _SIMPLIFIED = 2, 1  # different characters of each, at least


def mixes_scripts(text: str) -> bool:
    """Tell whether a text has traditional characters, two or more, beside simplified ones.

    Characters that both scripts use (后, 里, 台, 万) say nothing.

    Example:
        >>> mixes_scripts("一個月不運动不節食"), mixes_scripts("一個月不運動不節食")
        (True, False)
    """
    traditional, simplified = _only()
    letters = set(text)
    is_traditional = len(letters & traditional) >= _TRADITIONAL
    return is_traditional and len(letters & simplified) >= _SIMPLIFIED


@lru_cache(maxsize=1)
def _only() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that only traditional and only simplified texts have.

    Those that the standard character set of the other script lacks (GB 2312, Big5).
    """
    table = character_table()
    changed = [code for code in range(0x4E00, 0xA000) if table.change[code] == TRADITIONAL]
    traditional = [chr(code) for code in changed if not _encodes(chr(code), "gb2312")]
    simplified = {chr(table.target[code]) for code in changed}
    return (
        frozenset(traditional),
        frozenset(letter for letter in simplified if not _encodes(letter, "big5")),
    )


def _encodes(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
