"""The one way in which a loop over arrays is compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import IndexDataCacheFile

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a loop over NumPy arrays to machine code at its first call.

    The result is cached on disk beside the module (or in the user's cache folder where that
    is read-only), and it releases the interpreter lock, so that threads can share the work.
    """
    try:
        loop = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to write: the code is made anew in each process
        return cast(F, njit(nogil=True)(function))
    if hasattr(loop, "_cache"):  # absent where NUMBA_DISABLE_JIT is set
        _stamp(loop)
    return cast(F, loop)


def _stamp(loop: Any) -> None:
    """Let the cached code depend on all of our sources.

    Numba looks at the file of the function only; a loop in another module that it calls is
    compiled into it, so after an upgrade the old code of that one would be served.
    """
    cache = loop._cache
    stamped = IndexDataCacheFile(
        cache_path=cache.cache_path,
        filename_base=cache._impl.filename_base,
        source_stamp=_source_digest(),
    )
    cache._cache_file = stamped


@lru_cache(maxsize=1)
def _source_digest() -> str:
    """Return a digest over the sources of every loop in the package."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        source = path.read_bytes()
        if b"@compiled" in source:
            digest.update(source)
    return digest.hexdigest()
