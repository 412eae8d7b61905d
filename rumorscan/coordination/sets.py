"""Sets that grow together: union and find, over arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

Ints = npt.NDArray[np.int64]


@compiled
def find_root(parents: Ints, member: np.int64) -> np.int64:
    """Return the root of the set that a member is in, halving the path on the way."""
    while parents[member] != member:
        parents[member] = parents[parents[member]]
        member = parents[member]
    return member


@compiled
def all_roots(parents: Ints) -> Ints:
    """Return the smallest member of the set of each member; roots are smallest members."""
    roots = np.empty(len(parents), dtype=np.int64)
    for member in range(len(parents)):
        roots[member] = find_root(parents, np.int64(member))
    return roots
