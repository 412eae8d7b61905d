"""Dumps to columns: containers, encodings, formats, field maps, times, and the rows set aside.

The names are loaded when they are first used, so that looking for files needs no Arrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rumorscan.readers.dumps import read_posts
    from rumorscan.readers.inspection import Inspection, inspect
    from rumorscan.readers.posts import InputReport, Posts

__all__ = ["InputReport", "Inspection", "Posts", "inspect", "read_posts"]
_HOMES = {
    "InputReport": "posts",
    "Inspection": "inspection",
    "Posts": "posts",
    "inspect": "inspection",
    "read_posts": "dumps",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
