import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.engines.local import map_parts, peak_memory_bytes, worker_count
from rumorscan.engines.stages import Stages


@given(st.integers(0, 100), st.integers(1, 30), st.integers(1, 4))
def test_parts_cover_the_range_in_order_whatever_the_workers(
    count: int, part: int, workers: int
) -> None:
    parts = list(map_parts(lambda *bounds: bounds, count, part=part, workers=workers))
    assert [row for start, stop in parts for row in range(start, stop)] == list(range(count))
    assert parts == list(map_parts(lambda *bounds: bounds, count, part=part, workers=1))


def test_what_a_part_raises_reaches_the_caller() -> None:
    def fail(start: int, stop: int) -> None:
        raise ValueError("part")

    with pytest.raises(ValueError, match="part"):
        list(map_parts(fail, 5, part=2, workers=2))


def test_workers_and_memory_are_counted() -> None:
    assert worker_count(5) == 5
    assert worker_count(0) >= 1
    peak = peak_memory_bytes()
    assert peak is None or peak > 10_000_000


def test_stages_are_told_and_kept() -> None:
    told: list[object] = []

    class Listener:
        def stage(self, name: str, total: int | None = None) -> None:
            told.append((name, total))

        def advance(self, count: int = 1) -> None:
            told.append(count)

        def done(self, note: str = "") -> None:
            told.append(note)

    stages = Stages(Listener())
    with stages.stage("fold", 1_200):
        stages.advance(1_200)
    assert told == [("fold", 1_200), 1_200, "1,200"]
    assert [(stage["name"], stage["items"]) for stage in stages.finished] == [("fold", 1_200)]
