"""The one way in which a loop over arrays is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a loop over NumPy arrays to machine code at its first call.

    The result is cached on disk beside the module (or in the user's cache folder where that
    is read-only), and it releases the interpreter lock, so that threads can share the work.
    """
    return cast(F, njit(cache=True, nogil=True)(function))
