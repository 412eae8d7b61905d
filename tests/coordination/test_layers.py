from typing import Any

import numpy as np
import pytest

from rumorscan.coordination.layers import Layer, make_layer
from tests.coordination.dumps import DAY, background, coordinate
from tests.coordination.test_campaigns import SCRIPTS, invented

ARMY = 6


def army(**extra: Any) -> list[dict[str, Any]]:
    """Return a few accounts that post four texts in as many threads."""
    return [
        {
            "account_id": f"w{number}",
            "text": script,
            "posted_at": (2 * topic + 1) * DAY + 7_000 * number,
            "root_id": f"t{topic}",
            **{name: value(number, topic) for name, value in extra.items()},
        }
        for topic, script in enumerate(SCRIPTS)
        for number in range(ARMY)
    ]


def edges(posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    others = background(600)
    for row, post in enumerate(others):
        post["url"] = f"http://own.example/{row % 300}"
        post["text"] += f"#第{row % 90}件事#"
        post["client"] = f"客户端{row % 300}"
        post["ip"] = f"10.0.0.{row}"
    found = coordinate(others + posts)[1].edges.to_pylist()
    return [edge for edge in found if edge["account_a"].startswith("w")]


def test_a_layer_has_each_pair_once_and_counts_the_crowd_of_each_thing() -> None:
    layer = make_layer(np.array([2, 0, 2, 2, 1]), np.array([1, 1, 1, 0, -1]))
    assert list(zip(layer.who.tolist(), layer.thing.tolist(), strict=True)) == [
        (0, 1),
        (2, 0),
        (2, 1),
    ]
    assert layer.crowd.tolist() == [1, 2]
    assert layer.users == 2
    assert layer.sharers.tolist() == [0, 2]
    starts, stops = layer.of(np.array([1, 2]))
    assert (stops - starts).tolist() == [0, 2]


def test_a_layer_of_nothing_has_no_users() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    layer: Layer = make_layer(nothing, nothing)
    assert layer.users == 0
    assert layer.sharers.tolist() == []


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("link", {"url": lambda number, topic: f"http://spread.example/{topic}"}),
        ("hashtag", {"text": lambda number, topic: SCRIPTS[topic] + f"#第{topic}号话题#"}),
        ("client", {"client": lambda number, topic: "某某客户端"}),
        ("registration", {"account_created_at": lambda number, topic: -77 * DAY}),
    ],
)
def test_what_a_pair_shares_besides_adds_to_its_weight(name: str, extra: dict[str, Any]) -> None:
    plain, more = edges(army()), edges(army(**extra))
    assert len(plain) == len(more) == ARMY * (ARMY - 1) // 2
    assert name not in plain[0]["layers"]
    assert all(name in edge["layers"] for edge in more)
    assert more[0]["weight"] > plain[0]["weight"]


def test_a_rare_link_weighs_more_than_a_common_one() -> None:
    shared = {"url": lambda number, topic: f"http://spread.example/{topic}"}
    others = [
        {"account_id": f"l{row}", "text": invented(row, 20), "url": "http://spread.example/0"}
        for row in range(30)
    ]
    rare, common = edges(army(**shared)), edges(army(**shared) + others)
    assert rare[0]["weight"] > common[0]["weight"]


@pytest.mark.parametrize("name", ["device_id", "ip"])
def test_two_devices_in_common_are_a_tie(name: str) -> None:
    posts = [
        {
            "account_id": f"w{number}",
            "text": invented(100 * number + turn),
            name: f"farm{turn}",
            "posted_at": (number * 5 + turn) * 9_000,
        }
        for number in range(ARMY)
        for turn in range(3)
    ]
    found = edges(posts)
    assert len(found) == ARMY * (ARMY - 1) // 2
    assert {layer for edge in found for layer in edge["layers"]} == {name.removesuffix("_id")}


def test_a_relay_ties_nobody_and_hides_nobody() -> None:
    relay = [
        {"account_id": f"w{number}r", "text": invented(number), "device_id": f"relay{turn}"}
        for number in range(60)
        for turn in range(3)
    ]
    assert edges(relay) == []
    farm = [
        {"account_id": f"w{number}", "text": invented(900 + number), "device_id": f"farm{turn}"}
        for number in range(4)
        for turn in range(3)
    ]
    assert len(edges(relay + farm)) == 6
