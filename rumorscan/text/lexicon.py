"""The dictionary: jieba's own file, read without jieba, and kept as arrays in a private cache.

The cache lies in a folder that only the user can read: jieba's own habit of a file with a fixed
name in the shared temporary folder lets others plant a dictionary.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import zipfile
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np

from rumorscan.text.words import Lexicon, WordList, build_lexicon, is_sound, parse_dictionary

CACHE_VARIABLE = "RUMORSCAN_CACHE"
"""Environment variable that names another folder for the caches."""

_LAYOUT = 3  # raise it when the arrays of a cached lexicon change their meaning


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Return jieba's dictionary as arrays, from the private cache where it is there.

    Example:
        >>> load_lexicon().levels.dtype
        dtype('float64')
    """
    folder = private_folder()
    path = folder / f"lexicon-{dictionary_version()}-{_LAYOUT}.npz" if folder else None
    lexicon = _read_lexicon(path) if path else None
    if lexicon is None:
        lexicon = build_lexicon(read_dictionary())
        if path:
            _write_lexicon(path, lexicon)
    return lexicon


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


def private_folder() -> Path | None:
    """Return the user's own cache folder, made where it is missing.

    Returns:
        A folder that nobody else can write to or read; None where there can be none, and then
        nothing is cached.

    Example:
        >>> folder = private_folder()
        >>> folder is None or folder.is_dir()
        True
    """
    folder = cache_home()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid"):
            status = folder.stat()
            if status.st_uid != os.getuid():
                return None
            if status.st_mode & 0o077:
                folder.chmod(0o700)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def cache_home() -> Path:
    """Return where the caches belong; whether the folder exists or is safe is not asked.

    Example:
        >>> cache_home().is_absolute() or CACHE_VARIABLE in os.environ
        True
    """
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        home = Path(local) if local else Path.home() / "AppData" / "Local"
        return home / "rumorscan" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rumorscan"
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "rumorscan"


def _read_lexicon(path: Path) -> Lexicon | None:
    """Return a cached lexicon, or None where there is none that can be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            lexicon = Lexicon(
                arrays["first"], arrays["entries"], arrays["levels"], float(arrays["unknown"])
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
    return lexicon if is_sound(lexicon) else None


def _write_lexicon(path: Path, lexicon: Lexicon) -> None:
    """Write the cache so that a reader sees all of it or nothing; failing is no harm."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                first=lexicon.first,
                entries=lexicon.entries,
                levels=lexicon.levels,
                unknown=np.float64(lexicon.unknown),
            )
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
