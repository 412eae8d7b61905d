"""Which encoding bytes are in.

The ladder: a byte order mark; zeros where UTF-16 and UTF-32 have them; strict UTF-8; then
GB18030, Big5 and UTF-16 by how common the characters are; a few characters that are all of the
first level of GB2312 or Big5; at last UTF-8 with a loss.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ROLES = bytes(
    76 if 0xE3 <= byte <= 0xE9 or byte == 0xEF else 67 if 0x80 <= byte <= 0xBF else byte & 0x1F
    for byte in range(256)
)
_UTF8_PAIR = b"LCCLCC"
"""Two Chinese characters or signs of UTF-8 side by side: a leading byte, two that continue."""
_WIDE_MALUS = 0.25
"""Any bytes are UTF-16; so they must be far more common characters than in anything else."""
COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运，。！？：、“”的個們來這為國說時會對過後發經麼學現當沒動還進樣開從實軍無與長機業將兩間問並戰頭體應話產號點關"
)
"""The most frequent characters and signs of both scripts."""
_IS_COMMON = np.isin(np.arange(1 << 16), [ord(character) for character in COMMON])
_FIRST_LEVEL = (
    ("gb18030", re.compile(rb"(?:[\0-\x7f]|[\xa1-\xa3\xb0-\xd7][\xa1-\xfe])+")),
    ("big5", re.compile(rb"(?:[\0-\x7f]|[\xa1-\xc6][\x40-\x7e\xa1-\xfe])+")),
)
"""Texts of characters that every school teaches; those of Western tables do not look so."""
_LAST_OF_ASCII, _LOST, _LAST_IN_USE = 0x7F, 0xFFFD, 0x3FFFF
_SURROGATES = 0xD800 >> 11
_CHINESE = 0x3000, 0xA000
_WINDOW = 16
"""Characters that are looked at together: a lost byte puts those after it out of step."""
_WELL_FORMED = 0.75
_START_BONUS = 0.02


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are read.

    Attributes:
        name: a codec's name; `utf-8-sig` for UTF-8 with a byte order mark.
        why: what it was told by.
        mark: bytes of the byte order mark.
    """

    name: str
    why: str
    mark: int = 0

    @property
    def codec(self) -> str:
        """The codec for what follows the byte order mark."""
        return "utf-8" if self.name == "utf-8-sig" else self.name


def guess_encoding(sample: bytes) -> Encoding:
    """Return the encoding of a file by its beginning, which may be cut in mid-character.

    Example:
        >>> guess_encoding("城东水厂停水三天".encode("gb18030")[:-1]).name
        'gb18030'
        >>> guess_encoding("城东水厂停水三天".encode()[:-1]).name
        'utf-8'
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, "its byte order mark", len(mark))
    if wide := _zeros_tell(sample[:4_000], sample):
        return wide
    if _decodes(sample, "utf-8"):
        return Encoding("utf-8", "every byte fits" if not sample.isascii() else "plain ASCII")
    broken, whole = _utf8_damage(sample)
    if whole > 4 * broken:
        return Encoding("utf-8", f"{whole} characters fit, {broken} bytes do not")
    common = {name: _commonness(sample, name) for name in ("gb18030", "big5")}
    common |= {name: _commonness(sample, name) - _WIDE_MALUS for name in ("utf-16-le", "utf-16-be")}
    best = max(common, key=lambda name: common[name])
    if common[best] > 0:
        return Encoding(best, "no UTF-8, and the characters are common ones in it")
    for name, ordinary in _FIRST_LEVEL:
        if ordinary.fullmatch(sample):
            return Encoding(name, "no UTF-8, and all characters are ordinary ones in it")
    return Encoding("utf-8", "nothing fits better; what does not fit is replaced")


def _zeros_tell(start: bytes, sample: bytes) -> Encoding | None:
    """Return UTF-16 or UTF-32 where zeros stand as those have them."""
    if b"\0" not in start:
        return None
    first = start[:256]  # a lost byte is hardly so near
    zeros = [first[place::4].count(0) for place in range(4)]
    quarter = len(first) // 4
    for name, high, low in (("utf-32-le", (2, 3), (0, 1)), ("utf-32-be", (0, 1), (2, 3))):
        if (
            quarter
            and all(zeros[place] >= 0.9 * quarter for place in high)
            and not all(zeros[place] >= 0.9 * quarter for place in low)
            and _decodes(first[: 4 * quarter], name)
        ):
            return Encoding(name, "zeros in two bytes of four")
    if names := [name for name in ("utf-32-le", "utf-32-be") if _is_well_formed(start, name)]:
        return Encoding(_best_of(names, sample), "nearly all of it is characters of four bytes")
    if _has_zeros_in_every_other(start):
        return Encoding(_best_of(["utf-16-le", "utf-16-be"], sample), "zeros in every other byte")
    return None


def _has_zeros_in_every_other(data: bytes) -> bool:
    """Whether zeros stand either in even or in odd places, as far as no byte is lost."""
    size = 4 * _WINDOW
    zeros = np.frombuffer(data.ljust(-(-len(data) // size) * size, b" "), np.uint8) == 0
    of_windows = np.sort(zeros.reshape(-1, size // 2, 2).sum(axis=1), axis=1).sum(axis=0)
    return bool(of_windows[1] > max(20 * of_windows[0], len(data) // 20))


def _is_well_formed(data: bytes, name: str) -> bool:
    """Whether nearly all of some bytes is characters of UTF-32, in step or out of it.

    Behind a lost byte they are out of step. Of any four bytes one in 16,000 is a character.
    """
    count = (len(data) - 3) // (4 * _WINDOW) * _WINDOW
    # of characters that are used two bytes of four are zeros
    if count <= 0 or 3 * data.count(0) < len(data):
        return False
    kind = "<u4" if name.endswith("le") else ">u4"
    shares = []
    for phase in range(4):
        codes = np.frombuffer(data, kind, count, phase)
        fits = (codes >= ord(" ")) & (codes <= _LAST_IN_USE) & (codes >> 11 != _SURROGATES)
        fits |= (codes == ord("\n")) | (codes == ord("\t")) | (codes == ord("\r"))
        shares.append(fits.reshape(-1, _WINDOW).mean(axis=1))
    return float(np.max(shares, axis=0).mean()) > _WELL_FORMED


def _best_of(names: list[str], sample: bytes) -> str:
    """Return the first of those encodings in which most characters are plain or common ones."""
    return max(names, key=lambda name: _plainness(sample, name))


def _plainness(data: bytes, name: str) -> float:
    """Share of ASCII and of common characters, less what cannot be decoded.

    Other Chinese characters count half: a third of the characters read in the wrong order of their
    bytes are such. Where nothing else decides, as in ASCII out of step, the first characters do.
    """
    codes = _codes_of(data, name)
    plain = (codes >= ord(" ")) & (codes < _LAST_OF_ASCII) | (codes == ord("\n"))
    plain |= _IS_COMMON[np.minimum(codes, len(_IS_COMMON) - 1)]
    chinese = (codes >= _CHINESE[0]) & (codes < _CHINESE[1])
    found = np.count_nonzero(plain) + np.count_nonzero(plain | chinese)
    share = (found / 2 - 5 * np.count_nonzero(codes == _LOST)) / max(len(codes), 1)
    return float(share + _START_BONUS * np.count_nonzero(plain[:4]))


def is_hidden_utf8(line: bytes, codec: str) -> bool:
    """Return whether a line of a file in GB18030 or Big5 is UTF-8 nevertheless.

    UTF-8 often fits GB18030 by accident, as other characters; the reverse hardly happens.

    Example:
        >>> is_hidden_utf8("停水".encode(), "gb18030")
        True
        >>> is_hidden_utf8("停水".encode("gb18030"), "gb18030")
        False
    """
    return (
        is_utf8(line)
        and not line.isascii()
        and _UTF8_PAIR in line.translate(_ROLES)
        and (not _decodes(line, codec) or _commonness(line, "utf-8") >= _commonness(line, codec))
    )


def hides_utf8(data: bytes, codec: str) -> bool:
    r"""Return whether some line of a block in GB18030 or Big5 is UTF-8 nevertheless.

    Example:
        >>> hides_utf8("城东\n".encode("gb18030") + "停水".encode(), "gb18030")
        True
    """
    roles = data.translate(_ROLES)
    place = 0
    while (hit := roles.find(_UTF8_PAIR, place)) >= 0:
        start = data.rfind(b"\n", 0, hit) + 1
        place = data.find(b"\n", hit) % (len(data) + 1)
        if is_hidden_utf8(data[start:place], codec):
            return True
    return False


def _decodes(data: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_damage(data: bytes) -> tuple[int, int]:
    """Count the bytes that break UTF-8 and the characters beyond ASCII that are whole."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken, len(text) - len(text.encode("ascii", "ignore")) - broken


def _commonness(data: bytes, name: str) -> float:
    """Share of common ones among the characters beyond ASCII, less what cannot be decoded."""
    codes = _codes_of(data, name)
    wide = np.count_nonzero(codes > _LAST_OF_ASCII)
    common = np.count_nonzero(_IS_COMMON[np.minimum(codes, len(_IS_COMMON) - 1)])
    return float((common - 5 * np.count_nonzero(codes == _LOST)) / wide) if wide else 0.0


def _codes_of(data: bytes, name: str) -> np.ndarray[Any, Any]:
    """Return the characters at the beginning of some bytes, U+FFFD for what cannot be decoded."""
    pieces = [data[:200_000]]
    if name.startswith(("utf-16", "utf-32")):  # line by line, to fall into step after a lost byte
        pieces = pieces[0].split("\n".encode(name))
    # in the wrong order of bytes every line ends in mid-character; so may the last one, being cut
    *whole, last = pieces
    text = "".join(piece.decode(name, "replace") for piece in whole)
    text += codecs.getincrementaldecoder(name)("replace").decode(last)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are strict UTF-8; faster than decoding them.

    Example:
        >>> is_utf8("城东".encode()), is_utf8("城东".encode("gb18030"))
        (True, False)
    """
    offsets = pa.py_buffer(len(data).to_bytes(4, "little").rjust(8, b"\0"))
    array = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
