"""Geometry of the plots of an evaluation: figures in, shapes in a box of 400 x 400 out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rumorscan.training.measuring.reliability import Bin

SIDE = 400.0

_LEAST, _MOST = 3.0, 13.0


@dataclass(frozen=True, slots=True)
class Point:
    """A bin in the reliability plot.

    Attributes:
        x: its mean probability; y: the share that was false, upwards.
        top: where the interval ends; bottom: where it begins.
        radius: larger with more posts.
        label: what it stands for, in words.
    """

    x: float
    y: float
    top: float
    bottom: float
    radius: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Accuracy against coverage.

    Attributes:
        path: the points as the `d` of a path.
        end: height of its end, where all posts are kept.
    """

    path: str
    end: float


def reliability_points(bins: Sequence[Bin]) -> list[Point]:
    """Return the bins that hold posts as points of the reliability plot.

    Example:
        >>> from rumorscan.training.measuring.intervals import Figure
        >>> bins = [Bin(0.7, 4, 0.75, Figure(0.75, 0.5, 1.0)), Bin(0.8, 0, 0.8, Figure(0, 0, 0))]
        >>> [(point.x, point.y, point.top, point.bottom) for point in reliability_points(bins)]
        [(300.0, 100.0, 0.0, 200.0)]
    """
    most = max((one.n for one in bins), default=0)
    points = []
    for one in bins:
        if not one.n:
            continue
        share = one.share_false
        points.append(
            Point(
                _across(one.mean_probability),
                _up(share.value),
                _up(share.high),
                _up(share.low),
                round(_LEAST + (_MOST - _LEAST) * math.sqrt(one.n / most), 2),
                f"{one.low:.1f}–{one.high:.1f}: n {one.n:,}, {one.mean_probability:.3f} → {share}",
            )
        )
    return points


def coverage_floor(*curves: Sequence[tuple[float, float]]) -> float:
    """Return the accuracy at which the coverage plot begins, a round one under all curves.

    Example:
        >>> coverage_floor([(0.5, 0.93), (1.0, 0.87)])
        0.8
    """
    lowest = min((accuracy for curve in curves for _, accuracy in curve), default=1.0)
    return max(0.0, min(math.floor((lowest - 1e-9) * 10) / 10, 0.9))


def coverage_curve(points: Sequence[tuple[float, float]], floor: float) -> Curve:
    """Return accuracy against coverage as a path; the upper edge is an accuracy of 1.

    Example:
        >>> coverage_curve([(0.5, 1.0), (1.0, 0.75)], 0.5)
        Curve(path='M200.0 0.0L400.0 200.0', end=200.0)
    """
    places = [(_across(share), _up((value - floor) / (1 - floor))) for share, value in points]
    path = "L".join(f"{x} {y}" for x, y in places)
    return Curve(f"M{path}" if path else "", places[-1][1] if places else SIDE)


def ticks(floor: float) -> list[tuple[float, str]]:
    """Return heights and labels of the lines of the coverage plot.

    Example:
        >>> ticks(0.8)
        [(300.0, '.85'), (200.0, '.9'), (100.0, '.95')]
    """
    steps = (floor + (1 - floor) * part / 4 for part in (1, 2, 3))
    return [(_up((step - floor) / (1 - floor)), f"{step:.3f}".strip("0")) for step in steps]


def _across(value: float) -> float:
    return round(SIDE * float(np.clip(value, 0.0, 1.0)), 2)


def _up(value: float) -> float:
    return round(SIDE - SIDE * float(np.clip(value, 0.0, 1.0)), 2)
