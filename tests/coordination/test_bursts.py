import numpy as np
import pytest

from rumorscan.coordination.activity import NEVER
from rumorscan.coordination.bursts import find_bursts, find_parallel_bursts

WINDOWS = (60, 900, 3_600)
WEEK = 604_800


def threads(crowded: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, dict[int, np.ndarray]]:
    """Return posts in six threads, some of them crowded, and the other posts of each."""
    draw = np.random.default_rng(seed)
    times, thread = [], []
    for name in range(6):
        start, width = draw.integers(WEEK), 300 if name < crowded else WEEK // 2
        times.append(start + draw.integers(0, width, 5))
        thread.append(np.full(5, name))
    around = {name: np.sort(draw.integers(0, 2 * WEEK, 200)) for name in range(6)}
    return np.concatenate(times), np.concatenate(thread), around


def test_crowding_in_several_threads_at_different_hours_is_a_parallel_burst() -> None:
    times, thread, around = threads(6)
    (best, *_) = find_parallel_bursts(times, thread, around, WINDOWS, 1)
    assert best.window_seconds == 900
    assert (best.share, best.posts) == (1.0, 30)
    assert best.chance < 1e-20
    together = find_bursts(times, np.sort(np.concatenate([*around.values()])), WINDOWS, 1)
    assert together[0].share < 0.5


def test_posts_that_follow_their_threads_are_no_parallel_burst() -> None:
    times, thread, around = threads(0)
    assert all(
        burst.chance > 1e-3 for burst in find_parallel_bursts(times, thread, around, WINDOWS, 1)
    )


def test_threads_without_a_known_rhythm_and_unknown_times_say_nothing() -> None:
    times, thread, around = threads(6)
    assert find_parallel_bursts(times, thread, {}, WINDOWS, 1) == []
    unknown = np.full(len(times), NEVER)
    assert find_parallel_bursts(unknown, thread, around, WINDOWS, 1) == []
    assert find_parallel_bursts(times, thread, around, WINDOWS, 86_400) == []
    assert find_bursts(unknown, around[0], WINDOWS, 1) == []


@pytest.mark.parametrize("shift", [0, 10**9, -(10**9)])
def test_a_burst_does_not_depend_on_the_date(shift: int) -> None:
    times, thread, around = threads(3)
    moved = find_parallel_bursts(
        times + shift, thread, {name: other + shift for name, other in around.items()}, WINDOWS, 1
    )
    still = find_parallel_bursts(times, thread, around, WINDOWS, 1)
    assert [burst.chance for burst in moved] == [burst.chance for burst in still]
