"""The dictionary: jieba's own file, read without jieba, and kept as arrays in a private cache."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from rumorscan.text.caches import load_cached
from rumorscan.text.words import Lexicon, WordList, build_lexicon, is_sound, parse_dictionary

_LAYOUT = 3  # raise it when the arrays of a cached lexicon change their meaning


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Return jieba's dictionary as arrays, from the private cache where it is there.

    Example:
        >>> load_lexicon().levels.dtype
        dtype('float64')
    """
    return load_cached(
        f"lexicon-{dictionary_version()}-{_LAYOUT}",
        Lexicon,
        lambda: build_lexicon(read_dictionary()),
        is_sound,
    )


@lru_cache(maxsize=1)
def dictionary_version() -> str:
    """Return jieba's version and the first digits of its dictionary's SHA-256.

    Example:
        >>> dictionary_version().split("-")[0].count(".")
        2
    """
    digest = sha256(dictionary_path().read_bytes()).hexdigest()
    return f"{version('jieba')}-{digest[:16]}"


def read_dictionary() -> WordList:
    """Return jieba's words with their frequencies.

    What `jieba.Tokenizer.gen_pfdict` reads, without the beginnings of words that it adds.

    Example:
        >>> words = read_dictionary()
        >>> len(words.counts) > 300_000, int(words.counts.min()) > 0
        (True, True)
    """
    return parse_dictionary(dictionary_path().read_text(encoding="utf-8"))


def dictionary_path() -> Path:
    """Return where jieba's dictionary lies, without importing jieba.

    Example:
        >>> dictionary_path().name
        'dict.txt'
    """
    found = importlib.util.find_spec("jieba")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed", name="jieba")
    return Path(found.submodule_search_locations[0], "dict.txt")
