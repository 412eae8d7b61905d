"""Accounts that mean something within their file only, told apart from those of other files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_MASKED = r"^\S?\*{2,}\S?$"
"""A shown name of which only the ends are left, such as `小***禾`: many people share it."""


def scope_accounts(accounts: pa.Array, file: str, *, local: bool) -> tuple[pa.Array, int]:
    """Return accounts with the file's name before those that hold nowhere else.

    Args:
        accounts: ids as text.
        file: the name of the input, its own among all that are read.
        local: whether all of them hold within the file only.

    Returns:
        The accounts, and how many are masked names.

    Example:
        >>> scoped, masked = scope_accounts(pa.array(["7", "小***禾"]), "a.csv", local=False)
        >>> scoped.to_pylist(), masked
        (['7', 'a.csv/小***禾'], 1)
        >>> scope_accounts(pa.array(["5f2b9c"]), "a.csv", local=True)[0].to_pylist()
        ['a.csv/5f2b9c']
    """
    masked = pc.fill_null(pc.match_substring_regex(accounts, _MASKED), False)
    count = pc.sum(masked).as_py() or 0
    if not (local or count):
        return accounts, 0
    scoped = pc.binary_join_element_wise(pa.scalar(file, pa.string()), accounts, "/")
    return (scoped if local else pc.if_else(masked, scoped, accounts)), count
