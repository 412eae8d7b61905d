"""Families of evidence: how strong each is, and the quantities behind it."""

from __future__ import annotations

from typing import Any

CHANCE = 1e-4
"""Chance up to which what a family shows is no accident."""


def make_family(strength: float, strong: bool, **quantities: Any) -> dict[str, Any]:
    """Return a family's strength in [0, 1], whether it is strong, and its quantities.

    Example:
        >>> make_family(1.7, strong=True, posts=9)
        {'strength': 1.0, 'strong': True, 'posts': 9}
    """
    return {
        "strength": round(min(max(strength, 0.0), 1.0), 4),
        "strong": bool(strong),
        **quantities,
    }
