"""Layouts: what crawlers, archives and people call the fields of posts.

The words in which a distribution of others describes a format of its own are public here.
"""

from rumorscan.readers.layouts.shapes import Branch, Join, Layout

__all__ = ["Branch", "Join", "Layout"]
