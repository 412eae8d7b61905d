"""Write the table of toneless syllables, rumorscan/text/syllables.tsv, from Unicode's Unihan.

    apt-get download unicode-data && dpkg -x unicode-data_*.deb unpacked
    python scripts/make_pinyin_table.py unpacked/usr/share/unicode/Unihan_Readings.txt.bz2

Source: Unihan_Readings.txt of the Unicode Character Database (Unicode License V3, see NOTICE).
A character's reading is the first of kMandarin, the customary one; kHanyuPinlu tells how often a
character is read aloud and gives the order within a syllable. The two name the same syllable for
all but six of 3,800 characters; a few readings are corrected below. Characters that simplify to
another one are kept, so that raw text can be looked up as well.
"""

from __future__ import annotations

import argparse
import bz2
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "rumorscan" / "text" / "syllables.tsv"
HAN = range(0x4E00, 0xA000)
# the particle's reading of the first outnumbers the noun's, but no evasion turns on the particle
CORRECTIONS = {"地": "di", "谁": "shui", "誰": "shui", "佛": "fo", "咳": "ke", "〇": "ling"}
HEADER = """\
# Toneless pinyin of single characters: a syllable (v for ü), a tab, its characters.
# Derived by scripts/make_pinyin_table.py from Unihan_Readings.txt, Unicode {version},
# Copyright 1991-2022 Unicode, Inc.; modified; Unicode License V3 (SPDX: Unicode-3.0), see NOTICE.
"""
_LINE = re.compile(r"U\+([0-9A-F]+)\t(kHanyuPinlu|kMandarin)\t(.+)")
_COUNT = re.compile(r"\((\d+)\)")


def make_table(source: Path) -> str:
    """Return the table as text; the most frequent character of a syllable stands first."""
    content = bz2.decompress(source.read_bytes()).decode("utf-8")
    readings: dict[str, str] = {}
    weights: Counter[str] = Counter()
    for code, field, value in _LINE.findall(content):
        character = chr(int(code, 16))
        if ord(character) not in HAN:
            continue
        if field == "kHanyuPinlu":
            weights[character] = sum(map(int, _COUNT.findall(value)))
        else:
            readings[character] = toneless(value.split()[0])
    readings |= CORRECTIONS
    lines: dict[str, list[str]] = defaultdict(list)
    for character, syllable in readings.items():
        lines[syllable].append(character)
    found = re.search(r"Unicode version: (\S+)", content)
    head = HEADER.format(version=found[1] if found else "")
    for syllable in sorted(lines):
        order = sorted(lines[syllable], key=lambda one: (-weights[one], one))
        head += f"{syllable}\t{''.join(order)}\n"
    return head


def toneless(reading: str) -> str:
    """Return a syllable in plain letters, v for ü."""
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isalpha() and letter.isascii())


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the table of toneless syllables.")
    parser.add_argument("readings", type=Path, help="Unihan_Readings.txt.bz2")
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    options.out.write_text(make_table(options.readings), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
