"""Plain wording for people to compare: evasions undone, everything else as it was posted."""

from __future__ import annotations

from rumorscan.text.characters import COMPLEX, IGNORABLE, TABLE_SIZE, character_table


def plain_text(text: str) -> str:
    r"""Return the text without ignorable characters, simplified, full-width letters narrow.

    Unlike the fold key it keeps punctuation, links and case; normalizing twice is normalizing
    once.

    Example:
        >>> plain_text("城東\u200b水廠，停水３天！")
        '城东水厂，停水3天！'
    """
    table = character_table()
    pieces = []
    for character in text:
        code = ord(character)
        if code >= TABLE_SIZE:
            pieces.append(character)
        elif table.change[code] == IGNORABLE:
            continue
        elif table.change[code] and table.target[code] != COMPLEX:
            folded = chr(table.target[code])
            pieces.append(folded.upper() if character.isupper() else folded)
        else:
            pieces.append(character)
    return "".join(pieces)
