"""Plans are drawn in balance."""

from collections import Counter

import pytest

from rumorscan.rehearsal.operators import OPERATORS
from rumorscan.rehearsal.plans import TEMPOS, draw_plans


@pytest.mark.parametrize("seed", range(3))
def test_operators_and_tempos_are_in_balance(seed):
    plans = draw_plans(seed)
    operators = Counter(plan.operator for plan in plans)
    assert set(operators) == set(OPERATORS)
    assert set(operators.values()) <= {5, 6}
    tempos = Counter(plan.tempo_seconds for plan in plans)
    assert set(tempos) == set(TEMPOS)
    assert min(tempos.values()) >= 12


@pytest.mark.parametrize("seed", range(3))
def test_half_of_the_campaigns_post_in_existing_threads(seed):
    plans = [plan for plan in draw_plans(seed) if plan.in_threads]
    assert len(plans) == 25
    assert sum(plan.threads == 1 for plan in plans) in (12, 13)
    assert all(plan.threads == 1 or 3 <= plan.threads <= 10 for plan in plans)


def test_pools_serve_in_four_campaigns_each():
    plans = draw_plans(2)
    pools = Counter(plan.pool for plan in plans if plan.pool is not None)
    assert set(pools.values()) == {4}
    assert len(pools) == 7
    assert all(0.5 <= plan.pool_share <= 1.0 for plan in plans if plan.pool is not None)
    assert all(plan.pool is None for plan in draw_plans(2, pooled=0.0))


def test_sizes_are_log_uniform():
    sizes = sorted(plan.accounts for plan in draw_plans(4))
    assert sizes[0] >= 3 and sizes[-1] <= 300
    assert 24 <= sizes[25] <= 38  # the middle of 3 and 300 on a log scale is 30


def test_the_same_seed_gives_the_same_plans():
    assert draw_plans(7) == draw_plans(7)
    assert draw_plans(7) != draw_plans(8)
