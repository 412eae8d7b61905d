"""Finding a layout: by its name, by the columns of a file, among those of other distributions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from rumorscan.errors import DumpError
from rumorscan.readers.layouts.aliases import ALIASES
from rumorscan.readers.layouts.catalog import CANONICAL_LAYOUT, LAYOUTS, OTHER_LAYOUT
from rumorscan.readers.layouts.shapes import Branch, Join, Layout

__all__ = [
    "ALIASES",
    "CANONICAL_LAYOUT",
    "ENTRY_POINTS",
    "LAYOUTS",
    "OTHER_LAYOUT",
    "Branch",
    "Join",
    "Layout",
    "extensions",
    "known_layouts",
    "layout_named",
    "layout_of",
]

ENTRY_POINTS = "rumorscan.layouts"
"""Entry points of this group name a `Layout`, or something that holds several."""


def known_layouts() -> tuple[Layout, ...]:
    """Return all layouts in the order in which they are tried: those of other distributions first.

    Raises:
        DumpError: an entry point cannot be loaded, names no layout, or takes a name that is taken.

    Example:
        >>> [layout.name for layout in known_layouts()][-1]
        'labeled-posts'
    """
    return (*extensions(), *LAYOUTS)


def layout_named(name: str) -> Layout | None:
    """Return the layout of that name, or None.

    Example:
        >>> layout_named("weibo-search").constants["platform"]
        'weibo'
    """
    every = (*known_layouts(), OTHER_LAYOUT)
    return next((layout for layout in every if layout.name == name), None)


def layout_of(names: Mapping[str, object] | set[str], table: str = "") -> Layout:
    """Return the layout that columns of these names give away; `other` where none does.

    Args:
        names: the columns; objects within rows by their dotted paths.
        table: the table or sheet that has them, if there are several.

    Example:
        >>> layout_of({"id", "bid", "正文", "日期"}).name, layout_of({"id", "说说"}).name
        ('weibo-crawler', 'other')
    """
    return next((row for row in known_layouts() if row.fits(names, table)), OTHER_LAYOUT)


@cache
def extensions() -> tuple[Layout, ...]:
    """Return the layouts that other distributions bring, in the order of their entry points.

    Raises:
        DumpError: as `known_layouts`.

    Example:
        >>> extensions()
        ()
    """
    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value))
    layouts = tuple(layout for point in found for layout in _loaded(point))
    taken = {layout.name for layout in (*LAYOUTS, OTHER_LAYOUT)}
    for layout in layouts:
        if layout.name in taken:
            raise DumpError(
                f"entry point '{ENTRY_POINTS}': the layout name '{layout.name}' is taken; "
                "give the layout another name, or uninstall the distribution"
            )
        taken.add(layout.name)
    return layouts


def _loaded(point: EntryPoint) -> Iterator[Layout]:
    source = f"entry point '{point.name} = {point.value}' of {ENTRY_POINTS}"
    try:
        value: Any = point.load()
    except Exception as error:
        raise DumpError(
            f"{source} cannot be loaded: {error}; mend or uninstall the distribution"
        ) from error
    for layout in value if isinstance(value, Iterable) else (value,):
        if not isinstance(layout, Layout):
            raise DumpError(
                f"{source} gives a {type(layout).__name__}; "
                "expected a rumorscan.readers.layouts.finding.Layout, or several"
            )
        yield layout
