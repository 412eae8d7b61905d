"""The characters that an encoder knows, and the tokenizer that numbers them.

A token is a character, so that a word that was split or respelled loses one token and not the
whole sentence. The tokenizer is a plain `tokenizer.json`: the same file serves training, ONNX
scoring and `transformers.AutoTokenizer`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rumorscan.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING, UNKNOWN, FIRST, LAST, MASK = range(5)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""The tokens that are no character, in the order of their numbers."""

SPECIAL_NAMES = dict(
    zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True)
)
"""The same as transformers names them."""

SIZE = 6_400
"""Characters and special tokens: all that occur a dozen times among 70 million, rounded up."""

_ALWAYS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CODES = 0x110000


def count_characters(parts: Iterable[npt.NDArray[np.uint32]]) -> npt.NDArray[np.int64]:
    """Return how often each code point occurs, shape (0x110000,).

    Example:
        >>> counts = count_characters([np.array([0x6C34, 0x6C34], dtype=np.uint32)])
        >>> int(counts[ord("水")])
        2
    """
    counts = np.zeros(_CODES, dtype=np.int64)
    for codes in parts:
        counts += np.bincount(codes, minlength=_CODES)
    return counts


def choose_characters(counts: npt.NDArray[np.int64], size: int = SIZE) -> list[str]:
    """Return the characters of a vocabulary of that size, digits and letters first.

    The rest stand by falling frequency, equal ones by code point. What normalization changes or
    removes is passed over: the tokenizer never meets it.

    Args:
        counts: occurrences of each code point.
        size: how many tokens there shall be at most, special ones included.

    Example:
        >>> counts = np.zeros(0x110000, dtype=np.int64)
        >>> counts[[ord("停"), ord("水"), ord("Ａ")]] = 2, 3, 9
        >>> choose_characters(counts)[-2:]
        ['水', '停']
    """
    room = size - len(SPECIAL) - len(_ALWAYS)
    order = np.argsort(-counts, kind="stable")
    found = (chr(code) for code in order[: 2 * size].tolist() if counts[code] > 0)
    known = set(_ALWAYS)
    others = [one for one in found if one not in known and is_plain(one)]
    return [*_ALWAYS, *others[: max(0, room)]]


def is_plain(character: str) -> bool:
    """Return whether a character is one token: visible, and what normalization leaves as it is.

    Example:
        >>> [is_plain(one) for one in ("水", "A", " ", "😭")]
        [True, False, False, True]
    """
    return (
        unicodedata.normalize("NFKC", character).lower() == character
        and not character.isspace()
        and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn")
    )


def make_tokenizer(characters: Sequence[str]) -> Tokenizer:
    """Return the tokenizer of a list of characters.

    Example:
        >>> make_tokenizer(["水", "停"]).encode("停 水，").tokens
        ['[CLS]', '停', '水', '[UNK]', '[SEP]']
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    numbers = {token: number for number, token in enumerate([*SPECIAL, *characters])}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token=SPECIAL[UNKNOWN]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("."), "isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(SPECIAL[FIRST], FIRST), (SPECIAL[LAST], LAST)],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def read_characters(folder: str | Path) -> tuple[str, ...]:
    """Return the characters of an encoder's folder, in the order of their numbers.

    Raises:
        ModelError: the folder has no tokenizer, or one of another kind than `make_tokenizer`'s.
    """
    path = Path(folder) / "tokenizer.json"
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
        tokens = tuple(sorted(numbers, key=numbers.__getitem__))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read; expected an encoder's folder") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: is no tokenizer of ours: {error}") from error
    if tokens[: len(SPECIAL)] != SPECIAL or any(len(one) != 1 for one in tokens[len(SPECIAL) :]):
        raise ModelError(f"{path}: is no tokenizer of ours; one character must be one token")
    return tokens[len(SPECIAL) :]


def number_table(characters: Sequence[str]) -> npt.NDArray[np.uint16]:
    """Return the token of each code point, shape (0x110000,); what is not listed is unknown.

    Example:
        >>> number_table(["水"])[[ord("水"), ord("火")]].tolist()
        [5, 1]
    """
    table = np.full(_CODES, UNKNOWN, dtype=np.uint16)
    table[[ord(one) for one in characters]] = np.arange(
        len(SPECIAL), len(SPECIAL) + len(characters), dtype=np.uint16
    )
    return table


def plain_codes(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text as the tokenizer reads it: normalized, without spaces.

    Example:
        >>> [chr(code) for code in plain_codes("ＡＢ 停水！")]
        ['a', 'b', '停', '水', '!']
    """
    kept = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return np.frombuffer(kept.encode("utf-32-le", "ignore"), dtype=np.uint32)
