"""What is said of a dump that is far from what the model learned from."""

from typing import Any

import pytest

from rumorscan.reports.drift import FAR, FEW, NEAR, UNKNOWN, tell_drift, warn_of_drift
from tests.reports.small_run import small_campaign, small_run


def drifted(*far: str, **changes: Any) -> dict[str, Any]:
    """Return the drift of a run in which those things are far."""
    shifts = {
        name: {
            "value": 3 * limit if name in far else limit / 2,
            "limit": limit,
            "is_far": name in far,
            "here": here,
            "learned": {"claims": 0.3, "ordinary": 0.001},
            "examples": [],
        }
        for name, limit, here in (
            ("lengths", 0.03, 24.0),
            ("characters", 0.02, None),
            ("scores", 0.025, 0.2),
            ("unseen", 0.0124, 0.031),
            ("traditional", 0.1, 0.28),
        )
    }
    shifts["lengths"]["learned"] = {"claims": 107.0, "ordinary": 71.0}
    shifts["characters"]["examples"] = [{"character": "疫", "here": 0.008, "learned": 0.001}]
    return {"is_far": bool(far), "texts": 5_000, "minimum_texts": 200, "shifts": shifts, **changes}


@pytest.mark.parametrize(
    ("drift", "state"),
    [
        (drifted("lengths"), FAR),
        (drifted(), NEAR),
        (drifted(shifts={}), FEW),
        (None, UNKNOWN),
        ("damaged", UNKNOWN),
    ],
)
def test_every_state_is_told(drift: Any, state: str) -> None:
    assert tell_drift({"drift": drift}).state == state
    assert bool(warn_of_drift({"drift": drift})) == (state == FAR)


def test_what_changed_is_told_in_numbers() -> None:
    told = tell_drift({"drift": drifted("lengths", "characters", "unseen")})
    said = {line.name.en: line.said for line in told.lines}
    assert said["length"].zh == "中位数 24 字；所学普通帖 71；所学说法 107"
    assert said["characters"].en == "more frequent here: 疫 0.8% (learned 0.1%)"
    assert said["new characters"].en.startswith("3.1% of the characters were never seen")
    assert "traditional characters" not in said, "what is near is told of the first three only"
    assert told.far.zh == "帖长、用字、没见过的字"


def test_the_terminal_is_warned_in_one_line_within_25() -> None:
    campaigns = [
        small_campaign(campaign_id=f"c{number}", community_id=f"k{number % 3}")
        for number in range(9)
    ]
    about = {"counts": {"distinct_texts": 4, "groups": 1}, "drift": drifted("lengths", "scores")}
    lines = small_run(campaigns=campaigns, about=about).summary("runs/demo").splitlines()
    assert len(lines) <= 25
    (warning,) = [line for line in lines if line.startswith("注意 note:")]
    assert warning.endswith("帖长 length 3.0，概率分布 probabilities 3.0")
    calm = small_run(campaigns=campaigns, about={**about, "drift": drifted()}).summary()
    assert "注意 note:" not in calm
    assert "注意 note:" in small_run(campaigns=[], about=about).summary()
