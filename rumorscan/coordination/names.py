"""Account names that say openly that the accounts belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_LENGTHS = (6, 5, 4, 3, 2)
_MOSTLY = 0.7
_DIGITS = 4  # a name that ends in so many was made by a machine, whatever stands before them


def shared_part(names: Sequence[str]) -> tuple[str, float]:
    """Return the longest part that most of some names have, and the share that has it.

    Names made of a word and a number, as many water armies have, do not count.

    Args:
        names: the known names of different accounts.

    Returns:
        The part, empty where there is none, and a share in [0, 1].

    Example:
        >>> shared_part(["澜溪公安城东", "澜溪公安河口", "澜溪公安新区"])
        ('澜溪公安', 1.0)
        >>> shared_part(["小禾88213", "小禾90125", "小禾77120"])
        ('', 0.0)
    """
    spoken = [name for name in names if sum(map(str.isdigit, name)) < _DIGITS]
    if len(spoken) < max(2, _MOSTLY * len(names)):
        return "", 0.0
    for length in _LENGTHS:
        counts = Counter(
            part
            for name in spoken
            for part in {name[at : at + length] for at in range(len(name) - length + 1)}
        )
        if counts:
            part, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            if count >= _MOSTLY * len(names) and len(set(spoken)) > 1:
                return part, count / len(names)
    return "", 0.0
