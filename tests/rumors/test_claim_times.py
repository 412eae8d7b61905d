"""Which known rumors had been judged at a given time."""

import pytest

from rumorscan.errors import DumpError, SettingsError
from rumorscan.rumors.claim_times import claims_known_at
from rumorscan.rumors.claims import Claim


def known(judged_at: str, as_of: str, tz: str = "Asia/Shanghai") -> bool:
    return bool(claims_known_at([Claim("k1", "城东停水", judged_at=judged_at)], as_of, tz))


@pytest.mark.parametrize("judged_at", ["2026-03-04", "20260304", "9999-12-31"])
def test_a_claim_judged_on_a_day_is_not_known_before_its_end(judged_at: str) -> None:
    assert not known(judged_at, "2026-03-04T00:00+08:00")
    assert not known(judged_at, "2026-03-04T23:59:59+08:00")
    assert known(judged_at, "2026-03-05T00:00+08:00") is (judged_at != "9999-12-31")


def test_the_end_of_a_day_is_that_of_the_zone() -> None:
    assert known("2026-03-04", "2026-03-04T16:00Z")
    assert not known("2026-03-04", "2026-03-04T16:00Z", "UTC")


def test_a_claim_judged_at_an_hour_is_known_from_then_on() -> None:
    assert known("2026-03-04T00:00", "2026-03-04T00:00+08:00")
    assert known("", "1999-01-01")


def test_a_zone_that_is_not_known_is_an_error_of_one_line() -> None:
    with pytest.raises(DumpError, match="time zone 'Asia/Peking' is not known"):
        known("2026-03-04", "2026-03-04", "Asia/Peking")


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(SettingsError, match="as_of is '昨天'"):
        known("2026-03-04", "昨天")
