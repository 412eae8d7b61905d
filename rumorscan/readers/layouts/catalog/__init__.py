"""The catalog of formats: how crawlers, archives and people write posts.

A format is a row of a table; a new one is a new row, here or in a distribution that has the
entry point `rumorscan.layouts`.
"""

from __future__ import annotations

from rumorscan.readers.layouts.catalog.archives import ARCHIVES
from rumorscan.readers.layouts.catalog.forums import FORUMS
from rumorscan.readers.layouts.catalog.mediacrawler import MEDIACRAWLER
from rumorscan.readers.layouts.catalog.openings import OPENINGS
from rumorscan.readers.layouts.catalog.sets import SETS
from rumorscan.readers.layouts.catalog.weibo import WEIBO
from rumorscan.readers.layouts.shapes import Layout

__all__ = ["CANONICAL_LAYOUT", "LAYOUTS", "OPENINGS", "OTHER_LAYOUT"]

_CRAWLED = ("crawled_at", "crawl_time", "采集时间", "抓取时间", "爬取时间")

CANONICAL_LAYOUT = Layout("canonical", ("account_id", "text"), crawled=_CRAWLED)
OTHER_LAYOUT = Layout("other", (), crawled=_CRAWLED)

LAYOUTS: tuple[Layout, ...] = (
    CANONICAL_LAYOUT,
    *WEIBO,
    *MEDIACRAWLER,
    *FORUMS,
    *ARCHIVES,
    *SETS,
)
"""Layouts in the order in which they are tried; the first whose marks are all there is taken."""
