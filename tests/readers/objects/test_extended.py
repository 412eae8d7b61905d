"""What MongoDB exports becomes the posts that the same values become without its wrapping."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers import inspect, read_posts
from rumorscan.readers.objects.extended import is_extended, plain
from tests.readers.layouts.test_golden_formats import shown
from tests.readers.samples import CASES, GOLDEN, build

NINE = 1_772_414_047
POST = {"post_id": 5_099_000_000_000_001, "account_id": "7", "text": "城东停水", "likes": 3}


def canonical(value):
    """Wrap a value as `mongoexport --jsonFormat=canonical` does."""
    if isinstance(value, dict):
        return {key: canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return {"$numberInt" if abs(value) < 2**31 else "$numberLong": str(value)}
    return {"$numberDouble": str(value)} if isinstance(value, float) else value


def json_cases():
    for case in CASES:
        files = [path for path in (GOLDEN / case).rglob("*.*") if path.name != "expected.json"]
        if files[0].suffix in (".json", ".jsonl") and ".sheets" not in files[0].name:
            yield case


@pytest.mark.parametrize("case", list(json_cases()))
def test_every_layout_is_recognized_and_read_as_without_the_wrapping(tmp_path, case):
    path = build(case, tmp_path)
    text = path.read_text(encoding="utf-8")
    try:
        written = json.dumps(canonical(json.loads(text)), ensure_ascii=False)
    except json.JSONDecodeError:
        lines = [json.loads(line) for line in text.splitlines() if line]
        written = "".join(f"{json.dumps(canonical(row), ensure_ascii=False)}\n" for row in lines)
    path.write_text(written, encoding="utf-8")
    expected = json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))
    assert shown(read_posts(path)) == expected


@pytest.mark.parametrize(
    "written",
    [
        {"$date": "2026-03-02T01:14:07Z"},
        {"$date": "2026-03-02T09:14:07.000+0800"},
        {"$date": {"$numberLong": str(NINE * 1_000)}},
        {"$date": NINE * 1_000 + 123},
        {"$timestamp": {"t": NINE, "i": 1}},
        {"$numberInt": str(NINE)},
        {"$numberDouble": f"{NINE}.5"},
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_times_are_read_in_each_of_their_wrappings(tmp_path, written, several):
    path = tmp_path / "posts.json"
    rows = [{**POST, "posted_at": written}] * 2
    path.write_text(json.dumps(rows if several else rows[0]), encoding="utf-8")
    posts = read_posts(path)
    moment = datetime.fromtimestamp(NINE, UTC)
    assert posts.column("posted_at").to_pylist() == [moment] * (1 + several)
    assert posts.column("post_id")[0].as_py() == "5099000000000001"
    assert posts.inputs[0].tz_assumed is None


@pytest.mark.parametrize("wrap", ["$numberLong", "$numberDecimal", "$oid", "$uuid", "$symbol"])
def test_ids_survive_digit_for_digit(tmp_path, wrap):
    path = tmp_path / "posts.jsonl"
    ids = ["5099000000000001", "9223372036854775807", "7"]
    rows = [{**POST, "post_id": {wrap: name}, "account_id": {wrap: name}} for name in ids]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    posts = read_posts(path)
    assert posts.column("post_id").to_pylist() == posts.column("account_id").to_pylist() == ids
    mapping = inspect(path).inputs[0].report.mapping
    assert mapping["post_id"] == "post_id"


@pytest.mark.parametrize("ending", ["jsonl", "json"])
def test_wrapped_values_that_come_late_are_read_as_well(tmp_path, ending):
    rows = [{**POST, "post_id": str(number)} for number in range(3_000)]
    rows[2_500] = {**rows[2_500], "likes": {"$numberLong": "7"}, "account_id": {"$oid": "65e2"}}
    lines = list(map(json.dumps, rows))
    path = tmp_path / f"posts.{ending}"
    path.write_text("\n".join(lines) if ending == "jsonl" else f"[{','.join(lines)}]", "utf-8")
    posts = read_posts(path)
    assert len(posts) == 3_000
    assert posts.column("likes").to_pylist() == [3] * 2_500 + [7] + [3] * 499
    assert posts.column("account_id")[2_500].as_py() == "65e2"


@pytest.mark.parametrize(
    "value",
    [
        {"$oid": 7},
        {"$numberLong": "x"},
        {"$numberInt": "9" * 5_000},
        {"$date": {"$numberLong": "9" * 30}},
        {"$date": [1]},
        {"$timestamp": {"t": "1", "i": 0}},
        {"$binary": {"base64": "", "subType": "00"}},
        {"$oid": "65e2", "more": 1},
        {"$100": "price"},
    ],
)
def test_what_is_not_understood_stays_what_it_is(tmp_path, value):
    assert plain(value) == value
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({**POST, "likes": value}), encoding="utf-8")
    posts = read_posts(path)
    assert posts.column("likes").to_pylist() == [None]
    assert posts.inputs[0].notes["unreadable likes, left empty"] == 1


def test_an_object_nested_without_end_is_left_alone():
    value = {"$oid": "65e2"}
    for _ in range(200):
        value = {"a": [value]}
    assert json.dumps(plain(value)) == json.dumps(value)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.text().filter(lambda key: key[:1] != "$"), inner, max_size=3),
        ),
        max_leaves=12,
    )
)
def test_unwrapping_gives_back_what_was_wrapped_and_leaves_the_rest(value):
    assert plain(value) == value
    assert plain(canonical(value)) == value
    written = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    wrapped = json.dumps(canonical(value), ensure_ascii=False).encode(errors="surrogatepass")
    assert not is_extended(written)
    assert is_extended(wrapped) == (written != wrapped)
