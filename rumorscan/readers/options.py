"""How dumps are read, checked before the first of them is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from rumorscan.errors import DumpError
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.formats import Wanted, wanted_format
from rumorscan.readers.intake.door import Door
from rumorscan.readers.values.moments import DEFAULT_ZONE, zone_of
from rumorscan.readers.values.recency import crawl_time


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read: what `read_posts` is asked for, checked."""

    wanted: Wanted = field(default_factory=Wanted)
    mapping: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    crawled_at: int | None = None
    strict: bool = False
    batch_rows: int = 65_536
    maximum_text_characters: int = 100_000
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def asked(
        cls, form: str, mapping: Mapping[str, str] | None, tz: str, crawled_at: str, **rest: Any
    ) -> ReadOptions:
        """Return the options that such words stand for.

        Raises:
            DumpError: a format or a zone is not known, or the time of the crawl is no time.
        """
        zone = zone_of(tz) if tz else None
        crawled = crawl_time(crawled_at, zone or zone_of(DEFAULT_ZONE)) if crawled_at else None
        if crawled_at and crawled is None:
            raise DumpError(
                f"crawled_at is '{crawled_at}'; expected ISO 8601 such as '2026-03-02T09:00+08:00'"
            )
        return cls(wanted_format(form), dict(mapping or {}), zone, crawled, **rest)

    def door(self, given: object, names: pa.Array, index: int) -> Door:
        """Return what the rows of one of the inputs must satisfy."""
        return Door(
            str(given),
            names,
            index,
            self.zone,
            self.maximum_text_characters,
            self.strict,
            self.crawled_at,
        )
