"""Words: the only room of jieba.

jieba brings the dictionary and the rule; `segment` applies them to many fold keys at once with
compiled loops.
"""

from __future__ import annotations

import sys
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rumorscan.text.caches import cache_home, private_folder
from rumorscan.text.lexicon import dictionary_version, load_lexicon
from rumorscan.text.words import cut_rows

if TYPE_CHECKING:
    from rumorscan.text.fold import Folded


def tokenize(text: str) -> list[str]:
    """Return the words of a text, in order and with nothing left out.

    Example:
        >>> tokenize("自来水厂停水3天！")
        ['自来水厂', '停水', '3', '天', '！']
    """
    words: list[str] = _tokenizer().lcut(text, HMM=False)
    return words


def segment(folded: Folded) -> npt.NDArray[np.uint8]:
    """Return where the words of fold keys begin: 1 at a word's first character, else 0.

    Args:
        folded: fold keys.

    Returns:
        uint8, aligned with `folded.codes`; the words are those of `tokenize`.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> segment(fold_texts(["自来水厂停水3天"])).tolist()
        [1, 0, 0, 0, 1, 0, 1, 1]
    """
    return cut_rows(folded.codes, folded.offsets, load_lexicon())


def _jieba() -> Any:
    """Import jieba without its warnings, its log lines and the slow pkg_resources."""
    if "jieba" in sys.modules:
        return sys.modules["jieba"]
    missing = object()
    before: Any = sys.modules.get("pkg_resources", missing)
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]  # then jieba opens its file itself
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
    finally:
        if before is missing:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = before
    jieba.setLogLevel("CRITICAL")
    return jieba


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    """Return a tokenizer of our own; other users of jieba in the process keep theirs."""
    tokenizer = _jieba().Tokenizer()
    folder = private_folder()
    # a folder that does not exist: jieba then fails to write, says nothing, and goes on
    tokenizer.tmp_dir = str(folder) if folder else str(cache_home() / "unwritable")
    tokenizer.cache_file = f"jieba-{dictionary_version()}.cache"
    tokenizer.initialize()
    return tokenizer
