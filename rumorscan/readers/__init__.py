"""Dumps to columns: containers, encodings, formats, field maps, times, and the rows set aside."""

from __future__ import annotations

from rumorscan.readers.inspection import Inspection, inspect
from rumorscan.readers.posts import InputReport, Posts
from rumorscan.readers.reading import read_posts

__all__ = ["InputReport", "Inspection", "Posts", "inspect", "read_posts"]
