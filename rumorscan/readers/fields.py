"""Field maps: which columns of a file hold which canonical fields."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rumorscan.errors import DumpError
from rumorscan.readers.layouts import ALIASES, CANONICAL_LAYOUT, LAYOUTS, OTHER_LAYOUT, Layout
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

CANONICAL = tuple(
    name
    for name in (*CORE_FIELDS, *OPTIONAL_FIELDS)
    if name not in ("precision", "source_file", "source_row")
)
"""The fields that a dump may carry."""
REQUIRED = ("account_id", "text")


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The columns of one file that hold canonical fields.

    Attributes:
        layout: the row of `LAYOUTS` that fits.
        columns: canonical field to column; dots go into objects.
        account: what the account is where no column holds it; empty otherwise.
        unread: columns that no field is read from.
    """

    layout: Layout
    columns: dict[str, str]
    account: str = ""
    unread: tuple[str, ...] = ()


def map_fields(
    names: Iterable[str],
    *,
    where: str,
    stem: str = "",
    layout: Layout | None = None,
    override: Mapping[str, str] | None = None,
) -> FieldMap:
    """Return which of the named columns hold which canonical fields.

    Args:
        names: columns of the file; objects within rows by their dotted paths.
        where: the file, for messages.
        stem: the file's name without its ending, for layouts whose account it is.
        layout: taken instead of the one that fits.
        override: canonical field to column, as `--map` gives it.

    Raises:
        DumpError: an override names what is not there, or no column holds text or account.

    Example:
        >>> map_fields(["id", "正文", "用户昵称"], where="a.csv").columns
        {'post_id': 'id', 'account_id': '用户昵称', 'text': '正文', 'account_name': '用户昵称'}
        >>> map_fields(["id", "uid", "说说"], where="a.csv")
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: a.csv: no column holds 'text'; found ...
    """
    found = {name.strip("\ufeff \t"): name for name in reversed(list(names))}
    if layout is None:
        layout = next(
            (row for row in LAYOUTS if all(mark in found for mark in row.marks)), OTHER_LAYOUT
        )
    override = dict(override or {})
    _check_override(override, found, where)
    columns: dict[str, str] = {}
    for field_name in CANONICAL:
        candidates = layout.columns.get(field_name, ALIASES[field_name])
        if layout is CANONICAL_LAYOUT:
            candidates = (field_name,)
        if layout.account_is_file and field_name == "account_id":
            candidates = ("account_id", "user_id")
        if field_name in override:
            candidates = (override[field_name],)
        hit = next((found[name] for name in candidates if name in found), None)
        if hit is not None:
            columns[field_name] = hit
    account = stem if layout.account_is_file and "account_id" not in columns else ""
    for field_name in REQUIRED:
        if field_name not in columns and not (field_name == "account_id" and account):
            raise DumpError(
                f"{where}: no column holds '{field_name}'; found {_listed(found.values())}; "
                f"name it with --map {field_name}=COLUMN"
            )
    taken = {part for column in columns.values() for part in (column, column.split(".")[0])}
    unread = tuple(
        name for name in reversed(found.values()) if name not in taken and "." not in name
    )
    return FieldMap(layout, columns, account, unread)


def _check_override(override: Mapping[str, str], found: Mapping[str, str], where: str) -> None:
    for field_name, column in override.items():
        if field_name not in CANONICAL:
            nearest = difflib.get_close_matches(field_name, CANONICAL, n=1, cutoff=0.0)[0]
            raise DumpError(
                f"--map {field_name}={column}: '{field_name}' is no field; "
                f"did you mean '{nearest}'?"
            )
        if column not in found:
            raise DumpError(
                f"{where}: --map {field_name}={column}: no column is named '{column}'; "
                f"found {_listed(found.values())}"
            )


def _listed(names: Iterable[str]) -> str:
    shown = [f"'{name if len(name) <= 60 else name[:60] + '…'}'" for name in reversed(list(names))]
    more = f" and {len(shown) - 40} more" if len(shown) > 40 else ""
    return ", ".join(shown[:40]) + more if shown else "no column at all"
