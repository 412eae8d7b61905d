from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers.values.days import DAY_NUMBERS
from rumorscan.readers.values.moments import (
    CHINA_TIME,
    EARLIEST,
    LATEST,
    parse_time,
    zone_of,
)
from rumorscan.readers.values.times import MISSING, parse_times
from rumorscan.readers.values.zones import to_utc
from rumorscan.records import Precision

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = st.sampled_from(
    ["Asia/Shanghai", "UTC", "America/New_York", "Asia/Urumqi", "Europe/London"]
)
SECONDS = st.integers(EARLIEST + 2 * 86_400, LATEST - 2 * 86_400)
NINE = 1_772_414_047  # 2026-03-02 09:14:07 +08:00


@pytest.mark.parametrize(
    "digits",
    ["20260302", "202603020914", "20260302091407", "20261302", "1772414047", str(NINE * 10**9)],
)
@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("UTC")])
def test_a_number_means_what_its_digits_mean_as_text(digits, zone):
    number = int(digits)
    expected = parse_time(digits, zone)
    kinds = (number, float(number), Decimal(number), np.int64(number).item())
    assert {parse_time(kind, zone) for kind in kinds} == {expected}
    for values in (
        [digits, "-"],
        [number, NINE, None],
        [number, "-"],
        [float(number), None],
        pa.array([number, NINE], pa.uint64()),
        pa.array([Decimal(number), None], pa.decimal128(20, 0)),
    ):
        times = parse_times(values, zone)
        assert times.bad[0] == expected.bad
        assert times.seconds[0] == (MISSING if expected.bad else expected.seconds)
        assert times.precision[0] == expected.precision
        assert times.assumed == expected.assumed


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("2026-03-02t01:14:07z", "09:14:07"),
        ("2026/3/2 下午 2:30:05", "14:30:05"),
        ("2026年3月2日 下午2:30", "14:30:00"),
        ("2026年3月2日 上午 12:05", "00:05:00"),
        ("2026年3月2日 下午12:05", "12:05:00"),
        ("2026-03-02 2:30:00 PM", "14:30:00"),
        ("2026-03-02 09时14分07秒", "09:14:07"),
        ("2026-03-02 09时14分", "09:14:00"),
        ("2026-03-01 24:00:00", "00:00:00"),
    ],
)
def test_clocks_of_twelve_hours_and_in_words_are_read(written, clock):
    for times in (parse_times([written, "-"], SHANGHAI), parse_times([written] * 3, SHANGHAI)):
        found = times.to_arrow()[0].as_py().astimezone(SHANGHAI)
        assert f"{found:%Y-%m-%d %H:%M:%S}" == f"2026-03-02 {clock}"


@pytest.mark.parametrize(
    "written",
    ["2026-03-02 上午 13:00", "2026-03-02 24:00:01", "2026-03-02 24:01", "2026-03-02 25:00"],
)
def test_a_clock_that_cannot_be_is_bad(written):
    assert parse_time(written, SHANGHAI).bad


@pytest.mark.parametrize(
    "start", ["2026-03-02", "2026年3月2日", "2026-03-02 9:14", "2026-03-02 上午", "停", "来自"]
)
def test_a_time_that_does_not_end_takes_no_time_without_end(start):
    assert parse_time(f"{start}{' ' * 300_000}水", SHANGHAI).seconds is None


@pytest.mark.parametrize("value", [Decimal("1e999999"), Decimal("-Infinity"), Decimal("5")])
def test_a_decimal_that_is_no_time_is_bad(value):
    assert parse_time(value, SHANGHAI).bad
    assert parse_time(Decimal("NaN"), SHANGHAI).seconds is None


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_time_before_or_after_the_calendar_of_utc_is_bad(value):
    assert parse_time(value, SHANGHAI).bad
    assert parse_times([value, "2026-03-02"], SHANGHAI).bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "seconds", "precision"),
    [
        ("2026-03-02 09:14:07", NINE, Precision.SECOND),
        ("2026-03-02T09:14:07", NINE, Precision.SECOND),
        ("2026/03/02 09:14:07", NINE, Precision.SECOND),
        ("2026-03-02T09:14:07+08:00", NINE, Precision.SECOND),
        ("2026-03-02T09:14:07+0800", NINE, Precision.SECOND),
        ("2026-03-02T01:14:07Z", NINE, Precision.SECOND),
        ("2026-03-02T01:14:07.123Z", NINE, Precision.SECOND),
        ("2026-03-02 09:14:07.123", NINE, Precision.SECOND),
        ("2026-03-02 09:14:07.123456", NINE, Precision.SECOND),
        ("2026-03-01T20:14:07-05:00", NINE, Precision.SECOND),
        ("2026-03-02 09:14", NINE - 7, Precision.MINUTE),
        ("2026/3/2 9:14", NINE - 7, Precision.MINUTE),
        ("2026-03-02", NINE - 33_247, Precision.DAY),
        ("20260302", NINE - 33_247, Precision.DAY),
        ("2026年3月2日 09:14", NINE - 7, Precision.MINUTE),
        ("Mon Mar 02 09:14:07 +0800 2026", NINE, Precision.SECOND),
        ("Mon, 02 Mar 2026 01:14:07 GMT", NINE, Precision.SECOND),
        ("02 Mar 2026 01:14:07 GMT", NINE, Precision.SECOND),
        ("Mon Mar  2 09:14:07 2026", NINE, Precision.SECOND),
        ("Mon Mar 02 09:14:07 CST 2026", NINE, Precision.SECOND),
        ("Mon Mar 02 01:14:07 UTC 2026", NINE, Precision.SECOND),
        ("2026年3月2日 9时14分07秒", NINE, Precision.SECOND),
        ("2026-03-02 09:14 来自 网页版", NINE - 7, Precision.MINUTE),
        ("２０２６-03-02 09：14", NINE - 7, Precision.MINUTE),
        ("20260302T011407Z", NINE, Precision.SECOND),
        ("Mon Mar 02 09:14:07 GMT+08:00 2026", NINE, Precision.SECOND),
        ("Sun Mar 01 20:14:07 GMT-0500 2026", NINE, Precision.SECOND),
        ("Mon Mar 02 01:14:07 Z 2026", NINE, Precision.SECOND),
        ("Mon Mar 02 2026 09:14:07 GMT+0800 (中国标准时间)", NINE, Precision.SECOND),
        ("Mon, 02 Mar 2026 09:14:07 GMT+08:00", NINE, Precision.SECOND),
        ("2026-03-02 09:14:07 CST", NINE, Precision.SECOND),
        ("2026-03-02 09:14:07 UTC+8", NINE, Precision.SECOND),
        ("2026-061", NINE - 33_247, Precision.DAY),
        ("2026-061T09:14", NINE - 7, Precision.MINUTE),
        ("2026-061 09:14:07", NINE, Precision.SECOND),
        ("2026-061T011407.5Z", NINE, Precision.SECOND),
        ("2026-W10-1", NINE - 33_247, Precision.DAY),
        ("2026W101", NINE - 33_247, Precision.DAY),
        ("2026-W10-1T09:14:07+08:00", NINE, Precision.SECOND),
        ("2026W101T0914", NINE - 7, Precision.MINUTE),
        ("2026-03-02T09:14:07.123456789+08:00", NINE, Precision.SECOND),
        (NINE, NINE, Precision.SECOND),
        (str(NINE), NINE, Precision.SECOND),
        (NINE * 1_000 + 123, NINE, Precision.SECOND),
        (f"{NINE}123", NINE, Precision.SECOND),
        (NINE * 10**6, NINE, Precision.SECOND),
        (NINE * 10**9, NINE, Precision.SECOND),
        (NINE + 0.5, NINE, Precision.SECOND),
        (f"{NINE}.5", NINE, Precision.SECOND),
        (datetime(2026, 3, 2, 9, 14, 7), NINE, Precision.SECOND),
        (datetime(2026, 3, 2, 1, 14, 7, tzinfo=UTC), NINE, Precision.SECOND),
        (date(2026, 3, 2), NINE - 33_247, Precision.DAY),
    ],
)
def test_the_spellings_of_one_time_agree(value, seconds, precision):
    for given_values in ([value], [value, None, "x"], [value, "2026-03-02 09:14:07"]):
        times = parse_times(given_values, SHANGHAI)
        assert (times.seconds[0], times.precision[0], times.bad[0]) == (seconds, precision, False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        0,
        0.0,
        "0",
        "-",
        "null",
        float("nan"),
        "0000-00-00 00:00:00",
        "1970-01-01",
        "1970-01-01 08:00:00",
        "刚刚",
        "5分钟前",
        "03月02日 09:14",
        "今天 09:14",
    ],
)
def test_an_unknown_time_is_neither_bad_nor_1970(value):
    for values in ([value], [value, "2026-03-02"]):
        times = parse_times(values, SHANGHAI)
        assert (times.seconds[0], times.precision[0], times.bad[0]) == (MISSING, 0, False)


@pytest.mark.parametrize(
    "value",
    [
        "昨天",
        "2026-13-01",
        "2026-02-30 10:00:00",
        "2026-03-02 25:00:00",
        17,
        5 * 10**11,
        "17",
        True,
        [1],
        "1899-12-30",
        "9999-12-31 23:59:59",
        "2026-03-02T09:14:07+99:00",
        -5,
        "Mon Mar 02 09:14:07 EST 2026",
        "2026-03-02 09:14:07 EST",
        "2026-000",
        "2026-366",
        "2026061",
        "2026-W10",
        "2026-W54-1",
        "2026-W10-8",
    ],
)
def test_a_value_that_is_no_time_is_bad(value):
    for values in ([value], [value, "2026-03-02"]):
        times = parse_times(values, SHANGHAI)
        assert (times.seconds[0], times.bad[0]) == (MISSING, True)


@given(st.lists(SECONDS, min_size=1, max_size=20), ZONES)
def test_a_time_written_in_a_zone_comes_back(seconds, name):
    zone = ZoneInfo(name)
    moments = [datetime.fromtimestamp(second, UTC).astimezone(zone) for second in seconds]
    naive = [
        moment.strftime("%Y-%m-%d %H:%M:%S")
        for moment, second in zip(moments, seconds, strict=True)
        if moment.replace(tzinfo=None, fold=0).replace(tzinfo=zone).timestamp() == second
    ]
    expected = [
        second
        for moment, second in zip(moments, seconds, strict=True)
        if moment.replace(tzinfo=None, fold=0).replace(tzinfo=zone).timestamp() == second
    ]
    assert parse_times(naive, zone).seconds.tolist() == expected
    aware = [
        datetime.fromtimestamp(second, timezone(timedelta(hours=8))).isoformat()
        for second in seconds
    ]
    assert parse_times(aware, zone).seconds.tolist() == seconds
    assert parse_times(seconds, zone).seconds.tolist() == [
        second if second >= 10**9 else MISSING for second in seconds
    ]


@given(
    st.lists(
        st.one_of(
            st.from_regex(
                r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}"
                r"(Z|[+-][0-9]{2}:[0-9]{2}|\.[0-9]{3}Z?)?)?)?",
                fullmatch=True,
            ),
            st.from_regex(r"[0-9]{10}|[0-9]{13}|[0-9]{16}|[0-9]{19}", fullmatch=True),
            st.text(max_size=12),
        ),
        max_size=12,
    ),
    ZONES,
)
def test_a_whole_column_is_parsed_as_each_value_by_itself(values, name):
    zone = ZoneInfo(name)
    times = parse_times(pa.array(values, pa.string()), zone)
    each = [parse_time(value, zone) for value in values]
    assert times.seconds.tolist() == [MISSING if m.seconds is None else m.seconds for m in each]
    assert times.precision.tolist() == [int(m.precision) for m in each]
    assert times.bad.tolist() == [m.bad for m in each]
    assert times.assumed == sum(m.assumed for m in each)


@given(st.lists(SECONDS, min_size=1), ZONES)
def test_wall_clocks_are_placed_as_python_places_them(seconds, name):
    zone = ZoneInfo(name)
    expected = [
        int(datetime.fromtimestamp(second, UTC).replace(tzinfo=zone).timestamp())
        for second in seconds
    ]
    assert to_utc(np.array(seconds), zone).tolist() == expected


def test_typed_columns_of_every_unit_agree():
    for unit, factor in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        aware = pa.array([NINE * factor, None], pa.timestamp(unit, "Asia/Shanghai"))
        naive = pa.array([(NINE + 28_800) * factor, None], pa.timestamp(unit))
        for array, assumed in ((aware, 0), (naive, 1)):
            times = parse_times(array, SHANGHAI)
            assert times.seconds.tolist() == [NINE, MISSING]
            assert times.assumed == assumed


@given(st.dates(date(1972, 1, 1), date(2199, 1, 1)))
def test_days_of_the_year_and_of_the_week_are_those_of_the_calendar(day):
    year, week, weekday = day.isocalendar()
    expected = parse_time(day.isoformat(), SHANGHAI)
    written = (f"{day:%Y-%j}", f"{year}-W{week:02}-{weekday}", f"{year}W{week:02}{weekday}")
    assert {parse_time(text, SHANGHAI) for text in written} == {expected}


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Chicago"])
def test_cst_is_china_standard_time_whatever_zone_is_assumed_and_counted(name):
    values = ["Mon Mar 02 09:14:07 CST 2026"] * 3 + ["Mon Mar 02 09:14:07 +0800 2026"]
    for column in (values, [*values, 7]):
        times = parse_times(column, ZoneInfo(name))
        assert times.seconds[:4].tolist() == [NINE] * 4
        assert times.notes == {CHINA_TIME: 3}
        assert times.assumed == (3 if name == "Asia/Shanghai" else 0)


@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 30)), min_size=1, max_size=9),
    ZONES,
    st.sampled_from(["text", "numbers", "list", "decimals", "mixed"]),
)
def test_day_numbers_of_a_spreadsheet_are_the_times_that_they_stand_for(moments, name, how):
    zone = ZoneInfo(name)
    moments = [moment.replace(microsecond=0) for moment in moments]
    numbers = [(moment - datetime(1899, 12, 30)) / timedelta(days=1) for moment in moments]
    column = {
        "text": lambda: [f"{number:.6f}" for number in numbers],
        "numbers": lambda: pa.array(numbers),
        "list": lambda: numbers,
        "decimals": lambda: [Decimal(f"{number:.8f}") for number in numbers],
        "mixed": lambda: [*numbers[1:], None, f" {numbers[0]:.9f}"],
    }[how]()
    times = parse_times(column, zone)
    expected = parse_times([moment.isoformat(" ") for moment in moments], zone)
    found = times.seconds[times.seconds != MISSING]
    assert sorted(found.tolist()) == sorted(expected.seconds.tolist())
    assert times.assumed == times.notes[DAY_NUMBERS] == len(moments)
    assert not times.bad.any()


def test_the_precision_of_a_day_number_is_what_its_digits_tell():
    for written, precisions in (
        (["46083", "46084"], [1, 1]),
        (["46083.38481", "46083.5", "46083.38482"], [3, 3, 3]),
        (["46083.38481", "46083"], [3, 1]),
        (["46083.3848", "46083.38"], [2, 2]),
    ):
        assert parse_times(written, SHANGHAI).precision.tolist() == precisions


@pytest.mark.parametrize(
    "others",
    [
        ["2026-03-02"] * 2,
        [NINE] * 2,
        ["昨天"] * 2,
        [17, "32873", "73051", "46083.38481x"],
        ["2026-03-02"] * 2 + [None] * 9,
    ],
)
def test_a_number_is_no_day_where_the_column_holds_other_things(others):
    for number in (46083, "46083", 46083.38481, "46083.38481"):
        times = parse_times([number, *others], SHANGHAI)
        assert times.bad[0]
        assert times.notes == {}
        assert parse_times([number, *([None] * 9)], SHANGHAI).notes == {DAY_NUMBERS: 1}


def test_numbers_that_are_read_as_other_times_are_never_day_numbers():
    for value in (NINE, "20260302", 20260302, NINE * 1_000, 0, "-"):
        times = parse_times([46083, "46084.5", 46085, value], SHANGHAI)
        assert times.notes == {DAY_NUMBERS: 3}
        alone = parse_time(value, SHANGHAI)
        assert times.seconds[3] == (MISSING if alone.seconds is None else alone.seconds)


@pytest.mark.parametrize(
    "value",
    [10**5_000, Decimal("1e999999"), Decimal("-Infinity"), float("inf"), True, [46083], "4" * 99],
    ids=["whole", "large", "endless", "inf", "flag", "list", "digits"],
)
def test_odd_values_among_day_numbers_stay_what_they_are(value):
    times = parse_times([46083.5, 46084.5, 46085.5, value], SHANGHAI)
    assert times.notes == {DAY_NUMBERS: 3}
    assert times.bad.tolist() == [False, False, False, True]


def test_a_slice_of_a_column_is_read_at_its_place():
    array = pa.array(["x", "2026-03-02 09:14:07", None, "2026-03-02"])[1:]
    assert parse_times(array, SHANGHAI).seconds.tolist() == [NINE, MISSING, NINE - 33_247]


def test_an_unknown_zone_is_refused():
    with pytest.raises(DumpError, match="'Asia/Peking' is not known"):
        zone_of("Asia/Peking")
