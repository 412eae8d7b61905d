"""Which known rumors had been judged at a given time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rumorscan.errors import ClaimsError, SettingsError
from rumorscan.readers.values.moments import zone_of
from rumorscan.rumors.claim_files import Claim


def claims_known_at(claims: Sequence[Claim], as_of: str | None, tz: str) -> list[Claim]:
    """Return the claims that had been judged by then; those without a time had.

    A claim of which only the day is known counts from the end of that day.

    Args:
        claims: in any order, which is kept.
        as_of: ISO 8601, or None for all of them.
        tz: zone of times that carry none.

    Raises:
        SettingsError: `as_of` is no time.
        ClaimsError: a claim's `judged_at` is none.
        DumpError: no such zone is known.

    Example:
        >>> claims = [Claim("k1", "城东停水", judged_at="2026-03-04 07:00")]
        >>> [len(claims_known_at(claims, moment, "Asia/Shanghai"))
        ...  for moment in ("2026-03-04", "2026-03-04T00:00Z", None)]
        [0, 1, 1]
    """
    if as_of is None:
        return list(claims)
    zone = zone_of(tz)
    limit = _moment(as_of, zone)
    if limit is None:
        raise SettingsError(f"as_of is '{as_of}'; expected ISO 8601 such as '2026-03-02T09:00Z'")
    known = []
    for claim in claims:
        judged_at = _end_of_day(claim.judged_at, zone) or _moment(claim.judged_at, zone)
        if claim.judged_at and judged_at is None:
            raise ClaimsError(
                f"claim '{claim.claim_id}': 'judged_at' is '{claim.judged_at}'; "
                "expected ISO 8601 such as '2026-03-02'"
            )
        if judged_at is None or judged_at <= limit:
            known.append(claim)
    return known


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _end_of_day(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the last moment of a day, or None where the text tells more than a day."""
    try:
        return datetime.combine(date.fromisoformat(text), time.max, zone)
    except ValueError:
        return None
